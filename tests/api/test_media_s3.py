"""The photo routes with an S3 store behind them: they behave as with a folder, also when the service is full or away."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from backend.gateways.photo_store import LocalPhotoStore, PhotoStore, open_photo_store
from backend.jobs.media import examine
from backend.persistence.models import Media
from backend.settings import PhotoPlace, Settings
from tests import photos
from tests.s3 import Faults, S3Service
from tests.s3_fixtures import faults, s3, s3_service
from tests.tus import Sender, code_of, left_behind

__all__ = ["faults", "s3", "s3_service"]  # fixtures are found by their names here
MEDIA = "/api/v1/media"


@pytest.fixture
def bucket(app: Flask, store: LocalPhotoStore, s3: S3Service, tmp_path: Path) -> Iterator[PhotoStore]:
    """The application with its photos on the S3 service."""
    state = app.extensions["gridpatrol"]
    store = open_photo_store(Settings(var_dir=tmp_path, s3=s3.place, photo_store=PhotoPlace.S3))
    app.extensions["gridpatrol"] = replace(state, gateways=replace(state.gateways, photos=store))
    yield store
    app.extensions["gridpatrol"] = state


@pytest.mark.s3
def test_from_the_first_byte_to_the_preview(bucket: PhotoStore, phone: Sender, tmp_path: Path) -> None:
    content = photos.with_exif(1, "2026:11:20 10:00:00", (121.41, 31.245), orientation=6)
    sha = photos.sha256(content)
    where = phone.create(content, body=content[:500]).headers["Location"]
    assert phone.client.post(f"{MEDIA}/missing", json={"sha256": [sha]}, headers=phone.headers).json == {
        "missing": [sha]
    }
    assert phone.client.get(f"{MEDIA}/{sha}", headers=phone.headers).status_code == 404
    assert phone.patch(where, 500, content[500:]).status_code == 204
    assert left_behind(tmp_path / "media") == []
    whole = phone.client.get(f"{MEDIA}/{sha}", headers=phone.headers, buffered=True)
    assert (whole.data, whole.headers["Content-Type"]) == (content, "image/jpeg")
    part = phone.client.get(f"{MEDIA}/{sha}", headers={**phone.headers, "Range": "bytes=100-199"}, buffered=True)
    assert (part.status_code, part.data) == (206, content[100:200])
    examine(sha)
    row = phone.session.get(Media, sha, populate_existing=True)
    assert row and (row.width, row.height, row.examine_error) == (240, 320, None)
    preview = bucket.preview(sha)
    assert preview and photos.decode(preview).size == (240, 320)
    assert phone.client.get(f"{MEDIA}/{sha}/preview", headers=phone.headers).data == preview
    assert phone.client.post(f"{MEDIA}/missing", json={"sha256": [sha]}, headers=phone.headers).json == {"missing": []}


@pytest.mark.parametrize(
    ("refusal", "code"), [((507, "Full"), "storage_full"), ((503, "SlowDown"), "storage_unavailable")]
)
def test_a_service_in_trouble_costs_the_phone_nothing(
    bucket: PhotoStore, phone: Sender, faults: Faults, refusal: tuple[int, str], code: str
) -> None:
    content = photos.jpeg(2)
    where = phone.create(content).headers["Location"]
    phone.patch(where, 0, content[:700])
    faults.refuses_writes = refusal
    answer = phone.patch(where, 700, content[700:])
    assert (answer.status_code, code_of(answer)) == (503, code)
    assert int(answer.headers["Retry-After"]) > 0
    assert phone.head(where).headers["Upload-Offset"] == "700"
    faults.refuses_writes = None
    assert phone.patch(where, 700, content[700:]).status_code == 204
    assert bucket.exists(photos.sha256(content))


def test_a_store_out_of_reach_is_not_a_store_without_photos(bucket: PhotoStore, phone: Sender, faults: Faults) -> None:
    content = photos.jpeg(3)
    sha = photos.sha256(content)
    phone.send(content)
    faults.refuses_all = (403, "InvalidAccessKeyId")
    asked = phone.client.post(f"{MEDIA}/missing", json={"sha256": [sha]}, headers=phone.headers)
    assert (asked.status_code, code_of(asked)) == (503, "storage_unavailable")
    shown = phone.client.get(f"{MEDIA}/{sha}", headers=phone.headers)
    assert (shown.status_code, code_of(shown)) == (503, "storage_unavailable")
    with pytest.raises(Exception, match="storage_unavailable"):
        examine(sha)  # the queue tries again
    row = phone.session.get(Media, sha, populate_existing=True)
    assert row and (row.examined_at, row.examine_error) == (None, None)


def test_bytes_that_were_lost_and_came_again_are_looked_at_again(bucket: PhotoStore, phone: Sender) -> None:
    content = photos.jpeg(4)
    sha = photos.sha256(content)
    phone.send(content)
    bucket.remove(sha)
    examine(sha)
    row = phone.session.get(Media, sha, populate_existing=True)
    assert row and row.examine_error == "bytes_missing"
    phone.session.execute(text("DELETE FROM procrastinate_jobs"))
    phone.send(content)
    jobs = phone.session.scalars(text("SELECT args->>'sha256' FROM procrastinate_jobs")).all()
    assert jobs == [sha]
    examine(sha)
    row = phone.session.get(Media, sha, populate_existing=True)
    assert row and (row.examine_error, row.width) == (None, 320)
