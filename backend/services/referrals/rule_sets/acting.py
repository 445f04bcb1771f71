"""Acts on a rule set: check, approve, retire. Not here: the table of its life (domain/rule_sets.py), drafts (drafts.py)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.permissions import RULE_SET_ACTION_PERMISSION, can, check
from backend.domain.routing import Fault, told
from backend.domain.rule_sets import (
    allowed_actions,
    check_approver,
    check_reason,
    check_start,
    first_uncovered_day,
    next_status,
)
from backend.domain.vocabulary import RuleSetAction, RuleSetStatus
from backend.persistence.models import RuleSetRow
from backend.services.referrals.rule_sets.checking import check_rule_set
from backend.services.referrals.rule_sets.drafts import check_unchanged
from backend.services.referrals.rule_sets.status import locked, refit_ends, set_rule_set_status

A = RuleSetAction


@dataclass(frozen=True, slots=True)
class _Case:
    """One act while it happens: district and row are locked."""

    session: Session
    actor: Actor
    row: RuleSetRow
    reason: str | None
    now: datetime


def act_on_rule_set(
    session: Session,
    actor: Actor,
    rule_set_id: UUID,
    action: RuleSetAction,
    *,
    reason: str | None = None,
    sha256: str | None = None,
    now: datetime,
) -> RuleSetRow:
    """Check, approve or retire a rule set; ``sha256`` is the content the actor saw.

    Raises DomainError: not_found, forbidden, illegal_transition, rule_set_changed, rule_set_faulty (with each fault),
    approver_is_author, rule_set_starts_in_past, rule_set_same_day, reason_required. Nothing is changed then.
    """
    check(actor.roles, RULE_SET_ACTION_PERMISSION[action])
    row = locked(session, actor, rule_set_id)
    next_status(row.status, action)  # refuse before anything is looked at
    check_unchanged(row, sha256)
    check_reason(action, reason)
    _ACTS[action](_Case(session, actor, row, reason, now))
    session.flush()
    return row


def rule_set_actions_for(actor: Actor, row: Any) -> list[RuleSetAction]:
    """What ``actor`` may do with a set he sees (a row with status and its people); an author never approves."""
    return [
        action
        for action in allowed_actions(row.status)
        if can(actor.roles, RULE_SET_ACTION_PERMISSION[action])
        and not (action is A.APPROVE and actor.user_id in (row.created_by, row.edited_by))
    ]


def _check(case: _Case) -> None:
    row = case.row
    report = check_rule_set(case.session, row.content, row.tests)
    row.checked_at, row.check_report = case.now, report.to_data()
    data = {"tests": report.tests, "warnings": len(report.warnings)}
    set_rule_set_status(case.session, case.actor, row, A.CHECK, now=case.now, data=data)


def _approve(case: _Case) -> None:
    """What was right when it was checked may be wrong by now, since departments change: it is checked again."""
    session, row = case.session, case.row
    check_approver((row.created_by, row.edited_by), case.actor.user_id)
    check_start(row.valid_from, local_day(case.now))
    same_day = select(RuleSetRow.id).where(
        RuleSetRow.district_code == row.district_code,
        RuleSetRow.valid_from == row.valid_from,
        RuleSetRow.status == RuleSetStatus.APPROVED,
    )
    if session.scalar(same_day) is not None:
        raise DomainError("rule_set_same_day", valid_from=row.valid_from.isoformat())
    report = check_rule_set(session, row.content, row.tests).to_data()
    row.approved_by, row.approved_at, row.checked_at, row.check_report = case.actor.user_id, case.now, case.now, report
    set_rule_set_status(session, case.actor, row, A.APPROVE, now=case.now, reason=case.reason)
    spans = refit_ends(session, row.district_code)
    uncovered = first_uncovered_day(spans, row.valid_from)
    if uncovered is not None:
        warnings = [*report["warnings"], *told([Fault("no_successor", path="valid_to", day=uncovered)])]
        row.check_report = {**report, "warnings": warnings}


def _retire(case: _Case) -> None:
    """From now on no report is routed by it, of whatever day; what it cut holds on again."""
    set_rule_set_status(case.session, case.actor, case.row, A.RETIRE, now=case.now, reason=case.reason)
    refit_ends(case.session, case.row.district_code)


_ACTS: dict[RuleSetAction, Callable[[_Case], None]] = {A.CHECK: _check, A.APPROVE: _approve, A.RETIRE: _retire}
