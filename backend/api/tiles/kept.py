"""Tiles kept in memory, each under a name that says everything it depends on: one that is stale is never asked for again.

So nothing needs to be told when rows change, and every process can keep its own. Not here: the names (serving.py).
"""

import threading
from collections import OrderedDict

MOST_BYTES = 24 * 2**20  # of one process
OVERHEAD = 200  # bytes an entry takes beside its tile


class KeptTiles:
    """The tiles used last, as far as they fit into ``most_bytes``; any thread may ask."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._lock = threading.Lock()
        self._tiles: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def get(self, name: str) -> bytes | None:
        """The tile kept under ``name``, if it still is."""
        with self._lock:
            found = self._tiles.get(name)
            if found is not None:
                self._tiles.move_to_end(name)
            return found

    def put(self, name: str, tile: bytes) -> None:
        """Keep ``tile``; those used longest ago make room."""
        with self._lock:
            if name in self._tiles:
                return
            self._tiles[name] = tile
            self._size += len(tile) + OVERHEAD
            while self._size > self._most:
                _, gone = self._tiles.popitem(last=False)
                self._size -= len(gone) + OVERHEAD


KEPT = KeptTiles()
