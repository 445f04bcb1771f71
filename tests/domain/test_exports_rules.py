"""The life of an export, who may have which, and whether somebody still sees what his file holds."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.exports import (
    KIND_PERMISSION,
    TRANSITIONS,
    allowed_actions,
    check_room,
    covers,
    file_name,
    may_export,
    next_status,
    scope_of,
)
from backend.domain.ids import new_id
from backend.domain.vocabulary import ExportAction, ExportFormat, ExportKind, ExportStatus, Role

DEPARTMENT, OTHER = new_id(), new_id()


def actor(*roles: Role, streets: tuple[str, ...] = (), departments: tuple[UUID, ...] = ()) -> Actor:
    return Actor(new_id(), "x", "x", frozenset(roles), frozenset(streets), frozenset(departments))


@pytest.mark.parametrize("status", ExportStatus)
@pytest.mark.parametrize("action", ExportAction)
def test_every_pair(status: ExportStatus, action: ExportAction) -> None:
    if (status, action) in TRANSITIONS:
        assert next_status(status, action) == TRANSITIONS[status, action]
        assert action in allowed_actions(status)
        return
    with pytest.raises(DomainError) as refusal:
        next_status(status, action)
    assert refusal.value.code == "illegal_transition"
    assert action not in allowed_actions(status)


def test_who_may_export_what() -> None:
    assert KIND_PERMISSION.keys() == set(ExportKind)
    assert all(may_export(actor(Role.AUDITOR), kind) for kind in ExportKind)
    assert not any(may_export(actor(Role.GRID_WORKER), kind) for kind in ExportKind)
    assert {kind for kind in ExportKind if not may_export(actor(Role.DEPARTMENT_OFFICER), kind)} == {ExportKind.TASKS}
    assert not may_export(actor(), ExportKind.REPORTS)


def test_a_file_is_for_who_sees_as_much_as_its_owner_saw() -> None:
    bureau = actor(Role.BUREAU_TRIAGER)
    street = actor(Role.STREET_COORDINATOR, streets=("310107005",))
    officer = actor(Role.DEPARTMENT_OFFICER, departments=(DEPARTMENT,))
    of_street = scope_of(street, {"report.read", "reporter.read"}).as_data()
    assert covers(street, of_street)
    assert covers(bureau, of_street)
    assert covers(actor(Role.STREET_COORDINATOR, streets=("310107005", "310107014")), of_street)
    assert not covers(actor(Role.STREET_COORDINATOR, streets=("310107014",)), of_street)
    assert not covers(officer, of_street)
    assert not covers(actor(), of_street)
    assert not covers(street, scope_of(bureau, ()).as_data())
    of_officer = scope_of(officer, {"report.read"}).as_data()
    assert covers(officer, of_officer)
    assert not covers(actor(Role.DEPARTMENT_OFFICER, departments=(OTHER,)), of_officer)


def test_room_and_names() -> None:
    check_room(2, 19)
    for running, kept, code in ((3, 3, "too_many_exports_running"), (0, 20, "too_many_exports_kept")):
        with pytest.raises(DomainError) as refusal:
            check_room(running, kept)
        assert refusal.value.code == code
    at = datetime(2026, 11, 20, 17, 5, tzinfo=UTC)
    assert file_name(ExportKind.REPORTS, ExportFormat.SHP, "zh", at) == "上报_20261121_0105.zip"
    assert file_name(ExportKind.GRIDS, ExportFormat.GPKG, "en", at) == "Grids_20261121_0105.gpkg"
