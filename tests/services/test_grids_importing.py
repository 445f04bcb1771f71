"""Files of grids become drafts or lists of problems, and come out again; with 45 invented grids on real rows."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
import shapely
from shapely import box
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.vocabulary import GridVersionStatus, Role
from backend.persistence.models import Grid, GridVersion
from backend.services.grids.exporting import export_version
from backend.services.grids.importing import ImportOptions, import_grids, plain_name
from backend.services.grids.outlines import outlines_on, set_outlines, street_codes_on
from backend.services.grids.versions import publish_version
from grids.datums import wgs84_to_gcj02
from grids.model import FieldMapping, Tolerances
from grids.readers import read_grids
from tests.conftest import NOW
from tests.factories import DISTRICT, actor_of, make_user
from tests.gridfiles import geojson, geopackage, sample, shapefile

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


@pytest.mark.usefixtures("streets")
@pytest.mark.parametrize(
    ("content", "name", "encoding"),
    [
        (shapefile(sample()[2]), "普陀网格.zip", "GBK"),
        (geopackage(sample()[2]), "grids.gpkg", "UTF-8"),
        (geojson(sample()[2]), "grids.geojson", "UTF-8"),
    ],
    ids=["shapefile in GBK and a Gauss-Kruger zone", "geopackage", "geojson"],
)
def test_a_good_file_becomes_a_draft(session: Session, admin: Actor, content: bytes, name: str, encoding: str) -> None:
    version = session.get_one(GridVersion, _import(session, admin, content, name))
    rows = session.execute(select(Grid).where(Grid.version_id == version.id).order_by(Grid.code)).scalars().all()
    wanted = sorted(sample()[2], key=lambda one: one.code)
    assert version.status is GridVersionStatus.DRAFT and version.valid_from is None
    assert [(row.code, row.name, row.street_code) for row in rows] == [(w.code, w.name, w.street_code) for w in wanted]
    assert version.grid_count == 45 and version.source_name == name
    assert (version.source_encoding or "").upper().replace("GB18030", "GBK") == encoding
    assert sum(row.area_m2 for row in rows) == pytest.approx(55.5e6, rel=0.01)
    moved = session.scalar(
        select(func.max(func.ST_Area(func.ST_SymDifference(Grid.geometry, func.ST_GeomFromText(wanted[0].geometry.wkt, 4490)))))
        .where(Grid.version_id == version.id, Grid.code == wanted[0].code)
    )  # fmt: skip
    assert moved < 1e-9  # square degrees, some 10 m²; the whole grid is about 1e-4


@pytest.mark.usefixtures("streets")
def test_a_bad_file_lists_everything_and_stores_nothing(session: Session, admin: Actor) -> None:
    good = sample()[2]
    first, second, third, fourth = good[:4]
    square = box(*second.geometry.centroid.buffer(0.0005).bounds)
    bad = [
        replace(first, geometry=shapely.union(first.geometry, square)),
        replace(second, code="31010700500"),
        replace(third, code=fourth.code),
        replace(fourth, geometry=shapely.Point(121.4, 31.25)),
        replace(good[4], geometry=shapely.from_wkt("POLYGON((121.3 31.2,121.31 31.21,121.31 31.2,121.3 31.21,121.3 31.2))")),
        *good[5:],
    ]  # fmt: skip
    with pytest.raises(DomainError) as refused:
        _import(session, admin, geojson(bad))
    assert refused.value.code == "grid_file_invalid"
    errors = refused.value.errors or []
    assert {"overlap", "malformed_code", "duplicate_code", "not_polygon", "self_crossing", "gap"} <= {
        one["code"] for one in errors
    }
    overlap = next(one for one in errors if one["code"] == "overlap")
    assert {overlap["feature"], overlap["other_feature"]} == {1, 2}
    assert overlap["amount_m2"] > 100 and shapely.Point(overlap["where"]).within(square)
    assert "m²" in overlap["message"]
    assert session.scalar(select(func.count()).select_from(GridVersion)) == 0
    assert session.scalar(select(func.count()).select_from(Grid)) == 0


def test_a_dry_run_stores_nothing(session: Session, admin: Actor) -> None:
    options = replace(OPTIONS, dry_run=True)
    outcome = import_grids(session, admin, geojson(sample()[2]), "x.geojson", options, language="zh", now=NOW)
    assert outcome.version is None and len(outcome.read.features) == 45
    assert session.scalar(select(func.count()).select_from(GridVersion)) == 0
    assert not session.new


@pytest.mark.usefixtures("streets")
def test_tolerances_decide_what_is_forgiven(session: Session, admin: Actor) -> None:
    first, *rest = sample()[2]
    nibbled = first.geometry.difference(first.geometry.boundary.interpolate(0.3, normalized=True).buffer(0.00002))
    file = geojson([replace(first, geometry=nibbled), *rest])
    with pytest.raises(DomainError) as refused:
        _import(session, admin, file)
    assert {one["code"] for one in refused.value.errors or [] if one["severity"] == "error"} == {"gap"}
    forgiving = Tolerances(gap_m2=1000)
    version = session.get_one(GridVersion, _import(session, admin, file, tolerances=forgiving))
    assert [one["severity"] for one in version.problems if one["code"] == "gap"] == ["warning"]
    assert version.options["tolerances"]["gap_m2"] == 1000


@pytest.mark.usefixtures("streets")
def test_a_wrong_datum_is_noticed_against_the_version_before(session: Session, admin: Actor) -> None:
    publish_version(session, admin, _import(session, admin, geojson(sample()[2])), BEGIN, now=NOW)
    shifted = [
        replace(one, geometry=shapely.transform(one.geometry, lambda p: shapely.get_coordinates(
            shapely.points(*wgs84_to_gcj02(p[:, 0], p[:, 1]))))) for one in sample()[2]
    ]  # fmt: skip
    with pytest.raises(DomainError) as refused:
        _import(session, admin, geojson(shifted))
    assert "datum_shift" in {one["code"] for one in refused.value.errors or []}
    _import(session, admin, geojson(shifted), crs="GCJ-02")  # said what it is, it is good


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<html>", "html_not_data"),
        (b"PK\x03\x04broken", "archive_invalid"),
        (b"{", "json_invalid"),
        (b"", "file_empty"),
    ],
)
def test_an_unreadable_file_has_its_own_code(session: Session, admin: Actor, content: bytes, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        _import(session, admin, content, "x.zip" if code.startswith("archive") else "x.geojson")
    assert refused.value.code == "grid_file_unreadable"
    assert refused.value.errors is not None and refused.value.errors[0]["code"] == code
    assert refused.value.sentence("zh")


def test_unknown_field_and_district(session: Session, admin: Actor) -> None:
    with pytest.raises(DomainError, match="grid_file_unreadable"):
        _import(session, admin, geojson(sample()[2]), mapping=FieldMapping(code="nothing"))
    with pytest.raises(DomainError, match="unknown_division"):
        _import(session, admin, geojson(sample()[2]), district_code="310104")


@pytest.mark.usefixtures("streets")
@pytest.mark.parametrize("file_format", ["geojson", "gpkg", "shp"])
def test_what_is_exported_can_be_imported(session: Session, admin: Actor, file_format: str) -> None:
    version = _import(session, admin, geojson(sample()[2]), publish_from=BEGIN)
    content = export_version(session, version, file_format)  # type: ignore[arg-type]  # one of the three words
    read = read_grids(content, "grids.zip" if file_format == "shp" else f"grids.{file_format}")
    wanted = {one.code: one for one in sample()[2]}
    assert {one.code for one in read.features} == set(wanted)
    assert all(one.name == wanted[one.code].name for one in read.features)
    assert all(one.geometry.hausdorff_distance(wanted[one.code].geometry) < 1e-7 for one in read.features)
    again = session.get_one(GridVersion, _import(session, admin, content, f"again.{file_format}"))
    assert again.grid_count == 45 and again.problems == []


def test_statements_of_an_import_do_not_grow_with_the_file(
    session: Session, admin: Actor, count_queries: Watch
) -> None:
    one_street = [one for one in sample()[2] if one.street_code == sample()[2][0].street_code]
    with count_queries() as few:
        _import(session, admin, geojson(one_street))
    with count_queries() as many:
        _import(session, admin, geojson(sample()[2]))
    assert len(one_street) < 15 and len(many) == len(few) <= 10


def test_outlines_are_dated(session: Session) -> None:
    code = "310107005"
    old, new = box(121, 31, 121.1, 31.1), box(121, 31, 121.2, 31.2)
    set_outlines(session, {code: old}, date(2024, 1, 1), "survey 2024")
    set_outlines(session, {code: new}, date(2026, 1, 1), "survey 2026")
    assert outlines_on(session, DISTRICT, date(2023, 12, 31)) == {}
    assert outlines_on(session, DISTRICT, date(2025, 12, 31))[code].area == pytest.approx(old.area)
    assert outlines_on(session, DISTRICT, date(2026, 1, 1))[code].area == pytest.approx(new.area)
    set_outlines(session, {code: old}, date(2026, 1, 1), "corrected")
    assert outlines_on(session, DISTRICT, date(2026, 1, 1))[code].area == pytest.approx(old.area)
    with pytest.raises(DomainError, match="unknown_division"):
        set_outlines(session, {"310107999": old}, date(2026, 1, 1), "nowhere")


def test_streets_are_those_of_the_day(session: Session) -> None:
    assert "310107101" in street_codes_on(session, DISTRICT, date(2014, 6, 1))
    today = street_codes_on(session, DISTRICT, date(2026, 1, 1))
    assert "310107101" not in today and "310107021" in today and len(today) == 10


def test_names_of_files_are_made_harmless() -> None:
    assert plain_name("../../etc/网格\x00 1\ud800.zip") == "网格 1.zip"
    assert plain_name("C:\\data\\grids.gpkg") == "grids.gpkg"
