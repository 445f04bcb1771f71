"""Queries of the map: a box, and what is narrowed within it. The answers are GeoJSON (RFC 7946)."""

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Choice
from backend.api.schemas.reports import ReportFilterSchema
from backend.api.schemas.sites import BBox
from backend.api.schemas.tasks import TaskFilterSchema
from backend.domain.vocabulary import Category, SiteStatus, TaskKind, TaskStatus

BOX = {"description": "west,south,east,north in degrees (CGCS2000, equal to WGS-84 within a metre)"}


class ReportMapQuerySchema(ReportFilterSchema):
    """Reports on the map."""

    bbox = BBox(required=True, metadata=BOX)


class SiteMapQuerySchema(Schema):
    """Sites on the map."""

    bbox = BBox(required=True, metadata=BOX)
    category = Choice(Category, load_default=None)


class TaskMapQuerySchema(TaskFilterSchema):
    """Tasks on the map, narrowed as their list is."""

    bbox = BBox(required=True, metadata=BOX)


class PointSchema(Schema):
    """A point (RFC 7946)."""

    type = fields.String(required=True, validate=validate.OneOf(["Point"]))
    coordinates = fields.List(fields.Float(), required=True, metadata={"description": "[lon, lat] in degrees"})


class TaskOnMapSchema(Schema):
    """A task as the map shows it."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    category = Choice(Category, required=True)
    kind = Choice(TaskKind, required=True)
    status = Choice(TaskStatus, required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    grid_code = fields.String(required=True)
    street_code = fields.String(required=True)
    site_id = fields.UUID(required=True, allow_none=True)
    site_name = fields.String(required=True, allow_none=True)
    assignee_id = fields.UUID(required=True, allow_none=True)
    assignee_name = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)
    overdue = fields.Boolean(required=True)


class TaskFeatureSchema(Schema):
    """A task at its place."""

    type = fields.String(required=True, validate=validate.OneOf(["Feature"]))
    id = fields.UUID(required=True)
    geometry = fields.Nested(PointSchema, required=True)
    properties = fields.Nested(TaskOnMapSchema, required=True)


class SiteOnMapSchema(Schema):
    """A site as the map shows it."""

    name = fields.String(required=True)
    category = Choice(Category, required=True, allow_none=True)
    kind = fields.String(required=True, allow_none=True)
    status = Choice(SiteStatus, required=True)
    grid_code = fields.String(required=True, allow_none=True)


class SiteFeatureSchema(Schema):
    """A site at its place."""

    type = fields.String(required=True, validate=validate.OneOf(["Feature"]))
    id = fields.UUID(required=True)
    geometry = fields.Nested(PointSchema, required=True)
    properties = fields.Nested(SiteOnMapSchema, required=True)


class TaskMapSchema(Schema):
    """Tasks within a box."""

    type = fields.String(required=True, validate=validate.OneOf(["FeatureCollection"]))
    truncated = fields.Boolean(required=True)
    features = fields.List(fields.Nested(TaskFeatureSchema), required=True)


class SiteMapSchema(Schema):
    """Sites within a box."""

    type = fields.String(required=True, validate=validate.OneOf(["FeatureCollection"]))
    truncated = fields.Boolean(required=True)
    features = fields.List(fields.Nested(SiteFeatureSchema), required=True)
