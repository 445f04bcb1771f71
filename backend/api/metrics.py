"""/metrics for Prometheus: what the processes counted and what the database knows. No personal data.

Open to this machine alone, or to whoever has METRICS_TOKEN; for everybody else it is not there.
"""

import hmac
from collections.abc import Iterator
from datetime import date
from ipaddress import ip_address

from flask import Response, request
from flask_smorest import Blueprint
from prometheus_client import Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import CollectorRegistry
from sqlalchemy.orm import Session

from backend.api.endpoint import PUBLIC, Call, endpoint
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.metrics import counted
from backend.persistence.queries.health import amounts, horizon_age
from backend.persistence.queries.rule_sets import days_of_rules_left
from backend.settings import Environment, Settings

blueprint = Blueprint("metrics", __name__, description="Numbers for monitoring")

EXAMPLE = "# HELP gridpatrol_events_unsealed Events that no seal covers yet\n# TYPE gridpatrol_events_unsealed gauge\n"
TEXT = {
    "responses": {
        "200": {
            "description": "The Prometheus text format.",
            "content": {"text/plain": {"schema": {"type": "string"}, "example": EXAMPLE}},
        }
    }
}
# A proxy on this machine makes everybody look local; these tell that there was one.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


@endpoint(
    blueprint,
    "/metrics",
    permission=PUBLIC,
    summary="Numbers for Prometheus",
    problems=("not_found",),
    document=TEXT,
)
def show_metrics(call: Call) -> Response:
    """Needs the bearer token METRICS_TOKEN; without that setting, only a caller on this machine who came through no
    proxy is answered, and in production nobody."""
    if not _is_allowed(call.state.settings):
        raise DomainError("not_found")
    text = generate_latest(counted()) + generate_latest(_Known(call.session, local_day(call.now)))
    return Response(text, content_type=CONTENT_TYPE_PLAIN_0_0_4)


class _Known(CollectorRegistry):
    """What the database knows, read when it is asked for."""

    def __init__(self, session: Session, today: date) -> None:
        super().__init__()
        self._session = session
        self._rules_left = days_of_rules_left(session, today)

    def collect(self) -> Iterator[Metric]:
        """The numbers, each a gauge."""
        horizon, waiting = horizon_age(self._session), amounts(self._session)
        seconds = float("nan") if horizon.seconds is None else horizon.seconds
        for name, told, value in (
            ("horizon_age_seconds", "Age of the oldest open transaction, which holds the phones' feed back", seconds),
            ("horizon_age_transactions", "Transactions begun since the oldest open one", horizon.transactions),
            ("events_unsealed", "Events that no seal covers yet", waiting.unsealed_events),
            ("items_quarantined", "Items of phones that wait for a person", waiting.quarantined_items),
            ("jobs_waiting", "Background jobs that could run now", waiting.jobs_waiting),
            ("rules_days_left", "Days until a district is without an approved rule set", self._rules_left),
            ("jobs_failed", "Background jobs that were given up", waiting.jobs_failed),
            (
                "clocks_without_calendar",
                "Deadlines that wait for the holidays of a year",
                waiting.clocks_without_calendar,
            ),
        ):
            yield GaugeMetricFamily(f"gridpatrol_{name}", told, value=value)


def _is_allowed(settings: Settings) -> bool:
    if settings.metrics_token:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(
            given.strip().encode(), settings.metrics_token.encode()
        )
    if settings.environment is Environment.PRODUCTION or any(name in request.headers for name in FORWARDED):
        return False
    return _is_loopback(request.remote_addr or "")


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
