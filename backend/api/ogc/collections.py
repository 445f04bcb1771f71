"""/ogc/collections: what there is, one by one, with its attributes. Not here: features (items.py)."""

from typing import Any

from flask import Response

from backend.api.endpoint import Call, endpoint
from backend.api.ogc.answers import Link, answer, link, self_links
from backend.api.ogc.asking import GEOJSON, HTML, JSON, SCHEMA_JSON, Asked, asked
from backend.api.ogc.blueprint import blueprint
from backend.api.ogc.documents import document
from backend.api.ogc.parameters import KINDS
from backend.domain.ogc.collections import Collection, Field, collection, collections
from backend.domain.permissions import can, check
from backend.persistence.queries.ogc.extents import extent
from grids.systems import default_system, stored_system, systems

PROBLEMS = ("ogc_unknown_parameter", "ogc_bad_parameter")
REL = "http://www.opengis.net/def/rel/ogc/1.0"
# OGC API – Features Part 5 names what an attribute is for
ROLES = {"start": "primary-interval-start", "end": "primary-interval-end", "instant": "primary-instant"}


@endpoint(
    blueprint,
    "/collections",
    permission="ogc.read",
    summary="The collections one may read",
    problems=PROBLEMS,
    document=document("collections"),
)
def show_collections(call: Call) -> Response:
    ask = asked()
    listed = [_described(call, ask, one) for one in collections().values() if can(call.actor.roles, one.permission)]
    links = [*self_links(ask), link(ask.at(""), "root", JSON)]
    return answer(ask, "collections", {"links": links, "collections": listed})


@endpoint(
    blueprint,
    "/collections/<collection_id>",
    permission="ogc.read",
    summary="One collection: what it holds, how far it reaches, its coordinate systems",
    problems=(*PROBLEMS, "not_found"),
    document=document("collection"),
)
def show_collection(call: Call, collection_id: str) -> Response:
    ask, one = asked(), readable(call, collection_id)
    body = _described(call, ask, one)
    body["links"] = [*self_links(ask), *body["links"]]
    return answer(ask, "collection", body, fields=list(one.fields.values()))


@endpoint(
    blueprint,
    "/collections/<collection_id>/schema",
    permission="ogc.read",
    summary="The attributes of a collection, as a JSON Schema with their titles",
    problems=(*PROBLEMS, "not_found"),
    document=document("schema"),
)
def show_schema(call: Call, collection_id: str) -> Response:
    ask, one = asked(), readable(call, collection_id)
    return _schema(ask, one, list(one.fields.values()), is_whole=True)


@endpoint(
    blueprint,
    "/collections/<collection_id>/queryables",
    permission="ogc.read",
    summary="The attributes that may be asked for by their value, as a JSON Schema",
    problems=(*PROBLEMS, "not_found"),
    document=document("schema"),
)
def show_queryables(call: Call, collection_id: str) -> Response:
    ask, one = asked(), readable(call, collection_id)
    return _schema(ask, one, one.queryables, is_whole=False)


def readable(call: Call, collection_id: str) -> Collection:
    """The collection that is asked for. Raises not_found, and forbidden where the caller's roles do not read it."""
    found = collection(collection_id)
    check(call.actor.roles, found.permission)
    return found


def _described(call: Call, ask: Asked, one: Collection) -> dict[str, Any]:
    box = extent(call.session, one.id, call.actor, call.now)
    reach: dict[str, Any] = {"temporal": {"interval": [[None, None]]}}
    if box is not None:
        reach["spatial"] = {"bbox": [list(box)], "crs": default_system().uri}
    return {
        "id": one.id,
        "title": one.title(ask.language),
        "description": one.about(ask.language),
        "itemType": "feature",
        "extent": reach,
        "crs": list(systems()),
        "storageCrs": stored_system().uri,
        "links": _links_of(ask, one),
    }


def _links_of(ask: Asked, one: Collection) -> list[Link]:
    place, title = f"/collections/{one.id}", one.title(ask.language)
    return [
        link(ask.at(f"{place}/items", f="json"), "items", GEOJSON, title),
        link(ask.at(f"{place}/items", f="html"), "items", HTML, title),
        link(ask.at(f"{place}/schema", f="json"), f"{REL}/schema", SCHEMA_JSON),
        link(ask.at(f"{place}/queryables", f="json"), f"{REL}/queryables", SCHEMA_JSON),
    ]


def _schema(ask: Asked, one: Collection, fields: list[Field], *, is_whole: bool) -> Response:
    named = {field.name: _property(field, ask.language) for field in fields}
    if is_whole:
        kind = "point" if one.geometry == "Point" else "multipolygon"
        named = {
            "id": {"type": "string", "format": "uuid", "x-ogc-role": "id"},
            "geometry": {"x-ogc-role": "primary-geometry", "format": f"geometry-{kind}"},
            **named,
        }
    body = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ask.at(ask.path),
        "type": "object",
        "title": one.title(ask.language),
        "description": one.about(ask.language),
        "properties": named,
        "additionalProperties": False,
    }
    return answer(ask, "schema", body, SCHEMA_JSON, links=self_links(ask, SCHEMA_JSON))


def _property(field: Field, language: str) -> dict[str, Any]:
    made = {"title": field.title(language), **KINDS[field.kind]}
    if field.choices is not None:
        made["enum"] = [choice.value for choice in field.choices]
    if field.time is not None:
        made["x-ogc-role"] = ROLES[field.time]
    return made
