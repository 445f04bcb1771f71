"""The life cycle of an item in quarantine, its reasons, and what is suggested for mending it."""

import copy
import itertools
from typing import Any

import pytest

from backend.domain import quarantine
from backend.domain.errors import DomainError
from backend.domain.items import can_be_told, raw_bytes, read_raw
from backend.domain.shapes import MESSAGES
from backend.domain.suggestions import fault_of, suggest
from backend.domain.vocabulary import ItemResult, ObjectType, QuarantineAction, QuarantineState
from tests.phone import item, report_payload

PHOTO = {
    "sha256": "A" * 64,
    "bytes": 1000.0,
    "mime": "image/JPG",
    "role": "sign board",
    "taken_at": None,
    "source": "Camera",
}


def test_the_life_cycle_for_every_pair() -> None:
    for state, action in itertools.product(QuarantineState, QuarantineAction):
        if (state, action) in quarantine.TRANSITIONS:
            assert quarantine.next_state(state, action) == quarantine.TRANSITIONS[state, action]
        else:
            with pytest.raises(DomainError, match="illegal_transition"):
                quarantine.next_state(state, action)
    left = {state for state, _ in quarantine.TRANSITIONS}
    assert set(QuarantineState) - left == quarantine.FINAL_STATES
    assert set(quarantine.TOLD_STATE) == set(QuarantineState) and ObjectType.ITEM == "item"


def test_which_answers_wait_for_a_person() -> None:
    waits = {
        (ItemResult.QUARANTINED, "unknown_task"): True,
        (ItemResult.CONFLICT, "same_id_other_content"): True,
        (ItemResult.CONFLICT, "report_exists"): True,
        (ItemResult.CONFLICT, "illegal_transition"): False,
        (ItemResult.ACCEPTED, None): False,
        (ItemResult.REJECTED, "epoch_changed"): False,
    }
    assert {answer: quarantine.needs_a_person(*answer) for answer in waits} == waits


def test_every_reason_is_told_in_both_languages() -> None:
    assert not set(quarantine.REASONS) & set(MESSAGES)
    for code in (*quarantine.REASONS, *MESSAGES):
        for language in ("zh", "en"):
            said = quarantine.reason_of(code, "photos.0.mime", language)
            assert said.startswith("photos.0.mime") and len(said) > 16
    assert quarantine.reason_of("unknown_task", None, "en") == "there is no such task, or its sender never held it"
    assert quarantine.path_of("illegal_transition", "task.start") == "task_id"
    assert quarantine.path_of("illegal_transition", "report.withdraw") == "report_id"


@pytest.mark.parametrize(
    ("change", "after"),
    [
        ({"category": "Illegal Practice"}, {"category": "illegal_practice"}),
        ({"outcome": "no-problem"}, {"outcome": "no_problem"}),
        ({"report_id": "{0199F1C2-5A00-7000-8000-0000000000B1}"}, {"report_id": "0199f1c2-5a00-7000-8000-0000000000b1"}),
        ({"captured_at": "2026/11/20 9:29"}, {"captured_at": "2026-11-20T09:29:00+08:00"}),
        ({"captured_at": "2026-11-20T09:29:00+0800"}, {"captured_at": "2026-11-20T09:29:00+08:00"}),
        ({"captured_at": 1795138140000}, {"captured_at": "2026-11-20T01:29:00.000+00:00"}),
        ({"captured_at": None}, {"captured_at": "2026-11-20T09:30:00+08:00"}),
        ({"description": "门口\x00有\ud800椅"}, {"description": "门口有椅"}),
        ({"attributes": {"harm": "True"}}, {"attributes": {"harm": True}}),
        ({"photos": PHOTO}, {"photos": [{**PHOTO, "sha256": "a" * 64, "bytes": 1000, "mime": "image/jpeg",
                                         "role": "signboard", "source": "camera"}]}),
        ({"site": {"uscc": 91310107}}, {"site": {"uscc": "91310107"}}),
        ({"form": {"code": "A", "version": "1"}}, {"form": {"code": "A", "version": 1}}),
    ],
)  # fmt: skip
def test_what_was_plainly_meant_is_suggested(change: dict[str, Any], after: dict[str, Any]) -> None:
    sent = item("report.submit", report_payload(**change))
    before = copy.deepcopy(sent)
    found = suggest(sent)
    assert found is not None and found.complete and sent == before
    assert {name: found.payload[name] for name in after} == after
    assert found.changes and fault_of({**sent, "payload": found.payload}) is None


def test_positions() -> None:
    position = report_payload()["position"]
    swapped = {**position, "lon": position["lat"], "lat": position["lon"], "accuracy_m": -1}
    found = suggest(item("report.submit", report_payload(position=swapped)))
    assert found is not None and found.complete
    assert found.payload["position"] == {**position, "accuracy_m": None}


def test_the_kind_and_time_of_the_item_itself() -> None:
    found = suggest(item("report-submit", report_payload(), recorded_at="2026-11-20 09:30:00"))
    assert found is not None and found.complete
    assert (found.kind, found.recorded_at) == ("report.submit", "2026-11-20T09:30:00+08:00")


@pytest.mark.parametrize(
    "sent",
    [
        item("report.vanish", {}),
        item("report.submit", "no object"),
        item("report.submit", report_payload(category="witchcraft")),
        item("report.submit", report_payload(description="x" * 10_001)),
        item("report.submit", report_payload(answers={"A.1": {"deep": 1}})),
        item("report.submit", report_payload(captured_at="2026-02-30T10:00:00+08:00")),
        item("report.submit", report_payload(findings=[7])),
        item("task.start", {"task_id": 7}),
    ],
)
def test_nothing_is_made_up(sent: dict[str, Any]) -> None:
    before = copy.deepcopy(sent)
    found = suggest(sent)
    assert found is None or not found.complete
    assert sent == before


def test_what_is_mended_in_part_is_told_so() -> None:
    found = suggest(item("report.submit", report_payload(category="Illegal Practice", outcome="??")))
    assert found is not None and not found.complete and [c.path for c in found.changes] == ["category"]


@pytest.mark.parametrize("value", [{"a": float("nan")}, {"a": "\ud800"}, {"a": [1, 2.5, None, "文"]}])
def test_raw_content_is_kept_as_it_was(value: dict[str, Any]) -> None:
    kept = read_raw(raw_bytes(value))
    assert repr(kept) == repr(value)
    assert can_be_told(value) == (value["a"] == [1, 2.5, None, "文"])
