"""Case files in the shape of their schemas. Not here: reading them (persistence/queries/case_files.py)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from backend.domain.labels import vocabulary_objects
from backend.persistence.queries.case_files import CaseFile, Rows

AnyRow = Row[*tuple[Any, ...]]


def shown_file(file: CaseFile) -> dict[str, Any]:
    """A case file in the shape of CaseFileSchema."""
    photos = _photos_by_report(file.photos)
    return {
        "referral_id": file.referral.id,
        "report_id": file.referral.report_id,
        "call_first": emergency_numbers() if file.referral.is_emergency else [],
        "calls": sorted(
            [*map(_office_call, file.calls), *map(_field_call, file.field_calls)], key=lambda call: call["called_at"]
        ),
        "materials": [_material(row) for row in file.materials],
        "before": photos.get(file.referral.report_id, []),
        "links": [{**row._asdict(), "photos": photos.get(row.report_id, [])} for row in file.links],
        "tasks": [row._asdict() for row in file.tasks],
        "joint_handlings": shown_joint(file.joint, file.parties),
        "precedents": [_precedent(row) for row in file.precedents],
    }


def emergency_numbers() -> list[dict[str, Any]]:
    """Numbers to ring before anything is typed; one that the district has not entered is left out."""
    return [entry for entry in vocabulary_objects()["emergency_numbers"]["items"] if entry["number"]]


def shown_joint(joint: Iterable[AnyRow], parties: Iterable[AnyRow]) -> list[dict[str, Any]]:
    """Joint handlings in the shape of JointSchema."""
    by_joint: dict[UUID, list[dict[str, Any]]] = {}
    for row in parties:
        party = row.JointParty
        by_joint.setdefault(party.joint_id, []).append(
            {
                "department": row.department,
                "department_name": row.department_name,
                "invited_at": party.invited_at,
                "answered_at": party.answered_at,
                "will_come": party.will_come,
                "arrived_at": party.arrived_at,
                "left_at": party.left_at,
                "officers": party.officers,
                "note": party.note,
            }
        )
    return [
        {
            "id": row.id,
            "report_id": row.report_id,
            "place": row.place,
            "meets_at": row.meets_at,
            "note": row.note,
            "called_by": row.caller,
            "called_at": row.called_at,
            "ended_at": row.ended_at,
            "result": row.result,
            "parties": by_joint.get(row.id, []),
        }
        for row in joint
    ]


def _photos_by_report(rows: Rows) -> dict[UUID, list[dict[str, Any]]]:
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        photo = {"sha256": row.sha256, "role": row.role, "here": row.arrived_at is not None}
        found.setdefault(row.report_id, []).append(photo)
    return found


def _office_call(row: AnyRow) -> dict[str, Any]:
    call = row.ReferralCall
    return {
        "number": call.number,
        "whom": call.whom,
        "note": call.note,
        "called_at": call.called_at,
        "caller": row.person,
        "from_field": False,
    }


def _field_call(row: AnyRow) -> dict[str, Any]:
    call = row.EmergencyCall
    return {
        "number": call.number,
        "whom": "",
        "note": call.note,
        "called_at": call.called_at,
        "caller": None,  # departments are not told who reported
        "from_field": True,
    }


def _material(row: AnyRow) -> dict[str, Any]:
    material = row.ReferralMaterial
    return {
        "id": material.id,
        "action": material.action,
        "title": material.title,
        "sha256": material.sha256,
        "document_no": material.document_no,
        "note": material.note,
        "added_by": row.person,
        "added_at": material.added_at,
    }


def _precedent(row: AnyRow) -> dict[str, Any]:
    ruling = row.Precedent
    return {
        "id": ruling.id,
        "referral_id": ruling.referral_id,
        "function": ruling.function_code,
        "findings": ruling.finding_codes,
        "disputed_by": ruling.disputed_by,
        "department": row.department,
        "department_name": row.department_name,
        "ruled_function": ruling.ruled_function,
        "reason": ruling.reason,
        "legal_basis": ruling.legal_basis,
        "ruled_by": row.ruler_name,
        "ruled_at": ruling.ruled_at,
    }
