"""Site objects: held by the workers of the site's grid and those with a task there; a proposal by whoever made it, too."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, column, func, select, text, union
from sqlalchemy.orm import Session

from backend.domain.calendar import local_day
from backend.domain.vocabulary import ObjectType, SiteStatus
from backend.persistence.models import Site
from backend.persistence.queries.people import is_in_field, is_worker
from backend.services.feed import FeedObject, Own, publish

IN_REACH = text("""
        SELECT s.id AS site_id, r.user_id FROM sites s
        JOIN grid_responsibilities r ON r.grid_code = s.grid_code AND r.period @> CAST(:day AS date)
        WHERE s.id = ANY(:ids)
        UNION
        SELECT t.site_id, t.assignee_id FROM tasks t
        WHERE t.site_id = ANY(:ids) AND t.assignee_id IS NOT NULL
          AND t.status IN ('assigned', 'accepted', 'in_progress', 'submitted')
        UNION
        SELECT t.site_id, a.user_id FROM tasks t
        JOIN task_assignments a ON a.task_id = t.id AND a.is_helper AND a.ended_at IS NULL
        WHERE t.site_id = ANY(:ids) AND t.status IN ('assigned', 'accepted', 'in_progress', 'submitted')
""")
_IN_REACH = IN_REACH.columns(column("site_id", Uuid), column("user_id", Uuid)).subquery("in_reach")
HOLDERS = union(
    select(_IN_REACH).where(is_worker(_IN_REACH.c.user_id)),
    select(Site.id, Site.created_by).where(
        Site.id == func.any(bindparam("ids", type_=ARRAY(Uuid))),
        Site.status == SiteStatus.PROPOSED,
        is_in_field(Site.created_by),
    ),
)


def publish_sites(session: Session, site_ids: Collection[UUID], now: datetime) -> None:
    """Tell phones about these sites."""
    if not site_ids:
        return
    ids = list(site_ids)
    holders: dict[UUID, dict[UUID, Own]] = {}
    for site_id, user_id in session.execute(HOLDERS, {"ids": ids, "day": local_day(now)}):
        holders.setdefault(site_id, {})[user_id] = None
    rows = session.execute(
        select(Site, func.ST_X(Site.position), func.ST_Y(Site.position)).where(Site.id.in_(ids))
    ).all()
    publish(session, [_object(site, lon, lat, holders.get(site.id, {})) for site, lon, lat in rows])


def _object(site: Site, lon: float | None, lat: float | None, holders: dict[UUID, Own]) -> FeedObject:
    data = None if site.status == SiteStatus.CLOSED else site_data(site, lon, lat)
    return FeedObject(ObjectType.SITE, str(site.id), data, holders)


def site_data(site: Site, lon: float | None, lat: float | None) -> dict[str, Any]:
    """A site as phones hold it; the position in the stored datum."""
    return {
        "id": str(site.id),
        "name": site.name,
        "address": site.address,
        "category": site.category.value,
        "kind": site.kind,
        "status": site.status.value,
        "uscc": site.uscc,
        "external_code": site.external_code,
        "position": None
        if lon is None or lat is None
        else {"lon": round(lon, 7), "lat": round(lat, 7), "datum": "cgcs2000"},
        "grid_code": site.grid_code,
        "last_visited_at": site.last_visited_at.isoformat() if site.last_visited_at else None,
    }
