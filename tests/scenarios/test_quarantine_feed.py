"""A phone hears what became of its quarantined items: told when they come, when they are settled, and taken back in the end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from backend.domain.quarantine import TOLD_FOR
from backend.domain.vocabulary import Role
from backend.gateways.clock import FixedClock
from backend.persistence.database import db
from backend.persistence.models import QuarantineEntry, Report, SyncItem
from backend.persistence.unit_of_work import unit_of_work
from backend.services.scope import refresh_all
from tests.conftest import NOW, watched_statements
from tests.factories import make_user, token_for
from tests.phone import item, report_payload
from tests.scenarios.conftest import Field


def headers_of(field: Field, role: Role) -> dict[str, str]:
    """Of somebody new of that role."""
    token = token_for(field.app, field.session, make_user(field.session, role))
    field.session.commit()
    return {"Authorization": f"Bearer {token}"}


def desk_of(field: Field) -> Any:
    """Calls of a coordinator: ``(path, body)`` posts, ``(path)`` reads."""
    headers = headers_of(field, Role.STREET_COORDINATOR)

    def call(path: str = "", body: Any = None) -> Any:
        address = f"/api/v1/quarantine{path}"
        if body is None:
            return field.client.get(address, headers=headers).get_json()
        return field.client.post(address, json=body, headers=headers).get_json()

    return call


def test_the_phone_is_told_when_its_item_is_repaired(field: Field, live_clock: FixedClock) -> None:
    bad, other = item("report.submit", report_payload(outcome="Problem")), item("report.vanish", {})
    first = field.phone.sync([bad, other])
    held = {data["item_id"]: data for data in field.phone.of("item").values()}
    assert set(held) == {bad["id"], other["id"]}
    assert held[bad["id"]] == {
        "item_id": bad["id"], "kind": "report.submit", "state": "quarantined", "code": "unknown_value", "note": None,
        "settled_at": None,
    }  # fmt: skip
    field.phone.verify()
    desk = desk_of(field)
    entries = {entry["item_id"]: entry["id"] for entry in desk()["items"]}
    desk(
        f"/{entries[bad['id']]}/actions/repair", {"payload": {**bad["payload"], "outcome": "problem"}, "note": "已更正"}
    )
    desk(f"/{entries[other['id']]}/actions/dismiss", {"reason": "请升级应用"})
    again = field.phone.sync([bad, other])
    assert [{**a, "replayed": False} for a in again] == first, "the very first result, and its receipt"
    held = {data["item_id"]: (data["state"], data["note"]) for data in field.phone.of("item").values()}
    assert held == {bad["id"]: ("repaired", "已更正"), other["id"]: ("dismissed", "请升级应用")}
    assert field.phone.of("report")[bad["payload"]["report_id"]]["flags"]
    field.phone.verify()
    fresh = field.new_phone(field.worker)
    fresh.sync()
    assert len(fresh.of("item")) == 2, "a new phone of his learns it too"
    for days, left in ((0, 2), (TOLD_FOR.days + 1, 0)):
        with field.app.app_context(), unit_of_work() as session:
            refresh_all(session, NOW + timedelta(days=days))
        field.phone.sync()
        assert len(field.phone.of("item")) == left
    field.phone.verify()


def test_a_report_of_a_taken_id_reaches_its_authors_phone_once_it_is_entered(field: Field) -> None:
    first = item("report.submit", report_payload())
    second = item("report.submit", {**first["payload"], "description": "另一家"})
    field.phone.sync([first])
    other = field.new_phone(field.other)
    assert other.sync([second])[0]["code"] == "report_exists"
    assert other.of("report") == other.of("item") == {}, "the receipt has said it all"
    desk = desk_of(field)
    [entry] = desk()["items"]
    payload = desk(f"/{entry['id']}")["suggestion"]["payload"]
    desk(f"/{entry['id']}/actions/repair", {"payload": payload})
    other.sync()
    assert "repaired" in other.of("report")[entry["id"]]["flags"] and other.of("item") == {}
    field.phone.sync()
    assert list(field.phone.of("report")) == [first["payload"]["report_id"]]
    for phone in (field.phone, other):
        phone.verify()


def test_an_open_item_is_told_for_as_long_as_it_is_open(field: Field) -> None:
    field.phone.sync([item("report.vanish", {})])
    with field.app.app_context(), unit_of_work() as session:
        refresh_all(session, NOW + 9 * TOLD_FOR)
    field.phone.sync()
    assert len(field.phone.of("item")) == 1


def test_the_desk_costs_a_sync_no_statement(field: Field) -> None:
    field.phone.sync()
    counts = []
    for kinds in (["report.vanish"], ["report.vanish"] * 40):
        with field.app.app_context(), watched_statements(db.engine) as seen:
            field.phone.post([item(kind, {}) for kind in kinds])
        counts.append(len(seen))
    assert 0 < counts[0] == counts[1]
    assert field.count(QuarantineEntry) == field.count(SyncItem) == 41


def test_two_coordinators_repair_one_item_at_once(field: Field) -> None:
    bad = item("report.submit", report_payload(outcome="Problem"))
    field.phone.sync([bad])
    desk = desk_of(field)
    [entry] = desk()["items"]
    body = {"payload": {**bad["payload"], "outcome": "problem"}}
    headers = headers_of(field, Role.BUREAU_TRIAGER)

    def repair(_number: int) -> str:
        with field.app.test_client() as client:
            path = f"/api/v1/quarantine/{entry['id']}/actions/repair"
            return str(client.post(path, json=body, headers=headers).get_json()["state"])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(repair, range(8))) == ["repaired"] * 8
    assert field.count(Report) == 1
    field.session.rollback()
    assert field.session.scalar(select(func.count()).where(QuarantineEntry.state == "repaired")) == 1
