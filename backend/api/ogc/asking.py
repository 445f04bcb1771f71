"""What a request under /ogc asks for: its parameters, each known and given once, the form of the answer, the language.

Unlike elsewhere a wrong parameter is a 400 (17-069r4, /req/core/query-param-unknown and -invalid). Not here: meanings.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask import request

from backend.api.language import current_language
from backend.api.ogc.blueprint import PREFIX
from backend.domain.errors import DomainError
from backend.domain.ogc.parameters import refused

JSON, HTML = "application/json", "text/html"
GEOJSON = "application/geo+json"
SCHEMA_JSON = "application/schema+json"
FORMATS = {"json": JSON, "html": HTML}
EVERYWHERE = ("f", "lang")
# What may be asked for by Accept, the usual answer first: it is given where anything will do, and where nothing of ours will.
OFFERED = (GEOJSON, JSON, SCHEMA_JSON, HTML)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: ``root`` is the address of the landing page as the client called it, without a slash at its end."""

    root: str
    path: str
    is_html: bool
    language: str
    given: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        """The value of a parameter, None where it was not given."""
        return self.given.get(name)

    def here(self, **changed: str | None) -> str:
        """The address of this request with some parameters changed, or taken away (None)."""
        values = {name: value for name, value in {**self.given, **changed}.items() if value is not None}
        return self.at(self.path, **values)

    def at(self, path: str, **values: str) -> str:
        """The address of something below the landing page."""
        query = f"?{urlencode(values)}" if values else ""
        return f"{self.root}{path}{query}"


def asked(taken: Collection[str] = ()) -> Asked:
    """This request, whose parameters must be among ``taken`` and those that every address has.

    Raises ogc_unknown_parameter and ogc_bad_parameter.
    """
    given: dict[str, str] = {}
    for name, values in request.args.lists():
        if name not in EVERYWHERE and name not in taken:
            raise DomainError("ogc_unknown_parameter", name=name[:100])
        if len(values) > 1:
            raise refused(name, "只能给出一次。", "It may be given only once.")
        given[name] = values[0]
    language = given.get("lang", current_language())
    if language not in ("zh", "en"):
        raise refused("lang", "可选：zh, en", "One of zh, en is wanted.")
    return Asked(root(), request.path.removeprefix(PREFIX).rstrip("/"), _is_html(given.get("f")), language, given)


def root() -> str:
    """The address of the landing page by the host that the client called (behind a proxy: the Host it passes on)."""
    return request.host_url.rstrip("/") + PREFIX


def _is_html(wanted: str | None) -> bool:
    if wanted is None:
        return request.accept_mimetypes.best_match(OFFERED, default=GEOJSON) == HTML
    if wanted not in FORMATS:
        raise refused("f", "可选：json, html", "One of json, html is wanted.")
    return wanted == "html"
