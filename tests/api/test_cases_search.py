"""Finding cases by Chinese words: in names, addresses, codes and descriptions, whatever the width and case."""

from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Outcome, Role
from backend.persistence.models import CaseText
from tests.api.asking import Person
from tests.factories import make_case, make_grids, make_report, make_site, make_user, refer
from tests.phone import Phone, item, report_payload


@pytest.fixture
def bureau(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.BUREAU_TRIAGER))


@pytest.fixture
def cases(session: Session) -> dict[str, str]:
    """Ids of cases, each by a letter."""
    made = {
        "a": make_case(session, name="祥和诊所", address="曹杨路1017弄23号", uscc="91310107MA1FY0XX0K"),
        "b": make_case(session, name="和祥口腔门诊部", address="兰溪路 100 弄 5 号", description="无证开展牙科诊疗"),
        "c": make_case(session, name="ＡＢＣ便利店（曹杨店）", address="武宁路8号", uscc="92310107MA1GABCD2X"),
        "d": make_case(session, name="Green Clinic", address="Caoyang Road 12", description="100%_纯净水\\售水机"),
    }
    return {str(case.id): letter for letter, case in made.items()}


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("祥", "ab"),
        ("和", "ab"),
        ("祥和", "a"),
        ("和祥", "b"),
        ("祥和诊所", "a"),
        ("祥和诊所 曹杨路", "a"),
        ("曹杨路 祥和诊所", "a"),
        ("祥和诊所，曹杨路", "a"),
        ("祥和诊所曹杨路", ""),
        ("诊所祥和", ""),
        ("曹杨", "ac"),
        ("曹杨路", "a"),
        ("杨路1017弄", "a"),
        ("兰溪路100弄", "b"),
        ("兰溪路 100 弄", "b"),
        ("牙科", "b"),
        ("91310107", "a"),
        ("310107", "ac"),
        ("91310107MA1FY0XX0K", "a"),
        ("91310107ma1fy0xx0k", "a"),
        ("９１３１０１０７ＭＡ１", "a"),
        ("MA1", "ac"),
        ("abc", "c"),
        ("ＡＢＣ", "c"),
        ("（曹杨店）", "c"),
        ("(曹杨店)", "c"),
        ("green clinic", "d"),
        ("GREEN", "d"),
        ("greenc", "d"),
        ("100%", "d"),
        ("%", "d"),
        ("_", "d"),
        ("\\售", "d"),
        ("100%_纯", "d"),
        ("___", ""),
        ("1", "abcd"),
        ("祥和 牙科", ""),
        ("診所", ""),
        ("测试员", ""),
        ("'", ""),
        ("' OR 1=1 --", ""),
        ("   ", "abcd"),
        ("，", "abcd"),
    ],
)
def test_what_is_found(cases: dict[str, str], bureau: Person, question: str, found: str) -> None:
    for sort in ("newest", "oldest", "urgent"):
        page = bureau.get("/cases", q=question, sort=sort)
        assert "".join(sorted(cases[one["id"]] for one in page["items"])) == found, sort
    assert bureau.get("/cases/count", q=question)["total"] == len(found)


def test_words_and_filters_narrow_together(session: Session, bureau: Person) -> None:
    inside = make_case(session, name="祥和诊所", grid=make_grids(session, 1)[0])
    make_case(session, name="祥和诊所")
    page = bureau.get("/cases", q="祥和诊所", grid="310107005001001")
    assert [one["id"] for one in page["items"]] == [str(inside.id)]


def test_a_long_search_has_pages_beyond_the_nearest_cases(
    session: Session, bureau: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the nearest cases do not hold is found by the grams; neither way loses or repeats a case."""
    monkeypatch.setattr("backend.persistence.queries.cases.pages.NEAR_PER_ROW", 1)
    made = [make_case(session, name="祥和诊所" if n % 3 == 0 or n > 8 else "其他") for n in range(14)]
    wanted = [str(case.id) for n, case in enumerate(made) if n % 3 == 0 or n > 8]
    found, cursor = [], None
    while True:
        page = bureau.get("/cases", q="祥和诊所", sort="oldest", limit=2, **({"cursor": cursor} if cursor else {}))
        found += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == wanted


def test_the_register_s_own_words_are_found_too(session: Session, bureau: Person) -> None:
    site = make_site(session, name="登记的祥和诊所", address="登记路9号", uscc="91310107MA1FY0XX0K")
    case = make_case(session, name="门口没有招牌", site=site)
    for question in ("登记的祥和", "登记路9号", "MA1FY0XX0K", "没有招牌"):
        assert [one["id"] for one in bureau.get("/cases", q=question)["items"]] == [str(case.id)], question


def test_what_a_phone_sends_is_found_at_once_and_by_what_is_added_later(
    app: Flask, client: FlaskClient, session: Session, field_phone: Phone, bureau: Person
) -> None:
    make_grids(session, 1)
    draft = report_payload(description="夜间有人输液")
    draft["site"] = {**draft["site"], "name": "祥和诊所"}
    nothing = report_payload(outcome="no_problem", findings=[], answers={}, description="一切正常输液")
    field_phone.sync([item("report.submit", draft), item("report.submit", nothing)])
    assert [one["site_name"] for one in bureau.get("/cases", q="祥和 输液")["items"]]
    assert {one["report_id"] for one in bureau.get("/cases", q="输液")["items"]} == {draft["report_id"]}
    for note in ("隔壁弄堂另有后门", "   ", "再次核实后门"):
        amendment = {"report_id": draft["report_id"], "note": note, "photos": []}
        field_phone.sync([item("report.amend", amendment)])
    for question in ("弄堂", "后门", "再次核实", "另有后门 输液"):
        assert {one["report_id"] for one in bureau.get("/cases", q=question)["items"]} == {draft["report_id"]}, question
    assert bureau.get("/cases", q="后门再次")["items"] == []  # two notes are two texts
    text = session.get_one(CaseText, UUID(draft["report_id"]))
    assert len(text.grams) == len(set(text.grams))


def test_an_amendment_in_the_same_call_is_found(
    app: Flask, client: FlaskClient, session: Session, field_phone: Phone, bureau: Person
) -> None:
    draft = report_payload()
    amendment = {"report_id": draft["report_id"], "note": "地下室另有诊室", "photos": []}
    field_phone.sync([item("report.submit", draft), item("report.amend", amendment)])
    assert {one["report_id"] for one in bureau.get("/cases", q="地下室")["items"]} == {draft["report_id"]}


def test_routing_writes_one_text_for_each_report_it_refers(session: Session) -> None:
    told = {"id": None, "name": "祥和诊所", "address": "", "uscc": None, "uscc_missing_reason": None}
    findings = [{"code": "A-01", "note": "墙上挂锦旗", "severity": "high"}]
    worker = make_user(session)
    found, empty = (
        make_report(session, worker, outcome=outcome, site=told, findings=noted)
        for outcome, noted in ((Outcome.PROBLEM, findings), (Outcome.NO_PROBLEM, []))
    )
    refer(session, found)
    assert session.get_one(CaseText, found.id).text.split("\n") == ["祥和诊所", "墙上挂锦旗"]
    assert session.get(CaseText, empty.id) is None
