"""The reference data as it lies in the database."""

from datetime import date

from sqlalchemy import func, select, text

from backend.domain.departments import load_holdings, load_organisations
from backend.domain.vocabulary import Role
from backend.persistence.models import Department, DepartmentFunction, Division, Form, RuleSetRow
from backend.services import departments
from backend.services.departments import Dissolution, FunctionChange
from backend.services.reference import department_id, load_reference
from tests.conftest import NOW
from tests.factories import actor_of, make_user

TABLES = ("divisions", "functions", "departments", "department_functions", "forms", "rule_sets", "epochs")


def contents(session):
    return {table: session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all() for table in TABLES}


def test_loading_again_changes_nothing(session):
    before = contents(session)
    load_reference(session, NOW.replace(year=2027))
    assert contents(session) == before
    assert all(before.values())


def test_a_changed_row_is_put_right(session):
    session.execute(text("UPDATE departments SET name = 'x' WHERE code = 'putuo.health'"))
    load_reference(session, NOW)
    assert session.scalar(select(Department.name).where(Department.code == "putuo.health")) == "普陀区卫生健康委员会"


def test_what_a_district_changed_by_hand_stays(session):
    """Every way a district changes departments, and then the shipped data again."""
    actor = actor_of(make_user(session, Role.ADMINISTRATOR), Role.ADMINISTRATOR)
    today = date(2026, 11, 20)
    departments.rename_department(session, actor, "putuo.health", "普陀区卫生健康局", "Health", on=today, now=NOW)
    departments.rename_department(session, actor, "putuo.fire", "普陀区消防局", "Fire", on=date(2027, 1, 1), now=NOW)
    departments.dissolve_department(session, actor, "putuo.cdc", Dissolution(today, "putuo.health"), now=NOW)
    move = FunctionChange("drug_supervision", date(2020, 1, 1))
    departments.assign_function(session, actor, "putuo.ecology", move, now=NOW)
    move = FunctionChange("street_enforcement", today, street="310107005")
    departments.assign_function(session, actor, "putuo.chengguan", move, now=NOW)
    departments.end_function(session, actor, "putuo.sports", FunctionChange("sports", today), leave_gaps=True, now=NOW)
    before = contents(session)
    load_reference(session, NOW.replace(year=2027))
    assert contents(session) == before
    held = session.execute(
        select(Department.code, DepartmentFunction.valid_from, DepartmentFunction.valid_to)
        .join(Department, Department.id == DepartmentFunction.department_id)
        .where(DepartmentFunction.function_code == "drug_supervision")
        .order_by(DepartmentFunction.valid_from)
    ).all()
    assert [tuple(row) for row in held] == [
        ("putuo.market", date(1949, 10, 1), date(2020, 1, 1)),
        ("putuo.ecology", date(2020, 1, 1), None),
    ]
    # what nobody touched is still put right
    session.execute(text("UPDATE departments SET name = 'x' WHERE code = 'putuo.market'"))
    load_reference(session, NOW)
    assert session.scalar(select(Department.name).where(Department.code == "putuo.market")) == "普陀区市场监督管理局"


def test_ten_streets_today_and_the_old_code_of_zhenru(session):
    streets = session.scalars(select(Division).where(Division.parent_code == "310107")).all()
    today = [s for s in streets if s.valid_to is None]
    assert len(today) == 10
    old = next(s for s in streets if s.code == "310107101")
    assert (old.valid_to, old.successor_code) == (date(2014, 11, 1), "310107021")
    assert all(s.name and s.name_en for s in streets)


def test_departments_have_the_same_id_everywhere(session):
    ids = dict(session.execute(select(Department.code, Department.id)).all())
    assert ids == {o.code: department_id(o.code) for o in load_organisations()}
    assert str(department_id("putuo.health")) == "16b255d5-be06-5bff-92e9-b299d7662c13"


def test_drinking_water_went_to_disease_control(session):
    rows = session.execute(
        select(Department.code, DepartmentFunction.valid_from, DepartmentFunction.valid_to)
        .join(Department, Department.id == DepartmentFunction.department_id)
        .where(DepartmentFunction.function_code == "drinking_water_supervision")
        .order_by(DepartmentFunction.valid_from)
    ).all()
    changed = date(2024, 12, 25)
    assert [(r[0], r[2]) for r in rows] == [("putuo.health", changed), ("putuo.cdc", None)]
    assert rows[1][1] == changed
    assert session.scalar(select(func.count()).select_from(DepartmentFunction)) == len(load_holdings())


def test_forms_and_rule_sets_are_there_whole(session):
    forms = {f.code: len(f.content["items"]) for f in session.scalars(select(Form))}
    assert forms == {"A": 13, "B": 13, "C": 18}
    rule_set = session.scalars(select(RuleSetRow)).one()
    assert rule_set.content["rules"]
    assert len(rule_set.content_sha256) == 64
