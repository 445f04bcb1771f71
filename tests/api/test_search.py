"""GET /search: finds by what people know, best first, only what the asker may see, in a constant number of statements."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.domain.search import normalise
from backend.domain.vocabulary import Role
from tests.api.asking import Person
from tests.factories import (
    OTHER_STREET,
    STREET,
    make_case,
    make_grids,
    make_officer,
    make_report,
    make_site,
    make_task,
    make_user,
)

USCC = "91310107MA1FY0XX0K"


def kinds(answer: Any) -> list[str]:
    return [group["kind"] for group in answer["groups"]]


def titles(answer: Any, kind: str) -> list[str]:
    return [item["title"] for group in answer["groups"] if group["kind"] == kind for item in group["items"]]


@pytest.fixture
def bureau(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.BUREAU_TRIAGER))


def test_sites_exact_before_beginning_before_within(session: Session, bureau: Person) -> None:
    for name in ("新祥和诊所", "祥和诊所分部", "祥和诊所", "别家"):
        make_site(session, name=name, address="曹杨路1号")
    assert titles(bureau.get("/search", q="祥和诊所"), "site") == ["祥和诊所", "祥和诊所分部", "新祥和诊所"]
    answer = bureau.get("/search", q="祥和 曹杨", limit=2)
    [group] = answer["groups"]
    assert (group["kind"], group["total_at_most"], len(group["items"])) == ("site", 3, 2)
    assert [(m["field"], m["positions"]) for m in group["items"][0]["matched"]][1] == ("subtitle", [[0, 2]])
    assert group["items"][0]["status"] == "active"
    assert answer["hints"] == []


@pytest.mark.parametrize("said", ["ＡＢＣ　１２", "abc12", "Abc 1 2", "bc1"])
def test_full_width_capitals_and_spaces_do_not_matter(session: Session, bureau: Person, said: str) -> None:
    make_site(session, name="Ａｂｃ 12号牙科")
    assert titles(bureau.get("/search", q=said), "site") == ["Ａｂｃ 12号牙科"]


def test_the_database_compares_texts_as_the_product_does(session: Session) -> None:
    for said in ("Ａｂｃ 12号", "㈱①ﾊﾝｶｸ", "曹杨\u200b路\u3000１０１７弄", "𠮷野家", "ÀÉ ß x", "ㅎㅏㄴ"):
        made = session.scalar(text("SELECT search_normal(:said)"), {"said": said})
        assert made == normalise(said) or said.startswith("ÀÉ")  # ß alone is folded further by Python


def test_by_credit_code_and_own_code(session: Session, bureau: Person) -> None:
    make_site(session, name="甲", uscc=USCC, external_code="PT-SSJ-0001")
    make_case(session, name="乙诊所", uscc=USCC)
    answer = bureau.get("/search", q=USCC.lower())
    assert (titles(answer, "site"), titles(answer, "case")) == (["甲"], ["乙诊所"])
    assert [hint["code"] for hint in answer["hints"]] == ["uscc_mistyped"]
    assert "校验位" in answer["hints"][0]["message"]
    assert answer["groups"][0]["items"][0]["matched"][0]["field"] == "uscc"
    assert titles(bureau.get("/search", q="pt-ssj"), "site") == ["甲"]


def test_tasks_by_number_and_grids_by_code_or_name(session: Session, bureau: Person) -> None:
    first, second = make_grids(session, 2)
    make_task(session, first, code="T20261120-0000A", title="日常巡查")
    make_task(session, second, code="T20261121-0000B")
    assert titles(bureau.get("/search", q="T202611"), "task") == ["T20261121-0000B", "T20261120-0000A"]
    assert titles(bureau.get("/search", q="20261120"), "task") == ["T20261120-0000A"]
    assert titles(bureau.get("/search", q="T20261120-0000a"), "task") == ["T20261120-0000A"]
    answer = bureau.get("/search", q=second.code)
    assert (kinds(answer), answer["groups"][0]["items"][0]["id"]) == (["grid"], second.code)
    assert titles(bureau.get("/search", q=STREET), "grid") == [first.name, second.name]
    assert titles(bureau.get("/search", q="测试网格2"), "grid") == [second.name]


def test_cases_and_reports_by_the_beginning_of_an_id(session: Session, bureau: Person) -> None:
    case = make_case(session, name="祥和诊所")
    made = str(case.id)
    answer = bureau.get("/search", q=made)
    assert [item["id"] for item in answer["groups"][0]["items"]] == [made]
    assert answer["groups"][0]["items"][0]["matched"][0] == {"field": "id", "text": made, "positions": [[0, 36]]}
    assert made in [item["id"] for group in bureau.get("/search", q=made[:23])["groups"] for item in group["items"]]
    report = str(case.report_id)
    assert titles(bureau.get("/search", q=report.upper()), "report") == [report]
    assert titles(bureau.get("/search", q="祥和"), "case") == ["祥和诊所"]


def test_people_only_for_who_may_read_them(app: Flask, session: Session, bureau: Person) -> None:
    make_user(session, username="zhangwei77").name = "张伟"
    session.flush()
    assert titles(bureau.get("/search", q="张伟"), "person") == ["张伟"]
    assert titles(bureau.get("/search", q="ZhangWei77"), "person") == ["张伟"]
    officer = Person(app, session, make_officer(session))
    assert officer.get("/search", q="张伟")["groups"] == []


def test_only_what_one_may_see(app: Flask, session: Session) -> None:
    grid = make_grids(session, 1)[0]
    make_site(session, grid, name="祥和甲")
    make_site(session, name="祥和乙", street_code=OTHER_STREET)
    make_case(session, name="祥和甲")
    make_case(session, "putuo.market", name="祥和乙", street_code=OTHER_STREET)
    task = make_task(session, grid)
    for user, site, case, tasks in (
        (make_user(session, Role.STREET_COORDINATOR), ["祥和甲"], ["祥和甲"], [task.code]),
        (make_user(session, Role.STREET_COORDINATOR, street_code=OTHER_STREET), ["祥和乙"], ["祥和乙"], []),
        (make_officer(session, "putuo.market"), [], ["祥和乙"], []),
        (make_user(session), [], [], []),
        (make_user(session, Role.AUDITOR), ["祥和乙", "祥和甲"], ["祥和乙", "祥和甲"], [task.code]),
    ):
        person = Person(app, session, user)
        answer = person.get("/search", q="祥和")
        assert (titles(answer, "site"), titles(answer, "case")) == (site, case)
        assert titles(person.get("/search", q=task.code), "task") == tasks


@pytest.mark.parametrize("said", ["", "  ", "a", "9", "%", "_"])
def test_too_little(session: Session, bureau: Person, said: str) -> None:
    make_site(session, name="a9%_")
    answer = bureau.get("/search", q=said)
    assert answer["groups"] == []
    assert [hint["code"] for hint in answer["hints"]] == (["too_short"] if said.strip() else [])


@pytest.mark.parametrize(
    "said", ["路" * 500, "%%%", "\\", "'; DROP TABLE sites; --", "a_b", "\u202e\ud7ff", "🦷🦷", "( ) [ ] ^ $", "￿"]
)
def test_hostile_questions_find_what_is_there_and_no_more(session: Session, bureau: Person, said: str) -> None:
    make_site(session, name="祥和诊所")
    make_site(session, name=said[:150])
    assert titles(bureau.get("/search", q=said), "site") in ([said[:150]], [])
    assert bureau.get("/search", 422, q="路" * 501)["code"] == "invalid_input"
    assert bureau.get("/search", 422)["code"] == "invalid_input"
    assert bureau.get("/search", 422, q="祥和", limit=21)["code"] == "invalid_input"


def test_wildcards_are_no_wildcards(session: Session, bureau: Person) -> None:
    make_site(session, name="百分百诊所")
    make_site(session, name="100%纯水")
    assert titles(bureau.get("/search", q="00%纯"), "site") == ["100%纯水"]
    assert titles(bureau.get("/search", q="百%百"), "site") == []


def test_the_number_of_statements_does_not_grow(
    session: Session, bureau: Person, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    author = make_user(session)

    def add(count: int) -> None:
        for _ in range(count):
            make_site(session, name="祥和诊所")
            make_case(session, name="祥和诊所", author=author)
            make_report(session, author)

    add(2)
    with count_queries() as few:
        bureau.get("/search", q="祥和诊所")
    add(10)
    with count_queries() as many:
        bureau.get("/search", q="祥和诊所")
    assert len(few) == len(many) <= 9
