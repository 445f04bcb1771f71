"""What must hold at a quiet point: every phone holds what the oracle says, the database contains what the oracle says."""

import json
from collections import Counter
from datetime import datetime
from typing import Any

from shapely.geometry import shape
from sqlalchemy import Connection, text

from tests.properties.handset import Handset, demand
from tests.properties.judge import MODELLED
from tests.properties.model import Key, Ledger, content_hash


def check_phone(ledger: Ledger, phone: Handset) -> None:
    """Invariants 1, 5, 6, 7, 8 as the phone sees them."""
    wanted = ledger.held(phone.user)
    held = {key: data for key, data in phone.store.objects.items() if key[0] != "item"}  # see check_desk
    demand(not held.keys() - wanted.keys(), "5: nothing is left behind", sorted(held.keys() - wanted.keys()))
    demand(not wanted.keys() - held.keys(), "4: no change is skipped", sorted(wanted.keys() - held.keys()))
    for key, fields in wanted.items():
        seen = _view(key[0], held[key])
        wrong = {name: (seen[name], value) for name, value in fields.items() if seen[name] != value}
        demand(not wrong, "4: the phone holds the newest of everything (held, wanted)", key, wrong)
    demand(not phone.outbox, "1: nothing waits for ever", phone.outbox)
    for item in phone.made:
        if item in phone.refused:
            continue
        sha256 = content_hash(item)
        known = ledger.items.get(item["id"])
        kept = (known is not None and known.sha256 == sha256) or (item["id"], sha256) in ledger.conflicts
        demand(kept, "1: nothing is lost", item)


def check_desk(ledger: Ledger, phone: Handset) -> None:
    """Who sent what could not be understood hears of it for as long as it lies on the desk."""
    wanted = [s.item["id"] for s in ledger.items.values() if s.result == "quarantined" and s.user == phone.user]
    held = [data["item_id"] for key, data in phone.store.objects.items() if key[0] == "item"]
    demand(sorted(held) == sorted(wanted), "3: who sent it hears what lies on the desk (held, wanted)", held, wanted)


