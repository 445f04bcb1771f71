"""Shapes of grids, versions, places and responsibilities. Not here: what makes a file good (grids/validate)."""

from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from backend.api.schemas.fields import Choice, CommaList, Day, Moment, QueryWhole, Real, Words
from backend.api.schemas.paging import PageQuerySchema, PageSchema
from backend.domain.vocabulary import Datum, GridRole, GridVersionStatus, Verdict

DISTRICT, STREET, GRID = r"^[0-9]{6}$", r"^[0-9]{9}$", r"^[0-9]{15}$"


def digits(pattern: str, what: str, **kwargs: Any) -> Words:
    """A code of digits alone, told as ``what``."""
    return Words(max_length=15, validate=validate.Regexp(pattern), metadata={"description": what}, **kwargs)


class GridImportQuerySchema(Schema):
    """How to read and judge a file; each may also be a field of the form that carries the file."""

    label = Words(max_length=200, load_default="", metadata={"description": "What people call this version"})
    filename = Words(max_length=200, load_default="", metadata={"description": "Name of a file sent as the body"})
    district_code = digits(DISTRICT, "District the grids fill", load_default="310107")
    code_field = Words(max_length=100, load_default=None, metadata={"description": "Field with the 15-digit code"})
    name_field = Words(max_length=100, load_default=None, metadata={"description": "Field with the name"})
    street_field = Words(max_length=100, load_default=None, metadata={"description": "Field with the street's code"})
    external_code_field = Words(
        max_length=100, load_default=None, metadata={"description": "Field with the district's own code"}
    )
    layer = Words(max_length=100, load_default=None, metadata={"description": "Layer, where the file has several"})
    crs = Words(
        max_length=40,
        load_default=None,
        validate=validate.Regexp(r"^[A-Za-z0-9:.-]*$"),
        metadata={"description": "Coordinate system when the file names none or a wrong one: EPSG:4549, GCJ-02 …"},
    )
    overlap_m2 = Real(low=0, high=1e9, load_default=None, metadata={"description": "Larger overlaps are errors"})
    gap_m2 = Real(low=0, high=1e9, load_default=None, metadata={"description": "Larger gaps are errors"})
    outside_m2 = Real(low=0, high=1e9, load_default=None, metadata={"description": "Larger overhangs are errors"})
    sliver_m2 = Real(low=0, high=1e9, load_default=None, metadata={"description": "Smaller parts are slivers"})
    snap_m = Real(low=0, high=10, load_default=None, metadata={"description": "Coordinates are rounded to this first"})
    dry_run = fields.Boolean(load_default=False, metadata={"description": "Judge the file, store nothing"})
    publish_from = Moment(load_default=None, metadata={"description": "Publish it from this moment on as well"})


class GridProblemSchema(Schema):
    """Something about one feature of a file, or about the whole file (feature null)."""

    feature = fields.Integer(allow_none=True, metadata={"description": "Number in the file, from 1"})
    code = fields.String(required=True, metadata={"description": "Stable code of the problem"})
    message = fields.String(required=True, metadata={"description": "What, in the user's language"})
    severity = fields.String(required=True, validate=validate.OneOf(["error", "warning"]))
    where = fields.List(fields.Float(), allow_none=True, metadata={"description": "[lon, lat]"})
    amount_m2 = fields.Float(allow_none=True, metadata={"description": "Area concerned, square metres"})
    other_feature = fields.Integer(allow_none=True, metadata={"description": "The other one, as in an overlap"})


