"""/ogc/collections/…/items: features as GeoJSON or as a page, by page or singly. Not here: which rows (queries/ogc)."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from flask import Response
from sqlalchemy import Row

from backend.api.endpoint import Call, endpoint
from backend.api.ogc.answers import Link, answer, kept, link, page_of, self_links, with_link_header
from backend.api.ogc.asking import GEOJSON, HTML, JSON, Asked, asked
from backend.api.ogc.blueprint import blueprint
from backend.api.ogc.collections import PROBLEMS, readable
from backend.api.ogc.documents import document
from backend.domain.ogc.collections import Collection, with_labels
from backend.domain.ogc.parameters import parse_area, parse_limit, parse_span, parse_system, parse_value, refused
from backend.persistence.queries.ogc.pages import FeaturePage, Wanted, feature, feature_page
from grids.systems import System

PARAMETERS = ("limit", "bbox", "bbox-crs", "crs", "datetime", "cursor")
LAST_SEQ = 2**63 - 1


@endpoint(
    blueprint,
    "/collections/<collection_id>/items",
    permission="ogc.read",
    summary="Features of a collection that one may see, by box, time and values of attributes",
    problems=(*PROBLEMS, "not_found"),
    document=document("items"),
)
def show_items(call: Call, collection_id: str) -> Response:
    one = readable(call, collection_id)
    ask = asked({*PARAMETERS, *(field.name for field in one.queryables)})
    limit = parse_limit(ask.get("limit"))
    system = parse_system("crs", ask.get("crs"))
    after, at = _read_cursor(one, ask.get("cursor"), call.now)
    wanted = Wanted(
        at,
        parse_area(ask.get("bbox"), parse_system("bbox-crs", ask.get("bbox-crs"))),
        parse_span(ask.get("datetime")),
        {field.name: parse_value(field, ask.given[field.name]) for field in one.queryables if field.name in ask.given},
    )
    found = feature_page(
        call.session, one.id, call.actor, wanted, system=system, limit=limit, after=after, now=call.now
    )  # fmt: skip
    next_cursor = None if found.next_key is None else _cursor(one, found.next_key, at)
    return _items(ask, one, found, system, next_cursor, call.now)


@endpoint(
    blueprint,
    "/collections/<collection_id>/items/<feature_id>",
    permission="ogc.read",
    summary="One feature",
    problems=(*PROBLEMS, "not_found"),
    document=document("item"),
)
def show_item(call: Call, collection_id: str, feature_id: str) -> Response:
    one = readable(call, collection_id)
    ask = asked(("crs",))
    system = parse_system("crs", ask.get("crs"))
    row = feature(call.session, one.id, call.actor, feature_id, system, call.now)
    body = _feature(one, row)
    body["links"] = [*self_links(ask, GEOJSON), link(ask.at(f"/collections/{one.id}"), "collection", JSON)]
    response = answer(ask, "item", body, GEOJSON, collection=one)
    return _of_system(with_link_header(response, body["links"]), system)


def _items(
    ask: Asked, one: Collection, found: FeaturePage, system: System, next_cursor: str | None, now: datetime
) -> Response:
    links = _links(ask, one, next_cursor)
    features = [_feature(one, row) for row in found.rows]
    counted = {} if found.matched is None else {"numberMatched": found.matched}
    body = {
        "type": "FeatureCollection",
        "timeStamp": now.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z"),
        "numberReturned": len(features),
        **counted,
        "links": links,
        "features": features,
    }
    # the time of the answer is no part of what is compared
    unchanging = orjson.dumps({**body, "timeStamp": None}, option=orjson.OPT_UTC_Z)
    if ask.is_html:
        response = page_of(ask, "items", body=body, collection=one)
    else:
        response = Response(orjson.dumps(body, option=orjson.OPT_UTC_Z), mimetype=GEOJSON)
    return _of_system(with_link_header(kept(response, unchanging), links), system)


def _links(ask: Asked, one: Collection, next_cursor: str | None) -> list[Link]:
    links = [*self_links(ask, GEOJSON), link(ask.at(f"/collections/{one.id}"), "collection", JSON)]
    if next_cursor is not None:
        links.append(link(ask.here(cursor=next_cursor), "next", HTML if ask.is_html else GEOJSON))
    return links


def _feature(one: Collection, row: Row[Any]) -> dict[str, Any]:
    values = row._asdict()
    return {
        "type": "Feature",
        "id": values.pop("feature_id"),
        "geometry": None if row.geometry is None else orjson.Fragment(row.geometry),
        "properties": with_labels(one, values),
    }


def _of_system(response: Response, system: System) -> Response:
    response.headers["Content-Crs"] = f"<{system.uri}>"
    return response


def _cursor(one: Collection, key: Any, at: datetime) -> str:
    """Where the next page begins. Of grids also the moment the first was asked for, lest a new version come between."""
    text = f"{key.hex}{int(at.timestamp())}" if one.id == "grids" else str(key)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(one: Collection, cursor: str | None, now: datetime) -> tuple[Any, datetime]:
    if cursor is None:
        return None, now
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        if one.id == "grids":
            return UUID(hex=text[:32]), datetime.fromtimestamp(int(text[32:]), UTC)
        seq = int(text)
        if not 0 <= seq <= LAST_SEQ:
            raise ValueError
    except (binascii.Error, ValueError, OverflowError, OSError):
        raise refused("cursor", "翻页标记无效，请从第一页重新开始。",
                      "The page cursor is not valid; start from the first page.") from None  # fmt: skip
    return seq, now
