"""The sync contract as a phone meets it: exactly once, isolation, agreement, flags, receipts."""

import base64
import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from backend.persistence.models import Device, Report, SyncConflict, SyncItem
from tests.conftest import NOW
from tests.phone import item, report_payload
from tests.scenarios.conftest import Field


def test_first_sync_brings_what_the_worker_must_hold_and_nothing_else(field: Field) -> None:
    field.phone.sync()
    phone = field.phone
    assert phone.replies[0]["snapshot"] is True
    assert set(phone.of("grid")) == {g.code for g in field.grids[:2]}
    assert {g["role"] for g in phone.of("grid").values()} == {"lead"}
    assert list(phone.of("task")) == [str(field.task.id)]
    assert set(phone.of("form")) == {"A", "B", "C"}
    assert "departments" in phone.of("vocabulary")
    phone.verify()
    assert "snapshot" not in phone.replies[-1]


def test_a_sync_without_news_has_no_state_and_no_changes(field: Field) -> None:
    field.phone.sync()
    field.phone.sync()
    reply = field.phone.replies[-1]
    assert reply["changes"] == [] and reply["state"] is None and reply["more"] is False


def test_pages_are_followed_to_the_end_and_agree(field: Field) -> None:
    field.phone.sync(limit=2)
    assert len(field.phone.replies) > 3
    assert [r.get("snapshot", False) for r in field.phone.replies] == [True] + [False] * (len(field.phone.replies) - 1)
    field.phone.verify()


def test_a_report_has_one_effect_however_often_it_arrives(field: Field) -> None:
    report = item("report.submit", report_payload(task_id=str(field.task.id)))
    first = field.phone.sync([report])[0]
    again = field.phone.sync([report, report])
    assert first["result"] == "accepted" and first["replayed"] is False
    for repeated in again:
        assert repeated == {**first, "replayed": True}
    assert field.count(Report) == 1
    assert len(field.phone.of("report")) == 1


def test_the_same_item_twice_in_one_call(field: Field) -> None:
    report = item("report.submit", report_payload())
    first, second = field.phone.sync([report, report])
    assert (first["replayed"], second["replayed"]) == (False, True)
    assert first["receipt"] == second["receipt"]


def test_same_id_with_other_content_is_a_conflict_and_both_are_kept(field: Field) -> None:
    report = item("report.submit", report_payload())
    field.phone.sync([report])
    changed = {**report, "payload": {**report["payload"], "description": "anders"}}
    answer = field.phone.sync([changed])[0]
    assert answer["result"] == "conflict"
    in_one_call = item("report.submit", report_payload())
    both = field.phone.sync([in_one_call, {**in_one_call, "recorded_at": "2026-11-20T09:31:00+08:00"}])
    assert [a["result"] for a in both] == ["accepted", "conflict"]
    assert field.count(SyncConflict) == 2
    assert field.count(Report) == 2


def test_a_conflict_that_arrives_again_gets_its_first_answer(field: Field) -> None:
    report = item("report.submit", report_payload())
    changed = {**report, "recorded_at": "2026-11-20T09:31:00+08:00"}
    _, first, same_call = field.phone.sync([report, changed, changed])
    assert (first["result"], first["replayed"]) == ("conflict", False)
    later = field.phone.sync([changed])[0]
    assert same_call == later == {**first, "replayed": True}
    assert field.count(SyncConflict) == 1


@pytest.fixture
def refusing(field: Field) -> Iterator[str]:
    """A database that refuses, for a reason no rule of ours knows, any report with the returned description."""
    field.session.execute(
        text("""
        CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE check_violation USING MESSAGE = 'refused'; END $$;
        CREATE TRIGGER refuse_it BEFORE INSERT ON reports FOR EACH ROW WHEN (NEW.description = 'refuse me')
        EXECUTE FUNCTION refuse_it();
    """)
    )
    field.session.commit()
    yield "refuse me"
    field.session.rollback()
    field.session.execute(text("DROP TRIGGER refuse_it ON reports; DROP FUNCTION refuse_it"))
    field.session.commit()


