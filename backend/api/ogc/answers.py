"""Answers under /ogc: links, JSON or a page, validators. Not here: what they hold."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from flask import Response, request

from backend.api.ogc.asking import HTML, JSON, Asked
from backend.api.ogc.html import POLICY, render

Link = dict[str, str]
CHANGES = ("Accept", "Authorization", "Accept-Language")


def link(href: str, rel: str, kind: str, title: str | None = None) -> Link:
    """One link, as links are told of in every answer."""
    return {"href": href, "rel": rel, "type": kind} | ({"title": title} if title else {})


def self_links(asked: Asked, kind: str = JSON) -> list[Link]:
    """This answer, and the same in the other form."""
    kinds = {"json": kind, "html": HTML}
    mine, other = ("html", "json") if asked.is_html else ("json", "html")
    return [
        link(asked.here(), "self", kinds[mine]),
        link(asked.here(f=other), "alternate", kinds[other]),
    ]


def answer(asked: Asked, page: str, body: Mapping[str, Any], kind: str = JSON, **more: Any) -> Response:
    """``body`` as JSON of media type ``kind``, or as the page named ``page``, which is also told ``more``."""
    if asked.is_html:
        response = page_of(asked, page, body=body, **more)
        return kept(response, response.get_data())
    content = orjson.dumps(body, option=orjson.OPT_UTC_Z)
    return kept(Response(content, content_type=kind), content)


def page_of(asked: Asked, page: str, **values: Any) -> Response:
    """A page of /ogc in the language asked for."""
    response = Response(render(page, asked, **values), mimetype=HTML)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Content-Language"] = "zh-CN" if asked.language == "zh" else "en"
    return response


def kept(response: Response, content: bytes) -> Response:
    """``response`` with a validator made of ``content``, or 304. Weak: the same content may be packed in several ways."""
    response.set_etag(hashlib.sha256(content).hexdigest()[:32], weak=True)
    # kept by the client, but asked for each time: who sees what can change from one moment to the next
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(CHANGES)
    response.make_conditional(request.environ)
    return response


def with_link_header(response: Response, links: Iterable[Link]) -> Response:
    """``response`` with its links in the header too (RFC 8288), for programs that read no further."""
    for one in links:
        response.headers.add("Link", f'<{one["href"]}>; rel="{one["rel"]}"; type="{one["type"]}"')
    return response
