"""The parameters of requests under /ogc as OpenAPI 3.0 describes them. Not here: what they mean (domain/ogc/parameters)."""

from typing import Any

from backend.domain.ogc.collections import Field
from backend.domain.ogc.parameters import DEFAULT_LIMIT, MAX_LIMIT
from grids.systems import default_system, systems

Parameter = dict[str, Any]
# JSON Schema of each kind of attribute
KINDS: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "uuid": {"type": "string", "format": "uuid"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "datetime": {"type": "string", "format": "date-time"},
}


def _query(name: str, told: str, schema: dict[str, Any], **more: Any) -> Parameter:
    return {"name": name, "in": "query", "required": False, "description": told, "schema": schema, **more}


CRS_URI = {"type": "string", "format": "uri", "default": default_system().uri, "enum": list(systems())}
FORMAT = _query("f", "Form of the answer; Accept says the same.", {"type": "string", "enum": ["json", "html"]})
LANGUAGE = _query("lang", "Language of titles and pages.", {"type": "string", "enum": ["zh", "en"]})
LIMIT = _query(
    "limit",
    f"Features on a page; more than {MAX_LIMIT} means {MAX_LIMIT}.",
    {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    style="form",
    explode=False,
)
BBOX = _query(
    "bbox",
    "Four numbers, or six with heights, which are left out; axes in the order of bbox-crs. In longitude and latitude a west "
    "greater than the east crosses the antimeridian. Features without a position are in every box.",
    {
        "type": "array",
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
        "items": {"type": "number"},
    },
    style="form",
    explode=False,
)
DATETIME = _query(
    "datetime",
    "A moment (RFC 3339 with offset), or an interval such as 2026-11-01T00:00:00Z/2026-11-20T02:00:00Z, one end of which may "
    "be open (..).",
    {"type": "string"},
    style="form",
    explode=False,
)
CRS = _query("crs", "The system of the answer; axes in the authority's order.", CRS_URI, style="form", explode=False)
BBOX_CRS = _query("bbox-crs", "The system of bbox.", CRS_URI, style="form", explode=False)
CURSOR = _query("cursor", "Where a page begins: from the link to the next one.", {"type": "string"})
EVERYWHERE = (FORMAT, LANGUAGE)
OF_ITEMS = (LIMIT, BBOX, BBOX_CRS, CRS, DATETIME, CURSOR)


def of_field(field: Field) -> Parameter:
    """The parameter that asks for a value of an attribute."""
    choices = {"enum": [choice.value for choice in field.choices]} if field.choices else {}
    told = f"{field.zh} · {field.en}"
    return _query(field.name, told, {**KINDS[field.kind], **choices}, style="form", explode=False)


def in_path(name: str, schema: dict[str, Any], told: str) -> Parameter:
    """A parameter of the path."""
    return {"name": name, "in": "path", "required": True, "description": told, "schema": schema}
