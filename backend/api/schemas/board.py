"""Shapes of the board."""

from marshmallow import Schema, fields

from backend.api.schemas.fields import Choice
from backend.domain.vocabulary import BoardList, Tone


def describe(text: str) -> dict[str, str]:
    """Metadata with a description."""
    return {"description": text}


class LabelSchema(Schema):
    """Words in both languages."""

    zh = fields.String(required=True)
    en = fields.String(required=True)


class BoardLinkSchema(Schema):
    """The list behind a number."""

    page = Choice(BoardList, required=True)
    address = fields.String(required=True, allow_none=True, metadata=describe("Of the list; null: there is none"))
    query = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, metadata=describe("As that address takes it")
    )


class BoardCardSchema(Schema):
    """One number somebody begins the day with."""

    key = fields.String(required=True)
    label = fields.Nested(LabelSchema, required=True)
    count = fields.Integer(required=True)
    tone = Choice(Tone, required=True)
    at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata=describe("Since when the oldest waits, until when the first holds, when the last was made"),
    )
    link = fields.Nested(BoardLinkSchema, required=True)


class BoardPartSchema(Schema):
    """How many open cases have one value."""

    code = fields.String(required=True, allow_none=True, metadata=describe("null: none yet"))
    count = fields.Integer(required=True)
    link = fields.Nested(
        BoardLinkSchema, required=True, allow_none=True, metadata=describe("null: no list is so narrow")
    )


class BoardBreakdownSchema(Schema):
    """The open cases one sees, divided."""

    by = fields.String(required=True, metadata={"enum": ["stage", "status", "category", "street"]})
    parts = fields.List(fields.Nested(BoardPartSchema), required=True)


class BoardSchema(Schema):
    """The numbers of the caller's roles, now."""

    at = fields.AwareDateTime(required=True)
    day = fields.Date(required=True, metadata=describe("Today in the district"))
    cards = fields.List(fields.Nested(BoardCardSchema), required=True)
    breakdowns = fields.List(
        fields.Nested(BoardBreakdownSchema), required=True, metadata=describe("For who deals with cases; else empty")
    )


EXAMPLE = {
    "at": "2026-11-20T02:00:00+00:00",
    "day": "2026-11-20",
    "cards": [
        {
            "key": "tasks_overdue",
            "label": {"zh": "超期任务", "en": "Overdue tasks"},
            "count": 3,
            "tone": "danger",
            "at": None,
            "link": {"page": "tasks", "address": "/api/v1/tasks", "query": {"overdue": "true"}},
        }
    ],
    "breakdowns": [
        {
            "by": "category",
            "parts": [
                {
                    "code": "water_vending",
                    "count": 12,
                    "link": {"page": "cases", "address": "/api/v1/cases", "query": {"category": "water_vending"}},
                }
            ],
        }
    ],
}
