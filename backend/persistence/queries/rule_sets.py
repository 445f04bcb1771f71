"""Reads of rule sets: who sees which, a page of them, one, and when the rules of a district end. Not here: acts on them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, false, select, true
from sqlalchemy.orm import Session, aliased

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.permissions import can
from backend.domain.rule_sets import Span, first_uncovered_day
from backend.domain.vocabulary import RuleSetStatus
from backend.persistence.models import RuleSetRow, User
from backend.persistence.queries.paging import Page, page

AnyRow = Row[*tuple[Any, ...]]
AUTHOR, EDITOR, APPROVER = aliased(User), aliased(User), aliased(User)


@dataclass(frozen=True, slots=True)
class RuleSetFilter:
    """What a list is narrowed to; everything given must hold."""

    status: RuleSetStatus | None = None
    district: str | None = None
    code: str | None = None


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Rule sets are the bureau's, the operations centre's, the auditors' and administrators' matter, all of them."""
    return true() if can(actor.roles, "rules.read") else false()


def list_rule_sets(
    session: Session, actor: Actor, wanted: RuleSetFilter, limit: int, cursor: str | None
) -> Page[AnyRow]:
    """One page, newest first, without the contents; one statement."""
    columns = [column for name, column in RuleSetRow.__table__.columns.items() if name not in ("content", "tests")]
    statement = _named(select(RuleSetRow.seq, *(column for column in columns if column.name != "seq"))).where(
        visible_to(actor), *_conditions(wanted)
    )
    return page(session, statement, RuleSetRow.seq, limit, cursor)


def get_rule_set(session: Session, actor: Actor, rule_set_id: UUID) -> tuple[RuleSetRow, AnyRow]:
    """One set, and the names of its people. Raises DomainError('not_found')."""
    found = session.execute(
        _named(select(RuleSetRow)).where(RuleSetRow.id == rule_set_id, visible_to(actor)),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if found is None:
        raise DomainError("not_found")
    return found.RuleSetRow, found


def days_of_rules_left(session: Session, today: date) -> float:
    """Days until the first district is without an approved rule set; infinite where each has one without end."""
    rows = session.execute(
        select(RuleSetRow.district_code, RuleSetRow.id, RuleSetRow.valid_from, RuleSetRow.valid_to).where(
            RuleSetRow.status == RuleSetStatus.APPROVED
        )
    ).all()
    by_district: dict[str, list[Span]] = {}
    for row in rows:
        by_district.setdefault(row.district_code, []).append(Span(row.id, row.valid_from, row.valid_to))
    ends = [first_uncovered_day(spans, today) for spans in by_district.values()] or [today]
    return min(float("inf") if end is None else float((end - today).days) for end in ends)


def _named(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        statement.add_columns(
            AUTHOR.name.label("author_name"), EDITOR.name.label("editor_name"), APPROVER.name.label("approver_name")
        )
        .outerjoin(AUTHOR, AUTHOR.id == RuleSetRow.created_by)
        .outerjoin(EDITOR, EDITOR.id == RuleSetRow.edited_by)
        .outerjoin(APPROVER, APPROVER.id == RuleSetRow.approved_by)
    )


def _conditions(wanted: RuleSetFilter) -> list[ColumnElement[bool]]:
    given = (
        (RuleSetRow.status, wanted.status),
        (RuleSetRow.district_code, wanted.district),
        (RuleSetRow.code, wanted.code),
    )
    return [column == value for column, value in given if value is not None]
