"""Locators of published versions, kept in memory per process. Not here: placing points with them (placing.py).

A published version never changes its polygons, so a locator once built is right for ever; the cache only bounds memory.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

import shapely
from sqlalchemy.orm import Session

from backend.persistence.queries.grids.versions import stored_grids
from grids.locator import Locator

KEPT = 8  # versions; one of 50,000 grids takes some 100 MB, a district's 45 next to nothing


@dataclass(frozen=True, slots=True)
class VersionLocator:
    """The locator of one version, with what the rows of its grids are called."""

    version_id: UUID
    locator: Locator
    grid_ids: Mapping[str, UUID]
    names: Mapping[str, str]


class LocatorCache:
    """Keeps the last used locators; safe for threads, each version is built by one of them."""

    def __init__(self, size: int = KEPT) -> None:
        self._size = size
        self._kept: OrderedDict[UUID, VersionLocator] = OrderedDict()
        self._guard = Lock()
        self._building: dict[UUID, Lock] = {}

    def get(self, session: Session, version_id: UUID) -> VersionLocator:
        """The locator of a published version; read from the database (one statement) when it is not kept."""
        found = self._look(version_id)
        if found is not None:
            return found
        with self._guard:
            build_lock = self._building.setdefault(version_id, Lock())
        with build_lock:
            found = self._look(version_id) or self._keep(load_locator(session, version_id))
        with self._guard:
            self._building.pop(version_id, None)
        return found

    def _look(self, version_id: UUID) -> VersionLocator | None:
        with self._guard:
            if version_id in self._kept:
                self._kept.move_to_end(version_id)
            return self._kept.get(version_id)

    def _keep(self, made: VersionLocator) -> VersionLocator:
        with self._guard:
            self._kept[made.version_id] = made
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return made


def load_locator(session: Session, version_id: UUID) -> VersionLocator:
    """Build the locator of a version from its rows; one statement."""
    rows = stored_grids(session, version_id)
    codes = [row.code for row in rows]
    return VersionLocator(
        version_id=version_id,
        locator=Locator(codes, shapely.from_wkb([row.wkb for row in rows])),
        grid_ids={row.code: row.id for row in rows},
        names={row.code: row.name for row in rows},
    )


LOCATORS = LocatorCache()
