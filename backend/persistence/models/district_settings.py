"""What an administrator has set; a setting without a row has its default."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.persistence.database import Row


class DistrictSetting(Row):
    """One value, as domain/district_settings keeps it. JSON null is a value; no row is the default."""

    __tablename__ = "district_settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    version: Mapped[int]
