"""Reads of grid versions: which one holds at a moment, their lists, their polygons as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import GridVersionStatus
from backend.persistence.models import Grid, GridLineage, GridVersion
from backend.persistence.queries.grids.visibility import visible_to, visible_version


@dataclass(frozen=True, slots=True)
class VersionSpan:
    """When a published version holds; ``valid_to`` is exclusive, None: until further notice."""

    id: UUID
    district_code: str
    valid_from: datetime
    valid_to: datetime | None

    def holds_at(self, at: datetime) -> bool:
        """True if the version is the valid one at ``at``."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


def published_spans(session: Session, district_code: str | None = None) -> list[VersionSpan]:
    """Every published version, oldest first, of one district or of all; a few rows a year."""
    statement = (
        select(GridVersion.id, GridVersion.district_code, GridVersion.valid_from, GridVersion.valid_to)
        .where(GridVersion.status != GridVersionStatus.DRAFT)
        .order_by(GridVersion.district_code, GridVersion.valid_from)
    )
    if district_code is not None:
        statement = statement.where(GridVersion.district_code == district_code)
    return [
        VersionSpan(id, district, valid_from, valid_to)
        for id, district, valid_from, valid_to in session.execute(statement)
        if valid_from is not None
    ]


@dataclass(frozen=True, slots=True)
class StoredGrid:
    """A polygon as stored, for computing with it; ``wkb`` is lon/lat in CGCS2000."""

    id: UUID
    code: str
    name: str
    street_code: str
    external_code: str | None
    wkb: bytes


def stored_grids(session: Session, version_id: UUID) -> Sequence[StoredGrid]:
    """All grids of a version in the order of their codes; one statement."""
    rows = session.execute(
        select(Grid.id, Grid.code, Grid.name, Grid.street_code, Grid.external_code, func.ST_AsBinary(Grid.geometry))
        .where(Grid.version_id == version_id)
        .order_by(Grid.code)
    )
    return [
        StoredGrid(id, code, name, street_code, external_code, bytes(wkb))
        for id, code, name, street_code, external_code, wkb in rows
    ]


def list_versions(session: Session, actor: Actor, district_code: str | None, limit: int) -> Sequence[GridVersion]:
    """The newest versions first: drafts and what comes, then what holds, then what was. A few rows a year."""
    statement = select(GridVersion).where(visible_version(actor))
    if district_code is not None:
        statement = statement.where(GridVersion.district_code == district_code)
    order = (GridVersion.valid_from.desc().nulls_first(), GridVersion.created_at.desc())
    return session.scalars(statement.order_by(*order).limit(limit)).all()


def find_version(session: Session, actor: Actor, version_id: UUID) -> GridVersion:
    """One version. Raises DomainError('not_found') for what the actor may not see."""
    version = session.scalar(select(GridVersion).where(GridVersion.id == version_id, visible_version(actor)))
    if version is None:
        raise DomainError("not_found")
    return version


def lineage_of(session: Session, version_id: UUID) -> Sequence[GridLineage]:
    """From which grids of its predecessor each grid of a version came, in the order of codes."""
    return session.scalars(
        select(GridLineage)
        .where(GridLineage.version_id == version_id)
        .order_by(GridLineage.code, GridLineage.predecessor_code)
    ).all()


def visible_codes(session: Session, actor: Actor, version_id: UUID, day: date) -> set[str]:
    """Codes of those grids of a version that the actor may see."""
    return set(session.scalars(select(Grid.code).where(Grid.version_id == version_id, visible_to(actor, day))))
