"""/map/figures and /map/summary: sums of exactly what the lists have, for any filter and whoever looks."""

import random
from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.domain.map_area import write_area
from backend.domain.referrals import OPEN_STATUSES as OPEN_CASES
from backend.domain.vocabulary import MapFigure, Role, TimeStep
from backend.services.maps import add_up
from tests.api.mapping import MapReader
from tests.factories import STREET, MapWorld, make_map_world, make_report, make_site, make_user

AREA = write_area([(121.4008, 31.2408), (121.408, 31.2405), (121.4078, 31.2436), (121.401, 31.2434)])
REPORT_FILTERS: list[dict[str, Any]] = [
    {}, {"category": "water_vending"}, {"status": "referred,closed"}, {"severity": "high"}, {"street": STREET},
    {"department": "putuo.market"}, {"flag": "borderline"}, {"area": AREA}, {"located": "true"}, {"located": "false"},
    {"captured_from": "2026-08-10T03:00:00Z", "captured_to": "2026-11-03T00:00:00+08:00"}, {"grid_code": f"{STREET}001002"},
]  # fmt: skip
CASE_FILTERS: list[dict[str, Any]] = [
    {},
    {"status": "routed"},
    {"area": AREA},
    {"emergency": "true"},
    {"finding": "A-02"},
]
SEEING_ALL = (Role.STREET_COORDINATOR, Role.BUREAU_TRIAGER, Role.DEPARTMENT_OFFICER, Role.GRID_WORKER)


@pytest.fixture
def map_world(session: Session) -> MapWorld:
    world = make_map_world(session)
    add_up(session)
    # some that are not added up yet
    for place in ("SRID=4490;POINT(121.401 31.241)", None):
        make_report(
            session, world.people[Role.GRID_WORKER], world.grids[0], position=place, outcome="problem", severity="low"
        )
    return world


def counted(answer: dict[str, Any], name: str) -> dict[str | None, int]:
    return {entry["code"]: entry["count"] for entry in answer[name]}


def among(items: list[dict[str, Any]], name: str) -> Counter[str | None]:
    return Counter(item[name] for item in items)


@pytest.mark.parametrize("role", SEEING_ALL)
def test_a_summary_is_of_the_list(app: Flask, session: Session, map_world: MapWorld, role: Role) -> None:
    person, chance = MapReader(app, session, map_world.people[role]), random.Random(role.value)
    for filters in ({}, *chance.sample(REPORT_FILTERS, 4)):
        listed = person.everything("/reports", **filters)
        step = chance.choice([*TimeStep])
        told = person.ask("/map/summary", step=step, **filters).json
        assert (told["total"], told["step"]) == (len(listed), step), filters
        assert told["located"] == sum(item["position"] is not None for item in listed)
        for name, column in (("category", "category"), ("outcome", "outcome"), ("status", "status"),
                             ("severity", "severity"), ("street", "street_code")):  # fmt: skip
            assert counted(told, name) == among(listed, column), (filters, name)
        of_departments = Counter(
            code for item in listed for code in {r["department"] for r in item["referrals"]} if code
        )
        assert counted(told, "department") == of_departments
        assert sum(bar["count"] for bar in told["bars"]) == len(listed)
        assert sum(bar["problems"] for bar in told["bars"]) == sum(item["outcome"] == "problem" for item in listed)
        assert [bar["since"] for bar in told["bars"]] == sorted({bar["since"] for bar in told["bars"]})


@pytest.mark.parametrize("role", SEEING_ALL)
def test_figures_of_reports_add_up_to_the_list(app: Flask, session: Session, map_world: MapWorld, role: Role) -> None:
    person, chance = MapReader(app, session, map_world.people[role]), random.Random(role.value)
    for filters in chance.sample(REPORT_FILTERS, 4):
        listed = person.everything("/reports", **filters)
        by, column = chance.choice([("grid", "grid_code"), ("street", "street_code")])
        told = person.ask("/map/figures", figure="problem_rate", by=by, **filters).json
        everything, problems = among(listed, column), among([i for i in listed if i["outcome"] == "problem"], column)
        for item in told["items"]:
            number = everything[item["code"]]
            assert (item["numerator"], item["denominator"]) == (problems[item["code"]], number), (filters, by)
            assert item["value"] == (round(problems[item["code"]] / number, 6) if number else None)
        assert {item["code"] for item in told["items"]} >= set(everything)
        reports = person.ask("/map/figures", figure="reports", by=by, **filters).json
        assert {i["code"]: i["value"] for i in reports["items"] if i["value"]} == everything
        assert (reports["unit"], told["unit"], told["zh"]) == ("count", "ratio", "问题率")


@pytest.mark.parametrize("role", SEEING_ALL)
def test_figures_of_cases_are_those_of_the_list(app: Flask, session: Session, map_world: MapWorld, role: Role) -> None:
    person = MapReader(app, session, map_world.people[role])
    opened = {"status": ",".join(sorted(OPEN_CASES))}
    for figure, more in (("open_cases", {}), ("overdue_cases", {"overdue": "true"})):
        for filters in ({}, {"category": "water_vending", "area": AREA}, {"department": "putuo.health"}):
            for by, column in (("grid", "grid_code"), ("street", "street_code")):
                told = person.ask("/map/figures", figure=figure, by=by, **filters).json
                listed = among(person.everything("/cases", **opened, **more, **filters), column)
                assert {i["code"]: i["value"] for i in told["items"] if i["value"]} == listed, (figure, filters)


