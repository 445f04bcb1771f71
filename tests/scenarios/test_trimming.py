"""The change log is trimmed and no phone is told less for it: fresh cursors go on, old ones begin a snapshot."""

import random
from dataclasses import dataclass
from dataclasses import field as of
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from backend.domain.ids import new_id
from backend.domain.vocabulary import ObjectType
from backend.jobs.sync import trim_change_log
from backend.persistence.models import SyncChange, SyncObject, SyncScope, SyncTrim
from backend.services.epochs import ensure_epoch, start_new_epoch
from backend.services.feed import FeedObject, publish
from backend.services.sync import trimming
from backend.services.sync.changes import read_changes
from backend.services.sync.cursor import place_of
from tests.conftest import NOW
from tests.factories import make_user
from tests.phone import state_of
from tests.scenarios.conftest import Field

OLD = timedelta(days=61)


def _publish(session: Session, object_id: str, note: str, *holders: UUID) -> None:
    publish(session, [FeedObject(ObjectType.TASK, object_id, {"note": note}, dict.fromkeys(holders))])
    session.commit()


def _age(session: Session, by: timedelta = OLD) -> None:
    """Let everything that is in the log be that old."""
    session.execute(text("UPDATE sync_changes SET created_at = :then"), {"then": NOW - by})
    session.commit()


def _lines(session: Session, object_id: str) -> list[tuple[str, int]]:
    rows = select(SyncChange.op, SyncChange.version).where(SyncChange.object_id == object_id).order_by(SyncChange.seq)
    return [(row.op.value, row.version) for row in session.execute(rows)]


def test_a_fresh_cursor_goes_on_and_agrees(field: Field) -> None:
    task, gone = str(new_id()), str(new_id())
    for note in ("a", "b", "c"):
        _publish(field.session, task, note, field.worker.id)
    _publish(field.session, gone, "x", field.worker.id)
    _publish(field.session, gone, "x")
    field.phone.sync()
    _age(field.session)
    superseded, revokes, versions = trim_change_log()
    assert (superseded, revokes) == (3, 1)  # a and b, the put of what is gone; its revoke
    assert versions >= 2
    assert (_lines(field.session, task), _lines(field.session, gone)) == ([("put", 3)], [])
    _publish(field.session, task, "d", field.worker.id)
    field.phone.sync()
    assert "snapshot" not in field.phone.replies[-1]
    assert field.phone.of("task")[task] == {"note": "d"}
    field.phone.verify()


def test_what_was_revoked_before_the_trim_does_not_come_back(field: Field) -> None:
    gone = str(new_id())
    _publish(field.session, gone, "x", field.worker.id)
    behind, beginning = field.new_phone(field.worker), field.new_phone(field.worker)
    behind.sync()
    assert gone in behind.of("task")
    _publish(field.session, gone, "x")
    _age(field.session)
    trim_change_log()
    behind.sync()  # its cursor is not old, but the revoke it waits for is gone
    assert behind.replies[-1]["snapshot"] is True
    beginning.sync()
    for phone in (behind, beginning):
        assert gone not in phone.of("task")
        phone.verify()
        assert "snapshot" not in phone.replies[-1]  # once is enough
    _publish(field.session, gone, "again", field.worker.id)
    behind.sync()
    assert behind.of("task")[gone] == {"note": "again"}
    behind.verify()


def test_a_cursor_between_pages_is_not_cut_off_needlessly(field: Field) -> None:
    """A snapshot that has begun needs no revoke from before it, although its place lies before the trim."""
    gone = str(new_id())
    _publish(field.session, gone, "x", field.worker.id)
    _publish(field.session, gone, "x")
    _age(field.session)
    first = field.phone.post(limit=2).get_json()
    assert (first["snapshot"], first["more"]) == (True, True)
    field.phone._take(first)
    trim_change_log()
    field.phone.sync(limit=2)
    assert not any(reply.get("snapshot") for reply in field.phone.replies)
    field.phone.verify()


def test_a_cursor_between_pages_is_cut_off_where_it_must(field: Field) -> None:
    """It got the object on its first page; the revoke was trimmed before it came for the second."""
    gone = str(new_id())
    _publish(field.session, gone, "x", field.worker.id)
    place = field.session.execute(select(SyncChange.tx, SyncChange.seq).where(SyncChange.object_id == gone)).one()
    while (field.phone.cursor is None) or place_of(field.phone.cursor) < tuple(place):
        field.phone._take(field.phone.post(limit=1).get_json())
    assert gone in field.phone.of("task")
    _publish(field.session, gone, "x")
    _age(field.session)
    trim_change_log()
    field.phone.sync()
    assert field.phone.replies[0]["snapshot"] is True
    assert gone not in field.phone.of("task")
    field.phone.verify()


@pytest.mark.parametrize("days", [0, 59])
def test_what_is_young_stays(field: Field, days: int) -> None:
    task, gone = str(new_id()), str(new_id())
    _publish(field.session, task, "a", field.worker.id)
    _publish(field.session, gone, "x", field.worker.id)
    _age(field.session)
    _publish(field.session, task, "b", field.worker.id)  # supersedes an old line, but not for long
    _publish(field.session, gone, "x")
    young = text("UPDATE sync_changes SET created_at = :then WHERE created_at <> :old")
    field.session.execute(young, {"then": NOW - timedelta(days=days), "old": NOW - OLD})
    field.session.commit()
    assert trim_change_log()[:2] == (0, 0)
    assert _lines(field.session, task) == [("put", 1), ("put", 2)]
    assert _lines(field.session, gone) == [("put", 1), ("revoke", 2)]
    assert field.count(SyncTrim) == 0


