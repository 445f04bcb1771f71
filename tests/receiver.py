"""Another system that takes our messages over real HTTP, well behaved or not. Not here: what the tests expect."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from backend.gateways.webhooks import AddressPolicy, HttpWebhookSender
from backend.settings import load_settings

Behaviour = Callable[[Any], None]
PATIENCE_SECONDS = 30  # no test waits for it: what hangs is let go at the end of the test


@dataclass
class Receiver:
    """What came, and what to do with the next ones; after the last behaviour everything is answered 204."""

    url: str
    behaviours: list[Behaviour] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def ids(self) -> list[str]:
        """The ids of the messages, in the order they came."""
        return [headers["webhook-id"] for headers, _ in self.got]


def sender(**seconds: float) -> HttpWebhookSender:
    """The real sender, allowed to call this machine as the settings allow a city's own network."""
    settings = load_settings({"WEBHOOK_ALLOW_PRIVATE": "127.0.0.0/8", "WEBHOOK_ALLOW_HTTP": "yes"})
    policy = AddressPolicy(settings.webhook_allow_private, settings.webhook_allow_http)
    return HttpWebhookSender(policy, **seconds)


@contextmanager
def running_receiver(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver on a port of its own, with ``tls`` behind it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            behaviour = receiver.behaviours.pop(0) if receiver.behaviours else status(204)
            self.receiver = receiver
            try:
                behaviour(self)
            except OSError:
                return  # the sender has gone away

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_args: None  # type: ignore[method-assign]  # a sender that hangs up is what is tested
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme = "https" if tls else "http"
    receiver = Receiver(f"{scheme}://127.0.0.1:{server.server_port}/hook?from=gridpatrol")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def status(code: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Answer with ``code``; in header names ``_`` stands for ``-``."""

    def behave(handler: Any) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def hang(handler: Any) -> None:
    """Take the message and never answer."""
    handler.receiver.released.wait(PATIENCE_SECONDS)
    handler.close_connection = True


def die(handler: Any) -> None:
    """Take the message and close without a word."""
    handler.close_connection = True


def raw(content: bytes) -> Behaviour:
    """Answer with exactly these bytes."""

    def behave(handler: Any) -> None:
        handler.wfile.write(content)
        handler.close_connection = True

    return behave


def trickle(handler: Any) -> None:
    """Answer with one byte at a time, each soon enough, all of them never."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not handler.receiver.released.wait(0.05):
        handler.wfile.write(b"a")
    handler.close_connection = True
