"""Originals, previews and who may see them."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.domain.ids import new_id
from backend.domain.vocabulary import Category, ReferralRole, ReferralStatus, Role, Severity
from backend.gateways.photo_store import LocalPhotoStore
from backend.persistence.models import Department, DepartmentFunction, Media, Referral, User
from backend.services.media import store_photo
from tests import photos
from tests.conftest import NOW
from tests.factories import OTHER_STREET, actor_of, make_report, make_user, token_for
from tests.tus import photo_row

URL = "/api/v1/media"


class Viewer:
    """Somebody signed in."""

    def __init__(self, app: Flask, client: FlaskClient, session: Session, user: User) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token_for(app, session, user)}"}
        session.commit()

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(f"{URL}/{path}", headers={**self.headers, **headers}, buffered=True)


@pytest.fixture
def content(app: Flask, session: Session, author: User) -> bytes:
    """A photo with a place and a camera in its EXIF, here and named by a report of ``author``."""
    made = photos.with_exif(1, "2026:11:20 10:00:00", (121.41, 31.245), orientation=6)
    keep(app, session, author, made)
    report = make_report(session, author, photos_expected=1)
    session.add(photo_row(report, made))
    session.commit()
    return made


@pytest.fixture
def author(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def owner(app: Flask, client: FlaskClient, session: Session, author: User) -> Viewer:
    return Viewer(app, client, session, author)


def keep(app: Flask, session: Session, user: User, made: bytes) -> str:
    return store_photo(session, app.extensions["gridpatrol"].gateways.photos, actor_of(user), made, now=NOW)


def code_of(response: TestResponse) -> str:
    return str(response.get_json()["code"])


def test_missing_names_each_lacking_photo_once_in_order(owner: Viewer, content: bytes) -> None:
    lacking = [photos.sha256(bytes([n])) for n in range(3)]
    asked = [lacking[2], photos.sha256(content), lacking[0], lacking[2], lacking[1]]
    answer = owner.client.post(f"{URL}/missing", json={"sha256": asked}, headers=owner.headers)
    assert answer.get_json() == {"missing": [lacking[2], lacking[0], lacking[1]]}


def test_a_photo_whose_bytes_are_gone_is_missing(owner: Viewer, content: bytes, store: LocalPhotoStore) -> None:
    (store.root / photos.sha256(content)[:2] / photos.sha256(content)[2:4] / photos.sha256(content)).unlink()
    answer = owner.client.post(f"{URL}/missing", json={"sha256": [photos.sha256(content)]}, headers=owner.headers)
    assert answer.get_json() == {"missing": [photos.sha256(content)]}
    assert code_of(owner.get(photos.sha256(content))) == "not_found"


@pytest.mark.parametrize(
    "asked", [["x"], ["A" * 64], [None], "abc", ["0" * 64] * 1001, [["0" * 64]], ["0" * 63 + "\n"]]
)
def test_missing_refuses_what_is_no_hash(owner: Viewer, asked: object) -> None:
    answer = owner.client.post(f"{URL}/missing", json={"sha256": asked}, headers=owner.headers)
    assert (answer.status_code, code_of(answer)) == (422, "invalid_input")


def test_a_thousand_hashes_cost_one_statement(
    owner: Viewer, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    hashes = [photos.sha256(n.to_bytes(2)) for n in range(1000)]
    with count_queries() as seen:
        answer = owner.client.post(f"{URL}/missing", json={"sha256": hashes}, headers=owner.headers)
    assert answer.get_json()["missing"] == hashes
    assert len(seen) <= 2, seen  # who asks, and what is known


def test_original_bytes_are_never_altered_and_never_run(owner: Viewer, content: bytes) -> None:
    answer = owner.get(photos.sha256(content))
    assert answer.status_code == 200
    assert answer.data == content
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Disposition"].endswith('.jpg"')
    cache = answer.headers["Cache-Control"]
    assert "private" in cache and "immutable" in cache and "public" not in cache


def test_head_spelled_as_post_announces_no_bytes_that_never_come(owner: Viewer, content: bytes) -> None:
    path = f"{URL}/{photos.sha256(content)}"
    real = owner.client.head(path, headers=owner.headers)
    assert (real.status_code, real.headers["Content-Length"]) == (200, str(len(content)))
    spelled = owner.client.post(path, headers={**owner.headers, "X-HTTP-Method-Override": "HEAD"})
    assert (spelled.status_code, spelled.headers["Content-Length"]) == (200, "0")
    real.close()
    spelled.close()


def test_ranges_and_etags(owner: Viewer, content: bytes) -> None:
    sha = photos.sha256(content)
    part = owner.get(sha, Range="bytes=10-19")
    assert (part.status_code, part.data) == (206, content[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(content)}"
    tail = owner.get(sha, Range="bytes=-5")
    assert (tail.status_code, tail.data) == (206, content[-5:])
    beyond = owner.get(sha, Range=f"bytes={len(content)}-")
    assert (beyond.status_code, code_of(beyond)) == (416, "range_not_satisfiable")
    assert beyond.headers["Content-Range"] == f"bytes */{len(content)}"
    etag = owner.get(sha).headers["ETag"]
    assert owner.get(sha, **{"If-None-Match": etag}).status_code == 304
    changed = owner.get(sha, Range="bytes=10-19", **{"If-Range": '"another"'})
    assert (changed.status_code, changed.data) == (200, content)


def test_preview_is_small_upright_and_says_nothing_about_the_place(
    owner: Viewer, session: Session, content: bytes
) -> None:
    answer = owner.get(f"{photos.sha256(content)}/preview")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/jpeg"
    picture = photos.decode(answer.data)
    assert picture.size == (240, 320)  # drawn as 320 × 240 with the camera held upright
    assert not picture.getexif()
    assert b"Exif" not in answer.data


def test_preview_of_a_large_picture_has_480_pixels(app: Flask, owner: Viewer, session: Session, author: User) -> None:
    made = photos.encode(photos.draw(2, (1600, 1200)), "WEBP")
    keep(app, session, author, made)
    session.commit()
    assert photos.decode(owner.get(f"{photos.sha256(made)}/preview").data).size == (480, 360)


@pytest.mark.parametrize("made", [photos.png_bomb(), photos.jpeg(3)[:2000], b"\xff\xd8\xff" + photos.HTML])
def test_what_cannot_be_decoded_has_no_preview_but_stays(
    app: Flask, owner: Viewer, session: Session, author: User, made: bytes
) -> None:
    sha = keep(app, session, author, made)
    session.commit()
    answer = owner.get(f"{sha}/preview")
    assert (answer.status_code, code_of(answer)) == (409, "photo_unreadable")
    assert owner.get(sha).data == made


def test_a_polyglot_is_shown_as_the_picture_it_is(app: Flask, owner: Viewer, session: Session, author: User) -> None:
    made = photos.jpeg(4) + photos.POLYGLOT_TAIL
    sha = keep(app, session, author, made)
    session.commit()
    answer = owner.get(sha)
    assert (answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert b"<script>" not in owner.get(f"{sha}/preview").data


def test_only_those_who_may_see_a_report_with_it(
    app: Flask, client: FlaskClient, session: Session, owner: Viewer, content: bytes
) -> None:
    sha = photos.sha256(content)

    def sees(user: User) -> bool:
        viewer = Viewer(app, client, session, user)
        answers = [viewer.get(sha), viewer.get(f"{sha}/preview")]
        assert {a.status_code for a in answers} in ({200}, {404})
        return answers[0].status_code == 200

    assert sees(make_user(session, Role.STREET_COORDINATOR))
    assert sees(make_user(session, Role.BUREAU_TRIAGER, street_code=None))
    assert sees(make_user(session, Role.AUDITOR, street_code=None))
    assert not sees(make_user(session, Role.GRID_WORKER))
    assert not sees(make_user(session, Role.STREET_COORDINATOR, street_code=OTHER_STREET))
    assert client.get(f"{URL}/{sha}").status_code == 401


def test_a_department_sees_what_was_referred_to_it(
    app: Flask, client: FlaskClient, session: Session, author: User
) -> None:
    first, second = session.scalars(select(Department).order_by(Department.id).limit(2))
    function = session.scalars(select(DepartmentFunction.function_code).limit(1)).one()
    sha = keep(app, session, author, photos.jpeg(5))
    report = make_report(session, author, photos_expected=1)
    session.add(photo_row(report, photos.jpeg(5)))
    session.add(referral(report.id, report.seq, first.id, function))
    session.flush()
    codes = [
        Viewer(app, client, session, make_user(session, Role.DEPARTMENT_OFFICER, department_id=d.id))
        .get(sha)
        .status_code
        for d in (first, second)
    ]
    assert codes == [200, 404]


def referral(report_id: object, report_seq: int, department_id: object, function_code: str) -> Referral:
    return Referral(
        id=new_id(),
        report_id=report_id,
        report_seq=report_seq,
        category=Category.ILLEGAL_PRACTICE,
        function_code=function_code,
        department_id=department_id,
        role=ReferralRole.LEAD,
        status=ReferralStatus.ROUTED,
        severity=Severity.LOW,
        is_emergency=False,
        finding_codes=[],
        rule_codes=[],
        legal_basis=[],
        deadline_profile="ordinary",
        created_at=NOW,
        routed_at=NOW,
        return_count=0,
        version=1,
    )


def test_an_uploader_sees_his_own_photo_before_any_report(
    app: Flask, owner: Viewer, session: Session, author: User
) -> None:
    sha = keep(app, session, author, photos.jpeg(6))
    session.commit()
    assert owner.get(sha).status_code == 200
    assert session.get(Media, sha) is not None


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "A" * 64, "0" * 63, "staging", "0" * 64 + "%00"])
def test_odd_names_are_not_found(owner: Viewer, name: str) -> None:
    assert code_of(owner.get(name)) == "not_found"
