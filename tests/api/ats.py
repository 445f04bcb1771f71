"""Abstract tests by their id, and what they share: the service's own API definition and schemas. Not here: the tests."""

from collections.abc import Callable
from typing import Any

from jsonschema import Draft202012Validator

from backend.api.ogc.documents import inlined
from backend.api.ogc.shapes import SHAPES
from tests.api.gis import COLLECTIONS, Gis, Place

EVERY = COLLECTIONS
GEOJSON = "application/geo+json"
OTHER_PATHS = ("", "/conformance", "/api", "/collections", "/collections/reports")
Abstract = Callable[[Gis, Place], None]


class Suite(dict[str, Abstract]):
    """Tests by the id that the standard gives them."""

    def of(self, test_id: str) -> Callable[[Abstract], Abstract]:
        """Register a test under its id."""

        def keep(test: Abstract) -> Abstract:
            assert test_id not in self
            self[test_id] = test
            return test

        return keep


def definition(gis: Gis) -> Any:
    """The API definition."""
    return gis.get("/api")


def parameter(gis: Gis, name: str, collection: str = "reports") -> dict[str, Any]:
    """How the API definition describes a parameter of the items."""
    operation = definition(gis)["paths"][f"/collections/{collection}/items"]["get"]
    found = [one for one in operation["parameters"] if one["name"] == name]
    assert len(found) == 1, name
    return found[0]


def by_rel(links: list[dict[str, str]], rel: str) -> list[dict[str, str]]:
    """Links of a relation."""
    return [link for link in links if link["rel"] == rel]


def check_links(links: list[dict[str, str]], *rels: str) -> None:
    """All links say what they are and in which form, and there is one of each relation."""
    assert all(link["href"].startswith("http") and link["rel"] and link["type"] for link in links)
    for rel in rels:
        assert by_rel(links, rel), rel


def check_shape(body: Any, name: str) -> None:
    """An answer keeps to its schema of the API definition."""
    assert [error.message for error in Draft202012Validator(inlined(SHAPES[name])).iter_errors(body)] == []


def follow(gis: Gis, link: dict[str, str]) -> Any:
    """What a link leads to; it must be there, and of the form that was said."""
    reply = gis.client.get(link["href"], headers=gis.headers)
    assert reply.status_code == 200, link
    assert reply.mimetype == link["type"].split(";")[0], link
    return reply


def first(gis: Gis, collection: str) -> str:
    """The id of some feature."""
    return gis.ids(collection, limit=1)[0]


def positions(geometry: Any) -> list[list[float]]:
    """Every position of a geometry, none of what has none."""
    if geometry is None:
        return []
    found: list[list[float]] = []
    rest = [geometry["coordinates"]]
    while rest:
        part = rest.pop()
        if isinstance(part[0], list):
            rest += part
        else:
            found.append(part)
    return found


def check_problem(document: dict[str, Any], problem: dict[str, Any]) -> None:
    """A refusal keeps to the schema of refusals."""
    schema = document["components"]["schemas"]["exception"]
    assert set(schema["required"]) <= set(problem) <= set(schema["properties"])
