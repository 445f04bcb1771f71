"""Asks the map as one person. Not here: what stands on it (tests/factories/maps.py)."""

from collections.abc import Iterable
from typing import Any

import mapbox_vector_tile
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.domain.tiles import Tile, map_key, tile_of
from backend.persistence.models import User
from tests.factories import token_for


class MapReader:
    """A signed-in user at the map."""

    def __init__(self, app: Flask, session: Session, user: User) -> None:
        self.client: FlaskClient = app.test_client()
        self.headers = {"Authorization": f"Bearer {token_for(app, session, user)}"}
        session.commit()

    def ask(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> TestResponse:
        """The answer of GET /api/v1<path>."""
        return self.client.get(f"/api/v1{path}", query_string=query, headers={**self.headers, **(headers or {})})

    def tile(self, layer: str, tile: Tile, **query: Any) -> list[dict[str, Any]]:
        """The features of one tile, none where it is empty."""
        answer = self.ask(f"/map/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt", **query)
        assert answer.status_code in (200, 204), answer.text
        if answer.status_code == 204:
            return []
        decoded = mapbox_vector_tile.decode(answer.data)
        assert list(decoded) == [layer]
        features: list[dict[str, Any]] = decoded[layer]["features"]
        assert features
        return features

    def tiles(self, layer: str, z: int, places: Iterable[tuple[float, float]], **query: Any) -> list[dict[str, Any]]:
        """The properties of all features in all tiles in which any of ``places`` lies, and in their neighbours."""
        wanted = set()
        for place in places:
            tile = tile_of(map_key(*place), z)
            around = [-1, 0, 1] if 8 < z < 13 else [0]
            wanted |= {(tile.x + x, tile.y + y) for x in around for y in around}
        side = 1 << z
        return [
            feature["properties"]
            for x, y in sorted(wanted)
            if 0 <= x < side and 0 <= y < side
            for feature in self.tile(layer, Tile(z, x, y), **query)
        ]

    def everything(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All items of a list, page by page."""
        items, cursor = [], None
        while True:
            answer = self.ask(path, limit=500, **query, **({"cursor": cursor} if cursor else {}))
            assert answer.status_code == 200, answer.text
            items += answer.json["items"]
            cursor = answer.json["next_cursor"]
            if cursor is None:
                return items
