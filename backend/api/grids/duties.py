"""Who answers for which grid, all at once: for a map, and many grids given to somebody. Not here: one by one."""

from datetime import datetime, time
from typing import Any

from backend.api.endpoint import Call, endpoint
from backend.api.grids.blueprint import blueprint
from backend.api.language import current_language
from backend.api.schemas.duties import DutyBulkAnswerSchema, DutyBulkSchema, DutyQuerySchema, GridDutyListSchema
from backend.domain.calendar import LOCAL_ZONE, local_day
from backend.domain.vocabulary import BulkResult, GridRole
from backend.persistence.queries.grids.duties import GridDuties, grid_duties
from backend.persistence.queries.grids.features import GridFilter
from backend.services.grids.duties import DutyOrder, DutyResult, assign_many

LEAD_EXAMPLE = {
    "id": "0199f1c2-5a00-7000-8000-000000000021", "user_id": "0199f1c2-5a00-7000-8000-000000000002", "user_name": "张伟",
    "valid_from": "2026-01-01", "valid_to": None,
}  # fmt: skip


@endpoint(
    blueprint,
    "/responsibilities/by-grid",
    permission="grid.responsibility",
    summary="Every grid with who answers for it on a day, in one answer",
    query=DutyQuerySchema,
    answer=GridDutyListSchema,
    example={
        "on": "2026-11-20",
        "without_lead": 0,
        "items": [
            {
                "code": "310107005601001", "name": "曹杨新村街道第一网格", "street_code": "310107005",
                "street_name": "曹杨新村街道", "lead": LEAD_EXAMPLE, "backups": [], "helpers": [],
            }
        ],
    },
)  # fmt: skip
def by_grid(call: Call) -> dict[str, Any]:
    """The grids in force at noon of that day (now for today), by code; their polygons come as tiles or from /grids."""
    today = local_day(call.now)
    day = call.query["on"] or today
    at = call.now if day == today else datetime.combine(day, time(12), LOCAL_ZONE)
    found = grid_duties(call.session, call.actor, GridFilter(at=at, day=day, street_code=call.query["street"]))
    items = [_shown(duties) for duties in found]
    return {"on": day, "without_lead": sum(item["lead"] is None for item in items), "items": items}


@endpoint(
    blueprint,
    "/responsibilities/bulk",
    method="POST",
    permission="grid.responsibility",
    summary="Make a worker answer for many grids; each is done or refused by itself",
    body=DutyBulkSchema,
    answer=DutyBulkAnswerSchema,
    example={
        "done": 1, "refused": 0,
        "items": [
            {"grid_code": "310107005601001", "result": "done", "code": None, "message": None,
             "responsibility_id": LEAD_EXAMPLE["id"], "ended_id": None}
        ],
    },
)  # fmt: skip
def assign_all(call: Call) -> dict[str, Any]:
    """Taking it back: end each new responsibility on the day it begins, which removes it."""
    results = assign_many(call.session, call.actor, DutyOrder(**call.body), now=call.now)
    items = [_result(result) for result in results]
    done = sum(item["result"] == BulkResult.DONE for item in items)
    return {"done": done, "refused": len(items) - done, "items": items}


def _shown(duties: GridDuties) -> dict[str, Any]:
    leads = duties.people.get(GridRole.LEAD, [])
    return {
        **duties.grid._asdict(),
        "lead": leads[0] if leads else None,
        "backups": duties.people.get(GridRole.BACKUP, []),
        "helpers": duties.people.get(GridRole.HELPER, []),
    }


def _result(result: DutyResult) -> dict[str, Any]:
    refusal = result.refusal
    return {
        "grid_code": result.grid_code,
        "result": BulkResult.REFUSED if refusal else BulkResult.DONE,
        "code": refusal.code if refusal else None,
        "message": refusal.sentence(current_language()) if refusal else None,
        "responsibility_id": result.responsibility_id,
        "ended_id": result.ended_id,
    }
