"""Shapes of the inbox."""

from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from backend.api.schemas.fields import Choice, CommaList
from backend.api.schemas.paging import PageQuerySchema, PageSchema
from backend.domain.vocabulary import NoticeKind, ReferralStatus


class InboxQuerySchema(PageQuerySchema):
    """Filters and page of an inbox; everything given must hold."""

    unread = fields.Boolean(load_default=None)
    kind = CommaList(
        Choice(NoticeKind), load_default=None, metadata={"description": "One or more kinds, separated by commas"}
    )
    emergency = fields.Boolean(load_default=None)


class NoticeSchema(Schema):
    """One notice, as it stands for the signed-in user."""

    id = fields.UUID(required=True)
    kind = Choice(NoticeKind, required=True)
    title = fields.String(required=True)
    title_en = fields.String(required=True)
    emergency = fields.Boolean(required=True)
    unread = fields.Boolean(required=True)
    created_at = fields.AwareDateTime(required=True)
    referral_id = fields.UUID(required=True, allow_none=True)
    report_id = fields.UUID(required=True, allow_none=True)
    status = Choice(
        ReferralStatus,
        required=True,
        allow_none=True,
        metadata={"description": "Of the referral now; it may have moved on since"},
    )
    current = fields.Boolean(
        required=True, metadata={"description": "Whether nothing has happened to the referral since"}
    )
    data = fields.Dict(required=True)


class InboxPageSchema(PageSchema):
    """A page of notices, newest first."""

    items = fields.List(fields.Nested(NoticeSchema), required=True)


class InboxCountSchema(Schema):
    """How much waits to be read."""

    unread = fields.Integer(required=True, metadata={"description": "Counted to 1000; `more` says if there are more"})
    emergencies = fields.Integer(required=True, metadata={"description": "Unread emergencies, counted to 1000"})
    more = fields.Boolean(required=True)


class InboxReadSchema(Schema):
    """What was read: single notices, or everything up to one, or both."""

    EXAMPLE: ClassVar = {"ids": ["0198c0de-0000-7000-8000-0000000000e1"]}

    ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=500))
    up_to = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "This notice and every older one of the inbox"}
    )

    @validates_schema
    def _something(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data["ids"] and data["up_to"] is None:
            raise ValidationError("Missing data for required field.", "ids")


EXAMPLE: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-0000000000e1",
    "kind": "to_accept",
    "title": "待签收：非法行医（长寿路街道，医疗执业监督）",
    "title_en": "To accept: Illegal medical practice, Changshou Road (Medical practice supervision)",
    "emergency": False,
    "unread": True,
    "created_at": "2026-11-20T02:00:00+00:00",
    "referral_id": "0198c0de-0000-7000-8000-000000000011",
    "report_id": "0198c0de-0000-7000-8000-000000000001",
    "status": "routed",
    "current": True,
    "data": {"category": "illegal_practice", "street_code": "310107005", "status": "routed", "version": 1},
}
