"""Reads of what an administrator has set, and of the district itself. Known to everybody who is signed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import Session

from backend.domain.calendar import local_day
from backend.domain.vocabulary import DivisionLevel
from backend.persistence.models import DistrictSetting, Division, DivisionOutline, Event, User
from backend.persistence.queries.divisions import list_divisions
from backend.persistence.queries.grids.features import district_bounds

DEMO = "demo"  # the subject of the event with which the demo was loaded


@dataclass(frozen=True, slots=True)
class Place:
    """The district, and the box of its border or else of its grids in force; None where neither is known."""

    division: Division | None
    box: tuple[float, float, float, float] | None


def settings_rows(session: Session) -> Mapping[str, Row[*tuple[Any, ...]]]:
    """By name: DistrictSetting, and the name of whoever changed it last. One statement."""
    rows = session.execute(
        select(DistrictSetting, User.name.label("changer")).join(User, User.id == DistrictSetting.changed_by)
    )
    return {row.DistrictSetting.name: row for row in rows}


def setting_value(session: Session, name: str, default: Any) -> Any:
    """The value of one setting; ``default`` where nobody set it."""
    found = session.execute(select(DistrictSetting.value).where(DistrictSetting.name == name)).one_or_none()
    return default if found is None else found.value


def place_of_district(session: Session, now: datetime) -> Place:
    """The district this product serves (the first in force), and where it lies; three statements at most."""
    districts = list_divisions(session, local_day(now), DivisionLevel.DISTRICT)
    division = districts[0] if districts else None
    if division is None:
        return Place(None, None)
    outline = (
        select(func.ST_Extent(DivisionOutline.geometry))
        .where(DivisionOutline.code == division.code, DivisionOutline.valid_from <= local_day(now))
    )  # fmt: skip
    return Place(division, _box(session.scalar(outline)) or district_bounds(session, now))


def is_invented(session: Session) -> bool:
    """Whether the invented demo district is in this database; one statement."""
    return bool(session.scalar(select(exists().where(Event.subject_type == DEMO))))


def _box(text: str | None) -> tuple[float, float, float, float] | None:
    """West, south, east, north out of 'BOX(w s,e n)'."""
    if text is None:
        return None
    west_south, east_north = text.removeprefix("BOX(").removesuffix(")").split(",")
    west, south = map(float, west_south.split())
    east, north = map(float, east_north.split())
    return west, south, east, north
