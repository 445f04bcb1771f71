"""/inbox: who is told of what, from when, how much is unread, and that one person's reading is not another's."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from backend.api.schemas.inbox import InboxPageSchema
from backend.domain.ids import new_id
from backend.domain.notices import Audience
from backend.domain.vocabulary import NoticeKind, Outcome, Role, Severity
from backend.persistence.models import Notice, NoticeMark, NoticeRead, Referral, RoleAssignment, User
from backend.persistence.queries import inbox
from tests.api.asking import Person
from tests.conftest import NOW
from tests.factories import (
    OTHER_STREET,
    STREET,
    actor_of,
    department_named,
    make_notice,
    make_officer,
    make_referral,
    make_report,
    make_user,
    notices_of,
    refer,
)
from tests.factories.constants import LONG_AGO

Watch = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def admin(session: Session) -> User:
    return make_user(session, Role.ADMINISTRATOR)


@pytest.fixture
def person(app: Flask, session: Session, admin: User) -> Person:
    return Person(app, session, admin)


def ids(answer: Any) -> list[str]:
    return [item["id"] for item in answer["items"]]


def unread(person: Person) -> tuple[int, int]:
    answer = person.get("/inbox/count")
    return answer["unread"], answer["emergencies"]


def test_everybody_finds_what_is_addressed_to_him(app: Flask, session: Session) -> None:
    health = department_named(session, "putuo.health").id
    officer, coordinator, triager = (
        make_officer(session),
        make_user(session, Role.STREET_COORDINATOR),
        make_user(session, Role.BUREAU_TRIAGER),
    )
    notices = {
        "officer": make_notice(session, Audience(department_id=health)),
        "coordinator": make_notice(session, Audience(role=Role.STREET_COORDINATOR, street_code=STREET)),
        "triager": make_notice(session, Audience(role=Role.BUREAU_TRIAGER)),
        "himself": make_notice(session, Audience(user_id=officer.id)),
    }
    make_notice(session, Audience(role=Role.STREET_COORDINATOR, street_code=OTHER_STREET))
    make_notice(session, Audience(department_id=department_named(session, "putuo.market").id))
    for user, seen in ((officer, ["himself", "officer"]), (coordinator, ["coordinator"]), (triager, ["triager"]),
                       (make_user(session), []), (make_officer(session, "putuo.cdc"), [])):  # fmt: skip
        found = Person(app, session, user)
        assert ids(found.get("/inbox")) == [str(notices[name].id) for name in seen]
        assert unread(found) == (len(seen), 0)
    Person(app, session, make_user(session, Role.AUDITOR)).get("/inbox", 403)


@pytest.mark.parametrize(
    "audience",
    [Audience(role=Role.CITY_OPERATIONS), Audience(role=Role.STREET_COORDINATOR, street_code=STREET),
     "user", "department"],
)  # fmt: skip
def test_the_database_names_an_audience_as_the_rules_do(session: Session, audience: Any) -> None:
    if audience == "user":
        audience = Audience(user_id=make_user(session).id)
    elif audience == "department":
        audience = Audience(department_id=department_named(session, "putuo.health").id)
    notice = make_notice(session, audience)
    assert session.scalar(select(Notice.audience).where(Notice.id == notice.id)) == audience.key


def test_who_is_appointed_later_sees_nothing_of_before(app: Flask, session: Session) -> None:
    health = Audience(department_id=department_named(session, "putuo.health").id)
    make_notice(session, health, created_at=NOW - timedelta(days=2))
    today = make_notice(session, health)
    newcomer = make_officer(session)
    row = session.scalars(select(RoleAssignment).where(RoleAssignment.user_id == newcomer.id)).one()
    row.valid_from = NOW.date()
    session.flush()
    found = Person(app, session, newcomer)
    assert ids(found.get("/inbox")) == [str(today.id)] and unread(found) == (1, 0)
    found.post("/inbox/read", 404, ids=[str(session.scalars(select(Notice.id).where(Notice.id != today.id)).one())])


def test_reading_is_each_persons_own(app: Flask, session: Session, person: Person) -> None:
    colleague = Person(app, session, make_user(session, Role.ADMINISTRATOR))
    notices = [make_notice(session, is_emergency=number == 0) for number in range(4)]
    assert unread(person) == unread(colleague) == (4, 1)
    assert person.post("/inbox/read", ids=[str(notices[2].id)]) == {"unread": 3, "emergencies": 1, "more": False}
    person.post("/inbox/read", ids=[str(notices[2].id)])
    assert ids(person.get("/inbox", unread="true")) == [str(notices[n].id) for n in (3, 1, 0)]
    assert ids(person.get("/inbox", unread="false")) == [str(notices[2].id)]
    assert [item["unread"] for item in person.get("/inbox")["items"]] == [True, False, True, True]
    assert person.post("/inbox/read", up_to=str(notices[1].id)) == {"unread": 1, "emergencies": 0, "more": False}
    assert unread(colleague) == (4, 1)


def test_filters_narrow_and_pages_go_on(session: Session, person: Person) -> None:
    notices = [make_notice(session, kind=NoticeKind.ALARM if n % 2 else NoticeKind.WEBHOOK_STOPPED, is_emergency=n == 3)
               for n in range(5)]  # fmt: skip
    names = [str(notice.id) for notice in reversed(notices)]
    first = person.get("/inbox", limit=2)
    second = person.get("/inbox", limit=3, cursor=first["next_cursor"])
    assert (ids(first) + ids(second), second["next_cursor"]) == (names, None)
    assert ids(person.get("/inbox", kind="alarm")) == [names[1], names[3]]
    assert ids(person.get("/inbox", kind="alarm,webhook_stopped")) == names
    assert ids(person.get("/inbox", emergency="true")) == [names[1]]
    InboxPageSchema().load(first)


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 422), ({"ids": []}, 422), ({"ids": ["x"]}, 422), ({"ids": [str(new_id())]}, 404), ({"up_to": str(new_id())}, 404),
     ({"ids": [str(new_id())] * 501}, 422), ({"up_to": None}, 422), ({"ids": "all"}, 422)],
)  # fmt: skip
def test_what_cannot_be_marked(session: Session, person: Person, body: dict[str, Any], status: int) -> None:
    make_notice(session)
    person.post("/inbox/read", status, **body)
    assert unread(person) == (1, 0)


def test_one_notice_of_somebody_else_and_nothing_is_marked(session: Session, person: Person) -> None:
    mine, other = make_notice(session), make_notice(session, Audience(role=Role.CITY_OPERATIONS))
    person.post("/inbox/read", 404, ids=[str(mine.id), str(other.id)])
    assert unread(person) == (1, 0)


def test_titles_are_told_in_both_languages(app: Flask, session: Session) -> None:
    report = make_report(session, make_user(session), severity=Severity.HIGH)
    referral = make_referral(session, report)
    data = {"category": "illegal_practice", "street_code": STREET, "function": "medical_practice_supervision"}
    health = Audience(department_id=referral.department_id)
    make_notice(session, health, kind=NoticeKind.TO_ACCEPT, referral_id=referral.id, report_id=report.id,
                is_emergency=True, data=data)  # fmt: skip
    [item] = Person(app, session, make_officer(session)).get("/inbox")["items"]
    assert item["title"].startswith("【紧急】待签收：非法行医（") and "—" not in item["title"]
    assert (
        item["title_en"].startswith("[Emergency] To accept: Illegal medical practice, ") and "—" not in item["title_en"]
    )
    assert (item["referral_id"], item["report_id"], item["status"]) == (str(referral.id), str(report.id), "routed")


def test_the_walk_of_a_case_tells_each_party_in_its_turn(app: Flask, session: Session) -> None:
    referral = make_referral(session, make_report(session, make_user(session)), is_emergency=True)
    officer, bureau = (
        Person(app, session, make_officer(session)), Person(app, session, make_user(session, Role.BUREAU_TRIAGER)),
    )  # fmt: skip
    path = f"/referrals/{referral.id}/actions"
    officer.post(f"{path}/return", return_code="not_our_function", reason="不属本部门")
    bureau.post(f"{path}/route", department="putuo.health")
    for action, body in (("accept", {}), ("start_handling", {}), ("handle", {"outcome_code": "unfounded"})):
        officer.post(f"{path}/{action}", **body)
    bureau.post(f"{path}/start_verifying")
    bureau.post(f"{path}/close")
    department, street = f"department:{referral.department_id}", f"street_coordinator:{STREET}"
    assert notices_of(session, Notice.referral_id == referral.id) == [
        ("bureau_triager", "returned"), (department, "to_accept"), (department, "to_handle"), (department, "to_handle"),
        ("bureau_triager", "to_verify"), ("bureau_triager", "to_verify"), (department, "closed"), (street, "closed"),
    ]  # fmt: skip
    seen = Person(app, session, make_user(session, Role.STREET_COORDINATOR)).get("/inbox")["items"]
    assert [(item["kind"], item["current"], item["emergency"]) for item in seen] == [("closed", True, False)]
    assert [item["current"] for item in bureau.get("/inbox")["items"]] == [False, False]
    # nobody is told of what he did himself; the officer's colleague is
    assert [item["kind"] for item in officer.get("/inbox")["items"]] == ["closed", "to_accept"]
    assert unread(Person(app, session, make_officer(session))) == (4, 3)
    assert [item["kind"] for item in bureau.get("/inbox")["items"]] == ["to_verify", "returned"]


def test_an_act_that_is_refused_tells_nobody(app: Flask, session: Session) -> None:
    referral = make_referral(session, make_report(session, make_user(session)))
    officer = Person(app, session, make_officer(session))
    officer.post(f"/referrals/{referral.id}/actions/accept", 409, version=7)
    officer.post(f"/referrals/{referral.id}/actions/return", 422, reason="x", return_code="nonsense")
    assert notices_of(session) == []


def test_fresh_referrals_and_those_only_informed_are_told(session: Session) -> None:
    """Rule A1: an unlicensed clinic is health's alone; the street and market supervision are told (知会)."""
    findings = [{"code": "A-01", "note": "", "severity": "high"}]
    report = make_report(session, make_user(session), outcome=Outcome.PROBLEM, severity=Severity.HIGH,
                         findings=findings, attributes={"has_licence": False})  # fmt: skip
    refer(session, report)
    [referral] = session.scalars(select(Referral).where(Referral.report_id == report.id))
    told = session.scalars(select(Notice).where(Notice.report_id == report.id).order_by(Notice.seq)).all()
    assert [(n.kind, n.referral_id, n.department_id) for n in told if n.kind != NoticeKind.INFORMED] == [
        (NoticeKind.TO_ACCEPT, referral.id, referral.department_id)
    ]
    informed = {n.data["function"]: n.department_id for n in told if n.kind == NoticeKind.INFORMED}
    assert informed.keys() == {"street_office", "market_supervision"}
    assert informed["market_supervision"] == department_named(session, "putuo.market").id
    assert {n.referral_id for n in told if n.kind == NoticeKind.INFORMED} == {None}


