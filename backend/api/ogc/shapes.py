"""The shapes of answers under /ogc as OpenAPI 3.0 schemas, and an example of each. Both API documents are made from them:
the product's own (3.1, documents.py) and the one of /ogc (3.0, definition.py).
"""

from typing import Any

from grids.systems import systems

OPENAPI_KIND = "application/vnd.oai.openapi+json;version=3.0"
Shape = dict[str, Any]
TEXT: Shape = {"type": "string"}
URI: Shape = {"type": "string", "format": "uri-reference"}
NUMBERS: Shape = {"type": "array", "items": {"type": "number"}, "minItems": 2}
MOMENT_OR_NONE: Shape = {"type": "string", "format": "date-time", "nullable": True}


def to(name: str) -> Shape:
    """A reference to one of SHAPES."""
    return {"$ref": f"#/components/schemas/{name}"}


def exact(required: dict[str, Shape], optional: dict[str, Shape] | None = None) -> Shape:
    """An object with these properties and no others."""
    needed = {"required": list(required)} if required else {}
    properties = {**required, **(optional or {})}
    return {"type": "object", **needed, "properties": properties, "additionalProperties": False}


def _listed(name: str) -> Shape:
    return {"type": "array", "items": to(name)}


def _geometry(kind: str, depth: int) -> Shape:
    coordinates = NUMBERS
    for _ in range(depth):
        coordinates = {"type": "array", "items": coordinates}
    return exact({"type": {"type": "string", "enum": [kind]}, "coordinates": coordinates})


SHAPES: dict[str, Shape] = {
    "link": exact({"href": URI, "rel": TEXT, "type": TEXT}, {"title": TEXT}),
    "landingPage": exact({"title": TEXT, "description": TEXT, "links": _listed("link")}),
    "confClasses": exact({"conformsTo": {"type": "array", "items": URI}, "links": _listed("link")}),
    "extent": exact(
        {"temporal": exact({"interval": {"type": "array", "minItems": 1,
                                         "items": {"type": "array", "minItems": 2, "maxItems": 2,
                                                   "items": MOMENT_OR_NONE}}})},
        {"spatial": exact({"bbox": {"type": "array", "minItems": 1,
                                    "items": {"type": "array", "minItems": 4, "maxItems": 4,
                                              "items": {"type": "number"}}}, "crs": URI})},
    ),
    "collection": exact({"id": TEXT, "title": TEXT, "description": TEXT,
                         "itemType": {"type": "string", "enum": ["feature"]}, "extent": to("extent"),
                         "crs": {"type": "array", "items": URI}, "storageCrs": URI, "links": _listed("link")}),
    "collections": exact({"links": _listed("link"), "collections": _listed("collection")}),
    "attributeSchema": exact({"$schema": URI, "$id": URI, "type": TEXT, "title": TEXT, "description": TEXT,
                              "properties": {"type": "object", "additionalProperties": to("attribute")},
                              "additionalProperties": {"type": "boolean"}}),
    "attribute": exact({}, {"title": TEXT, "type": TEXT, "format": TEXT, "enum": {"type": "array", "items": TEXT},
                            "x-ogc-role": TEXT}),
    "point": _geometry("Point", 0),
    "multiPolygon": _geometry("MultiPolygon", 3),
    "feature": exact(
        {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string", "format": "uuid"},
            "geometry": {"nullable": True, "oneOf": [to("point"), to("multiPolygon")]},
            "properties": {
                "type": "object",
                "additionalProperties": {
                    "nullable": True, "oneOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}],
                },
            },
        },
        {"links": _listed("link")},
    ),
    "featureCollection": exact(
        {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberReturned": {"type": "integer", "minimum": 0},
            "links": _listed("link"),
            "features": _listed("feature"),
        },
        {"numberMatched": {"type": "integer", "minimum": 0}},
    ),
}  # fmt: skip

_LINK = {"href": "/ogc?f=json", "rel": "self", "type": "application/json"}
_COLLECTION = {
    "id": "reports",
    "title": "上报",
    "description": "网格员的上报（线索材料）。",
    "itemType": "feature",
    "extent": {
        "temporal": {"interval": [[None, None]]},
        "spatial": {"bbox": [[121.3, 31.2, 121.5, 31.3]], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
    },
    "crs": list(systems()),
    "storageCrs": "http://www.opengis.net/def/crs/EPSG/0/4490",
    "links": [{**_LINK, "href": "/ogc/collections/reports/items?f=json", "rel": "items"}],
}
_FEATURE = {
    "type": "Feature",
    "id": "0198c0de-0000-7000-8000-000000000001",
    "geometry": {"type": "Point", "coordinates": [121.4012, 31.2412]},
    "properties": {"category": "illegal_practice", "category_zh": "非法行医", "captured_at": "2026-11-20T01:12:00Z"},
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "landingPage": {"title": "网格巡查", "description": "地图数据", "links": [_LINK]},
    "confClasses": {
        "conformsTo": ["http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"],
        "links": [_LINK],
    },
    "collections": {"links": [_LINK], "collections": [_COLLECTION]},
    "collection": _COLLECTION,
    "attributeSchema": {
        "$schema": "/schema",
        "$id": "/ogc/collections/reports/schema",
        "type": "object",
        "title": "上报",
        "description": "网格员的上报（线索材料）。",
        "properties": {"category": {"title": "类别代码", "type": "string", "enum": ["illegal_practice"]}},
        "additionalProperties": False,
    },
    "feature": {**_FEATURE, "links": [_LINK]},
    "featureCollection": {
        "type": "FeatureCollection",
        "timeStamp": "2026-11-20T02:00:00Z",
        "numberReturned": 1,
        "numberMatched": 1,
        "links": [_LINK],
        "features": [_FEATURE],
    },
}
