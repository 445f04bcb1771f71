"""Looking at a file of grids before it is judged, and at what a version would change. Not here: judging (importing.py)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy.orm import Session

from backend.services.grids.problems import unreadable
from backend.services.grids.stored import version_features
from grids.errors import GridFileError
from grids.lineage import LineageLink, lineage
from grids.model import FieldMapping, GridFeature, ReadLimits, ReadResult
from grids.plane import areas_m2
from grids.readers import read_grids

SAMPLE = 5
DRAWN = 5_000  # grids sent along for the map; a district has hundreds
DRAWN_TOLERANCE = 0.000005  # degrees, half a metre
NOISE_M2 = 1.0  # less changed ground is drawing noise


class GridChange(StrEnum):
    """What a version makes of a grid."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class FileLook:
    """What a file holds, some of its rows as they stand in it, and its grids as GeoJSON for the map."""

    read: ReadResult
    rows: list[dict[str, Any]]
    drawn: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One grid, before (``old``) and after (``new``). ``moved_m2``: ground that is in one of them only."""

    change: GridChange
    old: GridFeature | None
    new: GridFeature | None
    old_m2: float
    new_m2: float
    moved_m2: float
    came_from: tuple[LineageLink, ...] = ()


def look_at_file(
    content: bytes,
    filename: str,
    mapping: FieldMapping,
    *,
    crs: str | None,
    layer: str | None,
    max_bytes: int,
    language: str,
) -> FileLook:
    """Read a file without judging it. Raises grid_file_unreadable (also where a layer must be chosen), payload_too_large."""
    try:
        read = read_grids(content, filename, mapping, crs, layer=layer, limits=ReadLimits(max_file_bytes=max_bytes))
    except GridFileError as error:
        raise unreadable(error, language) from error
    rows = [_row(feature, read.mapping) for feature in read.features[:SAMPLE]]
    return FileLook(read, rows, [drawn(feature) for feature in read.features[:DRAWN]])


def drawn(feature: GridFeature, **properties: Any) -> dict[str, Any]:
    """A grid as a GeoJSON feature, its border simplified to half a metre; without geometry where it has none."""
    shape = None if feature.geometry.is_empty else shapely.simplify(feature.geometry, DRAWN_TOLERANCE)
    return {
        "type": "Feature",
        "id": feature.number,
        "geometry": None if shape is None else shapely.geometry.mapping(shape),
        "properties": {"number": feature.number, "code": feature.code, "name": feature.name, **properties},
    }


def differences(session: Session, old_id: UUID | None, new_id: UUID) -> list[Difference]:
    """What the version ``new_id`` makes of every grid of ``old_id`` (None: there was none), by code; two statements.

    By code: a grid whose code stays is changed where more than ``NOISE_M2`` of ground moved, renamed where its name alone is
    another. Where ground came from other grids, ``came_from`` says from which and how much.
    """
    old = {feature.code: feature for feature in version_features(session, old_id)} if old_id else {}
    new = {feature.code: feature for feature in version_features(session, new_id)}
    sources: dict[str, list[LineageLink]] = {}
    for link in lineage(list(old.values()), list(new.values())):
        sources.setdefault(link.code, []).append(link)
    areas_old, areas_new = _areas(old), _areas(new)
    both = [code for code in new if code in old]
    moved = dict(zip(both, _moved([old[code] for code in both], [new[code] for code in both]), strict=True))
    found = []
    for code in sorted({*old, *new}):
        before, after = old.get(code), new.get(code)
        old_m2, new_m2 = areas_old.get(code, 0.0), areas_new.get(code, 0.0)
        moved_m2 = moved.get(code, old_m2 + new_m2)
        links = tuple(link for link in sources.get(code, ()) if link.predecessor_code != code)
        found.append(Difference(_change(before, after, moved_m2), before, after, old_m2, new_m2, moved_m2, links))
    return found


def _change(old: GridFeature | None, new: GridFeature | None, moved_m2: float) -> GridChange:
    if old is None:
        return GridChange.ADDED
    if new is None:
        return GridChange.REMOVED
    if moved_m2 > NOISE_M2:
        return GridChange.CHANGED
    return GridChange.UNCHANGED if old.name == new.name else GridChange.RENAMED


def _areas(features: Mapping[str, GridFeature]) -> dict[str, float]:
    return dict(zip(features, map(float, areas_m2([one.geometry for one in features.values()])), strict=True))


def _moved(old: Sequence[GridFeature], new: Sequence[GridFeature]) -> list[float]:
    if not old:
        return []
    shapes = shapely.symmetric_difference([one.geometry for one in old], [one.geometry for one in new])
    return [float(area) for area in areas_m2(list(shapes))]


def _row(feature: GridFeature, mapping: FieldMapping) -> dict[str, Any]:
    """A row by the names of the file's own fields."""
    named = {
        mapping.code: feature.code,
        mapping.name: feature.name,
        mapping.street: feature.street_code,
        mapping.external_code: feature.external_code,
    }
    return {**{field: value for field, value in named.items() if field}, **feature.attributes}
