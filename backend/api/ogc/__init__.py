"""/ogc: OGC API – Features for desktop GIS and other programs, with the caller's own visibility."""

from backend.api.ogc import collections, connect, definition, entrance, items
from backend.api.ogc.blueprint import blueprint

VIEWS = (collections, connect, definition, entrance, items)  # importing them is what registers their addresses

__all__ = ["VIEWS", "blueprint"]
