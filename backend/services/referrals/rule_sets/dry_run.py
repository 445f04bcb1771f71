"""Replays the last reports against a draft and tells what would be otherwise. Reads only, a batch at a time.

Not here: routing itself (domain/routing); nothing of a dry run is stored.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from backend.domain.errors import DomainError
from backend.domain.routing import FindingFact, RoutingFacts, RuleSet, rule_set_faults, told
from backend.domain.rule_sets import dry_run_size
from backend.domain.vocabulary import Outcome, Severity
from backend.persistence.models import Report, RuleSetRow, Site
from backend.services.referrals.rule_sets.choosing import ParsedSet

BATCH = 500  # reports in memory at a time
ROWS_TOLD = 200
KINDS = ("lead", "co", "profile", "emergency", "triage", "outcome")
SIDE = ("profile", "emergency", "triage")


@dataclass(slots=True)
class DryRun:
    """``counts``: by kind of change, reports with it; ``items``: the newest changed ones, the rest is in the counts."""

    reports: int = 0
    changed: int = 0
    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(KINDS, 0)))
    items: list[dict[str, Any]] = field(default_factory=list)

    def to_data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "reports": self.reports,
            "changed": self.changed,
            "counts": dict(self.counts),
            "items": self.items,
            "not_listed": self.changed - len(self.items),
        }


def dry_run(session: Session, row: RuleSetRow, wanted: int | None = None) -> DryRun:
    """Route the last ``wanted`` reports with a problem (data/rule_sets.yaml says how many at most) by ``row``.

    Known then is known now: what was stored with a decision (kind of site, earlier referrals) is taken from there. Raises
    DomainError('rule_set_faulty') where the content cannot be used.
    """
    faults = rule_set_faults(row.content)
    if faults:
        raise DomainError("rule_set_faulty", errors=told(faults), count=len(faults))
    draft = ParsedSet(RuleSet.from_data(row.content))
    result = DryRun()
    for report in _reports(session, row.district_code, dry_run_size(wanted)):
        decision, _ = draft.decide(_facts(report))
        after = {
            "outcome": str(decision.outcome),
            "referrals": {
                referral.function_code: {
                    "role": str(referral.role), "profile": referral.deadline_profile,
                    "emergency": referral.emergency, "triage": referral.pending_triage,
                }
                for referral in decision.referrals
            },
        }  # fmt: skip
        _note(result, report, _before(report.routing), after)
    return result


def _reports(session: Session, district: str, wanted: int) -> Iterator[Row[*tuple[Any, ...]]]:
    columns = (
        Report.seq, Report.id, Report.category, Report.findings, Report.attributes, Report.street_code, Report.grid_code,
        Report.captured_at, Report.routing, Site.kind,
    )  # fmt: skip
    newest_first = (
        select(*columns)
        .outerjoin(Site, Site.id == Report.site_id)
        .where(
            Report.outcome == Outcome.PROBLEM, Report.street_code.startswith(district) | Report.street_code.is_(None)
        )
        .order_by(Report.seq.desc())
    )
    below: int | None = None
    while wanted > 0:
        part = newest_first if below is None else newest_first.where(Report.seq < below)
        rows = session.execute(part.limit(min(BATCH, wanted))).all()
        if not rows:
            return
        yield from rows
        wanted -= len(rows)
        below = rows[-1].seq


def _facts(report: Row[*tuple[Any, ...]]) -> RoutingFacts:
    known = (report.routing or {}).get("facts") or {"site_kind": report.kind}
    return RoutingFacts(
        category=report.category,
        outcome=Outcome.PROBLEM,
        findings=tuple(FindingFact(found["code"], Severity(found["severity"])) for found in report.findings),
        attributes=report.attributes,
        site_kind=known.get("site_kind"),
        prior_penalties=known.get("prior_penalties"),
        prior_referrals=known.get("prior_referrals"),
        grid=report.grid_code,
        street=report.street_code,
        district=report.street_code[:6] if report.street_code else None,
        captured_at=report.captured_at,
    )


def _before(routing: Mapping[str, Any] | None) -> dict[str, Any]:
    """What was decided then, by rules alone: what people did later is no matter here."""
    return {
        "outcome": routing["outcome"] if routing else None,
        "referrals": {
            entry["function"]: {
                "role": entry["role"], "profile": entry["deadline_profile"],
                "emergency": entry["emergency"], "triage": entry["pending_triage"],
            }
            for entry in (routing or {}).get("referrals", ())
        },
    }  # fmt: skip


def _note(result: DryRun, report: Row[*tuple[Any, ...]], before: dict[str, Any], after: dict[str, Any]) -> None:
    result.reports += 1
    if before == after:
        return
    kinds = list(_kinds_of_change(before, after))
    result.changed += 1
    result.counts.update(kinds)
    if len(result.items) < ROWS_TOLD:
        result.items.append(
            {
                "report_id": report.id, "category": report.category, "street_code": report.street_code,
                "findings": [found["code"] for found in report.findings], "kinds": kinds,
                "before": _listed(before), "after": _listed(after),
            }
        )  # fmt: skip


def _kinds_of_change(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    old, new = before["referrals"], after["referrals"]
    for role in ("lead", "co"):
        if {f for f, one in old.items() if one["role"] == role} != {f for f, one in new.items() if one["role"] == role}:
            yield role
    for side in SIDE:
        if any(old[function][side] != new[function][side] for function in old.keys() & new.keys()):
            yield side
    if before["outcome"] != after["outcome"]:
        yield "outcome"


def _listed(side: dict[str, Any]) -> dict[str, Any]:
    return {**side, "referrals": [{"function": function, **one} for function, one in side["referrals"].items()]}
