"""/webhooks: who may, what is refused, the secret that is shown once, messages and dead letters as they are listed."""

import base64
from typing import Any
from uuid import UUID

import orjson
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.api.schemas.webhooks import DeliveryPageSchema, DeliveryWholeSchema, WebhookPageSchema
from backend.domain.ids import new_id
from backend.domain.vocabulary import DeliveryState, Role
from backend.domain.webhooks import event_types
from backend.gateways.secret_box import SecretBox
from backend.persistence.models import Event, Notice, WebhookDelivery, WebhookSubscription
from tests.api.asking import Person
from tests.documents import blocks
from tests.factories import make_officer, make_referral, make_report, make_subscription, make_user, refer

URL = "https://receiver.example.org/hook"


@pytest.fixture
def admin(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.ADMINISTRATOR))


@pytest.fixture
def made(admin: Person) -> dict[str, Any]:
    answer: dict[str, Any] = admin.post("/webhooks", 201, name="一网统管", url=URL)
    return answer


def test_only_administrators_manage_and_few_read(app: Flask, session: Session, made: dict[str, Any]) -> None:
    path = f"/webhooks/{made['webhook']['id']}"
    for role in Role:
        user = make_officer(session) if role == Role.DEPARTMENT_OFFICER else make_user(session, role)
        person = Person(app, session, user)
        reads = role in (Role.ADMINISTRATOR, Role.CITY_OPERATIONS, Role.AUDITOR)
        for part in ("/webhooks", path, f"{path}/deliveries", "/webhooks/types"):
            person.get(part, 200 if reads else 403)
        if role != Role.ADMINISTRATOR:
            person.post("/webhooks", 403, name="x", url=URL)
            for act in ("rotate", "activate", "deactivate", "ping", "deliveries/retry", f"deliveries/{new_id()}/retry"):
                person.post(f"{path}/{act}", 403)


def test_the_secret_is_shown_once_and_kept_encrypted(
    app: Flask, session: Session, admin: Person, made: dict[str, Any]
) -> None:
    webhook_id, secret = made["webhook"]["id"], made["secret"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert secret.startswith("whsec_") and len(key) == 32
    row = session.scalars(select(WebhookSubscription)).one()
    assert key not in row.secret
    assert SecretBox(app.extensions["gridpatrol"].gateways.keys).open(row.secret, webhook_id) == key
    for path in ("/webhooks", f"/webhooks/{webhook_id}", f"/webhooks/{webhook_id}/deliveries"):
        assert secret not in orjson.dumps(admin.get(path)).decode()
    events = session.scalars(select(Event).where(Event.subject_id == webhook_id)).all()
    assert [event.action for event in events] == ["create"] and "whsec" not in str(events[0].data)
    assert admin.get("/history", subject_type="webhook", subject_id=webhook_id)["items"][0]["action"] == "create"


def test_a_rotated_secret_signs_beside_the_old_one(session: Session, admin: Person, made: dict[str, Any]) -> None:
    webhook_id = made["webhook"]["id"]
    before = session.scalars(select(WebhookSubscription.secret)).one()
    answer = admin.post(f"/webhooks/{webhook_id}/rotate")
    assert answer["secret"] != made["secret"] and answer["old_secret_until"].startswith("2026-11-21T02:00:00")
    row = session.scalars(select(WebhookSubscription), execution_options={"populate_existing": True}).one()
    assert row.previous_secret == before != row.secret
    assert admin.get(f"/webhooks/{webhook_id}")["old_secret_until"] == answer["old_secret_until"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"url": "http://receiver.example.org/"}, "webhook_url_refused"),
        ({"url": "https://10.0.0.5/"}, "webhook_url_refused"),
        ({"url": "https://[::1]/"}, "webhook_url_refused"),
        ({"url": "https://a:b@receiver.example.org/"}, "webhook_url_refused"),
        ({"url": "nonsense"}, "webhook_url_refused"),
        ({"url": "https://receiver.example.org:99999/"}, "webhook_url_refused"),
        ({"url": ""}, "invalid_input"),
        ({"url": "https://e.org/" + "a" * 3000}, "invalid_input"),
        ({"name": " "}, "invalid_input"),
        ({"name": "a" * 101}, "invalid_input"),
        ({"department": "nobody"}, "unknown_code"),
        ({"event_types": ["cn.gridpatrol.referral.lost"]}, "unknown_event_type"),
        ({"event_types": "all"}, "invalid_input"),
        ({"algorithm": "md5"}, "invalid_input"),
        ({"secret": "mine"}, "invalid_input"),
    ],
)
def test_what_cannot_be_subscribed(session: Session, admin: Person, change: dict[str, Any], code: str) -> None:
    assert admin.post("/webhooks", 422, **{"name": "x", "url": URL, **change})["code"] == code
    assert session.scalars(select(WebhookSubscription.id)).all() == []


