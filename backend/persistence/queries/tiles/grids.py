"""A tile of grid outlines: the same line for both neighbours at every zoom. Not here: their figures (queries/figures)."""

from datetime import datetime

from sqlalchemy import LargeBinary, func, literal_column, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.grids import COMMUNITY_CODE_LENGTH
from backend.domain.tiles import EXTENT, Tile
from backend.persistence.database import STORED_SRID
from backend.persistence.models import Grid, GridVersion
from backend.persistence.queries.grids.features import holds_at
from backend.persistence.queries.grids.visibility import visible_to

BUFFER = 64  # of EXTENT, so that outlines do not show the tiles' edges


def grid_tile(session: Session, actor: Actor, street_code: str | None, tile: Tile, now: datetime) -> bytes:
    """Outlines of today's grids that ``actor`` sees; empty where there are none; one statement.

    Every corner is moved to the tile's own raster of EXTENT × EXTENT, by itself: a corner that two grids share goes to the
    same place, so no gap opens between them, and corners that fall together vanish.
    """
    side = 1 << tile.z
    envelope = func.ST_TileEnvelope(tile.z, tile.x, tile.y)
    west, south, east, north = tile.shape()
    more = 360 / side * BUFFER / EXTENT
    around = func.ST_MakeEnvelope(
        west - more, max(south - more, -89.9), east + more, min(north + more, 89.9), STORED_SRID
    )
    # CGCS2000 is taken as equal to WGS-84, here as everywhere
    projected = func.ST_Transform(func.ST_SetSRID(Grid.geometry, 4326), 3857)
    outline = func.ST_AsMVTGeom(projected, envelope, EXTENT, BUFFER, True)
    features = (
        select(
            outline.label("geometry"),
            Grid.code,
            Grid.name,
            Grid.street_code,
            func.left(Grid.code, COMMUNITY_CODE_LENGTH).label("community"),
        )
        .join(GridVersion, GridVersion.id == Grid.version_id)
        .where(holds_at(now), visible_to(actor, local_day(now)), Grid.geometry.op("&&")(around))
        .order_by(Grid.code)
    )
    if street_code is not None:
        features = features.where(Grid.street_code == street_code)
    rows = features.subquery("feature")
    content = func.ST_AsMVT(literal_column("feature.*"), "grids", EXTENT, "geometry", type_=LargeBinary)
    found = session.scalar(select(content).select_from(rows).where(rows.c.geometry.is_not(None)))
    return bytes(found or b"")