class GridVersionSchema(Schema):
    """A version of the grids."""

    id = fields.UUID(required=True)
    district_code = fields.String(required=True)
    label = fields.String(required=True)
    status = Choice(GridVersionStatus, required=True)
    valid_from = fields.AwareDateTime(required=True, allow_none=True)
    valid_to = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "First moment it no longer holds"}
    )
    previous_id = fields.UUID(required=True, allow_none=True)
    grid_count = fields.Integer(required=True)
    source_name = fields.String(required=True)
    source_sha256 = fields.String(required=True)
    source_crs = fields.String(required=True, allow_none=True)
    source_encoding = fields.String(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    published_at = fields.AwareDateTime(required=True, allow_none=True)


class GridLineageSchema(Schema):
    """How much of a grid came from which grid of the version before."""

    code = fields.String(required=True)
    predecessor_code = fields.String(required=True)
    kind = fields.String(required=True, metadata={"description": "same, renamed, split, merge, …"})
    share_of_predecessor = fields.Float(required=True)
    share_of_new = fields.Float(required=True)


class GridVersionDetailSchema(GridVersionSchema):
    """A version with what was remarked when it was imported, and where its grids came from."""

    options = fields.Dict(required=True, metadata={"description": "Mapping and tolerances it was imported with"})
    problems = fields.List(fields.Nested(GridProblemSchema), required=True)
    lineage = fields.List(fields.Nested(GridLineageSchema), required=True)


class GridVersionListSchema(Schema):
    """Versions, newest first."""

    items = fields.List(fields.Nested(GridVersionSchema), required=True)


class GridImportSchema(Schema):
    """What an import found and made."""

    version = fields.Nested(GridVersionSchema, allow_none=True, metadata={"description": "null after a dry run"})
    dry_run = fields.Boolean(required=True)
    grid_count = fields.Integer(required=True)
    format = fields.String(required=True, validate=validate.OneOf(["geojson", "gpkg", "shp"]))
    crs = fields.String(required=True)
    encoding = fields.String(required=True)
    fields_found = fields.List(fields.String(), required=True, metadata={"description": "All fields of the file"})
    mapping = fields.Dict(required=True, metadata={"description": "Which field was taken for what"})
    guessed = fields.List(fields.String(), required=True, metadata={"description": "What was guessed, to be looked at"})
    problems = fields.List(fields.Nested(GridProblemSchema), required=True)


class GridVersionQuerySchema(Schema):
    """Which versions."""

    district_code = digits(DISTRICT, "Of this district alone", load_default=None)
    limit = QueryWhole(low=1, high=500, load_default=100, metadata={"description": "At most so many"})


class GridPublishSchema(Schema):
    """From when on."""

    EXAMPLE: ClassVar = {"valid_from": "2026-12-01T00:00:00+08:00"}

    valid_from = Moment(required=True, metadata={"description": "First moment the version holds"})


class GridExportQuerySchema(Schema):
    """In which format."""

    format = fields.String(
        load_default="geojson",
        validate=validate.OneOf(["geojson", "gpkg", "shp"]),
        metadata={"description": "shp is a zip with GBK attributes"},
    )


class GridQuerySchema(PageQuerySchema):
    """Which grids; without version the ones that hold at ``at`` (now by default)."""

    limit = QueryWhole(low=1, high=1000, load_default=200, metadata={"description": "Grids per page"})
    bbox = CommaList(
        Real(low=-180, high=180),
        load_default=None,
        metadata={"description": "west,south,east,north in degrees", "type": "string"},
    )
    street = digits(STREET, "Of this street alone", load_default=None)
    code = digits(GRID, "This grid alone", load_default=None)
    version = fields.UUID(load_default=None, metadata={"description": "Of this version"})
    at = Moment(load_default=None, metadata={"description": "As they held at this moment"})
    q = Words(max_length=100, load_default=None, metadata={"description": "In code, name, the district's own code"})
    geometry = fields.Boolean(load_default=True, metadata={"description": "false: without polygons, for choosing one"})

    @validates_schema
    def check_box(self, data: dict[str, Any], **_: Any) -> None:
        """A box is four numbers, west of east and south of north."""
        box = data.get("bbox")
        if box is None:
            return
        if len(box) != 4 or box[0] > box[2] or box[1] > box[3] or not -90 <= box[1] <= box[3] <= 90:
            raise ValidationError("Invalid type: west,south,east,north is wanted.", "bbox")


class GridLocateQuerySchema(Schema):
    """A position as a phone gives it."""

    lon = Real(low=-180, high=180, required=True, metadata={"description": "Degrees east"})
    lat = Real(low=-90, high=90, required=True, metadata={"description": "Degrees north"})
    accuracy_m = Real(low=0, high=100_000, load_default=None, metadata={"description": "Radius of the accuracy circle"})
    datum = Choice(Datum, load_default=Datum.WGS84, metadata={"description": "What the degrees are measured in"})
    at = Moment(load_default=None, metadata={"description": "By the grids that held then; now by default"})
    prefer = digits(GRID, "The task's grid; chosen where the circle touches it", load_default=None)


class GridCandidateSchema(Schema):
    """A grid the circle touches."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    share = fields.Float(required=True, metadata={"description": "Share of the circle, 0 … 1"})


class GridPlaceSchema(Schema):
    """Where a position lies."""

    verdict = Choice(Verdict, required=True)
    lon = fields.Float(required=True, metadata={"description": "CGCS2000"})
    lat = fields.Float(required=True, metadata={"description": "CGCS2000"})
    grid_code = fields.String(required=True, allow_none=True)
    grid_name = fields.String(required=True, allow_none=True)
    street_code = fields.String(required=True, allow_none=True)
    version_id = fields.UUID(required=True, allow_none=True)
    candidates = fields.List(fields.Nested(GridCandidateSchema), required=True)
    distance_m = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "To the nearest grid; 0 inside one, null: none is near"},
    )
    note = fields.String(
        required=True, allow_none=True, metadata={"description": "before_first_version, no_version or null"}
    )


class ResponsibilityQuerySchema(PageQuerySchema):
    """Which responsibilities."""

    user_id = fields.UUID(load_default=None, metadata={"description": "Of this worker"})
    grid_code = digits(GRID, "For this grid", load_default=None)
    street = digits(STREET, "In this street", load_default=None)
    role = Choice(GridRole, load_default=None)
    on = Day(load_default=None, metadata={"description": "Those that hold on this day"})
    ends_before = Day(load_default=None, metadata={"description": "Those whose first day without lies before this day"})


class ResponsibilityCreateSchema(Schema):
    """Who shall answer for which grid."""

    EXAMPLE: ClassVar = {
        "user_id": "0199f1c2-5a00-7000-8000-000000000002",
        "grid_code": "310107005601001",
        "role": "lead",
        "valid_from": "2026-11-01",
    }

    user_id = fields.UUID(required=True)
    grid_code = digits(GRID, "15 digits", required=True)
    role = Choice(GridRole, required=True)
    valid_from = Day(required=True, metadata={"description": "First day"})
    valid_to = Day(load_default=None, allow_none=True, metadata={"description": "First day no more; null: until ended"})


class ResponsibilityEndSchema(Schema):
    """When it ends."""

    EXAMPLE: ClassVar = {"valid_to": "2026-12-01"}

    valid_to = Day(required=True, metadata={"description": "First day it no longer holds"})


class ResponsibilitySchema(Schema):
    """A worker answers for a grid."""

    id = fields.UUID(required=True)
    grid_code = fields.String(required=True)
    street_code = fields.String(required=True)
    user_id = fields.UUID(required=True)
    user_name = fields.String(required=True)
    role = Choice(GridRole, required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)


class ResponsibilityPageSchema(PageSchema):
    """A page of responsibilities, newest first."""

    items = fields.List(fields.Nested(ResponsibilitySchema), required=True)


class GridDayQuerySchema(PageQuerySchema):
    """On which day."""

    on = Day(load_default=None, metadata={"description": "Today by default"})
    street = digits(STREET, "In this street", load_default=None)


class GridLeaderlessSchema(Schema):
    """A grid that nobody leads."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    street_code = fields.String(required=True)
    street_name = fields.String(required=True)
    others = fields.Integer(required=True, metadata={"description": "Backups and helpers on that day"})


class GridLeaderlessPageSchema(PageSchema):
    """A page of grids without a lead, by code."""

    items = fields.List(fields.Nested(GridLeaderlessSchema), required=True)
