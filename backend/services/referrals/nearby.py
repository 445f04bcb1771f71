"""New reports as parameters of a statement that looks for others at the same site or near by. Not here: the statements."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import orjson

from backend.domain.vocabulary import Category

METRES_PER_DEGREE = 111_320.0


class Placed(Protocol):
    """What is compared of a report, written or still being made; ``position`` as EWKT in the stored datum."""

    id: UUID
    category: Category
    captured_at: datetime
    position: Any
    site_id: UUID | None


def near_values(reports: Iterable[Placed], radius_m: float, window: timedelta) -> dict[str, Any]:
    """``reports`` (a JSON text for json_to_recordset), ``radius`` in metres, ``window``, and ``degrees``: a box of at least
    the radius around a point."""
    named = [
        {
            "id": report.id,
            "category": report.category,
            "captured_at": report.captured_at,
            "position": report.position,
            "site_id": report.site_id,
        }
        for report in reports
    ]
    return {
        "reports": orjson.dumps(named).decode(),
        "window": window,
        "radius": radius_m,
        # a degree of longitude is never shorter than half one of latitude between 60 degrees north and south
        "degrees": radius_m / METRES_PER_DEGREE * 2,
    }
