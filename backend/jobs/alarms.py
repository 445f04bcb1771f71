"""The job that tells what nobody does and somebody must hear of. Not here: the rules (services/review/alarms.py)."""

import structlog
from procrastinate import JobContext

from backend.api.state import current_state
from backend.jobs.app import application_of, job_app
from backend.persistence.unit_of_work import unit_of_work
from backend.services.review import due_crime_transfers, missing_calendars, uncalled_emergencies

log = structlog.get_logger(__name__)
ALARMS = "alarms.raise"


@job_app.periodic(cron="* * * * *")
@job_app.task(name=ALARMS, queue="clocks", queueing_lock=ALARMS, lock=ALARMS, pass_context=True)
def raise_alarms(context: JobContext, timestamp: int) -> None:
    """Look once a minute; ``timestamp`` is the planned time, from the queue."""
    with application_of(context).app_context():
        told = look()
        if told:
            log.info("alarms_raised", count=told, due=timestamp)


def look() -> int:
    """What the job does, inside an application context; how many alarms were raised. The lock of the job keeps two workers
    from telling the same."""
    now = current_state().gateways.clock.now()
    told = 0
    for alarm in (uncalled_emergencies, due_crime_transfers, missing_calendars):
        with unit_of_work() as session:
            told += alarm(session, now=now)
    return told
