"""What the queue does for itself. Not here: jobs that a use case defers."""

from procrastinate import JobContext

from backend.jobs.app import job_app

KEPT_HOURS = 7 * 24  # done jobs stay a week for questions; failed ones stay until somebody looked at them


@job_app.periodic(cron="17 19 * * *")  # 03:17 in Shanghai
@job_app.task(name="housekeeping.remove_done_jobs", queue="housekeeping", pass_context=True)
async def remove_done_jobs(context: JobContext, timestamp: int) -> None:
    """Delete jobs that succeeded more than a week ago; ``timestamp`` is the planned time, from the queue."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS)
