"""The console's page, files and policy: any address that is nobody else's answers with the one page of the console."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import NotFound
from werkzeug.routing import PathConverter

from backend.api.endpoint import PUBLIC
from backend.persistence.unit_of_work import reading
from backend.services.district_settings import allowed_map_hosts
from backend.web.files import BuiltFile, read_folder

BUILT = Path(__file__).parent / "static" / "console"
KEPT = "gridpatrol_console"
# Names of files hold a hash of what is in them.
FOREVER = "public, max-age=31536000, immutable"
# First parts of addresses that are never a page of the console: a slip in them must stay a 404 and not become a page.
OTHERS = ("api", "docs", "ogc", "m", "healthz", "readyz", "metrics", "version", "openapi.json", ".well-known", "assets")
NOT_BUILT = (
    "<!doctype html><meta charset=utf-8><title>GridPatrol</title><p lang=zh-CN>控制台尚未构建：请运行 make web。"
    "<p>The console is not built yet: run <code>make web</code>. The API is described at <a href=/docs>/docs</a>."
)

blueprint = Blueprint("console", __name__)


class PageConverter(PathConverter):
    """An address that may be a page of the console."""

    regex = rf"(?!(?:{'|'.join(name.replace('.', '[.]') for name in OTHERS)})(?:/|$)).+"


def register(app: Flask) -> None:
    """Serve the console at ``/``; called once by the roof."""
    app.url_map.converters["page"] = PageConverter
    app.register_blueprint(blueprint)


def _public(view: Callable[..., Response]) -> Callable[..., Response]:
    @wraps(view)
    def run(**path: Any) -> Response:
        return view(**path)

    run.permission = PUBLIC  # type: ignore[attr-defined]  # read by the test that walks the url map
    return run


@blueprint.get("/")
@_public
def show_start() -> Response:
    return _page()


@blueprint.get("/<page:name>")
@_public
def show_page(name: str) -> Response:
    """A file of the build's root (the icon) or, for a browser that wants a page, the one page. Raises NotFound."""
    found = _files().get(name)
    if found is not None:
        return _answer(found, "no-cache")
    if request.accept_mimetypes.quality("text/html") <= request.accept_mimetypes.quality("application/json"):
        raise NotFound
    return _page()


@blueprint.get("/assets/<path:name>")
@_public
def show_asset(name: str) -> Response:
    """A built script or style. Raises NotFound, also for one of an older build: the page then loads itself anew."""
    found = _files().get(f"assets/{name}")
    if found is None:
        raise NotFound
    return _answer(found, FOREVER)


def policy(map_hosts: tuple[str, ...] = ()) -> str:
    """The page's Content-Security-Policy: nothing from elsewhere but the pictures of the base map, no inline script or style."""
    pictures = " ".join(("img-src 'self' data: blob:", *map_hosts))
    connects = " ".join(("connect-src 'self'", *map_hosts))
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; {pictures}; font-src 'self'; {connects}; "
        "worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _files() -> dict[str, BuiltFile]:
    kept = current_app.extensions
    if KEPT not in kept:
        kept[KEPT] = read_folder(BUILT)
    files: dict[str, BuiltFile] = kept[KEPT]
    return files


def _map_hosts() -> tuple[str, ...]:
    """Hosts of the base map; none while the database does not answer, so that the page can say so itself."""
    try:
        with reading() as session:
            return allowed_map_hosts(session)
    except OperationalError:
        return ()


def _page() -> Response:
    index = _files().get("index.html")
    if index is None:
        current_app.extensions.pop(KEPT, None)  # it may be built while we serve
        return Response(NOT_BUILT, 503, mimetype="text/html", headers={"Content-Security-Policy": policy()})
    return _answer(index, "no-cache")


def _answer(file: BuiltFile, kept_for: str) -> Response:
    body, encoding = file.best(request.accept_encodings)
    response = Response(body, mimetype=file.media_type)
    response.headers["Cache-Control"] = kept_for
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if encoding:
        response.headers["Content-Encoding"] = encoding
    if file.media_type == "text/html":
        response.headers["Content-Security-Policy"] = policy(_map_hosts())
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(self)"
    response.set_etag(file.etag + (f"-{encoding}" if encoding else ""))
    response.make_conditional(request)
    return response
