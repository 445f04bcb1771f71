"""The recorded session is no relic: a fresh server answers every call of it as it says."""

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.clients.network import served
from tests.recorded.names import NAME
from tests.recorded.playing import RECORDING, Player, read_recording
from tests.recorded.story import populate
from tests.recorded.tape import Exchange


@pytest.fixture
def player(live_app: Flask, live_session: Session) -> Iterator[Player]:
    populate(live_app, live_session)
    with served(live_app) as url:
        made = Player(url, live_app.extensions["gridpatrol"].gateways.clock)
        yield made
        made.connection.close()


def test_a_fresh_server_answers_as_recorded(player: Player) -> None:
    for number, exchange in enumerate(read_recording()):
        differences = player.play(exchange)
        assert not differences, (
            f"exchange {number}, {exchange['request']['method']} {exchange['request']['path']} ({exchange['chapter']}): "
            + "; ".join(differences)
            + " -- python -m tests.record_session"
        )


def test_the_story_shows_what_a_client_must_know() -> None:
    exchanges = read_recording()
    replies = [one["reply"]["body"] for one in exchanges if one["request"]["path"].endswith("/sync")]
    replies = [body for body in replies if body and "receipts" in body]
    receipts = [receipt for body in replies for receipt in body["receipts"]]
    assert {receipt["result"] for receipt in receipts} == {"accepted", "quarantined"}
    assert {receipt["replayed"] for receipt in receipts} == {False, True}
    assert {change["op"] for body in replies for change in body["changes"]} == {"put", "revoke"}
    assert any("reply_is_lost" in one for one in exchanges)
    assert {one["reply"]["status"] for one in exchanges} >= {200, 201, 204, 401}
    assert {one["request"]["method"] for one in exchanges} >= {"GET", "POST", "PATCH"}
    assert any((one["reply"]["body"] or {}).get("code") == "token_expired" for one in exchanges)


def test_nothing_of_one_run_is_in_it() -> None:
    """Ids and tokens are names; the two ids that stand in the story itself are names as well."""
    text = RECORDING.read_text("utf-8")
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-", text)
    assert "eyJ" not in text
    assert NAME.search(text)


def _changed(exchange: Exchange, *path: str | int, value: Any) -> Exchange:
    changed = copy.deepcopy(exchange)
    inner: Any = changed["reply"]
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return changed


def test_a_stale_recording_would_be_noticed(player: Player) -> None:
    first = read_recording()[0]
    for path, value in (
        (("status",), 201), (("body", "expires_in"), 901), (("body", "user", "name"), "another"), (("body", "more"), 1),
        (("headers", "Content-Type"), "text/plain"), (("body", "user", "id"), "0"),
    ):  # fmt: skip
        assert player.play(_changed(first, *path, value=value)), path
