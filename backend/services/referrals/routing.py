"""First routing: fresh reports become referrals by the rules of their day, and every decision stores why.

A batch costs as many statements as one report. Not here: the rules (domain/routing), later acts (acting.py), writing the
rows, the phones' feed (the caller does both once per batch).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from backend.domain.calendar import local_day
from backend.domain.ids import new_id
from backend.domain.routing import FindingFact, RoutedReferral, RoutingDecision, RoutingFacts
from backend.domain.vocabulary import Category, Outcome, ReferralStatus, ReportStatus, Severity
from backend.persistence.bulk import Writes
from backend.persistence.models import CaseText, Clock, Event, Referral
from backend.services.clocks import ClockDesk, first_clocks
from backend.services.history import event_values
from backend.services.outbox import CaseNews, InformedNews, announce_new
from backend.services.referrals.case_texts import NamedSite, case_text
from backend.services.referrals.departments import DepartmentMap, DepartmentRow
from backend.services.referrals.rows import NewReferral
from backend.services.referrals.rule_sets.choosing import ParsedSet, RuleSets
from backend.services.referrals.site_histories import PenaltyKey, SiteHistory, penalty_key
from backend.services.referrals.status import first_report_status

SEVERITIES = {severity.value: severity for severity in Severity}  # an enum's own look-up costs ten times this
RANK = {severity: rank for rank, severity in enumerate(Severity)}


class Routable(Protocol):
    """What routing reads of a report, and the two things it settles: ``routing`` and ``status``."""

    id: UUID
    seq: int
    category: Category
    position: Any  # EWKT, or what the database gave
    outcome: Outcome
    severity: Severity | None
    grid_code: str | None
    street_code: str | None
    captured_at: datetime
    received_at: datetime
    findings: list[Any]
    attributes: dict[str, Any]
    site: dict[str, Any] | None
    description: str
    site_id: UUID | None
    routing: dict[str, Any] | None
    status: ReportStatus


@dataclass(frozen=True, slots=True)
class RoutingDesk:
    """What every report is routed with: the rule sets, who answers for which function, what is known of the sites named and
    their past, and what deadlines are counted with."""

    rule_sets: RuleSets
    departments: DepartmentMap
    site_kinds: Mapping[UUID, str | None]
    clocks: ClockDesk
    sites: Mapping[UUID, NamedSite] = field(default_factory=dict)
    site_histories: Mapping[UUID, SiteHistory] = field(default_factory=dict)
    penalties: Mapping[PenaltyKey, int] = field(default_factory=dict)


# By report, its referrals with the names of their departments.
RoutedReports = dict[UUID, list[tuple[NewReferral, str | None]]]


def refer_reports(desk: RoutingDesk, reports: Sequence[Routable], writes: Writes, *, now: datetime) -> RoutedReports:
    """Route fresh reports: sets ``routing`` and ``status`` of each, adds referrals and events to ``writes``.

    Rules and departments are those of the day of capture; where no rule set holds, the street catches it.
    """
    days = _Days(now)
    routed = {report.id: _refer(report, desk, days, writes) for report in reports}
    news = [CaseNews(referral, _action(referral)) for referrals in routed.values() for referral, _ in referrals]
    informed = [told for report in reports for told in _informed(report, routed[report.id], desk, days)]
    announce_new(writes, news, informed=informed, now=now)
    return routed


class _Days:
    """Local days, each moment asked for once: most reports of a batch share theirs."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.today = local_day(now)
        self._known: dict[datetime, date] = {now: self.today}

    def of(self, moment: datetime) -> date:
        if moment not in self._known:
            self._known[moment] = local_day(moment)
        return self._known[moment]


@dataclass(frozen=True, slots=True)
class Decided:
    """Who gets one report and why: the set that held on ``day``, what it was told, and for each referral the department."""

    rule_set: ParsedSet
    district: str
    day: date
    facts: RoutingFacts
    decision: RoutingDecision
    told: dict[str, Any]
    departments: list[DepartmentRow | None]


def decide_reports(desk: RoutingDesk, reports: Sequence[Routable], *, now: datetime) -> list[Decided]:
    """What ``refer_reports`` would decide, without making anything of it."""
    days = _Days(now)
    return [_decide(report, desk, days) for report in reports]


def _decide(report: Routable, desk: RoutingDesk, days: _Days) -> Decided:
    day, received = days.of(report.captured_at), days.of(report.received_at)
    rule_set, district = desk.rule_sets.choose(report.street_code[:6] if report.street_code else None, day, received)
    facts = _facts(report, desk, day)
    decision, told = rule_set.decide(facts)
    find, street, today = desk.departments.find, report.street_code, days.today
    departments = [find(routed.function_code, district, street, day, today) for routed in decision.referrals]
    return Decided(rule_set, district, day, facts, decision, told, departments)


