"""How many cases there are, and how they divide. Not here: figures of performance, which are published formulas."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.persistence.models import Department, Referral
from backend.persistence.queries.cases.filters import CaseFilter, narrowed
from backend.persistence.queries.referrals import visible_to

BY = ("status", "category", "severity", "street", "department")


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """``total``, and for each of BY how many have which value (None: no street, no department yet)."""

    total: int
    by: dict[str, dict[str | None, int]]


def count_cases(session: Session, actor: Actor, wanted: CaseFilter) -> CaseCounts:
    """The cases ``actor`` sees, counted in one statement.

    They are grouped by all values together first: what the single sums are made of is then some hundred groups, not
    every case once more for each.
    """
    columns = (Referral.status, Referral.category, Referral.severity, Referral.street_code, Referral.department_id)
    groups = (
        narrowed(select(*columns, func.count().label("number")), wanted)
        .where(visible_to(actor))
        .group_by(*columns)
        .subquery()
    )
    named = (
        groups.c.status,
        groups.c.category,
        groups.c.severity,
        groups.c.street_code,
        Department.code.label("department"),
    )
    sets = func.grouping_sets(*[tuple_(column) for column in named])
    rows = session.execute(
        select(func.grouping(*named), *named, func.sum(groups.c.number))
        .outerjoin_from(groups, Department, Department.id == groups.c.department_id)
        .group_by(sets)
    )
    by: dict[str, dict[str | None, int]] = {name: {} for name in BY}
    for mask, *values, number in rows:
        which = _only_zero_bit(mask)
        by[BY[which]][values[which]] = int(number)
    return CaseCounts(sum(by["status"].values()), by)


def _only_zero_bit(mask: int) -> int:
    """Which column a sum is grouped by: GROUPING() sets a bit for each that is left out, the first column's being the highest."""
    bits: Any = f"{mask:0{len(BY)}b}"
    return int(bits.index("0"))
