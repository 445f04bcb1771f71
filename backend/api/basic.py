"""HTTP Basic with an application password, for programs that cannot sign in as people do: reading maps, nothing else."""

from datetime import datetime

from flask import request

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.persistence.unit_of_work import current_session, unit_of_work
from backend.services.accounts import count_app_failure, find_app_password, note_use

# Below these addresses, by GET and HEAD; everywhere else a Basic header is as good as none.
OPENED = ("/ogc", "/api/v1/map/tiles")
# Only here a browser may ask for a name and a password by itself: in the console it would ask at every ended session.
ASKED_FOR = ("/ogc",)
CHALLENGE = 'Basic realm="gridpatrol", charset="UTF-8"'


def takes_basic() -> bool:
    """Whether this request is one that an application password opens, and brings one."""
    authorization = request.authorization
    is_basic = authorization is not None and authorization.type == "basic"
    return is_basic and request.method in ("GET", "HEAD") and _is_below(OPENED)


def asks_for_basic() -> bool:
    """Whether a refusal of this request tells that an application password would open."""
    return _is_below(ASKED_FOR)


def identify_program(now: datetime) -> Actor:
    """The actor of the application password. Raises bad_app_password, session_ended and, after many wrong ones,
    too_many_requests."""
    authorization = request.authorization
    username = (authorization.username if authorization else None) or ""
    password = (authorization.password if authorization else None) or ""
    found = find_app_password(current_session(), username, password, now)
    # both are written on their own: a reading writes nothing, and a refusal is to be remembered
    if found is None:
        with unit_of_work(durable=False) as session:
            refusal: DomainError = count_app_failure(session, username, now=now)
        raise refusal
    actor, unnoted = found
    if unnoted is not None:
        with unit_of_work(durable=False) as session:
            note_use(session, unnoted, now=now)
    return actor


def _is_below(places: tuple[str, ...]) -> bool:
    return any(request.path == place or request.path.startswith(f"{place}/") for place in places)
