"""Sealing while others write: nobody waits, nothing is missed. Real transactions side by side."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from backend.jobs.history import seal_waiting
from backend.persistence.database import db
from backend.persistence.models import Event, HistorySealEntry
from backend.services.history import record
from backend.services.seals import seal_batch, verify_history
from tests.conftest import NOW

WRITERS, TRANSACTIONS = 4, 25


def _record(session: Session, subject: str) -> None:
    record(session, at=NOW, actor=None, subject_type="task", subject_id=subject, action="create")


def _sealed(session: Session) -> set[str]:
    sealed = select(Event.subject_id).join(HistorySealEntry, HistorySealEntry.event_id == Event.id)
    return set(session.scalars(sealed))


def test_an_open_transaction_is_sealed_after_it_ended(live_app: Flask, live_session: Session) -> None:
    with Session(db.engine) as slow:
        _record(slow, "slow")
        slow.flush()  # it has its number and its place now
        _record(live_session, "quick")
        live_session.commit()
        assert seal_waiting() == 0  # what is younger than an open transaction waits with it
        slow.commit()
    assert seal_waiting() == 2
    assert _sealed(live_session) == {"slow", "quick"}
    _record(live_session, "later")
    live_session.commit()
    with Session(db.engine) as slow:
        _record(slow, "slower")
        slow.flush()
        assert seal_waiting() == 1  # what is older than the open transaction does not wait
        assert "later" in _sealed(live_session)


def test_writers_never_wait_for_the_sealer(live_app: Flask, live_session: Session) -> None:
    """A sealer holds everything it locks, and a writer with a lock timeout of a twentieth of a second passes."""
    _record(live_session, "before")
    live_session.commit()
    keys = live_app.extensions["gridpatrol"].gateways.keys
    with Session(db.engine) as sealing:
        assert seal_batch(sealing, keys, now=NOW, algorithm="sha-256") == 1  # not committed: all its locks are held
        live_session.execute(text("SET LOCAL lock_timeout = '50ms'"))
        _record(live_session, "meanwhile")
        live_session.commit()
        sealing.commit()
    assert seal_waiting() == 1
    assert _sealed(live_session) == {"before", "meanwhile"}


def _write(app: Flask, writer: int) -> None:
    chance = random.Random(writer)
    with app.app_context(), Session(db.engine) as session:
        for number in range(TRANSACTIONS):
            _record(session, f"{writer}/{number}/first")
            session.flush()
            time.sleep(chance.uniform(0, 0.01))
            _record(session, f"{writer}/{number}/second")
            if number % 5 == 4:
                session.rollback()  # leaves holes in the numbers
            else:
                session.commit()


def test_nothing_is_missed_by_sealers_beside_writers(live_app: Flask, live_session: Session) -> None:
    """Four writers with transactions of uneven length, one held open all the time, two sealers at once."""
    done = threading.Event()

    def seal() -> int:
        total = 0
        with live_app.app_context():
            while not done.is_set():
                total += seal_waiting()
                db.session.remove()
        return total

    with Session(db.engine) as held, ThreadPoolExecutor(WRITERS + 2) as pool:
        sealers = [pool.submit(seal) for _ in range(2)]
        writers = [pool.submit(_write, live_app, writer) for writer in range(WRITERS)]
        time.sleep(0.1)
        _record(held, "held")
        held.flush()
        for writer in writers:
            writer.result()
        held.commit()
        time.sleep(0.1)
        done.set()
        sealed = sum(sealer.result() for sealer in sealers)
    sealed += seal_waiting()
    live_session.rollback()
    count = live_session.scalar(select(func.count()).select_from(Event))
    assert sealed == count == WRITERS * TRANSACTIONS * 2 * 4 // 5 + 1
    result = verify_history(live_session, live_app.extensions["gridpatrol"].gateways.keys.jwks())
    assert (result.is_whole, result.events, result.waiting) == (True, count, 0)
