"""How a run steers its phones, across processes: work, come to rest, end."""

import multiprocessing
import time
from collections.abc import Callable
from typing import Any

SPAWN = multiprocessing.get_context("spawn")
LOOK_SECONDS = 0.1


class Control:
    """Shared by the run and all its phones."""

    def __init__(self, phones: int) -> None:
        self._working = SPAWN.Event()
        self._over = SPAWN.Event()
        # one byte per phone: written by its own thread alone, so no lock
        self._at_rest: Any = SPAWN.RawArray("b", phones)

    def work(self) -> None:
        """Let the phones record and sync."""
        self._working.set()

    def rest(self) -> None:
        """Let the phones only sync, until each has all its receipts and agrees with the server."""
        self._working.clear()

    def end(self) -> None:
        """Let the phones stop wherever they are."""
        self._over.set()

    def is_working(self) -> bool:
        """Whether phones may record."""
        return self._working.is_set() and not self._over.is_set()

    def is_over(self) -> bool:
        """Whether the run is over."""
        return self._over.is_set()

    def note_rest(self, number: int, *, is_at_rest: bool) -> None:
        """A phone says whether it has come to rest."""
        self._at_rest[number] = is_at_rest

    def restless(self) -> list[int]:
        """The phones that have not come to rest."""
        return [number for number, is_at_rest in enumerate(self._at_rest) if not is_at_rest]

    def wait_for_rest(self, seconds: float, meanwhile: Callable[[], None] = lambda: None) -> list[int]:
        """Wait until all phones are at rest; those that are not after ``seconds``."""
        deadline = time.monotonic() + seconds
        while self.restless() and time.monotonic() < deadline:
            meanwhile()
            time.sleep(LOOK_SECONDS)
        return self.restless()
