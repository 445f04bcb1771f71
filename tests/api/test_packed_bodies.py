"""Bodies that come packed and answers that go packed: what fits is taken, bombs and torn ones are not. Here: /sync and /sites."""

import gzip
import json
import tracemalloc
from collections.abc import Callable

import brotli
import pytest
from backports import zstd
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend.api.body import JSON_LIMIT, ZSTD_WINDOW_LOG
from tests.conftest import NOW
from tests.factories import make_user, token_for
from tests.phone import item, report_payload

ENVELOPE = json.dumps({"protocol": 1, "device_time": NOW.isoformat(), "items": []}).encode()
PACKERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "zstd": zstd.compress}
UNPACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "zstd": zstd.decompress,
    "br": brotli.decompress,
}
both = pytest.mark.parametrize("name", list(PACKERS))


@pytest.fixture
def bearer(app, session: Session) -> dict[str, str]:
    token = token_for(app, session, make_user(session))
    session.commit()
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def send(client: FlaskClient, bearer: dict[str, str], body: bytes, encoding: str, path: str = "/sync"):
    answer = client.post(f"/api/v1{path}", data=body, headers={**bearer, "Content-Encoding": encoding})
    return answer.status_code, (answer.get_json() or {}).get("code")


@both
def test_what_is_packed_is_taken(client, bearer, name):
    assert send(client, bearer, PACKERS[name](ENVELOPE), name) == (200, None)
    assert send(client, bearer, PACKERS[name](ENVELOPE), f" {name.upper()} ") == (200, None)


@both
@pytest.mark.parametrize("size", [JSON_LIMIT, JSON_LIMIT + 1])
def test_the_limit_is_that_of_the_unpacked_body(client, bearer, name, size):
    body = ENVELOPE + b" " * (size - len(ENVELOPE))
    told = (200, None) if size <= JSON_LIMIT else (413, "payload_too_large")
    assert send(client, bearer, PACKERS[name](body), name) == told


@both
def test_a_bomb_is_unpacked_no_further_than_the_limit(client, bearer, name):
    bomb = PACKERS[name](b" " * 100_000_000)
    tracemalloc.start()
    try:
        assert send(client, bearer, bomb, name) == (413, "payload_too_large")
        assert tracemalloc.get_traced_memory()[1] < 6 * JSON_LIMIT  # the buffer grows by doubling
    finally:
        tracemalloc.stop()


@both
@pytest.mark.parametrize("where", ["half", "a byte short", "damaged", "not packed", "nothing"])
def test_a_torn_body_is_refused(client, bearer, name, where):
    packed = PACKERS[name](ENVELOPE)
    torn = {
        "half": packed[: len(packed) // 2],
        "a byte short": packed[:-1],
        "damaged": packed[:12] + bytes([packed[12] ^ 0xFF]) + packed[13:],
        "not packed": ENVELOPE,
        "nothing": b"",
    }[where]
    assert send(client, bearer, torn, name) == (400, "bad_json")


def test_a_frame_that_asks_for_much_memory_is_refused(client, bearer):
    """Packed on the way, piece by piece, the frame does not say how long it is, but the window it wants."""
    for window_log, told in ((ZSTD_WINDOW_LOG, (200, None)), (ZSTD_WINDOW_LOG + 1, (400, "bad_json"))):
        packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: window_log})
        body = packer.compress(ENVELOPE, mode=packer.FLUSH_BLOCK) + packer.flush()
        assert send(client, bearer, body, "zstd") == told


@pytest.mark.parametrize("name", ["br", "deflate", "gzip, zstd", "x"])
def test_other_packings_are_named_as_such(client, bearer, name):
    assert send(client, bearer, ENVELOPE, name, "/media/missing") == (415, "unsupported_media_type")
    assert send(client, bearer, ENVELOPE, name) == (400, "bad_json")


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("gzip", "gzip"), ("zstd", "zstd"), ("br", "br"), ("gzip, deflate, br, zstd", "zstd"), ("gzip;q=1, zstd;q=0.5", "gzip"),
        ("identity", None), ("compress", None), ("", None),
    ],
)  # fmt: skip
def test_a_sync_answers_as_negotiated(client, bearer, accepted, chosen):
    """An answer of the usual size: with a receipt."""
    body = json.dumps({**json.loads(ENVELOPE), "items": [item("report.submit", report_payload())]})
    answer = client.post("/api/v1/sync", data=body, headers={**bearer, "Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == chosen
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert "Vary" not in answer.headers  # nobody stores it
    reply = json.loads(UNPACKERS[chosen](answer.data) if chosen else answer.data)
    assert [receipt["result"] for receipt in reply["receipts"]] == ["accepted"]
