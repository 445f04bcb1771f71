"""/settings: what everybody reads, what an administrator sets and what he cannot, the hosts the map may come from."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.api.schemas.district_settings import DistrictSettingsSchema, SettingListSchema, SettingValuesSchema
from backend.domain.district_settings import catalogue
from backend.domain.vocabulary import Role
from backend.persistence.models import Event
from backend.persistence.queries.district_settings import DEMO
from backend.services.district_settings import allowed_map_hosts
from backend.services.history import record
from tests.api.asking import Asker, told
from tests.factories import make_grids, make_user, token_for

XYZ = {
    "kind": "wmts",
    "layers": [
        "https://t{s}.tianditu.gov.cn/vec_c/wmts?tk={key}&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}",
        "/own/{z}/{x}/{y}",
    ],
    "key": "abc",
    "subdomains": "01",
    "matrix_set": "c",
}


def asker(app: Flask, session: Session, role: Role) -> Asker:
    user = make_user(session, role)
    token = token_for(app, session, user)
    session.commit()
    return Asker(app.test_client(), token)


@pytest.fixture
def admin(app: Flask, session: Session) -> Asker:
    return asker(app, session, Role.ADMINISTRATOR)


def put(person: Asker, name: str, value: Any, **more: Any) -> Any:
    return person.send("PUT", f"/settings/{name}", {"value": value, **more})


def test_everybody_reads_the_defaults_and_the_place(app: Flask, session: Session) -> None:
    make_grids(session, 2)
    worker = asker(app, session, Role.GRID_WORKER)
    answer = worker.get("/settings").json
    assert not DistrictSettingsSchema().validate(answer)
    assert answer["district"]["code"] == "310107"
    west, south, east, north = answer["district"]["bounds"]
    assert west < answer["district"]["centre"][0] < east and south < answer["district"]["centre"][1] < north
    assert answer["values"] == {name: one.default for name, one in catalogue().items()}
    assert told(worker.get("/settings/catalogue")) == told(put(worker, "page_size", 60)) == (403, "forbidden")


def test_says_whether_the_district_is_an_invented_one(session: Session, admin: Asker) -> None:
    assert admin.get("/settings").json["invented"] is False
    record(session, at=datetime.now(UTC), actor=None, subject_type=DEMO, subject_id="310107", action="load")
    session.commit()
    assert admin.get("/settings").json["invented"] is True


def test_the_catalogue_and_the_document_name_the_same_settings() -> None:
    assert set(SettingValuesSchema().fields) == set(catalogue())


def test_a_change_holds_at_once_and_is_told(session: Session, admin: Asker) -> None:
    assert put(admin, "page_size", 100, version=0).json["version"] == 1
    assert put(admin, "base_map", XYZ).status_code == 200
    assert put(admin, "map_start", {"lon": 121.4, "lat": 31.2, "zoom": 12}).json["value"]["zoom"] == 12
    assert put(admin, "map_start", None).json["value"] is None
    values = admin.get("/settings").json["values"]
    assert (values["page_size"], values["base_map"]["datum"], values["map_start"]) == (100, "cgcs2000", None)
    listed = admin.get("/settings/catalogue").json
    assert not SettingListSchema().validate(listed)
    [page_size] = [item for item in listed["items"] if item["name"] == "page_size"]
    assert (page_size["default"], page_size["changed_by"]["name"] != "") == (50, True)
    events = session.scalars(
        select(Event).where(Event.subject_type == "setting", Event.subject_id == "page_size")
    ).all()
    assert [event.data for event in events] == [{"before": 50, "after": 100}]
    assert put(admin, "page_size", 100).json["version"] == 1  # the same again is no change
    assert told(put(admin, "page_size", 60, version=0)) == (409, "stale_version")
    assert admin.get("/history?subject_type=setting&subject_id=page_size").json["items"][0]["action"] == "change"


@pytest.mark.parametrize(
    ("name", "value", "faults"),
    [
        ("page_size", 19, [("", "range")]),
        ("page_size", True, [("", "type")]),
        ("page_size", "60", [("", "type")]),
        ("system_name", "长" * 41, [("", "too_long")]),
        ("system_name", "a\nb", [("", "type")]),
        ("default_language", "fr", [("", "unknown_code")]),
        ("map_start", {"lon": 200, "lat": 31.2}, [("lon", "range"), ("zoom", "required")]),
        ("map_start", [1, 2], [("", "type"), ("lon", "required"), ("lat", "required"), ("zoom", "required")]),
        ("base_map", {"kind": "xyz"}, [("layers", "required")]),
        ("base_map", {**XYZ, "kind": "google"}, [("kind", "unknown_code")]),
        ("base_map", {**XYZ, "key": ""}, [("key", "required")]),
        ("base_map", {**XYZ, "layers": ["https://a.cn/{z}/{x}"]}, [("layers.0", "placeholder")]),
        ("base_map", {**XYZ, "layers": ["https://a.cn; script-src *//{z}/{x}/{y}"]}, [("layers.0", "address")]),
        ("base_map", {**XYZ, "layers": ["https://u:p@a.cn/{z}/{x}/{y}"]}, [("layers.0", "address")]),
        ("base_map", {**XYZ, "layers": ["javascript:{z}{x}{y}"]}, [("layers.0", "address")]),
        ("base_map", {**XYZ, "layers": ["https://[x/{z}/{x}/{y}"]}, [("layers.0", "address")]),
        ("base_map", {**XYZ, "subdomains": "a b"}, [("subdomains", "type")]),
        (
            "base_map",
            {**XYZ, "min_zoom": 9, "max_zoom": 3, "other": 1},
            [("other", "unknown_field"), ("max_zoom", "range")],
        ),
    ],
)
def test_what_cannot_be_set(admin: Asker, name: str, value: Any, faults: list[tuple[str, str]]) -> None:
    reply = put(admin, name, value)
    assert told(reply) == (422, "setting_invalid")
    assert [(fault["path"], fault["code"]) for fault in reply.json["errors"]] == faults


def test_what_does_not_exist_is_not_found(admin: Asker) -> None:
    assert told(put(admin, "nothing", 1)) == (404, "not_found")


def test_the_map_comes_from_the_configured_hosts_alone(session: Session, admin: Asker) -> None:
    assert allowed_map_hosts(session) == ()
    put(admin, "base_map", XYZ)
    assert allowed_map_hosts(session) == ("https://t0.tianditu.gov.cn", "https://t1.tianditu.gov.cn")
    put(admin, "base_map", {"kind": "pmtiles", "layers": ["http://10.0.0.8:8080/putuo.pmtiles"]})
    assert allowed_map_hosts(session) == ("http://10.0.0.8:8080",)
    put(admin, "base_map", {"kind": "none", "layers": XYZ["layers"]})
    assert allowed_map_hosts(session) == ()


def test_of_two_at_once_one_is_told(live_app: Flask, live_session: Session) -> None:
    tokens = [token_for(live_app, live_session, make_user(live_session, Role.ADMINISTRATOR)) for _ in range(2)]
    live_session.commit()
    answers: list[int] = []

    def change(token: str, size: int) -> None:
        answers.append(put(Asker(live_app.test_client(), token), "page_size", size, version=0).status_code)

    threads = [threading.Thread(target=change, args=(token, 60 + n)) for n, token in enumerate(tokens)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409]
