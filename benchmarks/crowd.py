"""Many phones at the same moment: how long the slowest waits, and whether anybody is turned away."""

from pathlib import Path
from typing import Any

from backend.gateways.cluster import PrivateCluster
from backend.gateways.keys import Keys
from benchmarks.load import Outcome, drive
from benchmarks.phones import batch_call, checked, cursor_of, populate, sync_call
from benchmarks.stage import Service, prepared_database, served

BATCH = 30
SHIFT_END_PHONES, SHIFT_END_REPORTS = 300, 5
NEW_PHONES, NEW_WORKERS = 100, 10
STEADY_PHONES, STEADY_CALLS, WARM_CALLS = 8, 30, 10


def run(cluster: PrivateCluster, folder: Path) -> dict[str, Any]:
    """Waits of 8 phones with batches of 30, of 300 phones at the end of a shift, of 100 phones that are new."""
    url = prepared_database(cluster, "bench_crowd")
    keys = Keys.load(folder / "keys")
    new, workers = populate(
        url, keys, loaded=NEW_WORKERS, light=SHIFT_END_PHONES, phones_each=NEW_PHONES // NEW_WORKERS
    )
    others = workers[:: NEW_PHONES // NEW_WORKERS]  # one phone of each
    environment = {"DATABASE_URL": url, "VAR_DIR": str(folder), "GUNICORN_LOG_LEVEL": "error"}
    with served("backend.wsgi:app", environment) as service:
        return {
            "eight_phones_with_batches_of_30": _steady(service, others[:STEADY_PHONES]),
            "three_hundred_phones_at_once": _shift_end(service, others),
            "hundred_first_syncs_at_once": _first_syncs(service, new),
        }


def _waits(outcome: Outcome) -> dict[str, float]:
    return {
        "requests": outcome.requests,
        "p50_ms": outcome.wait_ms(0.5),
        "p95_ms": outcome.wait_ms(0.95),
        "p99_ms": outcome.wait_ms(0.99),
        "longest_ms": outcome.wait_ms(1.0),
        "seconds": round(outcome.seconds, 2),
    }


def _steady(service: Service, phones: list[str]) -> dict[str, float]:
    """Each phone sends a batch, takes the answer, and sends the next with the new cursor: turn by turn."""
    turns = []
    for _ in range(WARM_CALLS + STEADY_CALLS):
        calls = [batch_call(token, BATCH, cursor_of(service.port, token)) for token in phones]
        turns.append(checked(drive(service.port, calls, len(phones))))
    turns = turns[WARM_CALLS:]  # a connection's first calls load libraries and plan
    waits = sorted(wait for turn in turns for wait in turn.waits)
    return _waits(Outcome(sum(turn.seconds for turn in turns), 0, 0, waits))


def _shift_end(service: Service, phones: list[str]) -> dict[str, float]:
    calls = [batch_call(token, SHIFT_END_REPORTS, cursor_of(service.port, token)) for token in phones]
    outcome = checked(drive(service.port, calls, len(calls)))
    return {"reports": len(calls) * SHIFT_END_REPORTS, **_waits(outcome)}


def _first_syncs(service: Service, phones: list[str]) -> dict[str, float]:
    calls = [sync_call(token, [], None, packed=True) for token in phones]
    outcome = checked(drive(service.port, calls, len(calls)))
    return {**_waits(outcome), "bytes_each": outcome.bytes_in // len(calls)}
