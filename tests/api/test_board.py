"""The board and the review of reports: every number equals the list it leads to, whoever asks; looking at reports."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.api.schemas.board import BoardSchema
from backend.api.schemas.review import ReviewPageSchema
from backend.domain.ids import new_id
from backend.domain.vocabulary import ReferralStatus, Role, TaskStatus, Verdict
from backend.persistence.models import EmergencyCall, Event, Report
from tests.api.asking import Person
from tests.conftest import NOW
from tests.factories import (
    OTHER_STREET,
    make_case,
    make_device,
    make_grids,
    make_officer,
    make_report,
    make_responsible,
    make_task,
    make_user,
)
from tests.factories.clocks import start_clocks

Watch = Callable[[], AbstractContextManager[list[str]]]
S = ReferralStatus


@pytest.fixture
def busy(session: Session) -> None:
    """A district in which every number of a street, the bureau and a department is at least one."""
    grids = make_grids(session, 3)
    worker = make_user(session)
    make_responsible(session, worker, [grids[0]])
    make_task(session, grids[0], due_at=NOW - timedelta(hours=1))
    make_task(session, grids[0], worker, due_at=NOW + timedelta(hours=3))
    make_task(session, grids[0], worker, status=TaskStatus.SUBMITTED)
    make_task(session, grids[0], status=TaskStatus.DECLINED, due_at=None)
    make_task(session, grids[0], status=TaskStatus.CANCELLED)
    device = make_device(session, worker)
    device.outbox_items, device.outbox_oldest_at = 3, NOW - timedelta(hours=5)
    make_report(session, worker, grids[0], flags=["mock_location"])
    make_report(session, worker, grids[0], verdict=Verdict.BORDERLINE)
    late = NOW - timedelta(hours=30)
    make_report(session, worker, grids[0], photos_expected=2, received_at=late)
    make_case(session, is_emergency=True)
    rung = make_case(session, is_emergency=True)
    call = {"number": "110", "called_at": NOW, "note": "", "received_at": NOW, "caller_id": worker.id}
    session.add(EmergencyCall(id="call-1", report_id=rung.report_id, **call))
    for status in (S.RETURNED, S.HANDLED, S.IN_ARBITRATION, S.ACCEPTED, S.HANDLING, S.CLOSED):
        make_case(session, status=status)
    waiting = make_case(session, None)
    start_clocks(session, waiting, NOW - timedelta(days=1))
    make_user(session, Role.GRID_WORKER)


def listed(person: Person, link: dict[str, Any]) -> int:
    """How many rows the list behind a number has."""
    found, cursor = 0, None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = person.get(link["address"].removeprefix("/api/v1"), **{**link["query"], **more})
        found, cursor = found + len(page["items"]), page["next_cursor"]
        if cursor is None:
            return found


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("role", [role for role in Role if role != Role.GRID_WORKER])
def test_a_number_is_its_list(app: Flask, session: Session, role: Role) -> None:
    user = make_officer(session) if role == Role.DEPARTMENT_OFFICER else make_user(session, role)
    person = Person(app, session, user)
    board = person.get("/board")
    assert not BoardSchema().validate(board)
    counts = {card["key"]: card["count"] for card in board["cards"]}
    for card in board["cards"]:
        if card["link"]["page"] not in ("calendar", "rule_sets", "jobs", "seals"):
            assert card["count"] == listed(person, card["link"]), card
        assert (card["tone"] == "ok") is (card["count"] == 0)
    for part in (part for breakdown in board["breakdowns"] for part in breakdown["parts"] if part["link"]):
        assert part["count"] == listed(person, part["link"]), part
    if role == Role.STREET_COORDINATOR:
        quiet = {key for key, count in counts.items() if not count}
        assert quiet == {"quarantine_open"}
    if role == Role.BUREAU_TRIAGER:
        assert counts["emergencies_uncalled"] == counts["to_verify"] == counts["returned"] == counts["disputes"] == 1


def test_a_worker_has_no_board(app: Flask, session: Session) -> None:
    Person(app, session, make_user(session)).get("/board", 403)


@pytest.mark.usefixtures("busy")
def test_a_board_never_costs_more_statements(app: Flask, session: Session, count_queries: Watch) -> None:
    person = Person(app, session, make_user(session, Role.STREET_COORDINATOR))
    sent = []
    for _ in range(2):
        with count_queries() as seen:
            person.get("/board")
        sent.append(len(seen))
        make_case(session, is_emergency=True)
        make_report(session, make_user(session), flags=["clock_suspect"])
    assert sent[0] == sent[1] <= 12


@pytest.fixture
def coordinator(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.STREET_COORDINATOR))


def test_the_queue_is_in_working_order_and_gets_shorter(session: Session, coordinator: Person) -> None:
    worker = make_user(session)
    doubtful = make_report(session, worker, verdict=Verdict.INSIDE, accuracy_m=80)
    lacking = make_report(
        session, worker, verdict=Verdict.INSIDE, photos_expected=1, received_at=NOW - timedelta(hours=25)
    )
    flagged = make_report(session, worker, verdict=Verdict.OUTSIDE, flags=["photo_reused", "outside_grid"])
    make_report(session, worker, verdict=Verdict.INSIDE, photos_expected=1)  # they may still come
    make_report(session, worker, verdict=Verdict.OUTSIDE, received_at=NOW - timedelta(days=40))
    make_report(session, worker, verdict=Verdict.OUTSIDE, withdrawn_at=NOW)
    make_report(session, worker, verdict=Verdict.OUTSIDE, street_code=OTHER_STREET)
    found, cursor = [], None
    for _ in range(3):
        page = coordinator.get("/reports/review", limit=1, **({"cursor": cursor} if cursor else {}))
        assert not ReviewPageSchema().validate(page)
        found += [(item["report_id"], item["needs"]) for item in page["items"]]
        cursor = page["next_cursor"]
    assert found == [
        (str(flagged.id), ["doubt", "position"]), (str(lacking.id), ["photos_missing"]), (str(doubtful.id), ["position"]),
    ]  # fmt: skip
    assert (cursor, page["total"]) == (None, 3)
    assert {count["need"]: count["count"] for count in page["counts"]} == {
        "doubt": 1, "photos_missing": 1, "position": 2,
    }  # fmt: skip
    coordinator.get("/reports/review", 422, cursor="bm9ucw")

    ids = [str(flagged.id), str(lacking.id)]
    assert sorted(coordinator.post("/reports/review", report_ids=ids, note="已核实")["report_ids"]) == sorted(ids)
    assert coordinator.post("/reports/review", report_ids=ids)["report_ids"] == []
    assert coordinator.get("/reports/review")["total"] == 1
    told = session.scalars(select(Event).where(Event.subject_id == ids[0], Event.action == "review")).one()
    assert (told.reason, told.actor_id is None) == ("已核实", False)


def test_a_mark_is_taken_back_by_whoever_made_it(app: Flask, session: Session, coordinator: Person) -> None:
    report = make_report(session, make_user(session), flags=["mock_location"])
    coordinator.post("/reports/review", report_ids=[str(report.id)])
    other = Person(app, session, make_user(session, Role.STREET_COORDINATOR))
    other.post(f"/reports/{report.id}/actions/unreview", 403)
    coordinator.post(f"/reports/{report.id}/actions/unreview", 204)
    assert coordinator.get("/reports/review")["total"] == 1
    coordinator.post(f"/reports/{report.id}/actions/unreview", 404)


def test_another_streets_reports_are_not_found(app: Flask, session: Session, coordinator: Person) -> None:
    far: Report = make_report(session, make_user(session), street_code=OTHER_STREET, flags=["mock_location"])
    near = make_report(session, make_user(session), flags=["mock_location"])
    coordinator.post("/reports/review", 404, report_ids=[str(near.id), str(far.id)])
    coordinator.post("/reports/review", 404, report_ids=[str(new_id())])
    coordinator.post("/reports/review", 422, report_ids=[])
    assert coordinator.get("/reports/review")["total"] == 1  # all or none
    Person(app, session, make_officer(session)).get("/reports/review", 403)
