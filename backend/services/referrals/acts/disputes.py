"""Who must take it when departments disagree: return, transfer, arbitration (协调处理). Not here: first routing."""

from sqlalchemy import select

from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.referrals import check_not_ruled, check_reason, check_return, judge_return
from backend.domain.vocabulary import ReferralAction
from backend.persistence.models import Department, Event
from backend.services.referrals.case import Case, addressee, as_text, forget_handling, hand_to, move, tell_former
from backend.services.referrals.departments import department_by_code
from backend.services.referrals.precedents import keep_ruling

A = ReferralAction


def give_back(case: Case) -> None:
    """A return (退单) with code, reason, who should have it instead and material; one too many goes to the arbiter.

    Raises unknown_code, reason_required, ruling_is_binding.
    """
    referral, details = case.referral, case.details
    check_not_ruled(referral.ruled_at)
    check_return(details.return_code, details.reason)
    proposed = None
    if details.proposed_department is not None:
        proposed = department_by_code(case.session, details.proposed_department, local_day(case.now))
    decision = judge_return(referral.return_count, case.rules.arbitration_after_returns)
    referral.return_count = decision.returns
    referral.return_code, referral.return_reason = details.return_code, details.reason
    referral.proposed_department_id = proposed.id if proposed else None
    data = {
        "returned_by": as_text(referral.department_id),
        "proposed_department": proposed.code if proposed else None,
        "returns": decision.returns,
        "arbitration_needed": decision.arbitration_needed,
    }
    move(case, A.RETURN, code=details.return_code, reason=details.reason, data=data)
    if decision.arbitration_needed:
        told = {"returns": decision.returns}
        move(case, A.ESCALATE, code=details.return_code, reason=details.reason, data=told, keep_materials=False)


def escalate(case: Case) -> None:
    """A dispatcher asks for a ruling at once, without waiting for a second return."""
    check_reason(A.ESCALATE, case.details.reason)
    move(case, A.ESCALATE, reason=case.details.reason, data={"returns": case.referral.return_count})


def arbitrate(case: Case) -> None:
    """指定管辖 by 区城运中心: the department is named, must take it, and the ruling is kept as a precedent.

    Raises reason_required, unknown_code, already_referred, department_needed.
    """
    referral, details = case.referral, case.details
    check_reason(A.ARBITRATE, details.reason)
    if details.department is None and details.function is None:
        raise DomainError("department_needed")
    before, former = referral.function_code, referral.department_id
    department, function = addressee(case)
    disputed_by = _who_returned(case)
    told = hand_to(case, department, function)
    referral.ruled_at = case.now
    ruling = keep_ruling(case, before, department.id, disputed_by)
    data = {**told, "precedent_id": str(ruling), "legal_basis": details.legal_basis}
    move(case, A.ARBITRATE, reason=details.reason, data=data)
    tell_former(case, former)


def _who_returned(case: Case) -> list[str]:
    """Codes of the departments that gave this referral back, in the order they did."""
    returned = (
        select(Event.data["returned_by"].astext)
        .where(
            Event.subject_type == "referral",
            Event.subject_id == str(case.referral.id),
            Event.action == A.RETURN.value,
        )
        .order_by(Event.seq)
    )
    ids = [value for value in case.session.scalars(returned) if value]
    codes = case.session.execute(select(Department.id, Department.code).where(Department.id.in_(ids))).all()
    names = {str(row.id): row.code for row in codes}
    return list(dict.fromkeys(names[value] for value in ids if value in names))


def transfer(case: Case) -> None:
    """The department itself passes a case on that is not its own (城管条例 27条: 非本单位职责 3 个工作日内移送).

    Raises reason_required, ruling_is_binding, transfer_needs_other_department and what ``addressee`` raises.
    """
    referral, details = case.referral, case.details
    check_not_ruled(referral.ruled_at)
    check_reason(A.TRANSFER, details.reason)
    if details.department is None and details.function is None:
        raise DomainError("transfer_needs_other_department")
    giver = referral.department_id
    department, function = addressee(case)
    if department.id == giver:
        raise DomainError("transfer_needs_other_department")
    forget_handling(referral)
    data = {**hand_to(case, department, function), "transferred_by": as_text(giver)}
    move(case, A.TRANSFER, reason=details.reason, data=data)
