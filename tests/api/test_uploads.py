"""The tus routes, header by header, on the real store and database. Accidents: test_uploads_mishaps.py."""

import base64
import hashlib
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.domain.vocabulary import Role
from backend.gateways.photo_store import LocalPhotoStore
from backend.persistence.models import Media
from tests import photos
from tests.tus import BYTES, TUS, URL, Sender, code_of


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


def test_the_kind_is_what_the_bytes_say(phone: Sender) -> None:
    for kind, mime in (("PNG", "image/png"), ("WEBP", "image/webp"), ("HEIF", "image/heic")):
        content = photos.encode(photos.draw(11), kind)
        phone.send(content)
        row = phone.session.get(Media, photos.sha256(content))
        assert row is not None
        assert row.mime == mime


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
