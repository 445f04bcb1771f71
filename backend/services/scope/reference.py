"""Forms and vocabularies: the same for every phone of the field."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.domain.calendar import local_day
from backend.domain.labels import vocabulary_objects
from backend.domain.vocabulary import ObjectType
from backend.persistence.models import Department, Form, User
from backend.persistence.queries.people import is_in_field
from backend.services.feed import FeedObject, Own, publish

FIELD_USERS = select(User.id).where(is_in_field(User.id))


def publish_reference(session: Session, now: datetime) -> None:
    """Tell every phone of the field about the forms and vocabularies valid today."""
    holders: dict[UUID, Own] = dict.fromkeys(field_users(session, now))
    publish(session, [*_forms(session, now, holders), *_vocabularies(session, now, holders)])


def publish_departments(session: Session, now: datetime) -> None:
    """Tell every phone of the field which departments there are today, and what they are called."""
    holders: dict[UUID, Own] = dict.fromkeys(field_users(session, now))
    content = _departments(session, now)
    publish(session, [FeedObject(ObjectType.VOCABULARY, "departments", content, holders)])


def field_users(session: Session, now: datetime) -> Collection[UUID]:
    """Everybody who carries a phone in the field today."""
    return session.scalars(FIELD_USERS, {"day": local_day(now)}).all()


def _forms(session: Session, now: datetime, holders: dict[UUID, Own]) -> list[FeedObject]:
    day = local_day(now)
    rows = session.scalars(
        select(Form)
        .where(Form.valid_from <= day, or_(Form.valid_to.is_(None), Form.valid_to > day))
        .order_by(Form.code, Form.version)
    )
    newest = {form.code: form for form in rows}
    return [FeedObject(ObjectType.FORM, form.code, dict(form.content), holders) for form in newest.values()]


def _vocabularies(session: Session, now: datetime, holders: dict[UUID, Own]) -> list[FeedObject]:
    lists = {**vocabulary_objects(), "departments": _departments(session, now)}
    return [FeedObject(ObjectType.VOCABULARY, name, dict(content), holders) for name, content in lists.items()]


def _departments(session: Session, now: datetime) -> dict[str, object]:
    day = local_day(now)
    rows = session.scalars(
        select(Department)
        .where(Department.valid_from <= day, or_(Department.valid_to.is_(None), Department.valid_to > day))
        .order_by(Department.code)
    )
    return {"name": "departments", "items": [{"code": d.code, "zh": d.name, "en": d.name_en} for d in rows]}
