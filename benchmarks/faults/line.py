"""One phone's connection: requests pass to the server and answers back, and some meet their fault on the way."""

import asyncio
import contextlib
import socket
import struct
import time
from asyncio import IncompleteReadError, LimitOverrunError, StreamReader, StreamWriter
from typing import TYPE_CHECKING

from benchmarks.faults.http import END, Head, answer, has_body, read_head
from benchmarks.faults.plan import Fault, Shot
from benchmarks.faults.profiles import Profile

if TYPE_CHECKING:
    from benchmarks.faults.proxy import FaultProxy

PIECE_BYTES = 64 * 1024
SLICE_SECONDS = 0.05  # a slow line is fed in pieces of so much time
ECHO_SECONDS = 3.0
ANSWER_SECONDS = 120
NO_LINGER = struct.pack("ii", 1, 0)  # close() then sends RST
HTML = b"<!doctype html><title>Welcome</title><form>Sign in to this Wi-Fi</form>"
PROBLEM = b'{"type":"about:blank","title":"Busy","status":503,"code":"busy"}'
REFUSALS = (
    answer("500 Internal Server Error", "text/html", b"<h1>500</h1>"),
    answer("502 Bad Gateway", "text/html", b"<h1>502</h1>"),
    answer("503 Service Unavailable", "application/problem+json", PROBLEM, "Retry-After: 1"),
    answer("504 Gateway Timeout", "text/html", b"<h1>504</h1>"),
)
PORTALS = (
    answer("200 OK", "text/html", HTML),
    answer("302 Found", "text/html", HTML, "Location: http://127.0.0.1:9/portal"),
)


