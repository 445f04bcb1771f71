"""Every table, importable from one place, so that the metadata is whole wherever a model is used."""

from backend.persistence.models.accounts import (
    Device,
    LoginSession,
    OidcBinding,
    RefreshToken,
    RoleAssignment,
    User,
    UserSkill,
    WebLogin,
)
from backend.persistence.models.app_passwords import AppPassword, AppPasswordFailure
from backend.persistence.models.cases import BulkAnswer, CaseText, SavedFilter
from backend.persistence.models.casework import (
    JointHandling,
    JointParty,
    Precedent,
    ReferralCall,
    ReferralLink,
    ReferralMaterial,
)
from backend.persistence.models.clocks import CalendarDay, CalendarYear, Clock, ClockRequest, ClockSuspension
from backend.persistence.models.crime_transfers import CrimeTransfer
from backend.persistence.models.delivery import Notice, NoticeMark, NoticeRead, WebhookDelivery, WebhookSubscription
from backend.persistence.models.district_settings import DistrictSetting
from backend.persistence.models.divisions import (
    Department,
    DepartmentFunction,
    Division,
    DivisionOutline,
    Form,
    Function,
    ReferenceRevision,
)
from backend.persistence.models.exports import Export
from backend.persistence.models.flush_order import follow_foreign_keys
from backend.persistence.models.grids import Grid, GridLineage, GridResponsibility, GridVersion
from backend.persistence.models.history import Event, HistorySeal, HistorySealEntry
from backend.persistence.models.maps import MapState, map_changes, report_count_changes, report_counts
from backend.persistence.models.media import Media, Upload
from backend.persistence.models.penalties import Penalty
from backend.persistence.models.referrals import Referral
from backend.persistence.models.reports import EmergencyCall, Report, ReportAmendment, ReportPhoto
from backend.persistence.models.review import ReportReview
from backend.persistence.models.rule_sets import RuleSetRow
from backend.persistence.models.second_factors import RecoveryCode, SecondFactor
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
    "AppPassword",
    "AppPasswordFailure",
    "BulkAnswer",
    "CalendarDay",
    "CalendarYear",
    "CaseText",
    "Clock",
    "ClockRequest",
    "ClockSuspension",
    "CrimeTransfer",
    "Department",
    "DepartmentFunction",
    "Device",
    "DistrictSetting",
    "Division",
    "DivisionOutline",
    "EmergencyCall",
    "Epoch",
    "Event",
    "Export",
    "Form",
    "Function",
    "Grid",
    "GridLineage",
    "GridResponsibility",
    "GridVersion",
    "HistorySeal",
    "HistorySealEntry",
    "JointHandling",
    "JointParty",
    "LoginSession",
    "MapState",
    "Media",
    "Notice",
    "NoticeMark",
    "NoticeRead",
    "OidcBinding",
    "Penalty",
    "Precedent",
    "QuarantineEntry",
    "RecoveryCode",
    "ReferenceRevision",
    "Referral",
    "ReferralCall",
    "ReferralLink",
    "ReferralMaterial",
    "RefreshToken",
    "Report",
    "ReportAmendment",
    "ReportPhoto",
    "ReportReview",
    "RoleAssignment",
    "RuleSetRow",
    "SavedFilter",
    "SecondFactor",
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
    "WebLogin",
    "WebhookDelivery",
    "WebhookSubscription",
    "map_changes",
    "report_count_changes",
    "report_counts",
]

follow_foreign_keys()
