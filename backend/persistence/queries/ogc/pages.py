"""Pages of features and single ones, as far as the caller sees them. A constant number of statements, by keysets.

Not here: what the parameters mean (domain/ogc/parameters.py), GeoJSON and links (api/ogc).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select, union
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.ogc.parameters import Area, Span
from backend.persistence.database import STORED_SRID
from backend.persistence.queries.ogc.sources import Source, source_of, ways_of
from grids.systems import WHOLE, System

MOST_COUNTED = 10_000  # so many are counted exactly; beyond, nobody waits for a number
PIECES = 32  # into which the sides of a box are cut before they are bent into another system


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a page of features is narrowed to. ``at``: of grids those in force then, unless ``span`` says otherwise."""

    at: datetime
    area: Area | None = None
    span: Span | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeaturePage:
    """Features, the key after which the next page begins (None: this was the last), and how many there are in all (None:
    not counted)."""

    rows: Sequence[Row[Any]]
    next_key: Any
    matched: int | None


def feature_page(
    session: Session,
    collection_id: str,
    actor: Actor,
    wanted: Wanted,
    *,
    system: System,
    limit: int,
    after: Any,
    now: datetime,
) -> FeaturePage:
    """One page of the features that ``actor`` sees, positions in ``system``; two statements, three on the first page.

    Counted is on the first page alone, and only up to MOST_COUNTED.
    """
    source = source_of(collection_id)
    parts = list(_parts(source, collection_id, actor, wanted, now))
    if not parts:
        return FeaturePage([], None, 0)
    keys = list(session.scalars(_merged(source, [_after(source, part, after) for part in parts], limit + 1)))
    shown = keys[:limit]
    rows = session.execute(
        _ordered(source, _shown(source, system).where(source.key.in_(shown)), source.key)
    ).all()  # fmt: skip
    matched = None
    if after is None:
        matched = len(keys) if len(keys) <= limit else _count(session, source, parts)
    return FeaturePage(rows, keys[limit - 1] if len(keys) > limit else None, matched)


def feature(
    session: Session, collection_id: str, actor: Actor, feature_id: str, system: System, now: datetime
) -> Row[Any]:
    """One feature. Raises DomainError('not_found') for what is not there, and for what ``actor`` may not see."""
    source = source_of(collection_id)
    try:
        known_id = UUID(feature_id)
    except ValueError:
        raise DomainError("not_found") from None
    seen = or_(*ways_of(collection_id, actor, now, None)) if ways_of(collection_id, actor, now, None) else None
    if seen is None:
        raise DomainError("not_found")
    row = session.execute(_shown(source, system).where(source.id == known_id, seen)).one_or_none()
    if row is None:
        raise DomainError("not_found")
    return row


def _parts(source: Source, collection_id: str, actor: Actor, wanted: Wanted, now: datetime) -> Iterator[Select[Any]]:
    at = wanted.at if wanted.span is None else None
    narrowing = list(_conditions(source, wanted))
    for way in ways_of(collection_id, actor, now, at):
        yield source.select_keys().where(way, *narrowing)


def _after(source: Source, part: Select[Any], after: Any) -> Select[Any]:
    if after is None:
        return part
    return part.where(source.key < after if source.is_newest_first else source.key > after)


def _ordered(source: Source, statement: Select[Any], key: Any) -> Select[Any]:
    return statement.order_by(key.desc() if source.is_newest_first else key)


def _merged(source: Source, parts: list[Select[Any]], limit: int) -> Select[Any]:
    """The first ``limit`` keys of all ways together, each way read in order and no further than needed."""
    cut = [_ordered(source, part, source.key).limit(limit) for part in parts]
    if len(cut) == 1:
        return cut[0]
    merged = union(*[select(part.subquery().c.key) for part in cut]).subquery()
    return _ordered(source, select(merged.c.key), merged.c.key).limit(limit)


def _count(session: Session, source: Source, parts: list[Select[Any]]) -> int | None:
    counted = _merged(source, parts, MOST_COUNTED + 1).subquery()
    found = session.scalar(select(func.count()).select_from(counted)) or 0
    return found if found <= MOST_COUNTED else None


def _conditions(source: Source, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for name, value in wanted.values.items():
        yield source.columns[name] == value
    if wanted.area is not None:
        # what has no position is in every box (17-069r4, /req/core/fc-bbox-response C)
        inside = [_inside(source, wanted.area, box) for box in wanted.area.boxes]
        yield or_(source.geometry.is_(None), *inside)
    if wanted.span is not None:
        yield from _meets(source, wanted.span)


def _inside(source: Source, area: Area, box: tuple[float, float, float, float]) -> ColumnElement[bool]:
    system = area.system
    asked = func.ST_MakeEnvelope(*box, STORED_SRID if system.is_geographic else system.srid)
    if not system.is_geographic:
        longest = max(box[2] - box[0], box[3] - box[1]) / PIECES
        asked = func.ST_Transform(func.ST_Segmentize(asked, longest) if longest > 0 else asked, STORED_SRID)
    met: ColumnElement[bool] = func.ST_Intersects(source.geometry, asked)
    return met


def _meets(source: Source, span: Span) -> Iterator[ColumnElement[bool]]:
    """Whether a feature's time meets ``span``; what lasts goes on until its end, or without one."""
    if span.end is not None:
        yield source.start <= span.end
    if span.start is None:
        return
    if not source.is_lasting:
        yield source.start >= span.start
    elif source.end is not None:
        yield or_(source.end.is_(None), source.end > span.start)


def _shown(source: Source, system: System) -> Select[Any]:
    columns = [column.label(name) for name, column in source.columns.items()]
    return select(
        source.id.label("feature_id"), _geometry(source, system).label("geometry"), *columns
    ).select_from(source.shown)  # fmt: skip


def _geometry(source: Source, system: System) -> ColumnElement[Any]:
    """The position as GeoJSON text, its axes in the authority's order; NULL beyond what ``system`` can express."""
    stored: Any = source.geometry
    # CGCS2000 and WGS 84 are taken as equal, as everywhere in the product
    made = stored if system.is_geographic else func.ST_Transform(stored, system.srid)
    turned = func.ST_FlipCoordinates(made) if system.northing_first else made
    text = func.ST_AsGeoJSON(turned, system.digits, 0)
    if system.reach == WHOLE:
        return text
    within = stored.op("&&")(func.ST_MakeEnvelope(*system.reach, STORED_SRID))
    return case((and_(stored.is_not(None), within), text), else_=None)