class _HangUpError(Exception):
    """The fault ends this connection. ``reset``: by RST."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__()
        self.reset = reset


class Line:
    """From one phone to the server and back, for as long as both want."""

    def __init__(self, proxy: "FaultProxy", profile: Profile, reader: StreamReader, writer: StreamWriter) -> None:
        self._proxy = proxy
        self._profile = profile
        self._phone = (reader, writer)
        self._server: tuple[StreamReader, StreamWriter] | None = None

    async def run(self) -> None:
        """Until somebody hangs up. Nothing that goes wrong here is an error: it is what the proxy is for."""
        reset = False
        try:
            while await self._exchange():
                pass
        except _HangUpError as fault:
            reset = fault.reset
        except (OSError, IncompleteReadError, LimitOverrunError, TimeoutError, ValueError):
            pass
        finally:
            _close(self._phone[1], reset=reset)
            if self._server is not None:
                _close(self._server[1], reset=reset)

    async def _exchange(self) -> bool:
        request = await read_head(self._phone[0])
        if request is None:
            return False
        shot = self._proxy.draw()
        await self._wait_latency()
        if shot.fault == Fault.DELAY:
            self._proxy.count(Fault.DELAY)
            await asyncio.sleep(shot.seconds)
        if shot.fault in (Fault.REFUSED, Fault.PORTAL):
            await self._phone[0].readexactly(request.length)
            return await self._answer_instead(request, shot)
        if shot.fault in (Fault.TWICE, Fault.ECHO):
            return await self._copy(request, shot)
        await self._send_request(request, shot)
        return await self._bring_answer(request, shot)

    async def _answer_instead(self, request: Head, shot: Shot) -> bool:
        assert shot.fault is not None
        choices = PORTALS if shot.fault == Fault.PORTAL else REFUSALS
        await self._say(request, choices[int(shot.dice * len(choices))])
        self._proxy.count(shot.fault)
        return True

    async def _say(self, request: Head, words: bytes) -> None:
        writer = self._phone[1]
        writer.write(words if request.method != "HEAD" else words.partition(END)[0] + END)
        await writer.drain()

    async def _copy(self, request: Head, shot: Shot) -> bool:
        assert shot.fault is not None
        whole = request.raw + await self._phone[0].readexactly(request.length)
        wait = shot.dice * ECHO_SECONDS if shot.fault == Fault.ECHO else 0.0
        self._proxy.later(asyncio.get_running_loop().create_task(self._send_copy(whole, request, shot.fault, wait)))
        await asyncio.sleep(shot.seconds * 0.02)  # so that either of two may come first
        writer = (await self._connected())[1]
        writer.write(whole)
        await writer.drain()
        return await self._bring_answer(request, shot)

    async def _send_copy(self, whole: bytes, request: Head, fault: Fault, wait: float) -> None:
        await asyncio.sleep(wait)
        with contextlib.suppress(OSError, IncompleteReadError, LimitOverrunError, TimeoutError, ValueError):
            reader, writer = await asyncio.open_connection(*self._proxy.target)
            try:
                writer.write(whole)
                await writer.drain()
                self._proxy.count(fault)
                await self._await_answer(reader, request, time.monotonic())
            finally:
                _close(writer, reset=False)

    async def _send_request(self, request: Head, shot: Shot) -> None:
        size = len(request.raw) + request.length
        is_cut = shot.fault in (Fault.CUT_REQUEST, Fault.RESET_REQUEST)
        stalls = shot.fault == Fault.STALL and shot.dice < 0.5
        stop = int(shot.where * size) if is_cut or stalls else None
        reader, writer = self._phone[0], (await self._connected())[1]
        head, rest = request.raw[:stop], request.length
        writer.write(head)
        if stop is not None:
            await self._pump(reader, writer, max(0, stop - len(request.raw)))
            await self._mishap(shot)
            writer.write(request.raw[stop:])
            rest -= max(0, stop - len(request.raw))
        await self._pump(reader, writer, rest)

    async def _bring_answer(self, request: Head, shot: Shot) -> bool:
        assert self._server is not None  # the request went out over it; a new one would never answer
        server = self._server[0]
        head = await self._await_answer(server, request, time.monotonic())
        if shot.fault == Fault.TIMED_OUT:
            self._proxy.count(Fault.TIMED_OUT)
            await self._say(request, REFUSALS[3])
            return False  # what is left of the server's answer goes with the connection
        await self._wait_latency()
        await self._pass_answer(server, request, head, shot)
        return request.keeps_connection and head.keeps_connection

    async def _pass_answer(self, server: StreamReader, request: Head, head: Head, shot: Shot) -> None:
        writer = self._phone[1]
        length = head.length if has_body(request.method, head.status) else 0
        size = len(head.raw) + length
        is_cut = shot.fault in (Fault.CUT_ANSWER, Fault.RESET_ANSWER)
        stalls = shot.fault == Fault.STALL and shot.dice >= 0.5
        stop = int(shot.where * size) if is_cut or stalls else None
        writer.write(head.raw[:stop])
        if stop is not None:
            before = max(0, stop - len(head.raw))
            await self._pump(server, writer, before)
            await self._mishap(shot)
            writer.write(head.raw[stop:])
            length -= before
        if head.is_chunked and has_body(request.method, head.status):
            await self._pump_chunks(server, writer)
        else:
            await self._pump(server, writer, length)

    async def _mishap(self, shot: Shot) -> None:
        """At the chosen byte: hang up, or stand still for a while."""
        assert shot.fault is not None
        self._proxy.count(shot.fault)
        if shot.fault == Fault.STALL:
            await asyncio.sleep(shot.seconds)
            return
        raise _HangUpError(reset=shot.fault in (Fault.RESET_REQUEST, Fault.RESET_ANSWER))

    async def _await_answer(self, reader: StreamReader, request: Head, began: float) -> Head:
        head = await asyncio.wait_for(read_head(reader), ANSWER_SECONDS)
        if head is None:
            raise ConnectionError("the server hung up")
        self._proxy.answered(request, head, began)
        return head

    async def _pump(self, reader: StreamReader, writer: StreamWriter, count: int) -> None:
        """Exactly ``count`` bytes, as slowly as the line is."""
        rate = None if self._proxy.is_calm else self._profile.kbit_s
        piece = PIECE_BYTES if rate is None else max(256, int(rate * 125 * SLICE_SECONDS))
        while count > 0:
            data = await reader.read(min(count, piece))
            if not data:
                raise ConnectionError("hung up in the middle")
            count -= len(data)
            writer.write(data)
            await writer.drain()
            if rate is not None:
                await asyncio.sleep(len(data) / (rate * 125))
                await self._maybe_lose()

    async def _pump_chunks(self, reader: StreamReader, writer: StreamWriter) -> None:
        while True:
            size = await reader.readline()
            writer.write(size)
            count = int(size.split(b";")[0], 16)
            await self._pump(reader, writer, count + 2)
            if count == 0:
                return

    async def _maybe_lose(self) -> None:
        if self._profile.loss and self._proxy.chance.random() < self._profile.loss:
            self._proxy.count(Fault.LOSS)
            await asyncio.sleep(self._profile.recovery_seconds)

    async def _wait_latency(self) -> None:
        if self._profile.latency_seconds and not self._proxy.is_calm:
            await asyncio.sleep(
                self._profile.latency_seconds + self._proxy.chance.random() * self._profile.jitter_seconds
            )

    async def _connected(self) -> tuple[StreamReader, StreamWriter]:
        if self._server is None or self._server[0].at_eof():
            if self._server is not None:
                _close(self._server[1], reset=False)
            self._server = await asyncio.open_connection(*self._proxy.target)
        return self._server


def _close(writer: StreamWriter, *, reset: bool) -> None:
    with contextlib.suppress(OSError, RuntimeError):
        if reset:
            sock: socket.socket | None = writer.get_extra_info("socket")
            if sock is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            writer.transport.abort()
        else:
            writer.close()
