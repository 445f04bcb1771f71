"""Shapes of what an administrator sets, and of what everybody reads of the district."""

from typing import ClassVar

from marshmallow import Schema, fields

from backend.api.schemas.fields import Choice, Whole
from backend.api.schemas.history import PersonSchema
from backend.domain.vocabulary import BaseMapKind, Datum, SettingType


def describe(text: str) -> dict[str, str]:
    """Metadata with a description."""
    return {"description": text}


class BaseMapSchema(Schema):
    """Pictures below everything else."""

    kind = Choice(BaseMapKind, required=True)
    layers = fields.List(
        fields.String(),
        required=True,
        metadata=describe("Lowest first: templates with {z} {x} {y}, or one PMTiles file"),
    )
    key = fields.String(required=True, metadata=describe("For {key}; not a secret: every browser gets it"))
    subdomains = fields.String(required=True, metadata=describe("One character each, for {s}"))
    attribution = fields.String(required=True)
    datum = Choice(Datum, required=True, metadata=describe("gcj02: what is drawn on it must be shifted"))
    matrix_set = fields.String(
        required=True, metadata={"enum": ["w", "c"], "description": "w: EPSG:3857, c: degrees (EPSG:4490)"}
    )
    min_zoom = fields.Integer(required=True)
    max_zoom = fields.Integer(required=True)


class MapStartSchema(Schema):
    """Where the map begins, CGCS2000 degrees."""

    lon = fields.Float(required=True)
    lat = fields.Float(required=True)
    zoom = fields.Float(required=True)


class SettingValuesSchema(Schema):
    """Every setting with its value of now."""

    system_name = fields.String(required=True)
    contact = fields.String(required=True)
    default_language = fields.String(required=True, metadata={"enum": ["zh", "en"]})
    base_map = fields.Nested(BaseMapSchema, required=True)
    map_start = fields.Nested(MapStartSchema, required=True, allow_none=True)
    page_size = fields.Integer(required=True)
    undo_seconds = fields.Integer(required=True)
    prefetch_rows = fields.Integer(required=True)


class DistrictSchema(Schema):
    """The district this product serves."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    name_en = fields.String(required=True)
    centre = fields.List(fields.Float(), required=True, allow_none=True, metadata=describe("Longitude, latitude"))
    bounds = fields.List(
        fields.Float(),
        required=True,
        allow_none=True,
        metadata=describe("West, south, east, north; null: no grids yet"),
    )


class ThresholdsSchema(Schema):
    """Numbers of dated rules that screens speak of; changed with the rules, not here."""

    recall_seconds = fields.Integer(required=True)
    low_accuracy_m = fields.Integer(required=True)
    photos_missing_hours = fields.Integer(required=True)
    review_window_days = fields.Integer(required=True)
    alike_days = fields.Integer(required=True)
    alike_distance_m = fields.Integer(required=True)
    emergency_call_minutes = fields.Integer(required=True)


class DistrictSettingsSchema(Schema):
    """What every screen needs to know before it shows anything."""

    district = fields.Nested(DistrictSchema, required=True, allow_none=True)
    zone = fields.String(required=True, metadata=describe("Of all days and of times as people see them"))
    datum = Choice(Datum, required=True, metadata=describe("Of every position the API gives"))
    languages = fields.List(fields.String(), required=True)
    invented = fields.Boolean(
        required=True, metadata=describe("true: the demo district; what is printed is marked so (示例)")
    )
    values = fields.Nested(SettingValuesSchema, required=True)
    thresholds = fields.Nested(ThresholdsSchema, required=True)


class SettingLimitsSchema(Schema):
    """What a value must keep to; null where it means nothing for the type."""

    max_length = fields.Integer(required=True, allow_none=True)
    low = fields.Integer(required=True, allow_none=True)
    high = fields.Integer(required=True, allow_none=True)
    choices = fields.List(fields.String(), required=True, allow_none=True)


class SettingSchema(Schema):
    """A line of the catalogue with its value."""

    name = fields.String(required=True)
    type = Choice(SettingType, required=True)
    value = fields.Raw(
        required=True, allow_none=True, metadata=describe("As its type: text, integer, choice or object")
    )
    default = fields.Raw(required=True, allow_none=True)
    limits = fields.Nested(SettingLimitsSchema, required=True)
    unit = fields.String(required=True, allow_none=True)
    read_by = fields.List(fields.String(), required=True, metadata=describe("Which parts of the product look at it"))
    zh = fields.String(required=True)
    en = fields.String(required=True)
    help_zh = fields.String(required=True)
    help_en = fields.String(required=True)
    changed_at = fields.AwareDateTime(required=True, allow_none=True, metadata=describe("null: it has its default"))
    changed_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    version = fields.Integer(required=True, metadata=describe("0: never changed"))


class SettingListSchema(Schema):
    """The catalogue, in the order of a screen."""

    items = fields.List(fields.Nested(SettingSchema), required=True)


class SettingChangeSchema(Schema):
    """What it shall be."""

    EXAMPLE: ClassVar = {"value": 100, "version": 0}

    value = fields.Raw(required=True, allow_none=True)
    version = Whole(low=0, load_default=None, metadata=describe("The version you saw; another one now → stale_version"))