def _view(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    if kind == "grid":
        west, _, east, _ = shape(data["geometry"]).bounds
        return {**data, "west": round(west, 6), "east": round(east, 6)}
    if kind == "report":
        waits = data["photos_waiting_since"] is not None
        flags = MODELLED & set(data["flags"])
        return {**data, "withdrawn": data["status"] == "withdrawn", "flags": flags, "waits": waits}
    return data


def check_server(ledger: Ledger, connection: Connection) -> None:
    """Every item kept whole, with exactly one effect; every conflict's both contents; what each device said of its outbox."""
    _same("2: every item is kept once", _items(connection), {key: _kept(s) for key, s in ledger.items.items()})
    kept = {key: _kept(s)[:3] for key, s in ledger.conflicts.items()}
    _same("2: of a conflict both contents are kept", _conflicts(connection), kept)
    _same("3: what had no effect waits for a person", _desk(connection), _wanted_desk(ledger))
    _same("2: one report per submission", _reports(connection), _wanted_reports(ledger))
    _same("2: one amendment per item", dict(_rows(connection, "SELECT id, report_id::text FROM report_amendments")),
          ledger.amendments)  # fmt: skip
    _same("2: one call per item", {key for (key,) in _rows(connection, "SELECT id FROM emergency_calls")}, ledger.calls)
    _same("2: one step per item", _steps(connection), dict(ledger.steps))
    sites = {key: (site.status, site.grid) for key, site in ledger.sites.items()}
    _same("sites", _by_id(connection, "SELECT id::text, status, grid_code FROM sites"), sites)
    tasks = {key: (task.status, task.assignee) for key, task in ledger.tasks.items()}
    _same("tasks", _by_id(connection, "SELECT id::text, status, assignee_id::text FROM tasks"), tasks)
    _same("8: photos here", {key for (key,) in _rows(connection, "SELECT sha256 FROM media")}, ledger.photos)
    _same("8: photos named", _named(connection), _wanted_photos(ledger))
    _same("10: what is still on phones, and since when", _told(connection), _wanted_told(ledger))


def _same(promise: str, found: Any, wanted: Any) -> None:
    if found == wanted:
        return
    keys = set(found) | set(wanted)
    if isinstance(found, dict):
        keys = {key for key in keys if found.get(key) != wanted.get(key)}
        demand(False, promise, {key: (found.get(key), wanted.get(key)) for key in list(keys)[:3]})
    demand(False, promise, "too much", set(found) - set(wanted), "lacking", set(wanted) - set(found))


def _rows(connection: Connection, statement: str) -> list[Any]:
    return list(connection.execute(text(statement)))


def _by_id(connection: Connection, statement: str) -> dict[str, tuple[Any, ...]]:
    return {row[0]: tuple(row[1:]) for row in _rows(connection, statement)}


def _items(connection: Connection) -> dict[str, tuple[Any, ...]]:
    rows = _rows(
        connection,
        "SELECT id, raw, content_sha256, user_id::text, result, code, flags, received_at, epoch::text FROM sync_items",
    )
    return {
        row[0]: (json.loads(row[1]), row[2], row[3], row[4], row[5], MODELLED & set(row[6]), row[7], row[8])
        for row in rows
    }


def _kept(stored: Any) -> tuple[Any, ...]:
    return (
        stored.item, stored.sha256, stored.user, stored.result, stored.code, set(stored.flags), stored.received_at,
        stored.epoch,
    )  # fmt: skip


def _conflicts(connection: Connection) -> dict[Key, tuple[Any, ...]]:
    rows = _rows(connection, "SELECT item_id, content_sha256, raw, user_id::text FROM sync_conflicts")
    return {(row[0], row[1]): (json.loads(row[2]), row[1], row[3]) for row in rows}


def _desk(connection: Connection) -> dict[Key, tuple[Any, ...]]:
    rows = _rows(
        connection,
        "SELECT item_id, content_sha256, result, code, user_id::text, received_at, state FROM quarantine_entries",
    )
    return {(row[0], row[1]): tuple(row[2:]) for row in rows}


def _wanted_desk(ledger: Ledger) -> dict[Key, tuple[Any, ...]]:
    """What was not understood, and evidence under a taken id; a step that came too late waits for nobody."""
    waiting = [s for s in ledger.items.values() if s.result == "quarantined" or s.code == "report_exists"]
    return {
        (s.item["id"], s.sha256): (s.result, s.code, s.user, s.received_at, "open")
        for s in [*waiting, *ledger.conflicts.values()]
    }


def _reports(connection: Connection) -> dict[str, tuple[Any, ...]]:
    rows = _rows(
        connection,
        "SELECT id::text, author_id::text, task_id::text, outcome, withdrawn_at IS NOT NULL, flags, photos_expected,"
        " photos_here FROM reports",
    )
    return {row[0]: (*row[1:5], MODELLED & set(row[5]), *row[6:]) for row in rows}


def _wanted_reports(ledger: Ledger) -> dict[str, tuple[Any, ...]]:
    return {
        key: (r.author, r.task, r.outcome, r.withdrawn, r.flags, len(r.photos), len(ledger.photos & set(r.photos)))
        for key, r in ledger.reports.items()
    }


def _steps(connection: Connection) -> dict[Key, int]:
    rows = _rows(
        connection,
        "SELECT subject_id, action FROM events WHERE subject_type = 'task'"
        " AND action IN ('accept', 'start', 'submit', 'decline')",
    )
    return dict(Counter((task, action) for task, action in rows))


def _named(connection: Connection) -> dict[Key, bool]:
    rows = _rows(connection, "SELECT report_id::text, sha256, arrived_at IS NOT NULL FROM report_photos")
    return {(report, sha256): here for report, sha256, here in rows}


def _wanted_photos(ledger: Ledger) -> dict[Key, bool]:
    return {(key, sha): sha in ledger.photos for key, report in ledger.reports.items() for sha in report.photos}


def _told(connection: Connection) -> dict[str, tuple[Any, ...]]:
    return _by_id(
        connection,
        "SELECT id::text, outbox_items, outbox_photos, outbox_oldest_at FROM devices WHERE last_contact_at IS NOT NULL",
    )


def _wanted_told(ledger: Ledger) -> dict[str, tuple[Any, ...]]:
    return {
        device: (
            told["items"],
            told["photos"],
            datetime.fromisoformat(told["oldest_at"]) if told["oldest_at"] else None,
        )
        for device, told in ledger.told.items()
    }
