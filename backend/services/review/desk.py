"""Everything needed to decide one referral, read at once: triage opens a row with one request. Not here: its shape (api/desk)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.act_needs import Dispatch, Need, can_recall, needs_of
from backend.domain.calendar import local_day
from backend.domain.case_rules import case_rules_at
from backend.domain.permissions import can
from backend.domain.vocabulary import ReferralAction, ReferralStatus, RouteHint
from backend.persistence.models import Referral, Report
from backend.persistence.queries.case_files import CaseFile, get_case_file
from backend.persistence.queries.clocks import ReferralClocks, clocks_of
from backend.persistence.queries.departments import DepartmentWhole, list_departments
from backend.persistence.queries.desk import (
    SitePast,
    candidate_grids,
    newest_event,
    reports_alike,
    site_past,
    street_name,
)
from backend.persistence.queries.referrals import get_referral, referrals_of
from backend.persistence.queries.reports import ReportDetail, get_report
from backend.services.penalties import count_penalties
from backend.services.referrals import actions_for

Line = Row[*tuple[Any, ...]]
ROUTING = frozenset({ReferralAction.ROUTE, ReferralAction.ARBITRATE, ReferralAction.TRANSFER, ReferralAction.RETURN})


@dataclass(frozen=True, slots=True)
class Allowed:
    """An act the actor may do now, with what it takes."""

    action: ReferralAction
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A department the referral can go to. ``functions``: what it holds there; ``hint``: why it stands where it stands."""

    department: DepartmentWhole
    functions: tuple[Any, ...]
    hint: RouteHint | None


@dataclass(frozen=True, slots=True)
class Desk:
    """One referral with all around it. ``penalties``: how many count towards a suspected crime, None: the place is unknown;
    ``departments``: empty where the actor may do nothing that names one."""

    referral: Line
    detail: ReportDetail
    street_name: str | None
    others: Sequence[Line]
    clocks: ReferralClocks
    file: CaseFile
    candidates: Sequence[Line]
    alike: Sequence[Line]
    past: SitePast | None
    penalties: int | None
    actions: list[Allowed]
    departments: list[Choice]


def open_desk(session: Session, actor: Actor, referral_id: UUID, *, now: datetime) -> Desk:
    """Read all of it; the number of statements is the same for every referral. Raises DomainError('not_found') also for who
    only reported it: what departments hand each other is not for the field."""
    today = local_day(now)
    rules = case_rules_at(today)
    file = get_case_file(session, actor, referral_id, rules.precedents_shown)
    row = get_referral(session, actor, referral_id)
    referral: Referral = row.Referral
    detail = get_report(session, actor, referral.report_id)
    report = detail.report
    placing = report.placing or {}
    codes = [candidate["code"] for candidate in placing.get("candidates", ())]
    key = (report.site_id, (detail.site.uscc if detail.site else None) or (report.site or {}).get("uscc"))
    actions = allowed(session, actor, referral, now=now)
    departments = list_departments(session, today) if ROUTING & {one.action for one in actions} else []
    return Desk(
        referral=row,
        detail=detail,
        street_name=street_name(session, report.street_code),
        others=[other for other in referrals_of(session, [report.id]) if other.Referral.id != referral_id],
        clocks=clocks_of(session, actor, referral_id),
        file=file,
        candidates=candidate_grids(session, placing.get("version_id"), codes),
        alike=reports_alike(session, actor, report, rules),
        past=site_past(session, actor, report),
        penalties=count_penalties(session, [key], today).get(key),
        actions=actions,
        departments=_choices(departments, row, report, file),
    )


def allowed(session: Session, actor: Actor, referral: Referral, *, now: datetime) -> list[Allowed]:
    """What ``actor`` may do with a referral now, recalling among it, each act with what it takes."""
    actions = actions_for(actor, referral)
    if referral.status == ReferralStatus.ROUTED and can(actor.roles, "referral.route"):
        event = newest_event(session, referral.id)
        last = Dispatch(event.action, event.actor_id, event.from_status, event.at) if event else None
        if can_recall(last, actor.user_id, case_rules_at(local_day(now)).recall_seconds, now):
            actions.append(ReferralAction.RECALL)
    has_department = referral.department_id is not None
    return [Allowed(action, needs_of(action, referral.function_code, has_department)) for action in actions]


def _choices(departments: Iterable[DepartmentWhole], row: Line, report: Report, file: CaseFile) -> list[Choice]:
    """The departments that exist for the place, those something speaks for first, in the order of the hints."""
    hints = _hints(row, report, file)
    referral: Referral = row.Referral
    found = []
    for whole in departments:
        code, street = whole.department.code, whole.department.street_code
        if street is not None and street != referral.street_code:
            continue
        held = [held for held in whole.held if held.duty.street_code in (None, referral.street_code)]
        functions = {held.function.code: held.function for held in held}
        hint = next((hint for hint, named, by in hints if code in named or functions.keys() & by), None)
        found.append(Choice(whole, tuple(functions.values()), hint))
    order = list(RouteHint)
    return sorted(
        found,
        key=lambda choice: (order.index(choice.hint) if choice.hint else len(order), choice.department.department.code),
    )


def _hints(row: Line, report: Report, file: CaseFile) -> list[tuple[RouteHint, set[str], set[str]]]:
    """For each hint the codes of departments and of functions it speaks for."""
    routing = report.routing or {}
    routed = routing.get("referrals", ())
    return [
        (RouteHint.CURRENT, {row.department} - {None}, set()),
        (RouteHint.PROPOSED, {row.proposed_department} - {None}, set()),
        (
            RouteHint.RULES,
            {entry["department"] for entry in routed if entry["department"]},
            {row.Referral.function_code},
        ),
        (RouteHint.RULING, {ruling.department for ruling in file.precedents}, set()),
        (RouteHint.INFORMED, set(), set(routing.get("informed", ()))),
    ]
