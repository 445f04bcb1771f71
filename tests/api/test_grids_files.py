"""Grid files through HTTP: up, published, found again, down; and what is refused."""

import gzip
import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from backend.api.state import current_state
from backend.domain.vocabulary import Role
from backend.persistence.models import Grid, GridVersion
from backend.services.grids.outlines import set_outlines
from grids.readers import read_grids
from tests.conftest import NOW
from tests.factories import OTHER_STREET, STREET, make_grids, make_responsible, make_user, token_for
from tests.gridfiles import geojson, geopackage, sample, shapefile

Headers = dict[str, str]
BEGIN = (NOW - timedelta(days=30)).isoformat()


@pytest.fixture
def as_role(app: Flask, session: Session) -> Callable[..., Headers]:
    """Headers of a new person with that role."""

    def headers(role: Role, **values: Any) -> Headers:
        token = token_for(app, session, make_user(session, role, **values))
        session.commit()  # else a refused request would roll the session of its own caller back
        return {"Authorization": f"Bearer {token}", "Accept-Language": "en"}

    return headers


@pytest.fixture
def admin(as_role: Callable[..., Headers], session: Session) -> Headers:
    set_outlines(session, sample()[1], date(2026, 1, 1), "sample")
    return as_role(Role.ADMINISTRATOR)


def _upload(client: FlaskClient, headers: Headers, content: bytes, name: str, **options: str) -> TestResponse:
    # encoded here: the test client spools a larger form to a file that it never closes
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(content), name), **options})
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post("/api/v1/grids/imports", data=body, headers=headers, content_type=kind)


def _versions(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(GridVersion)) or 0


def test_a_shapefile_in_gbk_from_draft_to_locate(client: FlaskClient, admin: Headers) -> None:
    sent = _upload(client, admin, shapefile(sample()[2]), "普陀网格.zip", label="2026 年网格")
    assert sent.status_code == 201, sent.json
    body = sent.json
    assert (body["format"], body["grid_count"], body["version"]["status"]) == ("shp", 45, "draft")
    assert body["mapping"]["code"] == "网格编码" and set(body["guessed"]) == {"code", "name", "street"}
    assert "CGCS2000" in body["crs"].replace("_", " ").upper().replace(
        "CHINA GEODETIC COORDINATE SYSTEM 2000", "CGCS2000"
    )
    version = body["version"]["id"]

    spot = sample()[2][20].geometry.representative_point()
    ask = f"/api/v1/grids/locate?lon={spot.x}&lat={spot.y}&accuracy_m=1&datum=cgcs2000"
    assert client.get(ask, headers=admin).json["verdict"] == "no_grid"
    published = client.post(
        f"/api/v1/grids/versions/{version}/actions/publish", json={"valid_from": BEGIN}, headers=admin
    )
    assert published.status_code == 200 and published.json["status"] == "published"
    found = client.get(ask, headers=admin).json
    assert (found["verdict"], found["grid_code"], found["note"]) == ("inside", sample()[2][20].code, None)
    assert found["candidates"] == [{"code": found["grid_code"], "name": sample()[2][20].name, "share": 1.0}]


def test_a_geopackage_as_the_body(client: FlaskClient, admin: Headers) -> None:
    kind = {"Content-Type": "application/geopackage+sqlite3"}
    sent = client.post(
        "/api/v1/grids/imports?filename=grids.gpkg&label=raw&publish_from=" + BEGIN.replace("+", "%2B"),
        data=geopackage(sample()[2]),
        headers={**admin, **kind},
    )
    assert sent.status_code == 201, sent.json
    assert sent.json["version"]["status"] == "published" and sent.json["version"]["source_name"] == "grids.gpkg"


def test_a_packed_body_is_unpacked(client: FlaskClient, admin: Headers) -> None:
    kind = {"Content-Type": "application/geo+json", "Content-Encoding": "gzip"}
    data = gzip.compress(geojson(sample()[2]))
    assert client.post("/api/v1/grids/imports", data=data, headers={**admin, **kind}).status_code == 201


