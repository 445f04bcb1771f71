"""As much of HTTP/1.1 as a proxy needs that must know where a request and its answer begin and end."""

from asyncio import IncompleteReadError, StreamReader
from dataclasses import dataclass

END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Head:
    """The first line and the headers of a request or of an answer, as they came."""

    raw: bytes
    first: tuple[str, str, str]
    fields: dict[str, str]

    @property
    def method(self) -> str:
        """Of a request."""
        return self.first[0]

    @property
    def path(self) -> str:
        """Of a request."""
        return self.first[1]

    @property
    def status(self) -> int:
        """Of an answer."""
        return int(self.first[1])

    @property
    def length(self) -> int:
        """Bytes of the body as announced."""
        return int(self.fields.get("content-length", "0"))

    @property
    def is_chunked(self) -> bool:
        """Whether the body comes in chunks."""
        return "chunked" in self.fields.get("transfer-encoding", "").lower()

    @property
    def keeps_connection(self) -> bool:
        """Whether another request may follow on the same connection."""
        return self.fields.get("connection", "").lower() != "close"


async def read_head(reader: StreamReader) -> Head | None:
    """The next head; None where the other side has hung up before its first byte."""
    try:
        raw = await reader.readuntil(END)
    except IncompleteReadError as error:
        if error.partial:
            raise
        return None
    lines = raw[: -len(END)].decode("latin-1").split("\r\n")
    words = (*lines[0].split(" ", 2), "", "")
    pairs = (line.partition(":") for line in lines[1:])
    return Head(raw, (words[0], words[1], words[2]), {name.lower(): value.strip() for name, _, value in pairs})


def has_body(method: str, status: int) -> bool:
    """Whether an answer to ``method`` carries a body."""
    return method != "HEAD" and status not in (204, 304) and status >= 200


def answer(status: str, kind: str, body: bytes, *more: str) -> bytes:
    """An answer that something on the way gives."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *more]
    return "\r\n".join(lines).encode() + END + body