@pytest.mark.parametrize("role", [Role.STREET_COORDINATOR, Role.DEPARTMENT_OFFICER])
def test_a_summary_of_cases_is_of_the_list(app: Flask, session: Session, map_world: MapWorld, role: Role) -> None:
    person = MapReader(app, session, map_world.people[role])
    for filters in CASE_FILTERS:
        listed = person.everything("/cases", **filters)
        told = person.ask("/map/summary/referrals", step="month", **filters).json
        assert told["total"] == len(listed) == sum(bar["count"] for bar in told["bars"])
        for name, column in (("category", "category"), ("status", "status"), ("severity", "severity"),
                             ("street", "street_code"), ("department", "department")):  # fmt: skip
            assert counted(told, name) == among(listed, column)
        assert sum(bar["emergencies"] for bar in told["bars"]) == sum(item["emergency"] for item in listed)


def test_open_tasks_and_coverage(app: Flask, session: Session) -> None:
    world = make_map_world(session, 8)
    person = MapReader(app, session, world.people[Role.STREET_COORDINATOR])
    opened = {"status": "planned,assigned,accepted,in_progress,declined"}
    told = person.ask("/map/figures", figure="open_tasks", by="grid").json
    listed = among(person.everything("/tasks", **opened), "grid_code")
    assert {item["code"]: item["value"] for item in told["items"] if item["value"]} == listed
    own = [grid.code for grid in world.grids if grid.street_code == STREET]
    assert [item["code"] for item in told["items"]] == own, "grids with nothing are told as well"

    grid = world.grids[1]
    visited = make_site(session, grid, category="water_vending")
    make_site(session, grid, category="water_vending")
    make_site(session, grid, category="water_vending", status="closed")
    make_report(session, world.people[Role.GRID_WORKER], grid, site_id=visited.id)
    session.commit()
    query = {"figure": "site_coverage", "category": "water_vending", "grid_code": grid.code}
    period = {"captured_from": "2026-11-20T00:00:00+08:00"}
    before = {"captured_to": "2026-11-19T00:00:00+08:00"}
    shares = []
    for filters in (period, before):
        items = {item["code"]: item for item in person.ask("/map/figures", **query, **filters).json["items"]}
        shares.append((items[grid.code]["numerator"], items[grid.code]["denominator"]))
        assert items[own[0]]["value"] is None
    in_register = len(person.everything("/sites", status="active", category="water_vending", grid_code=grid.code))
    assert shares == [(1, in_register), (0, in_register)]


@pytest.mark.parametrize("figure", [*MapFigure])
def test_a_figure_is_for_whom_the_list_is(app: Flask, session: Session, figure: MapFigure) -> None:
    officer = MapReader(app, session, make_map_world(session, 0).people[Role.DEPARTMENT_OFFICER])
    answer = officer.ask("/map/figures", figure=figure)
    assert answer.status_code == (403 if figure == MapFigure.OPEN_TASKS else 200)
    narrowed = officer.ask("/map/figures", figure=figure, flag="borderline")
    of_reports = figure in (MapFigure.REPORTS, MapFigure.PROBLEMS, MapFigure.PROBLEM_RATE)
    assert (narrowed.status_code, narrowed.json.get("code")) == (
        (200, None)
        if of_reports
        else (403, "forbidden")
        if figure == MapFigure.OPEN_TASKS
        else (422, "filter_not_for_figure")
    )


def test_what_has_not_changed_is_not_sent_again(app: Flask, session: Session, count_queries: Any) -> None:
    person = MapReader(app, session, make_user(session, Role.AUDITOR))
    for path, query in (("/map/summary", {}), ("/map/summary/referrals", {}), ("/map/figures", {"figure": "reports"})):
        etag = person.ask(path, **query).headers["ETag"]
        with count_queries() as seen:
            assert person.ask(path, {"If-None-Match": etag}, **query).status_code == 304
        assert len(seen) <= 3
    make_report(session, make_user(session))
    session.commit()
    assert person.ask("/map/figures", {"If-None-Match": etag}, figure="reports").status_code == 200


def test_statements_do_not_grow_with_the_rows(app: Flask, session: Session, count_queries: Any) -> None:
    numbers, world = [], make_map_world(session, 10)
    person = MapReader(app, session, world.people[Role.STREET_COORDINATOR])
    for _ in range(2):
        make_report(session, world.people[Role.GRID_WORKER], world.grids[2], position="SRID=4490;POINT(121.4 31.24)")
        session.commit()
        with count_queries() as seen:
            person.ask("/map/summary")
            person.ask("/map/figures", figure="problem_rate")
            person.ask("/map/tiles/reports/0/0/0.mvt")
        numbers.append(len(seen))
    assert numbers[0] == numbers[1] <= 16
