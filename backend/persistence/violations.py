"""Tells which named constraint of the database refused a write. Not here: what a person is told about it (services)."""

from psycopg import errors
from sqlalchemy.exc import IntegrityError


def violated_constraint(error: IntegrityError) -> str | None:
    """Name of the constraint that was violated; None where the database gives none."""
    original = error.orig
    return original.diag.constraint_name if isinstance(original, errors.Error) else None
