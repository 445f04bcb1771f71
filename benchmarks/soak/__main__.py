"""``make soak``: runs, prints a Markdown table, writes benchmarks/results/soak-<time>.json. Exit code 1: something is wrong."""

import signal
import sys

from backend.logs import configure_logs
from benchmarks.fleet.process import FleetReport
from benchmarks.soak.options import read_options
from benchmarks.soak.report import problems, soak_table, write_figures
from benchmarks.soak.run import run

SHOWN = 10


def main(arguments: list[str]) -> int:
    """One soak."""
    configure_logs()
    for number in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # also in a shell's background: nothing may be left running or mounted
        signal.signal(number, signal.default_int_handler)
    figures = run(read_options(arguments))
    report: FleetReport = figures.pop("report")
    figures["fleet"] = report.figures.summary(figures.pop("worked_seconds"))
    figures["crashes"] = report.crashes
    target = write_figures("soak", figures)
    sys.stdout.write(f"{soak_table(figures)}\n\nwritten: {target}\n")
    wrong = problems(figures)
    for line in wrong[:SHOWN]:
        sys.stdout.write(f"WRONG {line}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
