"""What a desk shows around one referral beside its row, report, clocks and file: a fixed number of statements.

Not here: those (queries/referrals, reports, clocks, case_files), putting it together (services/review/desk.py).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from geoalchemy2 import WKBElement
from sqlalchemy import ColumnElement, Row, Text, and_, case, distinct, false, func, literal, or_, select, true
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.case_rules import CaseRules
from backend.domain.referrals import founded_codes
from backend.domain.vocabulary import Outcome
from backend.persistence.models import Department, Division, Event, Grid, Referral, Report, ReportPhoto
from backend.persistence.queries.grids.features import GEOJSON_DIGITS
from backend.persistence.queries.reports.rows import one_of
from backend.persistence.queries.reports.scope import visible_to

Line = Row[*tuple[Any, ...]]
DEGREES_PER_METRE = 1 / 55_000  # generous: a box of at least the distance up to 60 degrees north
RECENT_VISITS = 5


@dataclass(frozen=True, slots=True)
class SitePast:
    """What happened at a site before and after: numbers over all reports, and the newest that the actor may see."""

    counts: Line
    recent: Sequence[Line]


def candidate_grids(session: Session, version_id: str | None, codes: Collection[str]) -> Sequence[Line]:
    """Code, name, street and polygon (GeoJSON text) of the grids an accuracy circle touched, in their own version."""
    if version_id is None or not codes:
        return []
    return session.execute(
        select(
            Grid.code,
            Grid.name,
            Grid.street_code,
            Division.name.label("street_name"),
            func.ST_AsGeoJSON(Grid.geometry, GEOJSON_DIGITS, 0).label("geometry"),
        )
        .join(Division, Division.code == Grid.street_code)
        .where(Grid.version_id == UUID(version_id), Grid.code == one_of(sorted(codes), Text))
    ).all()


def reports_alike(session: Session, actor: Actor, report: Report, rules: CaseRules) -> Sequence[Line]:
    """Other reports of a problem of the same category at the same site or near by, that ``actor`` sees: those at the same
    site first, then by findings in common, then the nearest; each with the referral that leads."""
    window = timedelta(days=rules.alike_days)
    same_site = _same_site(report.site_id)
    distance = _distance(report.position)
    codes = [finding["code"] for finding in report.findings]
    shared = or_(false(), *(Report.findings.contains([{"code": code}]) for code in codes))
    leading = _leading_referral()
    return session.execute(
        select(
            Report.id.label("report_id"), Report.captured_at, Report.status, Report.site_id, Report.findings,
            Report.description, Report.site["name"].astext.label("site_name"), same_site.label("same_site"),
            distance.label("distance_m"), leading.c.id.label("referral_id"), leading.c.status.label("referral_status"),
            leading.c.version.label("referral_version"), leading.c.department_name, first_photo().label("photo"),
        )
        .outerjoin(leading, true())
        .where(
            Report.id != report.id, Report.category == report.category, Report.outcome == Outcome.PROBLEM,
            Report.withdrawn_at.is_(None), or_(same_site, _near(report.position, rules.alike_distance_m)),
            Report.captured_at.between(report.captured_at - window, report.captured_at + window), visible_to(actor),
        )
        .order_by(same_site.desc(), case((shared, 0), else_=1), distance.asc().nulls_last(), Report.captured_at.desc())
        .limit(rules.alike_shown)
    ).all()  # fmt: skip


def site_past(session: Session, actor: Actor, report: Report) -> SitePast | None:
    """What else was reported at the report's site; None where it names no site of the register. Two statements."""
    if report.site_id is None:
        return None
    others = and_(Report.site_id == report.site_id, Report.id != report.id, Report.withdrawn_at.is_(None))
    problems = Report.outcome == Outcome.PROBLEM
    counts = session.execute(
        select(
            func.count(distinct(Report.id)).label("visits"),
            func.count(distinct(Report.id)).filter(problems).label("problems"),
            func.max(Report.captured_at).label("last_visited_at"),
            func.count(distinct(Referral.id)).label("referrals"),
            func.count(distinct(Referral.id)).filter(Referral.outcome_code.in_(founded_codes())).label("founded"),
        )
        .select_from(Report)
        .outerjoin(Referral, Referral.report_id == Report.id)
        .where(others)
    ).one()
    recent = session.execute(
        select(Report.id.label("report_id"), Report.captured_at, Report.outcome, Report.status, Report.findings)
        .where(others, visible_to(actor))
        .order_by(Report.captured_at.desc(), Report.id)
        .limit(RECENT_VISITS)
    ).all()
    return SitePast(counts, recent)


def newest_event(session: Session, referral_id: UUID) -> Event | None:
    """The newest event of a referral, whatever it is."""
    of_it = select(Event).where(Event.subject_type == "referral", Event.subject_id == str(referral_id))
    return session.scalar(of_it.order_by(Event.seq.desc()).limit(1))


def street_name(session: Session, code: str | None) -> str | None:
    """The name of a street by its code."""
    return session.scalar(select(Division.name).where(Division.code == code)) if code else None


def _same_site(site_id: UUID | None) -> ColumnElement[bool]:
    return func.coalesce(Report.site_id == site_id, False) if site_id else literal(False)


def _distance(position: WKBElement | None) -> ColumnElement[Any]:
    return literal(None) if position is None else func.ST_DistanceSphere(Report.position, position)


def _near(position: WKBElement | None, metres: float) -> ColumnElement[bool]:
    if position is None:
        return literal(False)
    box = func.ST_Expand(position, metres * DEGREES_PER_METRE)
    return and_(Report.position.op("&&")(box), func.ST_DistanceSphere(Report.position, position) <= metres)


def _leading_referral() -> Any:
    """One referral of each report: that which leads, the first made."""
    return (
        select(
            Referral.report_id, Referral.id, Referral.status, Referral.version,
            Department.name.label("department_name"),
        )
        .outerjoin(Department, Department.id == Referral.department_id)
        .where(Referral.report_id == Report.id)
        .order_by(Referral.role.desc(), Referral.seq)
        .limit(1)
        .correlate(Report)
        .lateral("leading")
    )  # fmt: skip


def first_photo() -> Any:
    """A column beside those of a report: the hash of the first of its photos that is here."""
    return (
        select(ReportPhoto.sha256)
        .where(ReportPhoto.report_id == Report.id, ReportPhoto.arrived_at.is_not(None))
        .order_by(ReportPhoto.ordinal)
        .limit(1)
        .correlate(Report)
        .scalar_subquery()
    )
