"""A server restored from backup: the phone notices, and brings back what the backup lacks."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, text

from backend.gateways.clock import FixedClock
from backend.persistence.models import Epoch, Report
from backend.services.epochs import start_new_epoch
from gridpatrol_client import Phone
from tests.clients.conftest import a_report
from tests.clients.network import Network
from tests.conftest import NOW
from tests.scenarios.conftest import Field


@pytest.mark.parametrize("says_snapshot", [True, False])
def test_a_restored_server_gets_again_what_it_lost_and_nothing_else(
    field: Field, phone: Phone, live_clock: FixedClock, network: Network, one_life: None, says_snapshot: bool
) -> None:
    phone.sync()
    old = phone.record(a_report(phone), NOW)
    phone.sync()
    backup_taken_at = NOW + timedelta(hours=1)
    live_clock.at = NOW + timedelta(hours=2)
    lost = [phone.record(a_report(phone), NOW).id for _ in range(3)]
    phone.sync()
    first_receipt = phone.outbox.get(lost[0]).receipt
    restore_as_of(field, backup_taken_at)
    assert field.count(Report) == 1
    fresh = phone.record(a_report(phone), NOW).id
    told: list[str] = []

    def listen(reply: dict[str, Any]) -> None:
        told.extend(receipt["id"] for receipt in reply["receipts"])
        if not says_snapshot and reply["reoffer_since"]:
            del reply["snapshot"]  # a server that leaves the snapshot to the phone, which starts with ``cursor: null``

    network.rewrites = listen
    outcome = phone.sync()
    assert [answer.result for answer in outcome.answers] == ["accepted"] * 4
    assert outcome.offered_again == 3 and outcome.everything_uploaded and outcome.agreed
    assert field.count(Report) == 5
    assert sorted(told) == sorted([*lost, fresh]) and old.id not in told
    receipts = phone.outbox.receipts_of(lost[0])
    assert len(receipts) == 2 and first_receipt in receipts, "the proof of the first delivery is kept"


@pytest.fixture
def one_life(field: Field) -> Iterator[None]:
    """Takes away the epochs that a test has started; the database outlives it."""
    session = field.session
    known = session.scalars(select(Epoch.id)).all()
    yield
    session.rollback()
    session.execute(delete(Epoch).where(Epoch.id.not_in(known)))
    session.commit()


def restore_as_of(field: Field, moment: datetime) -> None:
    """What a restore from a backup of that moment leaves behind: rows without the later ones, and a new epoch."""
    session = field.session
    session.rollback()
    of_reports = ("notices", "case_texts", "referral_links", "report_photos", "referrals")
    tables = [*((table, "report_id") for table in of_reports), ("reports", "id")]
    doomed = [str(report_id) for report_id in session.scalars(select(Report.id).where(Report.received_at > moment))]
    of_them = "referral_id IN (SELECT id FROM referrals WHERE report_id::text = ANY(:ids))"
    for table in ("notices", "clocks"):
        session.execute(text(f"DELETE FROM {table} WHERE {of_them}"), {"ids": doomed})
    for table, column in tables:
        session.execute(text(f"DELETE FROM {table} WHERE {column}::text = ANY(:ids)"), {"ids": doomed})
    for table in ("sync_scope", "sync_objects", "sync_heads"):
        session.execute(text(f"DELETE FROM {table} WHERE type = 'report' AND object_id = ANY(:ids)"), {"ids": doomed})
    session.execute(text("DELETE FROM sync_items WHERE received_at > :moment"), {"moment": moment})
    start_new_epoch(session, moment, field.app.extensions["gridpatrol"].gateways.clock.now())
    session.commit()
