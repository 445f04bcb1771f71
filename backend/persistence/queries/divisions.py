"""Reading places and forms as they are on a day. Known to everybody who is signed in, so without a scope."""

from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.domain.vocabulary import DivisionLevel
from backend.persistence.models import Division, Form


def list_divisions(session: Session, day: date, level: DivisionLevel | None = None) -> list[Division]:
    """Divisions in force on ``day``, by code."""
    statement = select(Division).where(_holds(Division.valid_from, Division.valid_to, day)).order_by(Division.code)
    if level is not None:
        statement = statement.where(Division.level == level)
    return list(session.scalars(statement))


def list_forms(session: Session, day: date) -> list[Form]:
    """The newest version of each form in use on ``day``."""
    rows = session.scalars(
        select(Form).where(_holds(Form.valid_from, Form.valid_to, day)).order_by(Form.code, Form.version)
    )
    return list({form.code: form for form in rows}.values())


def _holds(
    since: InstrumentedAttribute[date], until: InstrumentedAttribute[date | None], day: date
) -> ColumnElement[bool]:
    return and_(since <= day, or_(until.is_(None), until > day))
