"""What a soak is told: by options, or by the environment as ``make`` hands it on."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass

# One core of the machine for the fleet, one for the product.
FLEET_PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Options:
    """How long, how many, how bad."""

    minutes: float
    phones: int
    seed: int
    fault_share: float
    quicker: float
    disaster_seconds: float
    photo_disk_mb: int


def read_options(arguments: Sequence[str]) -> Options:
    """The options of one run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)

    def add(name: str, kind: type, default: float, text: str) -> None:
        variable = f"SOAK_{name.upper().replace('-', '_')}"
        given = os.environ.get(variable) or default
        parser.add_argument(f"--{name}", type=kind, default=kind(given), help=f"{text} ({variable}, {default})")

    add("minutes", float, 30, "how long phones work")
    add("phones", int, 60, "how many phones")
    add("seed", int, 1, "the same seed makes the same plans and faults")
    add("fault-share", float, 0.3, "share of requests that meet a fault")
    add("quicker", float, 20, "waits and slow lines are so many times quicker than real ones")
    add("disaster-seconds", float, 20, "a disaster so often, by chance between half and twice as often")
    add("photo-disk-mb", int, 1024, "size of the photo disk")
    return Options(**vars(parser.parse_args(arguments)))
