"""The packed cursor, the form of before that phones may still hold, and texts that are neither; likewise of access tokens."""

import base64
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from backend.gateways.keys import Keys
from backend.services.accounts.tokens import AccessClaims, make_access_token, read_access_token
from backend.services.sync.cursor import LAST_SEQ, PACKED_LENGTH, Cursor, decode_cursor, mark_of, place_of
from tests.conftest import NOW

USER, EPOCH = uuid4(), uuid4()
CURSOR = Cursor(mark_of(USER, EPOCH), 812, LAST_SEQ, 730, int(NOW.timestamp()))


def test_a_cursor_comes_back_as_it_went() -> None:
    text = CURSOR.encode()
    assert (len(text), decode_cursor(text), place_of(text)) == (PACKED_LENGTH, CURSOR, (812, LAST_SEQ))


def test_a_cursor_handed_out_before_it_was_packed_goes_on() -> None:
    parts = [str(USER), str(EPOCH), CURSOR.tx, CURSOR.seq, CURSOR.snapshot_tx, CURSOR.issued]
    text = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
    assert decode_cursor(text) == CURSOR


def test_users_and_epochs_are_told_apart() -> None:
    assert len({mark_of(USER, EPOCH), mark_of(EPOCH, USER), mark_of(USER, uuid4()), mark_of(uuid4(), EPOCH)}) == 4


@pytest.mark.parametrize(
    "text",
    [None, "", "x", "A" * (PACKED_LENGTH - 1), "A" * (PACKED_LENGTH - 1) + "=", "_" * PACKED_LENGTH, "ä" * PACKED_LENGTH,
     "W10", "!" * PACKED_LENGTH],
)  # fmt: skip
def test_what_is_no_cursor(text: str | None) -> None:
    """Such a phone starts over; the one of underscores stands behind every place there is."""
    assert decode_cursor(text) is None
    assert place_of(text) == (0, 0)


def test_a_token_signed_before_ids_were_shortened_is_good() -> None:
    keys, claims = Keys.ephemeral(), AccessClaims(uuid4(), uuid4())
    payload = {"sid": str(claims.session_id), "uid": str(claims.user_id), "exp": int(NOW.timestamp()) + 900}
    old = jwt.encode({"alg": keys.token_algorithm, "typ": "at+jwt"}, payload, OctKey.import_key(keys.token_key))
    new = make_access_token(keys, claims, NOW, 900)
    assert read_access_token(keys, old, NOW) == read_access_token(keys, new, NOW + timedelta(minutes=10)) == claims
    assert len(new) < 230
