"""Rows for tests, valid by default: each factory adds, flushes and returns. Nothing here is a stand-in for our own code."""

import itertools
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, box
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.ids import new_id
from backend.domain.vocabulary import (
    Category,
    GridRole,
    GridVersionStatus,
    Outcome,
    ReferralRole,
    ReferralStatus,
    ReportStatus,
    Role,
    Severity,
    SiteStatus,
    TaskKind,
    TaskStatus,
    Verdict,
)
from backend.persistence.models import (
    Department,
    Device,
    Grid,
    GridResponsibility,
    GridVersion,
    LoginSession,
    Referral,
    Report,
    RoleAssignment,
    Site,
    Task,
    TaskAssignment,
    User,
    UserSkill,
)
from backend.services.accounts.tokens import AccessClaims, make_access_token
from tests.conftest import NOW

DISTRICT = "310107"
STREET = "310107005"
OTHER_STREET = "310107014"
LONG_AGO = date(2020, 1, 1)
_numbers = itertools.count(1)


def make_user(
    session: Session,
    role: Role | None = Role.GRID_WORKER,
    *,
    username: str | None = None,
    street_code: str | None = STREET,
    department_id: UUID | None = None,
    skills: Iterable[Category] = tuple(Category),
) -> User:
    """A person with one role since long ago; nobody can sign in with his password (use token_for)."""
    user = User(
        id=new_id(),
        username=username or f"person{next(_numbers)}",
        name="测试员",
        password_hash="!",
        is_active=True,
        failed_logins=0,
        password_changed_at=NOW,
        created_at=NOW,
    )
    session.add(user)
    session.flush()
    if role is not None:
        session.add(
            RoleAssignment(
                id=new_id(),
                user_id=user.id,
                role=role,
                street_code=street_code if role in (Role.GRID_WORKER, Role.STREET_COORDINATOR) else None,
                department_id=department_id,
                valid_from=LONG_AGO,
            )
        )
    if role == Role.GRID_WORKER:
        session.add_all(UserSkill(user_id=user.id, category=c, valid_from=LONG_AGO) for c in skills)
    session.flush()
    return user


def make_device(session: Session, user: User) -> Device:
    """A phone of ``user``."""
    device = Device(
        id=new_id(),
        device_uid=new_id(),
        user_id=user.id,
        name="测试手机",
        platform="android",
        app_version="1.0",
        created_at=NOW,
        outbox_items=0,
        outbox_photos=0,
    )
    session.add(device)
    session.flush()
    return device


def make_login(session: Session, user: User, *, device: Device | None = None) -> LoginSession:
    """A session that ``user`` has open on ``device`` (a new phone unless given)."""
    device = device or make_device(session, user)
    login = LoginSession(
        id=new_id(),
        user_id=user.id,
        device_id=device.id,
        created_at=NOW,
        expires_at=NOW + timedelta(days=60),
    )
    session.add(login)
    session.flush()
    return login


def token_for(app: Flask, session: Session, user: User, *, device: Device | None = None) -> str:
    """An access token of a session that ``user`` has open on ``device`` (a new phone unless given)."""
    login = make_login(session, user, device=device)
    state = app.extensions["gridpatrol"]
    claims = AccessClaims(login.id, user.id)
    return make_access_token(state.gateways.keys, claims, state.gateways.clock.now(), 30 * 86_400)


def actor_of(
    user: User,
    *roles: Role,
    street_codes: Iterable[str] = (),
    department_ids: Iterable[UUID] = (),
    device_id: UUID | None = None,
) -> Actor:
    """The actor a request of ``user`` would have, for tests of services."""
    return Actor(
        user_id=user.id,
        username=user.username,
        name=user.name,
        roles=frozenset(roles),
        street_codes=frozenset(street_codes),
        department_ids=frozenset(department_ids),
        device_id=device_id,
    )


def make_grids(
    session: Session,
    count: int = 4,
    *,
    street_code: str = STREET,
    origin: tuple[float, float] = (121.40, 31.24),
    size: float = 0.004,
    valid_from: datetime = NOW - timedelta(days=365),
    version: GridVersion | None = None,
) -> list[Grid]:
    """A row of square grids side by side, eastwards from ``origin`` (degrees), in one published version."""
    if version is None:
        version = GridVersion(
            id=new_id(),
            district_code=DISTRICT,
            label="test",
            status=GridVersionStatus.PUBLISHED,
            valid_from=valid_from,
            source_name="test.geojson",
            source_sha256="0" * 64,
            options={},
            problems=[],
            grid_count=count,
            created_at=NOW,
        )
        session.add(version)
        session.flush()
    lon, lat = origin
    grids = [
        Grid(
            id=new_id(),
            version_id=version.id,
            code=f"{street_code}001{n + 1:03d}",
            name=f"测试网格{n + 1}",
            street_code=street_code,
            area_m2=1.0,
            geometry=from_shape(MultiPolygon([box(lon + n * size, lat, lon + (n + 1) * size, lat + size)]), srid=4490),
        )
        for n in range(count)
    ]
    session.add_all(grids)
    session.flush()
    return grids


def make_responsible(
    session: Session,
    user: User,
    grids: Sequence[Grid],
    role: GridRole = GridRole.LEAD,
    *,
    since: date = LONG_AGO,
    until: date | None = None,
) -> None:
    """``user`` answers for ``grids``."""
    session.add_all(
        GridResponsibility(
            id=new_id(), grid_code=grid.code, user_id=user.id, role=role, period=Range(since, until), created_at=NOW
        )
        for grid in grids
    )
    session.flush()


def make_site(session: Session, grid: Grid | None = None, **values: Any) -> Site:
    """A known premise."""
    site = Site(
        **{
            "id": new_id(),
            "name": "示例诊所",
            "address": "示例路1号",
            "category": Category.ILLEGAL_PRACTICE,
            "status": SiteStatus.ACTIVE,
            "licence": {},
            "grid_code": grid.code if grid else None,
            "street_code": grid.street_code if grid else STREET,
            "created_at": NOW,
            "version": 1,
            **values,
        }
    )
    session.add(site)
    session.flush()
    return site


def make_task(session: Session, grid: Grid, assignee: User | None = None, **values: Any) -> Task:
    """A task in ``grid``; assigned when somebody is named."""
    task = Task(
        **{
            "id": new_id(),
            "code": f"T{next(_numbers):08d}",
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
    number = next(_numbers)
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


def department_named(session: Session, code: str) -> Department:
    """A department of the reference data."""
    return session.scalars(select(Department).where(Department.code == code)).one()


def make_officer(session: Session, code: str = "putuo.health") -> User:
    """Somebody who works for the department ``code``."""
    return make_user(session, Role.DEPARTMENT_OFFICER, department_id=department_named(session, code).id)


def make_referral(session: Session, report: Report, code: str | None = "putuo.health", **values: Any) -> Referral:
    """A referral of ``report`` to the department ``code``, as the rules would have made it."""
    referral = Referral(
        **{
            "id": new_id(),
            "report_id": report.id,
            "report_seq": report.seq,
            "category": report.category,
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
