"""Jobs about the history: sealing what happened. Not here: what a seal is (services/seals)."""

import structlog
from procrastinate import JobContext

from backend.api.state import current_state
from backend.jobs.app import application_of, job_app
from backend.persistence.unit_of_work import unit_of_work
from backend.services import seals

log = structlog.get_logger(__name__)
SEAL = "history.seal"


@job_app.periodic(cron="* * * * *")
@job_app.task(name=SEAL, queue="history", queueing_lock=SEAL, pass_context=True)
def seal_history(context: JobContext, timestamp: int) -> None:
    """Seal every event below the snapshot horizon; ``timestamp`` is the planned time, from the queue."""
    with application_of(context).app_context():
        count = seal_waiting()
        if count:
            log.info("history_sealed", events=count, due=timestamp)


def seal_waiting() -> int:
    """What the job does, inside an application context, a batch at a time; how many events were sealed."""
    state = current_state()
    total = 0
    while True:
        with unit_of_work() as session:
            now = state.gateways.clock.now()
            count = seals.seal_batch(session, state.gateways.keys, now=now, algorithm=state.settings.seal_algorithm)
        total += count
        if count < seals.BATCH:
            return total
