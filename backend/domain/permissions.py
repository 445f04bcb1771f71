"""Who may do what, as one table to be read aloud. Not here: what a person may *see* (queries' visible_to).

A permission says a role may try the act at all; the service still narrows it to the person's own street,
department or grids.
"""

from collections.abc import Iterable

from backend.domain.errors import DomainError
from backend.domain.vocabulary import QuarantineAction, ReferralAction, Role, RuleSetAction, TaskAction

EVERYBODY = frozenset(Role)
FIELD = frozenset({Role.GRID_WORKER, Role.STREET_COORDINATOR})
PLANNERS = frozenset({Role.STREET_COORDINATOR, Role.BUREAU_TRIAGER, Role.ADMINISTRATOR})
# 一网统管: the operations centre may dispatch, the bureau decides what a case is; nobody else routes.
ROUTERS = frozenset({Role.BUREAU_TRIAGER, Role.CITY_OPERATIONS})
BUREAU = frozenset({Role.BUREAU_TRIAGER})
OFFICERS = frozenset({Role.DEPARTMENT_OFFICER})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
RULE_WRITERS = BUREAU | ADMINISTRATORS
RULE_READERS = RULE_WRITERS | {Role.CITY_OPERATIONS, Role.AUDITOR}
ACTIVE = EVERYBODY - {Role.AUDITOR}  # 三员分立: an auditor reads and changes nothing

PERMISSIONS: dict[str, frozenset[Role]] = {
    "task.read": EVERYBODY - OFFICERS,
    "task.create": PLANNERS,
    "task.assign": PLANNERS,
    "task.act": FIELD,
    "task.review": PLANNERS,
    "task.cancel": PLANNERS,
    "report.read": EVERYBODY,
    "report.withdraw": FIELD,
    "report.request_photos": PLANNERS,
    "referral.read": EVERYBODY,
    "referral.route": ROUTERS,
    "referral.accept": OFFICERS,
    "referral.return": OFFICERS,
    "referral.handle": OFFICERS,
    "referral.verify": BUREAU,
    "referral.close": BUREAU,
    "referral.reopen": BUREAU,
    "rules.read": RULE_READERS,
    "rules.write": RULE_WRITERS,
    "rules.approve": RULE_WRITERS,  # somebody else than who wrote it: domain/rule_sets.check_approver
    "grid.read": EVERYBODY,
    "grid.import": ADMINISTRATORS,
    "grid.publish": ADMINISTRATORS,
    "grid.responsibility": PLANNERS,
    "site.read": EVERYBODY,
    "site.write": PLANNERS,
    "session.own": EVERYBODY,
    "user.read": PLANNERS | {Role.CITY_OPERATIONS, Role.AUDITOR},
    "user.manage": ADMINISTRATORS,
    "device.read": PLANNERS | {Role.AUDITOR},
    "device.revoke": PLANNERS,
    "sync.use": ACTIVE,
    "quarantine.read": PLANNERS | {Role.AUDITOR},
    "quarantine.settle": PLANNERS,
    "media.read": EVERYBODY,
    "media.upload": ACTIVE,
    "workflow.read": EVERYBODY,
    "history.read": EVERYBODY,
    "seal.read": frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
}

# What somebody may whose roles have all ended: hand in what his phone still holds, be told what leaves it, sign out.
WITHOUT_ROLE = frozenset({"session.own", "sync.use", "media.upload"})

TASK_ACTION_PERMISSION: dict[TaskAction, str] = {
    TaskAction.ASSIGN: "task.assign",
    TaskAction.REASSIGN: "task.assign",
    TaskAction.ACCEPT: "task.act",
    TaskAction.DECLINE: "task.act",
    TaskAction.START: "task.act",
    TaskAction.SUBMIT: "task.act",
    TaskAction.COMPLETE: "task.review",
    TaskAction.SEND_BACK: "task.review",
    TaskAction.CANCEL: "task.cancel",
}

REFERRAL_ACTION_PERMISSION: dict[ReferralAction, str] = {
    ReferralAction.ROUTE: "referral.route",
    ReferralAction.ACCEPT: "referral.accept",
    ReferralAction.RETURN: "referral.return",
    ReferralAction.START_HANDLING: "referral.handle",
    ReferralAction.HANDLE: "referral.handle",
    ReferralAction.START_VERIFYING: "referral.verify",
    ReferralAction.CLOSE: "referral.close",
    ReferralAction.REOPEN: "referral.reopen",
}

RULE_SET_ACTION_PERMISSION: dict[RuleSetAction, str] = {
    RuleSetAction.EDIT: "rules.write",
    RuleSetAction.CHECK: "rules.write",
    RuleSetAction.APPROVE: "rules.approve",
    RuleSetAction.RETIRE: "rules.approve",
}

QUARANTINE_ACTION_PERMISSION: dict[QuarantineAction, str] = dict.fromkeys(QuarantineAction, "quarantine.settle")


def can(roles: Iterable[Role | str], permission: str) -> bool:
    """True if any of ``roles`` holds ``permission``. An unknown permission is a programming error (KeyError)."""
    allowed = PERMISSIONS[permission]
    held = set(roles)
    return bool(held & allowed) if held else permission in WITHOUT_ROLE


def check(roles: Iterable[Role | str], permission: str) -> None:
    """Raise DomainError('forbidden') unless one of ``roles`` holds ``permission``."""
    if not can(roles, permission):
        raise DomainError("forbidden")
