"""A small HTTP load client: prebuilt requests over kept connections, from a process of its own. Only ever loopback."""

import math
import multiprocessing
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

CONNECTIONS = 8
# Stands in a prepared request for the time at which it is sent: a phone whose clock drifts has news to tell every time.
DEVICE_TIME = b"2000-01-01T00:00:00.000000+00:00"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run; ``waits``: seconds from sending to the whole answer, of every request, rising."""

    seconds: float
    failures: int
    bytes_in: int
    waits: list[float]

    @property
    def requests(self) -> int:
        """How many were sent."""
        return len(self.waits)

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds

    def wait_ms(self, share: float) -> float:
        """What this share of the requests waited at most, in milliseconds (0.95: the 95th percentile)."""
        return round(self.waits[math.ceil(share * self.requests) - 1] * 1000, 1)


def request_bytes(
    host: str,
    path: str,
    body: bytes,
    headers: dict[str, str] | None = None,
    method: str = "POST",
    kind: str = "application/json",
) -> bytes:
    """One HTTP/1.1 request, whole."""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {host}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def drive(port: int, requests: Sequence[bytes], connections: int = CONNECTIONS) -> Outcome:
    """Send every request once, over so many kept connections at once, from another process; wait for all answers."""
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    process = context.Process(target=_drive, args=(port, list(requests), connections, results))
    process.start()
    outcome: Outcome = results.get()
    process.join()
    return outcome


Tally = tuple[int, int, list[float]]  # failures, bytes received, seconds waited


def _drive(port: int, requests: list[bytes], connections: int, results: "multiprocessing.SimpleQueue[Outcome]") -> None:
    shares = [requests[n::connections] for n in range(connections)]
    tallies: list[Tally] = []
    gate = threading.Barrier(connections + 1)
    threads = [threading.Thread(target=lambda s=share: tallies.append(_send_all(port, s, gate))) for share in shares]
    for thread in threads:
        thread.start()
    gate.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    waits = sorted(wait for _, _, waited in tallies for wait in waited)
    results.put(Outcome(seconds, sum(t[0] for t in tallies), sum(t[1] for t in tallies), waits))


def _send_all(port: int, requests: list[bytes], gate: threading.Barrier) -> Tally:
    failures = received = 0
    waits = []
    gate.wait()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
            now = datetime.now(UTC).isoformat(timespec="microseconds").encode()
            started = time.perf_counter()
            connection.sendall(request.replace(DEVICE_TIME, now, 1))
            status, size, _body = read_answer(connection)
            waits.append(time.perf_counter() - started)
            failures += status >= 400
            received += size
    return failures, received, waits


def read_answer(connection: socket.socket) -> tuple[int, int, bytes]:
    """(status, bytes on the wire, body as sent) of one answer with a Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            raise ConnectionError("the server hung up")
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    fields = {k.strip().lower(): v.strip() for k, _, v in (line.partition(b":") for line in head.split(b"\r\n")[1:])}
    length = int(fields.get(b"content-length", b"0"))
    size = len(head) + 4 + length
    missing = length - len(body)
    while missing > 0:
        part = connection.recv(min(missing, 65536))
        if not part:
            raise ConnectionError("the server hung up")
        missing -= len(part)
        body += part
    return int(head.split(b" ", 2)[1]), size, body
