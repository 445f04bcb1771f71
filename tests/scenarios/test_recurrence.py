"""It happened again, it was looked at again: what later reports from the field mean for a case that was closed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.ids import new_id
from backend.domain.vocabulary import ReferralStatus, Role, TaskStatus
from backend.persistence.models import Event, Referral, ReferralLink, Report, Site, Task
from tests.api.asking import Person
from tests.conftest import NOW
from tests.factories import make_officer, make_site, make_user
from tests.phone import item, report_payload
from tests.scenarios.conftest import Field

NEXT_WEEK = "2026-11-27T09:30:00+08:00"


class Office:
    """The bureau and the health department, acting over HTTP."""

    def __init__(self, field: Field) -> None:
        session = field.session
        self.health = Person(field.app, session, make_officer(session))
        self.bureau = Person(field.app, session, make_user(session, Role.BUREAU_TRIAGER))

    def settle(self, referral_id: Any, outcome: str = "founded_case_filed") -> None:
        path = f"/referrals/{referral_id}/actions"
        self.health.post(f"{path}/accept")
        self.health.post(f"{path}/start_handling")
        self.health.post(f"{path}/handle", outcome_code=outcome, note="见案卷")
        self.bureau.post(f"{path}/start_verifying")
        self.bureau.post(f"{path}/close")


@pytest.fixture
def office(field: Field) -> Office:
    return Office(field)


@pytest.fixture
def site(field: Field) -> Site:
    made = make_site(field.session, field.grids[0])
    field.session.commit()
    return made


def submit(field: Field, *, at: str = "2026-11-20T09:29:00+08:00", **values: Any) -> UUID:
    draft = report_payload(captured_at=at, **values)
    receipts = field.phone.sync([item("report.submit", draft, recorded_at=at)])
    assert receipts[0]["result"] == "accepted", receipts
    return UUID(draft["report_id"])


def named(site: Site) -> dict[str, Any]:
    return {"id": str(site.id), "name": site.name, "address": site.address, "uscc": None, "uscc_missing_reason": None}


def referral_of(session: Session, report_id: UUID) -> Referral:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Referral).where(Referral.report_id == report_id)).one()


def later(field: Field, days: int) -> None:
    field.app.extensions["gridpatrol"].gateways.clock.at = NOW + timedelta(days=days)
    field.phone.now = NOW + timedelta(days=days)


def somewhere(metres_north: float) -> dict[str, Any]:
    position = report_payload()["position"]
    return {**position, "lat": position["lat"] + metres_north / 111_320}


def test_the_same_site_again_reopens_the_case(field: Field, office: Office, site: Site) -> None:
    first = submit(field, site=named(site), position=None)
    office.settle(referral_of(field.session, first).id)
    later(field, 7)
    again = submit(field, at=NEXT_WEEK, site=named(site), position=None)
    old = referral_of(field.session, first)
    assert old.status == ReferralStatus.REOPENED
    assert field.session.get_one(Report, first).status == "referred"
    link = field.session.scalars(select(ReferralLink)).one()
    assert (link.referral_id, link.report_id, link.kind) == (old.id, again, "recurrence")
    event = field.session.scalars(select(Event).where(Event.action == "reopen").order_by(Event.seq)).first()
    assert event is not None
    assert (event.reason_code, event.data["report_id"], event.actor_id) == ("recurrence", str(again), None)
    field.phone.sync()
    assert field.phone.of("report")[str(first)]["referrals"][0]["status"] == "reopened"
    file = office.bureau.get(f"/referrals/{old.id}/case-file")
    assert [(link["kind"], link["report_id"]) for link in file["links"]] == [("recurrence", str(again))]
    field.phone.verify()


@pytest.mark.parametrize(
    ("what", "reopened", "linked"),
    [
        ({"position": somewhere(25)}, True, True),
        ({"position": somewhere(40)}, False, False),
        # the same place, but another matter for another department: it is linked and stays closed
        ({"position": somewhere(5), "findings": [{"code": "A-07", "note": "", "severity": "low"}]}, False, True),
        ({"outcome": "no_problem", "findings": [], "position": somewhere(0)}, False, False),
    ],
    ids=["near", "too far", "another function", "no problem"],
)
def test_near_by_counts_for_the_same_matter(
    field: Field, office: Office, what: dict[str, Any], reopened: bool, linked: bool
) -> None:
    first = submit(field)
    office.settle(referral_of(field.session, first).id)
    later(field, 7)
    submit(field, at=NEXT_WEEK, **what)
    assert (referral_of(field.session, first).status == "reopened") is reopened
    assert bool(field.session.scalars(select(ReferralLink)).all()) is linked


def test_what_was_unfounded_seen_before_closing_or_too_long_ago_is_no_recurrence(field: Field, office: Office) -> None:
    first = submit(field)
    office.settle(referral_of(field.session, first).id, "unfounded")
    later(field, 7)
    submit(field, at=NEXT_WEEK)
    assert referral_of(field.session, first).status == "closed"
    second = field.session.scalars(select(Referral).where(Referral.report_id != first)).one()
    office.settle(second.id)
    submit(field, at="2026-11-20T10:00:00+08:00")  # seen before the case was closed, sent after
    assert field.session.get_one(Referral, second.id).status == "closed"
    field.session.get_one(Referral, second.id).closed_at = NOW + timedelta(days=7 - 181)
    field.session.commit()
    submit(field, at="2026-11-27T10:00:00+08:00")
    field.session.expire_all()
    assert field.session.get_one(Referral, second.id).status == "closed"


def test_closing_a_penalty_sends_the_worker_back(field: Field, office: Office, site: Site) -> None:
    first = submit(field, site=named(site))
    referral = referral_of(field.session, first)
    office.settle(referral.id)
    task = field.session.scalars(select(Task).where(Task.referral_id == referral.id)).one()
    assert (task.kind, task.purpose, task.site_id, task.grid_code) == (
        "recheck",
        "recheck",
        site.id,
        field.grids[0].code,
    )
    assert (task.assignee_id, task.status) == (field.worker.id, TaskStatus.ASSIGNED)
    assert task.due_at is not None and task.due_at > NOW + timedelta(days=29)
    field.phone.sync()
    assert str(task.id) in field.phone.of("task")
    later(field, 7)
    visit = {"task_id": str(task.id), "site": named(site), "outcome": "no_problem", "findings": []}
    passed = submit(field, at=NEXT_WEEK, **visit)
    link = field.session.scalars(select(ReferralLink)).one()
    assert (link.kind, link.report_id, link.referral_id) == ("recheck_passed", passed, referral.id)
    assert referral_of(field.session, first).status == "closed"


def test_a_failed_recheck_reopens_and_a_closed_door_says_nothing(field: Field, office: Office, site: Site) -> None:
    first = submit(field, site=named(site))
    referral = referral_of(field.session, first)
    office.settle(referral.id)
    task = field.session.scalars(select(Task).where(Task.referral_id == referral.id)).one()
    later(field, 7)
    visit = {"task_id": str(task.id), "site": named(site)}
    submit(field, at=NEXT_WEEK, **visit, outcome="closed_door", findings=[])
    assert field.session.scalars(select(ReferralLink)).all() == []
    submit(field, at="2026-11-27T15:30:00+08:00", **visit)
    assert referral_of(field.session, first).status == "reopened"


def test_a_field_task_verifies_with_photos_before_and_after(field: Field, office: Office, site: Site) -> None:
    first = submit(field, site=named(site), photos=[_photo("a")])
    referral = referral_of(field.session, first)
    path = f"/referrals/{referral.id}"
    assert office.bureau.post(f"{path}/field-checks", 409)["code"] == "illegal_transition"
    for action, body in (
        ("accept", {}),
        ("start_handling", {}),
        ("handle", {"outcome_code": "founded_corrected_on_site"}),
    ):
        office.health.post(f"{path}/actions/{action}", **body)
    office.health.post(f"{path}/field-checks", 403)
    task = office.bureau.post(f"{path}/field-checks", 201, instructions="核对是否已整改")
    assert office.bureau.post(f"{path}/field-checks", 409)["code"] == "already_running"
    field.phone.sync()
    assert field.phone.of("task")[task["id"]]["instructions"] == "核对是否已整改"
    visit = {"task_id": task["id"], "site": named(site), "outcome": "no_problem", "findings": []}
    after = submit(field, at="2026-11-20T10:00:00+08:00", **visit, photos=[_photo("b")])
    office.bureau.post(f"{path}/actions/start_verifying")
    file = office.bureau.get(f"{path}/case-file")
    assert [photo["sha256"][0] for photo in file["before"]] == ["a"]
    [link] = file["links"]
    assert (link["kind"], link["report_id"], link["outcome"]) == ("verification", str(after), "no_problem")
    assert [photo["sha256"][0] for photo in link["photos"]] == ["b"]
    assert [(t["id"], t["purpose"]) for t in file["tasks"]] == [(task["id"], "verification")]
    office.bureau.post(f"{path}/actions/close")


def test_a_recheck_that_cannot_be_made_hinders_nothing(field: Field, office: Office) -> None:
    report_id = submit(field, position=None)  # lies nowhere: no grid, no task
    referral = referral_of(field.session, report_id)
    office.bureau.post(f"/referrals/{referral.id}/actions/route", department="putuo.health", reason="无街镇，直派卫健")
    office.settle(referral.id)
    assert referral_of(field.session, report_id).status == "closed"
    event = field.session.scalars(select(Event).where(Event.action == "recheck_not_made")).one()
    assert event.data == {"why": "no_grid_for_task"}
    assert field.session.scalars(select(Task).where(Task.referral_id.is_not(None))).all() == []


def _photo(letter: str) -> dict[str, Any]:
    return {"sha256": letter * 64, "bytes": 1000, "mime": "image/jpeg", "role": "detail", "source": "camera",
            "taken_at": None}  # fmt: skip


def test_an_unknown_referral_has_no_file(office: Office) -> None:
    office.bureau.get(f"/referrals/{new_id()}/case-file", 404)
