"""Rows in the making have the columns of their tables, and arrive in them as they were."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.domain.ids import new_id
from backend.persistence.bulk import Writes
from backend.persistence.models import Event, Referral, Report, SyncItem
from backend.services.history import event_values
from backend.services.referrals import NewReferral
from backend.services.reports import NewReport
from tests.conftest import NOW
from tests.factories import make_user


@pytest.mark.parametrize(("made", "model"), [(NewReport, Report), (NewReferral, Referral)])
def test_a_row_in_the_making_has_every_column_the_database_does_not_fill(made: Any, model: Any) -> None:
    columns = {column.name for column in model.__table__.columns if column.server_default is None}
    assert {field.name for field in fields(made)} == columns


def test_values_arrive_as_they_were(session: Session) -> None:
    worker = make_user(session)
    raw = bytes(range(256))
    moment = datetime(2026, 11, 20, 1, 2, 3, 456789, tzinfo=UTC)
    data = {"text": '"引号\\ \u2028 😀', "number": 0.1, "whole": 2**53 - 1, "list": [None, True], "empty": {}}
    writes = Writes()
    writes.add(
        SyncItem,
        {
            "id": '{a,"b"}\\',
            "content_sha256": "0" * 64,
            "kind": "report.submit",
            "user_id": worker.id,
            "device_id": None,
            "raw": raw,
            "received_at": moment,
            "epoch": new_id(),
            "result": "accepted",
            "code": None,
            "detail": "细节",
            "flags": ["a,b", '"', "NULL", ""],
            "clock_offset_ms": -5,
        },
    )
    values = event_values(at=NOW, actor=None, subject_type="x", subject_id="1", action="a", data=data)
    writes.add(Event, values)
    writes.write(session)
    item = session.scalars(select(SyncItem).where(SyncItem.user_id == worker.id)).one()
    assert (item.id, item.raw, item.received_at) == ('{a,"b"}\\', raw, moment)
    assert (item.flags, item.detail, item.clock_offset_ms) == (["a,b", '"', "NULL", ""], "细节", -5)
    assert session.scalars(select(Event.data).where(Event.id == values["id"])).one() == data


def test_rows_are_written_once_and_together_or_not_at_all(session: Session) -> None:
    event = event_values(at=NOW, actor=None, subject_type="x", subject_id="1", action="a")
    writes = Writes()
    writes.add(Event, event)
    writes.write(session)
    writes.write(session)  # nothing waits any more
    writes.add(Event, event_values(at=NOW, actor=None, subject_type="x", subject_id="1", action="b"), event)
    with pytest.raises(IntegrityError) as caught, session.begin_nested():
        writes.write(session)
    assert '"action":"b"' not in str(caught.value)  # the text of an error may be logged; the row may not
    assert session.scalars(select(Event.action).where(Event.subject_type == "x")).all() == ["a"]


def test_what_comes_after_the_rows_comes_only_if_its_question_holds(session: Session) -> None:
    called: list[str] = []
    writes = Writes()
    for name, question in (("yes", "1 = 1"), ("no", "EXISTS (SELECT FROM users WHERE false)"), ("again", "1 = 1")):
        writes.after(question, lambda _session, name=name: called.append(name))
    writes.write(session)
    assert called == []  # nothing was written
    writes.after("1 = 1", lambda given: called.append(f"with {given.in_transaction()}"))
    writes.add(Event, event_values(at=NOW, actor=None, subject_type="x", subject_id="1", action="a"))
    writes.write(session)
    writes.write(session)
    assert called == ["with True"]


def test_nothing_comes_after_rows_that_were_refused(session: Session) -> None:
    called: list[str] = []
    writes = Writes()
    values = event_values(at=NOW, actor=None, subject_type="x", subject_id="1", action="a")
    writes.add(Event, values, values)
    writes.after("true", lambda _session: called.append("once"))
    with pytest.raises(IntegrityError), session.begin_nested():
        writes.write(session)
    writes.add(Event, values)
    writes.write(session)
    assert called == []
