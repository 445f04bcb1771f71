"""``make bench``: runs every measurement and writes benchmarks/results/<time>.json. BENCH_ONLY=locator,sync chooses."""

import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backend.logs import configure_logs
from benchmarks import crowd, locator, memory, pages, photos, routing, sync, tiles
from benchmarks.stage import durable_cluster

ALL = ("locator", "routing", "sync", "crowd", "photos", "memory", "pages", "tiles")
RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Measure what was chosen, print it, and keep it in a file of its own."""
    configure_logs()
    chosen = [name for name in os.environ.get("BENCH_ONLY", ",".join(ALL)).split(",") if name]
    figures: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load_before": os.getloadavg()[0]},
    }
    with durable_cluster() as cluster, tempfile.TemporaryDirectory() as folder:
        measurements: dict[str, Callable[[], dict[str, Any]]] = {
            "locator": locator.run,
            "routing": lambda: routing.run(cluster),
            "sync": lambda: sync.run(cluster, Path(folder)),
            "crowd": lambda: crowd.run(cluster, Path(folder)),
            "photos": lambda: photos.run(cluster, Path(folder)),
            "memory": lambda: memory.run(cluster, Path(folder)),
            "pages": lambda: pages.run(cluster),
            "tiles": lambda: tiles.run(cluster, Path(folder)),
        }
        for name in chosen:
            sys.stderr.write(f"== {name} ...\n")
            figures[name] = measurements[name]()
            sys.stdout.write(json.dumps({name: figures[name]}, indent=2, ensure_ascii=False) + "\n")
            sys.stdout.flush()
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / f"{figures['at'].replace(':', '')}.json"
    target.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"written: {target}\n")


if __name__ == "__main__":
    main()
