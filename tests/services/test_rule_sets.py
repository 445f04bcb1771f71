"""Rule sets in the database: drafting, checking, approving, retiring, which one holds when, and what the database refuses."""

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.routing import Document, FindingFact, RoutingFacts, read_yaml_document, write_document
from backend.domain.vocabulary import Category, Outcome, Role
from backend.persistence.models import Event, RuleSetRow
from backend.persistence.unit_of_work import unit_of_work
from backend.services.referrals import RuleSets
from backend.services.referrals.rule_sets import act_on_rule_set, create_draft, replace_draft, warn_of_expiry
from tests.conftest import NOW
from tests.factories import DISTRICT, actor_of, make_officer, make_rule_set, make_user, rule_data, the_rule
from tests.services.ruling import TEST, A, S, approved, go, holding, refused, somebody


def test_from_draft_to_approval_by_a_second_person(session: Session) -> None:
    author, other = somebody(session), somebody(session, Role.ADMINISTRATOR)
    row = create_draft(session, author, Document(rule_data(), [TEST], "试行"), now=NOW)
    assert (row.status, row.created_by, row.note) == (S.DRAFT, author.user_id, "试行")
    assert refused(session, other, row, A.APPROVE).code == "illegal_transition"
    go(session, author, row, A.CHECK)
    assert row.check_report is not None
    assert (row.status, row.checked_at, row.check_report["tests"]) == (S.CHECKED, NOW, 1)
    assert refused(session, author, row, A.APPROVE).code == "approver_is_author"
    go(session, other, row, A.APPROVE, reason="会商同意")
    assert (row.status, row.approved_by, row.approved_at) == (S.APPROVED, other.user_id, NOW)
    events = session.scalars(select(Event).where(Event.subject_id == str(row.id)).order_by(Event.seq)).all()
    assert [(e.action, e.from_status, e.to_status) for e in events] == [
        ("create", None, "draft"), ("check", "draft", "checked"), ("approve", "checked", "approved"),
    ]  # fmt: skip
    assert {e.data["content_sha256"] for e in events} == {row.content_sha256}
    assert events[-1].reason == "会商同意"


def test_a_successor_takes_over_on_its_day_and_closes_the_one_before(session: Session) -> None:
    new = approved(session, rule_data())
    old = session.scalars(select(RuleSetRow).where(RuleSetRow.code == "putuo-2026")).one()
    assert (old.valid_to, new.valid_to) == (date(2026, 12, 1), None)
    assert holding(session, date(2026, 11, 30)) == "putuo-2026/1"
    assert holding(session, date(2026, 12, 1)) == f"{new.code}/1"
    go(session, somebody(session), new, A.RETIRE, reason="批准有误")
    assert old.valid_to is None
    assert holding(session, date(2026, 12, 1)) == "putuo-2026/1"


def test_an_interlude_lets_the_one_before_go_on_afterwards(session: Session) -> None:
    interlude = approved(session, rule_data(valid_to="2026-12-08"))
    assert holding(session, date(2026, 12, 7)) == f"{interlude.code}/1"
    assert holding(session, date(2026, 12, 8)) == "putuo-2026/1"
    assert interlude.check_report is not None
    assert "no_successor" not in {warning["code"] for warning in interlude.check_report["warnings"]}


def test_drafts_and_checked_sets_route_nothing(session: Session) -> None:
    for status in (S.DRAFT, S.CHECKED, S.RETIRED):
        make_rule_set(session, rule_data(valid_from="2026-11-01"), status)
    assert holding(session, date(2026, 11, 20)) == "putuo-2026/1"


def test_approval_warns_when_nothing_follows(session: Session) -> None:
    session.execute(text("UPDATE rule_sets SET status = 'retired'"))
    row = approved(session, rule_data(valid_from="2026-11-20", valid_to="2026-12-25"))
    assert row.check_report is not None
    warning = next(w for w in row.check_report["warnings"] if w["code"] == "no_successor")
    assert warning["day"] == "2026-12-25" and "2026-12-25" in warning["zh"]


