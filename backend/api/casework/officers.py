"""Who of the department can handle a referral. Not here: assigning it (api/referrals)."""

from typing import Any
from uuid import UUID

from backend.api.casework.blueprint import blueprint
from backend.api.endpoint import Call, endpoint
from backend.api.schemas.casework import OfficerListSchema
from backend.domain.calendar import local_day
from backend.persistence.queries.officers import officers_for


@endpoint(
    blueprint,
    "/referrals/<uuid:referral_id>/officers",
    permission="referral.assign",
    summary="Officers of your department to whom the referral can be given, the least burdened first",
    answer=OfficerListSchema,
    problems=("not_found",),
    example=OfficerListSchema.EXAMPLE,
)
def officers(call: Call, referral_id: UUID) -> dict[str, Any]:
    """Empty where another department has it."""
    rows = officers_for(call.session, call.actor, referral_id, local_day(call.now))
    return {"items": [row._asdict() for row in rows]}
