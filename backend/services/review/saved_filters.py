"""Keeps filters of cases under a name, for oneself or shared. Not here: reading them (persistence/queries/saved_filters)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import Role
from backend.persistence.models import Department, Division, SavedFilter
from backend.persistence.queries.saved_filters import visible_to
from backend.persistence.violations import violated_constraint

NAME_TAKEN = "uq_saved_filters_owner_id_name"


@dataclass(frozen=True, slots=True)
class Sharing:
    """With whom: everybody who holds all that is named. ``department`` is a code."""

    role: Role | None = None
    street: str | None = None
    department: str | None = None


@dataclass(frozen=True, slots=True)
class FilterDraft:
    """A filter as its owner wants it; ``content`` is JSON that the schema of a list of cases has read."""

    name: str
    content: dict[str, Any]
    shared_with: Sharing | None = None


def create_filter(session: Session, actor: Actor, draft: FilterDraft, *, now: datetime) -> SavedFilter:
    """A new filter of ``actor``. Raises filter_name_taken, unknown_code, forbidden (shared beyond one's own reach)."""
    row = SavedFilter(id=new_id(), owner_id=actor.user_id, created_at=now, version=1)
    _put(session, actor, row, draft)
    session.add(row)
    _flush(session, draft.name)
    return row


def replace_filter(session: Session, actor: Actor, filter_id: UUID, draft: FilterDraft, *, version: int) -> SavedFilter:
    """Say anew what a filter is. Raises not_found, forbidden (another's), stale_version, and as ``create_filter``."""
    row = _own(session, actor, filter_id)
    if row.version != version:
        raise DomainError("stale_version")
    _put(session, actor, row, draft)
    row.version += 1
    _flush(session, draft.name)
    return row


def delete_filter(session: Session, actor: Actor, filter_id: UUID) -> None:
    """Forget a filter. Raises not_found, forbidden (another's)."""
    session.delete(_own(session, actor, filter_id))


def _own(session: Session, actor: Actor, filter_id: UUID) -> SavedFilter:
    statement = select(SavedFilter).where(SavedFilter.id == filter_id, visible_to(actor)).with_for_update()
    row = session.scalars(statement, execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        raise DomainError("not_found")
    if row.owner_id != actor.user_id:
        raise DomainError("forbidden")
    return row


def _put(session: Session, actor: Actor, row: SavedFilter, draft: FilterDraft) -> None:
    shared = draft.shared_with or Sharing()
    department_id = None
    if shared.department is not None:
        department_id = session.scalar(select(Department.id).where(Department.code == shared.department))
        if department_id is None:
            raise DomainError("unknown_code", list="departments", value=shared.department)
    if shared.street is not None and session.get(Division, shared.street) is None:
        raise DomainError("unknown_code", list="divisions", value=shared.street)
    _check_reach(actor, shared, department_id)
    row.name, row.filter = draft.name, draft.content
    row.shared_role, row.shared_street_code, row.shared_department_id = shared.role, shared.street, department_id


def _check_reach(actor: Actor, shared: Sharing, department_id: UUID | None) -> None:
    """A filter may hold names: who sees one street or department shares with its people alone."""
    if actor.sees_district or shared == Sharing():
        return
    if shared.street in actor.street_codes or department_id in actor.department_ids:
        return
    raise DomainError("forbidden")


def _flush(session: Session, name: str) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if violated_constraint(error) == NAME_TAKEN:
            raise DomainError("filter_name_taken", name=name) from error
        raise
