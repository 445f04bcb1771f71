"""The way in: landing page, conformance, and the style of the pages. Open to anybody, since no data is among it."""

from typing import Any

from flask import Response, send_file

from backend.api.endpoint import PUBLIC, Call, endpoint
from backend.api.ogc.answers import Link, answer, link, self_links
from backend.api.ogc.asking import HTML, JSON, Asked, asked
from backend.api.ogc.blueprint import blueprint
from backend.api.ogc.documents import document
from backend.api.ogc.html import PAGES, POLICY
from backend.api.ogc.shapes import OPENAPI_KIND

CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
CONFORMS_TO = (
    f"{CORE}/core",
    f"{CORE}/oas30",
    f"{CORE}/html",
    f"{CORE}/geojson",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
)
TITLE = {"zh": "网格巡查 · 地图数据服务", "en": "GridPatrol · map data"}
ABOUT = {
    "zh": "网格、场所、上报与通报移送，按 OGC API – Features 提供；各人只见其有权查看的内容。",
    "en": "Grids, sites, reports and referrals as OGC API – Features; everybody sees what he may see.",
}


@endpoint(
    blueprint,
    "",
    permission=PUBLIC,
    summary="Landing page of OGC API – Features",
    problems=("ogc_unknown_parameter", "ogc_bad_parameter"),
    document=document("landing"),
)
def show_landing(call: Call) -> Response:
    return _landing(asked())


@endpoint(
    blueprint,
    "/",
    permission=PUBLIC,
    summary="Landing page of OGC API – Features, as the standard spells its address",
    problems=("ogc_unknown_parameter", "ogc_bad_parameter"),
    document=document("landing"),
)
def show_landing_with_slash(call: Call) -> Response:
    return _landing(asked())


@endpoint(
    blueprint,
    "/conformance",
    permission=PUBLIC,
    summary="Classes of the standard that are kept to",
    problems=("ogc_unknown_parameter", "ogc_bad_parameter"),
    document=document("conformance"),
)
def show_conformance(call: Call) -> Response:
    ask = asked()
    return answer(ask, "conformance", {"conformsTo": list(CONFORMS_TO), "links": self_links(ask)})


@endpoint(
    blueprint,
    "/style.css",
    permission=PUBLIC,
    summary="The style of the pages",
    document={"responses": {"200": {"description": "A style sheet.",
                                    "content": {"text/css": {"schema": {"type": "string"}}}}}},
)  # fmt: skip
def show_style(call: Call) -> Response:
    response = send_file(PAGES / "ogc.css", mimetype="text/css", max_age=86_400)
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _landing(ask: Asked) -> Response:
    body: dict[str, Any] = {
        "title": TITLE[ask.language],
        "description": ABOUT[ask.language],
        "links": [*self_links(ask), *_ways_on(ask)],
    }
    return answer(ask, "landing", body)


def _ways_on(ask: Asked) -> list[Link]:
    say = (lambda zh, _: zh) if ask.language == "zh" else (lambda _, en: en)
    return [
        link(ask.at("/api", f="json"), "service-desc", OPENAPI_KIND, say("接口定义（OpenAPI 3.0）", "API definition")),
        link(ask.at("/api", f="html"), "service-doc", HTML, say("接口说明", "API documentation")),
        link(ask.at("/conformance"), "conformance", JSON, say("符合的标准条目", "Conformance classes")),
        link(ask.at("/collections"), "data", JSON, say("数据集", "Collections")),
        link(ask.at("/connect"), "help", HTML, say("如何连接", "How to connect")),
        link(
            ask.at("/qgis-project.qgs"),
            "related",
            "application/x-qgis-project",
            say("QGIS 工程文件", "QGIS project file"),
        ),
    ]
