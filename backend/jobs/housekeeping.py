"""What the queue does for itself. Not here: jobs that a use case defers."""

from datetime import UTC, datetime

import structlog
from procrastinate import JobContext

from backend.jobs.app import job_app

log = structlog.get_logger(__name__)
KEPT_HOURS = 7 * 24  # done jobs stay a week for questions; failed ones stay until somebody looked at them
SILENT_SECONDS = 120  # a worker without a sign of life for so long is taken for dead


@job_app.periodic(cron="17 19 * * *")  # 03:17 in Shanghai
@job_app.task(name="housekeeping.remove_done_jobs", queue="housekeeping", pass_context=True)
async def remove_done_jobs(context: JobContext, timestamp: int) -> None:
    """Delete jobs that succeeded more than a week ago; ``timestamp`` is the planned time, from the queue."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS)


@job_app.periodic(cron="*/5 * * * *")
@job_app.task(
    name="housekeeping.retry_stalled",
    queue="housekeeping",
    queueing_lock="housekeeping.retry_stalled",
    pass_context=True,
)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Put back what a killed worker was doing; every job may be repeated without harm."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        log.warning("job_run_again", job=job.id, task=job.task_name, noticed=timestamp)
        await manager.retry_job(job, retry_at=datetime.now(UTC))
