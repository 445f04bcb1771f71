"""The main job over HTTP, with everybody who takes part: what each sees, and what the worker is told at the end."""

import base64
import hashlib
from typing import Any

import pytest

from backend.domain.vocabulary import Role
from tests.api.asking import Person
from tests.factories import OTHER_STREET, make_officer, make_user
from tests.phone import item, report_payload
from tests.photos import jpeg
from tests.scenarios.conftest import Field


@pytest.fixture
def people(field: Field) -> dict[str, Person]:
    """Everybody who has, or must not have, something to do with a report of ``field.worker``."""
    session = field.session
    users = {
        "author": field.worker,
        "another worker": field.other,
        "street": make_user(session, Role.STREET_COORDINATOR),
        "another street": make_user(session, Role.STREET_COORDINATOR, street_code=OTHER_STREET),
        "health": make_officer(session, "putuo.health"),
        "market": make_officer(session, "putuo.market"),
        "bureau": make_user(session, Role.BUREAU_TRIAGER),
        "auditor": make_user(session, Role.AUDITOR),
    }
    return {name: Person(field.app, session, user) for name, user in users.items()}


MAY_SEE = {"author", "street", "health", "bureau", "auditor"}


def _submit(field: Field, **values: Any) -> str:
    draft = report_payload(task_id=str(field.task.id), **values)
    assert field.phone.sync([item("report.submit", draft)])[0]["result"] == "accepted"
    return str(draft["report_id"])


def test_everybody_sees_exactly_what_he_should(field: Field, people: dict[str, Person]) -> None:
    report_id = _submit(field)
    for name, person in people.items():
        listed = [row["report_id"] for row in person.get("/reports")["items"]]
        assert listed == ([report_id] if name in MAY_SEE else []), name
        person.get(f"/reports/{report_id}", expect=200 if name in MAY_SEE else 404)
        referrals = person.get("/referrals", report_id=report_id)["items"]
        assert bool(referrals) == (name in MAY_SEE), name
    assert field.new_phone(field.other).sync() == []
    second = field.new_phone(field.worker)  # a second phone of the same worker
    second.sync()
    assert set(second.of("report")) == {report_id}
    second.verify()


def test_from_the_finding_to_the_result_on_the_phone(field: Field, people: dict[str, Person]) -> None:
    photo = jpeg(7)
    sha256 = hashlib.sha256(photo).hexdigest()
    named = {"sha256": sha256, "bytes": len(photo), "mime": "image/jpeg", "role": "detail", "taken_at": None}
    report_id = _submit(field, photos=[{**named, "source": "camera"}])
    field.phone.sync()
    mine = field.phone.of("report")[report_id]
    assert (mine["photos_here"], mine["photos_expected"]) == (0, 1)
    _upload(field, photo, sha256)
    report = people["health"].get(f"/reports/{report_id}")
    assert report["grid_code"] == field.grids[0].code and report["photos"][0]["arrived_at"]
    referral = people["health"].get("/referrals", report_id=report_id)["items"][0]
    assert referral["legal_basis"] and referral["status"] == "routed"
    path = f"/referrals/{referral['id']}/actions"
    people["market"].post(f"{path}/accept", expect=404)
    people["health"].post(f"{path}/accept")
    people["health"].post(f"{path}/start_handling")
    people["health"].post(f"{path}/handle", outcome_code="founded_case_filed", note="已立案")
    people["health"].post(f"{path}/close", expect=403)
    people["bureau"].post(f"{path}/start_verifying")
    people["bureau"].post(f"{path}/close")
    people["bureau"].post(f"{path}/close", expect=409)
    field.phone.sync()
    mine = field.phone.of("report")[report_id]
    assert (mine["status"], mine["stage"], mine["photos_here"]) == ("closed", "evaluation", 1)
    assert mine["referrals"][0]["outcome"] == "founded_case_filed"
    field.phone.verify()


def _upload(field: Field, photo: bytes, sha256: str) -> None:
    bearer = {"Authorization": f"Bearer {field.phone.token}"}
    missing = field.client.post("/api/v1/media/missing", json={"sha256": [sha256]}, headers=bearer)
    assert missing.json == {"missing": [sha256]}
    tus = {**bearer, "Tus-Resumable": "1.0.0"}
    metadata = f"sha256 {_b64(sha256)},mime {_b64('image/jpeg')}"
    made = field.client.post(
        "/api/v1/uploads", headers={**tus, "Upload-Length": str(len(photo)), "Upload-Metadata": metadata}
    )
    assert made.status_code == 201
    sent = field.client.patch(
        made.headers["Location"],
        data=photo,
        headers={**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
    )
    assert sent.status_code == 204, sent.text


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
