"""Who may see which reports: one rule, told as separate ways so that each way can be read along its own index.

Not here: the pages themselves (listing.py).
"""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, or_, select, true

from backend.domain.accounts import Actor
from backend.domain.vocabulary import Role
from backend.persistence.models import Referral, Report


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Reports ``actor`` may see: the district's, his streets', those referred to his departments, and his own."""
    if actor.sees_district:
        return true()
    ways: list[ColumnElement[bool]] = []
    if is_author(actor):
        ways.append(Report.author_id == actor.user_id)
    if streets := streets_of(actor):
        ways.append(Report.street_code.in_(streets))
    if departments := departments_of(actor):
        ways.append(
            exists(select(Referral.id).where(Referral.report_id == Report.id, Referral.department_id.in_(departments)))
        )
    return or_(false(), *ways)


def ways_of(actor: Actor) -> Iterator[ColumnElement[bool]]:
    """Each way of seeing by itself, so that a page can read each along its own index."""
    if actor.sees_district:
        yield true()
        return
    if is_author(actor):
        yield Report.author_id == actor.user_id
    for street in streets_of(actor):
        yield Report.street_code == street
    for department_id in departments_of(actor):
        yield Report.seq.in_(select(Referral.report_seq).where(Referral.department_id == department_id))


def is_author(actor: Actor) -> bool:
    """True for those who report from the field and so have reports of their own."""
    return actor.has(Role.GRID_WORKER) or actor.has(Role.STREET_COORDINATOR)


def streets_of(actor: Actor) -> list[str]:
    """The streets a coordinator coordinates."""
    return sorted(actor.street_codes) if actor.has(Role.STREET_COORDINATOR) else []


def departments_of(actor: Actor) -> list[UUID]:
    """The departments an officer works for."""
    return sorted(actor.department_ids) if actor.has(Role.DEPARTMENT_OFFICER) else []