def _refer(report: Routable, desk: RoutingDesk, days: _Days, writes: Writes) -> list[tuple[NewReferral, str | None]]:
    decided = _decide(report, desk, days)
    report_id = str(report.id)
    referrals, addressed, events = [], [], []
    given = zip(decided.decision.referrals, decided.told["referrals"], decided.departments, strict=True)
    for routed, reasons, department in given:
        spans = decided.rule_set.deadlines(routed.deadline_profile)
        deadlines = desk.clocks.deadlines(routed.deadline_profile, spans, days.today)
        referral = _referral(report, routed, decided.facts, reasons, department, deadlines, days.now)
        writes.add(Clock, *first_clocks(desk.clocks, referral, days.now))
        address = _address(referral, department)
        addressed.append({**reasons, **address})
        events.append(_event(referral, report_id, address, days.now))
        referrals.append((referral, address["department_name"]))
    writes.add(Referral, *(referral for referral, _ in referrals))
    if referrals:
        writes.add(CaseText, case_text(report, desk.sites.get(report.site_id) if report.site_id else None))
    report.routing = _reasons(decided, addressed, days.now)
    data = {"rule_set": decided.rule_set.name, "fallback": decided.decision.fallback_used}
    statuses = [referral.status for referral, _ in referrals]
    writes.add(Event, *events, *first_report_status(report, statuses, now=days.now, data=data))
    return referrals


def _reasons(decided: Decided, addressed: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    """The decision as it is stored with the report."""
    facts = decided.facts
    return {
        **decided.told,
        "referrals": addressed,
        "district": decided.district,
        "valid_on": decided.day.isoformat(),
        "decided_at": now.isoformat(),
        # What the report itself does not keep and what may be otherwise tomorrow.
        "facts": {
            "site_kind": facts.site_kind,
            "prior_referrals": facts.prior_referrals,
            "prior_penalties": facts.prior_penalties,
        },
    }


def _informed(
    report: Routable, referrals: list[tuple[NewReferral, str | None]], desk: RoutingDesk, days: _Days
) -> Iterator[InformedNews]:
    """Who is told without a referral (知会): whoever answers for each function the rules name; nobody may."""
    routing = report.routing or {}
    for function in routing.get("informed", ()):
        day = days.of(report.captured_at)
        department = desk.departments.find(function, routing["district"], report.street_code, day, days.today)
        if department is not None:
            is_emergency = any(referral.is_emergency for referral, _ in referrals)
            yield InformedNews(report.id, report.category, report.street_code, function, department.id, is_emergency)


def _facts(report: Routable, desk: RoutingDesk, day: date) -> RoutingFacts:
    history = desk.site_histories.get(report.site_id) if report.site_id else None
    return RoutingFacts(
        category=report.category,
        outcome=report.outcome,
        findings=tuple(FindingFact(f["code"], SEVERITIES[f["severity"]]) for f in report.findings),
        attributes=report.attributes,
        site_kind=desk.site_kinds.get(report.site_id) if report.site_id else None,
        prior_penalties=desk.penalties.get(penalty_key(report, desk.sites, day)),
        prior_referrals=history.referrals if history else None,
        grid=report.grid_code,
        street=report.street_code,
        district=report.street_code[:6] if report.street_code else None,
        captured_at=report.captured_at,
    )


def _referral(
    report: Routable,
    routed: RoutedReferral,
    facts: RoutingFacts,
    reasons: dict[str, Any],
    department: DepartmentRow | None,
    deadlines: dict[str, Any],
    now: datetime,
) -> NewReferral:
    waits = routed.pending_triage or department is None
    return NewReferral(
        id=new_id(),
        report_id=report.id,
        report_seq=report.seq,
        category=report.category,
        position=str(report.position) if report.position is not None else None,
        street_code=report.street_code,
        function_code=routed.function_code,
        department_id=department.id if department else None,
        role=routed.role,
        status=ReferralStatus.PENDING_TRIAGE if waits else ReferralStatus.ROUTED,
        severity=_severity(report, routed, facts),
        is_emergency=routed.emergency,
        finding_codes=list(routed.finding_codes),
        rule_codes=list(routed.rule_codes),
        legal_basis=reasons["legal_basis"],
        deadline_profile=routed.deadline_profile,
        deadlines=deadlines,
        created_at=now,
        routed_at=None if waits else now,
    )


def _severity(report: Routable, routed: RoutedReferral, facts: RoutingFacts) -> Severity:
    """The gravest of the findings this referral is about; without findings that of the report."""
    found = [finding.severity for finding in facts.findings if finding.code in routed.finding_codes]
    return max(found, key=RANK.__getitem__, default=report.severity or Severity.MEDIUM)


def _address(referral: NewReferral, department: DepartmentRow | None) -> dict[str, Any]:
    return {
        "referral_id": str(referral.id),
        "department": department.code if department else None,
        "department_name": department.name if department else None,
    }


def _action(referral: NewReferral) -> str:
    return "await_triage" if referral.routed_at is None else "route"


def _event(referral: NewReferral, report_id: str, address: dict[str, Any], now: datetime) -> dict[str, Any]:
    return event_values(
        at=now,
        actor=None,
        subject_type="referral",
        subject_id=address["referral_id"],
        action=_action(referral),
        to_status=referral.status.value,
        data={
            "report_id": report_id,
            "rules": referral.rule_codes,
            "function": referral.function_code,
            "department_id": str(referral.department_id) if referral.department_id else None,
        },
    )