def test_what_the_database_refuses_is_quarantined_and_the_rest_goes_on(field: Field, refusing: str) -> None:
    task = {"task_id": str(field.task.id)}
    items = [
        item("task.accept", task),
        item("report.submit", report_payload(**task)),
        item("report.submit", report_payload(description=refusing)),
        item("task.start", task),
        item("report.submit", report_payload()),
    ]
    answers = field.phone.sync(items)
    assert [(a["result"], a["code"]) for a in answers] == [
        ("accepted", None),
        ("accepted", None),
        ("quarantined", "database_refused"),
        ("accepted", None),
        ("accepted", None),
    ]
    assert field.count(Report) == 2
    assert field.phone.of("task")[str(field.task.id)]["status"] == "in_progress"
    assert field.phone.sync(items) == [{**answer, "replayed": True} for answer in answers]
    kept = field.session.get(SyncItem, items[2]["id"])
    assert kept is not None and json.loads(kept.raw) == items[2]
    field.phone.verify()


def test_one_bad_item_spoils_only_itself_and_is_kept_whole(field: Field) -> None:
    good = [item("report.submit", report_payload()) for _ in range(3)]
    bad = [
        item("report.submit", report_payload(category="witchcraft")),
        item("report.vanish", {}),
        item("report.submit", report_payload(description="bad \x00 text")),
        item("task.start", {"task_id": str(uuid4())}),
        item("report.amend", {"report_id": str(uuid4()), "note": "?", "photos": []}),
        item("report.submit", report_payload(captured_at="2026-02-30T10:00:00+08:00")),
        item("report.submit", "no object"),
    ]
    answers = field.phone.sync([good[0], *bad, good[1], "not an item", {"id": 7}, good[2]])
    assert [a["result"] for a in answers] == (
        ["accepted"] + ["quarantined"] * len(bad) + ["accepted", "rejected", "rejected", "accepted"]
    )
    assert all(a["code"] for a in answers if a["result"] != "accepted")
    kept = field.session.get(SyncItem, bad[0]["id"])
    assert kept is not None and json.loads(kept.raw) == bad[0]
    assert field.count(Report) == 3


@pytest.mark.parametrize("text", ["\\ud800", "x\\udfff"])
def test_lone_surrogates_and_nan_spoil_only_their_item(field: Field, text: str) -> None:
    good, bad = item("report.submit", report_payload()), item("report.submit", report_payload(description="@@"))
    nan = item("report.submit", report_payload())
    body = json.dumps(
        {"protocol": 1, "epoch": None, "cursor": None, "device_time": NOW.isoformat(), "items": [bad, nan, good]}
    )
    body = body.replace("@@", text).replace('"lon": 121.402', '"lon": NaN', 2).replace("NaN", "121.402", 1)
    response = field.client.post(
        "/api/v1/sync",
        data=body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {field.phone.token}"},
    )
    assert [r["result"] for r in response.get_json()["receipts"]] == ["quarantined", "quarantined", "accepted"]


def test_a_call_of_nothing_storable_still_tells_what_waits_on_the_phone(field: Field) -> None:
    outbox = {"items": 1, "photos": 2, "oldest_at": "2026-11-20T09:00:00+08:00"}
    assert field.phone.post([{"id": None}], outbox=outbox).get_json()["receipts"][0]["result"] == "rejected"
    field.session.rollback()
    device = field.session.scalars(select(Device).where(Device.user_id == field.worker.id)).one()
    assert (device.outbox_items, device.outbox_photos, device.last_contact_at) == (1, 2, NOW)


def test_gzip_is_accepted_and_a_bomb_is_not(field: Field) -> None:
    body = json.dumps({"protocol": 1, "device_time": NOW.isoformat(), "items": []}).encode()
    headers = {
        "Authorization": f"Bearer {field.phone.token}",
        "Content-Encoding": "gzip",
        "Content-Type": "application/json",
    }
    assert field.client.post("/api/v1/sync", data=gzip.compress(body), headers=headers).status_code == 200
    bomb = gzip.compress(b" " * 50_000_000)
    answer = field.client.post("/api/v1/sync", data=bomb, headers=headers)
    assert answer.status_code == 413 and answer.get_json()["code"] == "payload_too_large"
    cut = field.client.post("/api/v1/sync", data=gzip.compress(body)[:-9], headers=headers)
    assert cut.status_code == 400


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"protocol": 2}, 409, "unsupported_protocol"),
        ({"protocol": "1"}, 400, "bad_envelope"),
        ({"device_time": "yesterday"}, 400, "bad_envelope"),
        ({"items": {}}, 400, "bad_envelope"),
        ({"items": [1] * 501}, 413, "too_many_items"),
        ({"outbox": {"items": -1}}, 400, "bad_envelope"),
    ],
)
def test_a_wrong_envelope_stores_nothing(field: Field, change: dict[str, object], status: int, code: str) -> None:
    response = field.phone.post(**{"items": [item("report.submit", report_payload())], **change})  # type: ignore[arg-type]  # wrong on purpose
    assert response.status_code == status and response.get_json()["code"] == code
    assert response.mimetype == "application/problem+json"
    assert field.count(SyncItem) == 0


