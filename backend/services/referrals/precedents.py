"""Rulings kept as precedents, to be shown with the next case like theirs. Not here: who may rule (permissions)."""

from uuid import UUID

from backend.domain.ids import new_id
from backend.persistence.models import Precedent
from backend.services.referrals.case import Case


def keep_ruling(case: Case, function_before: str, department_id: UUID, disputed_by: list[str]) -> UUID:
    """Write the ruling that ``case`` is; the id of the precedent."""
    referral, details = case.referral, case.details
    ruling = Precedent(
        id=new_id(),
        referral_id=referral.id,
        category=referral.category,
        function_code=function_before,
        finding_codes=list(referral.finding_codes),
        disputed_by=disputed_by,
        department_id=department_id,
        ruled_function=referral.function_code,
        reason=details.reason or "",
        legal_basis=details.legal_basis or "",
        ruled_by=case.person.user_id,
        ruled_at=case.now,
    )
    case.session.add(ruling)
    return ruling.id
