"""Whose turn it is at each status, from when somebody is told, and the words of a notice."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from backend.domain.data_files import load_yaml
from backend.domain.ids import new_id
from backend.domain.notices import STREET_OFFICE, TURNS, Audience, Held, audiences_held, audiences_of, title
from backend.domain.vocabulary import NoticeKind, ReferralStatus, Role

DEPARTMENT = new_id()
OFFICERS = f"department:{DEPARTMENT}"
COORDINATORS = "street_coordinator:310107005"
TODAY = date(2026, 11, 20)


def told(status: str, function: str = "medical_practice_supervision", street: str | None = "310107005",
         department: UUID | None = DEPARTMENT) -> list[str]:  # fmt: skip
    found = audiences_of(TURNS[status], function_code=function, street_code=street, department_id=department)
    return [audience.key for audience in found]


@pytest.mark.parametrize(
    ("status", "keys"),
    [
        ("pending_triage", ["bureau_triager"]),
        ("returned", ["bureau_triager"]),
        ("routed", [OFFICERS]),
        ("accepted", [OFFICERS]),
        ("handling", [OFFICERS]),
        ("reopened", [OFFICERS]),
        ("in_arbitration", ["city_operations"]),
        ("handled", ["bureau_triager"]),
        ("verifying", ["bureau_triager"]),
        ("closed", [OFFICERS, COORDINATORS]),
        ("merged", [OFFICERS, COORDINATORS]),
    ],
)
def test_whose_turn_it_is(status: str, keys: list[str]) -> None:
    assert told(status) == keys


def test_every_status_is_somebodys_turn() -> None:
    assert {str(status) for status in ReferralStatus} <= TURNS.keys()


def test_a_street_that_is_the_function_decides_beside_the_bureau() -> None:
    assert told("pending_triage", STREET_OFFICE) == ["bureau_triager", COORDINATORS]
    assert told("returned", STREET_OFFICE) == ["bureau_triager", COORDINATORS]
    assert told("returned", STREET_OFFICE, street=None) == ["bureau_triager"]


def test_a_party_the_case_does_not_have_is_left_out() -> None:
    assert told("routed", department=None) == []
    assert told("closed", street=None) == [OFFICERS]


def held(role: Role, start: date, end: date | None = None, street: str | None = None,
         department: UUID | None = None) -> Held:  # fmt: skip
    return Held(role, street, department, start, end)


def test_notices_are_ones_own_from_the_first_day_of_the_role_in_the_district() -> None:
    roles = [
        held(Role.BUREAU_TRIAGER, date(2026, 11, 1), street="310107005"),
        held(Role.DEPARTMENT_OFFICER, date(2026, 10, 1), department=DEPARTMENT),
        held(Role.STREET_COORDINATOR, date(2026, 9, 1), date(2026, 11, 20), "310107005"),  # over since today
        held(Role.CITY_OPERATIONS, date(2026, 11, 21)),  # tomorrow
    ]
    assert audiences_held(roles, TODAY) == {
        "bureau_triager": datetime(2026, 10, 31, 16, tzinfo=UTC),
        OFFICERS: datetime(2026, 9, 30, 16, tzinfo=UTC),
    }


def test_a_role_prolonged_without_a_gap_counts_from_its_first_day() -> None:
    first, second = (date(2025, 1, 1), date(2026, 1, 1)), (date(2026, 1, 1), None)
    roles = [held(Role.BUREAU_TRIAGER, *second), held(Role.BUREAU_TRIAGER, *first)]
    assert audiences_held(roles, TODAY)["bureau_triager"] == datetime(2024, 12, 31, 16, tzinfo=UTC)
    gap = [held(Role.BUREAU_TRIAGER, date(2026, 1, 2)), held(Role.BUREAU_TRIAGER, *first)]
    assert audiences_held(gap, TODAY)["bureau_triager"] == datetime(2026, 1, 1, 16, tzinfo=UTC)


def test_a_person_is_an_audience_of_his_own() -> None:
    assert Audience(user_id=DEPARTMENT).key == f"user:{DEPARTMENT}"


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_has_a_title(kind: NoticeKind, language: str) -> None:
    values = {"category": "C1", "street": "S1", "function": "F1", "name": "N1", "day": "D1"}
    plain, empty = title(kind, language, values, is_emergency=False), title(kind, language, {}, is_emergency=True)
    assert any(word in plain for word in values.values()) and "{" not in plain
    assert empty.startswith(load_yaml("notices.yaml")["emergency"][language]) and "—" in empty


def test_what_is_unknown_shows_as_a_dash() -> None:
    assert title(NoticeKind.TO_TRIAGE, "zh", {"category": "非法行医", "street": None}, is_emergency=False) == (
        "待研判：非法行医（—）"
    )
