"""The pages of /ogc: plain HTML made here, no script, no style within. Not here: what they show."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from flask import url_for
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from backend.api.ogc.asking import Asked
from backend.domain.calendar import LOCAL_ZONE

PAGES = Path(__file__).parent / "pages"
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def render(page: str, asked: Asked, **values: Any) -> str:
    """The page named ``page`` (a file of pages/, without its ending); everything put into it is escaped."""

    def say(zh: str, en: str) -> str:
        return zh if asked.language == "zh" else en

    other = "en" if asked.language == "zh" else "zh"
    style = url_for("ogc.show_style")
    return _pages().get_template(f"{page}.html").render(
        asked=asked, say=say, other_language=asked.here(lang=other), style=style, **values
    )  # fmt: skip


def fill(template: str, **values: Any) -> str:
    """A file of pages/ that is no page for people (a project file), with ``values`` put in, escaped as XML wants it."""
    return _pages().get_template(template).render(**values)


def _told(value: Any) -> str:
    """A value as people read it; times in the district's zone."""
    if isinstance(value, datetime):
        return value.astimezone(LOCAL_ZONE).isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


@cache
def _pages() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    pages.filters["told"] = _told
    pages.filters["json"] = lambda value: orjson.dumps(value, option=orjson.OPT_UTC_Z).decode()
    return pages