def test_a_page_and_a_count_cost_the_same_however_long(session: Session, person: Person, count_queries: Watch) -> None:
    pages, counts = [], []
    for more in (1, 10):
        for _ in range(more):
            make_notice(session)
        with count_queries() as seen:
            person.get("/inbox")
        pages.append(len(seen))
        with count_queries() as seen:
            person.get("/inbox/count")
        counts.append(len(seen))
    assert pages[0] == pages[1] <= 6 and counts[0] == counts[1] <= 4


def many(session: Session, count: int, at: str) -> None:
    session.execute(
        text(
            "INSERT INTO notices (id, role, kind, is_emergency, data, created_at) SELECT gen_random_uuid(),"
            " CASE WHEN n % 2 = 0 THEN 'administrator' ELSE 'city_operations' END, 'alarm', n % 1000 = 0, '{}',"
            f" {at} FROM generate_series(1, {count}) n"
        ),
        {"now": NOW},
    )
    session.execute(text("ANALYZE notices"))


def test_counting_among_a_hundred_thousand_reads_no_more_than_it_shows(session: Session, admin: User) -> None:
    many(session, 100_000, "CAST(:now AS timestamptz) - n * interval '1 second'")
    actor = actor_of(admin, Role.ADMINISTRATOR)
    found = inbox.count_unread(session, actor, NOW)
    assert (found.unread, found.emergencies, found.is_more) == (1000, 100, True)
    counted = select(func.count()).select_from(inbox._up_to_limit(inbox.open_inbox(session, actor, NOW)))
    compiled = str(counted.compile(session.get_bind(), compile_kwargs={"literal_binds": True})).replace(":", "\\:")
    plan = session.scalar(text(f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled}"))
    touching = [node for node in nodes(plan[0]["Plan"]) if node.get("Relation Name") == "notices"]
    read = [node["Actual Rows"] * node["Actual Loops"] for node in touching]
    assert read and max(read) <= inbox.COUNTED_TO + 1
    assert "Seq Scan" not in {node["Node Type"] for node in touching}


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", ()) for node in nodes(part))]


def test_reading_everything_is_a_mark_not_a_row_for_each(session: Session, person: Person, admin: User) -> None:
    many(session, 3000, "CAST(:now AS timestamptz) - interval '1 day'")
    fresh = make_notice(session)
    person.post("/inbox/read", up_to=str(fresh.id))
    assert unread(person) == (0, 0)
    assert session.scalars(select(NoticeRead.notice_seq)).all() == [fresh.seq]  # too fresh for the mark
    mark = session.scalars(select(NoticeMark.read_to).where(NoticeMark.user_id == admin.id)).one()
    assert mark < fresh.seq


def test_what_commits_late_below_the_mark_is_still_unread(session: Session, person: Person) -> None:
    """A number is taken before its transaction commits: the notice that appears below what was read must not be lost."""
    seqs = [session.scalar(text("SELECT nextval('notices_seq_seq')")) for _ in range(2)]
    shown = make_notice(session, seq=seqs[1])
    person.post("/inbox/read", up_to=str(shown.id))
    late = make_notice(session, seq=seqs[0])
    assert ids(person.get("/inbox", unread="true")) == [str(late.id)]


def test_single_readings_are_folded_into_the_mark(session: Session, person: Person) -> None:
    old = [make_notice(session, created_at=NOW - timedelta(hours=2)) for _ in range(4)]
    person.post("/inbox/read", ids=[str(old[0].id), str(old[2].id)])
    assert session.scalars(select(NoticeRead.notice_seq)).all() == [old[2].seq]
    person.post("/inbox/read", ids=[str(old[1].id)])
    assert session.scalars(select(NoticeRead.notice_seq)).all() == []
    assert ids(person.get("/inbox", unread="true")) == [str(old[3].id)]


def test_somebody_of_two_roles_reads_both(app: Flask, session: Session, admin: User, person: Person) -> None:
    session.add(RoleAssignment(id=new_id(), user_id=admin.id, role=Role.BUREAU_TRIAGER, valid_from=LONG_AGO))
    both = [make_notice(session), make_notice(session, Audience(role=Role.BUREAU_TRIAGER), is_emergency=True)]
    assert unread(person) == (2, 1)
    assert ids(person.get("/inbox")) == [str(notice.id) for notice in reversed(both)]
