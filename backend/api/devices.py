"""/devices: phones, and what is still on them and since when. Not here: people (users.py), one's own session (session.py)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_smorest import Blueprint
from sqlalchemy import Row

from backend.api.endpoint import Call, endpoint
from backend.api.schemas.devices import (
    DeviceFilterSchema,
    DevicePageSchema,
    DeviceQuerySchema,
    DeviceSchema,
    TaskPhonesPageSchema,
    TaskPhonesQuerySchema,
    WorkerPhonesPageSchema,
)
from backend.domain.calendar import local_day
from backend.domain.tasks import is_overdue
from backend.persistence.queries import devices as queries
from backend.persistence.queries.devices import DeviceFilter
from backend.services import accounts

blueprint = Blueprint("devices", __name__, url_prefix="/api/v1", description="Phones, and what is still on them")

AnyRow = Row[*tuple[Any, ...]]
USER_EXAMPLE = {"id": "0197a5a0-0000-7000-8000-00000000000a", "username": "worker01", "name": "王小明"}
UNSENT_EXAMPLE = {"items": 0, "photos": 2, "oldest_at": "2026-11-20T07:58:00+00:00"}
DEVICE_EXAMPLE = {
    "id": "0197a5a0-0000-7000-8000-00000000000d",
    "device_uid": "0197a5a0-0000-7000-8000-0000000000d1",
    "user": USER_EXAMPLE,
    "name": "Redmi 12",
    "platform": "android",
    "app_version": "1.0.0",
    "created_at": "2026-11-20T02:00:00+00:00",
    "last_contact_at": "2026-11-20T08:30:00+00:00",
    "clock_offset_ms": -1200,
    "outbox": UNSENT_EXAMPLE,
    "revoked_at": None,
}
PHONES_EXAMPLE = {
    "devices": 2,
    "revoked": 1,
    "outbox": UNSENT_EXAMPLE,
    "last_contact_at": "2026-11-20T08:30:00+00:00",
    "app_versions": ["1.0.0", "0.9.4"],
    "clock_offset_ms": 1200,
}
TASK_EXAMPLE = {
    "id": "0198c0de-0000-7000-8000-0000000000b1",
    "code": "T20261120-0000A",
    "title": "日常巡查",
    "category": "illegal_practice",
    "status": "in_progress",
    "grid_code": "310107005001001",
    "street_code": "310107005",
    "due_at": "2026-11-22T02:00:00+00:00",
    "overdue": False,
    "assignee": USER_EXAMPLE,
    "phones": PHONES_EXAMPLE,
    "photos_missing": 2,
}


@endpoint(
    blueprint,
    "/devices",
    permission="device.read",
    summary="Phones of users one may see: last contact, what is unsent, clock",
    query=DeviceQuerySchema,
    answer=DevicePageSchema,
    problems=("bad_cursor",),
    example={"items": [DEVICE_EXAMPLE], "next_cursor": None},
)
def list_devices(call: Call) -> dict[str, Any]:
    """Newest first, or what waits longest first."""
    found = queries.list_devices(
        call.session, call.actor, filter_of(call.query, call.now), sort=call.query["sort"], **_page(call)
    )
    return {"items": [_device(row) for row in found.items], "next_cursor": found.next_cursor}


@endpoint(
    blueprint,
    "/devices/summary",
    permission="device.read",
    summary="Per worker: what is still on his phones together, since when, and when they were last heard of",
    query=DeviceFilterSchema,
    answer=WorkerPhonesPageSchema,
    problems=("bad_cursor",),
    example={"items": [{"user": USER_EXAMPLE, **PHONES_EXAMPLE}], "next_cursor": None},
)
def summarise_workers(call: Call) -> dict[str, Any]:
    """Filters choose phones: with ``unsent`` only those with something on them are counted."""
    found = queries.list_workers(call.session, call.actor, filter_of(call.query, call.now), **_page(call))
    items = [
        {"user": {"id": row.id, "username": row.username, "name": row.name}, **_phones(row)} for row in found.items
    ]
    return {"items": items, "next_cursor": found.next_cursor}


@endpoint(
    blueprint,
    "/devices/summary/tasks",
    permission="device.read",
    summary="Per open task: what is still on its assignee's phones, and the photos that are missing",
    query=TaskPhonesQuerySchema,
    answer=TaskPhonesPageSchema,
    problems=("bad_cursor",),
    example={"items": [TASK_EXAMPLE], "next_cursor": None},
)
def summarise_tasks(call: Call) -> dict[str, Any]:
    """Before a task is called late or closed: is there perhaps something on the way?"""
    query = call.query
    found = queries.list_open_tasks(
        call.session, call.actor, query["street"], query["limit"], query["cursor"], call.now
    )
    phones = queries.phones_of(call.session, sorted({row.Task.assignee_id for row in found.items}))
    missing = queries.missing_photos_of(call.session, [row.Task.id for row in found.items])
    items = [_task(call, row, phones, missing) for row in found.items]
    return {"items": items, "next_cursor": found.next_cursor}


@endpoint(
    blueprint,
    "/devices/<uuid:device_id>/actions/revoke",
    method="POST",
    permission="device.revoke",
    summary="Shut out a lost phone at once",
    answer=DeviceSchema,
    problems=("not_found",),
    example={**DEVICE_EXAMPLE, "revoked_at": "2026-11-20T09:00:00+00:00"},
)
def revoke_device(call: Call, device_id: UUID) -> dict[str, Any]:
    accounts.revoke_device(call.session, call.actor, device_id, now=call.now)
    return _device(queries.get_device(call.session, call.actor, device_id, day=local_day(call.now)))


@endpoint(
    blueprint,
    "/devices/<uuid:device_id>/actions/restore",
    method="POST",
    permission="device.revoke",
    summary="Let a phone that was found again be used; its user signs in anew",
    answer=DeviceSchema,
    problems=("not_found",),
    example=DEVICE_EXAMPLE,
)
def restore_device(call: Call, device_id: UUID) -> dict[str, Any]:
    accounts.restore_device(call.session, call.actor, device_id, now=call.now)
    return _device(queries.get_device(call.session, call.actor, device_id, day=local_day(call.now)))


def filter_of(query: dict[str, Any], now: datetime) -> DeviceFilter:
    """The filter that a query of DeviceFilterSchema means."""
    hours = query["silent_hours"]
    silent_before = None if hours is None else now - timedelta(hours=hours)
    return DeviceFilter(query["user_id"], query["unsent"], query["revoked"], query["street"], silent_before)


def _page(call: Call) -> dict[str, Any]:
    return {"day": local_day(call.now), "limit": call.query["limit"], "cursor": call.query["cursor"]}


def _device(row: AnyRow) -> dict[str, Any]:
    user = {"id": row.user_id, "username": row.username, "name": row.name_of_user}
    return {**row._mapping, "user": user, "outbox": _unsent(row)}


def _phones(row: AnyRow) -> dict[str, Any]:
    return {
        "devices": row.devices,
        "revoked": row.revoked,
        "outbox": _unsent(row),
        "last_contact_at": row.last_contact_at,
        "app_versions": list(dict.fromkeys(row.app_versions)),
        "clock_offset_ms": row.clock_offset_ms,
    }


def _unsent(row: AnyRow) -> dict[str, Any]:
    return {"items": row.outbox_items, "photos": row.outbox_photos, "oldest_at": row.outbox_oldest_at}


def _task(call: Call, row: AnyRow, phones: dict[UUID, AnyRow], missing: dict[UUID, int]) -> dict[str, Any]:
    task = row.Task
    his = phones.get(task.assignee_id)
    names = ("id", "code", "title", "category", "status", "grid_code", "street_code", "due_at")
    return {
        **{name: getattr(task, name) for name in names},
        "overdue": is_overdue(task.status, task.due_at, call.now),
        "assignee": {"id": task.assignee_id, "username": row.username, "name": row.assignee_name},
        "phones": _phones(his) if his is not None else None,
        "photos_missing": missing.get(task.id, 0),
    }
