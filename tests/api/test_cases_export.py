"""GET /cases/export: the file says what the list says, in its order; who may, what is left out, and the event."""

import csv
import io
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.vocabulary import ReferralStatus, Role, Severity
from backend.persistence.models import Event, User
from tests.api.asking import Asker, Person, told
from tests.conftest import NOW
from tests.factories import OTHER_STREET, make_case, make_officer, make_user, token_for

SHANGHAI = ZoneInfo("Asia/Shanghai")


def asker(app: Flask, session: Session, user: User) -> Asker:
    made = Asker(app.test_client(), token_for(app, session, user))
    session.commit()
    return made


def read_csv(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes) -> list[dict[str, Any]]:
    head, *rows = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture
def bureau(session: Session) -> User:
    return make_user(session, Role.BUREAU_TRIAGER)


@pytest.fixture
def _cases(session: Session) -> None:
    officer = make_officer(session)
    make_case(session, name="=cmd|' /C calc'!A0", description="-1+1\n第二行", uscc="91310107MA1FY0XX0K")
    make_case(session, name="祥和诊所", severity=Severity.HIGH, is_emergency=True, finding_codes=["A-01", "A-03"],
              report={"flags": ["no_grid", "old_form"], "photos_expected": 3, "photos_here": 2})  # fmt: skip
    make_case(
        session, "putuo.market", status=ReferralStatus.HANDLED, handler_id=officer.id, handled_at=NOW,
        outcome_code="unfounded", outcome_note="@已核实", return_count=1, return_code="duplicate",
    )  # fmt: skip
    make_case(session, None, severity=Severity.LOW, street_code=OTHER_STREET)


@pytest.mark.usefixtures("_cases")
@pytest.mark.parametrize(
    "query", ["sort=newest", "sort=oldest", "sort=urgent", "q=祥和", "status=routed&sort=urgent", "q=无此词"]
)
def test_a_file_holds_exactly_what_the_list_shows(app: Flask, session: Session, bureau: User, query: str) -> None:
    person = asker(app, session, bureau)
    listed = person.get(f"/cases?{query}").json["items"]
    sheet = read_xlsx(person.get(f"/cases/export?format=xlsx&{query}").data)
    plain = read_csv(person.get(f"/cases/export?format=csv&{query}").data)
    ids = [one["id"] for one in listed]
    assert [row["案件编号"] for row in sheet] == [row["案件编号"] for row in plain] == ids
    for case, row, line in zip(listed, sheet, plain, strict=True):
        assert (row["场所名称"], row["情况描述"] or "") == (case["site_name"], case["description"])
        assert (line["场所名称"].removeprefix("'"), line["统一社会信用代码"]) == (case["site_name"], case["uscc"] or "")
        created = datetime.fromisoformat(case["created_at"]).astimezone(SHANGHAI)
        assert row["移送时间"] == created.replace(tzinfo=None, second=0, microsecond=0)
        assert line["移送时间"] == f"{created:%Y-%m-%d %H:%M}"
        assert row["承办部门"] == case["department_name"]
        assert row["问题"] == ("、".join(case["findings"]) or None)


@pytest.mark.usefixtures("_cases")
def test_words_times_and_formulas(app: Flask, session: Session, bureau: User) -> None:
    person = asker(app, session, bureau)
    reply = person.get("/cases/export?format=csv&sort=oldest")
    assert reply.content_type == "text/csv; charset=utf-8"
    assert reply.headers["Content-Disposition"] == "attachment; filename=cases-20261120.csv"
    assert reply.content_length == len(reply.data)
    assert "no-store" in reply.headers["Cache-Control"]
    formula, urgent, handled, waiting = read_csv(reply.data)
    assert formula["场所名称"] == "'=cmd|' /C calc'!A0"
    assert formula["情况描述"] == "'-1+1\n第二行"
    assert (urgent["紧急"], urgent["严重程度"], urgent["问题"]) == ("是", "高", "A-01、A-03")
    assert (urgent["照片（已到/应到）"], urgent["存疑标记"].count("、")) == ("2/3", 1)
    assert (handled["状态"], handled["办理结果"], handled["办理说明"]) == ("已反馈", "不属实", "'@已核实")
    assert (handled["退单原因"], handled["退单次数"], handled["经办人"]) == ("重复派单", "1", "测试员")
    assert handled["办理完成时间"] == "2026-11-20 10:00"
    assert (waiting["承办部门"], waiting["办结时间"]) == ("", "")
    sheet = openpyxl.load_workbook(io.BytesIO(person.get("/cases/export?format=xlsx").data)).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "inlineStr", "n", "d"}
    assert sheet.title == "案件"


