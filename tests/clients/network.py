"""What lies between a phone and the served application, for tests: it notes what passes, cuts, and changes answers."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from flask import Flask
from werkzeug import Response
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import run_wsgi_app

Rule = Callable[[str, str], bool]


def nothing(_method: str, _path: str) -> bool:
    """No call."""
    return False


@dataclass(frozen=True)
class Passed:
    """One call that came by."""

    method: str
    path: str
    headers: dict[str, str]
    sent: bytes


@dataclass
class Network:
    """A middleware around the real application, served over real sockets."""

    app: Flask
    url: str = ""
    seen: list[Passed] = field(default_factory=list)
    # calls that reach the server while the answer is lost on the way back
    loses: Rule = nothing
    # how many bytes of an answer of that length come through before the line breaks; None: all
    tears: Callable[[str, int], int | None] | None = None
    # calls whose bytes break under way
    breaks: Rule = nothing
    # answers that something on the way gives in the server's place
    answers: Callable[[str, str, bytes], Response | None] | None = None
    # a man in the middle: changes the JSON of answers to /sync
    rewrites: Callable[[dict[str, Any]], None] | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {key[5:].replace("_", "-").title(): value for key, value in environ.items() if key[:5] == "HTTP_"}
        self.seen.append(Passed(method, path, headers, body))
        if self.answers and (instead := self.answers(method, path, body)):
            return instead(environ, start_response)
        if self.breaks(method, path):
            body = bytes([body[0] ^ 1]) + body[1:]
        environ["wsgi.input"] = _Body(body)
        environ.pop("HTTP_ACCEPT_ENCODING", None)  # answers in the clear, so that they can be read and rewritten
        content, status, answered = run_wsgi_app(self.app, environ)
        if self.loses(method, path):
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError("the test cut the line")
        answer = b"".join(content)
        if self.rewrites and path.endswith("/sync"):
            reply = orjson.loads(answer)
            self.rewrites(reply)
            answer = orjson.dumps(reply)
            answered["Content-Length"] = str(len(answer))
        start_response(status, answered.to_wsgi_list())
        through = self.tears(path, len(answer)) if self.tears else None
        return [answer] if through is None else _torn(answer[:through], environ["werkzeug.socket"])

    def calls(self, ending: str) -> list[Passed]:
        """The calls seen whose path ends so."""
        return [passed for passed in self.seen if passed.path.endswith(ending)]


def _torn(beginning: bytes, line: socket.socket) -> Iterator[bytes]:
    yield beginning
    line.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("the test cut the line")


class _Body:
    """The rest of a request's bytes, as WSGI wants to read them."""

    def __init__(self, content: bytes) -> None:
        self._rest = content

    def read(self, size: int = -1) -> bytes:
        end = len(self._rest) if size is None or size < 0 else size
        taken, self._rest = self._rest[:end], self._rest[end:]
        return taken

    def readline(self, size: int = -1) -> bytes:
        line = self._rest.partition(b"\n")
        return self.read(len(line[0]) + len(line[1]))

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")


class QuietHandler(WSGIRequestHandler):
    """HTTP/1.1 without lines on the error stream."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def served(app: Any) -> Iterator[str]:
    """A WSGI application on a free port of the loopback interface; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
