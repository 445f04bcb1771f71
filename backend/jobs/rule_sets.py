"""Jobs about rule sets: telling in time that nothing follows. Not here: what an end means (services/referrals/rule_sets)."""

import structlog
from procrastinate import JobContext

from backend.api.state import current_state
from backend.jobs.app import application_of, job_app
from backend.persistence.unit_of_work import unit_of_work
from backend.services.referrals.rule_sets import warn_of_expiry

log = structlog.get_logger(__name__)
WARN = "rule_sets.warn_of_expiry"


@job_app.periodic(cron="30 0 * * *")  # 08:30 in Shanghai: when somebody can do something about it
@job_app.task(name=WARN, queue="rule_sets", queueing_lock=WARN, pass_context=True)
def warn_of_ends(context: JobContext, timestamp: int) -> None:
    """Warn of districts whose rules end soon; every day until a successor is approved."""
    with application_of(context).app_context():
        warn_now()


def warn_now() -> int:
    """What the job does, inside an application context; how many districts will be without rules."""
    with unit_of_work() as session:
        warned = warn_of_expiry(session, now=current_state().gateways.clock.now())
    for district, day in warned:
        log.warning("rule_set_ends_without_successor", district=district, first_day_without=day.isoformat())
    return len(warned)
