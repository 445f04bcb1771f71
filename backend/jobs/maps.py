"""The job that keeps the map quick. Not here: what it adds up (services/maps)."""

import structlog
from procrastinate import JobContext

from backend.jobs.app import application_of, job_app
from backend.persistence.unit_of_work import unit_of_work
from backend.services.maps import add_up

log = structlog.get_logger(__name__)
ADD_UP = "maps.add_up"


@job_app.periodic(cron="* * * * *")
@job_app.task(name=ADD_UP, queue="maps", queueing_lock=ADD_UP, pass_context=True)
def add_up_counts(context: JobContext, timestamp: int) -> None:
    """Add up what the minute brought; ``timestamp`` is the planned time, from the queue."""
    with application_of(context).app_context():
        with unit_of_work() as session:
            changes = add_up(session)
        if changes:
            log.info("map_counted", changes=changes, due=timestamp)
