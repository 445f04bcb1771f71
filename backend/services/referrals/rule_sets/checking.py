"""Whether a rule set may go live: its data, its own tests, and the proof against the departments of today.

Not here: the proof itself (domain/routing/proof.py), changing a status (acting.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.errors import DomainError
from backend.domain.routing import (
    Fault,
    Proof,
    RuleSet,
    content_hash,
    holder_faults,
    own_test_faults,
    prove,
    rule_set_faults,
    told,
)
from backend.domain.vocabulary import GridVersionStatus
from backend.persistence.models import Grid, GridVersion
from backend.services.referrals.rule_sets.holders import Duties

MOST_TOLD = 500  # faults in one answer; their count is told whole
_PROVED: dict[
    tuple[str, tuple[str, ...]], Proof
] = {}  # by rules and streets: the rules' half of a proof never goes stale
PROOFS_KEPT = 16
NAMES = frozenset({"code", "version", "zh", "en", "mark"})


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found. With no ``faults`` the set may be approved."""

    faults: Sequence[Fault]
    warnings: Sequence[Fault]
    tests: int
    cells: int
    combinations: int

    def to_data(self) -> dict[str, Any]:
        """As stored with the set and shown."""
        return {
            "faults": told(self.faults[:MOST_TOLD]),
            "warnings": told(self.warnings[:MOST_TOLD]),
            "tests": self.tests,
            "cells": self.cells,
            "combinations": self.combinations,
        }


def check_document(session: Session, content: Mapping[str, Any], tests: Sequence[Any]) -> CheckReport:
    """Everything wrong with a rule set's content and tests. Reads only; seconds of processor time for a set not seen before."""
    faults = rule_set_faults(content)
    if faults:
        return CheckReport(faults, [], len(tests), 0, 0)
    rule_set = RuleSet.from_data(content)
    duties = Duties(session, str(content["district"]))
    days = duties.days(rule_set.valid_from, rule_set.valid_to)
    proof = proof_of(rule_set, tuple(days))
    faults = [
        *_unknown_grids(session, rule_set),
        *own_test_faults(tests, rule_set),
        *proof.faults,
        *holder_faults(proof.cells, days, duties.holders),
    ]
    warnings = [*proof.warnings, *([] if tests else [Fault("untested", path="tests")])]
    return CheckReport(faults, warnings, len(tests), len(proof.cells), proof.combinations)


def check_rule_set(session: Session, content: Mapping[str, Any], tests: Sequence[Any]) -> CheckReport:
    """The report of a set without faults. Raises DomainError('rule_set_faulty') with each fault, by rule, clause and cell."""
    report = check_document(session, content, tests)
    if report.faults:
        raise DomainError("rule_set_faulty", errors=told(report.faults[:MOST_TOLD]), count=len(report.faults))
    return report


def coverage_of(session: Session, content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The matrix category × finding × street → who leads, with the organisations on the set's first day there.

    Raises DomainError('rule_set_faulty') where the content cannot be used at all.
    """
    faults = rule_set_faults(content)
    if faults:
        raise DomainError("rule_set_faulty", errors=told(faults[:MOST_TOLD]), count=len(faults))
    rule_set = RuleSet.from_data(content)
    duties = Duties(session, str(content["district"]))
    days = duties.days(rule_set.valid_from, rule_set.valid_to)
    cells = proof_of(rule_set, tuple(days)).cells
    held = {
        (function, cell.street): duties.holders(function, cell.street, days[cell.street][0])
        for cell in cells for function in cell.leads
    }  # fmt: skip
    return [
        {**cell.to_data(), "departments": {function: held[function, cell.street] for function in cell.usual}}
        for cell in cells
    ]


def proof_of(rule_set: RuleSet, streets: tuple[str, ...]) -> Proof:
    """The rules' half of the proof, kept by what it depends on: a new name or version proves nothing else."""
    key = (content_hash({name: value for name, value in rule_set.data.items() if name not in NAMES}), streets)
    found = _PROVED.get(key)
    if found is None:
        found = prove(rule_set, streets)
        if len(_PROVED) >= PROOFS_KEPT:
            _PROVED.clear()
        _PROVED[key] = found
    return found


def _unknown_grids(session: Session, rule_set: RuleSet) -> Iterator[Fault]:
    named = [
        (rule.code, place, grid)
        for rule in rule_set.rules
        for place, clause in enumerate(rule.clauses, 1)
        for grid in sorted(clause.grids)
    ]
    if not named:
        return
    known = set(
        session.scalars(
            select(Grid.code)
            .join(GridVersion, GridVersion.id == Grid.version_id)
            .where(Grid.code.in_({grid for *_, grid in named}), GridVersion.status != GridVersionStatus.DRAFT)
        )
    )
    for rule, clause, grid in named:
        if grid not in known:
            params = {"value": grid, "what": "grid of a published version", "what_zh": "已发布版本中的网格"}
            yield Fault("unknown_value", params, rule=rule, clause=clause)
