"""Grids, forms and exports on a weak line: not loaded twice, and resumed at the byte, packed or not."""

import gzip
import json
from collections.abc import Callable, Sequence

import brotli
import pytest
from backports import zstd
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Role
from backend.persistence.models import Grid
from tests.factories import make_grids, make_user, token_for

UNPACKERS: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes, "gzip": gzip.decompress, "zstd": zstd.decompress, "br": brotli.decompress,
}  # fmt: skip
PLAIN = ("/grids?limit=200", "/forms", "/vocabulary", "/workflow")
FORMATS = ("geojson", "gpkg", "shp")
PIECE = 700
Headers = dict[str, str]


@pytest.fixture
def grids(session: Session) -> Sequence[Grid]:
    return make_grids(session, 30)


@pytest.fixture
def bearer(app: Flask, session: Session, grids: Sequence[Grid]) -> Headers:
    token = token_for(app, session, make_user(session, Role.BUREAU_TRIAGER))
    session.commit()
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def paths(grids: Sequence[Grid]) -> list[str]:
    exports = [f"/grids/versions/{grids[0].version_id}/export?format={name}" for name in FORMATS]
    return [f"/api/v1{path}" for path in (*PLAIN, *exports)]


@pytest.mark.parametrize("coding", list(UNPACKERS))
def test_what_was_cut_goes_on_at_the_byte(client: FlaskClient, bearer: Headers, paths: list[str], coding: str) -> None:
    for path in paths:
        whole = client.get(path, headers={**bearer, "Accept-Encoding": coding})
        assert (whole.status_code, whole.headers["Accept-Ranges"]) == (200, "bytes"), path
        collected = whole.data[:PIECE]
        while len(collected) < len(whole.data):
            part = {"Range": f"bytes={len(collected)}-{len(collected) + PIECE - 1}", "If-Range": whole.headers["ETag"]}
            answer = client.get(path, headers={**bearer, "Accept-Encoding": coding, **part})
            assert answer.status_code == 206, path
            assert answer.headers.get("Content-Encoding") == whole.headers.get("Content-Encoding")
            assert answer.headers["Content-Range"].endswith(f"/{len(whole.data)}")
            collected += answer.data
        assert collected == whole.data
        unpacked = UNPACKERS[whole.headers.get("Content-Encoding", "identity")](collected)
        assert unpacked == client.get(path, headers=bearer).data, path
        if whole.mimetype.endswith("json"):
            assert whole.headers.get("Content-Encoding", "identity") == coding
            json.loads(unpacked)


def test_what_is_here_is_not_loaded_again(client: FlaskClient, bearer: Headers, paths: list[str]) -> None:
    for path in paths:
        for coding in UNPACKERS:
            headers = {**bearer, "Accept-Encoding": coding}
            first = client.get(path, headers=headers)
            again = client.get(path, headers={**headers, "If-None-Match": first.headers["ETag"]})
            assert (again.status_code, again.data) == (304, b""), path
            assert again.headers["ETag"] == first.headers["ETag"]
            assert first.headers["Cache-Control"] == again.headers["Cache-Control"] == "private, no-cache"
            assert "Accept-Encoding" in first.headers["Vary"] and len(first.headers.getlist("Vary")) == 1


def test_what_changed_meanwhile_comes_whole(
    client: FlaskClient, session: Session, grids: Sequence[Grid], bearer: Headers
) -> None:
    path = "/api/v1/grids"
    before = client.get(path, headers=bearer)
    grids[3].name = "另一个名字"
    session.commit()
    old = before.headers["ETag"]
    resumed = client.get(path, headers={**bearer, "Range": "bytes=100-", "If-Range": old})
    assert resumed.status_code == 200 and "另一个名字" in resumed.text
    assert client.get(path, headers={**bearer, "If-None-Match": old}).status_code == 200


def test_the_tags_of_two_packings_differ(client: FlaskClient, bearer: Headers) -> None:
    tags = [
        client.get("/api/v1/forms", headers={**bearer, "Accept-Encoding": coding}).headers["ETag"]
        for coding in UNPACKERS
    ]
    assert len(set(tags)) == len(UNPACKERS)


def test_a_range_beyond_the_end(client: FlaskClient, bearer: Headers) -> None:
    length = len(client.get("/api/v1/forms", headers=bearer).data)
    answer = client.get("/api/v1/forms", headers={**bearer, "Range": f"bytes={length}-"})
    assert (answer.status_code, answer.json["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["Content-Range"] == f"bytes */{length}"


def test_refusals_have_no_tag(client: FlaskClient) -> None:
    answer = client.get("/api/v1/forms", headers={"Range": "bytes=0-10"})
    assert answer.status_code == 401 and "ETag" not in answer.headers


def test_answers_that_are_written_for_one_person_stay_unstored(client: FlaskClient, bearer: Headers) -> None:
    answer = client.get("/api/v1/reports", headers=bearer)
    assert answer.headers["Cache-Control"] == "no-store" and "ETag" not in answer.headers
