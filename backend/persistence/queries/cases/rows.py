"""What is shown of a case: the referral and its names, and beside it what the report says. Not here: which cases (pages.py)."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import BigInteger, Row, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from backend.domain.accounts import Actor
from backend.domain.vocabulary import CaseSort, ClockLevel, ClockState
from backend.persistence.models import Clock, Department, Division, Function, Referral, Report, Site, User
from backend.persistence.queries.cases.filters import CaseFilter, narrowed, order_of
from backend.persistence.queries.referrals import visible_to
from backend.persistence.queries.reports.rows import one_of
from backend.persistence.queries.streaming import chunks

HANDLER, REPORTER = aliased(User), aliased(User)

RUNNING = select(func.min(Clock.due_at)).where(
    Clock.referral_id == Referral.id, Clock.state == ClockState.RUNNING, Clock.level == ClockLevel.STAGE
)
MISSED = exists().where(
    Clock.referral_id == Referral.id,
    Clock.state != ClockState.STOPPED,
    Clock.overdue_at.is_not(None),
    Clock.excused_at.is_(None),
)

# Labelled as the API names them, where it shows them as they are.
CASES: Select[*tuple[Any, ...]] = (
    select(
        Referral.id,
        Referral.seq,
        Referral.urgency,
        Referral.report_id,
        Referral.category,
        Referral.status,
        Referral.severity,
        Referral.is_emergency.label("emergency"),
        Referral.role,
        Referral.street_code,
        Division.name.label("street_name"),
        Report.grid_code,
        Referral.function_code.label("function"),
        Function.name_zh.label("function_name"),
        Function.name_en.label("function_name_en"),
        Referral.department_id,
        Department.code.label("department"),
        Department.name.label("department_name"),
        Department.name_en.label("department_name_en"),
        Report.site_id,
        func.coalesce(Report.site["name"].astext, Site.name).label("site_name"),
        func.coalesce(Report.site["address"].astext, Site.address).label("site_address"),
        func.coalesce(Report.site["uscc"].astext, Site.uscc).label("uscc"),
        Report.description,
        Referral.finding_codes.label("findings"),
        Report.captured_at,
        Referral.created_at,
        Referral.routed_at,
        Referral.accepted_at,
        Referral.handled_at,
        Referral.closed_at,
        Referral.handler_id,
        HANDLER.name.label("handler_name"),
        REPORTER.name.label("reporter_name"),
        Referral.outcome_code,
        Referral.outcome_note,
        Referral.return_code,
        Referral.return_count,
        Referral.deadline_profile,
        Report.photos_expected,
        Report.photos_here,
        Report.flags,
        RUNNING.scalar_subquery().label("due_at"),
        MISSED.label("overdue"),
        Referral.ruled_at,
        Referral.version,
    )
    .join(Report, Report.id == Referral.report_id)
    .join(Function, Function.code == Referral.function_code)
    .join(REPORTER, REPORTER.id == Report.author_id)
    .outerjoin(Site, Site.id == Report.site_id)
    .outerjoin(Division, Division.code == Referral.street_code)
    .outerjoin(Department, Department.id == Referral.department_id)
    .outerjoin(HANDLER, HANDLER.id == Referral.handler_id)
)


def cases_of(session: Session, seqs: Sequence[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """The cases with these numbers, in their order; one statement."""
    rows = {row.seq: row for row in session.execute(CASES.where(Referral.seq == one_of(seqs, BigInteger)))}
    return [rows[seq] for seq in seqs if seq in rows]


def matching_cases(actor: Actor, wanted: CaseFilter, sort: CaseSort) -> Select[*tuple[Any, ...]]:
    """The statement over all cases that ``actor`` sees within ``wanted``, in order, with their position in degrees."""
    lon, lat = func.ST_X(Report.position).label("lon"), func.ST_Y(Report.position).label("lat")
    statement = narrowed(CASES.add_columns(lon, lat), wanted, joins_report=False).where(visible_to(actor))
    return statement.order_by(*order_of(sort))


def every_case(
    session: Session, actor: Actor, wanted: CaseFilter, sort: CaseSort, limit: int
) -> Iterator[Row[*tuple[Any, ...]]]:
    """At most ``limit`` cases that ``actor`` sees, in order: one statement whose answer is fetched in chunks, so that memory
    stays flat and all rows are of one moment."""
    for part in chunks(session, matching_cases(actor, wanted, sort).limit(limit)):
        yield from part
