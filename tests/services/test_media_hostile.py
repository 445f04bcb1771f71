"""Hostile and damaged pictures from the phone to the decoder: the original stays byte for byte, and nothing else suffers.

Each is decoded, if at all, in a process of its own with limits on memory, time and files.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend.domain.images import photo_rules
from backend.gateways.images import reader
from backend.gateways.photo_store import LocalPhotoStore
from backend.jobs.media import examine
from backend.persistence.models import Media
from tests import hostile_photos as hostile
from tests import photos
from tests.architecture.sources import our_files, text_of
from tests.tus import Sender

MEDIA = "/api/v1/media"
REFUSED = [
    (photos.png_bomb, "too_many_pixels"),
    (hostile.jpeg_huge, "too_many_pixels"),
    (hostile.jpeg_progressive, "too_many_pixels"),
    (hostile.jpeg_colour_by_colour, "too_many_pixels"),
    (hostile.webp_canvas, "too_many_pixels"),
    (hostile.heic_huge, "too_many_pixels"),
    (hostile.heic_boxes, "undecodable"),
    (hostile.png_profile, "undecodable"),
    (hostile.png_text, "undecodable"),
    (hostile.png_international_text, "undecodable"),
    (hostile.png_many_texts, "undecodable"),
    (hostile.jpeg_postscript, "undecodable"),
    (hostile.cut("JPEG"), "undecodable"),
    (hostile.cut("PNG"), "undecodable"),
    (hostile.cut("WEBP"), "undecodable"),
    (hostile.cut("HEIF"), "undecodable"),
]
# What these carry along is never looked at: they are the pictures they are.
HARMLESS = [
    hostile.jpeg_and_more,
    hostile.jpeg_comment_page,
    hostile.jpeg_exif_loop,
    hostile.png_pixels_without_end,
    hostile.apng_frames,
    hostile.webp_frames,
]
Make = Callable[[], bytes]


class Room:
    """A phone that sends, the job that looks, and what became of it."""

    def __init__(self, app: Flask, client: FlaskClient, session: Session) -> None:
        self.phone = Sender(app, client, session)
        self.store: LocalPhotoStore = app.extensions["gridpatrol"].gateways.photos

    def send_and_look(self, content: bytes) -> Media:
        assert len(content) <= photo_rules().max_bytes
        sha = photos.sha256(content)
        self.phone.send(content)
        began = time.monotonic()
        examine(sha)
        assert time.monotonic() - began < photo_rules().decode_seconds + 5
        answer = self.phone.client.get(f"{MEDIA}/{sha}", headers=self.phone.headers, buffered=True)
        assert answer.data == content, "the original is what was sent"
        found = self.phone.session.get(Media, sha, populate_existing=True)
        assert found is not None
        return found


@pytest.fixture
def room(app: Flask, client: FlaskClient, session: Session) -> Iterator[Room]:
    made = Room(app, client, session)
    _empty(made.store)
    yield made
    _empty(made.store)


def _empty(store: LocalPhotoStore) -> None:
    """Rows are rolled back after a test, files are not."""
    for sha in {file.sha256 for file in store.listing()}:
        store.remove(str(sha))


def peak_bytes_of_decoder() -> int:
    """The most memory the decoding process ever held; a refused picture leaves it alive."""
    process = reader._child._process
    assert process is not None and process.poll() is None
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) * 1024


@pytest.mark.parametrize(("make", "code"), REFUSED, ids=lambda value: getattr(value, "__name__", value))
def test_what_cannot_be_looked_at_is_kept_and_says_why(room: Room, make: Make, code: str) -> None:
    content = make()
    reader._child.close()  # a fresh decoder: its memory is this picture's alone
    found = room.send_and_look(content)
    assert (found.examine_error, found.width, found.perceptual_hash) == (code, None, None)
    assert peak_bytes_of_decoder() < 400 * 1024 * 1024
    sha = photos.sha256(content)
    preview = room.phone.client.get(f"{MEDIA}/{sha}/preview", headers=room.phone.headers)
    assert (preview.status_code, preview.get_json()["code"]) == (409, "photo_unreadable")
    assert room.send_and_look(photos.jpeg(30)).examine_error is None  # the next one is none the worse for it


@pytest.mark.parametrize("make", HARMLESS, ids=lambda value: value.__name__)
def test_what_it_carries_along_is_never_looked_at(room: Room, make: Make) -> None:
    content = make()
    reader._child.close()
    found = room.send_and_look(content)
    assert found.examine_error is None and found.width
    assert peak_bytes_of_decoder() < 400 * 1024 * 1024
    preview = room.store.preview(found.sha256)
    assert preview is not None
    assert photos.decode(preview).format == "JPEG"
    assert b"<script>" not in preview and b"PK\x05\x06" not in preview


def test_endless_scans_end_with_the_patience(room: Room) -> None:
    found = room.send_and_look(hostile.jpeg_scans())
    assert found.examine_error in {None, "too_slow", "undecodable"}
    assert room.send_and_look(photos.jpeg(31)).examine_error is None


def test_heic_is_read_like_any_other(room: Room) -> None:
    content = photos.encode(photos.draw(32, (1200, 900)), "HEIF", quality=70)
    found = room.send_and_look(content)
    assert (found.mime, found.width, found.height, found.examine_error) == ("image/heic", 1200, 900, None)
    assert found.perceptual_hash
    preview = room.store.preview(found.sha256)
    assert preview is not None
    assert photos.decode(preview).size == (480, 360)


def test_pictures_are_decoded_in_the_child_alone() -> None:
    libraries = ("import PIL", "from PIL", "import pillow_heif", "import imagehash")
    users = {
        str(path)
        for path in our_files(".py")
        if path.parts[0] == "backend" and any(line.startswith(libraries) for line in text_of(path).splitlines())
    }
    # the demo draws its own pictures
    assert users <= {"backend/gateways/images/decoder.py", "backend/demo/photos.py"}
    importing = [str(p) for p in our_files(".py") if p.parts[0] == "backend" and "images.decoder import" in text_of(p)]
    assert importing == []
