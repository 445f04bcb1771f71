"""Jobs about accounts: forgetting refresh tokens and cookies past their life. Not here: what a session is (services/accounts)."""

import structlog
from procrastinate import JobContext

from backend.api.state import current_state
from backend.jobs.app import application_of, job_app
from backend.persistence.unit_of_work import unit_of_work
from backend.services import accounts

log = structlog.get_logger(__name__)
FORGET_SESSIONS = "accounts.forget_sessions"


@job_app.periodic(cron="41 18 * * *")  # 02:41 in Shanghai
@job_app.task(name=FORGET_SESSIONS, queue="housekeeping", queueing_lock=FORGET_SESSIONS, pass_context=True)
def forget_sessions(context: JobContext, timestamp: int) -> None:
    """Delete refresh tokens and cookies that have expired; ``timestamp`` is the planned time, from the queue."""
    with application_of(context).app_context():
        log.info("refresh_tokens_forgotten", count=forget_expired_tokens(), due=timestamp)


def forget_expired_tokens() -> int:
    """What the job does, inside an application context, a batch at a time; how many tokens it forgot."""
    total = 0
    while True:
        with unit_of_work() as session:
            count = accounts.forget_old_sessions(session, now=current_state().gateways.clock.now())
        total += count
        if not count:
            return total
