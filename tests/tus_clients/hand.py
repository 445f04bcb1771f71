"""tus spoken by hand to one server. Not here: what is said (cases.py)."""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from tests import photos

PATH = "/api/v1/uploads"
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {"Content-Type": "application/offset+octet-stream"}


def changed(headers: dict[str, str], **changes: str | None) -> dict[str, str]:
    """The headers with some set otherwise, or (None) left out."""
    wanted = {**headers, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return {name: value for name, value in wanted.items() if value is not None}


@dataclass
class Hand:
    """Every case has a photo of its own, which no server has yet. ``expire``: makes an upload older than it may become;
    ``wait_for_bytes``: until so many have left the server's memory, where its keeper can see that."""

    url: str
    headers: dict[str, str]
    content: bytes
    expire: Callable[[str], None]
    wait_for_bytes: Callable[[str, int], None]

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> requests.Response:
        """One call."""
        return requests.request(method, self.url + path, headers={**self.headers, **headers}, data=body, timeout=30)

    def create(self, body: bytes = b"", **changes: str | None) -> requests.Response:
        """A new upload, with or without its first bytes."""
        headers = {
            **TUS, **(BYTES if body else {}), "Upload-Length": str(len(self.content)),
            "Upload-Metadata": photos.metadata(self.content),
        }  # fmt: skip
        return self.ask("POST", PATH, changed(headers, **changes), body)

    def new(self) -> str:
        """The address of a new upload."""
        place: str = self.create().headers["Location"]
        return place

    def send(self, place: str, offset: int, body: bytes, **changes: str | None) -> requests.Response:
        """Bytes from an offset on."""
        return self.ask("PATCH", place, changed({**TUS, **BYTES, "Upload-Offset": str(offset)}, **changes), body)

    def head(self, place: str) -> requests.Response:
        """Where an upload stands."""
        return self.ask("HEAD", place, TUS)

    def break_off(self, place: str, sent: int) -> None:
        """A PATCH of everything whose connection dies after some bytes."""
        where = urlsplit(self.url)
        assert where.hostname and where.port
        length = {"Upload-Offset": "0", "Content-Length": str(len(self.content))}
        lines = [f"{name}: {value}" for name, value in {**self.headers, **TUS, **BYTES, **length}.items()]
        head = "\r\n".join([f"PATCH {place} HTTP/1.1", f"Host: {where.netloc}", *lines])
        with socket.create_connection((where.hostname, where.port)) as connection:
            connection.sendall(head.encode() + b"\r\n\r\n" + self.content[:sent])
            self.wait_for_bytes(place, sent)

    def until(self, place: str, offset: int) -> requests.Response:
        """The answer to HEAD, as soon as the server has noticed that the connection is dead."""
        wait_until(lambda: self.head(place).headers.get("Upload-Offset") == str(offset))
        return self.head(place)


def wait_until(holds: Callable[[], bool]) -> None:
    """Ten seconds at most; whoever asks afterwards sees what came of it."""
    for _ in range(200):
        if holds():
            return
        threading.Event().wait(0.05)
