"""Shapes of the map's figures and summaries. Not here: tiles (schemas/map_tiles.py)."""

from typing import ClassVar

from marshmallow import Schema, fields, validate

from backend.api.schemas.cases import CaseFilterSchema, CountSchema
from backend.api.schemas.fields import Choice
from backend.api.schemas.reports import ReportFilterSchema
from backend.domain.vocabulary import FigureUnit, MapFigure, TimeStep

STEP = {"description": "Width of the histogram's bars, in days of the district"}
PLACES = ("grid", "street")


class FigureQuerySchema(ReportFilterSchema):
    """A figure and what it is narrowed to; what it cannot be narrowed by is refused."""

    figure = Choice(MapFigure, required=True)
    by = fields.String(load_default="grid", validate=validate.OneOf(PLACES))


class FigureItemSchema(Schema):
    """The figure of one grid or street."""

    code = fields.String(required=True, allow_none=True, metadata={"description": "null: what lies in none"})
    name = fields.String(
        required=True, allow_none=True, metadata={"description": "null: no grid of today, or none that you see"}
    )
    value = fields.Float(required=True, allow_none=True, metadata={"description": "null: nothing to divide by"})
    numerator = fields.Integer(required=True, allow_none=True, metadata={"description": "Of a ratio"})
    denominator = fields.Integer(required=True, allow_none=True, metadata={"description": "Of a ratio"})


class FigureSchema(Schema):
    """A figure of all grids or streets you see; those with nothing are in it too."""

    EXAMPLE: ClassVar = {
        "figure": "problem_rate",
        "zh": "问题率",
        "en": "Problem rate",
        "unit": "ratio",
        "by": "street",
        "items": [{"code": "310107005", "name": "曹杨新村街道", "value": 0.25, "numerator": 5, "denominator": 20}],
    }

    figure = Choice(MapFigure, required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    unit = Choice(FigureUnit, required=True)
    by = fields.String(required=True, validate=validate.OneOf(PLACES))
    items = fields.List(fields.Nested(FigureItemSchema), required=True)


class SummaryQuerySchema(ReportFilterSchema):
    """Reports to sum up."""

    step = Choice(TimeStep, load_default=TimeStep.DAY, metadata=STEP)


class CaseSummaryQuerySchema(CaseFilterSchema):
    """Cases to sum up."""

    step = Choice(TimeStep, load_default=TimeStep.DAY, metadata=STEP)


class BarSchema(Schema):
    """One step of time."""

    since = fields.Date(required=True, metadata={"description": "Its first day (Shanghai); weeks begin on Monday"})
    count = fields.Integer(required=True)


class ReportBarSchema(BarSchema):
    """One step of time."""

    problems = fields.Integer(required=True, metadata={"description": "Those that found a problem"})


class CaseBarSchema(BarSchema):
    """One step of time."""

    emergencies = fields.Integer(required=True)


class DividedSchema(Schema):
    """What both summaries say; values that nothing has are left out."""

    total = fields.Integer(required=True, metadata={"description": "As many as the list has for this filter"})
    located = fields.Integer(
        required=True, metadata={"description": "Of these, so many have a position: the map shows them"}
    )
    step = Choice(TimeStep, required=True)
    category = fields.List(fields.Nested(CountSchema), required=True)
    status = fields.List(fields.Nested(CountSchema), required=True)
    severity = fields.List(fields.Nested(CountSchema), required=True)
    street = fields.List(fields.Nested(CountSchema), required=True)
    department = fields.List(
        fields.Nested(CountSchema),
        required=True,
        metadata={"description": "A report of two departments counts for both"},
    )


class SummarySchema(DividedSchema):
    """Reports summed up."""

    EXAMPLE: ClassVar = {
        "total": 3,
        "located": 2,
        "step": "day",
        "category": [{"code": "illegal_practice", "count": 3}],
        "outcome": [{"code": "no_problem", "count": 2}, {"code": "problem", "count": 1}],
        "status": [{"code": "recorded", "count": 2}, {"code": "referred", "count": 1}],
        "severity": [{"code": None, "count": 2}, {"code": "high", "count": 1}],
        "street": [{"code": "310107005", "count": 3}],
        "department": [{"code": "putuo.health", "count": 1}],
        "bars": [{"since": "2026-11-20", "count": 3, "problems": 1}],
    }

    outcome = fields.List(fields.Nested(CountSchema), required=True)
    bars = fields.List(
        fields.Nested(ReportBarSchema), required=True, metadata={"description": "By when they were captured"}
    )


class CaseSummarySchema(DividedSchema):
    """Cases summed up."""

    EXAMPLE: ClassVar = {
        "total": 1,
        "located": 1,
        "step": "month",
        "category": [{"code": "illegal_practice", "count": 1}],
        "status": [{"code": "routed", "count": 1}],
        "severity": [{"code": "high", "count": 1}],
        "street": [{"code": "310107005", "count": 1}],
        "department": [{"code": "putuo.health", "count": 1}],
        "bars": [{"since": "2026-11-01", "count": 1, "emergencies": 0}],
    }

    bars = fields.List(
        fields.Nested(CaseBarSchema), required=True, metadata={"description": "By when they were referred"}
    )
