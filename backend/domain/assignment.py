"""Choosing who gets a task: by responsibility for the grid, skill and load. Not here: reading candidates (queries)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from backend.domain.vocabulary import GridRole

# 定格定员: the lead answers for the grid; others step in only where he cannot.
ORDER = {GridRole.LEAD: 0, GridRole.BACKUP: 1, GridRole.HELPER: 2}


class WhyNobody(StrEnum):
    """Why no worker could be chosen."""

    NO_RESPONSIBLE_WORKER = "no_responsible_worker"
    NO_SKILLED_WORKER = "no_skilled_worker"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An active grid worker responsible for the grid on the day; ``open_tasks``: what he has to do already."""

    user_id: UUID
    role: GridRole
    has_skill: bool
    open_tasks: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Who was chosen and in which role, or why nobody was."""

    user_id: UUID | None
    role: GridRole | None = None
    why_nobody: WhyNobody | None = None


def choose_worker(candidates: Sequence[Candidate]) -> Choice:
    """The lead if trained for the category, else a backup, else a helper; the least loaded, then the lowest id, within a role."""
    if not candidates:
        return Choice(None, why_nobody=WhyNobody.NO_RESPONSIBLE_WORKER)
    trained = [candidate for candidate in candidates if candidate.has_skill]
    if not trained:
        return Choice(None, why_nobody=WhyNobody.NO_SKILLED_WORKER)
    best = min(trained, key=lambda c: (ORDER[c.role], c.open_tasks, c.user_id))
    return Choice(best.user_id, best.role)
