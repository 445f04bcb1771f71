"""The permission table, read as a product owner would check it."""

import pytest

from backend.domain.errors import DomainError
from backend.domain.permissions import (
    CRIME_ACTION_PERMISSION,
    PERMISSIONS,
    REFERRAL_ACTION_PERMISSION,
    TASK_ACTION_PERMISSION,
    can,
    check,
)
from backend.domain.vocabulary import CrimeTransferAction, ReferralAction, Role, TaskAction


def test_every_action_has_a_permission_of_the_table():
    assert set(TASK_ACTION_PERMISSION) == set(TaskAction)
    assert set(REFERRAL_ACTION_PERMISSION) == set(ReferralAction)
    assert set(CRIME_ACTION_PERMISSION) == set(CrimeTransferAction)
    assert {*TASK_ACTION_PERMISSION.values(), *CRIME_ACTION_PERMISSION.values()} <= set(PERMISSIONS)
    assert {*TASK_ACTION_PERMISSION.values(), *REFERRAL_ACTION_PERMISSION.values()} <= set(PERMISSIONS)


def test_every_permission_is_held_by_somebody_and_every_role_holds_some():
    # what the product does by itself is no role's: a department's end moves its referrals
    assert {name for name, roles in PERMISSIONS.items() if not roles} == {"referral.redirect"}
    for role in Role:
        assert any(role in holders for holders in PERMISSIONS.values())


def test_an_auditor_only_reads():
    held = {name for name, roles in PERMISSIONS.items() if Role.AUDITOR in roles}
    assert held
    # beside reading: his own password and sign-out, and taking along what he may read, which leaves an event
    assert all(
        name.endswith((".read", ".file")) for name in held - {"session.own", "case.export", "export.own", "search.use"}
    )


def test_who_lost_every_role_can_still_hand_in_what_his_phone_holds():
    assert {name for name in PERMISSIONS if can(set(), name)} == {"session.own", "sync.use", "media.upload"}


def test_a_grid_worker_never_touches_a_referral():
    held = {name for name, roles in PERMISSIONS.items() if Role.GRID_WORKER in roles}
    assert {name for name in held if name.startswith("referral.")} == {"referral.read"}


@pytest.mark.parametrize(
    ("roles", "permission", "allowed"),
    [
        ({"street_coordinator"}, "task.create", True),
        ({"grid_worker"}, "task.create", False),
        ({"grid_worker", "administrator"}, "task.create", True),
        ({"city_operations"}, "referral.route", True),
        ({"city_operations"}, "referral.close", False),
        ({"department_officer"}, "referral.accept", True),
        ({"department_officer"}, "referral.verify", False),
        ({"bureau_triager"}, "referral.verify", True),
        ({"administrator"}, "referral.handle", False),
        ({"auditor"}, "sync.use", False),
        (set(), "report.read", False),
        ({"nobody"}, "report.read", False),
    ],
)
def test_who_may(roles, permission, allowed):
    assert can(roles, permission) is allowed
    if allowed:
        check(roles, permission)
    else:
        with pytest.raises(DomainError, match="forbidden"):
            check(roles, permission)


def test_only_the_health_bureau_moves_a_transfer_to_the_police():
    for permission in {*CRIME_ACTION_PERMISSION.values(), "crime_transfer.propose"}:
        assert PERMISSIONS[permission] == {Role.BUREAU_TRIAGER}
    assert Role.GRID_WORKER not in PERMISSIONS["crime_transfer.read"]


def test_an_unknown_permission_is_a_programming_error():
    with pytest.raises(KeyError):
        can({"administrator"}, "task.craete")