def test_a_line_waits_for_an_open_transaction(field: Field) -> None:
    gone = str(new_id())
    _publish(field.session, gone, "x", field.worker.id)
    with Session(field.session.get_bind()) as slow:
        publish(slow, [FeedObject(ObjectType.TASK, str(new_id()), {}, {field.worker.id: None})])
        _publish(field.session, gone, "x")
        field.session.execute(text("UPDATE sync_changes SET created_at = :then"), {"then": NOW - OLD})
        field.session.commit()
        assert trim_change_log()[:2] == (0, 0)  # nobody has been served the revoke yet
        slow.commit()
    assert trim_change_log()[:2] == (1, 1)


def test_many_lines_are_trimmed_batch_by_batch(field: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trimming, "LINES", 2)
    monkeypatch.setattr(trimming, "VERSIONS", 3)
    ids = [str(new_id()) for _ in range(5)]
    for object_id in ids:
        for note in ("a", "b"):
            _publish(field.session, object_id, note, field.worker.id)
        _publish(field.session, object_id, "b")
    field.phone.sync()
    _age(field.session)
    assert trim_change_log() == (10, 5, 10)
    assert [_lines(field.session, object_id) for object_id in ids] == [[]] * 5
    newest = text("SELECT place_tx, place_seq FROM sync_trims ORDER BY id")
    places = [tuple(row) for row in field.session.execute(newest)]
    assert len(places) == 3 and places == sorted(places)
    field.phone.verify()


def test_a_restore_forgets_what_was_trimmed(field: Field) -> None:
    """Places of another cluster would keep every phone in snapshots for ever."""
    gone = str(new_id())
    _publish(field.session, gone, "x", field.worker.id)
    _publish(field.session, gone, "x")
    _age(field.session)
    trim_change_log()
    assert field.count(SyncTrim) == 1
    start_new_epoch(field.session, NOW, NOW)
    assert field.session.scalar(select(func.count()).select_from(SyncTrim)) == 0
    field.session.rollback()


@dataclass
class Reader:
    """A phone of the random test below, which asks the services themselves: its days are longer than a token lives."""

    user: UUID
    cursor: str | None = None
    held: dict[tuple[str, str], int] = of(default_factory=dict)
    snapshots: int = 0

    def read(self, session: Session, epoch: UUID, now: datetime, limit: int, pages: int) -> bool:
        """Read so many pages; True when the end was reached, where the state must agree."""
        for _ in range(pages):
            page = read_changes(session, self.user, epoch, self.cursor, limit=limit, verify=True, now=now)
            if page.snapshot:
                self.held.clear()
                self.snapshots += 1
            for change in page.changes:
                key = (change["type"], change["id"])
                self.held.pop(key, None)
                if change["op"] == "put":
                    self.held[key] = change["version"]
            self.cursor = page.cursor
            session.rollback()
            if page.state is not None:
                assert page.state == state_of((*key, version) for key, version in self.held.items())
                return True
        return False


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_when_a_reader_that_came_to_the_end_agrees(field: Field, seed: int) -> None:
    """Random puts, revokes, pauses and trims over two years, against readers who come often, seldom or stop midway."""
    chance, session, now = random.Random(seed), field.session, NOW
    users = [make_user(session).id for _ in range(3)]
    epoch = ensure_epoch(session, NOW)
    session.commit()
    readers = [Reader(user) for user in users for _ in range(3)]
    objects = [str(new_id()) for _ in range(8)]
    clock = field.app.extensions["gridpatrol"].gateways.clock
    mark = text(
        "UPDATE sync_changes SET created_at = :now WHERE tx = CAST(CAST(pg_current_xact_id() AS text) AS bigint)"
    )
    for _ in range(150):
        now += timedelta(days=chance.choice((0, 0, 1, 5, 20)))
        clock.at = now
        for object_id in chance.sample(objects, chance.randint(0, 3)):
            holders = chance.sample(users, chance.randint(0, 3))
            publish(session, [FeedObject(ObjectType.TASK, object_id, {"n": chance.random()}, dict.fromkeys(holders))])
        session.execute(mark, {"now": now})
        session.commit()
        if chance.random() < 0.3:
            trim_change_log()
        for reader in chance.sample(readers, 2):
            reader.read(session, epoch, now, limit=chance.choice((1, 3, 50)), pages=chance.randint(1, 3))
    for reader in readers:
        assert reader.read(session, epoch, now, limit=50, pages=50)
        scope = select(SyncScope.type, SyncScope.object_id).where(SyncScope.user_id == reader.user)
        assert set(reader.held) == {(kind.value, object_id) for kind, object_id in session.execute(scope)}
    assert field.count(SyncTrim) > 3
    named = select(SyncChange.version).where(
        SyncChange.type == SyncObject.type, SyncChange.object_id == SyncObject.object_id,
        SyncChange.version == SyncObject.version, SyncChange.op == "put",
    )  # fmt: skip
    clock.at = now + timedelta(days=100)
    trim_change_log()
    orphans = session.scalar(select(func.count()).select_from(SyncObject).where(~named.exists()))
    assert orphans <= len(objects)  # the newest version of each stays, held or not
