"""The proxy: a port per line profile, all leading to one server. It runs in a thread with a loop of its own."""

import asyncio
import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.faults.http import Head
from benchmarks.faults.line import Line
from benchmarks.faults.plan import Fault, FaultMix, Shot, Tally
from benchmarks.faults.profiles import Profile

START_SECONDS = 10
BACKLOG = 1024
CALM = Shot(None, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Answered:
    """The server has answered; times are monotonic seconds."""

    method: str
    path: str
    status: int
    began: float
    ended: float


def _nothing(_answered: Answered) -> None:
    """Nobody wants to know."""


class FaultProxy:
    """Between phones and ``target``. While ``is_calm`` everything passes untouched and unslowed."""

    def __init__(
        self,
        target: tuple[str, int],
        mix: FaultMix,
        *,
        seed: int,
        profiles: Iterable[Profile] = (Profile("office"),),
        on_answer: Callable[[Answered], None] = _nothing,
    ) -> None:
        self.target = target
        self.mix = mix
        self.seed = seed
        self.tally = Tally()
        self.chance = random.Random(seed)  # jitter and losses of slow lines
        self.is_calm = False
        self.on_answer = on_answer
        self._profiles = tuple(profiles)
        self._servers: dict[str, asyncio.Server] = {}
        self._ports: dict[str, int] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> "FaultProxy":
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(START_SECONDS)
        return self

    def __exit__(self, *_why: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(START_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_SECONDS)
        self._loop.close()

    def url(self, profile: str = "office") -> str:
        """The address of the server behind a line of this profile."""
        return f"http://127.0.0.1:{self._ports[profile]}"

    def draw(self) -> Shot:
        """What is to befall the next request."""
        number = self.tally.next_request()
        return CALM if self.is_calm else self.mix.draw(self.seed, number)

    def count(self, fault: Fault) -> None:
        """A fault has happened."""
        self.tally.count(fault)

    def answered(self, request: Head, head: Head, began: float) -> None:
        """The server has answered a request."""
        self.on_answer(Answered(request.method, request.path, head.status, began, time.monotonic()))

    def later(self, work: "asyncio.Task[None]") -> None:
        """Keep a task that no connection waits for from being forgotten."""
        self._tasks.add(work)
        work.add_done_callback(self._tasks.discard)

    async def _open(self) -> None:
        for profile in self._profiles:
            server = await asyncio.start_server(self._welcome(profile), "127.0.0.1", 0, backlog=BACKLOG)
            self._servers[profile.name] = server
            self._ports[profile.name] = server.sockets[0].getsockname()[1]

    def _welcome(self, profile: Profile) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.tally.connections += 1
            self.later(self._loop.create_task(Line(self, profile, reader, writer).run()))

        return accept

    async def _close(self) -> None:
        for server in self._servers.values():
            server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
