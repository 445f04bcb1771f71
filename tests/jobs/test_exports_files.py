"""Files of exports, read back by openpyxl, csv and GDAL: what the list shows under the same filters, and nothing else."""

import random
from pathlib import Path
from typing import Any

import orjson
import pytest
import shapely
from flask import Flask
from geoalchemy2.shape import from_shape
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Category, Outcome, ReferralStatus, Role, Severity, SiteStatus
from backend.persistence.models import GridVersion, User
from tests.factories import (
    OTHER_STREET,
    STREET,
    make_case,
    make_grids,
    make_officer,
    make_report,
    make_responsible,
    make_site,
    make_task,
    make_user,
)
from tests.jobs.exporting import KEYS, Taker, read

FORMATS = ["csv", "xlsx", "gpkg", "shp", "geojson"]


def at(number: int) -> Any:
    return from_shape(shapely.Point(121.40 + number / 1000, 31.241), srid=4490)


class District:
    """Two streets with everything in them that can be exported."""

    def __init__(self, app: Flask, session: Session, folder: Path) -> None:
        self.app, self.session, self.folder = app, session, folder
        grids = make_grids(session, 3)
        version = session.get_one(GridVersion, grids[0].version_id)
        make_grids(session, 2, street_code=OTHER_STREET, origin=(121.44, 31.25), version=version)
        self.worker = make_user(session)
        make_responsible(session, self.worker, grids[:1])
        for number in range(8):
            grid = grids[number % 3]
            site = make_site(
                session, grid, name=f"𠮷野诊所{number}" if number % 2 else f"祥和诊所{number}", position=at(number),
                category=list(Category)[number % 3], status=SiteStatus.CLOSED if number == 5 else SiteStatus.ACTIVE,
                street_code=OTHER_STREET if number > 5 else STREET, uscc="91310107MA1FY0XX0K" if number == 1 else None,
            )  # fmt: skip
            make_task(session, grid, self.worker if number % 2 else None, site_id=site.id, title=f"=任务{number}")
            make_case(
                session, ("putuo.health", "putuo.market", None)[number % 3], author=self.worker, grid=grid, site=site,
                name=site.name, description="=1+1，无证开展牙科诊疗" if number == 2 else "",
                status=ReferralStatus.ROUTED if number % 3 < 2 else ReferralStatus.PENDING_TRIAGE,
                severity=list(Severity)[number % 4], report={"position": at(number), "category": list(Category)[number % 3]},
                street_code=OTHER_STREET if number > 5 else STREET,
            )  # fmt: skip
            make_report(
                session, self.worker, grid, outcome=Outcome.NO_PROBLEM, position=None if number == 3 else at(number),
                street_code=OTHER_STREET if number > 5 else STREET, flags=["old_form"] if number == 4 else [],
            )  # fmt: skip
        session.commit()

    def taker(self, user: User) -> Taker:
        return Taker(self.app, self.session, user, self.folder)

    def bureau(self) -> Taker:
        return self.taker(make_user(self.session, Role.BUREAU_TRIAGER))


@pytest.fixture
def district(live_app: Flask, live_session: Session, tmp_path: Path) -> District:
    return District(live_app, live_session, tmp_path)


FILTERS: dict[str, list[dict[str, Any]]] = {
    "reports": [
        {}, {"category": "illegal_practice"}, {"status": "referred"}, {"has_referral": "false"}, {"q": "𠮷野"},
        {"street": OTHER_STREET}, {"department": "putuo.market"}, {"department": "nobody"}, {"flag": "old_form"},
        {"captured_to": "2026-11-20T10:00:00+08:00"}, {"status": "recorded,closed", "outcome": "no_problem"},
    ],
    "cases": [
        {}, {"sort": "oldest"}, {"sort": "urgent"}, {"status": "routed"}, {"severity": "high,low"}, {"q": "祥和"},
        {"street": STREET, "category": "water_vending"}, {"department": "putuo.health", "sort": "urgent"}, {"q": "牙科 𠮷"},
    ],
    "sites": [
        {}, {"status": "active"}, {"category": "water_vending,illegal_practice"}, {"q": "祥和"}, {"street": OTHER_STREET},
        {"bbox": "121.399,31.2,121.4035,31.3"}, {"q": "91310107"},
    ],
    "tasks": [{}, {"unassigned": "true"}, {"status": "assigned"}, {"q": "任务3"}, {"overdue": "true"}, {"street": STREET}],
    "grids": [{}, {"street": OTHER_STREET}, {"code": f"{STREET}001002"}, {"bbox": "121.399,31.2,121.403,31.3"}],
}  # fmt: skip


