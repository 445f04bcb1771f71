"""A GIS program that asks /ogc as one person, and a small district for it to find. Not here: real programs (tests/gis)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.domain.vocabulary import Category, Outcome, Severity
from backend.persistence.models import Grid, Referral, Report, Site, User
from tests.factories import (
    OTHER_STREET,
    make_grids,
    make_referral,
    make_report,
    make_responsible,
    make_site,
    make_user,
    token_for,
)

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
COLLECTIONS = ("grids", "sites", "reports", "referrals")


def at(lon: float, lat: float) -> str:
    """A stored position."""
    return f"SRID=4490;POINT({lon} {lat})"


class Gis:
    """Asks below /ogc; what the test has added is committed first, since a request ends with a rollback."""

    def __init__(self, app: Flask, session: Session, user: User | None) -> None:
        self.session = session
        self.client: FlaskClient = app.test_client()
        self.headers = {"Authorization": f"Bearer {token_for(app, session, user)}"} if user else {}

    def ask(
        self, path: str = "", /, method: str = "GET", headers: dict[str, str] | None = None, **query: Any
    ) -> TestResponse:
        """The answer of /ogc<path>; ``_`` in names of parameters stands for ``-``, as in bbox-crs."""
        self.session.commit()
        asked = {"bbox-crs" if name == "bbox_crs" else name: value for name, value in query.items()}
        sent = {**self.headers, **(headers or {})}
        return self.client.open(f"/ogc{path}", method=method, query_string=asked or None, headers=sent)

    def get(self, path: str = "", /, expect: int = 200, **query: Any) -> Any:
        """The JSON of the answer; fails unless the status is ``expect``."""
        reply = self.ask(path, **query)
        assert reply.status_code == expect, reply.text
        return reply.json

    def ids(self, collection: str, **query: Any) -> list[str]:
        """Ids of the features found on one page."""
        return [feature["id"] for feature in self.get(f"/collections/{collection}/items", **query)["features"]]

    def pages(self, collection: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every page, by the links to the next one."""
        page = self.get(f"/collections/{collection}/items", **query)
        yield page
        while link := next((one for one in page["links"] if one["rel"] == "next"), None):
            reply = self.client.get(link["href"], headers=self.headers)
            assert reply.status_code == 200, reply.text
            page = reply.json
            yield page


@dataclass(frozen=True, slots=True)
class Place:
    """What there is: two streets, the worker of the first."""

    grids: list[Grid]
    worker: User
    site: Site
    unplaced: Site
    report: Report
    unplaced_report: Report
    elsewhere: Report
    referral: Referral


def make_place(session: Session) -> Place:
    """Three grids, sites, reports and a referral in one street; a report in another."""
    grids = make_grids(session, 3)
    worker = make_user(session)
    make_responsible(session, worker, grids[:2])
    site = make_site(session, grids[0], position=at(121.401, 31.242), category=Category.WATER_VENDING, kind="water")
    told = {"name": "张三诊所", "address": "示例路1号", "phone": "13800000000"}
    report = make_report(
        session, worker, grids[0], position=at(121.402, 31.241), site_id=site.id, site=told, outcome=Outcome.PROBLEM,
        severity=Severity.HIGH, findings=[{"code": "A-01"}, {"code": "A-02"}], accuracy_m=8.5, description="李四 13900000000",
    )  # fmt: skip
    return Place(
        grids=grids,
        worker=worker,
        site=site,
        unplaced=make_site(session, grids[2], name="无坐标店"),
        report=report,
        unplaced_report=make_report(session, worker, grids[1]),
        elsewhere=make_report(session, make_user(session), position=at(121.46, 31.29), street_code=OTHER_STREET),
        referral=make_referral(session, report, finding_codes=["A-01"]),
    )
