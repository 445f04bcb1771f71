"""Grid objects: held, with the role he has in each, by the workers responsible today, and by the workers with a task there."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, Text, Uuid, column, select, text
from sqlalchemy.orm import Session

from backend.domain.calendar import local_day
from backend.domain.vocabulary import ObjectType
from backend.persistence.queries.people import is_worker
from backend.services.feed import FeedObject, Own, publish

# 6 decimals are 0.1 m: enough to draw a border and to know on which side one stands, and half the bytes of 15.
GRIDS = text("""
    SELECT g.code, g.name, g.street_code, v.valid_from, ST_AsGeoJSON(g.geometry, 6) AS geometry
    FROM grids g JOIN grid_versions v ON v.id = g.version_id
    WHERE g.code = ANY(:codes) AND v.status <> 'draft'
      AND v.valid_from <= :now AND (v.valid_to IS NULL OR v.valid_to > :now)
""")
KNOWN = text("""
        SELECT r.grid_code, r.user_id, r.role FROM grid_responsibilities r
        WHERE r.grid_code = ANY(:codes) AND r.period @> CAST(:day AS date)
        UNION ALL
        SELECT t.grid_code, t.assignee_id, NULL FROM tasks t
        WHERE t.grid_code = ANY(:codes) AND t.assignee_id IS NOT NULL
          AND t.status IN ('assigned', 'accepted', 'in_progress', 'submitted')
        UNION ALL
        SELECT t.grid_code, a.user_id, NULL FROM tasks t
        JOIN task_assignments a ON a.task_id = t.id AND a.is_helper AND a.ended_at IS NULL
        WHERE t.grid_code = ANY(:codes) AND t.status IN ('assigned', 'accepted', 'in_progress', 'submitted')
""")
_KNOWN = KNOWN.columns(column("grid_code", Text), column("user_id", Uuid), column("role", Text)).subquery("known")
HOLDERS = select(_KNOWN).where(is_worker(_KNOWN.c.user_id))


def publish_grids(session: Session, grid_codes: Collection[str], now: datetime) -> None:
    """Tell phones about these grids as they are in the version valid now; one that is no more is revoked."""
    if not grid_codes:
        return
    codes = sorted(set(grid_codes))
    grids = {row.code: row for row in session.execute(GRIDS, {"codes": codes, "now": now})}
    holders: dict[str, dict[UUID, Own]] = {}
    for code, user_id, role in session.execute(HOLDERS, {"codes": codes, "day": local_day(now)}):
        known = holders.setdefault(code, {})
        if role is not None or user_id not in known:  # responsibility says more than a mere task
            known[user_id] = {"role": role}
    publish(session, [_object(code, grids.get(code), holders.get(code, {})) for code in codes])


def _object(code: str, row: Row[Any] | None, holders: dict[UUID, Own]) -> FeedObject:
    if row is None:
        return FeedObject(ObjectType.GRID, code, None)
    data = {
        "code": code,
        "name": row.name,
        "street": row.street_code,
        "valid_from": row.valid_from.isoformat(),
        "geometry": orjson.loads(row.geometry),
    }
    return FeedObject(ObjectType.GRID, code, data, holders)
