"""Jobs about the phones' change log: taking out what no phone needs any more. Not here: which lines (services/sync/trimming)."""

from collections.abc import Callable
from functools import partial

import structlog
from procrastinate import JobContext

from backend.api.state import current_state
from backend.jobs.app import application_of, job_app
from backend.persistence.unit_of_work import unit_of_work
from backend.services.sync import trimming
from backend.services.sync.changes import KEPT_HISTORY

log = structlog.get_logger(__name__)
TRIM = "sync.trim"


@job_app.periodic(cron="37 19 * * *")  # 03:37 in Shanghai, when no phone syncs
@job_app.task(name=TRIM, queue="housekeeping", queueing_lock=TRIM, pass_context=True)
def trim_changes(context: JobContext, timestamp: int) -> None:
    """Trim the change log; ``timestamp`` is the planned time, from the queue."""
    with application_of(context).app_context():
        superseded, revokes, versions = trim_change_log()
        log.info("changes_trimmed", superseded=superseded, revokes=revokes, versions=versions, due=timestamp)


def trim_change_log() -> tuple[int, int, int]:
    """What the job does, inside an application context, a batch at a time: superseded lines, revokes and versions taken out."""
    now = current_state().gateways.clock.now()
    before = now - KEPT_HISTORY
    superseded = _in_batches(partial(trimming.trim_superseded, before=before))
    revokes = _in_batches(partial(trimming.trim_revokes, before=before, now=now))
    versions = 0
    while True:
        with unit_of_work() as session:
            count = trimming.trim_versions(session)
        versions += count
        if count < trimming.VERSIONS:
            return superseded, revokes, versions


def _in_batches(trim: Callable[..., tuple[int, int | None]]) -> int:
    total = 0
    after: int | None = 0
    while after is not None:
        with unit_of_work() as session:
            count, after = trim(session, after=after)
        total += count
    return total
