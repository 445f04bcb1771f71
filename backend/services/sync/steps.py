"""A worker's step on a task, sent by phone. The life cycle itself is domain/tasks and services/tasks."""

from sqlalchemy.orm import Session

from backend.domain.payloads import TaskStep
from backend.domain.vocabulary import Flag, ItemKind, ItemResult, TaskAction
from backend.services.sync.answers import Answer
from backend.services.sync.arrivals import Arrival
from backend.services.sync.context import SyncContext
from backend.services.sync.workset import Workset
from backend.services.tasks import apply_step

ACTION_OF_KIND: dict[str, TaskAction] = {
    ItemKind.TASK_ACCEPT: TaskAction.ACCEPT,
    ItemKind.TASK_START: TaskAction.START,
    ItemKind.TASK_SUBMIT: TaskAction.SUBMIT,
    ItemKind.TASK_DECLINE: TaskAction.DECLINE,
}


def apply_task_step(session: Session, context: SyncContext, work: Workset, arrival: Arrival, step: TaskStep) -> Answer:
    """accepted; conflict/illegal_transition where the task's state no longer allows it; quarantined where he never held it.

    A step on a task that has gone to somebody else is a conflict with the flag late_after_reassignment: kept, seen by the
    coordinator, without effect on the other worker's task.
    """
    task = work.tasks.get(step.task_id)
    if task is None or (task.assignee_id != context.actor.user_id and not work.held.get(step.task_id)):
        return Answer(arrival.item_id, ItemResult.QUARANTINED, "unknown_task")
    if not _holds_now(context, work, step):
        flags = [Flag.LATE_AFTER_REASSIGNMENT.value]
        return Answer(arrival.item_id, ItemResult.CONFLICT, "illegal_transition", flags=flags)
    assert arrival.recorded_at is not None  # an arrival with a payload has one
    apply_step(
        task,
        ACTION_OF_KIND[arrival.kind],
        context.actor,
        context.now,
        arrival.recorded_at,
        step.reason,
        session=session,
        assignments=work.held.get(step.task_id, []),
    )
    work.touched_tasks.add(task.id)
    if arrival.kind == ItemKind.TASK_DECLINE:
        work.touched_grids.add(task.grid_code)  # a task may have been the only reason to hold its grid
    return Answer(arrival.item_id, ItemResult.ACCEPTED)


def _holds_now(context: SyncContext, work: Workset, step: TaskStep) -> bool:
    if work.tasks[step.task_id].assignee_id == context.actor.user_id:
        return True
    return any(holding.ended_at is None for holding in work.held.get(step.task_id, []))
