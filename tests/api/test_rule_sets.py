"""/rule-sets: who may, the way of a draft as JSON and YAML, dry runs, coverage, and bodies made to do harm."""

from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.api.schemas.rule_sets import CoverageSchema, DryRunSchema, RuleSetPageSchema, RuleSetSchema
from backend.domain.routing import DOCUMENT_LIMIT, content_hash, read_yaml_document, shipped_rule_set, write_document
from backend.domain.vocabulary import Category, Outcome, Role, RuleSetStatus, Severity
from tests.api.asking import Asker, told
from tests.factories import make_officer, make_report, make_rule_set, make_user, refer, rule_data, the_rule, token_for

YAML = "application/yaml"
TEST = {
    "name": "黑诊所", "facts": {"category": "illegal_practice", "findings": ["A-01"]},
    "expect": {"lead": ["medical_practice_supervision"]},
}  # fmt: skip


def asker(app: Flask, session: Session, client: FlaskClient, role: Role = Role.BUREAU_TRIAGER) -> Asker:
    person = make_officer(session) if role == Role.DEPARTMENT_OFFICER else make_user(session, role)
    token = token_for(app, session, person)
    session.commit()
    return Asker(client, token)


@pytest.fixture
def bureau(app: Flask, session: Session, client: FlaskClient) -> Asker:
    return asker(app, session, client)


@pytest.fixture
def other(app: Flask, session: Session, client: FlaskClient) -> Asker:
    return asker(app, session, client, Role.ADMINISTRATOR)


def whole(reply: Any, status: int = 200) -> Any:
    assert reply.status_code == status, reply.text
    assert RuleSetSchema().validate(reply.json) == {}
    return reply.json


READERS = {Role.BUREAU_TRIAGER, Role.CITY_OPERATIONS, Role.ADMINISTRATOR, Role.AUDITOR}
WRITERS = {Role.BUREAU_TRIAGER, Role.ADMINISTRATOR}


@pytest.mark.parametrize("role", Role)
def test_who_may_read_and_write(app: Flask, session: Session, client: FlaskClient, role: Role) -> None:
    row_id = make_rule_set(session).id
    person = asker(app, session, client, role)
    for path in ("/rule-sets", f"/rule-sets/{row_id}", f"/rule-sets/{row_id}.yaml", f"/rule-sets/{row_id}/coverage"):
        assert person.get(path).status_code == (200 if role in READERS else 403), path
    assert person.post("/rule-sets", rule_data()).status_code == (201 if role in WRITERS else 403)
    for path in ("actions/check", "dry-run"):
        assert person.post(f"/rule-sets/{row_id}/{path}", {}).status_code == (200 if role in WRITERS else 403), path
    assert person.send("PUT", f"/rule-sets/{row_id}", {}).status_code == (422 if role in WRITERS else 403)


def test_the_way_of_a_draft(bureau: Asker, other: Asker) -> None:
    document = {**rule_data(), "tests": [TEST], "note": "试行"}
    made = whole(bureau.post("/rule-sets", document), 201)
    assert (made["status"], made["note"], made["allowed_actions"]) == ("draft", "试行", ["edit", "check", "retire"])
    path = f"/rule-sets/{made['id']}"
    checked = whole(bureau.post(f"{path}/actions/check", {}))
    assert (checked["status"], checked["check_report"]["cells"]) == ("checked", 470)
    assert "approve" not in checked["allowed_actions"]
    assert told(bureau.post(f"{path}/actions/approve", {})) == (403, "approver_is_author")
    assert "approve" in whole(other.get(path))["allowed_actions"]
    approved = whole(other.post(f"{path}/actions/approve", {"content_sha256": made["content_sha256"]}))
    assert (approved["status"], approved["approved_by"]["name"]) == ("approved", "测试员")
    assert told(bureau.send("PUT", path, document)) == (409, "illegal_transition")
    assert told(other.post(f"{path}/actions/retire", {})) == (422, "reason_required")
    assert whole(other.post(f"{path}/actions/retire", {"reason": "停用"}))["status"] == "retired"
    history = other.get(f"/history?subject_type=rule_set&subject_id={made['id']}").json["items"]
    assert [event["action"] for event in history] == ["retire", "approve", "check", "create"]


