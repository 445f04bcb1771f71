"""Every task that matches, for a file: the list's own conditions in one statement. Not here: pages (tasks.py)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from backend.domain.accounts import Actor
from backend.persistence.models import Division, Site, Task
from backend.persistence.queries.tasks import Assignee, TaskFilter, conditions, visible_to


def matching_tasks(actor: Actor, wanted: TaskFilter, now: datetime) -> Select[*tuple[Any, ...]]:
    """The statement over all tasks that ``actor`` sees within ``wanted``, newest first, with the position of their site."""
    return (
        select(
            Task,
            Assignee.name.label("assignee_name"),
            Site.name.label("site_name"),
            Site.address.label("site_address"),
            Division.name.label("street_name"),
            func.ST_X(Site.position).label("lon"),
            func.ST_Y(Site.position).label("lat"),
        )
        .outerjoin(Assignee, Assignee.id == Task.assignee_id)
        .outerjoin(Site, Site.id == Task.site_id)
        .outerjoin(Division, Division.code == Task.street_code)
        .where(visible_to(actor, now), *conditions(wanted, now))
        .order_by(Task.seq.desc())
    )
