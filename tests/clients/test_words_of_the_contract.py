"""What phone and server must compute alike, written twice, from the documents: canonical JSON, hashes, ids, receipts."""

import base64
import json
import re
import uuid
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from gridpatrol_client.canonical import NotCanonicalError, canonical_json, content_hash
from gridpatrol_client.errors import ReceiptError
from gridpatrol_client.objects import state_of
from gridpatrol_client.receipts import check_receipt, read_keys, read_receipt
from gridpatrol_client.stamps import new_id, sortable
from gridpatrol_client.waiting import Backoff
from tests.documents import blocks

SAFE = 2**53 - 1
scalars = st.none() | st.booleans() | st.integers(-SAFE, SAFE) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(scalars | texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20)


@given(values)
def test_canonical_json_is_what_another_implementation_writes(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.0, "0"), (-0.0, "0"), (8.0, "8"), (1e21, "1e+21"), (1e20, "100000000000000000000"), (1e-6, "0.000001"),
     (1e-7, "1e-7"), (5e-324, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"), (121.402, "121.402")],
)  # fmt: skip
def test_numbers_are_laid_out_as_ecmascript_does(number: float, text: str) -> None:
    assert canonical_json(number).decode() == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, "\ud800", {"\udfff": 1}, {1: 2}, object()])
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonicalError):
        canonical_json({"x": [value]})


def test_hashes_are_those_of_the_guide() -> None:
    examples = [json.loads(block) for block in blocks("api_docs/sync.md", "json")]
    start = next(e for e in examples if isinstance(e, dict) and e.get("kind") == "task.start")
    digests = re.findall(r"^[0-9a-f]{64}$", "\n".join(blocks("api_docs/sync.md", "text")), re.M)
    assert [content_hash(start["kind"], start["recorded_at"], start["payload"])] == digests
    objects = next(e for e in examples if isinstance(e, list))
    state = next(e for e in examples if isinstance(e, dict) and set(e) == {"count", "hash"})
    assert state_of(map(tuple, objects)) == (state["count"], state["hash"])


def test_ids_are_uuid7_and_sort_by_time() -> None:
    made = [uuid.UUID(new_id()) for _ in range(50)]
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
    assert len(set(made)) == 50
    assert made[0].int >> 80 <= made[-1].int >> 80


def test_times_sort_as_moments_whatever_their_offset() -> None:
    earlier, later = "2026-11-20T10:00:00+08:00", "2026-11-20T02:00:00.5+00:00"
    assert sortable(earlier) < sortable(later)
    with pytest.raises(ValueError, match="offset"):
        sortable("2026-11-20T10:00:00")


def test_waits_double_spread_and_honour_the_server() -> None:
    backoff = Backoff()
    for middle in (2, 4, 8, 16, 32, 64, 128, 256, 300, 300):
        assert middle * 2 / 3 <= backoff.after_failure() <= middle * 4 / 3
    assert len({backoff.after_failure() for _ in range(20)}) > 10
    backoff.reset()
    assert 30 <= backoff.after_failure(30) < 32


class Signer:
    """A server's key."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.keys = {"k1": _b64(self.key.public_key().public_bytes_raw())}

    def sign(self, body: Any, head: Any = None) -> str:
        parts = [_b64(json.dumps(part).encode()) for part in (head or {"alg": "EdDSA", "kid": "k1"}, body)]
        return ".".join([*parts, _b64(self.key.sign(".".join(parts).encode()))])


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


SAID = {"id": "i", "content_sha256": "c", "result": "accepted", "received_at": "2026-11-20T02:00:00+00:00",
        "epoch": "e", "user": "u"}  # fmt: skip


def test_a_receipt_that_is_the_servers_is_read() -> None:
    server = Signer()
    read = read_receipt(server.sign(SAID), server.keys)
    assert (read.id, read.user, read.received_at) == ("i", "u", SAID["received_at"])
    check_receipt(read, item_id="i", content_sha256="c", user="u", result="accepted")


@pytest.mark.parametrize("name", ["item_id", "content_sha256", "user", "result"])
def test_a_receipt_about_something_else_proves_nothing(name: str) -> None:
    server = Signer()
    wanted = {"item_id": "i", "content_sha256": "c", "user": "u", "result": "accepted", name: "other"}
    with pytest.raises(ReceiptError) as refused:
        check_receipt(read_receipt(server.sign(SAID), server.keys), **wanted)
    assert refused.value.code == "receipt_mismatch"


def test_forged_receipts_are_refused() -> None:
    server, forger = Signer(), Signer()
    honest = server.sign(SAID)
    head, body, signature = honest.split(".")
    other = _b64(json.dumps({**SAID, "result": "conflict"}).encode())
    forged = [
        forger.sign(SAID),
        f"{head}.{other}.{signature}",
        f"{head}.{body}.",
        server.sign(SAID, {"alg": "none", "kid": "k1"}),
        server.sign(SAID, {"alg": "EdDSA", "kid": "k1", "crit": ["b64"]}),
        server.sign(SAID, {"alg": "EdDSA", "kid": "k2"}),
        server.sign([SAID]),
        server.sign({**SAID, "received_at": "long ago"}),
        server.sign({name: value for name, value in SAID.items() if name != "user"}),
        "", "a.b", "a.b.c", honest + "=", honest.replace(".", "+."),
    ]  # fmt: skip
    for jws in forged:
        with pytest.raises(ReceiptError):
            read_receipt(jws, server.keys)


def test_only_ed25519_keys_are_read() -> None:
    good = {"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "AAAA"}
    others = [{**good, "crv": "X25519"}, {**good, "kid": None}, {"kty": "RSA", "kid": "b"}, "nonsense"]
    assert read_keys({"keys": [good, *others]}) == {"a": "AAAA"}
    assert read_keys([]) == {}
