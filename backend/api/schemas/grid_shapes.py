"""Shapes of grids as GeoJSON. Not here: how they are asked for and imported (grids.py)."""

from marshmallow import Schema, fields, validate

from backend.api.schemas.paging import PageSchema


class GridShapeSchema(Schema):
    """A polygon of several parts (RFC 7946), degrees of CGCS2000."""

    type = fields.String(required=True, validate=validate.OneOf(["MultiPolygon"]))
    coordinates = fields.List(
        fields.List(fields.List(fields.List(fields.Float()))), required=True, metadata={"description": "[lon, lat]"}
    )


class GridLeadSchema(Schema):
    """Who leads it on the day."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class GridOnMapSchema(Schema):
    """What is known of a grid."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    street_code = fields.String(required=True)
    street_name = fields.String(required=True)
    external_code = fields.String(required=True, allow_none=True)
    area_m2 = fields.Float(required=True)
    version_id = fields.UUID(required=True)
    valid_from = fields.AwareDateTime(required=True, allow_none=True)
    lead = fields.Nested(GridLeadSchema, required=True, allow_none=True)


class GridFeatureSchema(Schema):
    """A grid."""

    type = fields.String(required=True, validate=validate.OneOf(["Feature"]))
    id = fields.String(required=True, metadata={"description": "Its code"})
    geometry = fields.Nested(
        GridShapeSchema, required=True, allow_none=True, metadata={"description": "null where not asked for"}
    )
    properties = fields.Nested(GridOnMapSchema, required=True)


class GridCollectionSchema(PageSchema):
    """Grids by code."""

    type = fields.String(required=True, validate=validate.OneOf(["FeatureCollection"]))
    features = fields.List(fields.Nested(GridFeatureSchema), required=True)
