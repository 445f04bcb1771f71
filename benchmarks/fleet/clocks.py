"""Wrong clocks. A thread is a device here: the client's one function that reads the device's clock reads the thread's."""

import threading
from datetime import datetime, timedelta

from gridpatrol_client import outbox, stamps, syncing

_device = threading.local()


def now() -> datetime:
    """What this thread's device believes the time to be."""
    skew: timedelta = getattr(_device, "skew", timedelta(0))
    return datetime.now().astimezone() + skew


def set_clock(skew: timedelta) -> None:
    """From now on this thread's device is so far off."""
    _device.skew = skew


def install() -> None:
    """Give every thread of this process a clock of its own. A machine has one clock, a fleet has many."""
    for module in (stamps, syncing, outbox):
        vars(module)["now"] = now
