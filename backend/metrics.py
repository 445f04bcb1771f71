"""What the processes count for themselves: requests and how long they took. Not here: what the database knows (api/metrics).

Labels are routes, methods and statuses: never an id, a name or an address.
"""

import fcntl
import functools
import itertools
import os
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.multiprocess import MultiProcessCollector

from backend.metrics_folder import VARIABLE

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


@functools.cache
def _slot(pid: int) -> int:
    """The lowest number that no living process holds.

    Web workers are renewed after some thousand requests: files named by process would become more for ever, those of
    a slot are carried on by the next one. ``pid`` is asked for so that a fork takes a slot of its own.
    """
    folder = Path(os.environ[VARIABLE])
    for number in itertools.count():
        # never closed: the lock ends with the process
        handle = os.open(folder / f"{number}.slot", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
        else:
            return number
    raise AssertionError("numbers do not end")


if VARIABLE in os.environ:
    values.ValueClass = values.MultiProcessValue(lambda: _slot(os.getpid()))  # type: ignore[no-untyped-call]  # its own way

_own = CollectorRegistry()
REQUESTS = Counter(
    "gridpatrol_http_requests", "Requests answered", ("method", "route", "status"), registry=_own
)  # exposed as …_total
DURATIONS = Histogram(
    "gridpatrol_http_request_duration_seconds",
    "From the first line of a request to its answer",
    ("method", "route"),
    buckets=BUCKETS,
    registry=_own,
)


def count_request(method: str, route: str | None, status: int, seconds: float) -> None:
    """Count one answered request; what no client may invent names for is put under one label."""
    method, route = method if method in METHODS else "other", route or "unmatched"
    count, duration = _children(method, route, str(status))
    count.inc()
    duration.observe(seconds)


@functools.cache
def _children(method: str, route: str, status: str) -> tuple[Counter, Histogram]:
    """Looked up once: there are as many as routes, methods and statuses."""
    return REQUESTS.labels(method, route, status), DURATIONS.labels(method, route)


def counted() -> CollectorRegistry:
    """A registry with what this process counted, or all processes of this service together."""
    if VARIABLE not in os.environ:
        return _own
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's own way
    return registry
