"""Cases by their deadlines: what is due, what was missed, what was excused, in the list, the counts and the file."""

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Role
from backend.persistence.models import Referral
from backend.services.clocks import notice_due
from tests.api.asking import Asker, Person
from tests.factories import make_referral, make_report, make_user, token_for
from tests.factories.clocks import start_clocks


@pytest.fixture
def late(session: Session) -> Referral:
    """One whose acceptance was due on Tuesday, which is over."""
    referral = make_referral(session, make_report(session, make_user(session)))
    clock = start_clocks(session, referral)["accept"]
    assert clock.due_at is not None
    notice_due(session, clock.due_at + timedelta(seconds=1))
    return referral


@pytest.fixture
def in_time(session: Session) -> Referral:
    referral = make_referral(session, make_report(session, make_user(session)), deadline_profile="low")
    start_clocks(session, referral)
    return referral


@pytest.fixture
def bureau(app: Flask, session: Session) -> Person:
    return Person(app, session, make_user(session, Role.BUREAU_TRIAGER))


def test_missed_and_due(session: Session, bureau: Person, late: Referral, in_time: Referral) -> None:
    bare = make_referral(session, make_report(session, make_user(session)))

    def ids(**query: str) -> set[str]:
        found = {item["id"] for item in bureau.get("/cases", **query)["items"]}
        assert bureau.get("/cases/count", **query)["total"] == len(found)
        return found

    assert ids(overdue="true") == {str(late.id)}
    assert ids(overdue="false") == {str(in_time.id), str(bare.id)}
    assert ids(due_to="2026-11-24") == {str(late.id)}
    assert ids(due_to="2026-11-25") == {str(late.id), str(in_time.id)}
    assert ids(due_to="2026-11-23") == set()
    shown = {item["id"]: (item["due_at"], item["overdue"]) for item in bureau.get("/cases")["items"]}
    assert shown == {
        str(late.id): ("2026-11-24T15:59:59+00:00", True),
        str(in_time.id): ("2026-11-25T15:59:59+00:00", False),
        str(bare.id): (None, False),
    }


def test_what_was_excused_is_no_longer_asked_for(session: Session, bureau: Person, late: Referral) -> None:
    from_db = session.get_one(Referral, late.id)
    assert bureau.get("/cases", overdue="true")["items"]
    session.connection().exec_driver_sql(
        "UPDATE clocks SET excused_at = now(), excused_by = (SELECT id FROM users LIMIT 1), excuse_reason = '停电'"
        f" WHERE referral_id = '{from_db.id}' AND overdue_at IS NOT NULL"
    )
    assert bureau.get("/cases", overdue="true")["items"] == []


def test_the_file_says_it_too(app: Flask, session: Session, late: Referral, in_time: Referral) -> None:
    asker = Asker(app.test_client(), token_for(app, session, make_user(session, Role.BUREAU_TRIAGER)))
    session.commit()
    reply = asker.get("/cases/export?format=csv&sort=oldest")
    rows = list(csv.DictReader(io.StringIO(reply.data.decode("utf-8-sig"))))
    assert [(row["案件编号"], row["时限"], row["超时"]) for row in rows] == [
        (str(late.id), "2026-11-24 23:59", "是"), (str(in_time.id), "2026-11-25 23:59", "否"),
    ]  # fmt: skip