def test_a_broken_file_answers_with_every_problem(client: FlaskClient, admin: Headers, session: Session) -> None:
    broken = geojson([*sample()[2][:10], *sample()[2][11:]]).replace(sample()[2][3].code.encode(), b"12", 1)
    for options in ({}, {"dry_run": "true"}):
        sent = _upload(client, admin, broken, "grids.geojson", **options)
        assert sent.status_code == 422 and sent.json["code"] == "grid_file_invalid"
        errors = {one["code"]: one for one in sent.json["errors"]}
        assert set(errors) >= {"gap", "malformed_code"}
        assert errors["malformed_code"]["feature"] == 4 and "12" in errors["malformed_code"]["message"]
        assert errors["gap"]["amount_m2"] > 100_000 and len(errors["gap"]["where"]) == 2
        assert _versions(session) == 0
    headers = {**admin, "Accept-Language": "zh-CN", "Content-Type": "application/geo+json"}
    chinese = client.post("/api/v1/grids/imports", data=broken, headers=headers)
    assert "不属于任何网格" in next(one["message"] for one in chinese.json["errors"] if one["code"] == "gap")


def test_a_dry_run_answers_and_stores_nothing(client: FlaskClient, admin: Headers, session: Session) -> None:
    sent = _upload(client, admin, geojson(sample()[2]), "grids.geojson", dry_run="true")
    assert (sent.status_code, sent.json["version"], sent.json["dry_run"]) == (200, None, True)
    assert _versions(session) == 0 and session.scalar(select(func.count()).select_from(Grid)) == 0


def _zip(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"<html>please sign in</html>", "grids.geojson", "html_not_data"),
        (_zip(**{"../../etc/grids.geojson": b"{}"}), "grids.zip", "archive_unsafe"),
        (_zip(**{"grids.geojson": b" " * 400_000_000}), "grids.zip", "archive_bomb"),
        (b"\x00" * 10, "grids.shp", "file_empty"),
        (b"plain words", "grids.txt", "format_unknown"),
        (b'{"type": "FeatureCollection", "features": []}', "grids.geojson", "layer_empty"),
    ],
)
def test_files_that_are_none(
    client: FlaskClient, admin: Headers, session: Session, content: bytes, name: str, reason: str
) -> None:
    sent = _upload(client, admin, content, name)
    assert (sent.status_code, sent.json["code"]) == (422, "grid_file_unreadable")
    assert [one["code"] for one in sent.json["errors"]] == [reason]
    assert _versions(session) == 0


def test_requests_that_are_none(client: FlaskClient, admin: Headers) -> None:
    empty = client.post("/api/v1/grids/imports", headers=admin)
    assert (empty.status_code, empty.json["code"]) == (422, "grid_file_missing")
    form = client.post("/api/v1/grids/imports", data={"label": "x"}, headers=admin, content_type="multipart/form-data")
    assert (form.status_code, form.json["code"]) == (422, "grid_file_missing")
    for name, value in {
        "overlap_m2": "NaN",
        "gap_m2": "-1",
        "snap_m": "1e308",
        "crs": "+proj=longlat +nadgrids=/etc/passwd",
        "dry_run": "perhaps",
        "publish_from": "0001-01-01T00:00:00Z",
        "district_code": "31010７",
        "surprise": "1",
        "label": "a\x00b",
    }.items():
        wrong = _upload(client, admin, geojson(sample()[2]), "grids.geojson", **{name: value})
        assert (wrong.status_code, wrong.json["code"]) == (422, "invalid_input"), name
        assert wrong.json["errors"][0]["path"] == name
    elsewhere = _upload(client, admin, geojson(sample()[2]), "grids.geojson", district_code="310104")
    assert (elsewhere.status_code, elsewhere.json["code"]) == (422, "unknown_division")
    crs = _upload(client, admin, geojson(sample()[2]), "grids.geojson", crs="EPSG:99999")
    assert crs.json["errors"][0]["code"] == "crs_unusable"


