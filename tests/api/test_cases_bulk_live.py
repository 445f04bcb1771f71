"""Bulk acts that meet: two over the same cases in opposite order, one beside single acts, one sent twice at once."""

import threading
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.domain.vocabulary import ReferralStatus
from backend.persistence.models import Event, Referral, SyncChange
from tests.factories import make_case, make_officer, make_user, token_for

ROWS = 12


def send_together(app: Flask, calls: list[tuple[str, str, dict[str, Any], dict[str, str]]]) -> list[Any]:
    """The answers of POSTs (token, path, body, headers) that start together."""
    barrier = threading.Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)

    def run(number: int, token: str, path: str, body: dict[str, Any], headers: dict[str, str]) -> None:
        client = app.test_client()
        barrier.wait()
        answer = client.post(f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {token}", **headers})
        answers[number] = (answer.status_code, answer.json)

    threads = [threading.Thread(target=run, args=(n, *call)) for n, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def _cases(session: Session) -> list[Referral]:
    worker = make_user(session)
    return [make_case(session, author=worker) for _ in range(ROWS)]


def _rows(cases: list[Referral]) -> list[dict[str, Any]]:
    return [{"id": str(case.id), "version": 1} for case in cases]


def test_two_bulk_acts_at_once_never_lock_each_other_out_and_each_row_is_done_once(
    live_app: Flask, live_session: Session
) -> None:
    cases = _cases(live_session)
    tokens = [token_for(live_app, live_session, make_officer(live_session)) for _ in range(2)]
    live_session.commit()
    there, back = _rows(cases), _rows(cases[::-1])
    returning = {"action": "return", "ids": back, "details": {"return_code": "duplicate", "reason": "重复"}}
    answers = send_together(
        live_app,
        [
            (tokens[0], "/cases/bulk", {"action": "accept", "ids": there}, {}),
            (tokens[1], "/cases/bulk", returning, {}),
        ],
    )
    assert [status for status, _ in answers] == [200, 200]
    assert sorted((body["done"], body["refused"]) for _, body in answers) == [(0, ROWS), (ROWS, 0)]
    refused = [row for _, body in answers for row in body["items"] if row["result"] == "refused"]
    assert {(row["code"], row["version"]) for row in refused} == {("stale_version", 2)}  # he sees the new state
    live_session.expire_all()
    assert {case.version for case in cases} == {2}
    assert len({case.status for case in cases}) == 1
    events = select(func.count()).where(Event.subject_type == "referral", Event.action.in_(("accept", "return")))
    assert live_session.scalar(events) == ROWS
    assert live_session.scalar(select(func.count()).select_from(SyncChange)) == ROWS  # the author is told once of each


def test_a_bulk_act_beside_single_acts(live_app: Flask, live_session: Session) -> None:
    cases = _cases(live_session)
    tokens = [token_for(live_app, live_session, make_officer(live_session)) for _ in range(4)]
    live_session.commit()
    single = [(tokens[n + 1], f"/referrals/{cases[-1 - n].id}/actions/accept", {"version": 1}, {}) for n in range(3)]
    answers = send_together(
        live_app, [(tokens[0], "/cases/bulk", {"action": "accept", "ids": _rows(cases)}, {}), *single]
    )
    (status, bulk), *others = answers
    assert status == 200
    won = sum(code == 200 for code, _ in others)
    assert {code for code, _ in others} <= {200, 409}
    assert (bulk["done"], bulk["refused"]) == (ROWS - won, won)
    live_session.expire_all()
    assert {(case.version, case.status) for case in cases} == {(2, ReferralStatus.ACCEPTED)}


def test_one_request_sent_twice_at_once_acts_once(live_app: Flask, live_session: Session) -> None:
    cases = _cases(live_session)
    token = token_for(live_app, live_session, make_officer(live_session))
    live_session.commit()
    call = (token, "/cases/bulk", {"action": "accept", "ids": _rows(cases)}, {"Idempotency-Key": "same"})
    (first, body), (second, again) = send_together(live_app, [call, call])
    assert (first, second) == (200, 200)
    assert body == again
    assert body["done"] == ROWS
    assert live_session.scalar(select(func.count()).where(Event.action == "accept")) == ROWS
