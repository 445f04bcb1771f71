"""Puts sites into grids and streets: by position, else by what was written. Not here: geometry (grids/)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from geoalchemy2 import WKTElement
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.areas import manages_street
from backend.domain.labels import codes_of
from backend.domain.rows import RowFault, row_fault
from backend.domain.uscc import is_old_registration_number, is_valid_uscc
from backend.domain.vocabulary import Verdict
from backend.persistence.database import STORED_SRID
from backend.persistence.queries.places import grids_in_force
from backend.services.grids.placing import Placed, PlacePoint, place_points
from backend.services.sites.drafts import SiteDraft, SitePosition

IN_A_GRID = frozenset({Verdict.INSIDE, Verdict.BORDERLINE})
# Longitudes and latitudes of China: a pair that fits only the other way round was typed the wrong way round.
CHINA_LON, CHINA_LAT = (73.0, 136.0), (3.0, 54.0)


@dataclass(frozen=True, slots=True)
class Settled:
    """A draft with its place; ``point`` is in the stored datum, ``street_code`` None where nothing tells it."""

    draft: SiteDraft
    point: WKTElement | None
    grid_code: str | None
    street_code: str | None


@dataclass(frozen=True, slots=True)
class Settling:
    """All drafts that could be placed, faults that forbid saving, and notes that do not."""

    settled: list[Settled]
    faults: list[RowFault]
    notes: list[RowFault]


def settle(session: Session, actor: Actor, drafts: Sequence[SiteDraft], now: datetime) -> Settling:
    """Place and check every draft as a planner enters it; a constant number of statements."""
    grids = grids_in_force(session, {draft.grid_code for draft in drafts if draft.grid_code}, now)
    result = Settling([], [], [])
    for draft, placed in zip(drafts, place(session, [draft.position for draft in drafts], now), strict=True):
        result.faults.extend(check_values(draft))
        _settle_one(actor, draft, placed, grids, result)
    return result


def place(session: Session, positions: Sequence[SitePosition | None], now: datetime) -> list[Placed | None]:
    """Where each position lies today, None for none given; same order."""
    points = [
        PlacePoint(p.lon, p.lat, p.datum, p.accuracy_m, now) for p in positions if p is not None
    ]  # fmt: skip
    found = iter(place_points(session, points))
    return [next(found) if position is not None else None for position in positions]


def point_of(placed: Placed | None) -> WKTElement | None:
    """The placed position as the point to be stored."""
    return None if placed is None else WKTElement(f"POINT({placed.lon!r} {placed.lat!r})", srid=STORED_SRID)


def grid_of(placed: Placed | None) -> tuple[str | None, str | None]:
    """Grid and street the position lies in, or None and None."""
    if placed is None or placed.verdict not in IN_A_GRID:
        return None, None
    return placed.grid_code, placed.street_code


def _settle_one(actor: Actor, draft: SiteDraft, placed: Placed | None, grids: dict[str, str], result: Settling) -> None:
    grid_code, street_code = grid_of(placed)
    if grid_code is None and draft.grid_code is not None:
        grid_code, street_code = draft.grid_code, grids.get(draft.grid_code)
        if street_code is None:
            result.faults.append(row_fault(draft.row, draft.column("grid_code"), "unknown_grid", draft.grid_code))
            return
    elif grid_code is None:
        street_code = draft.street_code
        if street_code is not None and placed is not None:
            result.notes.append(row_fault(draft.row, draft.column("lon"), "outside_grids"))
    elif draft.street_code not in (None, street_code):
        result.notes.append(row_fault(draft.row, draft.column("street"), "street_mismatch", street_code))
    if street_code is None:
        result.faults.append(row_fault(draft.row, draft.column("street"), "street_needed"))
    elif not manages_street(actor, street_code):
        result.faults.append(row_fault(draft.row, draft.column("street"), "foreign_street", street_code))
    else:
        result.settled.append(Settled(draft, point_of(placed), grid_code, street_code))


def check_values(draft: SiteDraft) -> list[RowFault]:
    """Faults of a draft that need no lookup: credit code, reason codes, swapped axes."""
    faults = []
    if draft.uscc and not (is_valid_uscc(draft.uscc) or is_old_registration_number(draft.uscc)):
        faults.append(row_fault(draft.row, draft.column("uscc"), "bad_uscc", draft.uscc))
    reasons = codes_of("uscc_missing_reasons")
    if draft.uscc_missing_reason is not None and draft.uscc_missing_reason not in reasons:
        shown = "、".join(reasons)
        faults.append(
            row_fault(
                draft.row,
                draft.column("uscc_missing_reason"),
                "not_a_choice",
                draft.uscc_missing_reason,
                choices=shown,
            )
        )
    if draft.position is not None and _is_swapped(draft.position):
        shown = f"{draft.position.lon}, {draft.position.lat}"
        faults.append(row_fault(draft.row, draft.column("lon"), "swapped_axes", shown))
    return faults


def _is_swapped(position: SitePosition) -> bool:
    def in_china(lon: float, lat: float) -> bool:
        return CHINA_LON[0] <= lon <= CHINA_LON[1] and CHINA_LAT[0] <= lat <= CHINA_LAT[1]

    return not in_china(position.lon, position.lat) and in_china(position.lat, position.lon)
