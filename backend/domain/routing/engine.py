"""Applying a rule set to the facts of one report: pure, and silent about nothing it decided.

Not here: when a clause holds (matching.py), who holds a function (departments.py), the data's checks (validation.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from backend.domain.routing.decision import (
    FindingFact,
    MatchedClause,
    RejectedCandidate,
    RoutedReferral,
    RoutingDecision,
    RoutingFacts,
    RoutingOutcome,
)
from backend.domain.routing.matching import objection
from backend.domain.routing.rules import BY_SEVERITY, Clause, Rule, RuleSet
from backend.domain.vocabulary import Outcome, ReferralRole, Severity

FALLBACK_RULE = "fallback"  # 属地兜底
_RANK = {severity: place for place, severity in enumerate(Severity)}
_EMERGENCY_PROFILE = str(Severity.EMERGENCY)


def route(facts: RoutingFacts, rule_set: RuleSet) -> RoutingDecision:
    """Who is responsible for what was reported, and why.

    Only an outcome ``problem`` is referred. Every finding is taken by at least one rule, by a rule that says it is no
    matter (BX), or by the fallback to the street; a report nobody leads goes to the street as a whole.
    """
    if facts.outcome != Outcome.PROBLEM:
        return _decision(rule_set, RoutingOutcome.NOTHING_TO_REFER, _Ledger())
    ledger = _Ledger(tuple(dict.fromkeys(finding.code for finding in facts.findings)))
    for rule in rule_set.by_category[facts.category]:
        if rule.needs is None or not rule.needs.isdisjoint(ledger.codes):
            _try_rule(rule, facts, ledger)
    covered = {code for match in ledger.matched for code in match.finding_codes} | ledger.excused
    left = tuple(finding.code for finding in facts.findings if finding.code not in covered)
    merged = _Merger(facts, rule_set)
    for match in ledger.applied:
        merged.add_rule(*match)
    excused_all = bool(ledger.excused_by) and not left and not merged.has_lead
    if excused_all:
        return _decision(rule_set, RoutingOutcome.NOT_APPLICABLE, ledger)
    fallback = bool(left) or not merged.has_lead
    if fallback:
        merged.add_fallback(left)
    return _decision(rule_set, RoutingOutcome.REFERRED, ledger, merged.referrals(), merged.informed(), fallback)


@dataclass(slots=True)
class _Ledger:
    """What has been taken so far, and the reasons met on the way."""

    codes: tuple[str, ...] = ()  # of the findings, each once
    matched: list[MatchedClause] = field(default_factory=list)
    rejected: list[RejectedCandidate] = field(default_factory=list)
    applied: list[tuple[Rule, tuple[str, ...]]] = field(default_factory=list)
    taken: dict[tuple[str | None, str], str] = field(default_factory=dict)
    excused: set[str] = field(default_factory=set)
    excused_by: list[str] = field(default_factory=list)


def _try_rule(rule: Rule, facts: RoutingFacts, ledger: _Ledger) -> None:
    matches: list[MatchedClause] = []
    reasons: list[str] = []
    for place, clause in enumerate(rule.clauses, start=1):
        found = _findings_for(rule, clause, facts, ledger, reasons)
        if found is None:
            continue
        why = objection(clause, facts)
        if why:
            reasons.append(why)
            continue
        matches.append(MatchedClause(rule.code, place, found))
        for key in found or (None,):
            ledger.taken[key, rule.group] = rule.code
    if not matches:
        if reasons:
            ledger.rejected.append(RejectedCandidate(rule.code, "; ".join(dict.fromkeys(reasons))))
        return
    ledger.matched.extend(matches)
    codes = tuple(dict.fromkeys(code for match in matches for code in match.finding_codes))
    if rule.refers:
        ledger.applied.append((rule, codes))
    else:
        ledger.excused.update(codes)
        ledger.excused_by.append(rule.code)


def _findings_for(
    rule: Rule, clause: Clause, facts: RoutingFacts, ledger: _Ledger, reasons: list[str]
) -> tuple[str, ...] | None:
    """The findings a clause is about (empty: the whole report), or None where the clause is not even a candidate."""
    if facts.category not in clause.categories:
        return None
    if not clause.findings:
        if clause.without_findings and facts.findings:
            return None
        holder = ledger.taken.get((None, rule.group))
        if holder and holder != rule.code:
            reasons.append(f"report taken by {holder}")
            return None
        return ()
    free = []
    for code in ledger.codes:
        if code in clause.findings and code not in ledger.excused:
            holder = ledger.taken.get((code, rule.group))
            if holder is None:
                free.append(code)
            elif holder != rule.code:
                reasons.append(f"{code} taken by {holder}")
    return tuple(free) or None


@dataclass(slots=True)
class _Share:
    """What one function gets out of all rules that name it."""

    lead: bool
    triage: bool
    rules: dict[str, None] = field(default_factory=dict)
    basis: dict[str, None] = field(default_factory=dict)
    findings: dict[str, None] = field(default_factory=dict)
    profile: str = ""
    emergency: bool = False


class _Merger:
    """Merges matched rules into one referral per function: lead beats co, the strictest deadline wins."""

    def __init__(self, facts: RoutingFacts, rule_set: RuleSet) -> None:
        self._rule_set = rule_set
        self._findings = facts.findings
        self._shares: dict[str, _Share] = {}
        self._told: dict[str, None] = {}
        self.has_lead = False

    def add_rule(self, rule: Rule, codes: tuple[str, ...]) -> None:
        if rule.lead:
            self._add(rule.lead, True, rule.triage, rule, codes)
        for function in rule.co:
            self._add(function, False, False, rule, codes)
        self._told.update(dict.fromkeys(rule.inform))

    def add_fallback(self, codes: tuple[str, ...]) -> None:
        share = self._share(self._rule_set.fallback_function, True, True)
        self._fill(share, FALLBACK_RULE, self._rule_set.fallback_basis, BY_SEVERITY, codes)

    def _add(self, function: str, lead: bool, triage: bool, rule: Rule, codes: tuple[str, ...]) -> None:
        share = self._share(function, lead, triage)
        share.emergency |= rule.emergency
        self._fill(share, rule.code, rule.basis, rule.deadline_profile, codes)

    def _share(self, function: str, lead: bool, triage: bool) -> _Share:
        share = self._shares.get(function)
        if share is None:
            share = self._shares[function] = _Share(lead, triage)
        else:
            # What one rule refers outright needs no triage, even if another rule would have waited for it.
            share.triage = triage and share.triage if lead == share.lead else (triage if lead else share.triage)
            share.lead |= lead
        self.has_lead |= lead
        return share

    def _fill(self, share: _Share, rule: str, basis: Iterable[str], profile: str, codes: tuple[str, ...]) -> None:
        share.rules[rule] = None
        share.basis.update(dict.fromkeys(basis))
        share.findings.update(dict.fromkeys(codes))
        concerned = [finding for finding in self._findings if not codes or finding.code in codes]
        share.emergency |= any(self._is_emergency(finding) for finding in concerned)
        if profile == BY_SEVERITY:
            worst = max((finding.severity for finding in concerned), key=_RANK.__getitem__, default=Severity.MEDIUM)
            profile = str(worst)
        share.profile = self._stricter(share.profile, profile)

    def _is_emergency(self, finding: FindingFact) -> bool:
        return finding.severity == Severity.EMERGENCY or finding.code in self._rule_set.emergency_findings

    def _stricter(self, one: str, other: str) -> str:
        order = self._rule_set.deadline_profiles
        return min((profile for profile in (one, other) if profile), key=order.index)

    def informed(self) -> tuple[str, ...]:
        return tuple(function for function in self._told if function not in self._shares)

    def referrals(self) -> tuple[RoutedReferral, ...]:
        leads_first = sorted(self._shares.items(), key=lambda entry: not entry[1].lead)
        return tuple(
            RoutedReferral(
                function_code=function,
                role=ReferralRole.LEAD if share.lead else ReferralRole.CO,
                rule_codes=tuple(share.rules),
                legal_basis=tuple(share.basis),
                deadline_profile=_EMERGENCY_PROFILE if share.emergency else share.profile,
                emergency=share.emergency,
                finding_codes=tuple(share.findings),
                pending_triage=share.triage,
            )
            for function, share in leads_first
        )


def _decision(
    rule_set: RuleSet,
    outcome: RoutingOutcome,
    ledger: _Ledger,
    referrals: tuple[RoutedReferral, ...] = (),
    informed: tuple[str, ...] = (),
    fallback: bool = False,
) -> RoutingDecision:
    return RoutingDecision(
        rule_set=rule_set.code,
        rule_set_version=rule_set.version,
        outcome=outcome,
        referrals=referrals,
        matched=tuple(ledger.matched),
        rejected=tuple(ledger.rejected),
        informed=informed,
        not_applicable=tuple(ledger.excused_by),
        fallback_used=fallback,
    )
