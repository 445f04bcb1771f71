"""The life of grid versions: published, replaced, taking effect, deleted; with 45 invented grids on real rows."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from shapely import box
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import Datum, GridVersionStatus, Role
from backend.persistence.models import Event, Grid, GridLineage, GridVersion, Site, SyncScope
from backend.services.grids.importing import ImportOptions, import_grids
from backend.services.grids.outlines import set_outlines
from backend.services.grids.placing import PlacePoint, place_points
from backend.services.grids.versions import delete_draft, publish_version, take_effect
from grids.model import GridFeature
from tests.conftest import NOW
from tests.factories import DISTRICT, actor_of, make_responsible, make_site, make_user
from tests.gridfiles import geojson, sample

Watch = Callable[[], AbstractContextManager[list[str]]]
OPTIONS = ImportOptions(district_code=DISTRICT, label="2026")
BEGIN = NOW - timedelta(days=30)


@pytest.fixture
def admin(session: Session) -> Actor:
    return actor_of(make_user(session, Role.ADMINISTRATOR), Role.ADMINISTRATOR)


@pytest.fixture
def streets(session: Session) -> None:
    set_outlines(session, sample()[1], date(2026, 1, 1), "sample")


def _import(session: Session, actor: Actor, content: bytes, name: str = "grids.geojson", **options: object) -> UUID:
    outcome = import_grids(session, actor, content, name, replace(OPTIONS, **options), language="en", now=NOW)
    assert outcome.version is not None
    return outcome.version.id


def _split(feature: GridFeature) -> list[GridFeature]:
    """A grid cut in two along the middle of its box; the eastern half gets a new code."""
    west, south, east, north = feature.geometry.bounds
    middle = (west + east) / 2
    halves = [box(west - 1, south - 1, middle, north + 1), box(middle, south - 1, east + 1, north + 1)]
    codes = [feature.code, feature.code[:12] + "901"]
    return [
        replace(feature, code=code, name=f"{feature.name} {code[-3:]}", geometry=feature.geometry.intersection(half))
        for code, half in zip(codes, halves, strict=True)
    ]


@pytest.mark.usefixtures("streets")
def test_a_split_keeps_the_old_version_and_its_lineage(session: Session, admin: Actor) -> None:
    first, *rest = sample()[2]
    old = _import(session, admin, geojson([first, *rest]), publish_from=BEGIN)
    west, east = _split(first)
    new = _import(session, admin, geojson([west, east, *rest]))
    publish_version(session, admin, new, NOW - timedelta(days=1), now=NOW)

    before, after = session.get_one(GridVersion, old), session.get_one(GridVersion, new)
    assert (before.status, before.valid_to) == (GridVersionStatus.REPLACED, NOW - timedelta(days=1))
    assert (after.status, after.previous_id) == (GridVersionStatus.PUBLISHED, old)
    links = session.scalars(select(GridLineage).where(GridLineage.version_id == new)).all()
    split = {(link.code, link.predecessor_code) for link in links if link.kind == "split"}
    assert split == {(west.code, first.code), (east.code, first.code)}
    shares = [link.share_of_predecessor for link in links if link.predecessor_code == first.code]
    assert sum(shares) == pytest.approx(1.0, abs=1e-6)
    assert len([link for link in links if link.kind == "same"]) == 44

    spot = east.geometry.representative_point()
    then, now = place_points(
        session,
        [PlacePoint(spot.x, spot.y, Datum.CGCS2000, 1.0, at) for at in (NOW - timedelta(days=2), NOW)],
    )
    assert (then.grid_code, now.grid_code) == (first.code, east.code)
    assert (then.version_id, now.version_id) == (old, new)
    actions = session.execute(
        select(Event.subject_id, Event.action, Event.from_status, Event.to_status)
        .where(Event.subject_type == "grid_version").order_by(Event.seq)
    ).all()  # fmt: skip
    assert (str(new), "publish", "draft", "published") in actions
    assert (str(old), "replace", "published", "replaced") in actions


@pytest.mark.usefixtures("streets")
def test_a_coming_version_takes_effect_on_its_day(session: Session, admin: Actor) -> None:
    first, *rest = sample()[2]
    west, east = _split(first)
    old = _import(session, admin, geojson(sample()[2]), publish_from=BEGIN)
    worker = make_user(session)
    grid = session.scalars(select(Grid).where(Grid.code == first.code)).one()
    make_responsible(session, worker, [grid])
    spot = east.geometry.representative_point()
    site = make_site(session, grid, position=f"SRID=4490;{spot.wkt}")
    new = _import(session, admin, geojson([west, east, *rest]))
    day = NOW + timedelta(days=10)
    publish_version(session, admin, new, day, now=NOW)

    previous = session.get_one(GridVersion, old)
    assert (previous.status, previous.valid_to) == (GridVersionStatus.PUBLISHED, day)
    assert take_effect(session, now=NOW) == []
    assert session.scalar(select(Site.grid_code).where(Site.id == site.id)) == first.code

    assert take_effect(session, now=day) == [new]
    assert previous.status is GridVersionStatus.REPLACED
    assert session.scalar(select(Site.grid_code).where(Site.id == site.id)) == east.code
    moved = session.scalar(select(Event.data).where(Event.subject_id == str(site.id)))
    assert moved == {"from": first.code, "to": east.code}
    held = session.scalars(select(SyncScope.object_id).where(SyncScope.user_id == worker.id, SyncScope.type == "grid"))
    assert list(held) == [first.code]
    assert take_effect(session, now=day) == []


@pytest.mark.usefixtures("streets")
def test_publishing_refuses_what_cannot_be(session: Session, admin: Actor) -> None:
    first = _import(session, admin, geojson(sample()[2]), publish_from=BEGIN)
    second = _import(session, admin, geojson(sample()[2]))
    for wrong in (BEGIN, BEGIN - timedelta(days=1)):
        with pytest.raises(DomainError, match="grid_version_order"):
            publish_version(session, admin, second, wrong, now=NOW)
    with pytest.raises(DomainError, match="illegal_transition"):
        publish_version(session, admin, first, NOW, now=NOW)
    with pytest.raises(DomainError, match="illegal_transition"):
        delete_draft(session, admin, first, now=NOW)
    # 万里街道 was made in December 2014: on a day before it, grids with its code cannot hold
    with pytest.raises(DomainError, match="grid_street_not_valid"):
        publish_version(session, admin, second, datetime(2014, 6, 1, tzinfo=UTC), now=NOW)


def test_deleting_a_draft_takes_its_grids(session: Session, admin: Actor) -> None:
    version = _import(session, admin, geojson(sample()[2]))
    delete_draft(session, admin, version, now=NOW)
    assert session.scalar(select(func.count()).select_from(Grid)) == 0
    with pytest.raises(DomainError, match="not_found"):
        delete_draft(session, admin, version, now=NOW)
