"""A small HTTP load client: prebuilt requests over kept connections, from a process of its own. Only ever loopback."""

import multiprocessing
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run."""

    requests: int
    seconds: float
    failures: int
    bytes_in: int

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def request_bytes(
    host: str, path: str, body: bytes, headers: dict[str, str] | None = None, method: str = "POST"
) -> bytes:
    """One HTTP/1.1 request, whole."""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {host}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def drive(port: int, requests: Sequence[bytes]) -> Outcome:
    """Send every request once, over CONNECTIONS connections, from another process; wait for all answers."""
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    process = context.Process(target=_drive, args=(port, list(requests), results))
    process.start()
    outcome: Outcome = results.get()
    process.join()
    return outcome


def _drive(port: int, requests: list[bytes], results: "multiprocessing.SimpleQueue[Outcome]") -> None:
    shares = [requests[n::CONNECTIONS] for n in range(CONNECTIONS)]
    tallies: list[tuple[int, int]] = []
    threads = [threading.Thread(target=lambda s=share: tallies.append(_send_all(port, s))) for share in shares]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    results.put(Outcome(len(requests), seconds, sum(t[0] for t in tallies), sum(t[1] for t in tallies)))


def _send_all(port: int, requests: list[bytes]) -> tuple[int, int]:
    failures = received = 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
            connection.sendall(request)
            status, size, _body = read_answer(connection)
            failures += status >= 400
            received += size
    return failures, received


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
