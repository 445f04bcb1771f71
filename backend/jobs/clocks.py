"""Jobs about deadlines, every minute: suspensions that are over, warnings, what ran out.

Not here: the rules (services/clocks).
"""

from collections.abc import Callable
from datetime import datetime

import structlog
from procrastinate import JobContext
from sqlalchemy.orm import Session

from backend.api.state import current_state
from backend.jobs.app import application_of, job_app
from backend.persistence.unit_of_work import unit_of_work
from backend.services import clocks

log = structlog.get_logger(__name__)
NOTICE = "clocks.notice"


@job_app.periodic(cron="* * * * *")
@job_app.task(name=NOTICE, queue="clocks", queueing_lock=NOTICE, pass_context=True)
def notice_clocks(context: JobContext, timestamp: int) -> None:
    """Turn what the minute brought; ``timestamp`` is the planned time, from the queue."""
    with application_of(context).app_context():
        resumed, notices = turn_clocks()
        if resumed or notices:
            log.info("clocks_turned", resumed=resumed, notices=notices, due=timestamp)


def turn_clocks() -> tuple[int, int]:
    """What the job does, inside an application context, a batch at a time: suspensions ended, notices given.

    Suspensions first: a clock whose rest ended during an outage may have run out since.
    """
    now = current_state().gateways.clock.now()
    with unit_of_work() as session:
        clocks.recompute_loaded(session, now)
    return _until_none(clocks.end_suspensions, now), _until_none(clocks.notice_due, now)


def _until_none(step: Callable[[Session, datetime], int], now: datetime) -> int:
    total = 0
    while True:
        with unit_of_work() as session:
            count = step(session, now)
        total += count
        if not count:
            return total
