"""The figures of a run: a file, and a Markdown table for api_docs/performance.md."""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent.parent / "results"


def write_figures(name: str, figures: dict[str, Any]) -> Path:
    """Keep them in a file of their own."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load_after": os.getloadavg()[0]}
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / f"{name}-{now.replace(':', '')}.json"
    whole = {"at": now, "machine": machine, **figures}
    target.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return target


def soak_table(figures: dict[str, Any]) -> str:
    """The Markdown table of a soak."""
    fleet, faults, verdict = figures["fleet"], figures["faults"], figures["verdict"]
    kinds = ", ".join(f"{kind} {count}" for kind, count in faults["by_kind"].items())
    disasters = ", ".join(f"{kind} {count}" for kind, count in sorted(figures["disasters"].items()))
    slowest = max(figures["recovery_seconds"].items(), key=lambda entry: entry[1], default=("none", 0.0))
    rows = [
        ("run", f"{figures['minutes']} minutes, {figures['phones']} phones, seed {figures['seed']}"),
        ("faults on the line", f"{faults['total']:,} in {faults['requests']:,} requests ({kinds})"),
        ("disasters", disasters),
        ("items recorded", f"{verdict['items']:,}"),
        ("photos", f"{verdict['photos']:,}"),
        ("lost items · lost photos", f"{len(verdict['lost'])} · {len(verdict['lost_photos'])}"),
        ("doubled", f"{len(verdict['doubled'])}"),
        ("kept without effect, wrongly", f"{len(verdict['without_effect'])}"),
        ("kept without effect, rightly", f"{sum(verdict['expected'].values())}"),
        ("receipts verified", f"{figures['receipts_verified']:,}"),
        ("phones at rest with the same state hash", f"{figures['phones_agreed']} of {figures['phones']}"),
        ("syncs", f"{fleet['syncs']:,}, {fleet['failed_attempts']:,} failed attempts besides"),
        ("sync p50 · p95 · p99", " · ".join(f"{ms} ms" for ms in fleet["sync_ms"].values())),
        ("longest recovery (disaster to next good sync)", f"{slowest[1]} s ({slowest[0]})"),
        ("longest until a phone had all receipts", f"{fleet['longest_until_all_receipts_seconds']} s"),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])
