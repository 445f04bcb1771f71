"""The client against the real application over real sockets: exactly once, agreement, other lives of the server, forgery."""

import gzip
import json
import secrets
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug import Response

from backend.persistence.models import Device, Report, SyncConflict, SyncItem, Task
from backend.services.scope import publish_tasks
from gridpatrol_client import Phone
from gridpatrol_client.drafts import (
    amend_report,
    decline_task,
    emergency_call,
    propose_site,
    task_step,
    withdraw_report,
)
from gridpatrol_client.errors import TryLaterError, UnreachableError
from tests import photos
from tests.clients.conftest import DEVICE, a_report
from tests.clients.network import Network, nothing
from tests.conftest import NOW
from tests.scenarios.conftest import Field


def test_the_first_sync_brings_everything_and_agrees(field: Field, phone: Phone, network: Network) -> None:
    outcome = phone.sync()
    assert outcome.agreed is True and outcome.everything_uploaded
    assert set(phone.objects.of("grid")) == {grid.code for grid in field.grids[:2]}
    assert list(phone.objects.of("task")) == [str(field.task.id)]
    assert abs(phone.store.get("clock_offset_ms")) > 1000  # the server of tests stands at NOW
    calls = len(network.calls("/sync"))
    assert phone.sync().changes == 0
    assert len(network.calls("/sync")) == calls + 1, "a sync without news is one call"


def test_every_kind_of_item_is_understood(field: Field, phone: Phone) -> None:
    phone.sync()
    task_id = str(field.task.id)
    report = a_report(phone, task_id=task_id)
    call = emergency_call("120", NOW, report_id=report.report_id)
    drafts = [
        *(task_step(task_id, "accept"), task_step(task_id, "start"), report, call),
        *(amend_report(str(report.report_id), "补充"), withdraw_report(str(report.report_id), "误报")),
        *(propose_site("小区售水机", "water_vending", note="新装"), decline_task(task_id, "on_leave")),
    ]
    for draft in drafts:
        phone.record(draft, NOW)
    outcome = phone.sync()
    # a task under way cannot be declined any more: understood, and refused by its state
    assert [answer.result for answer in outcome.answers] == ["accepted"] * 7 + ["conflict"]
    assert outcome.answers[-1].code == "illegal_transition"
    assert outcome.everything_uploaded and phone.everything_uploaded()
    assert phone.objects.get("report", str(report.report_id))["status"] == "withdrawn"
    for item in phone.outbox.having("delivered"):
        assert phone.proof(item.id).content_sha256 == item.content_sha256


def test_a_lost_reply_costs_nothing_and_doubles_nothing(field: Field, phone: Phone, network: Network) -> None:
    phone.sync()
    item = phone.record(a_report(phone), NOW)
    network.loses = lambda _method, path: path.endswith("/sync")
    with pytest.raises(UnreachableError):
        phone.sync()
    assert field.count(Report) == 1 and not phone.everything_uploaded()
    assert phone.outbox.get(item.id).state == "unsent"
    network.loses = nothing
    told: list[Any] = []
    network.rewrites = lambda reply: told.extend(reply["receipts"])
    assert phone.sync().everything_uploaded
    assert [receipt["replayed"] for receipt in told] == [True]
    assert field.count(Report) == field.count(SyncItem) == 1 and field.count(SyncConflict) == 0


def test_much_goes_in_order_in_several_calls(field: Field, phone: Phone, network: Network) -> None:
    phone.sync()
    made = [phone.record(emergency_call("120", NOW, note="长" * 9900)).id for _ in range(150)]
    before = len(network.calls("/sync"))
    assert phone.sync().everything_uploaded
    assert len(network.calls("/sync")) - before == 3, "two calls with items, one that tells there are none left"
    sizes = [len(gzip.decompress(call.sent)) for call in network.calls("/sync")]
    assert 4_000_000 < max(sizes) <= 4 * 2**20
    session = field.session
    session.rollback()
    assert session.scalars(select(SyncItem.id).order_by(SyncItem.received_at, SyncItem.id)).all() == sorted(made)


