"""Shapes of exports that run in the background. Not here: filters, which are those of the lists themselves."""

from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate

from backend.api.schemas.fields import Choice, Words
from backend.api.schemas.paging import PageSchema
from backend.domain.vocabulary import ExportAction, ExportFormat, ExportKind, ExportStatus

MOST_FILTERS = 40
LONGEST_VALUE = 4_000


class Filters(fields.Field[dict[str, str]]):
    """Query parameters of a list, by name: text, number, boolean, or a list of texts; loaded as text, as a query has them."""

    def __init__(self, **kwargs: Any) -> None:
        value = {
            "oneOf": [
                {"type": "string"},
                {"type": "number"},
                {"type": "boolean"},
                {"type": "array", "items": {"type": "string"}},
            ]
        }
        shown = {"type": "object", "additionalProperties": value, **kwargs.pop("metadata", {})}
        super().__init__(metadata=shown, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        if not isinstance(value, dict) or len(value) > MOST_FILTERS:
            raise ValidationError("Not a valid mapping.")
        return {name: _as_query(one) for name, one in value.items() if one not in (None, "", [])}


def _as_query(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(piece, str) for piece in value):
        value = ",".join(value)
    if isinstance(value, int | float):
        return repr(value)
    if not isinstance(value, str) or len(value) > LONGEST_VALUE:
        raise ValidationError("Not a valid string.")
    return value


class ExportDraftSchema(Schema):
    """What to export: the list ``kind`` as its own filters narrow it."""

    EXAMPLE: ClassVar = {
        "kind": "cases",
        "format": "xlsx",
        "filters": {"status": ["routed", "handling"], "street": "310107005", "sort": "urgent"},
        "language": "zh",
    }

    kind = Choice(ExportKind, required=True)
    format = Choice(ExportFormat, required=True)
    filters = Filters(
        load_default=dict,
        metadata={
            "description": "Query parameters of GET /reports, /cases, /sites, /tasks or /grids, without limit and cursor",
            "example": {"status": "routed,handling", "street": "310107005"},
        },
    )
    language = Words(
        max_length=2,
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(("zh", "en")),
        metadata={"description": "Of headers and words; left out: Accept-Language"},
    )


class ExportProblemSchema(Schema):
    """Why an export failed."""

    code = fields.String(required=True, metadata={"description": "Of the catalogue of problems"})
    message = fields.String(required=True, metadata={"description": "In the user's language"})


class ExportNoteSchema(Schema):
    """What the format could not hold as it was; the whole texts stand beside in the file."""

    code = fields.String(required=True, validate=validate.OneOf(("characters_replaced", "texts_cut")))
    count = fields.Integer(required=True, metadata={"description": "In how many cells"})
    message = fields.String(required=True, metadata={"description": "In the user's language"})


class ExportSchema(Schema):
    """An export of one's own, and how far it is."""

    id = fields.UUID(required=True)
    kind = Choice(ExportKind, required=True)
    format = Choice(ExportFormat, required=True)
    language = fields.String(required=True, validate=validate.OneOf(("zh", "en")))
    filters = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    status = Choice(ExportStatus, required=True)
    rows_done = fields.Integer(required=True)
    rows_total = fields.Integer(required=True, allow_none=True, metadata={"description": "null: not counted yet"})
    bytes = fields.Integer(required=True, allow_none=True)
    file_name = fields.String(required=True)
    problem = fields.Nested(ExportProblemSchema, required=True, allow_none=True)
    notes = fields.List(fields.Nested(ExportNoteSchema), required=True)
    created_at = fields.AwareDateTime(required=True)
    started_at = fields.AwareDateTime(required=True, allow_none=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True)
    allowed_actions = fields.List(Choice(ExportAction), required=True)


class ExportPageSchema(PageSchema):
    """One's own exports, newest first."""

    items = fields.List(fields.Nested(ExportSchema), required=True)


EXPORT_EXAMPLE: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-0000000000f1",
    "kind": "cases",
    "format": "xlsx",
    "language": "zh",
    "filters": {"status": "routed,handling", "street": "310107005"},
    "status": "done",
    "rows_done": 1280,
    "rows_total": 1280,
    "bytes": 262144,
    "file_name": "案件_20261120_1000.xlsx",
    "problem": None,
    "notes": [],
    "created_at": "2026-11-20T02:00:00+00:00",
    "started_at": "2026-11-20T02:00:01+00:00",
    "finished_at": "2026-11-20T02:00:04+00:00",
    "expires_at": "2026-11-27T02:00:04+00:00",
    "allowed_actions": ["discard"],
}
