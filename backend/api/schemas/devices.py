"""Shapes of phones and of what is still on them. Not here: what phones send (schemas/sync)."""

from marshmallow import Schema, fields

from backend.api.schemas.fields import Choice, QueryWhole, Words
from backend.api.schemas.paging import PageQuerySchema, PageSchema
from backend.domain.vocabulary import Category, TaskStatus
from backend.persistence.queries.devices import DeviceSort

LONGEST_SILENCE = 24 * 366  # hours


def describe(text: str) -> dict[str, str]:
    """Metadata with a description."""
    return {"description": text}


class DeviceUserSchema(Schema):
    """Whose device it is."""

    id = fields.UUID(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True)


class UnsentSchema(Schema):
    """What the phone said is still on it."""

    items = fields.Integer(required=True)
    photos = fields.Integer(required=True)
    oldest_at = fields.AwareDateTime(required=True, allow_none=True)


class DeviceSchema(Schema):
    """A device as the server knows it."""

    id = fields.UUID(required=True)
    device_uid = fields.UUID(required=True, metadata=describe("Made on the device"))
    user = fields.Nested(DeviceUserSchema, required=True)
    name = fields.String(required=True)
    platform = fields.String(required=True)
    app_version = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    last_contact_at = fields.AwareDateTime(required=True, allow_none=True)
    clock_offset_ms = fields.Integer(
        required=True, allow_none=True, metadata=describe("How far its clock is ahead of the server's")
    )
    outbox = fields.Nested(UnsentSchema, required=True)
    revoked_at = fields.AwareDateTime(required=True, allow_none=True)


class DevicePageSchema(PageSchema):
    """Devices in the order asked for."""

    items = fields.List(fields.Nested(DeviceSchema), required=True)


class DeviceFilterSchema(PageQuerySchema):
    """Filters; all given ones must hold."""

    user_id = fields.UUID(load_default=None)
    unsent = fields.Boolean(load_default=None, metadata=describe("Items or photos are still on it"))
    revoked = fields.Boolean(load_default=None)
    street = Words(
        max_length=9, load_default=None, metadata=describe("Street its user works in, by role or by responsibility")
    )
    silent_hours = QueryWhole(
        low=1, high=LONGEST_SILENCE, load_default=None, metadata=describe("Not heard of for so many hours")
    )


class DeviceQuerySchema(DeviceFilterSchema):
    """Filters and order of a list of devices."""

    sort = Choice(
        DeviceSort,
        load_default=DeviceSort.NEWEST,
        metadata=describe("oldest_unsent: what waits longest first. A cursor belongs to one order"),
    )


class PhonesSchema(Schema):
    """What is on all phones of a person together, as they told at their last contact."""

    devices = fields.Integer(required=True)
    revoked = fields.Integer(required=True, metadata=describe("How many of them are shut out"))
    outbox = fields.Nested(UnsentSchema, required=True)
    last_contact_at = fields.AwareDateTime(required=True, allow_none=True)
    app_versions = fields.List(fields.String(), required=True, metadata=describe("Of the phone last heard of first"))
    clock_offset_ms = fields.Integer(
        required=True, allow_none=True, metadata=describe("The worst of them, ahead or behind")
    )


class WorkerPhonesSchema(PhonesSchema):
    """A person with what is on his phones."""

    user = fields.Nested(DeviceUserSchema, required=True)


class WorkerPhonesPageSchema(PageSchema):
    """People with phones, newest account first."""

    items = fields.List(fields.Nested(WorkerPhonesSchema), required=True)


class TaskPhonesQuerySchema(PageQuerySchema):
    """Which open tasks."""

    street = Words(max_length=9, load_default=None, metadata=describe("Street of the task"))


class TaskPhonesSchema(Schema):
    """An open task with what is on its assignee's phones."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)
    category = Choice(Category, required=True)
    status = Choice(TaskStatus, required=True)
    grid_code = fields.String(required=True)
    street_code = fields.String(required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    assignee = fields.Nested(DeviceUserSchema, required=True)
    phones = fields.Nested(PhonesSchema, required=True, allow_none=True, metadata=describe("null: he has none"))
    photos_missing = fields.Integer(required=True, metadata=describe("Announced by reports of the task, not here"))


class TaskPhonesPageSchema(PageSchema):
    """Open tasks, newest first."""

    items = fields.List(fields.Nested(TaskPhonesSchema), required=True)