def test_what_the_server_cannot_store_is_set_aside_and_holds_up_nothing(field: Field, phone: Phone) -> None:
    phone.sync()
    bad, good = phone.record(a_report(phone), NOW), phone.record(a_report(phone), NOW)
    # an item of an older, faulty program: its id is longer than any the server keeps
    long_id = "7" * 201
    body = json.dumps({**json.loads(bad.body), "id": long_id}).encode()
    phone.store.run("UPDATE items SET id = ?, body = ? WHERE id = ?", long_id, body, bad.id)
    outcome = phone.sync()
    assert [(a.id, a.result) for a in outcome.answers] == [(long_id, "rejected"), (good.id, "accepted")]
    assert not outcome.everything_uploaded and outcome.waiting.items == 1
    stuck = phone.outbox.get(long_id)
    assert (stuck.state, stuck.code, stuck.body) == ("stuck", "bad_item_id", body)
    assert phone.sync().answers == [], "it is not sent again"


def test_an_item_too_large_for_any_call_is_set_aside(field: Field, phone: Phone) -> None:
    phone.sync()
    answers = {f"X-{number}": "长" * 9999 for number in range(150)}
    huge, small = phone.record(a_report(phone, answers=answers), NOW), phone.record(a_report(phone), NOW)
    phone.sync()
    assert phone.outbox.get(huge.id).code == "payload_too_large"
    assert phone.outbox.get(small.id).state == "delivered"


def test_another_state_than_the_servers_starts_over_and_keeps_the_outbox(field: Field, phone: Phone) -> None:
    phone.sync()
    held = phone.objects.state()
    phone.objects.revoke("task", str(field.task.id))
    phone.objects.put("task", "a ghost", 1, {})
    phone.record(a_report(phone), NOW)
    outcome = phone.sync(verify=True)
    assert outcome.started_over and outcome.agreed is True and outcome.everything_uploaded
    assert phone.objects.get("task", str(field.task.id)) and phone.objects.get("task", "a ghost") is None
    assert phone.objects.state()[0] == held[0] + 1  # the report


def test_a_task_that_leaves_is_taken_from_the_phone(field: Field, phone: Phone) -> None:
    phone.sync()
    task = field.session.get(Task, field.task.id)
    assert task is not None
    task.assignee_id = field.other.id
    publish_tasks(field.session, [task.id], NOW)
    field.session.commit()
    phone.sync(verify=True)
    assert phone.objects.of("task") == {}


def test_a_forged_receipt_is_no_delivery(field: Field, phone: Phone, network: Network) -> None:
    phone.sync()
    phone.record(a_report(phone), NOW)
    phone.sync()
    [known] = phone.outbox.having("delivered")
    item = phone.record(a_report(phone), NOW)

    def swap(reply: dict[str, Any]) -> None:
        for receipt in reply["receipts"]:
            receipt["receipt"] = known.receipt  # honestly signed, for another item

    network.rewrites = swap
    outcome = phone.sync()
    assert outcome.refused_receipts == [item.id] and not outcome.everything_uploaded
    kept = phone.outbox.get(item.id)
    assert (kept.state, kept.code, kept.receipt) == ("unsent", "receipt_mismatch", None)
    network.rewrites = lambda reply: [receipt.update(result="conflict") for receipt in reply["receipts"]]
    assert phone.sync().refused_receipts == [item.id], "the result, too, is what was signed"
    network.rewrites = None
    assert phone.sync().everything_uploaded and phone.outbox.get(item.id).code is None
    assert field.count(Report) == 2


def test_keys_once_seen_are_never_replaced(phone: Phone) -> None:
    phone.sync()
    phone.record(a_report(phone), NOW)
    phone.sync()
    [kid] = phone.store.get("jwks")
    phone.store.put(jwks={kid: "A" * 43})  # what a forger would have had the phone learn
    item = phone.record(a_report(phone), NOW)
    assert phone.sync().refused_receipts == [item.id]
    assert phone.store.get("jwks") == {kid: "A" * 43}