def test_the_list_pages_and_filters_with_one_statement_each(
    bureau: Asker, session: Session, count_queries: Any
) -> None:
    for _ in range(4):
        make_rule_set(session)
    session.commit()
    first = bureau.get("/rule-sets?limit=3")
    assert RuleSetPageSchema().validate(first.json) == {}
    rest = bureau.get(f"/rule-sets?limit=3&cursor={first.json['next_cursor']}")
    ids = [item["id"] for reply in (first, rest) for item in reply.json["items"]]
    assert len(ids) == len(set(ids)) == 5
    assert rest.json["next_cursor"] is None
    assert "content" not in first.json["items"][0]
    assert [item["code"] for item in bureau.get("/rule-sets?status=approved").json["items"]] == ["putuo-2026"]
    seen = []
    for limit in (1, 5):
        with count_queries() as statements:
            bureau.get(f"/rule-sets?limit={limit}")
        seen.append(len(statements))
    assert seen[0] == seen[1]


def test_yaml_there_and_back(bureau: Asker, session: Session) -> None:
    shipped = bureau.get("/rule-sets?status=approved").json["items"][0]
    for address in (f"/rule-sets/{shipped['id']}.yaml", f"/rule-sets/{shipped['id']}?format=yaml"):
        reply = bureau.get(address)
        assert (reply.status_code, reply.mimetype) == (200, YAML)
        assert 'filename="putuo-2026-1.yaml"' in reply.headers["Content-Disposition"]
        assert "# 主办 医疗执业监督" in reply.text
        assert (
            content_hash(read_yaml_document(reply.data).content)
            == shipped["content_sha256"]
            == shipped_rule_set().sha256
        )
    assert told(bureau.post("/rule-sets", reply.data, YAML)) == (409, "rule_set_exists")
    changed = reply.text.replace("version: 1", "version: 2")
    made = whole(bureau.post("/rule-sets", changed, YAML), 201)
    again = bureau.get(f"/rule-sets/{made['id']}.yaml").text
    assert again == changed
    put = bureau.send("PUT", f"/rule-sets/{made['id']}?content_sha256={made['content_sha256']}", again, YAML)
    assert whole(put)["content_sha256"] == made["content_sha256"]
    stale = bureau.send("PUT", f"/rule-sets/{made['id']}?content_sha256={'0' * 64}", again, YAML)
    assert told(stale) == (409, "rule_set_changed")


def test_a_faulty_draft_can_be_kept_and_its_check_says_where(bureau: Asker, session: Session) -> None:
    def spoil(data: dict[str, Any]) -> None:
        the_rule(data, "A7")["lead"] = "ministry_of_magic"
        the_rule(data, "B1")["when"][1]["time"] = {"from": 1320}

    made = whole(bureau.post("/rule-sets", rule_data(spoil)), 201)
    reply = bureau.post(f"/rule-sets/{made['id']}/actions/check", {}, Accept_Language="en")
    assert told(reply) == (422, "rule_set_faulty")
    faults = {(e["path"], e["rule"], e["clause"], e["code"]): e["message"] for e in reply.json["errors"]}
    assert faults == {
        ("rules.A7", "A7", None, "unknown_value"): "unknown lead function 'ministry_of_magic'",
        (
            "rules.B1.when.2.time",
            "B1",
            2,
            "unquoted_hour",
        ): 'the hour 1320 needs quotes ("22:00"): YAML reads it as a number',
    }
    assert bureau.get(f"/rule-sets/{made['id']}").json["status"] == "draft"
    for path in (".yaml", "/coverage"):
        assert told(bureau.get(f"/rule-sets/{made['id']}{path}")) == (422, "rule_set_faulty")
    assert told(bureau.post(f"/rule-sets/{made['id']}/dry-run", {})) == (422, "rule_set_faulty")


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        ("a: &a [x]\nb: [*a, *a]\n", YAML, (422, "rule_set_unreadable")),
        ("x: " + "[" * 5000, YAML, (422, "rule_set_unreadable")),
        ("a: [", "text/yaml", (422, "rule_set_unreadable")),
        (b"\xff\xfe", YAML, (422, "rule_set_unreadable")),
        ("\n", YAML, (422, "rule_set_unreadable")),
        ("{", "application/json", (422, "rule_set_unreadable")),
        ("[" * 100_000, "application/json", (422, "rule_set_unreadable")),
        ("{}", "application/json", (422, "rule_set_unreadable")),
        ("code: a", "text/csv", (415, "unsupported_media_type")),
        ("#" * (DOCUMENT_LIMIT + 1), YAML, (413, "payload_too_large")),
    ],
    ids=range(10),
)
def test_bodies_that_are_no_rule_set(bureau: Asker, content: Any, kind: str, expected: tuple[int, str]) -> None:
    reply = bureau.post("/rule-sets", content, kind)
    assert told(reply) == expected
    if expected[0] == 422:
        assert all(fault["message"] and fault["code"] for fault in reply.json["errors"])


