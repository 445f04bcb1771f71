"""What lies on the phone: written durably, whole or not at all, and kept as long as the contract asks."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from gridpatrol_client.album import Album
from gridpatrol_client.canonical import NotCanonicalError
from gridpatrol_client.errors import PhoneError
from gridpatrol_client.outbox import KEPT, Answer, Outbox
from gridpatrol_client.receipts import Receipt
from gridpatrol_client.stamps import now, sortable, time_text
from gridpatrol_client.store import Store
from tests import photos


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "phone")


def test_every_commit_waits_for_the_disk(store: Store) -> None:
    assert [store.row(f"PRAGMA {name}")[0] for name in ("journal_mode", "synchronous")] == ["wal", 2]  # type: ignore[index]  # a row
    assert (store.folder / "phone.db").stat().st_mode & 0o077 == 0, "tokens and reports are nobody else's to read"


def test_what_fails_half_way_leaves_nothing(store: Store) -> None:
    outbox = Outbox(store)
    with pytest.raises(KeyboardInterrupt), store.change():
        outbox.add("u", "task.start", {"task_id": "t"}, now())
        raise KeyboardInterrupt
    assert outbox.having("unsent") == []
    with pytest.raises(NotCanonicalError):
        outbox.add("u", "report.amend", {"note": "\ud800"}, now())
    assert outbox.having("unsent") == []


def test_a_folder_of_a_newer_program_is_left_alone(store: Store) -> None:
    store.run("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(PhoneError, match="newer"):
        Store(store.folder)


def test_a_call_takes_what_fits_in_the_order_in_which_it_was_made(store: Store) -> None:
    outbox = Outbox(store)
    with store.change():
        made = [outbox.add("u", "report.amend", {"note": "x" * (number % 7)}, now()) for number in range(12)]
        outbox.add("somebody else", "report.amend", {}, now())
    ids = [item.id for item in made]
    assert [item.id for item in outbox.batch("u", {ids[0]}, 5, 10**6)] == ids[1:6]
    room = len(made[0].body) + len(made[1].body) + len(made[2].body)
    assert [item.id for item in outbox.batch("u", (), 500, room + 2)] == ids[:3], "two commas between three"
    assert [item.id for item in outbox.batch("u", (), 500, room + 1)] == ids[:2]
    assert not outbox.has_more("u", set(ids)) and outbox.has_more("u", set(ids[1:]))


def deliver(outbox: Outbox, item_id: str, days_ago: float) -> None:
    moment = sortable(time_text(now() - timedelta(days=days_ago)))
    receipt = Receipt(item_id, "c", "accepted", moment, "e", "u", "a.b.c")
    outbox.settle(Answer(item_id, "accepted", None, None, (), False, "a.b.c"), receipt)
    outbox._store.run("UPDATE items SET delivered_at = ? WHERE id = ?", moment, item_id)


def test_delivered_items_and_their_photos_are_kept_as_long_as_a_backup_may_be_old(store: Store) -> None:
    outbox, album = Outbox(store), Album(store)
    assert timedelta(days=30) <= KEPT
    made = []
    for number, days_ago in enumerate((29, 31, 46, 46)):
        photo = album.take_in(photos.jpeg(number))
        album.name("u", photo, None)
        item = outbox.add("u", "report.amend", {"number": number}, now(), [photo.sha256])
        deliver(outbox, item.id, days_ago)
        made.append((item.id, photo.sha256))
        os.utime(album.path(photo.sha256), (time.time() - 7200,) * 2)
    unsent = outbox.add("u", "task.start", {}, now() - timedelta(days=400))
    album.confirm("u", [sha256 for _, sha256 in made[:3]])  # the last one's photo has never arrived
    assert outbox.forget_old() == 1 and album.tidy() == 1
    kept = {item.id for item in outbox.having("unsent", "delivered")}
    assert kept == {made[0][0], made[1][0], made[3][0], unsent.id}
    assert [album.path(sha256).exists() for _, sha256 in made] == [True, True, False, True]


def test_a_photo_of_a_report_being_written_is_not_tidied_away(store: Store) -> None:
    album = Album(store)
    photo = album.take_in(photos.jpeg(1))
    assert album.tidy() == 0 and album.path(photo.sha256).exists()
    os.utime(album.path(photo.sha256), (0, 0))
    album.take_in(photos.jpeg(1))  # taken again: young again
    assert album.tidy() == 0 and album.path(photo.sha256).exists()
