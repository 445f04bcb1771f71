"""A task as asked for, before anything is looked up. Not here: looking up and checking (creating.py)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from backend.domain.vocabulary import Category, TaskKind, TaskPurpose


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """What a planner asks for. Needs a grid or a site; a site's grid is taken where none is given.

    ``row`` and ``columns`` say where it stood in a list or file (columns: field → heading), for naming faults.
    ``referral_id`` and ``purpose`` together: made for a referral, to verify or to look again.
    With ``by_responsibility`` and no ``assignee_id`` a worker is chosen (domain/assignment); without either it stays planned.
    """

    category: Category
    kind: TaskKind = TaskKind.DAILY_PATROL
    title: str | None = None
    grid_code: str | None = None
    site_id: UUID | None = None
    site_code: str | None = None
    assignee_id: UUID | None = None
    helper_ids: tuple[UUID, ...] = ()
    by_responsibility: bool = False
    starts_on: date | None = None
    due_at: datetime | None = None
    instructions: str = ""
    referral_id: UUID | None = None
    purpose: TaskPurpose | None = None
    row: int = 1
    columns: dict[str, str] = field(default_factory=dict)

    def column(self, name: str) -> str:
        """The heading that ``name`` stood under, or the name itself."""
        return self.columns.get(name, name)
