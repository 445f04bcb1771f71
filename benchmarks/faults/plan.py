"""Which fault befalls which request: drawn from a seed and the request's number, counted when it has really happened."""

import random
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What can happen to one request and its answer."""

    CUT_REQUEST = "cut_request"  # the connection ends after any byte on the way in
    CUT_ANSWER = "cut_answer"  # the server has done its work; the answer ends after any byte
    RESET_REQUEST = "reset_request"  # as above, by RST
    RESET_ANSWER = "reset_answer"
    REFUSED = "refused"  # a 5xx of something on the way; the server never hears of the request
    TIMED_OUT = "timed_out"  # 504 after the server has done its work
    PORTAL = "portal"  # a sign-in page with status 200, or a redirect to it
    TWICE = "twice"  # the whole request is sent twice at once; the phone hears the second answer
    ECHO = "echo"  # a copy arrives again seconds later, behind later requests: how requests get out of order
    STALL = "stall"  # nothing moves for a while in the middle of the request or of the answer
    DELAY = "delay"
    LOSS = "loss"  # of a slow profile: a lost packet, which TCP mends by waiting


SLOW = frozenset({Fault.STALL, Fault.DELAY, Fault.LOSS})
HARD = frozenset(Fault) - SLOW

DEFAULT_WEIGHTS: Mapping[Fault, int] = {
    Fault.CUT_REQUEST: 16,
    Fault.CUT_ANSWER: 20,
    Fault.RESET_REQUEST: 10,
    Fault.RESET_ANSWER: 12,
    Fault.REFUSED: 8,
    Fault.TIMED_OUT: 8,
    Fault.PORTAL: 4,
    Fault.TWICE: 12,
    Fault.ECHO: 6,
    Fault.STALL: 6,
    Fault.DELAY: 6,
}


@dataclass(frozen=True, slots=True)
class Shot:
    """One fault as drawn. ``where``: at which share of the bytes; ``seconds``: how long; ``dice``: for what is left to choose."""

    fault: Fault | None
    where: float
    seconds: float
    dice: float


@dataclass(frozen=True, slots=True)
class FaultMix:
    """``share`` of all requests are hit; ``longest_seconds`` bounds every stall and delay."""

    share: float = 0.3
    weights: Mapping[Fault, int] = field(default_factory=lambda: DEFAULT_WEIGHTS)
    longest_seconds: float = 2.0

    def draw(self, seed: int, number: int) -> Shot:
        """The fate of request ``number``: the same for the same seed."""
        chance = random.Random(seed * 1_000_003 + number)
        fault = None
        if chance.random() < self.share:
            (fault,) = chance.choices(list(self.weights), list(self.weights.values()))
        return Shot(fault, chance.random(), chance.random() ** 2 * self.longest_seconds, chance.random())


class Tally:
    """How often each fault has happened, and how many requests came by."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: Counter[Fault] = Counter()
        self.requests = 0
        self.connections = 0

    def count(self, fault: Fault) -> None:
        """It has happened."""
        with self._lock:
            self._faults[fault] += 1

    def next_request(self) -> int:
        """The number of a request that came by just now."""
        with self._lock:
            self.requests += 1
            return self.requests

    def by_kind(self) -> dict[str, int]:
        """Faults by kind, the frequent ones first."""
        with self._lock:
            return {str(fault): count for fault, count in self._faults.most_common()}

    def total(self, *, hard_only: bool = False) -> int:
        """All faults, or only those after which a phone has to do something again."""
        with self._lock:
            return sum(count for fault, count in self._faults.items() if not hard_only or fault in HARD)
