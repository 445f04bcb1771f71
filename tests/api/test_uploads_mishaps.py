"""Uploads that break off, spoil, expire or meet: nothing is lost, nothing is left lying about."""

import os
import time
from datetime import timedelta
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from backend.gateways.clock import FixedClock
from backend.gateways.photo_store import LocalPhotoStore
from backend.jobs.media import clear_leftovers, forget_expired
from backend.persistence.models import Media, Report, Upload
from tests import photos
from tests.factories import make_report
from tests.tus import BYTES, Sender, code_of, left_behind, photo_row


@pytest.mark.parametrize("place", [slice(0, 1), slice(-10, -9)], ids=["first byte", "late byte"])
def test_whole_that_does_not_match_starts_over(phone: Sender, store: LocalPhotoStore, place: slice) -> None:
    """Also where the damage makes it look like no photo at all: the phone must send it again, not give it up."""
    content = photos.jpeg(10)
    where = phone.create(content).headers["Location"]
    damaged = bytearray(content)
    damaged[place] = b"\x00"
    spoilt = bytes(damaged)
    answer = phone.patch(where, 0, spoilt)
    assert (answer.status_code, code_of(answer)) == (460, "checksum_mismatch")
    assert phone.head(where).status_code == 404
    assert phone.session.scalar(select(func.count()).select_from(Media)) == 0
    assert left_behind(store.root) == []
    phone.send(content)


def test_bytes_of_a_broken_connection_are_kept(app: Flask, phone: Sender) -> None:
    content = photos.jpeg(12, quality=95)
    where = phone.create(content).headers["Location"]

    class Broken:
        """A connection that gives 1000 bytes and breaks."""

        left: ClassVar = [content[:600], content[600:1000]]

        def read(self, size: int = -1) -> bytes:
            if not self.left:
                raise ConnectionResetError("the phone went into a lift")
            return self.left.pop(0)

    answer = phone.client.patch(
        where,
        headers={**phone.headers, "Upload-Offset": "0"},
        content_type=BYTES,
        environ_overrides={"wsgi.input": Broken(), "CONTENT_LENGTH": str(len(content))},
    )
    assert answer.status_code == 204
    assert phone.head(where).headers["Upload-Offset"] == "1000"
    assert phone.patch(where, 1000, content[1000:]).status_code == 204


def test_a_torn_write_is_written_again(phone: Sender, store: LocalPhotoStore) -> None:
    content = photos.jpeg(13)
    where = phone.create(content).headers["Location"]
    phone.patch(where, 0, content[:300])
    upload_id = UUID(where.rsplit("/", 1)[1])
    store.append(upload_id, 300, [b"bytes of a server that died before it could note them"])
    assert phone.head(where).headers["Upload-Offset"] == "300"
    assert phone.patch(where, 300, content[300:]).status_code == 204
    with store.open(photos.sha256(content)) as file:
        assert file.read() == content


def test_published_but_not_noted_completes_on_the_next_contact(phone: Sender, store: LocalPhotoStore) -> None:
    content = photos.jpeg(14)
    where = phone.create(content).headers["Location"]
    phone.patch(where, 0, content[:300])
    upload_id = UUID(where.rsplit("/", 1)[1])
    store.append(upload_id, 300, [content[300:]])
    store.publish(upload_id, photos.sha256(content))  # and then the server died
    assert phone.head(where).headers["Upload-Offset"] == str(len(content))
    assert phone.session.get(Media, photos.sha256(content)) is not None


def test_lost_staging_sets_the_upload_back(phone: Sender, store: LocalPhotoStore) -> None:
    content = photos.jpeg(15)
    where = phone.create(content).headers["Location"]
    phone.patch(where, 0, content[:300])
    store.delete_staging(UUID(where.rsplit("/", 1)[1]))
    assert phone.patch(where, 300, content[300:]).status_code == 409
    assert phone.head(where).headers["Upload-Offset"] == "0"
    assert phone.patch(where, 0, content).status_code == 204


def test_one_of_two_writers_is_turned_away(phone: Sender, store: LocalPhotoStore) -> None:
    content = photos.jpeg(16)
    where = phone.create(content).headers["Location"]
    with store.claim(UUID(where.rsplit("/", 1)[1])):
        answer = phone.patch(where, 0, content)
        assert (answer.status_code, code_of(answer)) == (423, "upload_busy")
    assert phone.patch(where, 0, content).status_code == 204


