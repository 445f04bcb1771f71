"""The life cycles as one document for GET /api/v1/workflow, so that API, console and phone draw from one table."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from backend.domain import crime_transfers, quarantine, referrals, rule_sets, tasks
from backend.domain.act_needs import NEEDS, UNDONE_BY
from backend.domain.crime import materials
from backend.domain.labels import labelled
from backend.domain.permissions import (
    CRIME_ACTION_PERMISSION,
    PERMISSIONS,
    QUARANTINE_ACTION_PERMISSION,
    REFERRAL_ACTION_PERMISSION,
    RULE_SET_ACTION_PERMISSION,
    TASK_ACTION_PERMISSION,
)
from backend.domain.vocabulary import (
    CrimeTransferAction,
    CrimeTransferStatus,
    Flag,
    Outcome,
    QuarantineAction,
    QuarantineState,
    ReferralAction,
    ReferralRole,
    ReferralStatus,
    ReportStatus,
    Role,
    RuleSetAction,
    RuleSetStatus,
    Severity,
    Stage,
    TaskAction,
    TaskKind,
    TaskStatus,
)


def workflow_document() -> dict[str, Any]:
    """Statuses, actions, transitions, labels (zh, en) and the roles that may act, ready to be dumped as JSON."""
    return {
        "task": {
            "kinds": labelled(TaskKind),
            "statuses": _statuses(TaskStatus, tasks.FINAL_STATUSES),
            "actions": _actions(TaskAction, TASK_ACTION_PERMISSION, tasks.REASON_NEEDED),
            "transitions": _transitions(tasks.TRANSITIONS),
        },
        "referral": {
            "roles": labelled(ReferralRole),
            "statuses": _statuses(ReferralStatus, referrals.FINAL_STATUSES),
            "actions": _referral_actions(),
            "transitions": _transitions(referrals.TRANSITIONS),
        },
        "crime_transfer": {
            "statuses": _statuses(CrimeTransferStatus, crime_transfers.FINAL_STATUSES),
            "actions": _actions(CrimeTransferAction, CRIME_ACTION_PERMISSION, crime_transfers.REASON_NEEDED),
            "transitions": _transitions(crime_transfers.TRANSITIONS),
            "materials": [asdict(material) for material in materials()],
        },
        "quarantine": {
            "statuses": _statuses(QuarantineState, quarantine.FINAL_STATES),
            "actions": _actions(QuarantineAction, QUARANTINE_ACTION_PERMISSION, quarantine.REASON_NEEDED),
            "transitions": _transitions(quarantine.TRANSITIONS),
        },
        "rule_set": {
            "statuses": _statuses(RuleSetStatus, rule_sets.FINAL_STATUSES),
            "actions": _actions(RuleSetAction, RULE_SET_ACTION_PERMISSION, rule_sets.REASON_NEEDED),
            "transitions": _transitions(rule_sets.TRANSITIONS),
        },
        "report": {
            "statuses": labelled(ReportStatus),
            "stages": labelled(Stage),
            "outcomes": labelled(Outcome),
            "severities": labelled(Severity),
            "flags": labelled(Flag),
        },
        "roles": labelled(Role),
    }


def _statuses(statuses: type[StrEnum], final: Iterable[StrEnum]) -> list[dict[str, Any]]:
    final_codes = set(final)
    return [{**entry, "final": entry["code"] in final_codes} for entry in labelled(statuses)]


def _actions(
    actions: type[StrEnum], permission_of: Mapping[Any, str], reason_needed: Iterable[StrEnum]
) -> list[dict[str, Any]]:
    reason_codes = set(reason_needed)
    return [
        {
            **entry,
            "permission": permission_of[entry["code"]],
            "roles": [str(role) for role in Role if role in PERMISSIONS[permission_of[entry["code"]]]],
            "reason_needed": entry["code"] in reason_codes,
        }
        for entry in labelled(actions)
    ]


def _referral_actions() -> list[dict[str, Any]]:
    """Beside what every act says: what it needs, and which act takes it back (null: none does)."""
    return [
        {**entry, "needs": _needs(entry["code"]), "undone_by": UNDONE_BY.get(entry["code"])}
        for entry in _actions(ReferralAction, REFERRAL_ACTION_PERMISSION, referrals.REASON_NEEDED)
    ]


def _needs(code: str) -> dict[str, str]:
    return {str(field): str(need) for field, need in NEEDS[ReferralAction(code)].items()}


def _transitions(transitions: Mapping[Any, StrEnum]) -> list[dict[str, str]]:
    return [
        {"from": str(status), "action": str(action), "to": str(target)}
        for (status, action), target in transitions.items()
    ]
