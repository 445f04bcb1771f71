"""Why a report went where it went: rules, facts, clauses, what was rejected and why, and what people changed since.

Not here: the report itself (shown.py), deciding anything (domain/routing).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row

from backend.domain.legal import CONFIRMED
from backend.persistence.models import Report

AnyRow = Row[*tuple[Any, ...]]


def explained(report: Report, rules: Mapping[str, Mapping[str, Any]], history: Iterable[AnyRow]) -> dict[str, Any]:
    """The shape of ExplanationSchema. ``rules``: by code, those of the set that decided, as data; ``history``: the events of
    the report and its referrals."""
    routing = report.routing or {}
    return {
        "report_id": report.id,
        "routed": bool(routing),
        **{name: routing.get(name) for name in ("rule_set", "rule_set_version", "reason", "valid_on", "decided_at")},
        "outcome": routing.get("outcome"),
        "fallback_used": routing.get("fallback_used", False),
        "facts": _facts(report, routing),
        "matched": [_matched(match, rules) for match in routing.get("matched", ())],
        "rejected": [
            {**_named(candidate["rule"], rules), "why": candidate["why"]} for candidate in routing.get("rejected", ())
        ],
        "referrals": [_referral(entry, rules) for entry in routing.get("referrals", ())],
        "informed": routing.get("informed", []),
        "not_applicable": [_named(code, rules) for code in routing.get("not_applicable", ())],
        "rerouted": [_rerouted(row) for row in history if _is_manual(row)],
    }


def _facts(report: Report, routing: Mapping[str, Any]) -> dict[str, Any]:
    """What was known: words and places never change afterwards, the rest was stored with the decision (null: not told)."""
    return {
        "category": report.category,
        "findings": report.findings,
        "attributes": report.attributes,
        "grid": report.grid_code,
        "street": report.street_code,
        "district": routing.get("district"),
        "captured_at": report.captured_at,
        **{"site_kind": None, "prior_referrals": None, "prior_penalties": None, **(routing.get("facts") or {})},
    }


def _matched(match: Mapping[str, Any], rules: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    clauses = rules.get(match["rule"], {}).get("when", [])
    place = match["clause"]
    return {
        **_named(match["rule"], rules),
        "clause": place,
        "condition": clauses[place - 1] if 0 < place <= len(clauses) else None,
        "findings": match["findings"],
    }


def _referral(entry: Mapping[str, Any], rules: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        **{name: entry[name] for name in (
            "referral_id", "function", "department", "department_name", "role", "deadline_profile", "emergency", "findings",
            "pending_triage",
        )},
        "rules": [_named(code, rules) for code in entry["rules"]],
        # Only a text that was read may be shown as the law (domain.md); the mark says how each was verified.
        "legal_basis": [{**basis, "confirmed": basis["mark"] == CONFIRMED} for basis in entry["legal_basis"]],
    }  # fmt: skip


def _is_manual(row: AnyRow) -> bool:
    event = row.Event
    return bool(event.subject_type == "referral" and event.action == "route" and event.actor_id is not None)


def _rerouted(row: AnyRow) -> dict[str, Any]:
    event = row.Event
    return {
        "referral_id": event.subject_id,
        "at": event.at,
        "by": {"id": event.actor_id, "name": row.actor_name},
        "from_status": event.from_status,
        "reason": event.reason,
        "before": event.data.get("before"),
        "after": event.data.get("after"),
    }


def _named(code: str, rules: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    rule = rules.get(code, {"zh": "属地兜底", "en": "Caught by the street"} if code == "fallback" else {})
    return {"code": code, "row": rule.get("row"), "zh": rule.get("zh", code), "en": rule.get("en", code)}
