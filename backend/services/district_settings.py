"""What an administrator sets while the product runs. Not here: what may be set (domain/district_settings)."""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.district_settings import catalogue, checked, map_hosts, setting
from backend.domain.errors import DomainError
from backend.persistence.models import DistrictSetting
from backend.persistence.queries.district_settings import setting_value
from backend.services.history import record

# Two first changes of one setting have no row to wait for.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('gridpatrol.district_settings'))")


def change_setting(
    session: Session, actor: Actor, name: str, value: Any, *, version: int | None = None, now: datetime
) -> None:
    """Set ``name`` to ``value`` for everybody from now on; the event holds what it was and is. The same again is no change.

    ``version``: what the actor saw, 0 for the default. Raises not_found, setting_invalid, stale_version.
    """
    kept, default = checked(name, value), setting(name).default
    session.execute(ONE_AT_A_TIME)
    row = session.get(DistrictSetting, name, populate_existing=True)
    if version is not None and version != (row.version if row else 0):
        raise DomainError("stale_version")
    before = row.value if row else default
    if kept == before:
        return
    if row is None:
        row = DistrictSetting(name=name, value=kept, changed_at=now, changed_by=actor.user_id, version=1)
        session.add(row)
    else:
        row.value, row.changed_at, row.changed_by, row.version = kept, now, actor.user_id, row.version + 1
    data = {"before": before, "after": kept}
    record(session, at=now, actor=actor, subject_type="setting", subject_id=name, action="change", data=data)
    session.flush()


def allowed_map_hosts(session: Session) -> tuple[str, ...]:
    """The hosts the console's page may fetch the base map from, for its Content-Security-Policy; one statement."""
    return map_hosts(setting_value(session, "base_map", catalogue()["base_map"].default))
