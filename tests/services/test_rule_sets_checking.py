"""What a check refuses, against the departments and grids in the database: each fault by rule, clause and cell."""

from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.domain.routing import Document
from backend.persistence.models import Department, DepartmentFunction
from backend.services.referrals.rule_sets import create_draft
from tests.conftest import NOW
from tests.factories import DISTRICT, make_grids, make_rule_set, make_user, rule_data, the_rule
from tests.services.ruling import TEST, A, S, go, refused, somebody


def test_a_check_names_rule_clause_and_cell(session: Session) -> None:
    author = somebody(session)

    def spoil(data: dict[str, Any]) -> None:
        the_rule(data, "A7")["when"].append({"findings": ["A-07"], "attributes": {"harm": True}})

    row = make_rule_set(session, rule_data(spoil), author=make_user(session))
    error = refused(session, author, row, A.CHECK)
    assert error.code == "rule_set_faulty" and error.errors is not None
    assert [(e["code"], e["rule"], e["clause"]) for e in error.errors] == [("unreachable_clause", "A7", 2)]
    assert row.status == S.DRAFT


def test_a_function_that_nobody_holds_is_refused_with_its_cells_and_its_day(session: Session) -> None:
    duty = session.scalars(select(DepartmentFunction).where(DepartmentFunction.function_code == "sports")).one()
    duty.valid_to = date(2027, 3, 1)
    session.flush()
    error = refused(session, somebody(session), make_rule_set(session), A.CHECK)
    assert error.errors is not None
    assert {(e["code"], e["category"], e["finding"], e["day"]) for e in error.errors} == {
        ("no_organisation", "unlicensed_business", finding, "2027-03-01") for finding in ("B-01", "B-11")
    }
    assert len({e["street"] for e in error.errors}) == 10


def test_a_dissolved_department_counts_as_its_successor(session: Session) -> None:
    old = session.scalars(select(Department).where(Department.code == "putuo.sports")).one()
    new = session.scalars(select(Department).where(Department.code == "putuo.culture")).one()
    old.valid_to = date(2027, 1, 1)
    session.flush()
    row = make_rule_set(session)
    assert refused(session, somebody(session), row, A.CHECK).code == "rule_set_faulty"
    old.successor_id = new.id
    session.flush()
    assert go(session, somebody(session), row, A.CHECK).status == S.CHECKED


def test_two_holders_are_refused(session: Session) -> None:
    duty = session.scalars(select(DepartmentFunction).where(DepartmentFunction.function_code == "police")).one()
    other = session.scalars(select(Department).where(Department.code == "putuo.fire")).one()
    # the database would refuse it at the end of the transaction; the proof must not rely on that alone
    session.execute(text("SET CONSTRAINTS ex_department_functions_one_holder DEFERRED"))
    session.add(
        DepartmentFunction(
            id=other.id, department_id=other.id, function_code="police", district_code=DISTRICT,
            valid_from=duty.valid_from,
        )
    )  # fmt: skip
    session.flush()
    error = refused(session, somebody(session), make_rule_set(session), A.CHECK)
    assert error.errors is not None
    assert {e["code"] for e in error.errors} == {"two_organisations"}


def test_grids_must_be_those_of_a_published_version(session: Session) -> None:
    known = make_grids(session, 1)[0].code

    def ask(data: dict[str, Any]) -> None:
        rule = the_rule(data, "A7")
        data["rules"].append({**rule, "code": "A7-here", "priority": 139, "when": [
            {"findings": ["A-07"], "grids": [known]}, {"findings": ["A-07"], "grids": ["310107005999999"]},
        ]})  # fmt: skip

    error = refused(session, somebody(session), make_rule_set(session, rule_data(ask)), A.CHECK)
    assert error.errors is not None
    assert [(e["code"], e["rule"], e["clause"]) for e in error.errors] == [("unknown_value", "A7-here", 2)]


def test_a_failing_test_of_its_own_refuses_check_and_approval(session: Session) -> None:
    wrong = {**TEST, "expect": {"lead": ["police"]}}
    row = make_rule_set(session, status=S.CHECKED, tests=[TEST, wrong], author=make_user(session))
    for action in (A.CHECK, A.APPROVE):
        error = refused(session, somebody(session), row, action)
        assert error.errors is not None
        assert [e["path"] for e in error.errors] == ["tests.2"]
        assert "medical_practice_supervision" in error.errors[0]["zh"]
    assert row.status == S.CHECKED


def test_what_became_wrong_after_the_check_is_found_at_approval(session: Session) -> None:
    author, other = somebody(session), somebody(session)
    row = create_draft(session, author, Document(rule_data(), [], ""), now=NOW)
    go(session, author, row, A.CHECK)
    session.execute(text("DELETE FROM department_functions WHERE function_code = 'sports'"))
    assert refused(session, other, row, A.APPROVE).code == "rule_set_faulty"
