"""What a dispatcher decides before a department works: confirm, route, merge, dismiss. Not here: disputes."""

from uuid import UUID

from sqlalchemy import select, update

from backend.domain.act_needs import Dispatch, can_recall
from backend.domain.errors import DomainError
from backend.domain.referrals import FINAL_STATUSES, check_dismissal, check_reason, check_rerouting
from backend.domain.vocabulary import ReferralAction, ReferralStatus
from backend.persistence.models import Event, Referral
from backend.persistence.queries.desk import newest_event
from backend.persistence.queries.referrals import visible_to
from backend.services.outbox import announce_loss
from backend.services.referrals.case import Case, addressee, as_text, forget_handling, hand_to, move, tell_former

A = ReferralAction


def confirm(case: Case) -> None:
    """As the rules have it: to the department that answers for the function, whoever that is today."""
    if case.details.department is not None or case.details.function is not None:
        raise DomainError("illegal_transition", status=str(case.referral.status), action=str(A.CONFIRM))
    department, function = addressee(case)
    move(case, A.CONFIRM, reason=case.details.reason or case.details.note, data=hand_to(case, department, function))


def route(case: Case) -> None:
    """To whom the dispatcher says. Taking it from somebody needs a reason, which stays with the routing (人工改派留痕)."""
    referral, details = case.referral, case.details
    department, function = addressee(case)
    moved = referral.department_id is not None and (department.id, function) != (
        referral.department_id, referral.function_code,
    )  # fmt: skip
    check_rerouting(moved, details.reason)
    if referral.status == ReferralStatus.REOPENED:
        forget_handling(referral)
    former = referral.department_id
    move(case, A.ROUTE, reason=details.reason, data=hand_to(case, department, function))
    tell_former(case, former)


def recall(case: Case) -> None:
    """Take back what one has just sent out of triage: it waits there again as it did, with the department it had then.

    Raises recall_too_late where somebody else did something since, or sent it, or it was too long ago.
    """
    event = newest_event(case.session, case.referral.id)
    if event is None or not can_recall(as_dispatch(event), case.person.user_id, case.rules.recall_seconds, case.now):
        raise DomainError("recall_too_late")
    referral = case.referral
    former, before = referral.department_id, event.data["before"]
    referral.department_id = UUID(before["department_id"]) if before["department_id"] else None
    referral.function_code = before["function"]
    referral.routed_at = None
    after = {"department_id": as_text(referral.department_id), "function": referral.function_code}
    told = {"before": {"department_id": as_text(former), "function": event.data["after"]["function"]}, "after": after}
    move(case, A.RECALL, reason=case.details.reason, data=told)
    if former is not None:
        announce_loss(case.session, referral, former, now=case.now, actor_id=case.person.user_id)


def as_dispatch(event: Event) -> Dispatch:
    """An event as the rule of recalling looks at it."""
    return Dispatch(event.action, event.actor_id, event.from_status, event.at)


def merge(case: Case) -> None:
    """Into another open case of the same category; its reporter hears from now on what becomes of that one.

    Raises reason_required, merge_target_unfit. What had been merged into this one follows.
    """
    check_reason(A.MERGE, case.details.reason)
    target = _target(case)
    followers = update(Referral).where(Referral.merged_into_id == case.referral.id).values(merged_into_id=target.id)
    case.session.execute(followers)
    case.referral.merged_into_id = target.id
    data = {"into": str(target.id), "report_id": str(target.report_id)}
    move(case, A.MERGE, reason=case.details.reason, data=data)


def _target(case: Case) -> Referral:
    """It was locked with the case (acting.py), so it cannot be closed or merged away meanwhile."""
    target = case.session.scalar(select(Referral).where(Referral.id == case.details.target, visible_to(case.person)))
    unfit = (
        target is None
        or target.id == case.referral.id
        or target.category != case.referral.category
        or target.status in FINAL_STATUSES
    )
    if target is None or unfit:
        raise DomainError("merge_target_unfit")
    return target


def unmerge(case: Case) -> None:
    """Undo a merge: the referral waits for triage again."""
    check_reason(A.UNMERGE, case.details.reason)
    data = {"out_of": as_text(case.referral.merged_into_id)}
    case.referral.merged_into_id = None
    move(case, A.UNMERGE, reason=case.details.reason, data=data)


def dismiss(case: Case) -> None:
    """Nobody's matter: closed without a department having worked on it (domain.md A: 不属实关闭)."""
    check_dismissal(case.details.outcome_code, case.details.reason)
    referral = case.referral
    referral.outcome_code, referral.outcome_note = case.details.outcome_code, case.details.reason
    referral.closed_at = case.now
    move(case, A.DISMISS, code=case.details.outcome_code, reason=case.details.reason)
