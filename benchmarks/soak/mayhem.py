"""Disasters at random moments: kills, a full disk, a long transaction, a restore from an older backup; and how long each hurt."""

import random
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from backend.gateways.cluster import libpq_url
from benchmarks.faults import Answered
from benchmarks.soak.disk import PhotoDisk
from benchmarks.soak.service import Service

FULL_SECONDS = 6.0
HORIZON_SECONDS = 8.0
LASTING = frozenset({"disk_full", "long_transaction"})


class Recovery:
    """From a disaster to the next sync that was answered well and had begun after it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[str, float]] = []
        self._seconds: dict[str, list[float]] = {}

    def began(self, name: str, at: float) -> None:
        """A disaster began at this monotonic time."""
        with self._lock:
            self._waiting.append((name, at))

    def on_answer(self, answered: Answered) -> None:
        """The server has answered something."""
        if answered.status != 200 or not answered.path.endswith("/sync"):
            return
        with self._lock:
            over = [(name, at) for name, at in self._waiting if answered.began >= at]
            self._waiting = [entry for entry in self._waiting if entry not in over]
            for name, at in over:
                self._seconds.setdefault(name, []).append(answered.ended - at)

    def longest(self) -> dict[str, float]:
        """Longest seconds by disaster."""
        with self._lock:
            return {name: round(max(times), 2) for name, times in sorted(self._seconds.items())}


@dataclass
class Mayhem:
    """What can befall the service. Everything here is waited for: when a method returns, the disaster is over."""

    service: Service
    disk: PhotoDisk
    folder: Path
    chance: random.Random
    recovery: Recovery = field(default_factory=Recovery)
    done: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    restore_seconds: dict[str, float] = field(default_factory=dict)
    _next: list[str] = field(default_factory=list)

    def one(self) -> str:
        """The next disaster; all kinds come in turn, in an order by chance."""
        if not self._next:
            self._next = [*self._disasters(), "kill_backend", "kill_web_worker"]
            self.chance.shuffle(self._next)
        name = self._next.pop()
        began = time.monotonic()
        if name in LASTING:  # work goes on meanwhile, and that is what is measured
            self.recovery.began(name, began)
        if self._disasters()[name]():
            self.done[name] += 1
            if name not in LASTING:
                self.recovery.began(name, began)
        return name

    def back_up(self) -> None:
        """What an operator does every night, while the service works: the database, then the photos."""
        shutil.rmtree(self._photos, ignore_errors=True)
        self._dump.unlink(missing_ok=True)
        self.service.command("db", "backup", str(self._dump))
        self.disk.copy_to(self._photos)
        self.done["backup"] += 1

    def restore(self) -> None:
        """Stop, put the older database and the older photos in place, start."""
        began = time.monotonic()
        steps: tuple[tuple[str, Callable[[], object]], ...] = (
            ("stop", self.service.stop),
            ("restore_database", lambda: self.service.command("db", "restore", str(self._dump))),
            ("restore_photos", lambda: self.disk.replace_by(self._photos)),
            ("start", self.service.start),
        )
        for name, step in steps:
            at = time.monotonic()
            step()
            self.restore_seconds[name] = round(time.monotonic() - at, 1)
        self.done["restore"] += 1
        self.recovery.began("restore", began)

    def look_after(self) -> None:
        """What a service manager does: start the supervisor again should it have given up."""
        process = self.service.process
        if process is not None and process.poll() is not None:
            self.notes.append(f"gridpatrol serve ended by itself with {process.returncode}")
            self.service.start()

    @property
    def _dump(self) -> Path:
        return self.folder / "backup.dump"

    @property
    def _photos(self) -> Path:
        return self.folder / "backup-photos"

    def _disasters(self) -> dict[str, Callable[[], bool]]:
        found: dict[str, Callable[[], bool]] = {
            "kill_web_worker": lambda: self.service.kill_web_worker(self.chance),
            "kill_web": self.service.kill_web,
            "kill_job_worker": self.service.kill_job_worker,
            "kill_backend": lambda: self.service.kill_backend(self.chance),
            "kill_postmaster": self.service.kill_postmaster,
            "kill_everything": self._power_cut,
            "long_transaction": self._hold_horizon,
        }
        if self.disk.can_be_filled:
            found["disk_full"] = self._fill_disk
        return found

    def _power_cut(self) -> bool:
        self.service.kill_everything()
        self.service.start()
        return True

    def _fill_disk(self) -> bool:
        self.disk.fill()
        time.sleep(FULL_SECONDS)
        self.disk.clear()
        return True

    def _hold_horizon(self) -> bool:
        """A transaction that has a number and does not end holds back what the feed may serve."""
        try:
            connection: psycopg.Connection[Any] = psycopg.connect(libpq_url(self.service.cluster.url()))
            with connection:
                connection.execute("SELECT pg_current_xact_id()")
                time.sleep(HORIZON_SECONDS)
        except psycopg.OperationalError:
            return False
        return True
