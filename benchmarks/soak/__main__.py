"""``make soak``: runs, prints a Markdown table, writes benchmarks/results/soak-<time>.json. Exit code 1: something is wrong."""

import sys
from typing import Any

from backend.logs import configure_logs
from benchmarks.fleet.process import FleetReport
from benchmarks.soak.options import read_options
from benchmarks.soak.report import soak_table, write_figures
from benchmarks.soak.run import run

SHOWN = 10
PROBLEMS = ("lost", "lost_photos", "doubled", "without_effect")


def main(arguments: list[str]) -> int:
    """One soak."""
    configure_logs()
    figures = run(read_options(arguments))
    report: FleetReport = figures.pop("report")
    figures["fleet"] = report.figures.summary(figures.pop("worked_seconds"))
    figures["crashes"] = report.crashes
    target = write_figures("soak", figures)
    sys.stdout.write(f"{soak_table(figures)}\n\nwritten: {target}\n")
    wrong = _wrong(figures)
    for line in wrong[:SHOWN]:
        sys.stdout.write(f"WRONG {line}\n")
    return 1 if wrong else 0


def _wrong(figures: dict[str, Any]) -> list[str]:
    found = [f"{name}: {entry}" for name in PROBLEMS for entry in figures["verdict"][name]]
    found += [*figures["wrong_on_phones"], *figures["crashes"], *figures["notes"]]
    restless = figures["phones"] - figures["phones_agreed"]
    return found + ([f"{restless} phones did not come to rest"] if restless else [])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
