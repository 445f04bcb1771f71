"""Warns before the last rule set of a district ends with nothing to follow. Not here: when that is asked (jobs/rule_sets.py)."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.calendar import local_day
from backend.domain.notices import ADMINISTRATORS, TRIAGERS
from backend.domain.rule_sets import Span, first_uncovered_day, warning_span
from backend.domain.vocabulary import NoticeKind, RuleSetStatus
from backend.persistence.models import RuleSetRow
from backend.services.history import record
from backend.services.outbox import NoticeDraft, notify
from backend.services.referrals.rule_sets.status import SUBJECT


def warn_of_expiry(session: Session, *, now: datetime) -> list[tuple[str, date]]:
    """Districts that will soon be without rules, each with its first day without: told at every call, so that a log or an
    alarm repeats it. The set that ends gets one event (``warn_expiry``), and one more only if its end changed meanwhile."""
    today = local_day(now)
    approved = select(RuleSetRow).where(RuleSetRow.status == RuleSetStatus.APPROVED).with_for_update()
    by_district: dict[str, list[RuleSetRow]] = {}
    for row in session.scalars(approved):
        by_district.setdefault(row.district_code, []).append(row)
    warned = []
    for district, rows in sorted(by_district.items()):
        uncovered = first_uncovered_day([Span(row.id, row.valid_from, row.valid_to) for row in rows], today)
        if uncovered is None or uncovered > today + warning_span():
            continue
        warned.append((district, uncovered))
        for row in rows:
            if row.valid_to == uncovered and row.warned_at is None:
                row.warned_at = now
                record(
                    session, at=now, actor=None, subject_type=SUBJECT, subject_id=row.id, action="warn_expiry",
                    data={"code": row.code, "version": row.version, "ends_on": uncovered.isoformat()},
                )  # fmt: skip
                told = {"name": f"{row.code}/{row.version}", "day": uncovered.isoformat()}
                drafts = [
                    NoticeDraft(NoticeKind.RULE_SET_EXPIRING, audience, data=told)
                    for audience in (TRIAGERS, ADMINISTRATORS)
                ]
                notify(session, drafts, now=now)
    session.flush()
    return warned
