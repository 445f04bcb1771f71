"""Reads of the places work can be planned for: grids in force, sites by id or by the district's own code, forms, numbers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Category, GridVersionStatus, SiteStatus
from backend.persistence.models import Form, Grid, GridVersion, Site, Task


@dataclass(frozen=True, slots=True)
class KnownSite:
    """What planning needs to know of a site."""

    id: UUID
    name: str
    category: Category
    status: SiteStatus
    grid_code: str | None
    street_code: str | None
    external_code: str | None


@dataclass(frozen=True, slots=True)
class Places:
    """Grids in force (code → street) and sites, as far as they were asked for."""

    streets: Mapping[str, str] = field(default_factory=dict)
    sites: Mapping[UUID, KnownSite] = field(default_factory=dict)
    by_code: Mapping[str, list[KnownSite]] = field(default_factory=dict)


def load_places(
    session: Session,
    grid_codes: Collection[str],
    site_ids: Collection[UUID],
    site_codes: Collection[str],
    now: datetime,
) -> Places:
    """Two statements at most, however many places; what does not exist is simply absent."""
    sites = _sites(session, site_ids, site_codes)
    by_code: dict[str, list[KnownSite]] = {}
    for site in sites:
        if site.external_code:
            by_code.setdefault(site.external_code, []).append(site)
    codes = {*grid_codes, *(site.grid_code for site in sites if site.grid_code)}
    return Places(grids_in_force(session, codes, now), {site.id: site for site in sites}, by_code)


def grids_in_force(session: Session, codes: Collection[str], now: datetime) -> dict[str, str]:
    """Street code of each of ``codes`` that is a grid of a version valid at ``now``."""
    if not codes:
        return {}
    wanted = bindparam("codes", list(codes), type_=ARRAY(Text))
    rows = session.execute(
        select(Grid.code, Grid.street_code)
        .join(GridVersion, GridVersion.id == Grid.version_id)
        .where(
            Grid.code == func.any(wanted),
            GridVersion.status != GridVersionStatus.DRAFT,
            GridVersion.valid_from <= now,
            or_(GridVersion.valid_to.is_(None), GridVersion.valid_to > now),
        )
    )
    return {row[0]: row[1] for row in rows}


def _sites(session: Session, ids: Collection[UUID], codes: Collection[str]) -> list[KnownSite]:
    if not ids and not codes:
        return []
    rows = session.execute(
        select(Site.id, Site.name, Site.category, Site.status, Site.grid_code, Site.street_code, Site.external_code)
        .where(
            or_(
                Site.id == func.any(bindparam("ids", list(ids), type_=ARRAY(Uuid))),
                Site.external_code == func.any(bindparam("codes", list(codes), type_=ARRAY(Text))),
            )
        )
        .order_by(Site.seq)
    )
    return [KnownSite(*row) for row in rows]


def forms_on(session: Session, day: date) -> dict[str, tuple[str, int]]:
    """The checklist (code, version) of each category in use on ``day``."""
    rows = session.execute(
        select(Form.category, Form.code, Form.version)
        .where(Form.valid_from <= day, or_(Form.valid_to.is_(None), Form.valid_to > day))
        .order_by(Form.version)
    )
    return {category: (code, version) for category, code, version in rows}


def next_task_numbers(session: Session, count: int) -> list[int]:
    """``count`` fresh numbers of the tasks' own sequence, rising; one statement."""
    sequence = func.pg_get_serial_sequence(Task.__tablename__, "seq")
    numbers = session.scalars(select(func.nextval(sequence)).select_from(func.generate_series(1, count).alias("n")))
    return sorted(numbers)
