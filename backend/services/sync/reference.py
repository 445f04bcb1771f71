"""Reference data a sync needs, kept in memory until the database says that it changed.

``reference_revision`` gets a new value with every change of rule sets, departments, their functions, grid versions or the
calendar (triggers, migrations 0003 and 0007). A sync reads it with everything else it opens with, so what is kept is never
older than that.
"""

from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from sqlalchemy.orm import Session

from backend.persistence.queries.grids.versions import VersionSpan, published_spans
from backend.services.clocks import ClockDesk, read_desk
from backend.services.referrals import RuleSets, load_departments
from backend.services.referrals.departments import DepartmentMap


@dataclass(frozen=True, slots=True)
class Reference:
    """Published grid versions (oldest first), rule sets, which department answers for what, what deadlines are
    counted with."""

    spans: list[VersionSpan]
    rule_sets: RuleSets
    departments: DepartmentMap
    clocks: ClockDesk


_guard = Lock()
_kept: dict[UUID, Reference] = {}
KEPT = 4  # one is in use; more are kept only so that calls under way during a change need not take turns


def load_reference_data(session: Session, revision: UUID | None) -> Reference:
    """The reference data as of ``revision`` or newer; read anew where no revision is known."""
    found = _kept.get(revision) if revision else None
    if found is not None:
        return found
    made = Reference(published_spans(session), RuleSets(session), load_departments(session), read_desk(session))
    if revision:
        with _guard:
            while len(_kept) >= KEPT:
                _kept.pop(next(iter(_kept)))
            _kept[revision] = made
    return made
