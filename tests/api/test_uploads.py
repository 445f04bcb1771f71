"""The tus routes, header by header, on the real store and database."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.domain.vocabulary import PhotoRole, PhotoSource, Role
from backend.gateways.clock import FixedClock
from backend.gateways.photo_store import LocalPhotoStore
from backend.jobs.media import forget_expired
from backend.persistence.models import Media, Report, ReportPhoto, Upload
from tests import photos
from tests.conftest import NOW
from tests.factories import make_report, make_user, token_for

URL = "/api/v1/uploads"
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = "application/offset+octet-stream"


class Sender:
    """A signed-in phone that speaks tus by hand."""

    def __init__(self, app: Flask, client: FlaskClient, session: Session, role: Role = Role.GRID_WORKER) -> None:
        self.client, self.session = client, session
        self.user = make_user(session, role)
        self.headers = {"Authorization": f"Bearer {token_for(app, session, self.user)}", **TUS}
        session.commit()

    def create(self, content: bytes, body: bytes = b"", **headers: str) -> TestResponse:
        sent = {"Upload-Length": str(len(content)), "Upload-Metadata": photos.metadata(content), **headers}
        kind = {"content_type": BYTES} if body else {}
        return self.client.post(URL, headers={**self.headers, **sent}, data=body, **kind)

    def patch(self, where: str, offset: int, body: Any, **headers: str) -> TestResponse:
        sent = {"Upload-Offset": str(offset), **headers}
        return self.client.patch(where, headers={**self.headers, **sent}, data=body, content_type=BYTES)

    def head(self, where: str) -> TestResponse:
        return self.client.head(where, headers=self.headers)

    def send(self, content: bytes) -> str:
        where: str = self.create(content).headers["Location"]
        assert self.patch(where, 0, content).status_code == 204
        return where


@pytest.fixture
def phone(app: Flask, client: FlaskClient, session: Session) -> Sender:
    return Sender(app, client, session)


@pytest.fixture(autouse=True)
def store(app: Flask) -> Iterator[LocalPhotoStore]:
    found: LocalPhotoStore = app.extensions["gridpatrol"].gateways.photos
    yield found
    # rows are rolled back after the test, files are not
    for path in found.root.rglob("*"):
        if path.is_file():
            path.unlink()


def code_of(response: TestResponse) -> str:
    return str(response.get_json()["code"])


def test_options_tell_what_the_server_can_do_without_a_token(client: FlaskClient) -> None:
    answer = client.options(URL)
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Max-Size"] == str(25 * 1024 * 1024)
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        "creation", "creation-with-upload", "checksum", "expiration", "termination",
    }  # fmt: skip
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_a_photo_in_two_pieces_is_published_under_its_hash(phone: Sender, store: LocalPhotoStore) -> None:
    content = photos.jpeg(1)
    made = phone.create(content)
    assert made.status_code == 201
    where = made.headers["Location"]
    assert where.startswith(f"{URL}/")
    assert "Upload-Expires" in made.headers
    half = len(content) // 2
    first = phone.patch(where, 0, content[:half])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, str(half))
    standing = phone.head(where)
    assert standing.status_code == 200
    assert standing.headers["Upload-Offset"] == str(half)
    assert standing.headers["Upload-Length"] == str(len(content))
    assert standing.headers["Cache-Control"] == "no-store"
    assert not store.exists(photos.sha256(content))
    last = phone.patch(where, half, content[half:])
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(content)))
    assert last.headers["Tus-Resumable"] == "1.0.0"
    with store.open(photos.sha256(content)) as file:
        assert file.read() == content
    row = phone.session.get(Media, photos.sha256(content))
    assert row is not None
    assert (row.byte_count, row.mime, row.uploaded_by) == (len(content), "image/jpeg", phone.user.id)
    jobs = phone.session.scalars(
        text("SELECT args->>'sha256' FROM procrastinate_jobs WHERE task_name = 'photos.examine'")
    )
    assert photos.sha256(content) in list(jobs)


def test_creation_with_the_whole_photo(phone: Sender, store: LocalPhotoStore) -> None:
    content = photos.jpeg(2)
    made = phone.create(content, body=content)
    assert made.status_code == 201
    assert made.headers["Upload-Offset"] == str(len(content))
    assert store.exists(photos.sha256(content))


def test_a_known_photo_is_complete_at_once(phone: Sender, store: LocalPhotoStore) -> None:
    content = photos.jpeg(3)
    phone.send(content)
    again = phone.create(content)
    assert again.status_code == 201
    assert again.headers["Upload-Offset"] == str(len(content))
    assert phone.head(again.headers["Location"]).headers["Upload-Offset"] == str(len(content))


def test_wrong_offset_is_409_and_changes_nothing(phone: Sender) -> None:
    content = photos.jpeg(4)
    where = phone.create(content).headers["Location"]
    phone.patch(where, 0, content[:100])
    for wrong in (0, 99, 101, len(content)):
        answer = phone.patch(where, wrong, content[wrong : wrong + 50])
        assert (answer.status_code, code_of(answer)) == (409, "upload_offset_mismatch")
    assert phone.head(where).headers["Upload-Offset"] == "100"


def test_version_of_the_protocol(phone: Sender) -> None:
    phone.headers["Tus-Resumable"] = "0.2.2"
    answer = phone.create(photos.jpeg(5))
    assert (answer.status_code, code_of(answer)) == (412, "unsupported_tus_version")
    assert answer.headers["Tus-Version"] == "1.0.0"


def test_content_type(phone: Sender) -> None:
    content = photos.jpeg(6)
    where = phone.create(content).headers["Location"]
    sent = {**phone.headers, "Upload-Offset": "0"}
    answer = phone.client.patch(where, headers=sent, data=content, content_type="image/jpeg")
    assert (answer.status_code, code_of(answer)) == (415, "unsupported_media_type")


def test_too_large_is_refused_before_a_byte_is_sent(phone: Sender) -> None:
    headers = {"Upload-Length": str(25 * 1024 * 1024 + 1), "Upload-Metadata": photos.metadata(b"x")}
    answer = phone.client.post(URL, headers={**phone.headers, **headers})
    assert (answer.status_code, code_of(answer)) == (413, "payload_too_large")
    content = photos.jpeg(7)
    where = phone.create(content).headers["Location"]
    longer = phone.patch(where, 0, content + b"more")
    assert (longer.status_code, code_of(longer)) == (413, "payload_too_large")
    assert phone.head(where).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload-Length": "many"},
        {"Upload-Length": "-1"},
        {"Upload-Length": "９"},
        {"Upload-Metadata": ""},
        {"Upload-Metadata": "sha256 !!!"},
        {"Upload-Metadata": "sha256 " + base64.b64encode(b"../../etc/passwd").decode()},
        {"Upload-Metadata": "sha256 /w=="},
        {"Upload-Metadata": photos.metadata(b"x", report_id="not-a-uuid")},
    ],
)
def test_wrong_headers_are_named(phone: Sender, headers: dict[str, str]) -> None:
    try:
        answer = phone.create(b"x" * 10, **headers)
    except UnicodeEncodeError:
        pytest.skip("the client itself refuses this header")
    assert (answer.status_code, code_of(answer)) == (422, "invalid_input")
    assert answer.get_json()["errors"][0]["path"].startswith("Upload-")


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_checksum_of_a_piece(phone: Sender, name: str) -> None:
    content = photos.jpeg(8)
    where = phone.create(content).headers["Location"]
    digest = base64.b64encode(hashlib.new(name, content[:500]).digest()).decode()
    spoilt = phone.patch(where, 0, b"!" + content[1:500], **{"Upload-Checksum": f"{name} {digest}"})
    assert (spoilt.status_code, code_of(spoilt)) == (460, "checksum_mismatch")
    assert phone.head(where).headers["Upload-Offset"] == "0"
    right = phone.patch(where, 0, content[:500], **{"Upload-Checksum": f"{name} {digest}"})
    assert (right.status_code, right.headers["Upload-Offset"]) == (204, "500")


@pytest.mark.parametrize("header", ["md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha256", "sha256 ***", ""])
def test_unknown_checksum(phone: Sender, header: str) -> None:
    content = photos.jpeg(9)
    where = phone.create(content).headers["Location"]
    answer = phone.patch(where, 0, content, **{"Upload-Checksum": header})
    assert (answer.status_code, code_of(answer)) == (400, "unknown_checksum")


def test_whole_that_does_not_match_starts_over(phone: Sender, store: LocalPhotoStore) -> None:
    content = photos.jpeg(10)
    where = phone.create(content).headers["Location"]
    spoilt = content[:-10] + b"0123456789"
    answer = phone.patch(where, 0, spoilt)
    assert (answer.status_code, code_of(answer)) == (460, "checksum_mismatch")
    assert phone.head(where).status_code == 404
    assert phone.session.scalar(select(func.count()).select_from(Media)) == 0
    assert left_behind(store.root) == []
    phone.send(content)


def left_behind(root: Path) -> list[str]:
    return [path.name for path in (root / "staging").iterdir()]


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


def test_the_kind_is_what_the_bytes_say(phone: Sender) -> None:
    for kind, mime in (("PNG", "image/png"), ("WEBP", "image/webp"), ("HEIF", "image/heic")):
        content = photos.encode(photos.draw(11), kind)
        phone.send(content)
        row = phone.session.get(Media, photos.sha256(content))
        assert row is not None
        assert row.mime == mime


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


def test_uploads_of_others_do_not_exist(app: Flask, phone: Sender) -> None:
    content = photos.jpeg(17)
    where = phone.create(content).headers["Location"]
    other = Sender(app, phone.client, phone.session)
    assert other.head(where).status_code == 404
    for answer in (other.patch(where, 0, content), other.client.delete(where, headers=other.headers)):
        assert (answer.status_code, code_of(answer)) == (404, "not_found")
    assert phone.head(f"{URL}/{uuid4()}").status_code == 404


def test_an_auditor_sends_nothing_and_a_stranger_nothing_either(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    auditor = Sender(app, client, session, Role.AUDITOR)
    assert code_of(auditor.create(photos.jpeg(18))) == "forbidden"
    assert client.post(URL, headers=TUS).status_code == 401


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


def test_every_method_has_a_post_spelling(phone: Sender, store: LocalPhotoStore) -> None:
    content = photos.jpeg(21)
    where = phone.create(content).headers["Location"]

    def post(method: str, **options: Any) -> TestResponse:
        headers = {**phone.headers, "X-HTTP-Method-Override": method, **options.pop("headers", {})}
        return phone.client.post(where, headers=headers, **options)

    sent = post("PATCH", headers={"Upload-Offset": "0"}, data=content[:100], content_type=BYTES)
    assert (sent.status_code, sent.headers["Upload-Offset"]) == (204, "100")
    assert post("HEAD").headers["Upload-Offset"] == "100"
    assert post("DELETE").status_code == 204
    assert phone.head(where).status_code == 404


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


def photo_row(report: Report, content: bytes, number: int = 0) -> ReportPhoto:
    return ReportPhoto(
        report_id=report.id,
        sha256=photos.sha256(content),
        ordinal=number,
        byte_count=len(content),
        mime="image/jpeg",
        role=PhotoRole.DETAIL,
        source=PhotoSource.CAMERA,
        named_at=NOW,
    )


def counted(session: Session, report: Report) -> int:
    return session.scalars(select(Report.photos_here).where(Report.id == report.id)).one()
