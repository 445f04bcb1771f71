"""The demo's patrols: tasks are given out, workers walk and sync, coordinators review. Not here: what was planned (plan.py)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from backend.demo import plan
from backend.demo.casework import Casework
from backend.demo.phones import sync_phone
from backend.demo.places import beyond_district, nearest_border, spots_in
from backend.demo.plan import Patrol, Stop
from backend.demo.stage import Stage, office_time
from backend.demo.visits import Visit, make_item, write_down
from backend.domain.accounts import Actor
from backend.domain.vocabulary import TaskAction
from backend.services.tasks import Act, TaskDraft, act, create_tasks

INSTRUCTIONS = "按检查表逐户查看，只在公共区域或经同意处观察。（示例）"
DAYS_PER_ROUND = 5


class Fieldwork:
    """Enters the patrols' happenings into the diary."""

    def __init__(self, stage: Stage, casework: Casework, patrols: Sequence[Patrol]) -> None:
        self.stage, self.casework, self.patrols = stage, casework, patrols

    def begin(self) -> None:
        """Each round starts with the coordinators planning their street, on its first morning."""
        days = self.stage.working_days
        for number in range(plan.ROUNDS):
            for street, coordinator in self.stage.coordinators.items():
                own = [p for p in self.patrols if p.round == number and p.feature.street_code == street]
                morning = self.stage.moment(days[number * DAYS_PER_ROUND], 8, int(coordinator.username[-2:]) * 2)
                self.stage.diary.enter(morning, _planning(self, coordinator, own))

    def plan_street(self, coordinator: Actor, patrols: Sequence[Patrol], now: datetime) -> None:
        """Create one street's tasks of a round; whoever answers for the grid gets them."""
        days = self.stage.working_days
        first = patrols[0].round * DAYS_PER_ROUND
        due_at = self.stage.moment(days[first + DAYS_PER_ROUND - 1], 18)
        drafts = [
            TaskDraft(p.category, grid_code=p.feature.code, by_responsibility=True, starts_on=days[first], due_at=due_at,
                      instructions=INSTRUCTIONS, row=row)
            for row, p in enumerate(patrols, 1)
        ]  # fmt: skip
        created = create_tasks(self.stage.session, coordinator, drafts, now=now)
        for patrol, task in zip(patrols, created.tasks, strict=True):
            worker = self.stage.workers.get(task.assignee_id) if task.assignee_id else None
            if worker is not None:
                day = days[first + patrol.index % DAYS_PER_ROUND]
                self._carry_out(patrol, task.id, worker, coordinator, day)

    def _carry_out(self, patrol: Patrol, task_id: UUID, worker: Actor, coordinator: Actor, day: date) -> None:
        stage, fate = self.stage, patrol.fate
        start = stage.moment(day, 9 + patrol.index % 6, patrol.index * 7 % 50)
        sync_at = start + timedelta(minutes=45 * max(2, len(patrol.stops)) + patrol.index % 13)
        if fate == plan.IGNORED:
            return
        if fate == plan.CANCELLED:
            self._office(coordinator, task_id, TaskAction.CANCEL, start, Act(reason="暴雨预警，本轮取消"))
        elif fate == plan.DECLINED:
            stage.diary.enter(start, lambda now: self._decline(worker, task_id, now))
        elif fate == plan.ACCEPTED:
            stage.diary.enter(start, lambda now: self._accept(worker, task_id, now))
        elif fate == plan.LATE:
            self._late(patrol, task_id, worker, coordinator, start)
        else:
            stage.diary.enter(sync_at, lambda now: self._walk(patrol, task_id, worker, start, now))
            if fate == plan.DONE:
                self._office(coordinator, task_id, TaskAction.COMPLETE, sync_at + timedelta(hours=16))
            elif fate == plan.SENT_BACK:
                reason = Act(reason="全景照片看不清门牌，请补拍")
                self._office(coordinator, task_id, TaskAction.SEND_BACK, sync_at + timedelta(hours=2), reason)

    def _walk(self, patrol: Patrol, task_id: UUID, worker: Actor, start: datetime, now: datetime) -> None:
        """The whole patrol in one sync, as from a phone without network on the way."""
        stage = self.stage
        items: list[dict[str, Any]] = [
            make_item(stage, "task.accept", {"task_id": str(task_id)}, start - timedelta(minutes=20)),
            make_item(stage, "task.start", {"task_id": str(task_id)}, start - timedelta(minutes=3)),
        ]
        photos: list[bytes] = []
        problems: list[UUID] = []
        stops = patrol.stops[:1] if patrol.fate == plan.STARTED else patrol.stops
        for number, stop in enumerate(stops):
            at = start + timedelta(minutes=25 * number)
            written = write_down(stage, self._visit(patrol, stop, task_id, at))
            items += written.items
            photos += written.photos
            if stop.case is not None:
                problems.append(written.report_id)
        if patrol.fate != plan.STARTED:
            items.append(make_item(stage, "task.submit", {"task_id": str(task_id)}, now - timedelta(minutes=8)))
        sync_phone(stage, worker, items, photos, now, waiting=sum(stop.photos_come != "all" for stop in stops))
        self.casework.follow(problems, now)

    def _visit(self, patrol: Patrol, stop: Stop, task_id: UUID, at: datetime) -> Visit:
        spot = next(spots_in(patrol.feature.geometry, self.stage.chance("spot", stop.key)))
        if stop.premise is not None:
            spot = (stop.premise.lon, stop.premise.lat)
        elif stop.case is not None and stop.case.name == plan.TWICE:
            spot = next(spots_in(patrol.feature.geometry, self.stage.chance("stall", patrol.index)))
        if stop.oddity == "outside":
            spot = beyond_district([p.feature for p in self.patrols if p.round == patrol.round], spot)
        if stop.oddity == "borderline":
            spot = nearest_border(patrol.feature.geometry, spot)
        return Visit(stop.key, at, task_id, spot, stop.premise, stop.case, stop.outcome, stop.oddity, stop.photos_come)

    def _accept(self, worker: Actor, task_id: UUID, now: datetime) -> None:
        item = make_item(self.stage, "task.accept", {"task_id": str(task_id)}, now - timedelta(minutes=1))
        sync_phone(self.stage, worker, [item], [], now)

    def _decline(self, worker: Actor, task_id: UUID, now: datetime) -> None:
        payload = {"task_id": str(task_id), "reason": "本周参加培训，无法到场"}
        item = make_item(self.stage, "task.decline", payload, now - timedelta(minutes=1))
        sync_phone(self.stage, worker, [item], [], now)

    def _late(self, patrol: Patrol, task_id: UUID, worker: Actor, coordinator: Actor, start: datetime) -> None:
        """The phone was without network for a day; meanwhile the task went to a colleague. The evidence counts."""
        team = self.stage.teams[patrol.feature.street_code]
        colleague = next(other for other in team if other.user_id != worker.user_id)
        handed = Act(assignee_id=colleague.user_id, reason="原网格员失联一天")
        self._office(coordinator, task_id, TaskAction.REASSIGN, start + timedelta(hours=2), handed)

        def arrive(now: datetime) -> None:
            written = [
                write_down(self.stage, self._visit(patrol, stop, task_id, start + timedelta(minutes=20 * number)))
                for number, stop in enumerate(patrol.stops)
            ]
            items = [item for one in written for item in one.items]
            sync_phone(self.stage, worker, items, [photo for one in written for photo in one.photos], now)

        self.stage.diary.enter(office_time(start + timedelta(days=1)), arrive)

    def _office(
        self, coordinator: Actor, task_id: UUID, action: TaskAction, at: datetime, details: Act | None = None
    ) -> None:
        self.stage.diary.enter(
            office_time(at),
            lambda now: _ignore(act(self.stage.session, coordinator, task_id, action, details, now=now)),
        )


def _planning(work: Fieldwork, coordinator: Actor, patrols: Sequence[Patrol]) -> Any:
    return lambda now: work.plan_street(coordinator, patrols, now) if patrols else None


def _ignore(_result: object) -> None:
    """What an act returns is of no use here."""
