"""Small rules around tasks and sites: choosing workers, holdings, codes, credit codes, areas."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from backend.domain import sites
from backend.domain.accounts import Actor
from backend.domain.areas import manages_street
from backend.domain.assignment import Candidate, WhyNobody, choose_worker
from backend.domain.errors import DomainError
from backend.domain.rows import ROW_FAULTS, row_fault
from backend.domain.tasks import held_by, task_code
from backend.domain.uscc import is_old_registration_number, is_valid_uscc
from backend.domain.vocabulary import GridRole, Role, SiteAction, SiteStatus

AT = datetime(2026, 11, 20, tzinfo=UTC)
LEAD, BACKUP, HELPER = GridRole


def candidate(number, role, skill=True, load=0):
    return Candidate(UUID(int=number), role, skill, load)


@pytest.mark.parametrize(
    ("candidates", "chosen"),
    [
        ([candidate(1, HELPER), candidate(2, BACKUP), candidate(3, LEAD, load=99)], 3),
        ([candidate(1, LEAD, skill=False), candidate(2, HELPER), candidate(3, BACKUP, load=5)], 3),
        ([candidate(1, BACKUP, load=2), candidate(2, BACKUP, load=1)], 2),
        ([candidate(2, BACKUP, load=1), candidate(1, BACKUP, load=1)], 1),
        ([candidate(1, LEAD, skill=False), candidate(2, HELPER)], 2),
    ],
)
def test_who_is_chosen(candidates, chosen):
    assert choose_worker(candidates).user_id == UUID(int=chosen)


def test_why_nobody_is_chosen():
    assert choose_worker([]).why_nobody == WhyNobody.NO_RESPONSIBLE_WORKER
    assert choose_worker([candidate(1, LEAD, skill=False)]).why_nobody == WhyNobody.NO_SKILLED_WORKER


@dataclass
class Holding:
    user_id: UUID
    started_at: datetime
    ended_at: datetime | None


def test_holding_begins_inclusive_and_ends_exclusive():
    me, hour = UUID(int=1), timedelta(hours=1)
    rows = [Holding(me, AT, AT + hour), Holding(UUID(int=2), AT + hour, None), Holding(me, AT + 3 * hour, None)]
    held = [held_by(rows, me, AT + hours * hour) for hours in (-1, 0, 0.99, 1, 2, 3, 1000)]
    assert held == [False, True, True, False, False, True, True]


def test_task_codes():
    assert task_code(date(2026, 11, 20), 0) == "T20261120-00000"
    assert task_code(date(2026, 11, 20), 33) == "T20261120-00011"
    assert task_code(date(2026, 11, 20), 32**5 + 31) == "T20261120-10000Z"


@pytest.mark.parametrize(
    "code", ["9144030071526726XG", "91330100799655058B", "91110000802100433B", "913100007109328220"]
)
def test_real_credit_codes_hold(code):
    assert is_valid_uscc(code)
    for position in (0, 9, 17):
        other = "2" if code[position] != "2" else "3"
        assert not is_valid_uscc(code[:position] + other + code[position + 1 :])


def test_what_is_no_credit_code():
    assert not any(map(is_valid_uscc, ["", "9", "I" * 18, "９1310000710932822０", "91440300715267265"]))
    assert is_old_registration_number("310107600123456") and not is_old_registration_number("31010760012345６")


EXPECTED = {("proposed", "confirm"): "active", ("proposed", "reject"): "closed", ("active", "close"): "closed"}


@pytest.mark.parametrize("status", SiteStatus)
@pytest.mark.parametrize("action", SiteAction)
def test_every_pair_of_a_sites_life(status, action):
    expected = EXPECTED.get((status.value, action.value))
    if expected:
        assert sites.next_status(status, action) == expected
        return
    with pytest.raises(DomainError):
        sites.next_status(status, action)


@pytest.mark.parametrize(
    ("role", "mine", "other", "none"),
    [
        (Role.STREET_COORDINATOR, True, False, False),
        (Role.BUREAU_TRIAGER, True, True, True),
        (Role.ADMINISTRATOR, True, True, True),
        (Role.GRID_WORKER, False, False, False),
        (Role.CITY_OPERATIONS, False, False, False),
        (Role.AUDITOR, False, False, False),
    ],
)
def test_whose_street_is_whose(role, mine, other, none):
    actor = Actor(UUID(int=1), "a", "a", frozenset([role]), frozenset(["310107005"]))
    assert (manages_street(actor, "310107005"), manages_street(actor, "310107014"), manages_street(actor, None)) == (
        mine, other, none,
    )  # fmt: skip


def test_every_row_fault_can_be_said():
    for code in ROW_FAULTS:
        said = row_fault(3, "列", code, "值{0}" * 50, limit=1, choices="甲").to_data()
        assert said["zh"] and said["en"] and "{limit}" not in said["zh"] + said["en"]
    with pytest.raises(KeyError):
        row_fault(1, None, "no_such_fault")
