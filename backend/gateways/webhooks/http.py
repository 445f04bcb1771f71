"""POST to a receiver that may be slow, wrong, hostile or not there. Not here: trying again (services/outbox).

Why not a library: the address that was checked must be the one connected to, and the whole exchange has one time limit.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult

from backend.gateways.webhooks.address import AddressPolicy, RefusedUrlError
from backend.gateways.webhooks.protocol import WebhookAnswer, WebhookRequest

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 8.0
LONGEST_ANSWER = 64 * 1024  # read and forgotten: an answer that is cut off looks like a fault to its sender
LONGEST_RETRY_AFTER = 366 * 86_400


class HttpWebhookSender:
    """Sends over HTTPS with certificates verified; follows no redirect, uses no proxy, keeps no connection."""

    def __init__(
        self, policy: AddressPolicy, *, connect_seconds: float = CONNECT_SECONDS, total_seconds: float = TOTAL_SECONDS
    ) -> None:
        self.policy = policy
        self._connect_seconds = connect_seconds
        self._total_seconds = total_seconds
        self._context = ssl.create_default_context()

    def send(self, request: WebhookRequest) -> WebhookAnswer:
        """Send once, within the time limit. Errors are words: refused_<why>, timeout, tls, connection, bad_answer."""
        began = time.monotonic()
        status, error, retry_after = None, None, None
        try:
            status, retry_after = self._exchange(request, began + self._total_seconds)
        except RefusedUrlError as problem:
            error = f"refused_{problem}"
        except _TimeIsUpError:
            error = "timeout"
        except TimeoutError:
            error = "timeout"
        except ssl.SSLError:
            error = "tls"
        except (http.client.BadStatusLine, http.client.IncompleteRead, ConnectionError, OSError) as problem:
            error = "bad_answer" if _is_garbage(problem) else "connection"
        except (http.client.HTTPException, ValueError):
            error = "bad_answer"
        return WebhookAnswer(status, error, retry_after, time.monotonic() - began)

    def _exchange(self, request: WebhookRequest, until: float) -> tuple[int, int | None]:
        parts = self.policy.check_url(request.url)
        host, is_secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if is_secure else 80)
        address = self.policy.resolve(host, port, min(self._connect_seconds, _left(until)))
        with _within(until) as guard:
            connection = (
                http.client.HTTPSConnection(host, port, context=self._context)
                if is_secure
                else http.client.HTTPConnection(host, port)
            )
            try:
                connection.sock = self._connect(parts, address, port, until, guard)
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.request("POST", path, request.body, dict(request.headers))
                answer = connection.getresponse()
                if guard.is_up:  # http.client takes headers that were cut off for whole ones
                    raise _TimeIsUpError
                status, retry_after = answer.status, _retry_after(answer.headers.get("Retry-After"))
                _read_on(answer)
            finally:
                connection.close()
        return status, retry_after

    def _connect(self, parts: SplitResult, address: str, port: int, until: float, guard: "_Guard") -> socket.socket:
        plain = guard(socket.create_connection((address, port), min(self._connect_seconds, _left(until))))
        plain.settimeout(_left(until))
        if parts.scheme != "https":
            return plain
        # the guard must hold the new socket before anything is read: the plain one is empty from here on
        secure = self._context.wrap_socket(plain, server_hostname=parts.hostname, do_handshake_on_connect=False)
        guard(secure)
        secure.do_handshake()
        return secure


class _TimeIsUpError(Exception):
    """The whole exchange took too long."""


class _Guard:
    """The connection that is cut when the time is up; a time-out of its own holds for each read alone, and a receiver that
    sends one byte a second would never reach it."""

    def __init__(self) -> None:
        self.is_up = False
        self._socket: socket.socket | None = None

    def __call__(self, connection: socket.socket) -> socket.socket:
        self._socket = connection
        return connection

    def cut(self) -> None:
        """Let every read and write end at once; called from the timer's thread."""
        self.is_up = True
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # closed already

    def close(self) -> None:
        """Give the connection back, also one that failed before anybody else held it."""
        if self._socket is not None:
            self._socket.close()


@contextmanager
def _within(until: float) -> Iterator[_Guard]:
    guard = _Guard()
    timer = threading.Timer(_left(until), guard.cut)
    timer.daemon = True
    timer.start()
    try:
        yield guard
    except Exception as error:
        if guard.is_up:
            raise _TimeIsUpError from error
        raise
    finally:
        timer.cancel()
        guard.close()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise _TimeIsUpError
    return left


def _read_on(answer: http.client.HTTPResponse) -> None:
    """Some of the answer's text, for politeness; its status is known, nothing that happens now changes it."""
    try:
        answer.read(LONGEST_ANSWER)
    except (OSError, http.client.HTTPException, ValueError):
        return


def _is_garbage(problem: Exception) -> bool:
    """Whether something came that is not HTTP; a connection that was closed without a word is not that."""
    return isinstance(problem, http.client.HTTPException) and not isinstance(problem, http.client.RemoteDisconnected)


def _retry_after(text: str | None) -> int | None:
    """Seconds, from either form of the header (RFC 9110 10.2.3); None where it makes no sense."""
    if not text:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return min(int(text), LONGEST_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        return None
    wait = (moment - datetime.now(UTC)).total_seconds()
    return min(max(0, int(wait)), LONGEST_RETRY_AFTER)
