"""/departments: read by everybody, changed by administrators, and two of them at once."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.api.schemas.departments import DepartmentListSchema
from backend.domain.vocabulary import ReferralStatus, Role
from backend.persistence.models import Department, DepartmentFunction, Notice, Referral, RoleAssignment
from backend.services.referrals import redirect_dissolved
from tests.api.asking import Person
from tests.conftest import NOW
from tests.factories import (
    OTHER_STREET,
    STREET,
    department_named,
    make_department,
    make_officer,
    make_referral,
    make_report,
    make_user,
    token_for,
)
from tests.factories.clocks import start_clocks

Watch = Callable[[], AbstractContextManager[list[str]]]
TODAY = "2026-11-20"
NEW = {"code": "putuo.new", "zh": "普陀区新局", "en": "New", "district": "310107", "valid_from": TODAY}


@pytest.fixture
def admin(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.ADMINISTRATOR))


@pytest.fixture
def worker(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session))


def test_the_list_tells_periods_and_functions(worker: Person, count_queries: Watch) -> None:
    with count_queries() as seen:
        answer = worker.get("/departments")
    assert len(seen) <= 3
    assert DepartmentListSchema().validate(answer) == {}
    cdc = next(d for d in answer["items"] if d["code"] == "putuo.cdc")
    assert (cdc["district"], cdc["valid_to"], cdc["successor"], cdc["next_name"]) == ("310107", None, None, None)
    held = {f["code"]: f for f in cdc["functions"]}
    assert held["drinking_water_supervision"]["valid_from"] == "2024-12-25"
    whole = worker.get("/departments/putuo.health")
    past = [f for f in whole["functions"] if f["code"] == "drinking_water_supervision"]
    assert [(f["valid_to"], f["street"]) for f in past] == [("2024-12-25", None)]


@pytest.mark.parametrize("code", ["putuo.nobody", "%00", "x%00y", "a" * 300, "普陀", "a%2Fb"])
def test_what_is_not_there(admin: Person, code: str) -> None:
    admin.get(f"/departments/{code}", expect=404)
    admin.post(f"/departments/{code}/rename", 404, zh="x", on=TODAY)


def test_a_life_by_http(app: Flask, session: Session, admin: Person, worker: Person) -> None:
    made = admin.post("/departments", 201, **NEW)
    assert (made["code"], made["functions"], made["street"]) == ("putuo.new", [], None)
    taken = admin.post(
        "/departments/putuo.new/functions/take", function="sports", on=TODAY, seen_holder="putuo.sports", reason="划转"
    )
    assert [(f["code"], f["valid_from"]) for f in taken["functions"]] == [("sports", TODAY)]
    assert admin.post("/departments/putuo.new/rename", zh="普陀区体育中心", on=TODAY)["zh"] == "普陀区体育中心"
    later = admin.post("/departments/putuo.new/rename", zh="体育总局", en="Sports", on="2027-01-01")
    assert later["next_name"] == {"zh": "体育总局", "en": "Sports", "on": "2027-01-01"}
    refusal = admin.post("/departments/putuo.new/functions/end", 409, function="sports", on="2027-01-01")
    assert refusal["code"] == "function_without_holder"
    assert STREET in refusal["errors"][0]["streets"]
    ended = admin.post("/departments/putuo.new/dissolve", on="2027-01-01", successor="putuo.sports")
    assert (ended["department"]["successor"], ended["gaps"]) == ("putuo.sports", [])
    assert "putuo.new" in {d["code"] for d in worker.get("/departments")["items"]}
    assert "putuo.new" not in {d["code"] for d in worker.get("/departments", on="2027-01-01")["items"]}
    about = {"subject_type": "department", "subject_id": made["id"]}
    actions = [e["action"] for e in worker.get("/history", **about)["items"]]
    assert actions == ["dissolve", "plan_rename", "rename", "take_function", "create"]


def test_an_end_that_is_past_moves_referrals_at_once_and_the_past_stays_readable(
    app: Flask, session: Session, admin: Person
) -> None:
    water = {"function_code": "drinking_water_supervision"}
    officer = Person(app, session, make_officer(session, "putuo.cdc"))
    opened = make_referral(session, make_report(session, make_user(session)), "putuo.cdc", **water)
    handler = make_user(session)
    done = make_referral(
        session,
        make_report(session, make_user(session)),
        "putuo.cdc",
        status=ReferralStatus.CLOSED,
        handler_id=handler.id,
        **water,
    )
    heirs = Person(app, session, make_officer(session, "putuo.health"))
    heirs.get(f"/referrals/{opened.id}", expect=404)
    admin.post("/departments/putuo.cdc/dissolve", on=TODAY, successor="putuo.health")
    moved = heirs.get(f"/referrals/{opened.id}")
    assert (moved["department"], moved["status"], moved["allowed_actions"]) == (
        "putuo.health",
        "routed",
        ["accept", "return"],
    )
    officer.get(f"/referrals/{opened.id}", expect=404)
    kept = officer.get(f"/referrals/{done.id}")
    assert (kept["department"], kept["status"]) == ("putuo.cdc", "closed")
    assert heirs.post(f"/referrals/{opened.id}/actions/redirect", 403)["code"] == "forbidden"


@pytest.mark.parametrize(
    ("path", "body", "wrong"),
    [
        ("", {**NEW, "code": "Putuo"}, "code"),
        ("", {**NEW, "zh": "  "}, "zh"),
        ("", {**NEW, "zh": "a\x00"}, "zh"),
        ("", {**NEW, "district": "31"}, "district"),
        ("", {**NEW, "street": "310107"}, "street"),
        ("", {**NEW, "valid_from": "2026-02-30"}, "valid_from"),
        ("/putuo.health/rename", {"zh": "x"}, "on"),
        ("/putuo.health/dissolve", {"on": TODAY, "leave_gaps": "perhaps"}, "leave_gaps"),
        ("/putuo.health/functions/take", {"on": TODAY}, "function"),
        ("/putuo.health/functions/end", {"function": "sports", "on": TODAY, "surprise": 1}, "surprise"),
    ],
)
def test_bodies_that_are_none(admin: Person, path: str, body: dict[str, Any], wrong: str) -> None:
    answer = admin.post(f"/departments{path}", 422, **body)
    assert answer["code"] == "invalid_input"
    assert [error["path"] for error in answer["errors"]] == [wrong]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_administrators_change(app: Flask, session: Session, role: Role) -> None:
    user = make_officer(session) if role == Role.DEPARTMENT_OFFICER else make_user(session, role)
    person = Person(app, session, user)
    for path, body in (
        ("", NEW),
        ("/putuo.health/rename", {"zh": "x", "on": TODAY}),
        ("/putuo.health/dissolve", {"on": TODAY}),
        ("/putuo.health/functions/take", {"function": "sports", "on": TODAY}),
        ("/putuo.health/functions/end", {"function": "sports", "on": TODAY}),
    ):
        assert person.post(f"/departments{path}", 403, **body)["code"] == "forbidden"


def race(app: Flask, calls: list[tuple[str, str, dict[str, Any]]]) -> list[tuple[int, str | None]]:
    """Answers of POSTs that start together, each as (status, code), in the order of ``calls``."""
    barrier = threading.Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)

    def run(number: int, token: str, path: str, body: dict[str, Any]) -> None:
        client = app.test_client()
        barrier.wait()
        answer = client.post(f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {token}"})
        refusal = answer.json["code"] if answer.status_code >= 400 else None
        answers[number] = (answer.status_code, refusal)

    threads = [threading.Thread(target=run, args=(n, *call)) for n, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_an_office_keeps_its_own_hours(app: Flask, session: Session) -> None:
    admin = Person(app, session, make_user(session, Role.ADMINISTRATOR))
    own = [["09:00", "11:30"], ["13:00", "17:00"]]
    path = "/departments/putuo.health/office-hours"
    assert admin.post(path, hours=own, reason="夏令时")["office_hours"] == own
    referral = make_referral(session, make_report(session, make_user(session)))
    referral.deadlines = {"accept": {"value": 2, "unit": "work_hour"}}
    clock = start_clocks(session, referral)["accept"]  # Friday 10:00: an hour and a half, then from 13:00
    assert clock.due_at is not None and clock.due_at.isoformat() == "2026-11-20T05:30:00+00:00"
    for wrong in ([["11:00", "09:00"]], [["09:00", "12:00"], ["11:00", "13:00"]], [["25:00", "26:00"]], []):
        assert admin.post(path, 422, hours=wrong)["code"] in ("bad_office_hours", "invalid_input"), wrong
    assert admin.post("/departments/putuo.nobody/office-hours", 404, hours=None)["code"] == "not_found"
    bureau = Person(app, session, make_user(session, Role.BUREAU_TRIAGER))
    assert bureau.post(path, 403, hours=None)["code"] == "forbidden"
    assert admin.post(path, hours=None)["office_hours"] is None


@pytest.fixture
def spare(live_session: Session) -> Any:
    """Two departments of the test's own, since live tests keep the shipped ones: gone again afterwards."""
    known = set(live_session.scalars(select(DepartmentFunction.id)))
    pair = [make_department(live_session), make_department(live_session)]
    for department in pair:
        department.street_code = OTHER_STREET
    live_session.commit()
    yield [department.code for department in pair]
    live_session.rollback()
    live_session.execute(delete(Notice))
    live_session.execute(delete(RoleAssignment).where(RoleAssignment.department_id.is_not(None)))
    live_session.execute(update(Referral).values(department_id=None, status=ReferralStatus.PENDING_TRIAGE))
    live_session.execute(delete(DepartmentFunction).where(DepartmentFunction.id.not_in(known)))
    live_session.execute(update(Department).values(successor_id=None))
    live_session.execute(delete(Department).where(Department.by_hand))
    live_session.commit()


