"""In which state the tables are that a layer is drawn from: the same state is the same tile. Not here: keeping tiles."""

from datetime import datetime

from sqlalchemy.orm import Session

from backend.domain.vocabulary import MapLayer
from backend.persistence.statements import row

# Whatever can change what somebody sees there, his own right to see it included (map_states, migration 0017).
SOURCES: dict[MapLayer, tuple[str, ...]] = {
    MapLayer.GRIDS: ("grids", "tasks"),
    MapLayer.SITES: ("sites", "tasks", "grids", "reports", "referrals"),
    MapLayer.TASKS: ("tasks", "sites", "grids"),
    MapLayer.REPORTS: ("reports", "referrals"),
    MapLayer.REFERRALS: ("reports", "referrals"),
}
EVERYTHING = tuple(sorted({source for sources in SOURCES.values() for source in sources}))
# The revision says which departments and grid versions there are; which of these hold is a matter of the hour.
STATE = """
    SELECT concat_ws(' ',
        (SELECT revision FROM reference_revision),
        (SELECT string_agg(id::text, ' ' ORDER BY id) FROM grid_versions
         WHERE status <> 'draft' AND valid_from <= %(now)s AND (valid_to IS NULL OR valid_to > %(now)s)),
        (SELECT sum(mark) FROM (
            SELECT mark FROM map_states WHERE source = ANY(%(sources)s::text[])
            UNION ALL SELECT mark FROM map_changes WHERE source = ANY(%(sources)s::text[])) AS marks))
"""


def state_of(session: Session, sources: tuple[str, ...], now: datetime) -> str:
    """A text that is another whenever rows of ``sources`` are others; one statement."""
    found = row(session, STATE, {"now": now, "sources": "{" + ",".join(sources) + "}"})
    return str(found[0]) if found else ""
