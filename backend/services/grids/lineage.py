"""Keeps which grid came from which when a version takes over from another. Not here: comparing them (grids/lineage)."""

from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from backend.persistence.models import GridLineage
from backend.services.grids.stored import version_features
from grids.lineage import lineage


def store_lineage(session: Session, predecessor_id: UUID, version_id: UUID) -> None:
    """Write the links between two versions: kind, and how much of the old and the new grid they share."""
    links = lineage(version_features(session, predecessor_id), version_features(session, version_id))
    rows = [
        {
            "version_id": version_id,
            "code": link.code,
            "predecessor_code": link.predecessor_code,
            "kind": link.kind,
            "share_of_predecessor": link.share_of_predecessor,
            "share_of_new": link.share_of_new,
        }
        for link in links
    ]
    if rows:
        session.execute(insert(GridLineage), rows)
