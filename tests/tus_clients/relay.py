"""Stands between a tus client and a server and notes the protocol: what was asked, what was answered."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import requests
from werkzeug import Request, Response

# what tus says by headers; everything else is HTTP's or the server's own
TOLD = (
    "Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Max-Size", "Tus-Checksum-Algorithm", "Location", "Upload-Offset",
    "Upload-Length", "Upload-Metadata", "Upload-Expires", "Cache-Control",
)  # fmt: skip
UPLOAD = re.compile(r"/api/v1/uploads/[\w-]+")


@dataclass(frozen=True, slots=True)
class Answer:
    """One exchange, without what differs from upload to upload."""

    method: str
    status: int
    headers: dict[str, str]

    @property
    def facts(self) -> dict[str, str]:
        """What can be compared, by name."""
        return {"status": str(self.status), **self.headers}


def answer_of(method: str, status: int, headers: Any, whole: int) -> Answer:
    """The answer with stable values; ``whole``: the length of the photo."""
    found = {name: str(headers[name]) for name in TOLD if name in headers}
    if (method, status) != ("HEAD", 200):
        found.pop("Cache-Control", None)  # tus speaks of it there alone; ours says no-store everywhere
    for name in ("Upload-Offset", "Upload-Length"):
        if found.get(name) == str(whole):
            found[name] = "all"
    if "Location" in found:
        found["Location"] = UPLOAD.sub("an address", found["Location"])
    if "Upload-Expires" in found:
        found["Upload-Expires"] = "a date"
    if "Upload-Metadata" in found:
        found["Upload-Metadata"] = ",".join(sorted(found["Upload-Metadata"].split(",")))
    return Answer(method, status, found)


@dataclass
class Relay:
    """A WSGI application that passes everything on to ``upstream``."""

    upstream: str
    whole: int
    answers: list[Answer] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """WSGI."""
        request = Request(environ)
        headers = {name: value for name, value in request.headers if name not in ("Host", "Connection")}
        reply = requests.request(
            request.method, self.upstream + request.path, data=request.get_data(), headers=headers, timeout=30
        )
        self.answers.append(answer_of(request.method, reply.status_code, reply.headers, self.whole))
        kept = {name: reply.headers[name] for name in (*TOLD, "Content-Type") if name in reply.headers}
        return Response(reply.content, reply.status_code, kept)(environ, start_response)
