"""What enters and leaves a phone: reassignment, late work, steps of tasks, and changes committed late."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.persistence.models import Epoch, Task, TaskAssignment
from backend.services.epochs import start_new_epoch
from backend.services.scope import publish_tasks
from tests.conftest import NOW
from tests.factories import make_task
from tests.phone import item, report_payload
from tests.scenarios.conftest import Field


def test_reassignment_revokes_and_late_work_counts(field: Field) -> None:
    field.phone.sync()
    other = field.new_phone(field.other)
    other.sync()
    _reassign(field)
    draft = report_payload(task_id=str(field.task.id), captured_at="2026-11-20T09:00:00+08:00")
    answers = field.phone.sync([item("report.submit", draft), item("task.start", {"task_id": str(field.task.id)})])
    assert answers[0]["result"] == "accepted" and "late_after_reassignment" in answers[0]["flags"]
    assert answers[1]["result"] == "conflict" and answers[1]["code"] == "illegal_transition"
    assert field.phone.of("task") == {}
    field.phone.verify()
    other.sync()
    assert list(other.of("task")) == [str(field.task.id)]
    other.verify()


def _reassign(field: Field) -> None:
    session = field.session
    task = session.get(Task, field.task.id)
    assert task is not None
    held = session.scalars(select(TaskAssignment).where(TaskAssignment.task_id == task.id)).one()
    held.ended_at = NOW
    task.assignee_id = field.other.id
    session.flush()
    publish_tasks(session, [task.id], NOW)
    session.commit()


def test_steps_of_a_task_in_order_and_what_its_state_forbids(field: Field) -> None:
    task_id = str(field.task.id)
    answers = field.phone.sync(
        [
            item("task.accept", {"task_id": task_id}),
            item("task.start", {"task_id": task_id}),
            item("task.accept", {"task_id": task_id}),
            item("task.submit", {"task_id": task_id}),
        ]
    )
    assert [a["result"] for a in answers] == ["accepted", "accepted", "conflict", "accepted"]
    assert answers[2]["code"] == "illegal_transition"
    assert field.phone.of("task")[task_id]["status"] == "submitted"


def test_an_open_transaction_hides_nothing_for_ever(field: Field) -> None:
    """An older transaction writes but commits after a younger one: its change must still arrive."""
    field.phone.sync()
    with field.app.app_context():
        with Session(field.session.get_bind(), expire_on_commit=False) as slow:
            task = make_task(slow, field.grids[0], field.worker)
            publish_tasks(slow, [task.id], NOW)  # holds a transaction number, not yet committed
            quick = make_task(field.session, field.grids[1], field.worker)
            publish_tasks(field.session, [quick.id], NOW)
            field.session.commit()
            field.phone.sync()
            assert str(task.id) not in field.phone.of("task")
            slow.commit()
        field.phone.sync()
        assert {str(task.id), str(quick.id)} <= set(field.phone.of("task"))
        field.phone.verify()


def test_a_declined_task_leaves_the_phone(field: Field) -> None:
    field.phone.sync()
    answer = field.phone.sync([item("task.decline", {"task_id": str(field.task.id), "reason": "不在辖区"})])[0]
    assert answer["result"] == "accepted"
    assert field.phone.of("task") == {}
    field.phone.verify()


def test_what_builds_on_items_a_restore_took_waits_for_them(field: Field) -> None:
    """A verdict on a newer item must not be passed, for good, while the phone has yet to offer the older ones again."""
    draft = report_payload()
    amend = item("report.amend", {"report_id": draft["report_id"], "note": "later", "photos": []})
    current = str(field.session.scalars(select(Epoch.id).order_by(Epoch.ordinal.desc()).limit(1)).one())
    lost = str(uuid4())
    for _ in range(2):  # nothing is kept of it
        early = field.phone.post([amend], epoch=lost).get_json()["receipts"][0]
        assert (early["result"], early["code"], early["retry"]) == ("rejected", "epoch_changed", True)
    late = field.phone.post([item("report.submit", draft), amend], epoch=current).get_json()["receipts"]
    assert [(r["result"], r["replayed"]) for r in late] == [("accepted", False)] * 2
    again = field.phone.post([amend], epoch=lost).get_json()["receipts"]
    assert [(r["result"], r["replayed"]) for r in again] == [("accepted", True)]


def test_reports_of_a_call_are_judged_in_the_order_of_its_steps(field: Field) -> None:
    task = str(field.task.id)
    before, after = report_payload(task_id=task), report_payload(task_id=task)
    decline = item("task.decline", {"task_id": task, "reason": "不在辖区"})
    answers = field.phone.sync([item("report.submit", before), decline, item("report.submit", after)])
    assert [answer["result"] for answer in answers] == ["accepted"] * 3
    assert ["late_after_reassignment" in answer["flags"] for answer in answers] == [False, False, True]


def test_after_a_restore_phones_offer_again_and_agree(field: Field) -> None:
    kept, lost = report_payload(), report_payload()
    field.phone.sync([item("report.submit", kept)])
    field.phone.sync()
    before = field.phone.epoch
    taken_at = NOW - timedelta(hours=3)
    epoch = start_new_epoch(field.session, taken_at, NOW)
    field.session.commit()
    try:
        receipts = field.phone.sync([item("report.submit", lost)])
        first = next(reply for reply in field.phone.replies if reply["epoch"] == str(epoch))
        assert first["reoffer_since"] == taken_at.isoformat() and first["snapshot"] is True
        assert receipts[0]["result"] == "accepted"
        assert set(field.phone.of("report")) == {kept["report_id"], lost["report_id"]}
        field.phone.verify()
        assert field.phone.epoch == str(epoch) != before
        assert field.phone.replies[-1]["reoffer_since"] is None
        stranger = field.new_phone(field.worker)
        stranger.epoch = str(uuid4())  # of a life that this database never saw
        stranger.sync()
        assert stranger.replies[0]["reoffer_since"] == taken_at.isoformat()
    finally:
        field.session.execute(delete(Epoch).where(Epoch.id == epoch))
        field.session.commit()