def test_two_administrators_at_once_and_one_sees_the_new_holder(
    live_app: Flask, live_session: Session, spare: list[str]
) -> None:
    tokens = [token_for(live_app, live_session, make_user(live_session, Role.ADMINISTRATOR)) for _ in spare]
    live_session.commit()
    body = {"function": "sports", "on": TODAY, "street": OTHER_STREET}
    calls = [(token, f"/departments/{code}/functions/take", body) for token, code in zip(tokens, spare, strict=True)]
    answers = race(live_app, calls)
    # both are lawful one after the other: the second moves it on, the same day, and no day has two holders
    assert answers == [(200, None), (200, None)]
    held = live_session.scalars(
        select(DepartmentFunction).where(
            DepartmentFunction.street_code == OTHER_STREET, DepartmentFunction.function_code == "sports"
        )
    ).all()
    assert [(row.valid_from, row.valid_to) for row in held] == [(date(2026, 11, 20), None)]
    holder = live_session.get_one(Department, held[0].department_id).code
    seen = {**body, "on": "2026-11-21", "seen_holder": holder}
    other = next(code for code in spare if code != holder)
    calls = [(token, f"/departments/{other}/functions/take", seen) for token in tokens]
    assert sorted(race(live_app, calls), key=str) == [(200, None), (409, "stale_version")]


