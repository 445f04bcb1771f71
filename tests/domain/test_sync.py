"""Content identity against the reference implementation, replays, the state hash and the device clock."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.shapes import PayloadError
from backend.domain.sync import (
    Replay,
    canonical_json,
    clock_offset_seconds,
    content_hash,
    judge_replay,
    photo_manifest,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4),
)  # fmt: skip


@given(VALUES)
def test_the_quick_way_writes_what_the_standard_says(value):
    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "number", [8.0, 0.0, -0.0, 1e-4, 9.9e-5, 1e-7, 1e15, 1e16 + 2, 123456.5, 1e20, 1e21, 1e22, -121.4737, 5e-324]
)
def test_numbers_as_ecmascript_prints_them(number):
    assert canonical_json([number]) == rfc8785.dumps([number])


@given(st.floats(min_value=1e-5, max_value=1e17))
def test_more_numbers(number):
    for value in (number, {"a": number}, [1, number, 2]):
        assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_is_never_taken_for_null(value):
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical_json({"a": [{"b": value}]})
    assert content_hash("x", None, {"a": value}) != content_hash("x", None, {"a": None})


def test_keys_are_sorted_as_utf16():
    value = {"\U0001f600": 1, "\ufb33": 2, "a": 3}
    assert canonical_json(value) == '{"a":3,"😀":1,"\ufb33":2}'.encode()


def test_a_known_hash():
    expected = hashlib.sha256(
        '{"kind":"task.accept","payload":{"task_id":"x","中":1.5},"recorded_at":"2026-11-21T10:00:00+08:00"}'.encode()
    ).hexdigest()
    payload = {"中": 1.5, "task_id": "x"}
    assert content_hash("task.accept", "2026-11-21T10:00:00+08:00", payload) == expected
    assert content_hash("task.start", "2026-11-21T10:00:00+08:00", payload) != expected
    assert content_hash("task.accept", "2026-11-21T10:00:01+08:00", payload) != expected


@pytest.mark.parametrize("value", [float("nan"), 2**60, "\ud800", {"\udfff": 1}])
def test_what_the_standard_cannot_say_still_has_one_identity(value):
    first = content_hash("report.submit", None, {"a": value, "b": 1})
    assert first == content_hash("report.submit", None, {"b": 1, "a": value})
    assert first != content_hash("report.submit", None, {"b": 2, "a": value})


def test_endless_nesting_is_refused():
    value = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(PayloadError, match="nested"):
        content_hash("report.submit", None, {"a": value})


def test_replays():
    assert judge_replay(None, "a") is Replay.NEW
    assert judge_replay("a", "a") is Replay.REPLAYED
    assert judge_replay("a", "b") == "conflict"


def test_clock_offset():
    server = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    assert clock_offset_seconds(server + timedelta(seconds=90), server) == 90.0
    assert clock_offset_seconds(server - timedelta(seconds=1.5), server) == -1.5


def test_photo_manifest_of_broken_payloads():
    assert photo_manifest({"photos": [{"sha256": "ab"}, {"sha256": 1}, None]}) == ("ab",)
    assert photo_manifest({"photos": "x"}) == ()
    assert photo_manifest({}) == ()
