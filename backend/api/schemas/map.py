"""Queries of the map: a box, and what is narrowed within it. The answers are GeoJSON (RFC 7946)."""

from marshmallow import Schema

from backend.api.schemas.fields import Choice, CommaList
from backend.api.schemas.reports import ReportFilterSchema
from backend.api.schemas.sites import BBox
from backend.domain.vocabulary import Category, TaskStatus

BOX = {"description": "west,south,east,north in degrees (CGCS2000, equal to WGS-84 within a metre)"}


class ReportMapQuerySchema(ReportFilterSchema):
    """Reports on the map."""

    bbox = BBox(required=True, metadata=BOX)


class SiteMapQuerySchema(Schema):
    """Sites on the map."""

    bbox = BBox(required=True, metadata=BOX)
    category = Choice(Category, load_default=None)


class TaskMapQuerySchema(SiteMapQuerySchema):
    """Tasks on the map."""

    status = CommaList(
        Choice(TaskStatus), load_default=None, metadata={"description": "One or more statuses, separated by commas"}
    )
