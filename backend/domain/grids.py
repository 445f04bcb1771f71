"""Rules of grid versions and responsibilities over plain values. Not here: geometry (grids/), rows (services/grids)."""

from datetime import date, datetime
from enum import StrEnum

from backend.domain.calendar import LOCAL_ZONE
from backend.domain.errors import DomainError
from backend.domain.vocabulary import GridVersionStatus

DISTRICT_CODE_LENGTH, STREET_CODE_LENGTH, COMMUNITY_CODE_LENGTH, GRID_CODE_LENGTH = 6, 9, 12, 15


class GridVersionAction(StrEnum):
    """What moves a version along. Deleting is not among them: it leaves no status behind."""

    PUBLISH = "publish"
    REPLACE = "replace"


S, A = GridVersionStatus, GridVersionAction

# A version with a coming date is published at once and replaces its predecessor when that date is there.
TRANSITIONS: dict[tuple[GridVersionStatus, GridVersionAction], GridVersionStatus] = {
    (S.DRAFT, A.PUBLISH): S.PUBLISHED,
    (S.PUBLISHED, A.REPLACE): S.REPLACED,
}


def next_status(status: GridVersionStatus, action: GridVersionAction) -> GridVersionStatus:
    """The status after ``action``; raises DomainError('illegal_transition', status=, action=)."""
    try:
        return TRANSITIONS[status, action]
    except KeyError:
        raise DomainError("illegal_transition", status=str(status), action=str(action)) from None


def check_deletable(status: GridVersionStatus) -> None:
    """Raise DomainError('illegal_transition') unless the version is a draft: what was published is kept for ever."""
    if status is not S.DRAFT:
        raise DomainError("illegal_transition", status=str(status), action="delete")


def check_succession(predecessor_from: datetime | None, valid_from: datetime) -> None:
    """Raise DomainError('grid_version_order') unless ``valid_from`` lies after the newest published version's start."""
    if predecessor_from is not None and valid_from <= predecessor_from:
        raise DomainError("grid_version_order", newest=f"{predecessor_from.astimezone(LOCAL_ZONE):%Y-%m-%d %H:%M}")


def street_of(grid_code: str) -> str:
    """The 9-digit street code that a 15-digit grid code begins with."""
    return grid_code[:STREET_CODE_LENGTH]


def check_period(valid_from: date, valid_to: date | None) -> None:
    """Raise DomainError('bad_period') unless the period (end exclusive) holds at least one day."""
    if valid_to is not None and valid_to <= valid_from:
        raise DomainError("bad_period")


def check_earlier_end(current_end: date | None, new_end: date) -> None:
    """Raise DomainError('already_ended') if a responsibility ends earlier than, or on, the day now asked for."""
    if current_end is not None and current_end <= new_end:
        raise DomainError("already_ended", valid_to=current_end.isoformat())
