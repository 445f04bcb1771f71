"""Who answers for which grid at once: all grids for a map, many given to somebody; and the steps before a grid import."""

import io
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.api.schemas.duties import DutyBulkAnswerSchema, GridDutyListSchema
from backend.api.schemas.grid_wizard import FileLookSchema, GridDiffSchema
from backend.domain.vocabulary import GridRole, GridVersionStatus, Role
from backend.persistence.models import Grid, GridVersion
from tests.api.asking import Asker, Person, told
from tests.factories import OTHER_STREET, make_grids, make_responsible, make_user, token_for

Watch = Callable[[], AbstractContextManager[list[str]]]
TODAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 21)


@pytest.fixture
def coordinator(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.STREET_COORDINATOR))


def test_every_grid_with_its_people(session: Session, coordinator: Person, count_queries: Watch) -> None:
    first, second = make_grids(session, 2)
    lead, helper = make_user(session), make_user(session)
    make_responsible(session, lead, [first])
    make_responsible(session, helper, [first, second], GridRole.HELPER)
    with count_queries() as sent:
        answer = coordinator.get("/grids/responsibilities/by-grid")
    assert not GridDutyListSchema().validate(answer)
    assert (answer["on"], answer["without_lead"], len(sent) <= 5) == ("2026-11-20", 1, True)
    assert [grid["code"] for grid in answer["items"]] == [first.code, second.code]
    assert answer["items"][0]["lead"]["user_name"] == lead.name
    assert [one["user_id"] for one in answer["items"][1]["helpers"]] == [str(helper.id)]
    assert coordinator.get("/grids/responsibilities/by-grid", street=OTHER_STREET)["items"] == []


def test_many_grids_are_given_each_by_itself(app: Flask, session: Session, coordinator: Person) -> None:
    grids = make_grids(session, 3)
    old, new = make_user(session), make_user(session)
    make_responsible(session, old, grids[:2])
    codes = [*(grid.code for grid in grids), "310107101601001"]
    body = {"user_id": str(new.id), "grid_codes": codes, "role": "lead", "valid_from": str(TOMORROW)}
    refused = coordinator.post("/grids/responsibilities/bulk", **body)
    assert not DutyBulkAnswerSchema().validate(refused)
    assert [item["code"] for item in refused["items"]] == ["lead_taken", "lead_taken", None, "not_found"]
    done = coordinator.post("/grids/responsibilities/bulk", **{**body, "grid_codes": codes[:2], "replace": True})
    assert (done["done"], done["refused"]) == (2, 0)
    assert all(item["ended_id"] for item in done["items"])
    answer = coordinator.get("/grids/responsibilities/by-grid", on=str(TOMORROW))
    assert {grid["lead"]["user_id"] for grid in answer["items"]} == {str(new.id)}
    assert coordinator.get("/grids/responsibilities/by-grid")["items"][0]["lead"]["user_id"] == str(old.id)
    Person(app, session, make_user(session)).post("/grids/responsibilities/bulk", 403, **body)


def test_a_refused_grid_keeps_its_lead(session: Session, coordinator: Person) -> None:
    [grid] = make_grids(session, 1)
    old = make_user(session)
    make_responsible(session, old, [grid])
    body = {"user_id": str(make_user(session, Role.AUDITOR).id), "grid_codes": [grid.code], "role": "lead"}
    answer = coordinator.post("/grids/responsibilities/bulk", **body, valid_from=str(TOMORROW), replace=True)
    assert answer["items"][0]["code"] == "not_grid_worker"
    kept = coordinator.get("/grids/responsibilities/by-grid", on="2027-01-01")["items"][0]["lead"]
    assert (kept["user_id"], kept["valid_to"]) == (str(old.id), None)


@pytest.fixture
def admin(app: Flask, session: Session) -> Asker:
    token = token_for(app, session, make_user(session, Role.ADMINISTRATOR))
    session.commit()
    return Asker(app.test_client(), token)


def square(code: str, west: float, name: str = "第一网格") -> dict[str, Any]:
    ring = [[west, 31.24], [west + 0.002, 31.24], [west + 0.002, 31.242], [west, 31.242], [west, 31.24]]
    properties = {"网格编码": code, "网格名称": name, "备注": "甲"}
    return {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": properties}


def file_of(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def send(admin: Asker, content: bytes, **query: str) -> Any:
    text = "&".join(f"{key}={value}" for key, value in {"district_code": "310107", **query}.items())
    return admin.post(f"/grids/imports/inspect?{text}", content, "application/geo+json")


def test_a_file_is_looked_at_before_it_is_judged(admin: Asker) -> None:
    look = send(admin, file_of(square("bad code", 121.40), square("310107005601002", 121.402))).json
    assert not FileLookSchema().validate(look)
    assert (look["format"], look["grid_count"], look["mapping"]["code"]) == ("geojson", 2, "网格编码")
    assert sorted(look["guessed"]) == ["code", "name"]
    assert look["rows"][1] == {"网格编码": "310107005601002", "网格名称": "第一网格", "备注": "甲"}
    assert look["grids"]["features"][0]["properties"]["number"] == 1
    chosen = send(admin, file_of(square("310107005601001", 121.40)), name_field="备注").json
    assert chosen["grids"]["features"][0]["properties"]["name"] == "甲"
    assert told(send(admin, b"{}")) == (422, "grid_file_unreadable")
    assert (
        told(admin.send("POST", "/grids/imports/inspect?district_code=310107", io.BytesIO(b"").read() or None))[0]
        >= 400
    )


def test_what_a_version_changes(session: Session, admin: Asker) -> None:
    kept, gone, moved = make_grids(session, 3)
    draft = GridVersion(
        id=kept.version_id.__class__(int=7), district_code="310107", label="新", status=GridVersionStatus.DRAFT,
        source_name="", source_sha256="0" * 64, options={}, problems=[], grid_count=3, created_at=kept_time(session, kept),
    )  # fmt: skip
    session.add(draft)
    session.flush()
    copies = {"name": kept.name, "geometry": kept.geometry}, {"name": "新名", "geometry": gone.geometry}
    for code, values in zip((kept.code, moved.code), copies, strict=True):
        session.add(
            Grid(
                id=kept.id.__class__(int=int(code)), version_id=draft.id, code=code, street_code=kept.street_code,
                external_code=None, area_m2=1.0, **values,
            )
        )  # fmt: skip
    session.commit()
    diff = admin.get(f"/grids/versions/{draft.id}/diff").json
    assert not GridDiffSchema().validate(diff)
    assert diff["against"] == str(kept.version_id)
    assert {count["change"]: count["count"] for count in diff["counts"]} == {"removed": 1, "changed": 1, "unchanged": 1}
    shown = {feature["id"]: feature["properties"] for feature in diff["features"]}
    assert (shown[gone.code]["change"], shown[gone.code]["name"]) == ("removed", None)
    assert shown[moved.code]["moved_m2"] > 1
    assert shown[moved.code]["came_from"][0]["code"] == gone.code
    same = admin.get(f"/grids/versions/{draft.id}/diff?against={draft.id}").json
    assert [count["change"] for count in same["counts"]] == ["unchanged"]
    assert told(admin.get(f"/grids/versions/{kept.id}/diff")) == (404, "not_found")


def kept_time(session: Session, grid: Grid) -> Any:
    return session.get_one(GridVersion, grid.version_id).created_at
