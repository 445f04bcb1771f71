"""Jobs about departments: what was decided for a day takes effect on that day. Not here: the decisions (services)."""

import structlog
from procrastinate import JobContext

from backend.api.state import current_state
from backend.jobs.app import application_of, job_app
from backend.persistence.unit_of_work import unit_of_work
from backend.services import departments, referrals

log = structlog.get_logger(__name__)
KEEP_DAY = "departments.keep_day"


@job_app.periodic(
    cron="4 * * * *"
)  # hourly, so that an outage at midnight costs little; 00:04 in Shanghai is the one that matters
@job_app.task(name=KEEP_DAY, queue="housekeeping", queueing_lock=KEEP_DAY, pass_context=True)
def keep_day(context: JobContext, timestamp: int) -> None:
    """New names, and the open referrals of departments that have ended; ``timestamp`` is the planned time, from the queue."""
    with application_of(context).app_context():
        log.info("departments_kept", batches=take_effect(), due=timestamp)


def take_effect() -> int:
    """What the job does, inside an application context, a batch of referrals at a time; how many batches there were."""
    clock = current_state().gateways.clock
    with unit_of_work() as session:
        departments.settle_renames(session, now=clock.now())
    batches, after = 0, 0
    while True:
        with unit_of_work() as session:
            reached = referrals.redirect_dissolved(session, now=clock.now(), after=after)
        if reached is None:
            return batches
        batches, after = batches + 1, reached
