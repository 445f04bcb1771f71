"""Stored versions as the plain features that grids/ computes with. Not here: reading files."""

from uuid import UUID

import shapely
from sqlalchemy.orm import Session

from backend.persistence.queries.grids.versions import published_spans, stored_grids
from grids.model import GridFeature


def version_features(session: Session, version_id: UUID) -> list[GridFeature]:
    """The grids of a version in the order of their codes; one statement."""
    rows = stored_grids(session, version_id)
    shapes = shapely.from_wkb([row.wkb for row in rows])
    return [
        GridFeature(
            number=number,
            code=row.code,
            name=row.name,
            street_code=row.street_code,
            external_code=row.external_code,
            geometry=shape,
        )
        for number, (row, shape) in enumerate(zip(rows, shapes, strict=True), start=1)
    ]


def newest_features(session: Session, district_code: str) -> list[GridFeature]:
    """The grids of the newest published version of a district; empty where there is none."""
    spans = published_spans(session, district_code)
    return version_features(session, spans[-1].id) if spans else []