@pytest.mark.usefixtures("_cases")
def test_in_english(app: Flask, session: Session, bureau: User) -> None:
    person = asker(app, session, bureau)
    asked = read_csv(person.get("/cases/export?format=csv&language=en").data)
    accepted = read_csv(person.get("/cases/export?format=csv", Accept_Language="en").data)
    assert asked == accepted
    assert asked[0]["Status"] == "Pending triage"
    assert asked[1]["Result"] == "Unfounded"
    assert asked[2]["Flags"].count(", ") == 1


@pytest.mark.usefixtures("_cases")
def test_who_takes_what_leaves_an_event(app: Flask, session: Session, bureau: User) -> None:
    person = asker(app, session, bureau)
    person.get("/cases/export?format=csv&status=routed,handled&created_from=2026-11-20&sort=urgent&emergency=false")
    (event,) = session.scalars(select(Event).where(Event.action == "export")).all()
    assert (event.subject_type, event.actor_id, event.at) == ("export", bureau.id, NOW)
    assert event.data == {
        "filter": {"status": ["routed", "handled"], "created_from": "2026-11-20", "emergency": False},
        "sort": "urgent", "format": "csv", "count": 2,
    }  # fmt: skip
    about = {"subject_type": "export", "subject_id": event.subject_id}
    auditor = Person(app, session, make_user(session, Role.AUDITOR))
    assert [one["action"] for one in auditor.get("/history", **about)["items"]] == ["export"]
    assert Person(app, session, bureau).get("/history", 404, **about)["code"] == "not_found"


@pytest.mark.usefixtures("_cases")
def test_each_role_takes_what_it_sees_and_no_more(app: Flask, session: Session) -> None:
    for user, seen, sees_reporter in (
        (make_user(session, Role.CITY_OPERATIONS), 4, True),
        (make_user(session, Role.ADMINISTRATOR), 4, True),
        (make_user(session, Role.AUDITOR), 4, True),
        (make_user(session, Role.STREET_COORDINATOR), 3, True),
        (make_officer(session), 2, False),
        (make_officer(session, "putuo.market"), 1, False),
        (make_officer(session, "putuo.cdc"), 0, False),
    ):
        content = asker(app, session, user).get("/cases/export?format=csv").data
        assert len(read_csv(content)) == seen
        assert ("上报人" in content.decode().splitlines()[0]) is sees_reporter
    worker = asker(app, session, make_user(session))
    assert told(worker.get("/cases/export?format=csv")) == (403, "forbidden")
    assert session.scalars(select(Event.actor_id).where(Event.action == "export")).unique().all().__len__() == 7


def test_bad_requests_and_too_much(
    app: Flask, client: FlaskClient, session: Session, bureau: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        make_case(session)
    person = asker(app, session, bureau)
    for query in ("", "format=pdf", "format=csv&language=fr", "format=csv&status=lost", "format=csv&limit=5"):
        assert told(person.get(f"/cases/export?{query}")) == (422, "invalid_input")
    monkeypatch.setattr("backend.services.review.exporting.EXPORT_LIMIT", 2)
    for kind in ("csv", "xlsx"):
        assert told(person.get(f"/cases/export?format={kind}")) == (422, "export_too_large")
    assert session.scalars(select(Event).where(Event.action == "export")).all() == []
    monkeypatch.setattr("backend.services.review.exporting.EXPORT_LIMIT", 3)
    assert len(read_csv(person.get("/cases/export?format=csv").data)) == 3


def test_more_rows_than_one_fetch(app: Flask, session: Session, bureau: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.persistence.queries.streaming.CHUNK", 2)
    made = [make_case(session) for _ in range(7)]
    rows = read_csv(asker(app, session, bureau).get("/cases/export?format=csv&sort=oldest").data)
    assert [row["案件编号"] for row in rows] == [str(case.id) for case in made]
