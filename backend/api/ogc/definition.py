"""/ogc/api: the API definition in OpenAPI 3.0, which desktop GIS read; the product's own document is 3.1, which they do not."""

from typing import Any

from flask import Response

from backend.api.endpoint import PUBLIC, Call, endpoint
from backend.api.ogc.answers import answer, self_links
from backend.api.ogc.asking import GEOJSON, HTML, JSON, SCHEMA_JSON, Asked, asked
from backend.api.ogc.blueprint import blueprint
from backend.api.ogc.parameters import CRS, EVERYWHERE, OF_ITEMS, Parameter, in_path, of_field
from backend.api.ogc.shapes import EXAMPLES, OPENAPI_KIND, SHAPES, exact, to
from backend.domain.ogc.collections import Collection, collections

REFUSALS = {
    "400": "A parameter that is not known, or has no valid value.",
    "401": "Nobody is signed in.",
    "403": "Not for the caller's roles.",
    "404": "Not there, or not the caller's to see.",
    "500": "Something went wrong and was logged.",
}
PROBLEM = exact(
    {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
     "code": {"type": "string"}, "detail": {"type": "string"}, "request_id": {"type": "string", "nullable": True}},
    {"errors": {"type": "array", "items": exact(
        {"path": {"type": "string"}, "code": {"type": "string"}, "message": {"type": "string"}})}},
)  # fmt: skip
FEATURE_ID = in_path("featureId", {"type": "string", "format": "uuid"}, "The id of a feature.")
SYSTEM = {
    "Content-Crs": {"description": "The system of the positions, in angle brackets.", "schema": {"type": "string"}}
}
DOCUMENTED = {"openapi": "3.0.3", "info": {"title": "GridPatrol", "version": "1.0"}, "paths": {}}


@endpoint(
    blueprint,
    "/api",
    permission=PUBLIC,
    summary="The API definition of these addresses, in OpenAPI 3.0",
    problems=("ogc_unknown_parameter", "ogc_bad_parameter"),
    document={
        "parameters": list(EVERYWHERE),
        "responses": {
            "200": {
                "description": "An OpenAPI 3.0 document.",
                "content": {
                    OPENAPI_KIND: {
                        "schema": {"type": "object", "required": ["openapi", "info", "paths"]},
                        "example": DOCUMENTED,
                    },
                    HTML: {"schema": {"type": "string"}},
                },
            },
            "304": {"description": "The client has it already (If-None-Match)."},
        },
    },
)
def show_definition(call: Call) -> Response:
    ask = asked()
    links = self_links(ask, OPENAPI_KIND)
    return answer(ask, "api", definition(ask), OPENAPI_KIND, links=links, listed=list(collections().values()))


def definition(ask: Asked) -> dict[str, Any]:
    """The OpenAPI 3.0 document of /ogc as ``ask`` reaches it."""
    paths = {
        "/": _get("Landing page", "landingPage", JSON, is_open=True),
        "/conformance": _get("Conformance classes", "confClasses", JSON, is_open=True),
        "/collections": _get("Collections", "collections", JSON),
    }
    for one in collections().values():
        paths |= _paths_of(one, ask.language)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "GridPatrol",
            "version": "1.0",
            "description": "OGC API – Features Part 1 and Part 2.",
            "license": {"name": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": ask.root}],
        "tags": [{"name": one.id, "description": one.title(ask.language)} for one in collections().values()],
        "paths": paths,
        "components": {
            "schemas": {**SHAPES, "exception": PROBLEM},
            "securitySchemes": {
                "applicationPassword": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
        },
    }


def _paths_of(one: Collection, language: str) -> dict[str, Any]:
    place, title = f"/collections/{one.id}", one.title(language)
    fields = [of_field(field) for field in one.queryables]
    return {
        place: _get(title, "collection", JSON, tag=one.id),
        f"{place}/schema": _get(f"{title}: schema", "attributeSchema", SCHEMA_JSON, tag=one.id),
        f"{place}/queryables": _get(
            f"{title}: queryables", "attributeSchema", SCHEMA_JSON, tag=one.id, operation="queryables"
        ),
        f"{place}/items": _get(
            f"{title}: items", "featureCollection", GEOJSON, (*OF_ITEMS, *fields), tag=one.id, headers=SYSTEM
        ),
        f"{place}/items/{{featureId}}": _get(
            f"{title}: item", "feature", GEOJSON, (FEATURE_ID, CRS), tag=one.id, headers=SYSTEM
        ),
    }


def _get(
    summary: str,
    shape: str,
    kind: str,
    parameters: tuple[Parameter, ...] = (),
    *,
    tag: str = "service",
    operation: str | None = None,
    is_open: bool = False,
    headers: dict[str, Any] | None = None,
) -> dict[str, Any]:
    shown = {kind: {"schema": to(shape), "example": EXAMPLES[shape]}, HTML: {"schema": {"type": "string"}}}
    problem = {"application/problem+json": {"schema": to("exception")}}
    refusals = {code: {"description": told, "content": problem} for code, told in REFUSALS.items()
                if not is_open or code in ("400", "500")}  # fmt: skip
    found: dict[str, Any] = {"description": summary, "content": shown}
    if headers:
        found["headers"] = headers
    return {
        "get": {
            "summary": summary,
            "operationId": f"{tag}.{operation or shape}",
            "tags": [tag],
            "parameters": [*parameters, *EVERYWHERE],
            "responses": {"200": found, **refusals},
            "security": [] if is_open else [{"applicationPassword": []}, {"bearer": []}],
        }
    }
