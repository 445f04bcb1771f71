"""Shapes of looking at a grid file before its import, and of what a version changes."""

from marshmallow import Schema, fields, validate

from backend.api.schemas.fields import Choice
from backend.services.grids.inspecting import GridChange


class GridMappingSchema(Schema):
    """Which field of the file is taken for what; null: none."""

    code = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    street = fields.String(required=True, allow_none=True)
    external_code = fields.String(required=True, allow_none=True)


class PolygonSchema(Schema):
    """A Polygon or MultiPolygon as GeoJSON, CGCS2000 degrees."""

    type = fields.String(required=True)
    coordinates = fields.List(fields.Raw(), required=True)


class FileGridPropertiesSchema(Schema):
    """A grid of the file."""

    number = fields.Integer(required=True, metadata={"description": "From 1 in file order; as `feature` of a problem"})
    code = fields.String(required=True)
    name = fields.String(required=True)


class FileGridSchema(Schema):
    """A grid of the file as a GeoJSON feature."""

    type = fields.String(required=True, validate=validate.Equal("Feature"))
    id = fields.Integer(required=True)
    geometry = fields.Nested(PolygonSchema, required=True, allow_none=True)
    properties = fields.Nested(FileGridPropertiesSchema, required=True)


class FileGridsSchema(Schema):
    """The grids of the file for the map."""

    type = fields.String(required=True, validate=validate.Equal("FeatureCollection"))
    features = fields.List(fields.Nested(FileGridSchema), required=True)


class FileLookSchema(Schema):
    """What a file holds, before anything is judged or stored."""

    format = fields.String(required=True, metadata={"enum": ["geojson", "gpkg", "shp"]})
    layer = fields.String(required=True, allow_none=True)
    crs = fields.String(required=True, metadata={"description": "Empty: the file does not say; give `crs`"})
    encoding = fields.String(required=True)
    grid_count = fields.Integer(required=True)
    fields_found = fields.List(fields.String(), required=True)
    mapping = fields.Nested(GridMappingSchema, required=True)
    guessed = fields.List(fields.String(), required=True, metadata={"description": "What was guessed, to be looked at"})
    rows = fields.List(
        fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True)),
        required=True,
        metadata={"description": "The first rows, by the file's own field names"},
    )
    grids = fields.Nested(FileGridsSchema, required=True)


class GridDiffQuerySchema(Schema):
    """Against which version."""

    against = fields.UUID(load_default=None, metadata={"description": "Id of a version; default: the one it replaces"})


class GridSourceSchema(Schema):
    """A grid of the old version that ground came from."""

    code = fields.String(required=True)
    share_of_it = fields.Float(required=True, metadata={"description": "Of the old grid, 0 to 1"})
    share_of_new = fields.Float(required=True)
    kind = fields.String(required=True)


class GridDifferencePropertiesSchema(Schema):
    """What becomes of one grid."""

    code = fields.String(required=True)
    change = Choice(GridChange, required=True)
    name = fields.String(required=True, allow_none=True, metadata={"description": "After; null: it is no more"})
    old_name = fields.String(required=True, allow_none=True)
    old_m2 = fields.Float(required=True)
    new_m2 = fields.Float(required=True)
    moved_m2 = fields.Float(required=True, metadata={"description": "Ground that is in one of both only"})
    came_from = fields.List(fields.Nested(GridSourceSchema), required=True)


class GridDifferenceSchema(Schema):
    """A grid as a GeoJSON feature: its new border, of one that is removed the old."""

    type = fields.String(required=True, validate=validate.Equal("Feature"))
    id = fields.String(required=True)
    geometry = fields.Nested(PolygonSchema, required=True, allow_none=True)
    properties = fields.Nested(GridDifferencePropertiesSchema, required=True)


class GridChangeCountSchema(Schema):
    """How many grids a change concerns."""

    change = Choice(GridChange, required=True)
    count = fields.Integer(required=True)


class GridDiffSchema(Schema):
    """What a version changes, as a GeoJSON feature collection; grids that stay as they are only counted."""

    type = fields.String(required=True, validate=validate.Equal("FeatureCollection"))
    against = fields.UUID(required=True, allow_none=True, metadata={"description": "null: there was none before"})
    counts = fields.List(fields.Nested(GridChangeCountSchema), required=True)
    features = fields.List(fields.Nested(GridDifferenceSchema), required=True)