@pytest.mark.parametrize("kind", KEYS)
def test_a_file_holds_what_the_list_shows_in_its_order(district: District, kind: str) -> None:
    chance, taker = random.Random(kind), district.bureau()
    for filters in FILTERS[kind]:
        format = chance.choice(FORMATS)
        assert taker.keys(kind, format, filters) == taker.listed(kind, filters), (format, filters)
    for _ in range(3):
        chosen = chance.sample(FILTERS[kind], 2)
        filters, format = {**chosen[0], **chosen[1]}, chance.choice(FORMATS)
        assert taker.keys(kind, format, filters) == taker.listed(kind, filters), (format, filters)


@pytest.mark.parametrize("kind", KEYS)
def test_every_format_of_every_kind_says_the_same(district: District, kind: str) -> None:
    taker = district.bureau()
    expected = taker.listed(kind, {})
    assert len(expected) >= 3
    for format in FORMATS:
        assert taker.keys(kind, format) == expected, format


def test_reports_in_words_codes_and_places(district: District) -> None:
    taker = district.bureau()
    rows = read(taker.file("reports", "xlsx", {"q": "祥和诊所2"}))
    [row] = rows
    assert (row["类别"], row["类别（代码）"]) == ("现制现售水", "water_vending")
    assert (row["状态"], row["案件状态"], row["承办部门"]) == ("已通报", "待定性", "—")
    assert (row["经度（CGCS2000）"], row["纬度（CGCS2000）"]) == (pytest.approx(121.402), pytest.approx(31.241))
    assert f"{row['发现时间']:%Y-%m-%d %H:%M}" == "2026-11-20 10:00"
    assert (row["情况描述"], row["上报人"], row["街镇（代码）"]) == ("=1+1，无证开展牙科诊疗", "测试员", STREET)
    [line] = read(taker.file("reports", "csv", {"q": "祥和诊所2"}))
    assert line["情况描述"] == "'=1+1，无证开展牙科诊疗"
    [english] = read(taker.file("reports", "csv", {"q": "祥和诊所2"}, language="en"))
    assert (english["Category"], english["Category (code)"]) == ("Water vending machines", "water_vending")


def test_layers_have_shapes_and_a_shapefile_tells_what_gbk_lacks(district: District) -> None:
    taker = district.bureau()
    sites = read(taker.file("sites", "gpkg"))
    assert shapely.from_wkb(sites[0]["shape"]).equals_exact(shapely.Point(121.407, 31.241), 1e-9)
    assert sites[0]["site_name"] == "𠮷野诊所7"
    nowhere = [row for row in read(taker.file("reports", "gpkg")) if row["shape"] is None]
    assert len(nowhere) == 1
    grids = read(taker.file("grids", "shp"))
    assert (
        shapely.from_wkb(grids[0]["shape"])
        .normalize()
        .equals_exact(shapely.box(121.40, 31.24, 121.404, 31.244).normalize(), 1e-9)
    )
    assert grids[0]["lead"] == "测试员"
    export_id = taker.ask("sites", "shp")
    made = taker.make(export_id)
    assert [(note["code"], note["count"]) for note in made["notes"]] == [("characters_replaced", 4)]
    assert "〓" in made["notes"][0]["message"]
    document = orjson.loads(taker.file("cases", "geojson", {"status": "routed"}).read_bytes())
    assert {one["properties"]["status_c"] for one in document["features"]} == {"routed"}


def test_each_takes_what_he_sees_and_who_reported_only_whom_it_concerns(district: District) -> None:
    session = district.session
    for user, sees_reporter, has_tasks in (
        (make_user(session, Role.STREET_COORDINATOR, street_code=OTHER_STREET), True, True),
        (make_user(session, Role.AUDITOR), True, True),
        (make_officer(session, "putuo.market"), False, False),
    ):
        taker = district.taker(user)
        for kind in KEYS:
            if kind == "tasks" and not has_tasks:
                reply = taker.post("", {"kind": "tasks", "format": "csv"})
                assert (reply.status_code, reply.json["code"]) == (403, "forbidden")
                continue
            assert taker.keys(kind, "csv") == taker.listed(kind, {}), (user.username, kind)
        [head] = read(taker.file("reports", "csv"))[:1]
        assert ("上报人" in head) is sees_reporter
    worker = district.taker(district.worker)
    assert worker.post("", {"kind": "reports", "format": "csv"}).status_code == 403
