"""Departments changed by a district: made, renamed, functions moved; and what the database itself refuses."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import Role
from backend.persistence.models import Department, DepartmentFunction, Event, SyncObject
from backend.services import departments
from backend.services.departments import Dissolution, FunctionChange, NewDepartment
from backend.services.referrals import load_departments
from tests.conftest import NOW
from tests.factories import DISTRICT, OTHER_STREET, STREET, actor_of, department_named, make_department, make_user

TODAY = date(2026, 11, 20)
TOMORROW = TODAY + timedelta(days=1)
NEXT_YEAR = date(2027, 1, 1)


@pytest.fixture
def admin(session):
    return actor_of(make_user(session, Role.ADMINISTRATOR), Role.ADMINISTRATOR)


def refused(code, act, *args, **kwargs):
    with pytest.raises(DomainError) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code, refusal.value.sentence("en")
    assert refusal.value.sentence("zh")


def holder(session, function, day, street=STREET, today=TODAY):
    found = load_departments(session).find(function, DISTRICT, street, day, today)
    return found.code if found else None


def events_of(session, code):
    department = department_named(session, code)
    statement = select(Event).where(Event.subject_type == "department", Event.subject_id == str(department.id))
    return session.scalars(statement.order_by(Event.seq)).all()


def draft(**values):
    given = {
        "code": "putuo.new",
        "name": "普陀区新局",
        "name_en": "New Bureau",
        "district": DISTRICT,
        "street": None,
        "valid_from": TODAY,
    }
    return NewDepartment(**{**given, **values})


def test_a_new_department_takes_a_function_from_its_day_on(session, admin):
    departments.create_department(session, admin, draft(), now=NOW)
    change = FunctionChange("drinking_water_supervision", NEXT_YEAR, reason="职能划转")
    departments.assign_function(session, admin, "putuo.new", change, seen_holder="putuo.cdc", now=NOW)
    assert holder(session, "drinking_water_supervision", date(2026, 12, 31)) == "putuo.cdc"
    assert holder(session, "drinking_water_supervision", NEXT_YEAR, today=NEXT_YEAR) == "putuo.new"
    # a report captured before, routed afterwards
    assert holder(session, "drinking_water_supervision", date(2026, 12, 31), today=NEXT_YEAR) == "putuo.cdc"
    assert [e.action for e in events_of(session, "putuo.new")] == ["create", "take_function"]
    told = events_of(session, "putuo.cdc")[-1]
    assert (told.action, told.reason, told.data["after"]) == ("give_function", "职能划转", "putuo.new")


def test_a_streets_own_holder_goes_before_the_districts(session, admin):
    change = FunctionChange("city_enforcement", TODAY, street=STREET)
    departments.assign_function(session, admin, f"putuo.enforcement.{STREET}", change, now=NOW)
    assert holder(session, "city_enforcement", TODAY) == f"putuo.enforcement.{STREET}"
    assert holder(session, "city_enforcement", TODAY, OTHER_STREET) == "putuo.chengguan"


def test_one_department_may_hold_a_function_in_two_streets(session, admin):
    for street in (STREET, OTHER_STREET):
        change = FunctionChange("street_enforcement", TODAY, street=street)
        departments.assign_function(session, admin, "putuo.chengguan", change, now=NOW)
    assert holder(session, "street_enforcement", TODAY, OTHER_STREET) == "putuo.chengguan"


def test_a_function_goes_on_to_the_next_change_that_is_planned(session, admin):
    plan = FunctionChange("sports", NEXT_YEAR)
    departments.assign_function(session, admin, "putuo.culture", plan, now=NOW)
    departments.assign_function(session, admin, "putuo.ecology", FunctionChange("sports", TODAY), now=NOW)
    days = [TODAY - timedelta(days=1), TODAY, date(2026, 12, 31), NEXT_YEAR]
    assert [holder(session, "sports", day, today=day) for day in days] == [
        "putuo.sports",
        "putuo.ecology",
        "putuo.ecology",
        "putuo.culture",
    ]
    # the same day again: the period that begins that day changes hands whole
    departments.assign_function(session, admin, "putuo.housing", FunctionChange("sports", NEXT_YEAR), now=NOW)
    assert holder(session, "sports", NEXT_YEAR, today=NEXT_YEAR) == "putuo.housing"


def test_what_nobody_holds_can_be_taken_up_to_where_somebody_does(session, admin):
    change = FunctionChange("sports", TODAY)
    departments.end_function(session, admin, "putuo.sports", change, leave_gaps=True, now=NOW)
    assert holder(session, "sports", TODAY) is None
    departments.assign_function(session, admin, "putuo.culture", FunctionChange("sports", NEXT_YEAR), now=NOW)
    departments.assign_function(session, admin, "putuo.ecology", FunctionChange("sports", TOMORROW), now=NOW)
    assert holder(session, "sports", date(2026, 12, 31), today=date(2026, 12, 31)) == "putuo.ecology"
    assert holder(session, "sports", NEXT_YEAR, today=NEXT_YEAR) == "putuo.culture"


def test_a_function_that_nobody_would_hold_is_refused_with_the_streets_named(session, admin):
    change = FunctionChange("sports", TODAY)
    with pytest.raises(DomainError) as refusal:
        departments.end_function(session, admin, "putuo.sports", change, now=NOW)
    assert refusal.value.code == "function_without_holder"
    assert len(refusal.value.errors[0]["streets"]) == 10
    assert STREET in refusal.value.sentence("zh")
    gaps = departments.end_function(session, admin, "putuo.sports", change, leave_gaps=True, now=NOW)
    assert [(gap.function, gap.since, len(gap.streets)) for gap in gaps] == [("sports", TODAY, 10)]


def test_a_street_still_covered_by_the_district_is_no_gap(session, admin):
    change = FunctionChange("city_enforcement", TODAY, street=STREET)
    departments.assign_function(session, admin, f"putuo.enforcement.{STREET}", change, now=NOW)
    end = FunctionChange("city_enforcement", TOMORROW, street=STREET)
    assert departments.end_function(session, admin, f"putuo.enforcement.{STREET}", end, now=NOW) == []
    assert holder(session, "city_enforcement", TOMORROW, today=TOMORROW) == "putuo.chengguan"


def test_a_new_name_from_today_and_one_from_a_later_day(session, admin):
    old = department_named(session, "putuo.health").name
    renamed = departments.rename_department(
        session, admin, "putuo.health", "普陀区卫生健康局", "Health Bureau", on=TODAY, reason="机构改革", now=NOW
    )
    assert (renamed.name, renamed.renamed_on) == ("普陀区卫生健康局", None)
    event = events_of(session, "putuo.health")[-1]
    assert (event.action, event.data["before"]["name"], event.actor_id) == ("rename", old, admin.user_id)
    departments.rename_department(session, admin, "putuo.health", "普陀区大健康局", "", on=NEXT_YEAR, now=NOW)
    assert renamed.name == "普陀区卫生健康局"
    assert departments.settle_renames(session, now=NOW) == 0
    midnight = NOW.replace(month=12, day=31, hour=16)  # 2027-01-01 00:00 in Shanghai
    assert departments.settle_renames(session, now=midnight - timedelta(seconds=1)) == 0
    assert departments.settle_renames(session, now=midnight) == 1
    assert departments.settle_renames(session, now=midnight) == 0
    assert (renamed.name, renamed.next_name) == ("普陀区大健康局", None)
    event = events_of(session, "putuo.health")[-1]
    assert (event.action, event.actor_id, event.data["from"]) == ("rename", None, "2027-01-01")


def test_phones_learn_who_there_is_on_the_day(session, admin):
    make_user(session)

    def told():
        statement = select(SyncObject.data).where(
            SyncObject.type == "vocabulary", SyncObject.object_id == "departments"
        )
        newest = session.scalars(statement.order_by(SyncObject.version.desc()).limit(1)).one()
        return {item["code"]: item["zh"] for item in newest["items"]}

    departments.create_department(session, admin, draft(valid_from=NEXT_YEAR), now=NOW)
    departments.rename_department(session, admin, "putuo.health", "普陀区卫生健康局", "", on=TODAY, now=NOW)
    departments.dissolve_department(session, admin, "putuo.cdc", Dissolution(NEXT_YEAR, "putuo.health"), now=NOW)
    assert told()["putuo.health"] == "普陀区卫生健康局"
    assert "putuo.cdc" in told() and "putuo.new" not in told()
    departments.settle_renames(session, now=NOW.replace(month=12, day=31, hour=16))
    assert "putuo.cdc" not in told() and "putuo.new" in told()


def test_what_is_refused(session, admin):
    make = lambda **values: (departments.create_department, session, admin, draft(**values))  # noqa: E731  # many calls alike
    refused("department_exists", *make(code="putuo.health"), now=NOW)
    refused("unknown_division", *make(district="310199"), now=NOW)
    refused("unknown_division", *make(district=STREET), now=NOW)
    refused("unknown_division", *make(street="310101001"), now=NOW)
    refused("unknown_division", *make(street="310107101"), now=NOW)  # the old code of Zhenru
    assign, end = departments.assign_function, departments.end_function
    take = lambda code, change, **more: refused_take(session, admin, assign, code, change, **more)  # noqa: E731  # many calls alike
    sports = FunctionChange("sports", TODAY)
    take("putuo.nobody", sports, code_expected="unknown_code")
    take("putuo.culture", FunctionChange("juggling", TODAY), code_expected="unknown_code")
    take("putuo.culture", FunctionChange("sports", TODAY, street="310101001"), code_expected="unknown_division")
    take("putuo.sports", sports, code_expected="function_taken")
    take("putuo.culture", sports, seen_holder="putuo.police", code_expected="stale_version")
    take(f"putuo.street.{STREET}", sports, code_expected="outside_jurisdiction")
    take(
        f"putuo.street.{STREET}",
        FunctionChange("sports", TODAY, street=OTHER_STREET),
        code_expected="outside_jurisdiction",
    )
    refused("function_not_held", end, session, admin, "putuo.culture", sports, now=NOW)
    refused("bad_period", end, session, admin, "putuo.sports", FunctionChange("sports", date(1949, 10, 1)), now=NOW)
    assert holder(session, "sports", TODAY) == "putuo.sports"


def refused_take(session, admin, assign, code, change, *, code_expected, **more):
    refused(code_expected, assign, session, admin, code, change, **more, now=NOW)


def test_a_department_that_ends_or_has_not_begun_takes_nothing(session, admin):
    ending = make_department(session, valid_to=NEXT_YEAR)
    coming = make_department(session, valid_from=NEXT_YEAR)
    sports = FunctionChange("sports", TODAY)
    refused("department_over", departments.assign_function, session, admin, ending.code, sports, now=NOW)
    refused("department_over", departments.assign_function, session, admin, coming.code, sports, now=NOW)
    refused("department_over", departments.rename_department, session, admin, coming.code, "x", "x", on=TODAY, now=NOW)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_an_administrator_changes_departments(session, role):
    actor = actor_of(make_user(session, role, department_id=department_named(session, "putuo.health").id), role)
    change = FunctionChange("sports", TODAY)
    refused("forbidden", departments.create_department, session, actor, draft(), now=NOW)
    refused("forbidden", departments.rename_department, session, actor, "putuo.health", "x", "x", on=TODAY, now=NOW)
    refused("forbidden", departments.assign_function, session, actor, "putuo.culture", change, now=NOW)
    refused("forbidden", departments.end_function, session, actor, "putuo.sports", change, now=NOW)


def holding(session, code, function, since, until=None, street=None):
    department = department_named(session, code)
    session.add(
        DepartmentFunction(
            id=new_id(),
            department_id=department.id,
            function_code=function,
            district_code=DISTRICT,
            street_code=street,
            valid_from=since,
            valid_to=until,
        )
    )
    session.flush()


def test_the_database_lets_nobody_hold_twice(session):
    with pytest.raises(IntegrityError, match="ex_department_functions_one_holder"), session.begin_nested():
        holding(session, "putuo.culture", "sports", NEXT_YEAR)
    holding(session, "putuo.culture", "sports", NEXT_YEAR, street=STREET)
    with pytest.raises(IntegrityError, match="ex_department_functions_one_holder"), session.begin_nested():
        holding(session, "putuo.ecology", "sports", date(2028, 1, 1), street=STREET)
    with pytest.raises(IntegrityError, match="ck_department_functions_period"), session.begin_nested():
        holding(session, "putuo.ecology", "sports", NEXT_YEAR, NEXT_YEAR, street=OTHER_STREET)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("valid_to = valid_from", "period"),
        ("successor_id = id, valid_to = '2027-01-01'", "successor"),
        ("successor_id = (SELECT id FROM departments WHERE code = 'putuo.cdc')", "successor"),
        ("next_name = 'x'", "next_name"),
    ],
)
def test_the_database_refuses_departments_that_make_no_sense(session, change, constraint):
    with pytest.raises(IntegrityError, match=f"ck_departments_{constraint}"), session.begin_nested():
        session.execute(text(f"UPDATE departments SET {change} WHERE code = 'putuo.health'"))
    assert session.scalar(select(Department.valid_to).where(Department.code == "putuo.health")) is None
