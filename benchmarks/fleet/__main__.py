"""``python -m benchmarks.fleet``: a district's day in minutes, through bad networks, without disasters. Exit code 1: wrong."""

import argparse
import signal
import sys
import time
from typing import Any

from backend.logs import configure_logs
from benchmarks.fleet.day import Day
from benchmarks.soak.options import Options
from benchmarks.soak.report import day_table, problems, write_figures
from benchmarks.soak.stage import say, stage_of

REST_SECONDS = 900
LOOK_SECONDS = 30


def main(arguments: list[str]) -> int:
    """One day."""
    configure_logs()
    for number in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # also in a shell's background: nothing may be left running or mounted
        signal.signal(number, signal.default_int_handler)
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet", description=__doc__)
    for name, kind, default in (
        ("phones", int, 900),
        ("reports", int, 3000),
        ("photos", int, 12_000),
        ("minutes", float, 8),
        ("seed", int, 1),
        ("fault-share", float, 0.1),
        ("quicker", float, 20),
    ):
        parser.add_argument(f"--{name}", type=kind, default=default, help=f"default {default}")
    given = parser.parse_args(arguments)
    day = Day(given.phones, given.reports, given.photos, given.minutes * 60)
    figures = run(day, Options(given.minutes, given.phones, given.seed, given.fault_share, given.quicker, 0, 2048))
    target = write_figures("fleet", figures)
    sys.stdout.write(f"{day_table(figures)}\n\nwritten: {target}\n")
    wrong = problems(figures)
    sys.stdout.writelines(f"WRONG {line}\n" for line in wrong[:10])
    return 1 if wrong else 0


def run(day: Day, options: Options) -> dict[str, Any]:
    """Work a day and compare; the figures."""
    with stage_of(options, day, lambda _answered: None) as stage:
        began = time.monotonic()
        stage.control.work()
        deadline = began + day.seconds + REST_SECONDS
        while stage.control.restless() and time.monotonic() < deadline:
            say(f"{len(stage.control.restless())} phones at work, {stage.proxy.tally.requests:,} requests")
            stage.control.wait_for_rest(LOOK_SECONDS)
        worked = time.monotonic() - began
        restless = stage.control.restless()
        figures = {"minutes": round(worked / 60, 1), **stage.figures(stage.judge(), restless)}
        figures |= {"reports": day.reports, "notes": []}
        report = figures.pop("report")
    return figures | {"fleet": report.figures.summary(worked), "crashes": report.crashes}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
