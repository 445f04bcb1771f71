"""Tells one report: plain values in the shape of ReportSchema, with the sentences a person reads."""

from typing import Any

from sqlalchemy import Row

from backend.api.history import shown_event
from backend.domain.calendar import LOCAL_ZONE
from backend.domain.labels import label_of
from backend.domain.reports.stages import stage_of
from backend.domain.vocabulary import ReferralRole
from backend.persistence.models import Report, ReportPhoto
from backend.persistence.queries.reports import ReportDetail

AnyRow = Row[*tuple[Any, ...]]
RULE_OF_LAST_RESORT = {"fallback": {"zh": "属地兜底", "en": "Caught by the street"}}
CONFIRMED = "确认"
TEXTS = {
    "photos": {"zh": "{expected} 张照片已到 {here} 张", "en": "{here} of {expected} photos here"},
    "waiting": {"zh": "，自 {since} 起等待", "en": ", waiting since {since}"},
    "reason": {
        "zh": "{department}（{role}）：规则 {rules}{findings}。依据：{basis}。{state}",
        "en": "{department} ({role}): rule {rules}{findings}. Basis: {basis}. {state}",
    },
    "findings": {"zh": "，发现 {codes}", "en": ", findings {codes}"},
    "nobody": {"zh": "未定部门", "en": "No department yet"},
    "triage": {"zh": "待人工定性。", "en": "Waits for a person to decide."},
    "emergency": {"zh": "紧急，请先电话联系。", "en": "Emergency: phone first."},
    "unread": {"zh": "（未核原文）", "en": " (text not verified)"},
    "separator": {"zh": "；", "en": "; "},
}


def shown_report(detail: ReportDetail, referrals: list[dict[str, Any]], language: str) -> dict[str, Any]:
    """A report whole; ``referrals`` as ReferralSchema, ``language`` is 'zh' or 'en'."""
    report = detail.report
    site = report.site or {}
    photo_state = _photo_state(report, detail, language)
    return {
        **_columns(report),
        "report_id": report.id,
        "stage": stage_of(referral["status"] for referral in referrals),
        "author": {"id": report.author_id, "name": detail.author_name},
        "site_name": site.get("name") or (detail.site.name if detail.site else None),
        "site_address": site.get("address") or (detail.site.address if detail.site else None),
        "position": _position(detail),
        "form": {"code": report.form_code, "version": report.form_version},
        "photos": [shown_photo(photo) for photo in detail.photos],
        "photos_waiting_since": photo_state["waiting_since"],
        "photo_state": photo_state,
        "amendments": [_amendment(row) for row in detail.amendments],
        "emergency_calls": [_call(row) for row in detail.calls],
        "referrals": referrals,
        "routing": shown_routing(report.routing, detail.rule_names, language),
        "history": [shown_event(row) for row in detail.history],
    }


COLUMNS = (
    "category", "outcome", "status", "severity", "captured_at", "recorded_at", "received_at", "task_id", "site_id",
    "grid_code", "street_code", "verdict", "flags", "findings", "description", "photos_expected", "photos_here",
    "version", "device_id", "clock_offset_ms", "raw_position", "placing", "site", "answers", "attributes",
    "withdrawn_at", "withdrawn_reason",
)  # fmt: skip


def _columns(report: Report) -> dict[str, Any]:
    return {name: getattr(report, name) for name in COLUMNS}


def _position(detail: ReportDetail) -> dict[str, Any] | None:
    if detail.lon is None:
        return None
    return {"lon": detail.lon, "lat": detail.lat, "accuracy_m": detail.report.accuracy_m}


def shown_photo(photo: ReportPhoto) -> dict[str, Any]:
    """A photo a report names, in the shape of PhotoSchema."""
    return {
        "sha256": photo.sha256,
        "role": photo.role,
        "here": photo.arrived_at is not None,
        "bytes": photo.byte_count,
        "mime": photo.mime,
        "source": photo.source,
        "taken_at": photo.taken_at,
        "arrived_at": photo.arrived_at,
        "waiting_since": None if photo.arrived_at else photo.named_at,
    }


def _photo_state(report: Report, detail: ReportDetail, language: str) -> dict[str, Any]:
    since = min((photo.named_at for photo in detail.photos if photo.arrived_at is None), default=None)
    text = TEXTS["photos"][language].format(expected=report.photos_expected, here=report.photos_here)
    if since is not None:
        text += TEXTS["waiting"][language].format(since=since.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M"))
    return {
        "expected": report.photos_expected,
        "here": report.photos_here,
        "waiting_since": since,
        "wanted_at": report.photos_wanted_at,
        "text": text,
    }


def _amendment(row: AnyRow) -> dict[str, Any]:
    amendment = row.ReportAmendment
    return {
        "id": amendment.id,
        "note": amendment.note,
        "author": {"id": amendment.author_id, "name": row.author_name},
        "recorded_at": amendment.recorded_at,
        "received_at": amendment.received_at,
    }


def _call(row: AnyRow) -> dict[str, Any]:
    call = row.EmergencyCall
    return {
        "id": call.id,
        "number": call.number,
        "caller": {"id": call.caller_id, "name": row.caller_name},
        "called_at": call.called_at,
        "note": call.note,
    }


def shown_routing(
    routing: dict[str, Any] | None, names: dict[str, dict[str, str]], language: str
) -> dict[str, Any] | None:
    """Why a report was routed as it was, in the shape of RoutingReasonSchema; None where nothing was routed."""
    if not routing:
        return None
    known = {**RULE_OF_LAST_RESORT, **names}
    return {
        **{name: routing[name] for name in ("rule_set", "rule_set_version", "valid_on", "decided_at", "outcome")},
        **{name: routing[name] for name in ("fallback_used", "informed", "not_applicable")},
        "referrals": [_routed(entry, known, language) for entry in routing["referrals"]],
        "rejected": [{**_rule(entry["rule"], known), "why": entry["why"]} for entry in routing["rejected"]],
    }


def _routed(entry: dict[str, Any], names: dict[str, dict[str, str]], language: str) -> dict[str, Any]:
    rules = [_rule(code, names) for code in entry["rules"]]
    return {**entry, "rules": rules, "text": _reason(entry, rules, language)}


def _rule(code: str, names: dict[str, dict[str, str]]) -> dict[str, str]:
    return {"code": code, "zh": code, "en": code, **names.get(code, {})}


def _reason(entry: dict[str, Any], rules: list[dict[str, str]], language: str) -> str:
    role = label_of(ReferralRole(entry["role"]))
    separator = TEXTS["separator"][language]
    state = [TEXTS[name][language] for name, on in (
        ("triage", entry["pending_triage"]), ("emergency", entry["emergency"])) if on]  # fmt: skip
    codes = ", ".join(entry["findings"])
    return (
        TEXTS["reason"][language]
        .format(
            department=entry["department_name"] or TEXTS["nobody"][language],
            role=role.zh if language == "zh" else role.en,
            rules=separator.join(f"{rule['code']} {rule[language]}" for rule in rules),
            findings=TEXTS["findings"][language].format(codes=codes) if codes else "",
            basis=separator.join(_law(basis, language) for basis in entry["legal_basis"]),
            state=" ".join(state),
        )
        .strip()
    )


def _law(basis: dict[str, str], language: str) -> str:
    """Only a text that was read may be shown as the law; every other is marked."""
    return f"{basis['law']} {basis['article']}" + ("" if basis["mark"] == CONFIRMED else TEXTS["unread"][language])
