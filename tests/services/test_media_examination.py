"""Looking into photos: columns, flags, hostile pictures, and the job from the queue to the report."""

import io
import os
import signal
import time
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.domain.images import PhotoKind
from backend.gateways.images import UnreadablePhotoError, read_photo, reader
from backend.gateways.photo_store import LocalPhotoStore
from backend.jobs.app import work
from backend.jobs.media import examine
from backend.persistence.models import Media, Report, User
from backend.services.media import examine_again, store_photo
from tests import photos
from tests.conftest import NOW
from tests.factories import actor_of, make_report, make_user
from tests.tus import photo_row

PLACE = "SRID=4490;POINT(121.41 31.245)"


class Room:
    """A worker, the photo store and short words for what the tests do."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.session = session
        self.store: LocalPhotoStore = app.extensions["gridpatrol"].gateways.photos
        self.user: User = make_user(session)

    def report(self, *contents: bytes, **values: Any) -> Report:
        report = make_report(self.session, self.user, photos_expected=len(contents), **values)
        self.session.add_all(photo_row(report, content, number) for number, content in enumerate(contents))
        self.session.commit()
        return report

    def keep(self, content: bytes) -> str:
        sha = store_photo(self.session, self.store, actor_of(self.user), content, now=NOW)
        self.session.commit()
        return sha

    def look(self, content: bytes) -> Media:
        sha = self.keep(content)
        examine(sha)
        found = self.session.get(Media, sha, populate_existing=True)
        assert found is not None
        return found

    def flags(self, report: Report) -> set[str]:
        return set(self.session.scalars(select(Report.flags).where(Report.id == report.id)).one())


@pytest.fixture
def room(app: Flask, session: Session) -> Room:
    return Room(app, session)


def test_what_a_photo_tells(room: Room) -> None:
    media = room.look(photos.with_exif(1, "2026:11:20 10:00:00", (121.41, 31.245), orientation=6))
    assert (media.width, media.height) == (240, 320)
    assert media.examined_at == NOW
    assert media.examine_error is None
    assert media.exif_taken_at == NOW
    assert (media.exif_lon, media.exif_lat) == (pytest.approx(121.41, abs=1e-5), pytest.approx(31.245, abs=1e-5))
    assert media.exif and media.exif["make"] == "TestCamera"  # without the control character
    assert media.perceptual_hash and len(media.perceptual_hash) == 16
    assert room.store.preview(media.sha256)


def test_exif_far_from_the_report_is_a_flag(room: Room) -> None:
    cases = {
        photos.with_exif(2, "2026:11:20 10:30:00", (121.412, 31.245)): False,
        photos.with_exif(3, "2026:11:19 10:00:00", (121.41, 31.245)): True,
        photos.with_exif(4, "2026:11:20 10:00:00", (121.45, 31.245)): True,
        photos.with_exif(5): False,  # Android strips it: nothing to doubt
    }
    for content, doubted in cases.items():
        report = room.report(content, position=PLACE, accuracy_m=10)
        room.look(content)
        assert ("photo_exif_mismatch" in room.flags(report)) is doubted


def test_the_same_bytes_in_a_second_report(room: Room) -> None:
    content = photos.jpeg(6)
    first, second = room.report(content), room.report(content)
    room.look(content)
    assert (room.flags(first), room.flags(second)) == (set(), {"photo_reused"})


def test_a_picture_compressed_again_is_recognised(room: Room) -> None:
    original = photos.encode(photos.draw(7, (1200, 900)), "JPEG", quality=95)
    smaller = photos.encode(photos.draw(7, (1200, 900)).resize((640, 480)), "WEBP", quality=60)
    other = photos.jpeg(8)
    first, second, third = room.report(original), room.report(smaller), room.report(other)
    for content in (smaller, other, original):  # the older report's photo arrives last
        room.look(content)
    assert [room.flags(r) for r in (first, second, third)] == [set(), {"photo_reused"}, set()]


def test_two_shots_of_one_visit_are_no_reuse(room: Room) -> None:
    one, two = photos.jpeg(9, quality=90), photos.jpeg(9, quality=70)
    report = room.report(one, two)
    room.look(one)
    room.look(two)
    assert room.flags(report) == set()


def test_black_pictures_resemble_nothing(room: Room) -> None:
    dark = [photos.encode(Image.new("RGB", (300, 200), (n, n, n))) for n in (0, 1)]
    reports = [room.report(content) for content in dark]
    for content in dark:
        assert room.look(content).perceptual_hash is None
    assert [room.flags(r) for r in reports] == [set(), set()]


def test_a_report_that_comes_after_its_photo_is_compared_as_well(room: Room) -> None:
    content = photos.jpeg(10)
    first = room.report(content)
    room.look(content)
    room.session.execute(text("DELETE FROM procrastinate_jobs"))
    examine_again(room.session, [photos.sha256(content)])
    second = room.report(content)
    waiting = room.session.execute(text("SELECT task_name, args FROM procrastinate_jobs")).all()
    assert [tuple(row) for row in waiting] == [("photos.examine", {"sha256": photos.sha256(content)})]
    examine(photos.sha256(content))
    assert (room.flags(first), room.flags(second)) == (set(), {"photo_reused"})


def test_flags_are_set_once_and_told_to_the_phone(room: Room) -> None:
    content = photos.jpeg(11)
    room.report(content)
    second = room.report(content)
    for _ in range(2):
        room.look(content)
    assert list(room.session.scalars(select(Report.flags).where(Report.id == second.id)).one()) == ["photo_reused"]
    told = room.session.scalars(
        text("SELECT data->'flags' FROM sync_objects WHERE object_id = :id ORDER BY version"), {"id": str(second.id)}
    ).all()
    assert told[-1] == ["photo_reused"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (photos.png_bomb(), "too_many_pixels"),
        (photos.jpeg(12)[:3000], "undecodable"),
        (b"\xff\xd8\xff" + photos.HTML, "undecodable"),
        (photos.encode(photos.draw(13), "PNG")[:-400], "undecodable"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 " + b"\xff" * 60, "undecodable"),
        (photos.encode(photos.draw(14), "HEIF")[:900], "undecodable"),
    ],
)
def test_hostile_pictures_are_kept_and_say_why_they_were_not_read(room: Room, content: bytes, code: str) -> None:
    report = room.report(content)
    media = room.look(content)
    assert (media.examine_error, media.width, media.perceptual_hash) == (code, None, None)
    assert room.session.scalars(select(Report.photos_here).where(Report.id == report.id)).one() == 1
    assert room.look(photos.jpeg(15)).examine_error is None  # the next one is none the worse for it


def test_a_picture_that_kills_the_decoder_costs_itself_alone(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    content = photos.jpeg(16)
    assert read_photo(io.BytesIO(content), len(content), PhotoKind.JPEG).width == 320
    child = reader._child._process
    assert child is not None
    os.kill(child.pid, signal.SIGSTOP)  # a decoder that hangs
    slow = photos.jpeg(17)
    monkeypatch.setattr(reader, "photo_rules", _Hasty)
    started = time.monotonic()
    with pytest.raises(UnreadablePhotoError) as failure:
        read_photo(io.BytesIO(slow), len(slow), PhotoKind.JPEG)
    assert failure.value.code == "too_slow"
    assert time.monotonic() - started < 5
    monkeypatch.undo()
    assert read_photo(io.BytesIO(slow), len(slow), PhotoKind.JPEG).width == 320
    child = reader._child._process
    assert child is not None
    child.kill()  # a decoder that crashes between two pictures
    child.wait()
    assert read_photo(io.BytesIO(slow), len(slow), PhotoKind.JPEG).width == 320


class _Hasty:
    """Rules with no patience."""

    decode_seconds, max_pixels, max_pixels_jpeg, preview_side_px = 0.3, 10**6, 10**6, 480


def test_the_job_goes_from_the_upload_through_the_queue_to_the_report(live_app: Flask, live_session: Session) -> None:
    store: LocalPhotoStore = live_app.extensions["gridpatrol"].gateways.photos
    user, content = make_user(live_session), photos.with_exif(18, "2020:01:01 00:00:00")
    report = make_report(live_session, user, photos_expected=1)
    live_session.add(photo_row(report, content))
    live_session.flush()
    sha = store_photo(live_session, store, actor_of(user), content, now=NOW)
    live_session.rollback()
    assert live_session.scalars(text("SELECT count(*) FROM procrastinate_jobs")).one() == 0  # no row, no job
    user = make_user(live_session)
    report = make_report(live_session, user, photos_expected=1)
    live_session.add(photo_row(report, content))
    live_session.flush()
    store_photo(live_session, store, actor_of(user), content, now=NOW)
    live_session.commit()
    work(live_app, until_empty=True)
    live_session.rollback()
    media = live_session.get(Media, sha, populate_existing=True)
    assert media is not None
    assert (media.width, media.height, media.examine_error) == (320, 240, None)
    found = live_session.execute(select(Report.photos_here, Report.flags)).one()
    assert tuple(found) == (1, ["photo_exif_mismatch"])
    jobs = live_session.scalars(
        text("SELECT DISTINCT status FROM procrastinate_jobs WHERE task_name = 'photos.examine'")
    )
    assert list(jobs) == ["succeeded"]
