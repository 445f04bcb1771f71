"""The pages of /ogc for people, and which form of an answer is given to whom."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Role
from tests.api.gis import COLLECTIONS, Gis, Place
from tests.factories import make_site, make_user

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PAGES = ["", "/conformance", "/api", "/collections"] + [
    f"/collections/{name}{more}" for name in COLLECTIONS for more in ("", "/items", "/schema", "/queryables")
]


@pytest.fixture
def bureau(app: Flask, session: Session) -> Gis:
    return Gis(app, session, make_user(session, Role.BUREAU_TRIAGER))


@pytest.mark.parametrize("path", PAGES)
def test_every_address_has_a_page_without_scripts(place: Place, bureau: Gis, path: str) -> None:
    page = bureau.ask(path, headers={"Accept": BROWSER})
    assert (page.status_code, page.mimetype, page.headers["Content-Language"]) == (200, "text/html", "zh-CN")
    assert (
        "script-src" not in page.headers["Content-Security-Policy"]
        and "default-src 'none'" in page.headers["Content-Security-Policy"]
    )
    assert page.text.startswith("<!doctype html>") and not re.search(r"<script|<style|\sstyle=|\son\w+=", page.text)
    assert CHINESE.search(page.text)
    # all links of the other form stand in the page
    told = bureau.get(path, f="json")
    for one in told.get("links", []):
        if one["rel"] not in ("self", "alternate"):
            assert f'rel="{one["rel"]}"' in page.text


def test_the_english_page_is_english(place: Place, bureau: Gis) -> None:
    for path in ("", "/conformance", "/collections"):
        text = bureau.ask(path, f="html", lang="en").text.replace("中文", "")
        assert not CHINESE.search(text), path
    assert bureau.ask("", f="html", headers={"Accept-Language": "en"}).headers["Content-Language"] == "en"


def test_words_of_the_district_are_escaped(session: Session, bureau: Gis) -> None:
    site = make_site(session, name="<script>alert(1)</script>")
    for path in ("/collections/sites/items", f"/collections/sites/items/{site.id}"):
        text = bureau.ask(path, f="html").text
        assert "<script" not in text and "&lt;script&gt;" in text
    hostile = bureau.client.get("/ogc?f=html", headers={"Host": 'x"><script>'})
    assert "<script" not in hostile.text


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/geo+json"), ("*/*", "application/geo+json"), ("application/json", "application/geo+json"),
        ("application/geo+json, text/html;q=0.5", "application/geo+json"), ("text/html", "text/html"),
        ("image/png", "application/geo+json"), (BROWSER, "text/html"),
    ],
)  # fmt: skip
def test_the_form_by_accept(bureau: Gis, accept: str | None, kind: str) -> None:
    reply = bureau.ask("/collections/sites/items", headers={"Accept": accept} if accept else {})
    assert reply.mimetype == kind
    assert (
        bureau.ask("/collections/sites/items", headers={"Accept": accept or ""}, f="json").mimetype
        == "application/geo+json"
    )


def test_the_next_page_of_a_page_is_a_page(place: Place, bureau: Gis) -> None:
    reply = bureau.ask("/collections/reports/items", limit=1, headers={"Accept": BROWSER})
    following = re.search(r'href="([^"]+)" rel="next" type="text/html"', reply.text)
    assert following
    assert (
        bureau.client.get(following[1].replace("&amp;", "&"), headers={**bureau.headers, "Accept": BROWSER}).status_code
        == 200
    )


def test_the_style(bureau: Gis) -> None:
    with bureau.client.get("/ogc/style.css") as style:
        assert (style.status_code, style.mimetype) == (200, "text/css")


def test_how_to_connect_names_this_host(app: Flask, session: Session) -> None:
    nobody = Gis(app, session, None)
    for language in ("zh", "en"):
        page = nobody.client.get(f"/ogc/connect?lang={language}", base_url="https://gis.example.org")
        assert (page.status_code, page.mimetype) == (200, "text/html")
        text = page.text.replace("&#39;", "'")
        for told in (
            "OAPIF:https://gis.example.org/ogc", 'Features("https://gis.example.org/ogc"', "gridpat", "ArcGIS Pro",
            "curl -u USER:PASSWORD 'https://gis.example.org/ogc/collections/reports/items", "/ogc/qgis-project.qgs",
            "https://gis.example.org/api/v1/session/app-passwords", "http://www.opengis.net/def/crs/EPSG/0/4490",
        ):  # fmt: skip
            assert told in text, told
        assert "http://localhost" not in text
        assert bool(CHINESE.search(text.replace("中文", ""))) is (language == "zh")


def test_the_project_of_a_district_without_grids_shows_china(bureau: Gis) -> None:
    project = bureau.ask("/qgis-project.qgs")
    assert (project.status_code, project.mimetype) == (200, "application/x-qgis-project")
    assert "<xmin>73.6</xmin>" in project.text and 'filename="gridpatrol.qgs"' in project.headers["Content-Disposition"]