def test_placing_and_flags(field: Field) -> None:
    inside, border, outside, nowhere, mocked = (
        report_payload(),
        report_payload(),
        report_payload(),
        report_payload(position=None),
        report_payload(),
    )
    border["position"].update(lon=121.404, accuracy_m=30.0)
    outside["position"].update(lon=121.41, lat=31.25)
    mocked["position"].update(mocked=True)
    answers = field.phone.sync([item("report.submit", p) for p in (inside, border, outside, nowhere, mocked)])
    flags = [set(a["flags"]) for a in answers]
    assert not flags[0] & {"borderline", "outside_grid", "no_grid", "mock_location"}
    assert "borderline" in flags[1]
    assert "outside_grid" in flags[2]
    assert "no_position" in flags[3]
    assert "mock_location" in flags[4]
    assert field.session.get(Report, inside["report_id"]).grid_code == field.grids[0].code  # type: ignore[union-attr]  # it is there


def test_amend_withdraw_and_call(field: Field) -> None:
    draft = report_payload()
    answers = field.phone.sync(
        [
            item("report.submit", draft),
            item("report.amend", {"report_id": draft["report_id"], "note": "补充", "photos": []}),
            item(
                "emergency.call",
                {"report_id": None, "number": "120", "called_at": "2026-11-20T09:29:30+08:00", "note": ""},
            ),
            item("report.withdraw", {"report_id": draft["report_id"], "reason": "误报"}),
        ]
    )
    assert [a["result"] for a in answers] == ["accepted"] * 4
    assert field.phone.of("report")[draft["report_id"]]["status"] == "withdrawn"


def test_somebody_elses_report_cannot_be_amended(field: Field) -> None:
    draft = report_payload()
    field.phone.sync([item("report.submit", draft)])
    other = field.new_phone(field.other)
    answer = other.sync([item("report.withdraw", {"report_id": draft["report_id"], "reason": "x"})])[0]
    assert answer["result"] == "quarantined"
    answer = other.sync([item("report.submit", {**draft, "description": "mine"})])[0]
    assert answer["result"] == "conflict" and answer["code"] == "report_exists"


def test_a_receipt_is_proof(field: Field) -> None:
    report = item("report.submit", report_payload())
    answer = field.phone.sync([report])[0]
    head, body, _signature = answer["receipt"].split(".")
    decoded = json.loads(base64.urlsafe_b64decode(body + "=="))
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["alg"] == "EdDSA"
    assert decoded["id"] == report["id"] and decoded["user"] == str(field.worker.id)


def test_a_cursor_of_another_user_or_of_nobody_gets_a_snapshot(field: Field) -> None:
    field.phone.sync()
    other = field.new_phone(field.other)
    for cursor in (field.phone.cursor, "garbage", "", "AAAA", base64.urlsafe_b64encode(b"[1,2,3]").decode()):
        other.cursor = cursor
        other.sync()
        assert other.replies[-1].get("snapshot") is True
        other.verify()


def test_the_epoch_of_another_life_asks_for_everything_again(field: Field) -> None:
    field.phone.sync()
    field.phone.epoch = str(uuid4())
    field.phone.sync()
    assert field.phone.replies[-1].get("snapshot") is True


def test_clock_offset_is_kept_beside_capture_time(field: Field) -> None:
    field.phone.now = NOW + timedelta(hours=2)
    draft = report_payload()
    answer = field.phone.sync([item("report.submit", draft)])[0]
    assert "clock_suspect" in answer["flags"]
    report = field.session.get(Report, draft["report_id"])
    assert report is not None and report.clock_offset_ms == 7_200_000
    assert report.captured_at.isoformat() == "2026-11-20T01:29:00+00:00"
