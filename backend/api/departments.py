"""/departments: who there is, what they answer for, and every change of it. Not here: rules (services/departments)."""

from typing import Any

from flask_smorest import Blueprint

from backend.api.endpoint import Call, endpoint
from backend.api.schemas.departments import (
    DepartmentChangedSchema,
    DepartmentCreateSchema,
    DepartmentDissolveSchema,
    DepartmentListSchema,
    DepartmentRenameSchema,
    DepartmentSchema,
    FunctionEndSchema,
    FunctionTakeSchema,
    OfficeHoursSchema,
)
from backend.api.schemas.divisions import DayQuerySchema
from backend.domain.calendar import local_day
from backend.persistence.queries.departments import DepartmentWhole, get_department, list_departments
from backend.services import departments, referrals
from backend.services.departments import Dissolution, FunctionChange, NewDepartment

blueprint = Blueprint(
    "departments", __name__, url_prefix="/api/v1/departments", description="Departments and the functions they hold"
)
EXAMPLE = {
    "id": "9b5a0c4e-7f0e-5d0a-8f43-0a3f5b1c2d3e",
    "code": "putuo.market",
    "zh": "普陀区市场监督管理局",
    "en": "Putuo Market Supervision Bureau",
    "district": "310107",
    "street": None,
    "valid_from": "1949-10-01",
    "valid_to": None,
    "successor": None,
    "next_name": None,
    "office_hours": None,
    "functions": [
        {
            "code": "market_supervision",
            "zh": "市场监督（无照、食品、亮照）",
            "en": "Market supervision",
            "street": None,
            "valid_from": "1949-10-01",
            "valid_to": None,
        }
    ],
}
GAP = {"function": "market_supervision", "since": "2027-01-01", "streets": ["310107005"]}
DISSOLVED = {"department": {**EXAMPLE, "valid_to": "2027-01-01", "successor": "putuo.health"}, "gaps": []}
ENDED = {"department": EXAMPLE, "gaps": [GAP]}


@endpoint(
    blueprint,
    "",
    permission="workflow.read",
    summary="Departments and the functions they hold on a day",
    query=DayQuerySchema,
    answer=DepartmentListSchema,
    example={"items": [EXAMPLE]},
)
def list_all(call: Call) -> dict[str, Any]:
    return {"items": list_departments(call.session, call.query["on"] or local_day(call.now))}


@endpoint(
    blueprint,
    "/<code>",
    permission="workflow.read",
    summary="One department with every period of its functions",
    answer=DepartmentSchema,
    problems=("not_found",),
    example=EXAMPLE,
)
def show(call: Call, code: str) -> DepartmentWhole:
    """Past and planned ones too. What happened to it: GET /history?subject_type=department."""
    return get_department(call.session, code)


@endpoint(
    blueprint,
    "",
    method="POST",
    permission="department.manage",
    summary="Enter an organisation that takes referrals from a day on",
    body=DepartmentCreateSchema,
    answer=DepartmentSchema,
    status=201,
    problems=("unknown_division", "department_exists"),
    example={**EXAMPLE, "functions": []},
)
def create(call: Call) -> DepartmentWhole:
    body = call.body
    draft = NewDepartment(
        body["code"], body["zh"], body["en"], body["district"], body["street"] or None, body["valid_from"]
    )
    departments.create_department(call.session, call.actor, draft, now=call.now)
    return get_department(call.session, draft.code)


@endpoint(
    blueprint,
    "/<code>/rename",
    method="POST",
    permission="department.manage",
    summary="The same organisation under a new name from a day on",
    body=DepartmentRenameSchema,
    answer=DepartmentSchema,
    problems=("not_found", "department_over"),
    example=EXAMPLE,
)
def rename(call: Call, code: str) -> DepartmentWhole:
    get_department(call.session, code)
    body = call.body
    departments.rename_department(
        call.session, call.actor, code, body["zh"], body["en"], on=body["on"], reason=body["reason"], now=call.now
    )
    return get_department(call.session, code)


@endpoint(
    blueprint,
    "/<code>/office-hours",
    method="POST",
    permission="department.manage",
    summary="When an office works: deadlines in office hours are counted by it",
    body=OfficeHoursSchema,
    answer=DepartmentSchema,
    problems=("not_found", "bad_office_hours"),
    example={**EXAMPLE, "office_hours": [["09:00", "11:30"], ["13:00", "17:00"]]},
)
def set_hours(call: Call, code: str) -> DepartmentWhole:
    """Clocks that begin from now on count by them; those that run keep what they began with."""
    get_department(call.session, code)
    departments.set_office_hours(
        call.session, call.actor, code, call.body["hours"], reason=call.body["reason"], now=call.now
    )
    return get_department(call.session, code)


@endpoint(
    blueprint,
    "/<code>/dissolve",
    method="POST",
    permission="department.manage",
    summary="End a department; its functions and open referrals go to a successor, or to who holds the function, or to triage",
    body=DepartmentDissolveSchema,
    answer=DepartmentChangedSchema,
    problems=(
        "not_found", "unknown_code", "bad_period", "department_dissolved", "department_not_successor",
        "outside_jurisdiction", "function_planned", "function_without_holder",
    ),
    example=DISSOLVED,
)  # fmt: skip
def dissolve(call: Call, code: str) -> dict[str, Any]:
    """Open referrals move on that day; at once, if the day has come."""
    get_department(call.session, code)
    dissolution = Dissolution(**{**call.body, "successor": call.body["successor"] or None})
    gaps = referrals.dissolve(call.session, call.actor, code, dissolution, now=call.now)
    return {"department": get_department(call.session, code), "gaps": gaps}


@endpoint(
    blueprint,
    "/<code>/functions/take",
    method="POST",
    permission="department.manage",
    summary="This department holds a function from a day on; who held it until then gives it up",
    body=FunctionTakeSchema,
    answer=DepartmentSchema,
    problems=(
        "not_found", "unknown_code", "unknown_division", "department_over", "outside_jurisdiction", "stale_version",
        "function_taken",
    ),
    example=EXAMPLE,
)  # fmt: skip
def take_function(call: Call, code: str) -> DepartmentWhole:
    """Reports captured before that day still go to who held it then."""
    get_department(call.session, code)
    body = dict(call.body)
    seen = body.pop("seen_holder") or None
    departments.assign_function(call.session, call.actor, code, _change(body), seen_holder=seen, now=call.now)
    return get_department(call.session, code)


@endpoint(
    blueprint,
    "/<code>/functions/end",
    method="POST",
    permission="department.manage",
    summary="This department gives a function up on a day, and nobody takes it over",
    body=FunctionEndSchema,
    answer=DepartmentChangedSchema,
    problems=(
        "not_found", "unknown_code", "unknown_division", "bad_period", "function_not_held", "function_without_holder",
    ),
    example=ENDED,
)  # fmt: skip
def end_function(call: Call, code: str) -> dict[str, Any]:
    get_department(call.session, code)
    body = dict(call.body)
    leave_gaps = body.pop("leave_gaps")
    gaps = departments.end_function(call.session, call.actor, code, _change(body), leave_gaps=leave_gaps, now=call.now)
    return {"department": get_department(call.session, code), "gaps": gaps}


def _change(body: dict[str, Any]) -> FunctionChange:
    return FunctionChange(**{**body, "street": body["street"] or None})