@pytest.mark.parametrize(
    "change",
    [
        {"version": "1"},
        {"version": -1},
        {"code": "../x"},
        {"valid_from": None},
        {"valid_to": "2020-01-01"},
        {"district": 5},
    ],
)
def test_a_draft_needs_a_head_that_can_be_kept(bureau: Asker, change: dict[str, Any]) -> None:
    assert told(bureau.post("/rule-sets", {**rule_data(), **change})) == (422, "rule_set_unreadable")


def test_unknown_acts_and_sets_are_not_found(bureau: Asker, session: Session) -> None:
    row = make_rule_set(session)
    row_id = row.id
    session.commit()
    for action in ("edit", "publish", "x"):
        assert told(bureau.post(f"/rule-sets/{row_id}/actions/{action}", {})) == (404, "not_found")
    nobody = "0198c0de-0000-7000-8000-0000000000ff"
    for path in ("", ".yaml", "/coverage"):
        assert told(bureau.get(f"/rule-sets/{nobody}{path}")) == (404, "not_found")
    for path in ("actions/check", "dry-run"):
        assert told(bureau.post(f"/rule-sets/{nobody}/{path}", {})) == (404, "not_found")


def test_coverage_is_the_whole_matrix(bureau: Asker, session: Session) -> None:
    row_id = make_rule_set(session).id
    session.commit()
    reply = bureau.get(f"/rule-sets/{row_id}/coverage")
    assert CoverageSchema().validate(reply.json) == {}
    cells = {(c["category"], c["finding"], c["street"]): c for c in reply.json["cells"]}
    assert len(cells) == 470 and len(reply.json["streets"]) == 10
    water = cells["water_vending", "C-07", "310107005"]
    assert (water["usual"], water["departments"]) == (
        ["drinking_water_supervision"], {"drinking_water_supervision": ["putuo.cdc"]},
    )  # fmt: skip
    stall = cells["unlicensed_business", "B-09", "310107103"]
    assert stall["departments"] == {"street_enforcement": ["putuo.enforcement.310107103"]}


def test_a_dry_run_tells_what_would_change_and_changes_nothing(
    bureau: Asker, session: Session, count_queries: Any
) -> None:
    author = make_user(session)
    reports = [
        make_report(
            session, author, category=Category.WATER_VENDING, outcome=Outcome.PROBLEM, severity=Severity.MEDIUM,
            findings=[{"code": code, "note": "", "severity": "medium"}],
        )
        for code in ("C-07", "C-13", "C-13")
    ]  # fmt: skip
    refer(session, *reports)
    same = make_rule_set(session)

    def change(data: dict[str, Any]) -> None:
        the_rule(data, "C7").update(lead="market_supervision", emergency=True)

    other = make_rule_set(session, rule_data(change))
    session.commit()
    before = session.execute(text("SELECT count(*) FROM events")).scalar()
    assert bureau.post(f"/rule-sets/{same.id}/dry-run", {}).json["changed"] == 0
    with count_queries() as seen:
        reply = bureau.post(f"/rule-sets/{other.id}/dry-run", {"reports": 100})
    assert DryRunSchema().validate(reply.json) == {}
    assert len(seen) <= 6
    assert (reply.json["reports"], reply.json["changed"], reply.json["not_listed"]) == (3, 2, 0)
    assert reply.json["counts"] == {"lead": 2, "co": 0, "profile": 2, "emergency": 2, "triage": 0, "outcome": 0}
    item = reply.json["items"][0]
    assert item["report_id"] == str(reports[2].id), "newest first"
    assert item["before"]["referrals"][0]["function"] == "advertising_supervision"
    assert item["after"]["referrals"][0] == {
        "function": "market_supervision", "role": "lead", "profile": "emergency", "emergency": True, "triage": False,
    }  # fmt: skip
    assert bureau.post(f"/rule-sets/{other.id}/dry-run", {"reports": 1}).json["reports"] == 1
    assert told(bureau.post(f"/rule-sets/{other.id}/dry-run", {"reports": 5001})) == (422, "invalid_input")
    assert session.execute(text("SELECT count(*) FROM events")).scalar() == before
    assert orjson.loads(orjson.dumps(session.get(type(other), other.id).status)) == RuleSetStatus.DRAFT


def test_what_is_written_keeps_to_the_text_of_the_domain(bureau: Asker, session: Session) -> None:
    row = make_rule_set(session, tests=[TEST], note="备注")
    row_id, text_of_domain = row.id, write_document(row.content, row.tests, row.note)
    session.commit()
    assert bureau.get(f"/rule-sets/{row_id}.yaml").text == text_of_domain
