"""Shapes of the review of reports by coordinators."""

from typing import ClassVar

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Choice, Words
from backend.api.schemas.paging import PageQuerySchema, PageSchema
from backend.api.schemas.reports import ReportSummarySchema
from backend.domain.vocabulary import Category, ReviewNeed

AT_ONCE = 500


class ReviewFilterSchema(Schema):
    """What the queue is narrowed to; everything given must hold."""

    need = Choice(ReviewNeed, load_default=None)
    street = Words(max_length=9, load_default=None, metadata={"description": "9-digit street code"})
    category = Choice(Category, load_default=None)
    author = fields.UUID(load_default=None, metadata={"description": "Id of the worker who reported"})


class ReviewQuerySchema(ReviewFilterSchema, PageQuerySchema):
    """Filters and page of the queue."""


class ReviewItemSchema(ReportSummarySchema):
    """A report that needs eyes, and why."""

    needs = fields.List(Choice(ReviewNeed), required=True)


class ReviewCountSchema(Schema):
    """How many reports of the queue have a need; one may have several."""

    need = Choice(ReviewNeed, required=True)
    count = fields.Integer(required=True)


class ReviewPageSchema(PageSchema):
    """Reports in working order: in doubt, without their photos, with a doubtful place; in each the oldest first."""

    items = fields.List(fields.Nested(ReviewItemSchema), required=True)
    total = fields.Integer(required=True)
    counts = fields.List(fields.Nested(ReviewCountSchema), required=True)


class ReviewSchema(Schema):
    """Which reports were looked at, and what is to be said of them."""

    EXAMPLE: ClassVar = {"report_ids": ["0198c0de-0000-7000-8000-000000000001"], "note": "已电话核实，定位偏差"}

    report_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, AT_ONCE))
    note = Words(max_length=2000, load_default="")


class ReviewedSchema(Schema):
    """What was marked now; the others somebody had looked at before."""

    report_ids = fields.List(fields.UUID(), required=True)