def test_the_server_knows_what_is_left_on_the_phone(field: Field, phone: Phone, network: Network) -> None:
    phone.sync()
    item = phone.record(a_report(phone, photos.jpeg(1)), NOW)
    before = len(network.calls("/sync"))
    phone.sync()
    told = [json.loads(gzip.decompress(call.sent))["outbox"] for call in network.calls("/sync")[before:]]
    here = {"items": 1, "photos": 1, "oldest_at": item.recorded_at}
    assert told == [here, {"items": 0, "photos": 0, "oldest_at": None}]
    known = select(Device.outbox_items, Device.outbox_photos, Device.outbox_oldest_at)
    field.session.rollback()
    assert field.session.execute(known.where(Device.name == DEVICE.name)).one() == (0, 0, None)


def test_pages_are_followed_to_the_end_by_a_phone_that_was_cut_off(phone: Phone, network: Network) -> None:
    phone.syncer.page_size = 5
    network.loses = lambda _method, path: path.endswith("/sync") and len(network.calls("/sync")) > 2
    with pytest.raises(UnreachableError):
        phone.sync()
    assert phone.objects.state()[0] == 10
    network.loses = nothing
    outcome = phone.sync()
    held = phone.objects.state()[0]
    assert outcome.agreed and held > 15
    assert outcome.changes == held - 10, "it went on, it did not start over"


def test_a_state_that_never_fits_is_told_and_not_asked_for_for_ever(phone: Phone, network: Network) -> None:
    network.rewrites = lambda reply: reply["state"] and reply["state"].update(hash="0" * 64)
    outcome = phone.sync()
    assert outcome.started_over and outcome.agreed is False
    assert len(network.calls("/sync")) == 2 and phone.objects.state()[0] > 10, "what it holds stays of use"
    network.rewrites = None
    assert phone.sync().agreed is True, "not agreed, so the next sync asks again"


def test_where_large_calls_do_not_pass_small_ones_do(field: Field, phone: Phone, network: Network) -> None:
    phone.sync()
    drafts = [emergency_call("120", NOW, note=secrets.token_hex(2000)) for _ in range(9)]
    drafts[4] = emergency_call("120", NOW, note=secrets.token_hex(4900))
    items = [phone.record(draft, NOW) for draft in drafts]
    network.answers = lambda _method, path, body: (
        Response("too large", 413) if path.endswith("/sync") and len(body) > 5000 else None
    )
    outcome = phone.sync()
    assert [answer.id for answer in outcome.answers] == [item.id for item in items if item is not items[4]]
    assert phone.outbox.get(items[4].id).state == "stuck" and field.count(SyncItem) == 8


def test_a_server_that_fails_over_the_data_still_gets_the_photos(field: Field, phone: Phone, network: Network) -> None:
    phone.sync()
    phone.record(a_report(phone, photos.jpeg(2)), NOW)
    network.answers = lambda _method, path, _body: Response("", 500) if path.endswith("/sync") else None
    with pytest.raises(TryLaterError):
        phone.sync()
    assert (phone.waiting().items, phone.waiting().photos) == (1, 0)
    network.answers = None
    assert phone.sync().everything_uploaded and field.count(Report) == 1


def test_what_is_rejected_for_now_is_offered_again(phone: Phone, network: Network) -> None:
    phone.sync()
    item = phone.record(a_report(phone), NOW)
    network.rewrites = lambda reply: [
        receipt.update(result="rejected", retry=True, code="busy", receipt=None) for receipt in reply["receipts"]
    ]
    outcome = phone.sync()
    assert [answer.result for answer in outcome.answers] == ["rejected"]
    assert (phone.outbox.get(item.id).state, phone.outbox.get(item.id).code) == ("unsent", "busy")
    network.rewrites = None
    assert phone.sync().everything_uploaded