def test_an_officer_accepts_while_his_department_ends(live_app: Flask, live_session: Session, spare: list[str]) -> None:
    """Whoever is first: the referral ends up routed to the successor, and the officer's act is whole or refused."""
    department = live_session.scalars(select(Department).where(Department.code == spare[0])).one()
    officer = make_user(live_session, Role.DEPARTMENT_OFFICER, department_id=department.id)
    admin = token_for(live_app, live_session, make_user(live_session, Role.ADMINISTRATOR))
    token = token_for(live_app, live_session, officer)
    referral = make_referral(live_session, make_report(live_session, make_user(live_session)), spare[0])
    live_session.commit()
    calls = [
        (token, f"/referrals/{referral.id}/actions/accept", {}),
        (admin, f"/departments/{spare[0]}/dissolve", {"on": TODAY, "successor": spare[1]}),
    ]
    accepted, ended = race(live_app, calls)
    assert ended == (200, None)
    assert accepted in [(200, None), (403, "forbidden"), (404, "not_found")]
    redirect_dissolved(live_session, now=NOW)
    live_session.commit()
    live_session.expire_all()
    successor = live_session.scalars(select(Department.id).where(Department.code == spare[1])).one()
    assert (referral.status, referral.department_id) == (ReferralStatus.ROUTED, successor)
    assert department_named(live_session, spare[0]).valid_to == date(2026, 11, 20)
