"""Jobs about time passing over grids: versions whose moment has come, responsibilities and roles that begin or end with the day.

Not here: what taking effect means (services/grids/versions), what phones hold (services/scope).
"""

import structlog
from procrastinate import JobContext

from backend.api.state import current_state
from backend.jobs.app import application_of, job_app
from backend.persistence.unit_of_work import unit_of_work
from backend.services import scope
from backend.services.grids.versions import take_effect

log = structlog.get_logger(__name__)
QUEUE = "grids"
TAKE_EFFECT = "grids.take_effect"
BEGIN_DAY = "grids.begin_day"


@job_app.periodic(cron="*/5 * * * *")
@job_app.task(name=TAKE_EFFECT, queue=QUEUE, queueing_lock=TAKE_EFFECT, pass_context=True)
def put_versions_into_effect(context: JobContext, timestamp: int) -> None:
    """Let published versions hold whose moment has come; almost always there is none."""
    with application_of(context).app_context():
        now = current_state().gateways.clock.now()
        with unit_of_work() as session:
            versions = take_effect(session, now=now)
        if versions:
            log.info("grid_versions_in_effect", versions=[str(version) for version in versions], due=timestamp)


@job_app.periodic(cron="1 16 * * *")  # 00:01 in Shanghai, when responsibilities change hands and roles end
@job_app.task(name=BEGIN_DAY, queue=QUEUE, queueing_lock=BEGIN_DAY, pass_context=True)
def begin_day(context: JobContext, timestamp: int) -> None:
    """Bring phones in step with the responsibilities and roles of the new day."""
    with application_of(context).app_context():
        now = current_state().gateways.clock.now()
        with unit_of_work() as session:
            scope.refresh_all(session, now)
        log.info("day_begun", due=timestamp)
