"""A district day in minutes: overlapping shifts, reports made mostly offline, and three waves of phones at the ends of shifts."""

import random
import time
from dataclasses import dataclass

from benchmarks.fleet.control import Control
from benchmarks.fleet.device import Device

WAVES = 3
# Share of reports after which a phone has a network; the others wait for the end of the shift.
ONLINE = 0.4
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Day:
    """How much is done in how many seconds."""

    phones: int
    reports: int
    photos: int
    seconds: float

    def reports_of(self, number: int) -> int:
        """How many reports phone ``number`` makes."""
        return self.reports // self.phones + (number < self.reports % self.phones)

    @property
    def photos_each(self) -> int:
        """Photos of one report."""
        return round(self.photos / max(1, self.reports))


def work_a_day(device: Device, day: Day, control: Control) -> None:
    """From the start of the shift until every receipt has come."""
    number = device.spec.number
    chance = random.Random(device.spec.seed * 31 + number)
    while not control.is_working() and not control.is_over():
        time.sleep(0.1)
    began = time.monotonic()
    start = (number % WAVES) * day.seconds / (WAVES + 1)
    end = start + 2 * day.seconds / (WAVES + 1)
    _sleep_until(began + start + chance.uniform(0, day.seconds / 20), control)
    # somebody must have signed in before anything can be recorded
    device.sync_until(began + end)
    moments = sorted(chance.uniform(start + day.seconds / 20, end) for _ in range(day.reports_of(number)))
    for moment in moments:
        _sleep_until(began + moment, control)
        if device.phone.account.user is None:
            device.sync_until(time.monotonic() + PATIENCE_SECONDS)
        device.work_on_a_task(day.photos_each)
        if chance.random() < ONLINE:
            device.sync_until(time.monotonic() + PATIENCE_SECONDS)
    _sleep_until(began + end, control)
    device.unsent_since = (
        None if device.unsent_since is None else time.monotonic()
    )  # the wave is measured from its beginning
    if device.sync_until(float("inf"), verify=True, all_of_it=True):
        control.note_rest(number, is_at_rest=True)


def _sleep_until(moment: float, control: Control) -> None:
    while not control.is_over() and time.monotonic() < moment:
        time.sleep(min(0.2, max(0.0, moment - time.monotonic())))