def test_editing_makes_a_draft_again_and_the_editor_cannot_approve(session: Session) -> None:
    author, editor, other = somebody(session), somebody(session), somebody(session)
    content = rule_data()
    row = create_draft(session, author, Document(content, [], ""), now=NOW)
    seen = row.content_sha256
    go(session, author, row, A.CHECK)
    changed = {**content, "zh": "改名"}
    replace_draft(session, editor, row.id, Document(changed, [], ""), sha256=seen, now=NOW)
    assert (row.status, row.checked_at, row.edited_by) == (S.DRAFT, None, editor.user_id)
    with pytest.raises(DomainError, match="rule_set_changed"):
        replace_draft(session, author, row.id, Document(content, [], ""), sha256=seen, now=NOW)
    with pytest.raises(DomainError, match="rule_set_fixed"):
        replace_draft(session, author, row.id, Document({**content, "version": 2}, [], ""), sha256=None, now=NOW)
    go(session, author, row, A.CHECK)
    for person in (author, editor):
        assert refused(session, person, row, A.APPROVE).code == "approver_is_author"
    assert refused(session, other, row, A.APPROVE, sha256=seen).code == "rule_set_changed"
    go(session, other, row, A.APPROVE, sha256=row.content_sha256)
    with pytest.raises(DomainError, match="illegal_transition"):
        replace_draft(session, author, row.id, Document(content, [], ""), sha256=None, now=NOW)


def test_no_set_begins_in_the_past_or_on_the_day_of_another(session: Session) -> None:
    late = make_rule_set(session, rule_data(valid_from="2026-11-19"), S.CHECKED)
    assert refused(session, somebody(session), late, A.APPROVE).code == "rule_set_starts_in_past"
    approved(session, rule_data())
    twin = make_rule_set(session, rule_data(), S.CHECKED)
    assert refused(session, somebody(session), twin, A.APPROVE).code == "rule_set_same_day"


def test_retiring_needs_a_reason_and_is_the_end(session: Session) -> None:
    row = make_rule_set(session)
    assert refused(session, somebody(session), row, A.RETIRE).code == "reason_required"
    go(session, somebody(session), row, A.RETIRE, reason="不再需要")
    for action in A:
        if action is not A.EDIT:
            assert refused(session, somebody(session), row, action, reason="x").code == "illegal_transition"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.BUREAU_TRIAGER, Role.ADMINISTRATOR}))
def test_nobody_else_may(session: Session, role: Role) -> None:
    person = make_officer(session) if role == Role.DEPARTMENT_OFFICER else make_user(session, role)
    actor = actor_of(person, role)
    row = make_rule_set(session)
    for action in (A.CHECK, A.APPROVE, A.RETIRE):
        assert refused(session, actor, row, action, reason="x").code == "forbidden"
    with pytest.raises(DomainError, match="forbidden"):
        create_draft(session, actor, Document(rule_data(), [], ""), now=NOW)


def test_a_name_and_version_exist_once(session: Session) -> None:
    content = rule_data()
    create_draft(session, somebody(session), Document(content, [], ""), now=NOW)
    with pytest.raises(DomainError, match="rule_set_exists"):
        create_draft(session, somebody(session), Document(content, [], ""), now=NOW)
    with pytest.raises(DomainError, match="unknown_division"):
        create_draft(session, somebody(session), Document(rule_data(district="999999"), [], ""), now=NOW)


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE rule_sets SET content = '{}' WHERE code = 'putuo-2026'",
        "UPDATE rule_sets SET tests = '[1]' WHERE code = 'putuo-2026'",
        "UPDATE rule_sets SET valid_from = '2025-01-01' WHERE code = 'putuo-2026'",
        "UPDATE rule_sets SET status = 'draft' WHERE code = 'putuo-2026'",
        "UPDATE rule_sets SET version = 9 WHERE code = 'putuo-2026'",
        "DELETE FROM rule_sets WHERE code = 'putuo-2026'",
    ],
)
def test_the_database_keeps_what_is_approved(session: Session, attempt: str) -> None:
    with pytest.raises(DBAPIError, match="an approved rule set is fixed"):
        session.execute(text(attempt))


def test_the_database_refuses_one_person_twice_and_two_sets_of_one_day(session: Session) -> None:
    author = make_user(session)
    with pytest.raises(DBAPIError, match="approved_by_another"), session.begin_nested():
        make_rule_set(session, status=S.APPROVED, author=author, approved_by=author.id)
    with pytest.raises(DBAPIError, match="approved_start"), session.begin_nested():
        make_rule_set(session, rule_data(valid_from="2026-01-01"), S.APPROVED)


