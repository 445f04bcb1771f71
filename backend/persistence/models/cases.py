"""What case work adds to referrals: the text they are found by, saved filters, answers of bulk work that was sent once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Identity, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.domain.vocabulary import Role
from backend.persistence.database import NO_READ_BACK, Row, enum_column, json_column, not_blank


class CaseText(Row):
    """The words of a referred report as domain/search.py makes them comparable, and the grams they are found by."""

    __tablename__ = "case_texts"
    __table_args__ = (Index("ix_case_texts_grams", "grams", postgresql_using="gin"),)

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    text: Mapped[str]
    grams: Mapped[list[str]] = mapped_column(ARRAY(Text))


class SavedFilter(Row):
    """A filter of cases with a name; shared with those who hold all of the role, street and department that are named."""

    __tablename__ = "saved_filters"
    __mapper_args__ = NO_READ_BACK
    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        not_blank("name"),
        Index(None, "seq", unique=True),
        Index(None, "shared_street_code"),
        Index(None, "shared_department_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=False))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str]
    filter: Mapped[dict[str, Any]] = json_column(dict)
    shared_role: Mapped[Role | None] = enum_column(Role, nullable=True)
    shared_street_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"))
    shared_department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class BulkAnswer(Row):
    """What a bulk request was answered, by its sender's own key: sent again, it is answered the same and acts no more."""

    __tablename__ = "bulk_answers"
    __table_args__ = (not_blank("key"), Index(None, "created_at"))

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_sha256: Mapped[str]
    answer: Mapped[dict[str, Any] | None] = json_column()
    created_at: Mapped[datetime]
