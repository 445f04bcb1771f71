"""Every grid with who answers for it on a day, for a map: two statements. Not here: pages of responsibilities."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.vocabulary import GridRole
from backend.persistence.models import Division, Grid, GridVersion
from backend.persistence.queries.grids.features import GridFilter, conditions
from backend.persistence.queries.grids.responsibilities import (
    ResponsibilityFilter,
    every_responsibility,
)


@dataclass(frozen=True, slots=True)
class GridDuties:
    """A grid (code, name, street_code, street_name) and who answers for it, by role."""

    grid: Row[*tuple[Any, ...]]
    people: dict[GridRole, list[Row[Any]]] = field(default_factory=dict)


def grid_duties(session: Session, actor: Actor, wanted: GridFilter) -> Sequence[GridDuties]:
    """The grids ``actor`` sees, by code, with their people of ``wanted.day``."""
    grids = session.execute(
        select(Grid.code, Grid.name, Grid.street_code, Division.name.label("street_name"))
        .join(GridVersion, GridVersion.id == Grid.version_id)
        .join(Division, Division.code == Grid.street_code)
        .where(*conditions(actor, wanted))
        .order_by(Grid.code)
    ).all()
    found = {row.code: GridDuties(row) for row in grids}
    of_the_day = ResponsibilityFilter(on=wanted.day, street_code=wanted.street_code)
    for row in every_responsibility(session, actor, of_the_day, wanted.day):
        if row.grid_code in found:
            found[row.grid_code].people.setdefault(row.role, []).append(row)
    return list(found.values())
