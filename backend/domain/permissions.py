"""Who may do what, as one table to be read aloud. Not here: what a person may *see* (queries' visible_to).

A permission says a role may try the act at all; the service still narrows it to the person's own street,
department or grids.
"""

from collections.abc import Iterable

from backend.domain.errors import DomainError
from backend.domain.vocabulary import (
    CrimeTransferAction,
    QuarantineAction,
    ReferralAction,
    Role,
    RuleSetAction,
    TaskAction,
)

EVERYBODY = frozenset(Role)
FIELD = frozenset({Role.GRID_WORKER, Role.STREET_COORDINATOR})
PLANNERS = frozenset({Role.STREET_COORDINATOR, Role.BUREAU_TRIAGER, Role.ADMINISTRATOR})
# 一网统管: the operations centre may dispatch, the bureau decides what a case is; nobody else routes.
ROUTERS = frozenset({Role.BUREAU_TRIAGER, Role.CITY_OPERATIONS})
BUREAU = frozenset({Role.BUREAU_TRIAGER})
OFFICERS = frozenset({Role.DEPARTMENT_OFFICER})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
# Phone first, recorded afterwards: whoever may have had to ring somebody.
CALLERS = frozenset({Role.STREET_COORDINATOR, Role.BUREAU_TRIAGER, Role.DEPARTMENT_OFFICER, Role.CITY_OPERATIONS})
NOBODY: frozenset[Role] = frozenset()  # only the product itself
RULE_WRITERS = BUREAU | ADMINISTRATORS
RULE_READERS = RULE_WRITERS | {Role.CITY_OPERATIONS, Role.AUDITOR}
ACTIVE = EVERYBODY - {Role.AUDITOR}  # 三员分立: an auditor reads and changes nothing
# Those who deal with what was reported; a grid worker finds and reports.
CASEWORKERS = EVERYBODY - {Role.GRID_WORKER}

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
    "report.review": PLANNERS,
    "settings.read": EVERYBODY,
    "settings.manage": ADMINISTRATORS,
    "board.read": EVERYBODY - {Role.GRID_WORKER},
    "referral.read": EVERYBODY,
    "referral.route": ROUTERS,
    "referral.merge": ROUTERS,
    "referral.dismiss": BUREAU,  # what a case is not, the bureau alone decides
    "referral.escalate": ROUTERS,
    "referral.arbitrate": frozenset({Role.CITY_OPERATIONS}),  # 指定管辖 by 区城运中心
    "referral.transfer": OFFICERS,
    "referral.assign": OFFICERS,
    "referral.accept": OFFICERS,
    "referral.return": OFFICERS,
    "referral.handle": OFFICERS,
    "referral.verify": BUREAU,
    "referral.close": BUREAU,
    "referral.reopen": BUREAU,
    "referral.file": EVERYBODY - {Role.GRID_WORKER},
    "referral.field_check": BUREAU,
    "referral.call": CALLERS,
    "joint.call": BUREAU | OFFICERS | {Role.CITY_OPERATIONS, Role.STREET_COORDINATOR},
    "joint.attend": OFFICERS | {Role.STREET_COORDINATOR},
    "clock.read": OFFICERS | ROUTERS | frozenset({Role.AUDITOR}),
    "clock.request": OFFICERS,
    "clock.decide": ROUTERS,
    "clock.resume": OFFICERS | ROUTERS,
    "calendar.read": EVERYBODY,
    "calendar.load": ADMINISTRATORS,
    "referral.redirect": NOBODY,
    "department.manage": ADMINISTRATORS,
    # what somebody was punished for is for those who decide about it; a street learns how often
    "penalty.read": OFFICERS | BUREAU | {Role.CITY_OPERATIONS, Role.AUDITOR},
    "penalty_count.read": EVERYBODY,
    "penalty.record": OFFICERS | BUREAU,
    "penalty.import": BUREAU,
    # 国务院令310号 5条: the transfer is the health bureau's act alone; that it happened is no secret within the case
    "crime_transfer.read": EVERYBODY - {Role.GRID_WORKER},
    "crime_file.read": BUREAU | {Role.AUDITOR},
    "crime_transfer.propose": BUREAU,
    "crime_transfer.decide": BUREAU,
    "crime_transfer.hand_over": BUREAU,
    "crime_transfer.record": BUREAU,
    "case.export": CASEWORKERS,
    # what of the lists one may take along as files; an auditor reads by it and changes nothing
    "export.own": CASEWORKERS,
    "case_filter.read": CASEWORKERS,
    "case_filter.write": CASEWORKERS & ACTIVE,
    # an officer needs the place and the finding, not the name of the neighbour who reported it
    "reporter.read": CASEWORKERS - OFFICERS,
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
    "ogc.read": EVERYBODY,  # each collection then asks for its own: domain/data/ogc.yaml
    "user.read": PLANNERS | {Role.CITY_OPERATIONS, Role.AUDITOR},
    "user.manage": ADMINISTRATORS,
    "device.read": PLANNERS | {Role.AUDITOR},
    "device.revoke": PLANNERS,
    "sync.use": ACTIVE,
    "quarantine.read": PLANNERS | {Role.AUDITOR},
    "quarantine.settle": PLANNERS,
    "media.read": EVERYBODY,
    "media.upload": ACTIVE,
    # each kind of row is looked for only where its own permission is held
    "search.use": EVERYBODY,
    "workflow.read": EVERYBODY,
    "history.read": EVERYBODY,
    "history.audit.read": frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
    "inbox.own": ACTIVE,
    "webhook.read": frozenset({Role.ADMINISTRATOR, Role.CITY_OPERATIONS, Role.AUDITOR}),
    "webhook.manage": ADMINISTRATORS,
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
    ReferralAction.CONFIRM: "referral.route",
    ReferralAction.ROUTE: "referral.route",
    ReferralAction.RECALL: "referral.route",
    ReferralAction.MERGE: "referral.merge",
    ReferralAction.UNMERGE: "referral.merge",
    ReferralAction.DISMISS: "referral.dismiss",
    ReferralAction.ESCALATE: "referral.escalate",
    ReferralAction.ARBITRATE: "referral.arbitrate",
    ReferralAction.TRANSFER: "referral.transfer",
    ReferralAction.ASSIGN: "referral.assign",
    ReferralAction.ACCEPT: "referral.accept",
    ReferralAction.RETURN: "referral.return",
    ReferralAction.START_HANDLING: "referral.handle",
    ReferralAction.HANDLE: "referral.handle",
    ReferralAction.START_VERIFYING: "referral.verify",
    ReferralAction.CLOSE: "referral.close",
    ReferralAction.REOPEN: "referral.reopen",
    ReferralAction.REDIRECT: "referral.redirect",
    ReferralAction.UNROUTE: "referral.redirect",
}

CRIME_ACTION_PERMISSION: dict[CrimeTransferAction, str] = {
    CrimeTransferAction.APPROVE: "crime_transfer.decide",
    CrimeTransferAction.REFUSE: "crime_transfer.decide",
    CrimeTransferAction.HAND_OVER: "crime_transfer.hand_over",
    CrimeTransferAction.RECORD_FILED: "crime_transfer.record",
    CrimeTransferAction.RECORD_NOT_FILED: "crime_transfer.record",
    CrimeTransferAction.REQUEST_RECONSIDERATION: "crime_transfer.record",
    CrimeTransferAction.RECORD_UPHELD: "crime_transfer.record",
    CrimeTransferAction.INFORM_PROCURATORATE: "crime_transfer.record",
    CrimeTransferAction.DELIVER_GOODS: "crime_transfer.hand_over",
    CrimeTransferAction.END: "crime_transfer.record",
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