def test_a_file_beyond_the_limit_is_not_read(
    client: FlaskClient, admin: Headers, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.test_request_context():
        limit = current_state().settings.max_import_bytes
    too_much = b"{" + b" " * limit
    raw = client.post("/api/v1/grids/imports", data=too_much, headers={**admin, "Content-Type": "application/geo+json"})
    assert (raw.status_code, raw.json["code"]) == (413, "payload_too_large")
    form = _upload(client, admin, too_much, "grids.geojson")
    assert (form.status_code, form.json["code"]) == (413, "payload_too_large")
    far_too_much = _upload(client, admin, too_much + b" " * 1_000_000, "grids.geojson")
    assert (far_too_much.status_code, far_too_much.json["code"]) == (413, "payload_too_large")


@pytest.mark.parametrize("file_format", ["geojson", "gpkg", "shp"])
def test_export_gives_what_was_imported(client: FlaskClient, admin: Headers, file_format: str) -> None:
    version = _upload(client, admin, geojson(sample()[2]), "grids.geojson").json["version"]["id"]
    sent = client.get(f"/api/v1/grids/versions/{version}/export?format={file_format}", headers=admin)
    assert sent.status_code == 200
    name = sent.headers["Content-Disposition"].split("filename=")[1]
    assert name.startswith("grids-310107-draft.")
    read = read_grids(sent.data, name)
    assert sorted((one.code, one.name) for one in read.features) == sorted((one.code, one.name) for one in sample()[2])
    assert read.format == file_format
    if file_format == "shp":
        assert read.encoding.upper() in ("GBK", "CP936", "GB18030")


def test_drafts_are_deleted_also_without_delete(client: FlaskClient, admin: Headers, session: Session) -> None:
    for remove in ("delete", "post", "override"):
        version = _upload(client, admin, geojson(sample()[2]), "grids.geojson").json["version"]["id"]
        path = f"/api/v1/grids/versions/{version}"
        if remove == "delete":
            gone = client.delete(path, headers=admin)
        elif remove == "post":
            gone = client.post(f"{path}/actions/delete", headers=admin)
        else:
            gone = client.post(path, headers={**admin, "X-HTTP-Method-Override": "DELETE"})
        assert gone.status_code == 204 and _versions(session) == 0
        assert client.delete(path, headers=admin).status_code == 404


def test_versions_tell_their_lineage(client: FlaskClient, admin: Headers) -> None:
    grids = sample()[2]
    first = _upload(client, admin, geojson(grids), "a.geojson", publish_from=BEGIN).json["version"]["id"]
    second = _upload(client, admin, geojson(grids), "b.geojson").json["version"]["id"]
    too_early = client.post(
        f"/api/v1/grids/versions/{second}/actions/publish", json={"valid_from": BEGIN}, headers=admin
    )
    assert (too_early.status_code, too_early.json["code"]) == (409, "grid_version_order")
    client.post(f"/api/v1/grids/versions/{second}/actions/publish", json={"valid_from": NOW.isoformat()}, headers=admin)
    listed = client.get("/api/v1/grids/versions?district_code=310107", headers=admin).json["items"]
    assert [(one["id"], one["status"]) for one in listed] == [(second, "published"), (first, "replaced")]
    detail = client.get(f"/api/v1/grids/versions/{second}", headers=admin).json
    assert {link["kind"] for link in detail["lineage"]} == {"same"} and len(detail["lineage"]) == 45
    assert detail["previous_id"] == first and detail["problems"] == []


def test_who_may(
    client: FlaskClient, admin: Headers, as_role: Callable[..., Headers], session: Session, app: Flask
) -> None:
    content = geojson(sample()[2])
    draft = _upload(client, admin, content, "draft.geojson").json["version"]["id"]
    for role in (Role.GRID_WORKER, Role.STREET_COORDINATOR, Role.BUREAU_TRIAGER, Role.AUDITOR):
        headers = as_role(role)
        assert _upload(client, headers, content, "x.geojson").status_code == 403
        body: dict[str, Any] = {"valid_from": BEGIN}
        path = f"/api/v1/grids/versions/{draft}"
        assert client.post(f"{path}/actions/publish", json=body, headers=headers).status_code == 403
        assert client.delete(path, headers=headers).status_code == 403
        seen = 200 if role is Role.AUDITOR else 404
        assert client.get(path, headers=headers).status_code == seen
        assert client.get(f"{path}/export", headers=headers).status_code == seen
    assert client.post("/api/v1/grids/imports", data=content).status_code == 401


def test_an_export_holds_only_what_one_may_see(client: FlaskClient, session: Session, app: Flask) -> None:
    grids = make_grids(session)
    make_grids(
        session,
        2,
        street_code=OTHER_STREET,
        origin=(121.45, 31.2),
        version=session.get(GridVersion, grids[0].version_id),
    )
    worker, coordinator = make_user(session), make_user(session, Role.STREET_COORDINATOR, street_code=STREET)
    make_responsible(session, worker, grids[:1])
    session.commit()
    for user, count in ((worker, 1), (coordinator, 4)):
        headers = {"Authorization": f"Bearer {token_for(app, session, user)}"}
        sent = client.get(f"/api/v1/grids/versions/{grids[0].version_id}/export", headers=headers)
        assert len(sent.json["features"]) == count, sent.json
