"""What a worker does: reports of all kinds and the steps of his tasks, as drafts. Not here: when he does it."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from benchmarks.fleet import clocks
from benchmarks.fleet.pictures import picture
from gridpatrol_client import Phone
from gridpatrol_client.drafts import (
    Draft,
    Finding,
    NamedPhoto,
    Position,
    ReportDraft,
    Site,
    amend_report,
    emergency_call,
    propose_site,
    submit_report,
    task_step,
    withdraw_report,
)

NEXT_STEP = {"assigned": "accept", "accepted": "start", "in_progress": "submit"}
AFTER = {"accept": "accepted", "start": "in_progress", "submit": "submitted"}


@dataclass(frozen=True, slots=True)
class Habits:
    """Shares of what is recorded; the rest are task steps while there are tasks, then reports without a problem."""

    problem: float = 0.03
    amend: float = 0.10
    withdraw: float = 0.02
    call: float = 0.02
    site: float = 0.02
    step: float = 0.30
    with_photos: float = 0.03
    photos: tuple[int, int] = (1, 3)


@dataclass
class Plan:
    """One worker's memory. ``grid_count`` squares lie side by side; he works in one of them."""

    chance: random.Random
    grid_count: int
    habits: Habits = field(default_factory=Habits)
    reports: list[str] = field(default_factory=list)
    withdrawn: set[str] = field(default_factory=set)
    statuses: dict[str, str] = field(default_factory=dict)

    def next_draft(self, phone: Phone) -> Draft:
        """What he records next."""
        habits, own = self.habits, self._standing()
        dice = self.chance.random()
        for share, draft in (
            (habits.amend, self._amend if own else None),
            (habits.withdraw, self._withdraw if own else None),
            (habits.call, self._call),
            (habits.site, self._site),
            (habits.step, lambda: self.step(phone)),
        ):
            if dice < share and draft is not None:
                return draft() or self.report(phone)
            dice -= share
        return self.report(phone)

    def report(self, phone: Phone, *, task_id: str | None = None, photos: int | None = None) -> Draft:
        """A report; with ``photos`` pictures, or as habit has it."""
        is_problem = self.chance.random() < self.habits.problem
        if photos is None:
            shown = is_problem or self.chance.random() < self.habits.with_photos
            photos = self.chance.randint(*self.habits.photos) if shown else 0
        files = [phone.album.take_in(picture(self.chance)) for _ in range(photos)]
        seen_at = clocks.now() - timedelta(seconds=self.chance.uniform(0, 600))
        draft = submit_report(
            ReportDraft(
                category="illegal_practice",
                outcome="problem" if is_problem else "no_problem",
                captured_at=seen_at,
                form=("A", 1),
                task_id=task_id,
                position=self._position(),
                site=Site(name="某诊所", address="示例路2号", uscc_missing_reason="not_displayed"),
                findings=[Finding("A-01", "medium", "未见许可证")] if is_problem else [],
                photos=[NamedPhoto(file, "signboard", seen_at) for file in files],
            )
        )
        self.reports.append(str(draft.report_id))
        return draft

    def _standing(self) -> list[str]:
        return self.reports[-50:]

    def _amend(self) -> Draft | None:
        return amend_report(self.chance.choice(self._standing()), f"补充说明 {self.chance.randint(1, 999)}")

    def _withdraw(self) -> Draft | None:
        report_id = self.chance.choice(self._standing())
        if report_id in self.withdrawn:
            return None
        self.withdrawn.add(report_id)
        return withdraw_report(report_id, "误报")

    def _call(self) -> Draft | None:
        report_id = self.chance.choice(self._standing()) if self.reports else None
        return emergency_call("120", clocks.now(), report_id=report_id)

    def _site(self) -> Draft | None:
        return propose_site("小区门口售水机", "water_vending", address="示例路9弄", position=self._position())

    def step(self, phone: Phone) -> Draft | None:
        """The next step of one of his tasks; None while there is none to take."""
        tasks: dict[str, Any] = phone.objects.of("task")
        for task_id, task in tasks.items():
            # what he did since the last sync is not in the object yet
            step = NEXT_STEP.get(self.statuses.get(task_id, task["status"]))
            if step is not None:
                self.statuses[task_id] = AFTER[step]
                return task_step(task_id, step)
        return None

    def _position(self) -> Position:
        square = self.chance.randrange(self.grid_count)
        lon = 121.40 + 0.004 * (square + self.chance.uniform(0.1, 0.9))
        lat = 31.24 + 0.004 * self.chance.uniform(0.1, 0.9)
        return Position(lon, lat, 8.0, fixed_at=clocks.now())
