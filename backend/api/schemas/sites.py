"""Shapes of sites. Not here: rules (domain/sites)."""

from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate

from backend.api.schemas.areas import AreaText
from backend.api.schemas.fields import Choice, CommaList, Moment, Real, Whole, Words
from backend.api.schemas.paging import PageQuerySchema, PageSchema
from backend.api.schemas.tables import RowFaultSchema
from backend.api.schemas.tasks import GRID, STREET, HistoryLineSchema
from backend.domain.vocabulary import Category, Datum, Outcome, PositionSource, ReportStatus, SiteStatus


class BBox(fields.Field[tuple[float, float, float, float]]):
    """west,south,east,north in degrees."""

    def __init__(self, **kwargs: Any) -> None:
        shown = {"type": "string", "example": "121.38,31.22,121.45,31.27", **kwargs.pop("metadata", {})}
        super().__init__(metadata=shown, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[float, float, float, float]:
        parts = value.split(",") if isinstance(value, str) else []
        if len(parts) != 4:
            raise ValidationError("Not a valid list.")
        bounds = (180.0, 90.0, 180.0, 90.0)
        west, south, east, north = (
            Real(low=-bound, high=bound).deserialize(part) for part, bound in zip(parts, bounds, strict=True)
        )
        if west > east or south > north:
            raise ValidationError("Not a valid list.")
        return west, south, east, north


class SitePositionInSchema(Schema):
    """A position as it was measured or read off."""

    lon = Real(low=-180, high=180, required=True)
    lat = Real(low=-90, high=90, required=True)
    datum = Choice(Datum, required=True)
    accuracy_m = Real(low=0, high=100_000, load_default=None, allow_none=True)
    source = Choice(PositionSource, load_default=PositionSource.MANUAL)


class SiteFieldsSchema(Schema):
    """What is recorded of a site."""

    address = Words(max_length=300)
    kind = Words(max_length=64, allow_none=True, metadata={"description": "Trade or type of machine"})
    uscc = Words(
        max_length=18, allow_none=True, metadata={"description": "统一社会信用代码, or an old 15-digit number"}
    )
    uscc_missing_reason = Words(max_length=64, allow_none=True, metadata={"description": "Why there is none"})
    external_code = Words(max_length=64, allow_none=True, metadata={"description": "The district's own code (sbbh)"})
    licence = fields.Dict(
        keys=Words(max_length=64),
        values=Words(max_length=300),
        validate=validate.Length(max=50),
        metadata={"description": "Licence data as recorded: number, holder, until when …"},
    )
    position = fields.Nested(SitePositionInSchema)
    grid_code = Words(
        max_length=15, validate=GRID, metadata={"description": "Only counts without a position in a grid"}
    )
    street_code = Words(max_length=9, validate=STREET, metadata={"description": "Only counts where no grid is known"})


class SiteCreateSchema(SiteFieldsSchema):
    """A new site."""

    EXAMPLE: ClassVar = {
        "name": "示例小区东门售水机",
        "category": "water_vending",
        "address": "示例路1号",
        "external_code": "PT-SSJ-0001",
        "licence": {"approval_no": "(沪)卫水字(2024)第0001号"},
        "position": {"lon": 121.4012, "lat": 31.2411, "datum": "wgs84", "source": "manual"},
    }

    name = Words(min_length=1, max_length=200, required=True)
    category = Choice(Category, required=True)


class SiteUpdateSchema(SiteFieldsSchema):
    """Only what is to change."""

    EXAMPLE: ClassVar = {"address": "示例路3号", "version": 1}

    name = Words(min_length=1, max_length=200)
    category = Choice(Category)
    version = Whole(low=1, load_default=None, allow_none=True, metadata={"description": "The version you have seen"})


class SiteActSchema(Schema):
    """What comes with an action."""

    EXAMPLE: ClassVar = {"reason": "已搬离", "version": 1}

    reason = Words(max_length=1_000, load_default=None, allow_none=True, metadata={"description": "reject, close"})
    version = Whole(low=1, load_default=None, allow_none=True, metadata={"description": "The version you have seen"})


class SiteImportQuerySchema(Schema):
    """What holds for rows whose own cell is empty."""

    dry_run = fields.Boolean(load_default=False, metadata={"description": "Judge the file, store nothing"})
    category = Choice(Category, load_default=None)
    datum = Choice(Datum, load_default=None, metadata={"description": "Of positions in a file without such a column"})


class SiteFilterSchema(Schema):
    """Narrows sites; everything given must hold."""

    status = CommaList(Choice(SiteStatus), load_default=list, metadata={"description": "One or more, with commas"})
    category = CommaList(Choice(Category), load_default=list, metadata={"description": "One or more, with commas"})
    kind = Words(max_length=64, load_default=None)
    street = Words(max_length=9, validate=STREET, load_default=None)
    grid_code = Words(max_length=15, validate=GRID, load_default=None)
    external_code = Words(max_length=64, load_default=None)
    not_visited_since = Moment(load_default=None)
    bbox = BBox(load_default=None, metadata={"description": "west,south,east,north in degrees"})
    q = Words(max_length=100, load_default=None, metadata={"description": "In name, address, code, credit code"})
    area = AreaText()


class SiteQuerySchema(SiteFilterSchema, PageQuerySchema):
    """Filters and page."""


class SitePositionSchema(Schema):
    """A position in the stored datum."""

    lon = fields.Float(required=True)
    lat = fields.Float(required=True)
    datum = fields.Constant("cgcs2000")


class SiteSchema(Schema):
    """A site as lists show it."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True)
    category = Choice(Category, required=True)
    kind = fields.String(required=True, allow_none=True)
    status = Choice(SiteStatus, required=True)
    uscc = fields.String(required=True, allow_none=True)
    uscc_missing_reason = fields.String(required=True, allow_none=True)
    external_code = fields.String(required=True, allow_none=True)
    licence = fields.Dict(required=True)
    position = fields.Method("_position", required=True, allow_none=True, metadata={"type": "object"})
    raw_position = fields.Dict(required=True, allow_none=True, metadata={"description": "As it was given"})
    grid_code = fields.String(required=True, allow_none=True)
    street_code = fields.String(required=True, allow_none=True)
    last_visited_at = fields.AwareDateTime(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)

    def _position(self, site: Any) -> dict[str, Any] | None:
        return SitePositionSchema().dump(site) if site.lon is not None else None


class SitePageSchema(PageSchema):
    """Sites, newest first."""

    items = fields.List(fields.Nested(SiteSchema), required=True)


class SiteVisitSchema(Schema):
    """A report made at the site."""

    report_id = fields.UUID(required=True)
    captured_at = fields.AwareDateTime(required=True)
    category = Choice(Category, required=True)
    outcome = Choice(Outcome, required=True)
    status = Choice(ReportStatus, required=True)


class SiteDetailSchema(SiteSchema):
    """A site with its history and its newest visits."""

    history = fields.List(fields.Nested(HistoryLineSchema), required=True)
    visits = fields.List(fields.Nested(SiteVisitSchema), required=True)


class SiteImportSchema(Schema):
    """What an import found and did."""

    dry_run = fields.Boolean(required=True)
    row_count = fields.Integer(required=True)
    created = fields.Integer(required=True)
    updated = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    faults = fields.List(fields.Nested(RowFaultSchema), required=True, metadata={"description": "Of a dry run"})
    notes = fields.List(
        fields.Nested(RowFaultSchema), required=True, metadata={"description": "Worth a look; the row was taken"}
    )
    ignored_columns = fields.List(fields.String(), required=True)