def test_an_end_without_successor_is_told_every_day_and_noted_once(session: Session) -> None:
    session.execute(text("UPDATE rule_sets SET valid_to = '2027-01-10' WHERE code = 'putuo-2026'"))
    day = lambda text: datetime.fromisoformat(f"{text}T08:30:00+08:00")  # noqa: E731  # three moments alike
    assert warn_of_expiry(session, now=day("2026-12-10")) == []
    for _ in range(2):
        assert warn_of_expiry(session, now=day("2026-12-11")) == [(DISTRICT, date(2027, 1, 10))]
    assert warn_of_expiry(session, now=day("2027-02-01")) == [(DISTRICT, date(2027, 2, 1))]
    events = session.scalars(select(Event).where(Event.action == "warn_expiry")).all()
    assert [event.data["ends_on"] for event in events] == ["2027-01-10"]
    approved(session, rule_data(valid_from="2027-01-10"))
    assert warn_of_expiry(session, now=day("2026-12-12")) == []


def test_facts_that_rules_tell_apart_are_never_confused(session: Session) -> None:
    """Decisions are kept by their facts: what one street, hour or history decides must not come out for another."""

    def ask(data: dict[str, Any]) -> None:
        rule = the_rule(data, "A7")
        for n, clause in enumerate(
            (
                {"streets": ["310107005"]},
                {"time": {"from": "22:00", "to": "06:00"}},
                {"prior_referrals_at_least": 2},
            )
        ):
            data["rules"].append({**rule, "code": f"X{n}", "priority": 900 + n, "group": f"x{n}",
                                  "when": [{"findings": ["A-07"], **clause}]})  # fmt: skip

    session.execute(text("UPDATE rule_sets SET status = 'retired'"))
    make_rule_set(session, rule_data(ask), S.APPROVED)
    chosen, _ = RuleSets(session).choose(DISTRICT, date(2026, 12, 2), date(2026, 12, 2))
    base: dict[str, Any] = {
        "category": Category.ILLEGAL_PRACTICE,
        "outcome": Outcome.PROBLEM,
        "findings": (FindingFact("A-07"),),
    }
    noon = datetime.fromisoformat("2026-12-02T12:00:00+08:00")

    def taken(**facts: Any) -> set[str]:
        from_cold = chosen.decide(RoutingFacts(**base, **facts))[0]
        again = chosen.decide(RoutingFacts(**base, **facts))[0]
        assert from_cold is again
        return {match.rule_code for match in again.matched if match.rule_code.startswith("X")}

    for _ in range(2):
        assert taken(captured_at=noon) == set()
        assert taken(captured_at=noon, street="310107005") == {"X0"}
        assert taken(captured_at=noon, street="310107014") == set()
        assert taken(captured_at=noon - timedelta(hours=12)) == {"X1"}
        assert taken() == set()
        assert taken(captured_at=noon, prior_referrals=1) == set()
        assert taken(captured_at=noon, prior_referrals=2) == {"X2"}


def test_a_set_comes_out_of_the_database_as_it_went_in(session: Session) -> None:
    """JSONB keeps no order of keys; neither the text nor the fingerprint depends on one."""
    content = rule_data()
    before = write_document(content, [TEST])
    row = create_draft(session, somebody(session), Document(content, [TEST], ""), now=NOW)
    session.flush()
    session.expire_all()
    assert write_document(row.content, row.tests) == before
    assert read_yaml_document(before.encode()).content == content


def test_two_approvals_at_once_leave_one(live_app: Flask, live_session: Session) -> None:
    first = make_rule_set(live_session, rule_data(), S.CHECKED)
    second = make_rule_set(live_session, rule_data(), S.CHECKED)
    actors = [somebody(live_session), somebody(live_session)]
    live_session.commit()
    told: list[str] = []
    ready = threading.Barrier(2)

    def approve(actor: Actor, row_id: Any) -> None:
        with live_app.app_context():
            ready.wait()
            try:
                with unit_of_work() as own:
                    act_on_rule_set(own, actor, row_id, A.APPROVE, now=NOW)
                told.append("approved")
            except DomainError as error:
                told.append(error.code)

    threads = [
        threading.Thread(target=approve, args=(actor, row.id))
        for actor, row in zip(actors, (first, second), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["approved", "rule_set_same_day"]
