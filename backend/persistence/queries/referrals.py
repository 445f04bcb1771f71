"""Reads of referrals: who sees which, pages of a list, one whole. Not here: acts on them (services/referrals)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, false, or_, select, true, union
from sqlalchemy.orm import Session, aliased

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import Category, ReferralRole, ReferralStatus, Severity
from backend.persistence.models import Department, Function, Referral, Report, User
from backend.persistence.queries.paging import Page, decode_cursor, encode_cursor
from backend.persistence.queries.reports.scope import departments_of, is_author, streets_of

PROPOSED = aliased(Department)
HANDLER, VERIFIER = aliased(User), aliased(User)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Referrals ``actor`` may see: the district's, his streets', his departments', and those of his own reports."""
    return true() if actor.sees_district else or_(false(), *ways_of(actor))


def visible_in_office(actor: Actor) -> ColumnElement[bool]:
    """Referrals whose materials, calls, rulings and joint handling ``actor`` may see: as above, but nobody's by having
    reported it: what departments hand each other is not for the field."""
    ways = [Referral.street_code.in_(streets_of(actor)), Referral.department_id.in_(departments_of(actor))]
    return true() if actor.sees_district else or_(false(), *ways)


def ways_of(actor: Actor) -> Iterator[ColumnElement[bool]]:
    """Each way of seeing by itself, so that a page can read each along its own index."""
    if actor.sees_district:
        yield true()
        return
    if is_author(actor):
        yield Referral.report_id.in_(select(Report.id).where(Report.author_id == actor.user_id))
    for street in streets_of(actor):
        yield Referral.street_code == street
    for department_id in departments_of(actor):
        yield Referral.department_id == department_id


@dataclass(frozen=True, slots=True)
class ReferralFilter:
    """What a list is narrowed to; everything given must hold. ``department`` is its code."""

    report_id: UUID | None = None
    statuses: tuple[ReferralStatus, ...] = ()
    department: str | None = None
    function: str | None = None
    role: ReferralRole | None = None
    category: Category | None = None
    severity: Severity | None = None
    street: str | None = None
    emergency: bool | None = None


def list_referrals(
    session: Session, actor: Actor, wanted: ReferralFilter, limit: int, cursor: str | None
) -> Page[Row[*tuple[Any, ...]]]:
    """One page, newest first, of the referrals ``actor`` sees; two statements however many there are."""
    below = decode_cursor(cursor)
    parts = [
        select(Referral.seq).where(way, *one_status, *_conditions(wanted, below)).order_by(Referral.seq.desc())
        for way in ways_of(actor)
        for one_status in ([[Referral.status == status] for status in wanted.statuses] or [[]])
    ]
    if not parts:
        return Page([], None)
    seqs = list(session.scalars(_merge([part.limit(limit + 1) for part in parts], limit + 1)))
    shown = seqs[:limit]
    rows = session.execute(_shown().where(Referral.seq.in_(shown)).order_by(Referral.seq.desc())).all()
    return Page(rows, encode_cursor(shown[-1]) if len(seqs) > limit else None)


def _merge(parts: list[Select[*tuple[Any, ...]]], limit: int) -> Select[*tuple[Any, ...]]:
    if len(parts) == 1:
        return parts[0]
    merged = union(*[select(part.subquery().c.seq) for part in parts]).subquery()
    return select(merged.c.seq).order_by(merged.c.seq.desc()).limit(limit)


def get_referral(session: Session, actor: Actor, referral_id: UUID) -> Row[*tuple[Any, ...]]:
    """One referral with the names around it. Raises DomainError('not_found')."""
    row = session.execute(_shown().where(Referral.id == referral_id, visible_to(actor))).one_or_none()
    if row is None:
        raise DomainError("not_found")
    return row


def referrals_of(session: Session, report_ids: Collection[UUID]) -> Sequence[Row[*tuple[Any, ...]]]:
    """All referrals of some reports, the lead first; whoever sees a report sees who deals with it."""
    return session.execute(
        _shown().where(Referral.report_id.in_(report_ids)).order_by(Referral.role.desc(), Referral.seq)
    ).all()


def _conditions(wanted: ReferralFilter, below: int | None) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (Referral.report_id, wanted.report_id),
        (Referral.function_code, wanted.function),
        (Referral.role, wanted.role),
        (Referral.category, wanted.category),
        (Referral.severity, wanted.severity),
        (Referral.street_code, wanted.street),
        (Referral.is_emergency, wanted.emergency),
    ):
        if value is not None:
            yield column == value
    if wanted.department is not None:
        department = select(Department.id).where(Department.code == wanted.department).scalar_subquery()
        yield Referral.department_id == department
    if below is not None:
        yield Referral.seq < below


def _shown() -> Select[*tuple[Any, ...]]:
    """A referral as shown: its row, and the names of everything it points to."""
    return (
        select(
            Referral,
            Department.code.label("department"),
            Department.name.label("department_name"),
            Department.name_en.label("department_name_en"),
            Function.name_zh.label("function_name"),
            Function.name_en.label("function_name_en"),
            PROPOSED.code.label("proposed_department"),
            HANDLER.name.label("handler_name"),
            VERIFIER.name.label("verifier_name"),
        )
        .join(Function, Function.code == Referral.function_code)
        .outerjoin(Department, Department.id == Referral.department_id)
        .outerjoin(PROPOSED, PROPOSED.id == Referral.proposed_department_id)
        .outerjoin(HANDLER, HANDLER.id == Referral.handler_id)
        .outerjoin(VERIFIER, VERIFIER.id == Referral.verifier_id)
    )
