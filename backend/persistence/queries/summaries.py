"""What reports or referrals add up to: how many, how they divide, and when they were; of exactly those of the list.

Not here: by grid or street for colouring a map (figures.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, case, cast, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from backend.domain.accounts import Actor
from backend.domain.calendar import LOCAL_ZONE
from backend.domain.vocabulary import Outcome, TimeStep
from backend.persistence.models import Department, Referral
from backend.persistence.queries import referrals
from backend.persistence.queries.cases.filters import CaseFilter, narrowed
from backend.persistence.queries.reports.counted import BY_DAY, counted_reports, referred_row_by_row
from backend.persistence.queries.reports.filters import ReportFilter, department_of

HELD = aliased(Referral)  # beside those that a condition on the report looks for
REPORTS_BY = ("category", "outcome", "status", "severity", "street")
CASES_BY = ("category", "status", "severity", "street", "department")


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of time: its first day, how many, and how many of them found a problem (of referrals: are emergencies)."""

    since: date
    number: int
    marked: int


@dataclass(frozen=True, slots=True)
class Summary:
    """``total``, how many of it have a position, how it divides (None: none), and bars from the earliest on; empty steps of
    time are left out."""

    total: int
    located: int
    by: dict[str, dict[str | None, int]]
    bars: list[Bar]


def summarise_reports(session: Session, actor: Actor, wanted: ReportFilter, step: TimeStep) -> Summary:
    """The reports ``actor`` sees and that match; three statements at most. A report of two departments counts for both."""
    department_id = department_of(session, wanted.department) if wanted.department is not None else None
    rows = union_all(*counted_reports(actor, wanted, department_id, BY_DAY).parts).subquery("rows")
    bar = _step(step, rows.c.since)
    named = (rows.c.category, rows.c.outcome, rows.c.status, rows.c.severity, rows.c.street_code, rows.c.place, bar)
    number, problems = func.sum(rows.c.number), case((rows.c.outcome == Outcome.PROBLEM.value, rows.c.number), else_=0)
    groups = (
        select(*[column.label(f"c{place}") for place, column in enumerate(named)], cast(number, Integer).label("number"),
               cast(func.sum(problems), Integer).label("problems"))
        .group_by(*named)
        .having(number != 0)
        .subquery("groups")
    )  # fmt: skip
    found = _each_alone(session, groups, len(named), groups.c.problems)
    by = _numbers(REPORTS_BY, found)
    by["department"] = _by_department(session, actor, wanted, department_id)
    places = found[len(REPORTS_BY)]
    return Summary(sum(by["category"].values()), places.get(1, (0, 0))[0], by, _bars(found[-1]))


def summarise_referrals(session: Session, actor: Actor, wanted: CaseFilter, step: TimeStep) -> Summary:
    """The cases ``actor`` sees and that match, by when they were referred; one statement."""
    day = cast(func.timezone(str(LOCAL_ZONE), Referral.created_at), Date)
    named = (
        Referral.category, Referral.status, Referral.severity, Referral.street_code, Referral.department_id,
        case((Referral.map_key.is_(None), 0), else_=1), _step(step, day),
    )  # fmt: skip
    labelled = [column.label(f"c{place}") for place, column in enumerate(named)]
    emergencies = func.count().filter(Referral.is_emergency).label("emergencies")
    groups = (
        narrowed(select(*labelled, func.count().label("number"), emergencies), wanted)
        .where(referrals.visible_to(actor))
        .group_by(*labelled)
        .subquery("groups")
    )
    found = _each_alone(session, groups, len(named), groups.c.emergencies)
    by = _numbers(CASES_BY, found)
    by["department"] = _named_departments(session, by["department"])
    return Summary(sum(by["category"].values()), found[5].get(1, (0, 0))[0], by, _bars(found[-1]))


def _each_alone(session: Session, groups: Any, width: int, marked: Any) -> list[dict[Any, tuple[int, int]]]:
    """The sums of ``number`` and ``marked`` by each column alone: what is summed are some hundred groups, not the rows."""
    columns = [groups.c[f"c{place}"] for place in range(width)]
    sets = func.grouping_sets(*[tuple_(column) for column in columns])
    rows = session.execute(
        select(func.grouping(*columns), *columns, func.sum(groups.c.number), func.sum(marked)).group_by(sets)
    )
    found: list[dict[Any, tuple[int, int]]] = [{} for _ in columns]
    for mask, *values, number, extra in rows:
        # a bit for each column that is left out, the first column's being the highest
        which = f"{mask:0{width}b}".index("0")
        found[which][values[which]] = (int(number), int(extra))
    return found


def _numbers(names: Sequence[str], found: list[dict[Any, tuple[int, int]]]) -> dict[str, dict[str | None, int]]:
    return {
        name: {code: number for code, (number, _) in part.items()} for name, part in zip(names, found, strict=False)
    }


def _by_department(session: Session, actor: Actor, wanted: ReportFilter, department_id: Any) -> dict[str | None, int]:
    held = select(HELD.department_id, HELD.report_seq).where(HELD.department_id.is_not(None)).distinct()
    if wanted != ReportFilter() or not actor.sees_district:
        held = held.where(HELD.report_seq.in_(referred_row_by_row(actor, wanted, department_id)))
    pairs = held.subquery("pairs")
    statement = select(Department.code, func.count()).join(pairs, pairs.c.department_id == Department.id)
    return {code: int(count) for code, count in session.execute(statement.group_by(Department.code))}


def _named_departments(session: Session, by_id: dict[Any, int]) -> dict[str | None, int]:
    codes: dict[Any, str] = {row[0]: row[1] for row in session.execute(select(Department.id, Department.code))}
    return {None if key is None else codes[key]: number for key, number in by_id.items()}


def _bars(found: dict[Any, tuple[int, int]]) -> list[Bar]:
    return [Bar(since, *sums) for since, sums in sorted(found.items())]


def _step(step: TimeStep, day: Any) -> Any:
    return day if step == TimeStep.DAY else cast(func.date_trunc(literal(step.value), day), Date)
