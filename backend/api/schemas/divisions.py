"""Shapes of places, forms, word lists and life cycles."""

from marshmallow import Schema, fields

from backend.api.schemas.fields import Choice, Day
from backend.domain.vocabulary import Category, DivisionLevel


class DayQuerySchema(Schema):
    """On which day."""

    on = Day(load_default=None, metadata={"description": "Default: today in the district"})


class DivisionQuerySchema(DayQuerySchema):
    """On which day, of which level."""

    level = Choice(DivisionLevel, load_default=None)


class DivisionSchema(Schema):
    """A division under the code it has on that day."""

    code = fields.String(required=True, metadata={"description": "GB/T 2260, GB/T 10114"})
    name = fields.String(required=True)
    name_en = fields.String(required=True)
    level = fields.String(required=True, metadata={"enum": list(DivisionLevel)})
    parent = fields.String(required=True, allow_none=True, attribute="parent_code")
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)
    successor = fields.String(required=True, allow_none=True, attribute="successor_code")


class DivisionListSchema(Schema):
    """Divisions by code."""

    items = fields.List(fields.Nested(DivisionSchema), required=True)


class FormSchema(Schema):
    """A checklist as phones hold it; see the sync guide."""

    code = fields.String(required=True)
    version = fields.Integer(required=True)
    category = fields.String(required=True, metadata={"enum": list(Category)})
    zh = fields.String(required=True)
    en = fields.String(required=True)
    valid_from = fields.String(required=True)
    valid_to = fields.String(required=True, allow_none=True)
    mark = fields.String(required=True, metadata={"description": "How well its source was checked"})
    min_photos = fields.Dict(required=True)
    photos = fields.Dict(required=True)
    emergency_numbers = fields.List(fields.String(), required=True)
    red_lines = fields.List(fields.Dict(), required=True)
    items = fields.List(fields.Dict(), required=True)


class FormListSchema(Schema):
    """Forms in use."""

    items = fields.List(fields.Nested(FormSchema), required=True)


class WordListSchema(Schema):
    """One list of codes with their words, as phones hold it."""

    name = fields.String(required=True)
    items = fields.List(fields.Dict(), required=True)
    version = fields.Integer()


class VocabularySchema(Schema):
    """All lists, and the words for every status, role and flag."""

    items = fields.List(fields.Nested(WordListSchema), required=True)
    labels = fields.Dict(
        required=True, metadata={"description": "Per closed list, code and its Chinese and English words"}
    )


class JwksSchema(Schema):
    """Public keys (RFC 7517)."""

    keys = fields.List(fields.Dict(), required=True)
