"""Tasks of the demo beside the daily patrols: inspections, complaints, rechecks, a campaign, and the round that comes next."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.demo.fieldwork import INSTRUCTIONS
from backend.demo.phones import sync_phone
from backend.demo.premises import Premise
from backend.demo.stage import Stage, office_time
from backend.demo.visits import Visit, make_item, write_down
from backend.domain.accounts import Actor
from backend.domain.vocabulary import Category, TaskAction, TaskKind
from backend.persistence.models import Task
from backend.services.tasks import TaskDraft, act, create_tasks
from grids.model import GridFeature

CAMPAIGN = ("accepted", "", "started", "", "declined", "", "", "accepted", "", "", "", "")


class Extras:
    """Enters these tasks' happenings into the diary."""

    def __init__(self, stage: Stage, features: Sequence[GridFeature], premises: Sequence[Premise]) -> None:
        self.stage, self.features, self.premises = stage, features, premises

    def begin(self) -> None:
        """What the bureau orders during the two weeks, and what everybody has before him on the last afternoon."""
        days, stage = self.stage.working_days, self.stage
        water, clinics = self._of("water")[:10], self._of("clinic")[-5:]
        shops = [*self._of("beauty"), *self._of("barber")][-12:]
        self._order(TaskKind.SPECIAL_INSPECTION, water, stage.moment(days[1], 10), stage.moment(days[6], 18), 2)
        self._order(TaskKind.COMPLAINT_CHECK, clinics, stage.moment(days[3], 11), stage.moment(days[5], 18), 4)
        self._order(TaskKind.RECHECK, water[:3], stage.moment(days[7], 9, 30), stage.moment(days[9], 18), 8)
        in_a_week = stage.moment(stage.base_day + timedelta(days=7), 18)
        stage.diary.enter(stage.moment(days[9], 14), lambda now: self._campaign(shops, in_a_week, now))
        stage.diary.enter(stage.moment(days[9], 16, 30), self._next_round)

    def _of(self, trade: str) -> list[Premise]:
        return [premise for premise in self.premises if premise.trade.key == trade]

    def _order(self, kind: TaskKind, premises: Sequence[Premise], at: datetime, due_at: datetime, day: int) -> None:
        visit_day = self.stage.working_days[day]

        def order(now: datetime) -> None:
            for number, (task, premise) in enumerate(
                zip(self._create(kind, premises, due_at, now), premises, strict=True)
            ):
                worker = self.stage.workers.get(task.assignee_id) if task.assignee_id else None
                if worker is not None:
                    start = self.stage.moment(visit_day, 9 + number % 7, 3 + number)
                    self._enter_visit(kind, task.id, premise, worker, start)
                    if number % 3:
                        self._review(task.id, start + timedelta(hours=5))

        self.stage.diary.enter(at, order)

    def _create(self, kind: TaskKind, premises: Sequence[Premise], due_at: datetime, now: datetime) -> list[Task]:
        drafts = [
            TaskDraft(premise.trade.category, kind, site_id=premise.site_id, by_responsibility=True, due_at=due_at,
                      instructions=INSTRUCTIONS, row=row)
            for row, premise in enumerate(premises, 1)
        ]  # fmt: skip
        return create_tasks(self.stage.session, self.stage.actors["bureau"], drafts, now=now).tasks

    def _enter_visit(self, kind: TaskKind, task_id: UUID, premise: Premise, worker: Actor, start: datetime) -> None:
        def visit(now: datetime) -> None:
            seen = Visit(f"{kind}/{premise.code}", start, task_id, (premise.lon, premise.lat), premise)
            written = write_down(self.stage, seen)
            items = [
                *self._steps(task_id, ("task.accept", "task.start"), start - timedelta(minutes=12)),
                *written.items,
                *self._steps(task_id, ("task.submit",), start + timedelta(minutes=6)),
            ]
            sync_phone(self.stage, worker, items, written.photos, now)

        self.stage.diary.enter(start + timedelta(minutes=10), visit)

    def _review(self, task_id: UUID, at: datetime) -> None:
        session, bureau = self.stage.session, self.stage.actors["bureau"]

        def review(now: datetime) -> None:
            act(session, bureau, task_id, TaskAction.COMPLETE, now=now)

        self.stage.diary.enter(office_time(at), review)

    def _steps(self, task_id: UUID, kinds: Sequence[str], at: datetime) -> list[dict[str, Any]]:
        return [
            make_item(self.stage, kind, {"task_id": str(task_id)}, at + timedelta(minutes=4 * number))
            for number, kind in enumerate(kinds)
        ]

    def _campaign(self, premises: Sequence[Premise], due_at: datetime, now: datetime) -> None:
        """A campaign that has just begun: some have accepted, one has started, one has declined."""
        for number, task in enumerate(self._create(TaskKind.CAMPAIGN, premises, due_at, now)):
            worker = self.stage.workers.get(task.assignee_id) if task.assignee_id else None
            state = CAMPAIGN[number % len(CAMPAIGN)]
            if worker is None or not state:
                continue
            kinds = {"accepted": ("task.accept",), "started": ("task.accept", "task.start")}.get(state, ())
            items = self._steps(task.id, kinds, now + timedelta(minutes=20))
            if state == "declined":
                reason = {"task_id": str(task.id), "reason": "点位不在本网格，请改派"}
                items = [make_item(self.stage, "task.decline", reason, now + timedelta(minutes=20))]
            self._enter_sync(worker, items, now + timedelta(minutes=45 + number))

    def _enter_sync(self, worker: Actor, items: list[dict[str, Any]], at: datetime) -> None:
        self.stage.diary.enter(at, lambda now: sync_phone(self.stage, worker, items, [], now))

    def _next_round(self, now: datetime) -> None:
        """The coming days' patrols, still before everybody, and two tasks nobody has been found for yet."""
        due_at = self.stage.moment(self.stage.base_day + timedelta(days=5), 18)
        for street, coordinator in self.stage.coordinators.items():
            own = [feature for feature in self.features if feature.street_code == street]
            drafts = [
                TaskDraft(tuple(Category)[(row + 2) % len(Category)], grid_code=feature.code, by_responsibility=row > 1 or
                          street[-1] != "5", starts_on=self.stage.base_day, due_at=due_at, instructions=INSTRUCTIONS, row=row)
                for row, feature in enumerate(own, 1)
            ]  # fmt: skip
            create_tasks(self.stage.session, coordinator, drafts, now=now)
