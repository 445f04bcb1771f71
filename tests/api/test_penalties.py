"""/penalties: recorded, imported, revoked by HTTP; who reads them, and who gets only a count."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend.api.schemas.penalties import PenaltyPageSchema, PenaltySchema
from backend.domain.ids import new_id
from backend.domain.vocabulary import ReferralStatus, Role
from backend.persistence.models import Referral
from tests.api.asking import Person
from tests.api.caller import Caller
from tests.api.test_departments import race
from tests.conftest import NOW
from tests.factories import (
    OTHER_STREET,
    make_grids,
    make_officer,
    make_penalty,
    make_referral,
    make_report,
    make_responsible,
    make_site,
    make_user,
    token_for,
)

Watch = Callable[[], AbstractContextManager[list[str]]]
DECISION = {
    "kind": "non_physician_practice",
    "subject_name": "王某",
    "document_no": "普卫医罚〔2026〕17号",
    "decided_on": "2026-11-20",
    "basis": ["physicians_59"],
}
FILED = {"status": ReferralStatus.HANDLED, "handled_at": NOW, "outcome_code": "founded_case_filed"}


@pytest.fixture
def bureau(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.BUREAU_TRIAGER))


@pytest.fixture
def health(app: Flask, session: Session) -> Person:
    return Person(app, session, make_officer(session))


@pytest.fixture
def market(app: Flask, session: Session) -> Person:
    return Person(app, session, make_officer(session, "putuo.market"))


@pytest.fixture
def referral(session: Session) -> Referral:
    return make_referral(session, make_report(session, make_user(session)), **FILED)


def test_recorded_read_and_revoked(health: Person, bureau: Person, market: Person, referral: Referral) -> None:
    made = health.post(f"/referrals/{referral.id}/penalties", 201, **DECISION)
    assert PenaltySchema().validate({**made, "function": made["function"]}) == {}
    assert (made["source"], made["recorded_by"]["name"]) == ("case", "测试员")
    path = f"/penalties/{made['id']}"
    assert health.get(path) == bureau.get(path) == made
    assert market.get(path, expect=404)["code"] == "not_found"
    assert bureau.get("/penalties", referral_id=str(referral.id))["items"] == [made]
    assert health.post(f"{path}/revoke", 422)["code"] == "reason_required"
    gone = bureau.post(f"{path}/revoke", reason="复议撤销")
    assert (gone["revoked_reason"], gone["revoked_at"][:10]) == ("复议撤销", "2026-11-20")
    about = {"subject_type": "penalty", "subject_id": made["id"]}
    assert [e["action"] for e in health.get("/history", **about)["items"]] == ["revoke", "record"]
    market.get("/history", expect=404, **about)


def test_refusals_have_their_codes(health: Person, market: Person, session: Session, referral: Referral) -> None:
    path = f"/referrals/{referral.id}/penalties"
    assert market.post(path, 404, **DECISION)["code"] == "not_found"
    assert health.post(path, 422, **{**DECISION, "kind": "mood"})["code"] == "unknown_code"
    assert health.post(path, 422, **{**DECISION, "decided_on": "2026-11-21"})["code"] == "penalty_day"
    assert health.post(path, 403, **{**DECISION, "kind": "advertising"})["code"] == "penalty_of_other_function"
    for wrong in (
        {"subject_name": " "},
        {"document_no": "\x00"},
        {"basis": [None]},
        {"surprise": 1},
        {"decided_on": 1},
    ):
        assert health.post(path, 422, **{**DECISION, **wrong})["code"] == "invalid_input"
    health.post(path, 201, **DECISION)
    assert health.post(path, 409, **DECISION)["code"] == "penalty_exists"
    health.post(f"/penalties/{new_id()}/revoke", 404, reason="x")
    health.get("/penalties", expect=422, cursor="?")


def test_a_department_reads_what_its_functions_decide(
    session: Session, health: Person, market: Person, bureau: Person
) -> None:
    recorder = make_user(session)
    practice = make_penalty(session, recorder)
    street = make_penalty(session, recorder, kind="unlicensed_business", function_code="market_supervision")
    ids = lambda person: {item["id"] for item in person.get("/penalties")["items"]}  # noqa: E731  # three calls alike
    assert ids(health) == {str(practice.id)}
    assert ids(market) == {str(street.id)}
    assert ids(bureau) == {str(practice.id), str(street.id)}


@pytest.mark.parametrize("role", [Role.GRID_WORKER, Role.STREET_COORDINATOR, Role.ADMINISTRATOR])
def test_streets_and_workers_read_none(app: Flask, session: Session, role: Role, referral: Referral) -> None:
    penalty = make_penalty(session, make_user(session), referral_id=referral.id)
    person = Person(app, session, make_user(session, role))
    for path in ("/penalties", f"/penalties/{penalty.id}"):
        assert person.get(path, expect=403)["code"] == "forbidden"
    assert person.post(f"/referrals/{referral.id}/penalties", 403, **DECISION)["code"] == "forbidden"


def test_a_worker_gets_a_count_for_a_site_he_sees_and_nothing_else(app: Flask, session: Session) -> None:
    grid = make_grids(session)[0]
    user = make_user(session)
    make_responsible(session, user, [grid])
    worker = Person(app, session, user)
    site, elsewhere = make_site(session, grid), make_site(session, street_code=OTHER_STREET)
    make_penalty(session, user, site_id=site.id)
    make_penalty(session, user, site_id=site.id, kind="public_place_hygiene")
    assert worker.get("/penalties/count", site_id=str(site.id)) == {
        "site_id": str(site.id), "counted": 1, "at_least": 2, "law": "judicial_2016_27_2_four", "mark": "推断",
    }  # fmt: skip
    worker.get("/penalties/count", expect=404, site_id=str(elsewhere.id))
    worker.get("/penalties/count", expect=422)


def test_a_page_costs_the_same_however_long(
    session: Session, bureau: Person, health: Person, count_queries: Watch
) -> None:
    for person in (bureau, health):
        counts = []
        for more in (1, 10):
            for _ in range(more):
                make_penalty(session, make_user(session))
            with count_queries() as seen:
                page = person.get("/penalties")
            counts.append(len(seen))
        assert counts[0] == counts[1] <= 3
    assert PenaltyPageSchema().validate(page) == {}
    first = bureau.get("/penalties", limit=20)
    second = bureau.get("/penalties", limit=20, cursor=first["next_cursor"])
    assert (len(first["items"]), len(second["items"]), second["next_cursor"]) == (20, 2, None)


def test_an_import_by_http(app: Flask, session: Session, client: FlaskClient) -> None:
    bureau = Caller(app, session, client, make_user(session, Role.BUREAU_TRIAGER), "/api/v1/penalties")
    content = (
        "当事人,处罚类别,处罚决定书文号,处罚决定日期,备注\n王某,非医师行医,普卫医罚〔2024〕3号,2024-03-08,x\n".encode()
    )
    dry = bureau.send(content, dry_run="true")
    assert (dry.status_code, dry.json["created"], dry.json["ignored_columns"]) == (200, 0, ["备注"])
    assert (bureau.send(content).status_code, bureau.send(content).json["unchanged"]) == (201, 1)
    wrong = bureau.send(content.replace("王某".encode(), b""))
    assert (wrong.status_code, wrong.json["code"]) == (422, "rows_rejected")
    assert wrong.json["errors"][0]["column"] == "当事人"
    officer = Caller(app, session, client, make_officer(session), "/api/v1/penalties")
    assert officer.send(content).json["code"] == "forbidden"


def test_one_decision_recorded_twice_at_once_is_there_once(live_app: Flask, live_session: Session) -> None:
    report = make_report(live_session, make_user(live_session))
    referral = make_referral(live_session, report, **FILED)
    tokens = [token_for(live_app, live_session, make_officer(live_session)) for _ in range(3)]
    live_session.commit()
    answers = race(live_app, [(token, f"/referrals/{referral.id}/penalties", DECISION) for token in tokens])
    assert sorted(answers, key=str) == [(201, None), (409, "penalty_exists"), (409, "penalty_exists")]
