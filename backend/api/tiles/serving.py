"""How tiles and figures are answered: by their name, from what is kept, or made anew. Not here: how they are made."""

import hashlib
from collections.abc import Callable

from flask import Response, request

from backend.api.endpoint import Call
from backend.api.tiles.kept import KEPT
from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.tiles import Tile
from backend.domain.vocabulary import MapLayer, Role
from backend.persistence.queries.tiles import SOURCES, state_of

MVT = "application/vnd.mapbox-vector-tile"
BINARY = {"schema": {"type": "string", "format": "binary"}}
# Asked for again each time, which costs no more than a 304: what one may see can change from one moment to the next.
CACHE_CONTROL = "private, no-cache"
DOCUMENT = {
    "responses": {
        "200": {
            "description": "A Mapbox Vector Tile 2.1 of extent 4096 with one layer, called like the map's.",
            "content": {MVT: BINARY},
        },
        "204": {"description": "Nothing is there for you."},
        "304": {"description": "You have it already (If-None-Match)."},
    }
}


def tile_answer(call: Call, layer: MapLayer, tile: Tile, *more: object, make: Callable[[], bytes]) -> Response:
    """The tile, or 304, or 204 where it is empty. ``more``: whatever else it depends on beside the filters."""
    return answer_by_state(call, SOURCES[layer], layer, tile, *more, mimetype=MVT, make=make)


def answer_by_state(
    call: Call, sources: tuple[str, ...], *more: object, mimetype: str, make: Callable[[], bytes]
) -> Response:
    """What ``make`` makes of the rows of ``sources``, the query and the actor's sight, or 304, or 204 where that is empty;
    what was made once is kept for as long as it is right."""
    state = state_of(call.session, sources, call.now)
    parts = (sorted(call.query.items()), sight_of(call.actor), local_day(call.now), *more, state)
    name = hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
    if request.if_none_match.contains(name):
        return _headed(Response(status=304), name)
    content = KEPT.get(name)
    if content is None:
        content = make()
        KEPT.put(name, content)
    return _headed(Response(content, mimetype=mimetype) if content else Response(status=204), name)


def sight_of(actor: Actor) -> tuple[object, ...]:
    """What decides which rows an actor sees, as far as it lies with him: the same for all who see the whole district."""
    if actor.sees_district:
        return ("district",)
    himself = actor.user_id if actor.roles & {Role.GRID_WORKER, Role.STREET_COORDINATOR} else None
    return sorted(actor.roles), himself, sorted(actor.street_codes), sorted(map(str, actor.department_ids))


def _headed(response: Response, name: str) -> Response:
    response.set_etag(name)
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response
