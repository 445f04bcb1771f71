"""Borders of districts and streets, against which imported grids are checked. Not here: the checks (grids/validate)."""

from collections.abc import Mapping
from datetime import date

import shapely
from geoalchemy2 import WKBElement
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from backend.domain.errors import DomainError
from backend.domain.vocabulary import DivisionLevel
from backend.persistence.database import STORED_SRID
from backend.persistence.models import Division, DivisionOutline


def set_outlines(session: Session, outlines: Mapping[str, BaseGeometry], valid_from: date, source: str) -> None:
    """Store the borders (lon/lat, CGCS2000) of divisions by code, from a day on; the same day again replaces them.

    ``source`` says where they come from, for people. Raises DomainError('unknown_division') for a code that no division has.
    """
    known = set(session.scalars(select(Division.code).where(Division.code.in_(outlines))))
    for code in outlines:
        if code not in known:
            raise DomainError("unknown_division", value=code)
    rows = [
        {"code": code, "valid_from": valid_from, "source": source, "geometry": stored_shape(polygon)}
        for code, polygon in outlines.items()
    ]
    if not rows:
        return
    statement = insert(DivisionOutline)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["code", "valid_from"],
            set_={"source": statement.excluded.source, "geometry": statement.excluded.geometry},
        ),
        rows,
    )


def outlines_on(session: Session, district_code: str, day: date) -> dict[str, BaseGeometry]:
    """The borders in force on ``day`` by code: of the district and of its streets that are in force then."""
    newest = (
        select(DivisionOutline.code, func.ST_AsBinary(DivisionOutline.geometry))
        .ext(distinct_on(DivisionOutline.code))
        .where(or_(DivisionOutline.code.in_(_streets(district_code, day)), DivisionOutline.code == district_code))
        .where(DivisionOutline.valid_from <= day)
        .order_by(DivisionOutline.code, DivisionOutline.valid_from.desc())
    )
    return {code: shapely.from_wkb(bytes(wkb)) for code, wkb in session.execute(newest)}


def street_codes_on(session: Session, district_code: str, day: date) -> set[str]:
    """Codes of the district's streets in force on ``day``. Raises unknown_division for a district that is not."""
    district = select(Division.code).where(
        Division.code == district_code, Division.level == DivisionLevel.DISTRICT, *_in_force(day)
    )
    if session.scalar(district) is None:
        raise DomainError("unknown_division", value=district_code)
    return set(session.scalars(_streets(district_code, day)))


def stored_shape(geometry: BaseGeometry) -> WKBElement:
    """A polygon as the database takes it: a multi-polygon in the stored datum."""
    return WKBElement(MultiPolygon(shapely.get_parts(geometry).tolist()).wkb, srid=STORED_SRID)


def _streets(district_code: str, day: date) -> Select[str]:
    return select(Division.code).where(
        Division.parent_code == district_code, Division.level == DivisionLevel.STREET, *_in_force(day)
    )


def _in_force(day: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Division.valid_from <= day, or_(Division.valid_to.is_(None), Division.valid_to > day)
