"""Shapes of the map's layers: a list of them, and TileJSON 3.0 of one."""

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Choice
from backend.domain.vocabulary import MapLayer


class LayerSchema(Schema):
    """A layer, and where it is described."""

    id = Choice(MapLayer, required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    geometry = fields.String(required=True, validate=validate.OneOf(("point", "polygon")))
    tilejson = fields.Url(required=True, require_tld=False)


class LayerListSchema(Schema):
    """All layers somebody may see."""

    items = fields.List(fields.Nested(LayerSchema), required=True)


class VectorLayerSchema(Schema):
    """A layer within a tile; ``fields`` says in words what its features carry."""

    id = Choice(MapLayer, required=True)
    fields_ = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, data_key="fields", attribute="fields"
    )
    minzoom = fields.Integer(required=True)
    maxzoom = fields.Integer(required=True)


class TileJsonSchema(Schema):
    """TileJSON 3.0.0."""

    tilejson = fields.String(required=True)
    name = fields.String(required=True)
    tiles = fields.List(fields.String(), required=True)
    vector_layers = fields.List(fields.Nested(VectorLayerSchema), required=True)
    bounds = fields.List(
        fields.Float(),
        required=True,
        validate=validate.Length(equal=4),
        metadata={"description": "West, south, east, north"},
    )
    minzoom = fields.Integer(required=True)
    maxzoom = fields.Integer(required=True)
