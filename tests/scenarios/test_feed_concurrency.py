"""No change is ever skipped: many real transactions of uneven length, one open across all others' commits.

What a cursor by time or sequence gets wrong happens here hundreds of times: a number taken early and committed late.
"""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.domain.ids import new_id
from backend.domain.vocabulary import ObjectType
from backend.persistence.database import db
from backend.persistence.models import SyncScope
from backend.persistence.queries.health import horizon_age
from backend.services.feed import FeedObject, publish
from tests.phone import Phone
from tests.scenarios.conftest import Field

WRITERS, TRANSACTIONS, SHARED = 5, 30, 6


class Writers:
    """People at work: each transaction makes a task of its own and passes one of a few shared ones on."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.holders: tuple[UUID, UUID] = (field.worker.id, field.other.id)
        self.shared = [str(new_id()) for _ in range(SHARED)]

    def publish(self, session: Session, object_id: str, holder: UUID, note: str) -> None:
        """Say that ``holder``, and nobody else, holds a task."""
        publish(session, [FeedObject(ObjectType.TASK, object_id, {"note": note}, {holder: None})])

    def work(self, number: int) -> None:
        """Transactions that take their numbers, wait, and commit or are rolled back."""
        chance = random.Random(number)
        with self.field.app.app_context(), Session(db.engine) as session:
            for turn in range(TRANSACTIONS):
                note = f"{number}/{turn}"
                self.publish(session, str(new_id()), chance.choice(self.holders), note)
                time.sleep(chance.expovariate(200))
                self.publish(session, chance.choice(self.shared), chance.choice(self.holders), note)
                time.sleep(chance.expovariate(400))
                if chance.random() < 0.1:
                    session.rollback()
                else:
                    session.commit()


def _held(field: Field, user: UUID) -> set[tuple[str, str]]:
    field.session.rollback()
    rows = field.session.execute(select(SyncScope.type, SyncScope.object_id).where(SyncScope.user_id == user))
    return {(kind.value, object_id) for kind, object_id in rows}


def _sync_until(done: threading.Event, phone: Phone, field: Field) -> int:
    """Sync without a pause, in small pages; how many calls that were."""
    calls = 0
    with field.app.app_context():
        while not done.is_set():
            phone.sync(limit=7)
            db.session.remove()
            calls += 1
    return calls


def test_no_change_is_skipped_beside_a_transaction_held_open(field: Field) -> None:
    phones = {user.id: field.new_phone(user) for user in (field.worker, field.other)}
    writers, done, late = Writers(field), threading.Event(), str(new_id())
    with Session(db.engine) as held, ThreadPoolExecutor(WRITERS + 2) as pool:
        syncing = [pool.submit(_sync_until, done, phone, field) for phone in phones.values()]
        beside = [pool.submit(writers.work, number) for number in range(WRITERS)]
        time.sleep(0.05)
        writers.publish(held, late, field.worker.id, "begun first, committed last")
        for writer in beside:
            writer.result()
        assert horizon_age(field.session).transactions > WRITERS  # whatever they committed waits with it, or passed it
        assert ("task", late) not in phones[field.worker.id].objects
        held.commit()
        for writer in [pool.submit(writers.work, WRITERS + number) for number in range(WRITERS)]:
            writer.result()  # and once more, each only beside the others
        done.set()
        assert min(run.result() for run in syncing) > 3  # they read while the others wrote
    for user, phone in phones.items():
        phone.verify()
        assert set(phone.objects) == _held(field, user)
        assert [reply.get("snapshot", False) for reply in phone.replies].count(True) == 1  # never had to start over
    assert ("task", late) in phones[field.worker.id].objects


def test_numbers_were_really_committed_out_of_order(field: Field) -> None:
    """That the trap is there: a younger transaction's line is visible while an older one's, with lower numbers, is not."""
    writers = Writers(field)
    lines = text("SELECT seq, tx FROM sync_changes WHERE type = 'task' AND object_id = :id")
    with Session(db.engine) as slow, Session(db.engine) as quick:
        older, younger = str(new_id()), str(new_id())
        writers.publish(slow, older, field.worker.id, "slow")
        writers.publish(quick, younger, field.worker.id, "quick")
        quick.commit()
        seen = field.session.execute(lines, {"id": younger}).one()
        assert field.session.execute(lines, {"id": older}).all() == []
        slow.commit()
        field.session.rollback()
        late = field.session.execute(lines, {"id": older}).one()
        assert late.seq < seen.seq and late.tx < seen.tx
