"""Tasks, reports with their photos, and referrals."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.ids import new_id
from backend.domain.vocabulary import (
    Category,
    Outcome,
    PhotoRole,
    PhotoSource,
    ReferralRole,
    ReferralStatus,
    ReportStatus,
    Severity,
    TaskKind,
    TaskStatus,
    Verdict,
)
from backend.persistence.bulk import Writes
from backend.persistence.models import (
    Grid,
    Referral,
    Report,
    ReportPhoto,
    Site,
    Task,
    TaskAssignment,
    User,
)
from backend.services.clocks import current_desk
from backend.services.referrals import (
    RoutingDesk,
    RuleSets,
    load_departments,
    load_penalties,
    load_site_histories,
    refer_reports,
)
from tests.conftest import NOW
from tests.factories.constants import STREET, numbers
from tests.factories.people import department_named


def make_task(session: Session, grid: Grid, assignee: User | None = None, **values: Any) -> Task:
    """A task in ``grid``; assigned when somebody is named."""
    task = Task(
        **{
            "id": new_id(),
            "code": f"T{next(numbers):08d}",
            "title": "日常巡查",
            "category": Category.ILLEGAL_PRACTICE,
            "kind": TaskKind.DAILY_PATROL,
            "status": TaskStatus.ASSIGNED if assignee else TaskStatus.PLANNED,
            "grid_code": grid.code,
            "street_code": grid.street_code,
            "assignee_id": assignee.id if assignee else None,
            "assigned_at": NOW if assignee else None,
            "due_at": NOW + timedelta(days=2),
            "instructions": "",
            "form_code": "A",
            "form_version": 1,
            "created_at": NOW,
            "version": 1,
            **values,
        }
    )
    session.add(task)
    session.flush()
    if assignee:
        session.add(TaskAssignment(id=new_id(), task_id=task.id, user_id=assignee.id, is_helper=False, started_at=NOW))
        session.flush()
    return task


def make_report(session: Session, author: User, grid: Grid | None = None, **values: Any) -> Report:
    """A stored report without findings; give what matters as keyword."""
    number = next(numbers)
    report = Report(
        **{
            "id": new_id(),
            "seq": 1_000_000 + number,
            "author_id": author.id,
            "category": Category.ILLEGAL_PRACTICE,
            "outcome": Outcome.NO_PROBLEM,
            "status": ReportStatus.RECORDED,
            "captured_at": NOW,
            "recorded_at": NOW,
            "received_at": NOW,
            "verdict": Verdict.INSIDE if grid else Verdict.NO_GRID,
            "placing": {"candidates": []},
            "grid_id": grid.id if grid else None,
            "grid_code": grid.code if grid else None,
            "street_code": grid.street_code if grid else STREET,
            "form_code": "A",
            "form_version": 1,
            "answers": {},
            "attributes": {},
            "findings": [],
            "description": "",
            "flags": [],
            "photos_expected": 0,
            "photos_here": 0,
            "version": 1,
            **values,
        }
    )
    session.add(report)
    session.flush()
    return report


def make_photo(session: Session, report: Report, number: int, **values: Any) -> ReportPhoto:
    """A photo that ``report`` names; not here unless ``arrived_at`` is given."""
    photo = ReportPhoto(
        **{
            "report_id": report.id,
            "sha256": f"{number:064x}",
            "ordinal": number,
            "byte_count": 1000,
            "mime": "image/jpeg",
            "role": PhotoRole.DETAIL,
            "source": PhotoSource.CAMERA,
            "named_at": NOW,
            **values,
        }
    )
    session.add(photo)
    session.flush()
    return photo


def make_referral(session: Session, report: Report, code: str | None = "putuo.health", **values: Any) -> Referral:
    """A referral of ``report`` to the department ``code``, as the rules would have made it."""
    referral = Referral(
        **{
            "id": new_id(),
            "report_id": report.id,
            "report_seq": report.seq,
            "category": report.category,
            "position": report.position,
            "street_code": report.street_code,
            "function_code": "medical_practice_supervision",
            "department_id": department_named(session, code).id if code else None,
            "role": ReferralRole.LEAD,
            "status": ReferralStatus.ROUTED if code else ReferralStatus.PENDING_TRIAGE,
            "severity": Severity.MEDIUM,
            "is_emergency": False,
            "finding_codes": [],
            "rule_codes": ["A1"],
            "legal_basis": [],
            "deadline_profile": "medium",
            "deadlines": {},
            "created_at": NOW,
            "routed_at": NOW if code else None,
            "return_count": 0,
            "version": 1,
            **values,
        }
    )
    report.status = ReportStatus.REFERRED
    session.add(referral)
    session.flush()
    return referral


def refer(session: Session, *reports: Report) -> None:
    """Route ``reports`` by the rules in the database, as a sync does, and write what comes of it."""
    named = [report.site_id for report in reports if report.site_id is not None]
    sites = {site.id: site for site in session.scalars(select(Site).where(Site.id.in_(named)))}
    kinds = {site.id: site.kind for site in sites.values()}
    histories = load_site_histories(session, set(named), NOW)
    desk = RoutingDesk(
        RuleSets(session), load_departments(session), kinds, current_desk(session), sites, histories,
        load_penalties(session, reports, sites),
    )  # fmt: skip
    writes = Writes()
    refer_reports(desk, reports, writes, now=NOW)
    session.flush()
    writes.write(session)
