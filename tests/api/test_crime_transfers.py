"""Transfers to the police by HTTP: the bureau's act, what others may know of it, and two people at once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.api.schemas.crime_transfers import TransferPageSchema, TransferSchema
from backend.domain.ids import new_id
from backend.domain.vocabulary import Role
from backend.gateways.clock import FixedClock
from backend.persistence.models import Media, Referral
from tests.api.asking import Person
from tests.api.test_departments import race
from tests.conftest import NOW
from tests.factories import (
    OFFICERS,
    PAPERS,
    make_officer,
    make_referral,
    make_report,
    make_transfer,
    make_user,
    token_for,
)

Watch = Callable[[], AbstractContextManager[list[str]]]
PROPOSAL = {"grounds": ["two_penalties"], "report": "两次处罚后再次非法行医。", "officers": OFFICERS}


@pytest.fixture
def bureau(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.BUREAU_TRIAGER))


@pytest.fixture
def chief(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.BUREAU_TRIAGER))


@pytest.fixture
def referral(session: Session) -> Referral:
    return make_referral(session, make_report(session, make_user(session)))


def test_from_proposal_to_filed(
    session: Session, clock: FixedClock, bureau: Person, chief: Person, referral: Referral
) -> None:
    path = f"/referrals/{referral.id}/crime-transfer"
    assert bureau.get(path) == {"items": []}
    made = bureau.post(path, 201, **PROPOSAL)
    assert TransferSchema().validate(made) == {}
    assert (made["clock"], made["due_at"], made["allowed_actions"]) == ("decide", "2026-11-23T02:00:00+00:00", [])
    assert bureau.post(path, 409, **PROPOSAL)["code"] == "transfer_exists"
    one = f"/crime-transfers/{made['id']}"
    assert chief.get(one)["allowed_actions"] == ["approve", "refuse"]
    assert bureau.post(f"{one}/actions/approve", 403)["code"] == "decider_is_proposer"
    approved = chief.post(f"{one}/actions/approve", version=1)
    assert (approved["status"], approved["file"]["decided_by"]["name"]) == ("approved", "测试员")
    assert bureau.post(f"{one}/actions/hand_over", 409, receipt_no="1")["code"] == "material_needed"
    photo = "ab" * 32
    session.add(Media(sha256=photo, byte_count=1, mime="image/jpeg", stored_at=NOW))
    papers = [{**PAPERS[0], "photo": photo}, *PAPERS[1:]]
    # a photo that no report of his names, nor he brought, is not his to show
    assert bureau.post(f"{one}/materials", 422, materials=papers)["code"] == "unknown_photo"
    filled = bureau.post(f"{one}/materials", materials=PAPERS, version=2)
    assert filled["file"]["missing_materials"] == []
    clock.at = NOW + timedelta(hours=25)
    assert bureau.get(one)["overdue"]
    over = bureau.post(f"{one}/actions/hand_over", receipt_no="回执1号", version=3)
    assert (over["status"], over["overdue"], over["file"]["receipt_no"]) == ("handed_over", False, "回执1号")
    filed = bureau.post(f"{one}/actions/record_filed", answer="普公立字〔2026〕1号")
    assert (filed["status"], filed["clock"]) == ("filed", "goods")
    about = {"subject_type": "crime_transfer", "subject_id": made["id"]}
    told = [e["action"] for e in chief.get("/history", **about)["items"]]
    assert told == ["record_filed", "hand_over", "set_materials", "approve", "propose"]


def test_who_learns_what(app: Flask, session: Session, referral: Referral) -> None:
    transfer = make_transfer(session, referral, make_user(session, Role.BUREAU_TRIAGER))
    path, one = f"/referrals/{referral.id}/crime-transfer", f"/crime-transfers/{transfer.id}"
    whole = {Role.BUREAU_TRIAGER, Role.AUDITOR}
    for role in Role:
        user = make_officer(session) if role == Role.DEPARTMENT_OFFICER else make_user(session, role)
        person = Person(app, session, user)
        if role == Role.GRID_WORKER:
            for where in (path, one, "/crime-transfers"):
                assert person.get(where, expect=403)["code"] == "forbidden"
            continue
        shown = person.get(one)
        assert person.get(path)["items"] == [shown]
        assert (shown["status"], shown["file"] is not None) == ("proposed", role in whole)
        person.get("/crime-transfers", expect=200 if role in whole else 403)
        history = 200 if role in whole | {Role.ADMINISTRATOR} else 404
        person.get("/history", expect=history, subject_type="crime_transfer", subject_id=str(transfer.id))
        if role != Role.BUREAU_TRIAGER:
            for where, body in (
                (path, PROPOSAL),
                (f"{one}/materials", {"materials": []}),
                (f"{one}/actions/approve", {}),
            ):
                assert person.post(where, 403, **body)["code"] == "forbidden"
            assert shown["allowed_actions"] == []
    stranger = Person(app, session, make_officer(session, "putuo.market"))
    for where in (path, one):
        assert stranger.get(where, expect=404)["code"] == "not_found"
    assert stranger.post(path, 404, **PROPOSAL)["code"] == "not_found"
    assert stranger.post(f"{one}/actions/approve", 404)["code"] == "not_found"


def test_bad_input(bureau: Person, session: Session, referral: Referral) -> None:
    path = f"/referrals/{referral.id}/crime-transfer"
    for wrong in (
        {"grounds": []},
        {"grounds": "two_penalties"},
        {"report": ""},
        {"officers": [{"certificate_no": "1"}]},
        {"officers": [{"name": "\x00"}]},
        {"materials": [{"code": "other", "photo": "../etc"}]},
        {"surprise": 1},
    ):
        assert bureau.post(path, 422, **{**PROPOSAL, **wrong})["code"] == "invalid_input"
    assert bureau.post(path, 422, **{**PROPOSAL, "officers": OFFICERS[:1]})["code"] == "officers_needed"
    assert bureau.post(path, 422, **{**PROPOSAL, "grounds": ["mood"]})["code"] == "unknown_code"
    bureau.post(f"/referrals/{new_id()}/crime-transfer", 404, **PROPOSAL)
    made = bureau.post(path, 201, **PROPOSAL)
    one = f"/crime-transfers/{made['id']}"
    bureau.post(f"{one}/actions/explode", 404)
    bureau.post(f"{one}/actions/propose", 404)
    assert bureau.post(f"{one}/actions/end", 409, reason="x")["code"] == "illegal_transition"
    assert bureau.post(f"{one}/actions/approve", 422, at="yesterday")["code"] == "invalid_input"
    market = make_referral(
        session, make_report(session, make_user(session)), "putuo.market", function_code="market_supervision"
    )
    refusal = bureau.post(f"/referrals/{market.id}/crime-transfer", 403, **PROPOSAL)
    assert refusal["code"] == "transfer_of_other_function"


def test_a_page_costs_the_same_however_long(session: Session, bureau: Person, count_queries: Watch) -> None:
    proposer = make_user(session, Role.BUREAU_TRIAGER)
    counts = []
    for more in (1, 8):
        for _ in range(more):
            make_transfer(session, make_referral(session, make_report(session, make_user(session))), proposer)
        with count_queries() as seen:
            page = bureau.get("/crime-transfers", status="proposed,approved")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 3
    assert TransferPageSchema().validate(page) == {}
    assert len(page["items"]) == 9
    assert bureau.get("/crime-transfers", status="filed")["items"] == []
    first = bureau.get("/crime-transfers", limit=5)
    assert len(bureau.get("/crime-transfers", limit=5, cursor=first["next_cursor"])["items"]) == 4


def test_two_proposals_at_once_make_one_transfer(live_app: Flask, live_session: Session) -> None:
    referral = make_referral(live_session, make_report(live_session, make_user(live_session)))
    people = [make_user(live_session, Role.BUREAU_TRIAGER) for _ in range(3)]
    tokens = [token_for(live_app, live_session, person) for person in people]
    live_session.commit()
    answers = race(live_app, [(token, f"/referrals/{referral.id}/crime-transfer", PROPOSAL) for token in tokens])
    assert sorted(answers, key=str) == [(201, None), (409, "transfer_exists"), (409, "transfer_exists")]


def test_approved_and_refused_at_once(live_app: Flask, live_session: Session) -> None:
    referral = make_referral(live_session, make_report(live_session, make_user(live_session)))
    transfer = make_transfer(live_session, referral, make_user(live_session, Role.BUREAU_TRIAGER))
    people = [make_user(live_session, Role.BUREAU_TRIAGER) for _ in range(2)]
    tokens = [token_for(live_app, live_session, person) for person in people]
    live_session.commit()
    path = f"/crime-transfers/{transfer.id}/actions"
    calls = [
        (tokens[0], f"{path}/approve", {"version": 1}),
        (tokens[1], f"{path}/refuse", {"version": 1, "reason": "x"}),
    ]
    assert sorted(race(live_app, calls), key=str) == [(200, None), (409, "stale_version")]
