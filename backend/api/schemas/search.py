"""Shapes of the search everywhere."""

from typing import Any, ClassVar

from marshmallow import Schema, fields

from backend.api.schemas.fields import Choice, QueryWhole, Words
from backend.domain.vocabulary import SearchHint, SearchKind


class SearchQuerySchema(Schema):
    """What somebody typed."""

    q = Words(
        max_length=500,
        required=True,
        metadata={
            "description": "Words, a task's number, the beginning of an id or grid code, a 统一社会信用代码; "
            "of long ones the first 100 characters count"
        },
    )
    limit = QueryWhole(low=1, high=20, load_default=5, metadata={"description": "Rows of each kind"})


class SearchMatchSchema(Schema):
    """Where the question stands in one field, for highlighting."""

    field = fields.String(
        required=True,
        metadata={"description": "title, subtitle, id, code, uscc, external_code or description"},
    )
    text = fields.String(required=True, metadata={"description": "The field as it is written"})
    positions = fields.List(
        fields.List(fields.Integer(), metadata={"minItems": 2, "maxItems": 2}),
        required=True,
        metadata={"description": "Begin and end (exclusive) in `text`, counted in UTF-16 units as JavaScript does"},
    )


class SearchItemSchema(Schema):
    """Something that may be meant."""

    kind = Choice(SearchKind, required=True)
    id = fields.String(required=True, metadata={"description": "Its id; of a grid its code"})
    title = fields.String(required=True)
    subtitle = fields.String(required=True)
    status = fields.String(
        required=True, allow_none=True, metadata={"description": "Of the life cycle of its kind; null: it has none"}
    )
    matched = fields.List(fields.Nested(SearchMatchSchema), required=True)


class SearchGroupSchema(Schema):
    """What was found of one kind, the best first."""

    kind = Choice(SearchKind, required=True)
    total_at_most = fields.Integer(
        required=True, metadata={"description": "How many were found; 50: there may be more, say more of it"}
    )
    items = fields.List(fields.Nested(SearchItemSchema), required=True)


class SearchHintSchema(Schema):
    """Something to tell about the question."""

    code = Choice(SearchHint, required=True)
    message = fields.String(required=True, metadata={"description": "In the user's language"})


class SearchAnswerSchema(Schema):
    """Groups, the one with the best answer first; kinds of which nothing was found are left out."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "groups": [
            {
                "kind": "site",
                "total_at_most": 1,
                "items": [
                    {
                        "kind": "site",
                        "id": "0199f1c2-5a00-7000-8000-000000000012",
                        "title": "祥和诊所",
                        "subtitle": "曹杨路1017弄23号",
                        "status": "active",
                        "matched": [{"field": "title", "text": "祥和诊所", "positions": [[0, 2]]}],
                    }
                ],
            }
        ],
        "hints": [],
    }

    groups = fields.List(fields.Nested(SearchGroupSchema), required=True)
    hints = fields.List(fields.Nested(SearchHintSchema), required=True)
