"""The figures of a run: a file, and a Markdown table for api_docs/performance.md."""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent.parent / "results"
PROBLEMS = ("lost", "lost_photos", "doubled", "without_effect")


def write_figures(name: str, figures: dict[str, Any]) -> Path:
    """Keep them in a file of their own."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load_after": os.getloadavg()[0]}
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / f"{name}-{now.replace(':', '')}.json"
    whole = {"at": now, "machine": machine, **figures}
    target.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return target


def problems(figures: dict[str, Any]) -> list[str]:
    """Everything that must not be."""
    found = [f"{name}: {entry}" for name in PROBLEMS for entry in figures["verdict"][name]]
    found += [*figures["wrong_on_phones"], *figures["crashes"], *figures["notes"]]
    restless = figures["phones"] - figures["phones_agreed"]
    return found + ([f"{restless} phones did not come to rest"] if restless else [])


def soak_table(figures: dict[str, Any]) -> str:
    """The Markdown table of a soak."""
    disasters = ", ".join(f"{kind} {count}" for kind, count in sorted(figures["disasters"].items()))
    slowest = max(figures["recovery_seconds"].items(), key=lambda entry: entry[1], default=("none", 0.0))
    rows = _common_rows(figures)
    rows.insert(2, ("disasters", disasters))
    rows.append(("longest recovery (disaster to next good sync)", f"{slowest[1]} s ({slowest[0]})"))
    return _table(rows)


def day_table(figures: dict[str, Any]) -> str:
    """The Markdown table of a district's day."""
    return _table(_common_rows(figures))


def _common_rows(figures: dict[str, Any]) -> list[tuple[str, str]]:
    fleet, faults, verdict = figures["fleet"], figures["faults"], figures["verdict"]
    kinds = ", ".join(f"{kind} {count}" for kind, count in faults["by_kind"].items())
    return [
        ("run", f"{figures['minutes']} minutes, {figures['phones']} phones, seed {figures['seed']}"),
        (
            "faults on the line",
            f"{faults['total']:,} ({faults['hard']:,} hard) in {faults['requests']:,} requests: {kinds}",
        ),
        ("items recorded", f"{verdict['items']:,}"),
        ("photos", f"{verdict['photos']:,}"),
        ("lost items · lost photos", f"{len(verdict['lost'])} · {len(verdict['lost_photos'])}"),
        ("doubled", f"{len(verdict['doubled'])}"),
        ("kept without effect, wrongly", f"{len(verdict['without_effect'])}"),
        ("steps on tasks taken away, kept without effect", f"{sum(verdict['expected'].values())}"),
        ("receipts verified", f"{figures['receipts_verified']:,}"),
        ("phones at rest with the same state hash", f"{figures['phones_agreed']} of {figures['phones']}"),
        ("syncs", f"{fleet['syncs']:,} ({fleet['syncs_per_second']} a second), {fleet['failed_attempts']:,} failed"),
        ("sync p50 · p95 · p99", " · ".join(f"{ms} ms" for ms in fleet["sync_ms"].values())),
        ("longest until a phone had all receipts", f"{fleet['longest_until_all_receipts_seconds']} s"),
    ]


def _table(rows: list[tuple[str, str]]) -> str:
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])
