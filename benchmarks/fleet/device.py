"""One phone of the fleet: records, syncs, fails, waits and tries again. Not here: what the others do (process.py)."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from benchmarks.fleet import clocks
from benchmarks.fleet.figures import Figures
from benchmarks.fleet.ledger import Ledger, Recorded
from benchmarks.fleet.plans import Plan
from gridpatrol_client import DeviceInfo, Phone
from gridpatrol_client.drafts import Draft
from gridpatrol_client.errors import PhoneError, ServerError, SessionEndedError, TryLaterError, UnreachableError
from gridpatrol_client.waiting import Backoff

SUBJECTS = ("report_id", "task_id", "site_id")
LONGEST_WAIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """What tells one phone from another. ``quicker``: by how much the waits of the contract are compressed."""

    number: int
    username: str
    password: str
    server: str
    folder: Path
    seed: int
    grid_count: int
    skew: timedelta = timedelta(0)
    post_only: bool = False
    piece_bytes: int = 64 * 1024
    quicker: float = 20.0


@dataclass
class Device:
    """A phone with its worker. Lives in one thread: SQLite and the clock are the thread's."""

    spec: DeviceSpec
    ledger: Ledger
    is_over: Callable[[], bool]
    figures: Figures = field(default_factory=Figures)
    unsent_since: float | None = None
    failing_since: float | None = None
    agreed: bool = False
    retry_after: float | None = None

    def __post_init__(self) -> None:
        self.chance = random.Random(self.spec.seed * 100_003 + self.spec.number)
        self.plan = Plan(self.chance, self.spec.grid_count)
        self.backoff = Backoff(self.chance)
        clocks.set_clock(self.spec.skew)
        self.phone = Phone(self.spec.folder, self.spec.server, post_only=self.spec.post_only)
        self.phone.syncer.sender = type(self.phone.syncer.sender)(
            self.phone.album, self.phone.account, self.spec.piece_bytes
        )

    def record(self, draft: Draft) -> None:
        """Record something, and note that it is recorded."""
        item = self.phone.record(draft, clocks.now())
        subject = next((str(draft.payload[name]) for name in SUBJECTS if draft.payload.get(name)), item.id)
        photos = tuple(photo.sha256 for photo in draft.photos)
        self.ledger.add(Recorded(item.id, item.owner, item.kind, item.content_sha256, subject, photos))
        self.figures.items += 1
        self.figures.photos += len(photos)
        self.unsent_since = self.unsent_since or time.monotonic()
        self.agreed = False

    def work(self, count: int) -> None:
        """Record ``count`` things as the plan has them."""
        for _ in range(count):
            self.record(self.plan.next_draft(self.phone))

    def work_on_a_task(self, photos: int) -> None:
        """A report with so many photos, and the step of a task that goes with it."""
        for draft in (self.plan.step(self.phone), self.plan.report(self.phone, photos=photos)):
            if draft is not None:
                self.record(draft)

    def sign_in(self) -> bool:
        """One attempt; whether somebody is signed in now."""
        try:
            self.phone.sign_in(self.spec.username, self.spec.password, DeviceInfo("Fleet phone", "linux", "1.0"))
        except (ServerError, UnreachableError) as error:
            self._failed(error)
            return False
        self.figures.sign_ins += 1
        return True

    def sync(self, *, verify: bool = False) -> bool:
        """One attempt, data and then photos; whether all of it went well."""
        if self.phone.account.user is None or self.phone.account.ended is not None:
            return self.sign_in() and self.sync(verify=verify)
        began = time.monotonic()
        try:
            outcome = self.phone.sync(verify=verify, photos=False)
            self.figures.sync_seconds.append(time.monotonic() - began)
            self._took(outcome.offered_again, outcome.started_over, len(outcome.refused_receipts))
            self.agreed = bool(outcome.agreed) if verify else self.agreed
            if self.phone.waiting().photos:
                outcome = self.phone.sync()
                self._took(outcome.offered_again, outcome.started_over, len(outcome.refused_receipts))
        except (ServerError, UnreachableError, SessionEndedError) as error:
            self._failed(error)
            return False
        self._went_well()
        return True

    def sync_until(self, deadline: float, *, verify: bool = False, all_of_it: bool = False) -> bool:
        """Attempts with the waits of the contract until one goes well (``all_of_it``: and everything has its receipt)."""
        while not self.is_over() and time.monotonic() < deadline:
            if self.sync(verify=verify) and not (all_of_it and not self._is_done(verify)):
                return True
            time.sleep(self.pause_after_failure())
        return False

    def pause_after_failure(self) -> float:
        """Seconds to wait now, in compressed time."""
        return min(LONGEST_WAIT_SECONDS, self.backoff.after_failure(self.retry_after) / self.spec.quicker)

    def close(self) -> None:
        """Let go of the phone."""
        self.phone.close()

    def _is_done(self, verify: bool) -> bool:
        return self.phone.everything_uploaded() and (self.agreed or not verify)

    def _took(self, offered_again: int, started_over: bool, refused_receipts: int) -> None:
        self.figures.offered_again += offered_again
        self.figures.started_over += started_over
        self.figures.refused_receipts += refused_receipts
        if offered_again:
            self.agreed = False

    def _failed(self, error: PhoneError) -> None:
        self.figures.failures[error.code] += 1
        self.retry_after = error.retry_after if isinstance(error, TryLaterError) else None
        self.failing_since = self.failing_since or time.monotonic()

    def _went_well(self) -> None:
        now = time.monotonic()
        self.backoff.reset()
        if self.failing_since is not None:
            self.figures.longest_outage_seconds = max(self.figures.longest_outage_seconds, now - self.failing_since)
            self.failing_since = None
        if self.unsent_since is not None and self.phone.everything_uploaded():
            self.figures.longest_until_receipts_seconds = max(
                self.figures.longest_until_receipts_seconds, now - self.unsent_since
            )
            self.unsent_since = None
