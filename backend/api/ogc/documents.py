"""The operations of /ogc for the product's own API document (OpenAPI 3.1), from the shapes of shapes.py."""

from typing import Any

from backend.api.ogc.asking import GEOJSON, HTML, JSON, SCHEMA_JSON
from backend.api.ogc.parameters import CRS, EVERYWHERE, OF_ITEMS, in_path, of_field
from backend.api.ogc.shapes import EXAMPLES, SHAPES
from backend.domain.ogc.collections import collections

COLLECTION_ID = in_path("collection_id", {"type": "string", "enum": list(collections())}, "One of the collections.")
ANSWERS = {
    "landing": ("landingPage", JSON, "The landing page.", ()),
    "conformance": ("confClasses", JSON, "The classes.", ()),
    "collections": ("collections", JSON, "The collections.", ()),
    "collection": ("collection", JSON, "The collection.", (COLLECTION_ID,)),
    "schema": ("attributeSchema", SCHEMA_JSON, "A JSON Schema.", (COLLECTION_ID,)),
    "items": ("featureCollection", GEOJSON, "A page of features.", (COLLECTION_ID, *OF_ITEMS)),
    "item": ("feature", GEOJSON, "The feature.", (COLLECTION_ID, CRS)),
}


def document(name: str) -> dict[str, Any]:
    """What OpenAPI 3.1 says of the operation ``name`` (a key of ANSWERS)."""
    shape, kind, told, parameters = ANSWERS[name]
    content = {
        kind: {"schema": inlined(SHAPES[shape]), "example": EXAMPLES[shape]},
        HTML: {"schema": {"type": "string"}},
    }
    taken = [*parameters, *(_fields() if name == "items" else ()), *EVERYWHERE]
    return {
        "parameters": [inlined(parameter) for parameter in taken],
        "responses": {
            "200": {"description": told, "content": content},
            "304": {"description": "The client has it already (If-None-Match)."},
        },
    }


def inlined(shape: Any) -> Any:
    """``shape`` without references, and with the null of JSON Schema in place of OpenAPI 3.0's ``nullable``."""
    if isinstance(shape, list | tuple):
        return [inlined(part) for part in shape]
    if not isinstance(shape, dict):
        return shape
    if "$ref" in shape:
        return inlined(SHAPES[shape["$ref"].rsplit("/", 1)[1]])
    made = {key: inlined(value) for key, value in shape.items() if key != "nullable"}
    return {"anyOf": [made, {"type": "null"}]} if shape.get("nullable") is True else made


def _fields() -> list[dict[str, Any]]:
    """The attributes one may ask for, of all collections together: each takes those that it has."""
    found: dict[str, dict[str, Any]] = {}
    for one in collections().values():
        for field in one.queryables:
            made = of_field(field)
            # a status of one collection is none of another's: the API definition of /ogc tells them apart
            if found.setdefault(field.name, made) != made:
                found[field.name] = {**made, "schema": {"type": "string"}}
    return list(found.values())
