"""Shapes of the quarantine desk. Not here: what phones send (schemas/sync)."""

from typing import ClassVar

from marshmallow import Schema, fields

from backend.api.schemas.fields import Choice, Moment, Words
from backend.api.schemas.history import EventSchema, PersonSchema
from backend.api.schemas.paging import PageQuerySchema, PageSchema
from backend.domain.vocabulary import ItemResult, QuarantineAction, QuarantineState


def describe(text: str) -> dict[str, str]:
    """Metadata with a description."""
    return {"description": text}


class QuarantineQuerySchema(PageQuerySchema):
    """Narrows the desk; everything given must hold."""

    state = Choice(QuarantineState, load_default=None)
    result = Choice(
        ItemResult,
        load_default=None,
        metadata=describe("quarantined, or conflict: an item's or a report's id was taken"),
    )
    code = Words(max_length=64, load_default=None, metadata=describe("Why it is here; the codes of the sync guide"))
    kind = Words(max_length=40, load_default=None, metadata=describe("Kind of item"))
    user = fields.UUID(load_default=None, metadata=describe("Id of the worker who sent it"))
    since = Moment(load_default=None, metadata=describe("Received at or after"))


class RepairSchema(Schema):
    """What is to be applied; left out: as it was sent. Times and a kind that can be read must stay."""

    EXAMPLE: ClassVar = {
        "payload": {"task_id": "0198c0de-0000-7000-8000-0000000000b1"},
        "note": "任务编号已更正",
    }

    payload = fields.Dict(load_default=None, allow_none=True, metadata=describe("The corrected payload, whole"))
    kind = Words(max_length=40, load_default=None, allow_none=True)
    recorded_at = Words(max_length=64, load_default=None, allow_none=True, metadata=describe("RFC 3339 with offset"))
    note = Words(max_length=1_000, load_default=None, allow_none=True, metadata=describe("A word to the worker"))


class DismissSchema(Schema):
    """Why it shall have no effect."""

    EXAMPLE: ClassVar = {"reason": "与另一条重复，已电话核实"}

    reason = Words(max_length=1_000, load_default=None, allow_none=True, metadata=describe("The worker reads it too"))


class EntryDeviceSchema(Schema):
    """The phone it came from."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    platform = fields.String(required=True)
    app_version = fields.String(required=True)


class QuarantineEntrySchema(Schema):
    """An entry as the list shows it."""

    id = fields.UUID(required=True)
    item_id = fields.String(required=True, metadata=describe("As the phone gave it"))
    kind = fields.String(required=True)
    result = Choice(ItemResult, required=True)
    code = fields.String(required=True)
    path = fields.String(required=True, allow_none=True, metadata=describe("The value at fault, below the payload"))
    why = fields.String(required=True, metadata=describe("A sentence in the user's language"))
    state = Choice(QuarantineState, required=True)
    worker = fields.Nested(PersonSchema, required=True)
    device = fields.Nested(EntryDeviceSchema, required=True, allow_none=True)
    task_id = fields.UUID(required=True, allow_none=True)
    report_id = fields.UUID(required=True, allow_none=True)
    received_at = fields.AwareDateTime(required=True)
    settled_at = fields.AwareDateTime(required=True, allow_none=True)
    settled_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    note = fields.String(
        required=True, allow_none=True, metadata=describe("The reason of a dismissal, or the word to the worker")
    )


class QuarantinePageSchema(PageSchema):
    """Entries, newest first."""

    items = fields.List(fields.Nested(QuarantineEntrySchema), required=True)


class SentContentSchema(Schema):
    """What was sent, whole and never altered."""

    text = fields.String(required=True, metadata=describe("The item as JSON text, also where it is no strict JSON"))
    item = fields.Raw(required=True, allow_none=True, metadata=describe("The same read; null where JSON cannot say it"))
    sha256 = fields.String(required=True, metadata=describe("Content hash of the sync guide"))
    received_at = fields.AwareDateTime(required=True)


class RewritingSchema(Schema):
    """One value that would be written another way."""

    path = fields.String(required=True)
    code = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class SuggestionSchema(Schema):
    """How the item could be mended, for a person to judge; nothing in it is guessed."""

    kind = fields.Raw(required=True, allow_none=True)
    recorded_at = fields.Raw(required=True, allow_none=True)
    payload = fields.Raw(required=True, allow_none=True)
    complete = fields.Boolean(required=True, metadata=describe("Nothing is left in it that cannot be understood"))
    changes = fields.List(
        fields.Nested(RewritingSchema), required=True, metadata=describe("None: try it again as it is")
    )


class CorrectionSchema(Schema):
    """What was applied instead."""

    item = fields.Raw(required=True, allow_none=True)
    sha256 = fields.String(required=True)
    flags = fields.List(fields.String(), required=True, metadata=describe("Doubts, as in a receipt"))


class QuarantineDetailSchema(QuarantineEntrySchema):
    """One entry with everything a person needs to decide."""

    sent = fields.Nested(SentContentSchema, required=True)
    stands = fields.Nested(
        SentContentSchema,
        required=True,
        allow_none=True,
        metadata=describe("Of other content of a known item id: the content that came first"),
    )
    suggestion = fields.Nested(SuggestionSchema, required=True, allow_none=True)
    correction = fields.Nested(CorrectionSchema, required=True, allow_none=True)
    allowed_actions = fields.List(Choice(QuarantineAction), required=True)
    history = fields.List(fields.Nested(EventSchema), required=True, metadata=describe("Oldest first"))
