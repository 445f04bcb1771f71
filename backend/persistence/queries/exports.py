"""Reads of somebody's own exports. Not here: what they hold (each slice's queries), acts on them (services/exports)."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.persistence.models import Export
from backend.persistence.queries.paging import Page, page


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """One's own alone, whatever the role: a file is made for the eyes of one person."""
    return Export.owner_id == actor.user_id


def list_exports(session: Session, actor: Actor, limit: int, cursor: str | None) -> Page[Export]:
    """One page of the actor's own, newest first; one statement."""
    statement: Select[*tuple[Any, ...]] = select(Export.seq, Export).where(visible_to(actor))
    found = page(session, statement, Export.seq, limit, cursor)
    return Page([row.Export for row in found.items], found.next_cursor)


def get_export(session: Session, actor: Actor, export_id: UUID) -> Export:
    """One of the actor's own. Raises DomainError('not_found')."""
    found = session.scalar(select(Export).where(Export.id == export_id, visible_to(actor)))
    if found is None:
        raise DomainError("not_found")
    return found