def test_termination(phone: Sender, store: LocalPhotoStore) -> None:
    content = photos.jpeg(19)
    where = phone.create(content, body=content[:200]).headers["Location"]
    assert left_behind(store.root)
    assert phone.client.delete(where, headers=phone.headers).status_code == 204
    assert phone.head(where).status_code == 404
    assert left_behind(store.root) == []
    done = phone.send(content)
    assert phone.client.delete(done, headers=phone.headers).status_code == 204
    assert store.exists(photos.sha256(content))


def test_expiry(phone: Sender, store: LocalPhotoStore, clock: FixedClock) -> None:
    content = photos.jpeg(20)
    where = phone.create(content, body=content[:200]).headers["Location"]
    clock.advance(timedelta(days=6))
    assert phone.patch(where, 200, content[200:300]).status_code == 204  # whoever goes on gets another week
    clock.advance(timedelta(days=6))
    assert forget_expired() == 0
    assert phone.head(where).status_code == 200
    clock.advance(timedelta(days=1, seconds=1))
    answer = phone.patch(where, 300, content[300:])
    assert (answer.status_code, code_of(answer)) == (410, "upload_expired")
    assert forget_expired() == 1
    assert phone.head(where).status_code == 404
    assert left_behind(store.root) == []


def test_what_killed_servers_left_behind_is_cleared_away(phone: Sender, store: LocalPhotoStore) -> None:
    where = phone.create(photos.jpeg(25), body=b"\xff\xd8\xff").headers["Location"]
    known = UUID(where.rsplit("/", 1)[1])
    forgotten, fresh = uuid4(), uuid4()  # their rows were dropped, and then the server died
    for upload in (forgotten, fresh):
        store.append(upload, 0, [b"abc"])
    (store.root / "staging" / "put-torn").write_bytes(b"half a preview")
    long_ago = time.time() - 2 * 24 * 3600
    for name in (f"{known.hex}.part", f"{forgotten.hex}.part", "put-torn"):
        os.utime(store.root / "staging" / name, (long_ago, long_ago))
    assert clear_leftovers() == 2
    assert (store.staged_size(known), store.staged_size(forgotten), store.staged_size(fresh)) == (3, 0, 3)
    assert not (store.root / "staging" / "put-torn").exists()


def test_arrival_is_counted_once_by_every_report_that_waits(app: Flask, phone: Sender, store: LocalPhotoStore) -> None:
    here, later = photos.jpeg(22), photos.jpeg(23)
    reports = [make_report(phone.session, phone.user, photos_expected=2) for _ in range(2)]
    for report in reports:
        for number, content in enumerate((here, later)):
            phone.session.add(photo_row(report, content, number))
    phone.session.commit()
    phone.send(here)
    assert [counted(phone.session, report) for report in reports] == [1, 1]
    phone.create(here)
    phone.send(photos.jpeg(24))
    assert [counted(phone.session, report) for report in reports] == [1, 1]
    phone.send(later)
    assert [counted(phone.session, report) for report in reports] == [2, 2]
    data = phone.session.scalars(
        text(
            "SELECT data->>'photos_here' FROM sync_objects WHERE type = 'report' AND object_id = :id ORDER BY version DESC"
        ),
        {"id": str(reports[0].id)},
    ).first()
    assert data == "2"


@pytest.mark.parametrize("content", [photos.SVG, photos.HTML, b"\xff\xd8", b"GIF89a" + b"\0" * 50, b"%PDF-1.7 " * 9])
def test_what_is_no_photo_is_not_kept_whatever_it_is_called(
    phone: Sender, store: LocalPhotoStore, content: bytes
) -> None:
    where = phone.create(content).headers["Location"]  # its metadata says image/jpeg
    answer = phone.patch(where, 0, content)
    assert (answer.status_code, code_of(answer)) == (422, "not_a_photo")
    assert phone.session.scalar(select(func.count()).select_from(Upload)) == 0
    assert not store.exists(photos.sha256(content))
    assert left_behind(store.root) == []


def counted(session: Session, report: Report) -> int:
    return session.scalars(select(Report.photos_here).where(Report.id == report.id)).one()
