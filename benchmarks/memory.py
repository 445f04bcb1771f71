"""Whether the web workers' memory stays where it is, over 100,000 reports."""

import itertools
from pathlib import Path
from typing import Any

from backend.gateways.cluster import PrivateCluster
from backend.gateways.keys import Keys
from benchmarks.load import drive
from benchmarks.phones import batch_call, checked, cursor_of, populate
from benchmarks.stage import prepared_database, served

REPORTS, BATCH, STEPS = 100_000, 30, 20
PHONES = 40


def run(cluster: PrivateCluster, folder: Path) -> dict[str, Any]:
    """Anonymous resident memory of every worker (MiB), after a warm-up and after each twentieth of the reports."""
    url = prepared_database(cluster, "bench_memory")
    _, phones = populate(url, Keys.load(folder / "keys"), loaded=0, light=PHONES)
    environment = {"DATABASE_URL": url, "VAR_DIR": str(folder), "GUNICORN_LOG_LEVEL": "error"}
    some = itertools.cycle(phones)
    calls = -(-REPORTS // BATCH // STEPS)
    with served("backend.wsgi:app", environment) as service:

        def step() -> None:
            cursors = {token: cursor_of(service.port, token) for token in phones}
            checked(drive(service.port, [batch_call(t, BATCH, cursors[t]) for t in itertools.islice(some, calls)]))

        step()
        workers = service.workers()
        sizes = [[_anonymous_mib(pid) for pid in workers]]
        for _ in range(STEPS):
            step()
            sizes.append([_anonymous_mib(pid) for pid in workers])
        assert service.workers() == workers, "a worker was replaced on the way"
    return {
        "reports": STEPS * calls * BATCH,
        "workers": len(workers),
        "mib_after_warm_up": sizes[0],
        "mib_at_half": sizes[STEPS // 2],
        "mib_at_the_end": sizes[-1],
    }


def _anonymous_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    kib = next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))
    return round(kib / 1024, 1)
