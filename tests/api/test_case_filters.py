"""/case-filters: own and shared, changed by their owner alone, and still readable when what they name is gone."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from backend.api.schemas.saved_filters import SavedFilterPageSchema, SavedFilterSchema
from backend.domain.ids import new_id
from backend.domain.vocabulary import Role
from backend.persistence.models import Department, SavedFilter, User
from tests.api.asking import Asker, Person, told
from tests.factories import OTHER_STREET, STREET, make_case, make_officer, make_user, token_for

Watch = Callable[[], AbstractContextManager[list[str]]]
CONTENT = {
    "status": ["routed", "accepted"],
    "emergency": True,
    "q": "祥和",
    "created_from": "2026-11-01",
    "returned": 2,
}


@pytest.fixture
def officer(session: Session) -> User:
    return make_officer(session)


def asker(app: Flask, session: Session, user: User) -> Asker:
    made = Asker(app.test_client(), token_for(app, session, user))
    session.commit()
    return made


def draft(**values: Any) -> dict[str, Any]:
    return {"name": "急件", "filter": CONTENT, **values}


def names(page: Any) -> list[str]:
    return [one["name"] for one in page["items"]]


def test_kept_read_changed_and_forgotten(app: Flask, session: Session, officer: User) -> None:
    person = asker(app, session, officer)
    made = person.post("/case-filters", draft())
    assert made.status_code == 201
    saved = made.json
    SavedFilterSchema().load(saved)
    assert saved["filter"] == {**CONTENT, "sort": "newest"}
    assert (saved["mine"], saved["owner"]["id"], saved["version"]) == (True, str(officer.id), 1)
    assert (saved["ignored"], saved["ended"], saved["shared_with"]) == ([], [], None)
    path = f"/case-filters/{saved['id']}"
    assert person.get(path).json == saved
    page = person.get("/case-filters").json
    SavedFilterPageSchema().load(page)
    assert page["items"] == [saved]
    changed = person.send("PUT", path, draft(name="新名", filter={"q": "新"}, version=1))
    assert (changed.json["name"], changed.json["filter"], changed.json["version"]) == (
        "新名", {"q": "新", "sort": "newest"}, 2,
    )  # fmt: skip
    assert told(person.send("PUT", path, draft(version=1))) == (409, "stale_version")
    assert person.send("DELETE", path).status_code == 204
    assert told(person.get(path)) == (404, "not_found")
    assert told(person.send("DELETE", path)) == (404, "not_found")


def test_what_is_saved_can_be_asked_for(app: Flask, session: Session, officer: User) -> None:
    case = make_case(session, name="祥和诊所")
    make_case(session)
    person = asker(app, session, officer)
    content = {"q": "祥和", "status": "routed,accepted", "sort": "urgent", "severity": ["medium"], "emergency": False}
    saved = person.post("/case-filters", draft(filter=content)).json["filter"]
    query = "&".join(f"{name}={','.join(value) if isinstance(value, list) else value}" for name, value in saved.items())
    assert [one["id"] for one in person.get(f"/cases?{query}").json["items"]] == [str(case.id)]
    order = {"action": "accept", "filter": {k: v for k, v in saved.items() if k != "sort"}, "expected_count": 1}
    assert person.post("/cases/bulk", order).json["done"] == 1


def test_a_name_is_taken_once_by_one_owner(app: Flask, session: Session, officer: User) -> None:
    person = asker(app, session, officer)
    first, second = (person.post("/case-filters", draft(name=name)).json["id"] for name in ("a", "b"))
    assert told(person.post("/case-filters", draft(name="a"))) == (409, "filter_name_taken")
    assert told(person.send("PUT", f"/case-filters/{second}", draft(name="a", version=1))) == (409, "filter_name_taken")
    assert person.send("PUT", f"/case-filters/{first}", draft(name="a", version=1)).status_code == 200
    assert asker(app, session, make_officer(session)).post("/case-filters", draft(name="a")).status_code == 201


def test_shared_with_those_who_hold_all_that_is_named(app: Flask, session: Session) -> None:
    bureau = asker(app, session, make_user(session, Role.BUREAU_TRIAGER))
    for name, shared in (
        ("department", {"department": "putuo.health"}),
        ("street", {"street": STREET}),
        ("role", {"role": "street_coordinator"}),
        ("both", {"role": "street_coordinator", "street": OTHER_STREET}),
        ("own", None),
        ("nobody", {"role": None}),
    ):
        made = bureau.post("/case-filters", draft(name=name, shared_with=shared))
        assert made.status_code == 201
    everything = ["nobody", "own", "both", "role", "street", "department"]
    assert names(bureau.get("/case-filters").json) == everything
    far = make_user(session, Role.STREET_COORDINATOR, street_code=OTHER_STREET)
    for user, seen in (
        (make_officer(session), ["department"]),
        (make_officer(session, "putuo.market"), []),
        (make_user(session, Role.STREET_COORDINATOR), ["role", "street"]),
        (far, ["both", "role"]),
        (make_user(session, Role.BUREAU_TRIAGER), []),
        (make_user(session, Role.AUDITOR), []),
    ):
        person = asker(app, session, user)
        assert names(person.get("/case-filters").json) == seen
        for one in bureau.get("/case-filters").json["items"]:
            path = f"/case-filters/{one['id']}"
            visible = one["name"] in seen
            assert person.get(path).status_code == (200 if visible else 404)
            if user.username != far.username:
                continue
            refusal = (403, "forbidden") if visible else (404, "not_found")
            assert told(person.send("DELETE", path)) == refusal
            assert told(person.send("PUT", path, draft(version=1))) == refusal
    assert names(bureau.get("/case-filters").json) == everything


def test_nobody_shares_beyond_his_own_people(app: Flask, session: Session, officer: User) -> None:
    health, street = asker(app, session, officer), asker(app, session, make_user(session, Role.STREET_COORDINATOR))
    for person, shared, status in (
        (health, {"department": "putuo.health"}, 201),
        (health, {"department": "putuo.health", "role": "department_officer"}, 201),
        (health, {"department": "putuo.market"}, 403),
        (health, {"role": "department_officer"}, 403),
        (health, {"street": STREET}, 403),
        (street, {"street": STREET}, 201),
        (street, {"street": OTHER_STREET}, 403),
        (health, {"department": "nobody"}, 422),
        (health, {"street": "310107999"}, 422),
        (health, {"role": "king"}, 422),
        (health, {"everybody": True}, 422),
    ):
        answer = person.post("/case-filters", draft(name=str(new_id()), shared_with=shared))
        assert answer.status_code == status, (shared, answer.text)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"status": ["lost"]}, "invalid_input"),
        ({"surprise": 1}, "invalid_input"),
        ({"department": ["putuo.health", "nobody"]}, "unknown_code"),
        ({"street": "310107999"}, "unknown_code"),
        ({"function": "flying"}, "unknown_code"),
        ({"outcome": "solved"}, "unknown_code"),
        ("status=routed", "invalid_input"),
        ({"q": 5}, "invalid_input"),
        ({"department": [["a"]]}, "invalid_input"),
    ],
)
def test_bad_filters_are_not_kept(app: Flask, session: Session, officer: User, content: Any, code: str) -> None:
    assert told(asker(app, session, officer).post("/case-filters", draft(filter=content))) == (422, code)


def test_what_means_nothing_any_more_is_ignored_and_said(app: Flask, session: Session, officer: User) -> None:
    old = {
        "status": ["routed", "pondered"], "severity": ["apocalyptic"],
        "department": ["putuo.health", "putuo.gone", "putuo.market"],
        "colour": "red", "outcome": "forgotten", "q": "祥和", "sort": "loudest", "emergency": True,
    }  # fmt: skip
    row = SavedFilter(id=new_id(), owner_id=officer.id, name="旧", filter=old, created_at=officer.created_at, version=1)
    session.add(row)
    session.execute(
        update(Department).where(Department.code == "putuo.market").values(valid_to=text("DATE '2026-01-01'"))
    )
    shown = Person(app, session, officer).get(f"/case-filters/{row.id}")
    assert shown["filter"] == {
        "status": ["routed"], "department": ["putuo.health", "putuo.market"], "q": "祥和", "emergency": True,
    }  # fmt: skip
    assert {(one["field"], one["value"], one["code"]) for one in shown["ignored"]} == {
        ("status", "pondered", "not_a_choice"), ("severity", "apocalyptic", "not_a_choice"),
        ("department", "putuo.gone", "unknown_code"), ("colour", "red", "unknown_field"),
        ("outcome", "forgotten", "unknown_code"), ("sort", "loudest", "not_a_choice"),
    }  # fmt: skip
    assert shown["ended"] == [{"field": "department", "value": "putuo.market"}]


def test_who_may(app: Flask, session: Session) -> None:
    worker = asker(app, session, make_user(session))
    auditor = asker(app, session, make_user(session, Role.AUDITOR))
    assert told(worker.get("/case-filters")) == (403, "forbidden")
    assert told(worker.post("/case-filters", draft())) == (403, "forbidden")
    assert auditor.get("/case-filters").json == {"items": [], "next_cursor": None}
    assert told(auditor.post("/case-filters", draft())) == (403, "forbidden")


def test_pages_go_on_and_cost_the_same(app: Flask, session: Session, officer: User, count_queries: Watch) -> None:
    person = asker(app, session, officer)
    counts = []
    for more in (2, 5):
        for _ in range(more):
            person.post("/case-filters", draft(name=str(new_id())))
        with count_queries() as seen:
            first = person.get("/case-filters?limit=2").json
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 4
    found, cursor = list(first["items"]), first["next_cursor"]
    while cursor:
        page = person.get(f"/case-filters?limit=2&cursor={cursor}").json
        found, cursor = found + page["items"], page["next_cursor"]
    assert len({one["id"] for one in found}) == len(found) == 7
