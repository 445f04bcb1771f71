"""Every table, importable from one place, so that the metadata is whole wherever a model is used."""

from backend.persistence.models.accounts import Device, LoginSession, RefreshToken, RoleAssignment, User, UserSkill
from backend.persistence.models.divisions import (
    Department,
    DepartmentFunction,
    Division,
    DivisionOutline,
    Form,
    Function,
    ReferenceRevision,
)
from backend.persistence.models.flush_order import follow_foreign_keys
from backend.persistence.models.grids import Grid, GridLineage, GridResponsibility, GridVersion
from backend.persistence.models.history import Event, HistorySeal, HistorySealEntry
from backend.persistence.models.media import Media, Upload
from backend.persistence.models.referrals import Referral
from backend.persistence.models.reports import EmergencyCall, Report, ReportAmendment, ReportPhoto
from backend.persistence.models.rule_sets import RuleSetRow
from backend.persistence.models.sync import (
    Epoch,
    QuarantineEntry,
    SyncChange,
    SyncConflict,
    SyncHead,
    SyncItem,
    SyncObject,
    SyncScope,
    SyncTrim,
)
from backend.persistence.models.tasks import Site, Task, TaskAssignment

__all__ = [
    "Department",
    "DepartmentFunction",
    "Device",
    "Division",
    "DivisionOutline",
    "EmergencyCall",
    "Epoch",
    "Event",
    "Form",
    "Function",
    "Grid",
    "GridLineage",
    "GridResponsibility",
    "GridVersion",
    "HistorySeal",
    "HistorySealEntry",
    "LoginSession",
    "Media",
    "QuarantineEntry",
    "ReferenceRevision",
    "Referral",
    "RefreshToken",
    "Report",
    "ReportAmendment",
    "ReportPhoto",
    "RoleAssignment",
    "RuleSetRow",
    "Site",
    "SyncChange",
    "SyncConflict",
    "SyncHead",
    "SyncItem",
    "SyncObject",
    "SyncScope",
    "SyncTrim",
    "Task",
    "TaskAssignment",
    "Upload",
    "User",
    "UserSkill",
]

follow_foreign_keys()
