"""One report whole: what was sent, what became of it, and why it went where it went. A constant number of statements.

Not here: lists (rows.py), referrals by themselves (queries/referrals.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.persistence.models import (
    EmergencyCall,
    Report,
    ReportAmendment,
    ReportPhoto,
    RuleSetRow,
    Site,
    User,
)
from backend.persistence.queries.history import events_of_report
from backend.persistence.queries.reports.scope import visible_to

AnyRow = Row[*tuple[Any, ...]]
RULE_NAMES = text("""
    SELECT rule ->> 'code', rule ->> 'zh', rule ->> 'en'
    FROM rule_sets, jsonb_array_elements(content -> 'rules') AS rule
    WHERE code = :code AND version = :version
""")
HISTORY_LIMIT = 500  # events of one report and its referrals; more would mean a machine is acting


@dataclass(frozen=True, slots=True)
class ReportDetail:
    """A report and everything that hangs on it, each list in the order it is read in."""

    report: Report
    author_name: str
    lon: float | None
    lat: float | None
    site: Site | None
    photos: Sequence[ReportPhoto]
    amendments: Sequence[AnyRow]
    calls: Sequence[AnyRow]
    history: Sequence[AnyRow]
    rule_names: dict[str, dict[str, str]]


def get_report(session: Session, actor: Actor, report_id: UUID) -> ReportDetail:
    """The report ``actor`` may see. Raises DomainError('not_found')."""
    found = session.execute(
        select(Report, User.name, func.ST_X(Report.position), func.ST_Y(Report.position), Site)
        .join(User, User.id == Report.author_id)
        .outerjoin(Site, Site.id == Report.site_id)
        .where(Report.id == report_id, visible_to(actor))
    ).one_or_none()
    if found is None:
        raise DomainError("not_found")
    report, author_name, lon, lat, site = found
    return ReportDetail(
        report,
        author_name,
        lon,
        lat,
        site,
        session.scalars(
            select(ReportPhoto).where(ReportPhoto.report_id == report_id).order_by(ReportPhoto.ordinal)
        ).all(),
        session.execute(
            select(ReportAmendment, User.name.label("author_name"))
            .join(User, User.id == ReportAmendment.author_id)
            .where(ReportAmendment.report_id == report_id)
            .order_by(ReportAmendment.received_at, ReportAmendment.id)
        ).all(),
        session.execute(
            select(EmergencyCall, User.name.label("caller_name"))
            .join(User, User.id == EmergencyCall.caller_id)
            .where(EmergencyCall.report_id == report_id)
            .order_by(EmergencyCall.called_at, EmergencyCall.id)
        ).all(),
        events_of_report(session, report_id, HISTORY_LIMIT),
        rule_names(session, report.routing),
    )


def get_routing(
    session: Session, actor: Actor, report_id: UUID
) -> tuple[Report, dict[str, dict[str, Any]], Sequence[AnyRow]]:
    """A report ``actor`` may see, the rules (by code, as data) of the set that routed it, and the events of it and its
    referrals, oldest first. Raises DomainError('not_found')."""
    report = session.scalars(select(Report).where(Report.id == report_id, visible_to(actor))).one_or_none()
    if report is None:
        raise DomainError("not_found")
    routing = report.routing or {}
    of_the_set = select(RuleSetRow.content["rules"]).where(
        RuleSetRow.code == routing.get("rule_set"), RuleSetRow.version == routing.get("rule_set_version")
    )
    rules = {rule["code"]: rule for rule in session.scalar(of_the_set) or ()}
    return report, rules, events_of_report(session, report_id, HISTORY_LIMIT)


def rule_names(session: Session, routing: dict[str, Any] | None) -> dict[str, dict[str, str]]:
    """Code → zh and en of the rules of the set a routing was decided with, so that its reasons can be read."""
    if not routing:
        return {}
    which = {"code": routing["rule_set"], "version": routing["rule_set_version"]}
    return {code: {"zh": zh, "en": en} for code, zh, en in session.execute(RULE_NAMES, which)}
