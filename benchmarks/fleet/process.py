"""The processes in which phones live, a thread for each. Not here: what a phone does (device.py), steering (control.py)."""

import contextlib
import queue
import random
import resource
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.fleet import clocks
from benchmarks.fleet.control import SPAWN, Control
from benchmarks.fleet.day import Day, work_a_day
from benchmarks.fleet.device import Device, DeviceSpec
from benchmarks.fleet.figures import Figures
from benchmarks.fleet.ledger import Ledger

STACK_BYTES = 1024 * 1024  # hundreds of threads
REST_VERIFY_SECONDS = 3600.0  # coming to rest is bounded by the run, not by the phone
END_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How much a phone records at a time, how long it rests in between, and how long it tries before it goes on."""

    batch: tuple[int, int] = (10, 50)
    pause_seconds: tuple[float, float] = (0.5, 4.0)
    patience_seconds: float = 20.0
    verify_share: float = 0.05


@dataclass
class FleetReport:
    """What came of a fleet. ``crashes``: phones whose thread ended with an exception nobody foresaw."""

    figures: Figures = field(default_factory=Figures)
    crashes: list[str] = field(default_factory=list)


@contextlib.contextmanager
def running_fleet(
    specs: Sequence[DeviceSpec], rhythm: Rhythm | Day, control: Control, folder: Path, processes: int
) -> Iterator[FleetReport]:
    """Phones at work in ``processes`` processes. The report is complete when the context ends."""
    report = FleetReport()
    results: Any = SPAWN.Queue()
    shares = [specs[number::processes] for number in range(processes)]
    children = [
        SPAWN.Process(target=_run, args=(share, rhythm, control, folder / f"ledger-{number}.jsonl", results))
        for number, share in enumerate(shares)
    ]
    for child in children:
        child.start()
    try:
        yield report
    finally:
        control.end()
        for _ in children:
            try:
                found: FleetReport = results.get(timeout=END_SECONDS)
            except queue.Empty:
                report.crashes.append("a process of the fleet gave no report")
                continue
            report.figures.add(found.figures)
            report.crashes += found.crashes
        for child in children:
            child.join(END_SECONDS)
            child.kill()


def _run(specs: Sequence[DeviceSpec], rhythm: Rhythm | Day, control: Control, ledger: Path, results: Any) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65536)), hard))
    threading.stack_size(STACK_BYTES)
    clocks.install()
    book, report, lock = Ledger(ledger), FleetReport(), threading.Lock()

    def live(spec: DeviceSpec) -> None:
        figures, crash = _live(spec, rhythm, control, book)
        with lock:
            report.figures.add(figures)
            report.crashes += crash

    threads = [threading.Thread(target=live, args=(spec,), daemon=True) for spec in specs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    book.close()
    results.put(report)


def _live(spec: DeviceSpec, rhythm: Rhythm | Day, control: Control, ledger: Ledger) -> tuple[Figures, list[str]]:
    device = Device(spec, ledger, control.is_over)
    try:
        if isinstance(rhythm, Day):
            work_a_day(device, rhythm, control)
        else:
            _work_and_rest(device, rhythm, control)
        return device.figures, []
    except Exception:
        return device.figures, [f"phone {spec.number}: {traceback.format_exc(limit=-4)}"]
    finally:
        device.close()


def _work_and_rest(device: Device, rhythm: Rhythm, control: Control) -> None:
    number, chance = device.spec.number, random.Random(device.spec.seed + device.spec.number)
    time.sleep(chance.uniform(0, rhythm.pause_seconds[1]))
    while not control.is_over():
        if control.is_working():
            if device.phone.account.user is not None:
                device.work(chance.randint(*rhythm.batch))
            patience = time.monotonic() + rhythm.patience_seconds
            device.sync_until(patience, verify=chance.random() < rhythm.verify_share)
            _pause(chance.uniform(*rhythm.pause_seconds), control)
        else:
            _come_to_rest(device, control)
            control.note_rest(number, is_at_rest=False)


def _come_to_rest(device: Device, control: Control) -> None:
    device.is_over = lambda: control.is_over() or control.is_working()
    if device.sync_until(time.monotonic() + REST_VERIFY_SECONDS, verify=True, all_of_it=True):
        control.note_rest(device.spec.number, is_at_rest=True)
        while not control.is_over() and not control.is_working():
            time.sleep(0.1)
    device.is_over = control.is_over


def _pause(seconds: float, control: Control) -> None:
    deadline = time.monotonic() + seconds
    while control.is_working() and time.monotonic() < deadline:
        time.sleep(0.1)
