"""Who carries which phone: lines, clocks and habits spread over a fleet. Not here: what they do with it (device.py)."""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from benchmarks.fleet.device import DeviceSpec

# Line profiles as often as phones have them, outdoors between high houses.
LINES = ("2g", "2g", "3g", "3g", "3g", "4g", "4g", "4g", "office", "office")
# Seven of twelve clocks are right; the others are slow, fast, in another zone, or were never set.
CLOCKS = (
    *(timedelta(0),) * 7,
    timedelta(minutes=5),
    timedelta(minutes=-20),
    timedelta(hours=-8),
    timedelta(days=2),
    timedelta(days=-40),
)


def make_crew(
    usernames: Sequence[str],
    password: str,
    url_of: Callable[[str], str],
    folder: Path,
    *,
    seed: int,
    grid_count: int,
    quicker: float,
) -> list[DeviceSpec]:
    """A phone for each of ``usernames``; ``url_of``: the server's address behind a line of a profile."""
    chance = random.Random(seed)
    return [
        DeviceSpec(
            number=number,
            username=username,
            password=password,
            server=url_of(chance.choice(LINES)),
            folder=folder / f"phone-{number:04d}",
            seed=seed,
            grid_count=grid_count,
            skew=chance.choice(CLOCKS),
            post_only=chance.random() < 0.25,
            piece_bytes=chance.choice((4, 16, 64)) * 1024,
            quicker=quicker,
        )
        for number, username in enumerate(usernames)
    ]
