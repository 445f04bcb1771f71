"""What people say about reports after looking at them. The report itself never changes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from backend.persistence.database import Row


class ReportReview(Row):
    """A coordinator has looked at a report that needed eyes; the first to do so counts."""

    __tablename__ = "report_reviews"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    reviewed_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reviewed_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
