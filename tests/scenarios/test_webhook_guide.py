"""The verifier of api_docs/webhooks.md, as it is printed there, against messages as they are sent; and its numbers."""

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.domain.data_files import load_yaml
from backend.domain.ids import new_id
from backend.domain.notices import TURNS
from backend.domain.vocabulary import WebhookAlgorithm
from backend.domain.webhooks import secret_text, signed_headers
from tests.documents import blocks, read

PAGE = "api_docs/webhooks.md"
OLD, NEW, FOREIGN = (bytes([number]) * 32 for number in range(3))
BODY = '{"specversion":"1.0","data":"正文"}'.encode()
Verifier = Callable[..., bool]


@pytest.fixture
def verify() -> Verifier:
    [code] = blocks(PAGE, "python")
    names: dict[str, Any] = {}
    exec(compile(code, PAGE, "exec"), names)
    verifier: Verifier = names["verify"]
    return verifier


def signed(*secrets: bytes, at: float | None = None) -> dict[str, str]:
    moment = datetime.fromtimestamp(time.time() if at is None else at, UTC)
    return signed_headers(WebhookAlgorithm.HMAC_SHA256, secrets, new_id(), moment, BODY)


def test_what_we_send_verifies(verify: Verifier) -> None:
    assert verify([secret_text(NEW)], signed(NEW), BODY)


def test_while_a_secret_is_changed_either_will_do(verify: Verifier) -> None:
    both = signed(NEW, OLD)
    assert verify([secret_text(OLD)], both, BODY) and verify([secret_text(NEW)], both, BODY)
    assert verify([secret_text(OLD), secret_text(NEW)], signed(NEW), BODY)
    assert not verify([secret_text(OLD)], signed(NEW), BODY)


@pytest.mark.parametrize("seconds", [-301, 301, -86_400, 10**9])
def test_a_replay_is_refused(verify: Verifier, seconds: int) -> None:
    assert not verify([secret_text(NEW)], signed(NEW, at=time.time() + seconds), BODY)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": str(new_id())},
        {"webhook-timestamp": str(int(time.time()) + 5)},
        {"webhook-timestamp": "soon"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1," + base64.b64encode(b"0" * 32).decode()},
        {"body": BODY + b" "},
        {"secret": FOREIGN},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_was_touched_is_refused(verify: Verifier, change: dict[str, Any]) -> None:
    headers = signed(NEW)
    body, secret = change.pop("body", BODY), change.pop("secret", NEW)
    assert verify([secret_text(NEW)], headers, BODY)
    assert not verify([secret_text(secret)], {**headers, **change}, body)


def test_the_page_tells_the_numbers_of_the_data_and_every_turn() -> None:
    page = read(PAGE)
    [rules] = load_yaml("webhooks.yaml")["webhooks"]
    assert (
        rules["retry_seconds"] == [60, 300, 1800, 7200, 21600, 86400] and "1 min, 5 min, 30 min, 2 h, 6 h, 24 h" in page
    )
    assert rules["pause_seconds"] == [10, 60, 300, 900] and "10 s, 1 min, 5 min, then 15 min" in page
    assert all(status in page for status in TURNS)