def test_everything_that_may_be_named(session: Session, admin: Person) -> None:
    types = admin.get("/webhooks/types")["types"]
    assert types == list(event_types())
    admin.post("/webhooks", 201, name="卫健委", url=URL, department="putuo.health", event_types=types)
    page = admin.get("/webhooks")
    WebhookPageSchema().load(page)
    [item] = page["items"]
    assert (item["department"], item["event_types"], item["algorithm"]) == ("putuo.health", types, "hmac-sha256")


def test_what_does_not_exist_is_not_found(admin: Person, made: dict[str, Any]) -> None:
    nobody, webhook_id = f"/webhooks/{new_id()}", made["webhook"]["id"]
    admin.get(nobody, 404)
    admin.get(f"{nobody}/deliveries", 404)
    admin.get(f"/webhooks/{webhook_id}/deliveries/{new_id()}", 404)
    for act in ("rotate", "activate", "deactivate", "ping", "deliveries/retry"):
        admin.post(f"{nobody}/{act}", 404)
    admin.post(f"/webhooks/{webhook_id}/deliveries/{new_id()}/retry", 404)
    admin.get(f"/webhooks/{webhook_id}/deliveries", 422, state="lost")


def test_stopped_and_begun_again(session: Session, admin: Person, made: dict[str, Any]) -> None:
    path = f"/webhooks/{made['webhook']['id']}"
    assert not admin.post(f"{path}/deactivate")["active"]
    admin.post(f"{path}/deactivate")
    refer_something(session)
    assert admin.get(f"{path}/deliveries")["items"] == []
    assert admin.post(f"{path}/activate")["active"]
    refer_something(session)
    assert len(admin.get(f"{path}/deliveries")["items"]) == 1
    acts = session.scalars(select(Event.action).where(Event.subject_type == "webhook").order_by(Event.seq))
    assert list(acts) == ["create", "deactivate", "activate"]


def refer_something(session: Session) -> None:
    findings = [{"code": "A-01", "note": "", "severity": "high"}]
    values = {"outcome": "problem", "findings": findings, "attributes": {"has_licence": False}}
    report = make_report(session, make_user(session), **values)
    session.expire(report)
    refer(session, report)


def test_a_fresh_referral_is_a_message_with_its_job(session: Session, admin: Person, made: dict[str, Any]) -> None:
    """The intake's way: nothing is asked of the database for it unless somebody listens."""
    refer_something(session)
    path = f"/webhooks/{made['webhook']['id']}/deliveries"
    page = admin.get(path)
    DeliveryPageSchema().load(page)
    [item] = page["items"]
    assert (item["type"], item["state"], item["attempts"]) == ("cn.gridpatrol.referral.routed", "pending", 0)
    whole = admin.get(f"{path}/{item['id']}")
    DeliveryWholeSchema().load(whole)
    assert whole["event"]["id"] == item["event_id"]
    assert whole["event"]["data"]["department"] == "putuo.health" and whole["event"]["data"]["action"] == "route"
    [example] = [orjson.loads(block) for block in blocks("api_docs/webhooks.md", "json")]
    assert example.keys() == whole["event"].keys() and example["data"].keys() == whole["event"]["data"].keys()
    jobs = session.execute(text("SELECT task_name, args FROM procrastinate_jobs WHERE queue_name = 'webhooks'")).all()
    assert [tuple(job) for job in jobs] == [("webhooks.send", {"subscription_id": made["webhook"]["id"]})]


def test_nobody_listens_and_an_intake_costs_no_statement_more(
    app: Flask, session: Session, count_queries: Any, made: dict[str, Any]
) -> None:
    counts = []
    for is_active in (False, True):
        session.execute(text("UPDATE webhook_subscriptions SET is_active = :is_active"), {"is_active": is_active})
        with count_queries() as seen:
            refer_something(session)
        counts.append([statement for statement in seen if "webhook" in statement])
    quiet, told = counts
    assert len(quiet) == 1 and quiet[0].startswith("WITH") and len(told) > 1
    assert session.scalars(select(Notice.id)).first() is not None


