"""When another version takes effect, sites fall into its grids. Not here: sites themselves, reports (they stay placed)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.services import history

# The lowest code wins on a border, as in the locator. A site in no grid of the new version keeps what it had: the street
# still answers for it, and the list of grids that are no more names it.
MOVE = text("""
    WITH found AS (
        SELECT DISTINCT ON (s.id) s.id, s.grid_code AS old_code, g.code, g.street_code
        FROM grids g JOIN sites s ON ST_Intersects(g.geometry, s.position)
        WHERE g.version_id = :version_id ORDER BY s.id, g.code
    )
    UPDATE sites s SET grid_code = f.code, street_code = f.street_code, version = s.version + 1
    FROM found f WHERE f.id = s.id AND s.grid_code IS DISTINCT FROM f.code
    RETURNING s.id, f.old_code, f.code
""")


def move_sites(session: Session, version_id: UUID, actor: Actor | None, *, now: datetime) -> int:
    """Give every site the grid of this version that it stands in, with an event each; returns how many moved."""
    moved = session.execute(MOVE, {"version_id": version_id}).all()
    for site_id, old_code, code in moved:
        history.record(
            session,
            at=now,
            actor=actor,
            subject_type="site",
            subject_id=site_id,
            action="move_to_grid",
            data={"from": old_code, "to": code},
        )
    return len(moved)
