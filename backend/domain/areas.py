"""Whose area is whose: which streets an actor may plan and decide for. Not here: which acts a role may try (permissions.py)."""

from backend.domain.accounts import Actor
from backend.domain.vocabulary import Role

DISTRICT_PLANNERS = frozenset({Role.BUREAU_TRIAGER, Role.ADMINISTRATOR})


def plans_district(actor: Actor) -> bool:
    """True if the actor plans for every street: the bureau and the administrator."""
    return bool(actor.roles & DISTRICT_PLANNERS)


def manages_street(actor: Actor, street_code: str | None) -> bool:
    """True if the actor may create and direct work in ``street_code`` (None: a place no street is known for)."""
    if plans_district(actor):
        return True
    return actor.has(Role.STREET_COORDINATOR) and street_code in actor.street_codes
