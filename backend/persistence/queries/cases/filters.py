"""What cases are narrowed to and ordered by, as conditions of the database. Not here: who sees which (queries/referrals)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Text, and_, exists, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.map_area import Area
from backend.domain.referrals import FINAL_STATUSES
from backend.domain.search import grams_of_term, terms_of
from backend.domain.vocabulary import CaseSort, Category, ClockState, Flag, ReferralRole, ReferralStatus, Severity
from backend.persistence.models import CaseText, Clock, Department, EmergencyCall, Referral, ReferralCall, Report
from backend.persistence.queries.areas import within

Query = Select[*tuple[Any, ...]]
UNCALLED = and_(
    Referral.is_emergency,
    Referral.status.not_in(FINAL_STATUSES),
    ~exists().where(ReferralCall.referral_id == Referral.id),
    ~exists().where(EmergencyCall.report_id == Referral.report_id),
)


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Everything given must hold; of several values any one. Days are whole days in Shanghai, both ends included.

    ``department``: codes; ``returned``: came back at least so often; ``photos_waiting``: a photo it names is not here yet;
    ``overdue``: a deadline that still runs was missed and not excused; ``due_to``: one that runs ends on that day or before.
    ``uncalled``: an open emergency about which nobody rang, from the field or an office.
    ``area``: the place of its report lies inside; ``located``: that place is known.
    ``q``: terms that must all stand in names, addresses, codes or words of the report, as domain/search.py compares them.
    """

    q: str | None = None
    category: tuple[Category, ...] | None = None
    status: tuple[ReferralStatus, ...] | None = None
    severity: tuple[Severity, ...] | None = None
    street: tuple[str, ...] | None = None
    grid: str | None = None
    department: tuple[str, ...] | None = None
    function: str | None = None
    role: ReferralRole | None = None
    emergency: bool | None = None
    finding: str | None = None
    outcome: str | None = None
    flag: Flag | None = None
    photos_waiting: bool | None = None
    created_from: date | None = None
    created_to: date | None = None
    captured_from: date | None = None
    captured_to: date | None = None
    closed_from: date | None = None
    closed_to: date | None = None
    handler: UUID | None = None
    returned: int | None = None
    overdue: bool | None = None
    due_to: date | None = None
    uncalled: bool | None = None
    site: UUID | None = None
    report: UUID | None = None
    area: Area | None = None
    located: bool | None = None

    @property
    def reads_report(self) -> bool:
        """Whether a condition looks at the report itself, which must then be joined."""
        looks_at = (self.grid, self.flag, self.photos_waiting, self.captured_from, self.captured_to, self.site)
        return any(value is not None for value in looks_at)

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms of ``q``."""
        return terms_of(self.q) if self.q else ()


def narrowed(statement: Query, wanted: CaseFilter, *, joins_report: bool = True, by_words: bool = True) -> Query:
    """``statement`` over referrals with all conditions, those of ``q`` unless ``by_words`` is False. ``joins_report``: bring
    the report in where a condition needs it."""
    if joins_report and wanted.reads_report:
        statement = statement.join(Report, Report.id == Referral.report_id)
    terms = wanted.terms if by_words else ()
    if terms:
        grams = sorted({gram for term in terms for gram in grams_of_term(term)})
        statement = statement.join(CaseText, CaseText.report_id == Referral.report_id)
        statement = statement.where(CaseText.grams.bool_op("@>")(literal(grams, ARRAY(Text))))
        # of one or two characters the grams are proof
        statement = statement.where(*holding(term for term in terms if len(term) > 2))
    return statement.where(*referral_conditions(wanted), *_report_conditions(wanted))


def holding(terms: Iterable[str]) -> Iterator[ColumnElement[bool]]:
    """Texts in which all ``terms`` stand as they are."""
    return (CaseText.text.contains(term, autoescape=True) for term in terms)


def order_of(sort: CaseSort) -> tuple[ColumnElement[Any], ...]:
    """What a statement over referrals is ordered by."""
    if sort == CaseSort.URGENT:
        return Referral.urgency.asc(), Referral.seq.asc()
    return (Referral.seq.asc() if sort == CaseSort.OLDEST else Referral.seq.desc(),)


def referral_conditions(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    """What ``wanted`` says of the referral itself; words and the report are left out."""
    for column, value in (
        (Referral.function_code, wanted.function),
        (Referral.role, wanted.role),
        (Referral.is_emergency, wanted.emergency),
        (Referral.outcome_code, wanted.outcome),
        (Referral.handler_id, wanted.handler),
        (Referral.report_id, wanted.report),
    ):
        if value is not None:
            yield column == value
    for several, values in (
        (Referral.category, wanted.category),
        (Referral.status, wanted.status),
        (Referral.severity, wanted.severity),
        (Referral.street_code, wanted.street),
    ):
        if values is not None:
            yield several == values[0] if len(values) == 1 else several.in_(values)
    if wanted.department is not None:
        yield Referral.department_id.in_(select(Department.id).where(Department.code.in_(wanted.department)))
    if wanted.finding is not None:
        yield Referral.finding_codes.contains([wanted.finding])
    if wanted.returned is not None:
        yield Referral.return_count >= wanted.returned
    if wanted.uncalled is not None:
        yield UNCALLED if wanted.uncalled else ~UNCALLED
    if wanted.area is not None:
        yield within(wanted.area, Referral.position)
    if wanted.located is not None:
        yield Referral.position.is_not(None) if wanted.located else Referral.position.is_(None)
    yield from _clock_conditions(wanted)
    yield from _days(Referral.created_at, wanted.created_from, wanted.created_to)
    yield from _days(Referral.closed_at, wanted.closed_from, wanted.closed_to)


def _clock_conditions(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    running = exists().where(Clock.referral_id == Referral.id, Clock.state != ClockState.STOPPED)
    if wanted.overdue is not None:
        missed = running.where(Clock.overdue_at.is_not(None), Clock.excused_at.is_(None))
        yield missed if wanted.overdue else ~missed
    if wanted.due_to is not None:
        yield running.where(Clock.due_at < _midnight(wanted.due_to + timedelta(days=1)))


def _report_conditions(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.grid is not None:
        yield Report.grid_code == wanted.grid
    if wanted.site is not None:
        yield Report.site_id == wanted.site
    if wanted.flag is not None:
        yield Report.flags.bool_op("@>")(literal([wanted.flag.value], ARRAY(Text)))
    if wanted.photos_waiting is not None:
        lacking = Report.photos_here < Report.photos_expected
        yield lacking if wanted.photos_waiting else ~lacking
    yield from _days(Report.captured_at, wanted.captured_from, wanted.captured_to)


def _days(column: InstrumentedAttribute[Any], first: date | None, last: date | None) -> Iterator[ColumnElement[bool]]:
    if first is not None:
        yield column >= _midnight(first)
    if last is not None:
        yield column < _midnight(last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL_ZONE)
