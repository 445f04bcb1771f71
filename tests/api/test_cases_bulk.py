"""POST /cases/bulk: each row by itself, filters with a count, what is sent twice."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.api.schemas.bulk import BulkAnswerSchema
from backend.domain.ids import new_id
from backend.domain.vocabulary import ReferralStatus, ReportStatus, Role
from backend.gateways.clock import FixedClock
from backend.persistence.models import BulkAnswer, Event, Referral, Report
from tests.api.asking import Asker, Person, told
from tests.conftest import NOW
from tests.factories import make_case, make_officer, make_user, token_for

Watch = Callable[[], AbstractContextManager[list[str]]]
S = ReferralStatus


@pytest.fixture
def bureau(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.BUREAU_TRIAGER))


@pytest.fixture
def health(app: Flask, session: Session) -> Person:
    return Person(app, session, make_officer(session))


def picked(*cases: Referral, version: int = 1) -> list[dict[str, Any]]:
    return [{"id": str(case.id), "version": version} for case in cases]


def outcome(answer: Any) -> list[tuple[str, str | None, int | None]]:
    return [(row["result"], row["code"], row["version"]) for row in answer["items"]]


def test_one_bad_row_never_hinders_the_others(session: Session, health: Person) -> None:
    first, last = make_case(session), make_case(session)
    accepted = make_case(session, status=S.ACCEPTED)
    changed = make_case(session, version=5)
    foreign = make_case(session, "putuo.market")
    rows = [
        *picked(first, accepted, changed, foreign),
        {"id": str(new_id()), "version": 1},
        *picked(last, first),
    ]
    answer = health.post("/cases/bulk", action="accept", ids=rows)
    BulkAnswerSchema().load(answer)
    assert outcome(answer) == [
        ("done", None, 2),
        ("refused", "illegal_transition", 1),
        ("refused", "stale_version", 5),
        ("refused", "not_found", None),
        ("refused", "not_found", None),
        ("done", None, 2),
        ("refused", "stale_version", 2),
    ]
    assert (answer["done"], answer["refused"]) == (2, 5)
    assert all(row["message"] for row in answer["items"] if row["code"])
    assert [row["id"] for row in answer["items"]] == [row["id"] for row in rows]
    session.expire_all()
    assert [case.status for case in (first, last, accepted, changed, foreign)] == [
        S.ACCEPTED, S.ACCEPTED, S.ACCEPTED, S.ROUTED, S.ROUTED,
    ]  # fmt: skip
    assert (accepted.version, changed.version) == (1, 5)
    assert session.scalar(select(func.count()).where(Event.action == "accept")) == 2


def test_a_row_refused_half_way_leaves_nothing_behind(
    app: Flask, session: Session, health: Person, bureau: Person
) -> None:
    """Closing sets its time before it finds that the verifier is the handler: the savepoint takes it back."""
    triager = make_user(session, Role.BUREAU_TRIAGER)
    other = make_officer(session)
    own = make_case(session, status=S.VERIFYING, handler_id=triager.id)
    good = make_case(session, status=S.VERIFYING, handler_id=other.id)
    answer = Person(app, session, triager).post("/cases/bulk", action="close", ids=picked(own, good))
    assert outcome(answer) == [("refused", "verifier_is_handler", 1), ("done", None, 2)]
    session.expire_all()
    assert (own.status, own.closed_at, own.verifier_id) == (S.VERIFYING, None, None)
    assert (good.status, good.verifier_id) == (S.CLOSED, triager.id)
    assert session.get_one(Report, good.report_id).status == ReportStatus.CLOSED
    assert session.get_one(Report, own.report_id).status == ReportStatus.REFERRED


def test_details_for_all_and_for_single_rows(session: Session, bureau: Person) -> None:
    cases = [make_case(session, None) for _ in range(4)]
    answer = bureau.post(
        "/cases/bulk", action="route", ids=picked(*cases), details={"department": "putuo.chengguan", "reason": "占道"},
        overrides={
            str(cases[1].id): {"department": "putuo.market"},
            str(cases[2].id): {"department": "nobody"},
            str(new_id()): {"department": "putuo.cdc"},
        },
    )  # fmt: skip
    assert [code for _, code, _ in outcome(answer)] == [None, None, "unknown_code", None]
    shown = {one["id"]: one["department"] for one in bureau.get("/cases")["items"]}
    assert [shown[str(case.id)] for case in cases] == ["putuo.chengguan", "putuo.market", None, "putuo.chengguan"]
    events = session.scalars(select(Event.reason).where(Event.action == "route")).all()
    assert events == ["占道"] * 3


def test_an_act_of_another_role_is_refused_row_by_row(app: Flask, session: Session, health: Person) -> None:
    cases = [make_case(session), make_case(session)]
    for user in (make_user(session, Role.STREET_COORDINATOR), make_user(session, Role.AUDITOR)):
        answer = Person(app, session, user).post("/cases/bulk", action="accept", ids=picked(*cases))
        assert {code for _, code, _ in outcome(answer)} == {"forbidden"}
    assert {code for _, code, _ in outcome(health.post("/cases/bulk", action="close", ids=picked(*cases)))} == {
        "forbidden"
    }


def test_all_that_match_a_filter(session: Session, health: Person) -> None:
    wanted = [make_case(session, name="祥和诊所") for _ in range(3)]
    other = make_case(session)
    make_case(session, "putuo.market", name="祥和诊所")
    order = {"action": "accept", "filter": {"q": "祥和", "status": ["routed", "returned"]}}
    refused = health.post("/cases/bulk", 409, **order, expected_count=4)
    assert (refused["code"], "3" in refused["detail"]) == ("count_changed", True)
    session.expire_all()
    assert {case.status for case in wanted} == {S.ROUTED}
    answer = health.post("/cases/bulk", **order, expected_count=3)
    assert [row["id"] for row in answer["items"]] == [str(case.id) for case in wanted]
    assert answer["done"] == 3
    session.expire_all()
    assert other.status == S.ROUTED
    assert health.post("/cases/bulk", **order, expected_count=0)["items"] == []


def test_too_many_at_once(session: Session, health: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.services.review.bulk.BULK_LIMIT", 2)
    cases = [make_case(session) for _ in range(3)]
    refused = health.post("/cases/bulk", 422, action="accept", filter={"status": "routed"}, expected_count=3)
    assert refused["code"] == "too_many_cases"
    assert health.post("/cases/bulk", 422, action="accept", ids=picked(*cases))["code"] == "too_many_cases"
    many = [{"id": str(new_id()), "version": 1}] * 501
    assert health.post("/cases/bulk", 422, action="accept", ids=many)["code"] == "invalid_input"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "accept"},
        {"action": "accept", "ids": []},
        {"action": "explode", "ids": [{"id": str(new_id()), "version": 1}]},
        {"action": "accept", "ids": [{"id": str(new_id())}]},
        {"action": "accept", "ids": [{"id": "x", "version": 1}]},
        {"action": "accept", "ids": [{"id": str(new_id()), "version": 0}]},
        {"action": "accept", "ids": [{"id": str(new_id()), "version": 1}], "filter": {}, "expected_count": 1},
        {"action": "accept", "filter": {}},
        {"action": "accept", "filter": {"status": "lost"}, "expected_count": 1},
        {"action": "accept", "filter": {"status": [1]}, "expected_count": 1},
        {"action": "accept", "filter": {"returned": True}, "expected_count": 1},
        {"action": "accept", "filter": {"returned": 1.5}, "expected_count": 1},
        {"action": "accept", "ids": [{"id": str(new_id()), "version": 1}], "details": {"version": 1}},
        {"action": "accept", "ids": [{"id": str(new_id()), "version": 1}], "overrides": {"x": {}}},
        {"action": "accept", "ids": [{"id": str(new_id()), "version": 1}], "details": {"note": "\x00"}},
    ],
)
def test_bad_orders_are_refused(health: Person, body: dict[str, Any]) -> None:
    assert health.post("/cases/bulk", 422, **body)["code"] == "invalid_input"


def test_a_second_sending_is_answered_the_same_and_acts_no_more(
    app: Flask, client: FlaskClient, session: Session, clock: FixedClock
) -> None:
    officer = make_officer(session)
    asker, colleague = (Asker(client, token_for(app, session, one)) for one in (officer, make_officer(session)))
    case, other = make_case(session), make_case(session)
    session.commit()
    order = {"action": "accept", "ids": picked(case)}
    first = asker.post("/cases/bulk", order, Idempotency_Key="k-1")
    assert (first.json["done"], "Idempotency-Replayed" in first.headers) == (1, False)
    again = asker.post("/cases/bulk", order, Idempotency_Key="k-1")
    assert (again.json, again.headers["Idempotency-Replayed"]) == (first.json, "true")
    session.expire_all()
    assert case.version == 2
    # without a key it is a new act, and so it is for somebody else's key of the same name
    assert outcome(asker.post("/cases/bulk", order).json) == [("refused", "stale_version", 2)]
    assert outcome(colleague.post("/cases/bulk", order, Idempotency_Key="k-1").json)[0][1] == "stale_version"
    reused = asker.post("/cases/bulk", {"action": "accept", "ids": picked(other)}, Idempotency_Key="k-1")
    assert told(reused) == (409, "idempotency_key_reused")
    clock.at = NOW + timedelta(hours=24)
    later = asker.post("/cases/bulk", order, Idempotency_Key="k-1")
    assert outcome(later.json) == [("refused", "stale_version", 2)]
    kept = session.scalars(select(BulkAnswer).where(BulkAnswer.user_id == officer.id)).all()
    assert [(one.key, one.created_at) for one in kept] == [("k-1", NOW + timedelta(hours=24))]


def test_what_was_refused_whole_is_not_kept(app: Flask, client: FlaskClient, session: Session) -> None:
    asker = Asker(client, token_for(app, session, make_officer(session)))
    session.commit()
    order = {"action": "accept", "filter": {}, "expected_count": 1}
    assert told(asker.post("/cases/bulk", order, Idempotency_Key="k")) == (409, "count_changed")
    make_case(session)
    session.commit()
    assert asker.post("/cases/bulk", order, Idempotency_Key="k").json["done"] == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "schlüssel"])
def test_bad_keys_are_refused(app: Flask, client: FlaskClient, session: Session, key: str) -> None:
    asker = Asker(client, token_for(app, session, make_officer(session)))
    session.commit()
    order = {"action": "accept", "ids": [{"id": str(new_id()), "version": 1}]}
    assert told(asker.post("/cases/bulk", order, Idempotency_Key=key)) == (422, "bad_idempotency_key")


def test_statements_for_a_row_are_few(session: Session, health: Person, count_queries: Watch) -> None:
    counts = []
    for more in (5, 25):
        cases = [make_case(session) for _ in range(more)]
        with count_queries() as seen:
            assert health.post("/cases/bulk", action="accept", ids=picked(*cases))["done"] == more
        counts.append(len(seen))
    # its row, its event, its clocks (read, stopped, started), whose turn it is, who listens, the reports it concerns
    assert (counts[1] - counts[0]) / 20 <= 8
    assert counts[0] <= 5 * 8 + 25
