"""Seals over the history on real commits: what is rewritten behind the product's back is named."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
import rfc8785
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.api.state import State
from backend.domain.seals import digest
from backend.gateways.keys import Keys, verify_jws
from backend.jobs.history import seal_waiting
from backend.persistence.models import Event, HistorySeal, HistorySealEntry
from backend.services import seals
from backend.services.history import record
from backend.services.seals import KnownSeal, Verification, verify_history
from tests.conftest import NOW

Write = Callable[[int], list[Event]]
Tamper = Callable[..., None]


@pytest.fixture
def keys(live_app: Flask) -> Keys:
    state: State = live_app.extensions["gridpatrol"]
    return state.gateways.keys


@pytest.fixture
def write(live_session: Session) -> Write:
    """Write so many events, commit and seal them; the events of this call."""

    def write(count: int) -> list[Event]:
        before = live_session.scalar(text("SELECT coalesce(max(seq), 0) FROM events"))
        for number in range(count):
            record(
                live_session, at=NOW, actor=None, subject_type="task", subject_id=f"t{number}", action="create",
                reason="核查 \"quoted\"", data={"n": number, "share": 0.25, "whole": 2.0},
            )  # fmt: skip
        live_session.commit()
        seal_waiting()
        return list(live_session.scalars(select(Event).where(Event.seq > before).order_by(Event.seq)))

    return write


@pytest.fixture
def tamper(live_session: Session) -> Tamper:
    """What somebody with all rights on the database can do: run statements with the triggers off."""

    def tamper(*statements: str, **values: object) -> None:
        live_session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            live_session.execute(text(statement), values)
        live_session.commit()

    return tamper


@pytest.fixture
def verify(live_session: Session, keys: Keys) -> Callable[..., Verification]:
    return lambda known=None: verify_history(live_session, keys.jwks(), known)


def test_an_untouched_history_is_whole(live_session: Session, write: Write, verify) -> None:
    for count in (3, 1, 5):
        write(count)
    result = verify()
    assert (result.is_whole, result.seals, result.events, result.waiting) == (True, 3, 9, 0)
    numbers = live_session.scalars(select(HistorySeal.number).order_by(HistorySeal.number)).all()
    assert numbers == [1, 2, 3]
    assert seal_waiting() == 0  # nothing new: no empty seal


def test_a_stranger_computes_the_same_hashes(live_session: Session, write: Write, keys: Keys) -> None:
    """By the written rule alone, with libraries that are not ours."""
    event = write(1)[0]
    seal, entry = live_session.scalars(select(HistorySeal)).one(), live_session.scalars(select(HistorySealEntry)).one()
    values = {
        "id": str(event.id), "seq": event.seq, "tx": event.tx, "at": "2026-11-20T02:00:00.000000+00:00",
        "actor_id": None, "device_id": None, "subject_type": "task", "subject_id": "t0", "action": "create",
        "from_status": None, "to_status": None, "reason_code": None, "reason": "核查 \"quoted\"",
        "data": {"n": 0, "share": 0.25, "whole": 2},
    }  # fmt: skip
    assert hashlib.sha256(rfc8785.dumps(values)).digest() == entry.event_hash
    assert hashlib.sha256(f"{event.id}:{entry.event_hash.hex()}\n".encode()).hexdigest() == seal.entries_hash
    content = {
        "number": 1, "previous_hash": None, "algorithm": "sha-256", "event_count": 1, "first_seq": event.seq,
        "last_seq": event.seq, "sealed_to": [str(seal.sealed_to_tx), str(seal.sealed_to_seq)],
        "entries_hash": seal.entries_hash, "sealed_at": "2026-11-20T02:00:00.000000+00:00",
    }  # fmt: skip
    assert hashlib.sha256(rfc8785.dumps(content)).hexdigest() == seal.hash
    signed = verify_jws(seal.signature, keys.jwks())
    assert signed is not None and (signed["seal"], signed["hash"]) == (1, seal.hash)
    assert verify_jws(seal.signature, Keys.ephemeral().jwks()) is None
    assert verify_jws(seal.signature[:-4] + "AAAA", keys.jwks()) is None
    assert verify_jws("no.token", keys.jwks()) is None


@pytest.mark.parametrize("data", ['{"big": 1152921504606846976}', '{"far": 1e400}'])
def test_what_no_canonical_json_can_say_is_sealed_all_the_same(
    live_session: Session, write: Write, tamper: Tamper, verify, data: str
) -> None:
    event = write(1)[0]
    tamper("TRUNCATE history_seals, history_seal_entries")
    tamper("UPDATE events SET data = CAST(:data AS jsonb) WHERE id = :id", id=event.id, data=data)
    assert seal_waiting() == 1
    assert verify().is_whole
    tamper("UPDATE events SET data = data || '{\"n\": 1}' WHERE id = :id", id=event.id)
    assert [f.kind for f in verify().discrepancies] == ["changed"]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "'approve'"), ("at", "at - interval '1 microsecond'"), ("reason", "NULL"), ("tx", "tx - 1"),
        ("data", "data || '{\"n\": 8}'"), ("seq", "seq + 1000"), ("device_id", "gen_random_uuid()"),
        ("subject_id", "'t9'"), ("to_status", "'done'"), ("from_status", "''"), ("reason_code", "'x'"),
        ("subject_type", "'site'"),
    ],
)  # fmt: skip
def test_a_changed_event_is_named(write: Write, tamper: Tamper, verify, column: str, value: str) -> None:
    write(2)
    victim = write(3)[1].id
    tamper(f"UPDATE events SET {column} = {value} WHERE id = :id", id=victim)
    result = verify()
    assert [(f.kind, f.seal, f.event_id, f.position) for f in result.discrepancies] == [("changed", 2, victim, 2)]


def test_a_deleted_event_is_named(write: Write, tamper: Tamper, verify) -> None:
    victim = write(3)[1].id
    write(1)
    tamper("DELETE FROM events WHERE id = :id", id=victim)
    assert [(f.kind, f.seal, f.event_id, f.position) for f in verify().discrepancies] == [("deleted", 1, victim, 2)]
    tamper("DELETE FROM history_seal_entries WHERE event_id = :id", id=victim)
    assert [(f.kind, f.seal, f.position) for f in verify().discrepancies] == [("deleted", 1, 2), ("entries", 1, None)]


INSERT = (
    "INSERT INTO events (id, at, subject_type, subject_id, action, data, tx) "
    "SELECT gen_random_uuid(), at, subject_type, subject_id, 'forged', data, tx FROM events WHERE id = :id"
)


def test_an_event_slipped_into_a_sealed_batch_is_named(live_session: Session, write: Write, tamper, verify) -> None:
    neighbour = write(2)[0]
    write(1)
    tamper(INSERT, id=neighbour.id)
    forged = live_session.scalars(select(Event.id).where(Event.action == "forged")).one()
    assert [(f.kind, f.event_id) for f in verify().discrepancies] == [("inserted", forged)]
    assert seal_waiting() == 0  # a seal would make it look genuine
    event = live_session.get(Event, forged)
    assert event is not None
    tamper("INSERT INTO history_seal_entries VALUES (:id, 1, 3, 'whatever')", id=forged)
    assert {(f.kind, f.seal, f.event_id) for f in verify().discrepancies} == {
        ("inserted", 1, forged), ("changed", 1, forged), ("entries", 1, None),
    }  # fmt: skip


def test_an_event_of_a_transaction_that_never_was_is_named(live_session: Session, write: Write, tamper, verify) -> None:
    neighbour = write(1)[0]
    tamper(INSERT.replace("data, tx FROM", "data, 9000000000000 FROM"), id=neighbour.id)
    assert [f.kind for f in verify().discrepancies] == ["inserted"]


def test_a_rewritten_entry_betrays_its_seal(live_session: Session, write: Write, tamper: Tamper, verify) -> None:
    """Event and entry changed so that they agree: the seal still knows what the entries were."""
    events = write(3)
    tamper(
        "UPDATE events SET action = 'approve' WHERE id = :id",
        "UPDATE history_seal_entries SET event_hash = decode(repeat('00', 32), 'hex') WHERE event_id = :id",
        id=events[0].id,
    )
    assert {f.kind for f in verify().discrepancies} == {"changed", "entries"}


def test_a_rewritten_seal_breaks_chain_and_signature(write: Write, tamper: Tamper, verify) -> None:
    for _ in range(3):
        write(1)
    tamper("UPDATE history_seals SET hash = repeat('0', 64) WHERE number = 2")
    assert [(f.kind, f.seal) for f in verify().discrepancies] == [("seal", 2), ("signature", 2), ("chain", 3)]


def test_a_missing_seal_is_named(write: Write, tamper: Tamper, verify) -> None:
    for _ in range(3):
        write(1)
    tamper("DELETE FROM history_seals WHERE number = 2")
    assert [(f.kind, f.seal) for f in verify().discrepancies] == [("chain", 3)]
    tamper("DELETE FROM history_seals WHERE number = 3")
    assert ("chain", 3) in {(f.kind, f.seal) for f in verify().discrepancies}


def test_a_chain_cut_short_is_found_by_a_seal_noted_elsewhere(live_session: Session, write, tamper, verify) -> None:
    for _ in range(2):
        write(1)
    noted = verify().last
    assert noted is not None
    known = KnownSeal(noted.number, noted.hash)
    assert verify(known).is_whole
    tamper(
        "DELETE FROM events WHERE id IN (SELECT event_id FROM history_seal_entries WHERE seal_number = 2)",
        "DELETE FROM history_seal_entries WHERE seal_number = 2",
        "DELETE FROM history_seals WHERE number = 2",
    )
    assert verify().is_whole  # nothing that is left contradicts itself
    assert [(f.kind, f.seal) for f in verify(known).discrepancies] == [("known", 2)]
    write(1)  # and another seal in its place is not the one that was noted
    assert [(f.kind, f.seal) for f in verify(known).discrepancies] == [("known", 2)]


def test_a_chain_made_anew_lacks_the_signature(live_session: Session, write: Write, tamper: Tamper, verify) -> None:
    """Whoever rewrites everything, hashes and all, still does not hold the key."""
    events = write(2)
    tamper("UPDATE events SET action = 'approve' WHERE id = :id", id=events[0].id)
    tamper("TRUNCATE history_seals, history_seal_entries")
    seals.seal_batch(live_session, Keys.ephemeral(), now=NOW, algorithm="sha-256")
    live_session.commit()
    assert [f.kind for f in verify().discrepancies] == ["signature"]


def test_another_algorithm_goes_on_in_the_same_chain(live_session: Session, write: Write, keys: Keys, verify) -> None:
    write(2)
    record(live_session, at=NOW, actor=None, subject_type="task", subject_id="1", action="create")
    live_session.commit()
    assert seals.seal_batch(live_session, keys, now=NOW, algorithm="sm3") == 1
    live_session.commit()
    write(1)
    assert live_session.scalars(select(HistorySeal.algorithm).order_by(HistorySeal.number)).all() == [
        "sha-256", "sm3", "sha-256",
    ]  # fmt: skip
    assert verify().is_whole
    # the published example of GB/T 32905
    assert digest("sm3", b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_more_than_a_batch_becomes_several_seals(live_session: Session, verify, live_app: Flask) -> None:
    count = seals.BATCH * 2 + 7
    live_session.execute(
        text(
            "INSERT INTO events (id, at, subject_type, subject_id, action, data) "
            "SELECT gen_random_uuid(), now(), 'task', CAST(n AS text), 'create', '{}' FROM generate_series(1, :count) n"
        ),
        {"count": count},
    )
    live_session.commit()
    assert seal_waiting() == count
    result = verify()
    assert (result.is_whole, result.seals, result.events, result.waiting) == (True, 3, count, 0)


def test_after_a_restore_everything_is_sealed_and_numbers_begin_anew(
    live_session: Session, write: Write, tamper: Tamper, keys: Keys, verify
) -> None:
    """In another cluster transaction numbers start low: what is to come must still be sealed, and nothing twice."""
    write(2)
    live_session.execute(text(INSERT), {"id": live_session.scalars(select(Event.id)).first()})
    high = 9_000_000_000
    tamper(f"UPDATE events SET tx = tx + {high}", f"UPDATE history_seals SET sealed_to_tx = sealed_to_tx + {high}")
    assert seals.seal_restored(live_session, keys, now=NOW, algorithm="sha-256") == 1
    live_session.commit()
    write(3)
    result = verify()
    assert (result.events, result.waiting) == (6, 0)
    assert {f.kind for f in result.discrepancies} == {"changed", "seal"}  # what this test itself rewrote
    assert {f.seal for f in result.discrepancies} == {1}
    tamper(f"UPDATE history_seals SET sealed_to_tx = sealed_to_tx + {high} WHERE number = 3")
    assert seals.seal_restored(live_session, keys, now=NOW, algorithm="sha-256") == 0  # an empty seal sets the place
    live_session.commit()
    assert live_session.scalars(select(HistorySeal.event_count).order_by(HistorySeal.number)).all() == [2, 1, 3, 0]
    write(1)
    assert verify().waiting == 0


def test_settings_of_another_profile_reach_the_job(live_app: Flask, live_session: Session, write: Write) -> None:
    state: State = live_app.extensions["gridpatrol"]
    live_app.extensions["gridpatrol"] = replace(state, settings=replace(state.settings, seal_algorithm="sm3"))
    try:
        write(1)
    finally:
        live_app.extensions["gridpatrol"] = state
    assert live_session.scalars(select(HistorySeal.algorithm)).all() == ["sm3"]
