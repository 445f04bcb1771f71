"""Views of the API document: as JSON, as Swagger UI, and the list of problem codes. Not here: making it (openapi.py)."""

import html
from functools import cache

import orjson
from flask import Response, current_app, send_file
from flask_smorest import Blueprint
from werkzeug.exceptions import NotFound

from backend.api.docs.files import OURS, TYPES, served_files
from backend.api.documents import problem_list
from backend.api.endpoint import PUBLIC, Call, endpoint
from backend.api.openapi import api_document

blueprint = Blueprint("docs", __name__, description="The API document")

# Nothing comes from elsewhere and no script stands in a page. Swagger UI draws some of its parts with style attributes.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
TEXT = {"schema": {"type": "string"}}
PAGE = {"responses": {"200": {"description": "A page.", "content": {"text/html": TEXT}}}}
DOCUMENT = {
    "responses": {
        "200": {
            "description": "An OpenAPI 3.1 document.",
            "content": {
                "application/json": {
                    "schema": {"type": "object", "required": ["openapi", "info", "paths"]},
                    "example": {"openapi": "3.1.0", "info": {"title": "GridPatrol", "version": "v1"}, "paths": {}},
                }
            },
        }
    }
}
FILE = {"responses": {"200": {"description": "A file.", "content": dict.fromkeys(TYPES.values(), TEXT)}}}
KEPT = "gridpatrol_document"
files = cache(served_files)


@endpoint(blueprint, "/openapi.json", permission=PUBLIC, summary="This document", document=DOCUMENT)
def show_document(call: Call) -> Response:
    return Response(_document(), mimetype="application/json", headers={"Cache-Control": "no-cache"})


@endpoint(blueprint, "/docs", permission=PUBLIC, summary="This document to browse and to try out", document=PAGE)
def show_page(call: Call) -> Response:
    return _page((OURS / "page.html").read_text(encoding="utf-8"))


@endpoint(
    blueprint, "/docs/problems", permission=PUBLIC, summary="All problem codes with their sentences", document=PAGE
)
def show_problems(call: Call) -> Response:
    rows = "\n".join(
        f'<tr id="{one["code"]}"><td><code>{one["code"]}</code></td><td>{one["status"]}</td>'
        f'<td lang="zh">{html.escape(one["zh"])}</td><td>{html.escape(one["en"])}</td></tr>'
        for one in problem_list()
    )
    return _page((OURS / "problems.html").read_text(encoding="utf-8").replace("<!-- rows -->", rows))


@endpoint(
    blueprint,
    "/docs/<path:name>",
    permission=PUBLIC,
    summary="Scripts and styles of the page",
    problems=("not_found",),
    document=FILE,
)
def show_file(call: Call, name: str) -> Response:
    """Only the files that the page needs, whatever else lies beside them."""
    path = files().get(name)
    if path is None:
        raise NotFound
    response = send_file(path, mimetype=TYPES[path.suffix], max_age=86_400)
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _document() -> bytes:
    made = current_app.extensions  # kept there once made: it cannot change while serving
    if KEPT not in made:
        made[KEPT] = orjson.dumps(api_document(current_app))
    document: bytes = made[KEPT]
    return document


def _page(content: str) -> Response:
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache", "Referrer-Policy": "no-referrer"}
    return Response(content, mimetype="text/html", headers=headers)
