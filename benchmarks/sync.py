"""Reports, single reports and idle syncs per second through POST /sync, as ratios to the reference R of the same run."""

import gzip
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.gateways.cluster import PrivateCluster
from backend.gateways.keys import Keys
from benchmarks.load import drive, request_bytes
from benchmarks.phones import batch_call, call, checked, cursor_of, populate, sync_call
from benchmarks.stage import make_reference_table, prepared_database, served

PHONES = 240  # every turn asks some of them, each once, with the cursor it would have by then
BATCH, BATCHES = 30, 80
PROBLEMS = 1  # in a batch of a day's mix: 1.6 % of visits find something, 0.2 % end in a closure (domain.md E)
REPEATS = 3


@dataclass(frozen=True, slots=True)
class Meter:
    """Measures the service against the reference, turn by turn, so that a noisy machine disturbs both alike."""

    port: int
    reference_port: int

    def reference(self) -> float:
        """R: durable single-row inserts per second."""
        insert = request_bytes("localhost", "/insert", b'{"a":1}')
        return checked(drive(self.reference_port, [insert] * 1500)).rate

    def measure(self, make_turn: Callable[[], list[bytes]], per_request: int) -> dict[str, float]:
        """Mean rate over the turns, mean of the reference before, between and after them, and their ratio."""
        rates, references = [], [self.reference()]
        for _ in range(REPEATS):
            rates.append(checked(drive(self.port, make_turn())).rate * per_request)
            references.append(self.reference())
        rate, base = sum(rates) / len(rates), sum(references) / len(references)
        return {"per_second": round(rate, 1), "reference_per_second": round(base, 1), "ratio": round(rate / base, 3)}


def run(cluster: PrivateCluster, folder: Path) -> dict[str, Any]:
    """Rates of the three kinds of sync as ratios to R, and the first sync of a phone."""
    url = prepared_database(cluster, "bench_sync")
    loaded, light = populate(url, Keys.load(folder / "keys"), loaded=1, light=PHONES - 1)
    environment = {"DATABASE_URL": url, "VAR_DIR": str(folder), "GUNICORN_LOG_LEVEL": "error"}
    reference = {"REFERENCE_DATABASE": make_reference_table(url)}
    with served("backend.wsgi:app", environment) as service, served("benchmarks.reference:app", reference) as other:
        return _measure(Meter(service.port, other.port), service.port, loaded + light)


def _measure(meter: Meter, port: int, phones: list[str]) -> dict[str, Any]:
    first = _first_sync(port, phones[0])
    meter.reference()  # warm up
    some = itertools.cycle(phones)

    def turn(count: int, calls: int, problems: int | None = None) -> list[bytes]:
        chosen = itertools.islice(some, calls)
        return [batch_call(token, count, cursor_of(port, token), problems=problems) for token in chosen]

    # a connection's first calls load libraries and plan: R's had its 1,500 inserts
    for calls in (turn(BATCH, BATCHES), turn(1, PHONES), turn(BATCH, BATCHES)):
        checked(drive(port, calls))
    batches = meter.measure(lambda: turn(BATCH, BATCHES), BATCH)
    day = meter.measure(lambda: turn(BATCH, BATCHES, PROBLEMS), BATCH)
    singles = meter.measure(lambda: turn(1, PHONES), 1)
    cursors = {token: cursor_of(port, token) for token in phones}  # otherwise there would be news
    idle = meter.measure(lambda: [sync_call(token, [], cursors[token]) for token in phones * 4], 1)
    return {
        "problem_reports_in_batches_of_30": batches,
        "reports_of_a_days_mix_in_batches_of_30": day,
        "single_report_syncs": singles,
        "no_change_syncs": idle,
        "first_sync_of_200_tasks_and_20_grids": first,
    }


def _first_sync(port: int, token: str) -> dict[str, Any]:
    """Milliseconds and bytes of a phone's first call, as JSON and packed."""
    plain, packed = call(port, sync_call(token, [], None)), call(port, sync_call(token, [], None, packed=True))
    times = sorted(call(port, sync_call(token, [], None, packed=True))[1] for _ in range(9))
    return {
        "objects": len(json.loads(plain[2])["changes"]),
        "bytes_plain": plain[0],
        "bytes_gzip_on_the_wire": packed[0],
        "bytes_gzip_recomputed": len(gzip.compress(plain[2], 6)),
        "median_ms": round(times[len(times) // 2] * 1000, 1),
    }
