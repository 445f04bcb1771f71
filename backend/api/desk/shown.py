"""A desk in the shape of its schema. Not here: reading it (services/review/desk.py), words of answers (answers.py)."""

from typing import Any

import orjson

from backend.api.casework.shown import shown_file
from backend.api.clocks import shown_clocks
from backend.api.desk.answers import shown_answers, shown_attributes, shown_findings
from backend.api.history import shown_event
from backend.api.referrals import shown
from backend.api.reports.shown import shown_photo, shown_routing
from backend.domain.accounts import Actor
from backend.domain.act_needs import UNDONE_BY
from backend.domain.permissions import can
from backend.domain.referrals import FINAL_STATUSES
from backend.domain.reports.stages import stage_of
from backend.persistence.queries.desk import SitePast
from backend.persistence.queries.reports import ReportDetail
from backend.services.review import Choice, Desk

PHOTOS = "/api/v1/media"
REPORT = (
    "category", "outcome", "status", "severity", "captured_at", "recorded_at", "received_at", "task_id", "grid_code",
    "street_code", "verdict", "flags", "description", "photos_expected", "photos_here", "photos_wanted_at", "withdrawn_at",
    "withdrawn_reason", "version",
)  # fmt: skip
ALIKE = (
    "report_id", "captured_at", "status", "site_id", "site_name", "description", "same_site", "photo", "referral_id",
    "referral_status", "referral_version", "department_name",
)  # fmt: skip


def shown_desk(desk: Desk, actor: Actor, language: str) -> dict[str, Any]:
    """A desk in the shape of DeskSchema; ``language`` of its sentences is 'zh' or 'en'."""
    detail = desk.detail
    report = detail.report
    knows_reporter = can(actor.roles, "reporter.read")
    return {
        "referral": shown(desk.referral, actor),
        "report": _report(desk, knows_reporter),
        "site": _site(detail),
        "position": _position(detail),
        "candidates": _candidates(desk),
        "photos": [_photo(photo) for photo in detail.photos],
        "answers": shown_answers(report),
        "attributes": shown_attributes(report),
        "emergency_calls": [_call(row) for row in detail.calls],
        "routing": shown_routing(report.routing, detail.rule_names, language),
        "others": [_other(row) for row in desk.others],
        "alike": [_alike(row, desk) for row in desk.alike],
        "site_history": _past(desk.past),
        "penalties": desk.penalties,
        "clocks": shown_clocks(desk.clocks),
        "file": shown_file(desk.file),
        "actions": [
            {
                "action": one.action,
                "undone_by": UNDONE_BY.get(one.action),
                "needs": [{"field": n.field, "need": n.need, "choices": n.choices} for n in one.needs],
            }
            for one in desk.actions
        ],
        "departments": [_department(choice) for choice in desk.departments],
        "events": [_event(row, report.author_id, knows_reporter) for row in detail.history],
    }


def _report(desk: Desk, knows_reporter: bool) -> dict[str, Any]:
    detail, report = desk.detail, desk.detail.report
    statuses = [desk.referral.Referral.status, *(other.Referral.status for other in desk.others)]
    return {
        **{name: getattr(report, name) for name in REPORT},
        "report_id": report.id,
        "stage": stage_of(statuses),
        "reporter": {"id": report.author_id, "name": detail.author_name} if knows_reporter else None,
        "street_name": desk.street_name,
        "findings": shown_findings(report),
        "notes": [
            {"note": row.ReportAmendment.note, "recorded_at": row.ReportAmendment.recorded_at}
            for row in detail.amendments
        ],
        "form": {"code": report.form_code, "version": report.form_version},
    }


def _site(detail: ReportDetail) -> dict[str, Any] | None:
    site, said = detail.site, detail.report.site or {}
    if site is None and not said:
        return None
    words = {
        name: said.get(name) or (getattr(site, name) if site else None)
        for name in ("name", "address", "uscc", "uscc_missing_reason")
    }
    return {
        "id": site.id if site else None,
        **words,
        "kind": site.kind if site else None,
        "status": site.status if site else None,
    }


def _position(detail: ReportDetail) -> dict[str, Any] | None:
    if detail.lon is None:
        return None
    raw, placing = detail.report.raw_position or {}, detail.report.placing or {}
    return {
        "lon": detail.lon,
        "lat": detail.lat,
        "accuracy_m": detail.report.accuracy_m,
        **{name: raw.get(name) for name in ("datum", "source", "fixed_at", "mocked")},
        **{name: placing.get(name) for name in ("distance_m", "basis")},
    }


def _candidates(desk: Desk) -> list[dict[str, Any]]:
    report, known = desk.detail.report, {row.code: row for row in desk.candidates}
    found = [
        {
            "code": candidate["code"],
            **{
                name: getattr(known.get(candidate["code"]), name, None)
                for name in ("name", "street_code", "street_name")
            },
            "share": candidate["share"],
            "chosen": candidate["code"] == report.grid_code,
            "geometry": orjson.loads(row.geometry) if (row := known.get(candidate["code"])) else None,
        }
        for candidate in (report.placing or {}).get("candidates", ())
    ]
    return sorted(found, key=lambda grid: (-grid["share"], grid["code"]))


def _photo(photo: Any) -> dict[str, Any]:
    address = f"{PHOTOS}/{photo.sha256}" if photo.arrived_at else None
    return {**shown_photo(photo), "preview": address and f"{address}/preview", "original": address}


def _call(row: Any) -> dict[str, Any]:
    return {name: getattr(row.EmergencyCall, name) for name in ("id", "number", "called_at", "note")}


def _other(row: Any) -> dict[str, Any]:
    referral = row.Referral
    return {
        "id": referral.id,
        "function": referral.function_code,
        "department": row.department,
        "department_name": row.department_name,
        "role": referral.role,
        "status": referral.status,
        "outcome_code": referral.outcome_code,
        "emergency": referral.is_emergency,
    }


def _alike(row: Any, desk: Desk) -> dict[str, Any]:
    mine = {finding["code"] for finding in desk.detail.report.findings}
    open_one = row.referral_id is not None and row.referral_status not in FINAL_STATUSES
    return {
        **{name: getattr(row, name) for name in ALIKE},
        "distance_m": None if row.distance_m is None else round(row.distance_m, 1),
        "shared_findings": [finding["code"] for finding in row.findings if finding["code"] in mine],
        "can_merge": open_one and any(one.action == "merge" for one in desk.actions),
    }


def _past(past: SitePast | None) -> dict[str, Any] | None:
    if past is None:
        return None
    recent = [{**row._asdict(), "findings": [finding["code"] for finding in row.findings]} for row in past.recent]
    return {**past.counts._asdict(), "recent": recent}


def _department(choice: Choice) -> dict[str, Any]:
    department = choice.department.department
    return {
        "id": department.id,
        "code": department.code,
        "name": department.name,
        "name_en": department.name_en,
        "street_code": department.street_code,
        "hint": choice.hint,
        "functions": [
            {"code": function.code, "zh": function.name_zh, "en": function.name_en} for function in choice.functions
        ],
    }


def _event(row: Any, author_id: Any, knows_reporter: bool) -> dict[str, Any]:
    """An event; that it was the reporter is not told where his name is not."""
    told = shown_event(row)
    hidden = not knows_reporter and row.Event.actor_id == author_id
    return {**told, "actor": None} if hidden else told