def test_a_ping_is_a_message_like_any_other(session: Session, admin: Person, made: dict[str, Any]) -> None:
    path = f"/webhooks/{made['webhook']['id']}"
    delivery = admin.post(f"{path}/ping", 202)["delivery_id"]
    whole = admin.get(f"{path}/deliveries/{delivery}")
    assert (whole["type"], whole["referral_id"]) == ("cn.gridpatrol.ping", None)
    assert admin.get(path)["pending"] == 1


def test_dead_letters_are_listed_by_themselves_and_all_sent_again(
    app: Flask, session: Session, admin: Person, made: dict[str, Any]
) -> None:
    webhook_id = made["webhook"]["id"]
    path = f"/webhooks/{webhook_id}"
    names = [admin.post(f"{path}/ping", 202)["delivery_id"] for _ in range(3)]
    for name in names[:2]:
        row = session.get_one(WebhookDelivery, UUID(name))
        row.state, row.attempts = DeliveryState.DEAD, 7
    session.flush()
    other = make_subscription(app, session, URL)
    assert [item["id"] for item in admin.get(f"{path}/deliveries", state="dead")["items"]] == [names[1], names[0]]
    assert (admin.get(path)["dead"], admin.get(path)["pending"]) == (2, 1)
    assert admin.post(f"{path}/deliveries/{names[2]}/retry", 409)["code"] == "not_dead_letter"
    admin.post(f"/webhooks/{other}/deliveries/{names[0]}/retry", 404)
    assert admin.post(f"{path}/deliveries/retry") == {"resent": 2}
    assert (admin.get(path)["dead"], admin.get(path)["pending"]) == (0, 3)
    first = admin.get(f"{path}/deliveries", limit=2)
    rest = admin.get(f"{path}/deliveries", limit=2, cursor=first["next_cursor"])
    assert [item["id"] for item in first["items"] + rest["items"]] == names[::-1] and rest["next_cursor"] is None


def test_lists_cost_the_same_however_long(app: Flask, session: Session, admin: Person, made: dict[str, Any],
                                          count_queries: Any) -> None:  # fmt: skip
    path = f"/webhooks/{made['webhook']['id']}"
    for listed in ("/webhooks", f"{path}/deliveries"):
        counts = []
        for more in (1, 8):
            for _ in range(more):
                make_subscription(app, session, URL)
                admin.post(f"{path}/ping", 202)
            with count_queries() as seen:
                admin.get(listed)
            counts.append(len(seen))
        assert counts[0] == counts[1] <= 4


def test_an_act_waits_for_no_receiver(app: Flask, session: Session, made: dict[str, Any]) -> None:
    """The sender of this application is never called by an act: only the job does that."""
    referral = make_referral(session, make_report(session, make_user(session)))
    Person(app, session, make_officer(session)).post(f"/referrals/{referral.id}/actions/accept")
    assert app.extensions["gridpatrol"].gateways.webhooks.sent == []
    assert session.scalars(select(WebhookDelivery.type)).all() == ["cn.gridpatrol.referral.accepted"]


def test_what_is_changed_is_told_and_the_rest_stays(session: Session, admin: Person, made: dict[str, Any]) -> None:
    path = f"/webhooks/{made['webhook']['id']}"
    before = session.scalars(select(WebhookSubscription.secret)).one()
    changed = admin.post(path, name="新名", event_types=[event_types()[0]])
    assert changed == {**made["webhook"], "name": "新名", "event_types": [event_types()[0]]}
    assert admin.post(path, event_types=[])["event_types"] == []
    assert admin.post(path) == admin.get(path)  # nothing is no change, and no event
    session.expire_all()
    assert session.scalars(select(WebhookSubscription.secret)).one() == before
    events = admin.get("/history", subject_type="webhook", subject_id=made["webhook"]["id"])["items"]
    assert [event["action"] for event in events] == ["change", "change", "create"]
    assert events[1]["data"]["before"] == {"name": "一网统管", "event_types": []}
    for change, status in (({"url": "http://plain.example.org"}, 422), ({"event_types": ["cn.nothing"]}, 422)):
        admin.post(path, status, **change)
    admin.post(f"/webhooks/{new_id()}", 404, name="x")
