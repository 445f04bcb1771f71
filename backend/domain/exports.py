"""Exports that run in the background: their life, who may take what, for how long. Not here: what a file looks like.

Personal data leaves the house with an export (个人信息保护法 6 条: no more than is needed, kept no longer than needed), so a
file is bound to what its owner may see on the day it is taken away, not on the day it was asked for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.domain.accounts import Actor
from backend.domain.calendar import LOCAL_ZONE
from backend.domain.errors import DomainError
from backend.domain.labels import label_of
from backend.domain.permissions import can
from backend.domain.vocabulary import ExportAction, ExportFormat, ExportKind, ExportStatus

RUNNING_AT_ONCE = 3  # of one person
KEPT_AT_ONCE = 20  # of one person, with those under way
ATTEMPTS = 3  # a worker may be killed twice before somebody must look
PULSE_SECONDS, PULSE_SHARE = 1.0, 0.02  # how often progress is told: every second or every 2 %

KIND_PERMISSION: dict[ExportKind, str] = {
    ExportKind.REPORTS: "report.read",
    ExportKind.CASES: "case.export",
    ExportKind.SITES: "site.read",
    ExportKind.TASKS: "task.read",
    ExportKind.GRIDS: "grid.read",
}
SUFFIX: dict[ExportFormat, str] = {**{kind: kind.value for kind in ExportFormat}, ExportFormat.SHP: "zip"}
UNDER_WAY = frozenset({ExportStatus.WAITING, ExportStatus.RUNNING})

TRANSITIONS: dict[tuple[ExportStatus, ExportAction], ExportStatus] = {
    (ExportStatus.WAITING, ExportAction.CANCEL): ExportStatus.CANCELLED,
    (ExportStatus.RUNNING, ExportAction.CANCEL): ExportStatus.CANCELLED,
    (ExportStatus.FAILED, ExportAction.RETRY): ExportStatus.WAITING,
    (ExportStatus.CANCELLED, ExportAction.RETRY): ExportStatus.WAITING,
    (ExportStatus.EXPIRED, ExportAction.RETRY): ExportStatus.WAITING,
    (ExportStatus.DONE, ExportAction.DISCARD): ExportStatus.EXPIRED,
}


def next_status(status: ExportStatus, action: ExportAction) -> ExportStatus:
    """Where ``action`` leads from ``status``. Raises DomainError('illegal_transition')."""
    try:
        return TRANSITIONS[status, action]
    except KeyError:
        raise DomainError("illegal_transition", action=action.value, status=status.value) from None


def allowed_actions(status: ExportStatus) -> tuple[ExportAction, ...]:
    """What the owner may do at ``status``, in the order of the enum."""
    return tuple(action for action in ExportAction if (status, action) in TRANSITIONS)


def check_room(running: int, kept: int) -> None:
    """Raise too_many_exports_running or too_many_exports_kept where one more of a person would be too many.

    ``running``: waiting or running; ``kept``: those, and the files that are still here.
    """
    if running >= RUNNING_AT_ONCE:
        raise DomainError("too_many_exports_running", limit=RUNNING_AT_ONCE)
    if kept >= KEPT_AT_ONCE:
        raise DomainError("too_many_exports_kept", limit=KEPT_AT_ONCE)


def may_export(actor: Actor, kind: ExportKind) -> bool:
    """Whether ``actor`` may take ``kind`` away today. An auditor may: he reads, and changes nothing by it."""
    return can(actor.roles, "export.own") and can(actor.roles, KIND_PERMISSION[kind])


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody saw when his file was made: the whole district, or by which roles, streets and departments."""

    district: bool
    roles: frozenset[str]
    streets: frozenset[str]
    departments: frozenset[str]
    permissions: frozenset[str]

    def as_data(self) -> dict[str, Any]:
        """As JSON, to be kept beside the file."""
        return {
            "district": self.district,
            "roles": sorted(self.roles),
            "streets": sorted(self.streets),
            "departments": sorted(self.departments),
            "permissions": sorted(self.permissions),
        }


def scope_of(actor: Actor, permissions: Iterable[str] = ()) -> Scope:
    """The scope of ``actor``, with the ``permissions`` that columns of the file needed."""
    return Scope(
        actor.sees_district,
        frozenset(map(str, actor.roles)),
        frozenset(actor.street_codes),
        frozenset(map(str, actor.department_ids)),
        frozenset(permissions),
    )


def covers(actor: Actor, scope: Mapping[str, Any]) -> bool:
    """Whether ``actor`` still sees all that somebody with ``scope`` (``Scope.as_data``) saw."""
    if not all(can(actor.roles, permission) for permission in scope["permissions"]):
        return False
    if actor.sees_district:
        return True
    now = scope_of(actor)
    return not scope["district"] and (
        now.roles.issuperset(scope["roles"])
        and now.streets.issuperset(scope["streets"])
        and now.departments.issuperset(scope["departments"])
    )


def file_name(kind: ExportKind, format: ExportFormat, language: str, asked_at: datetime) -> str:
    """The name a person saves the file under, such as 案件_20261120_1000.xlsx, in the district's time."""
    label = label_of(kind)
    name = label.zh if language == "zh" else label.en
    return f"{name}_{asked_at.astimezone(LOCAL_ZONE):%Y%m%d_%H%M}.{SUFFIX[format]}"


def expires_at(finished_at: datetime, days: int) -> datetime:
    """When a file is deleted; ``days``: EXPORT_DAYS."""
    return finished_at + timedelta(days=days)
