"""People who act on rule sets, and what they are told. Not here: rule sets themselves (tests/factories/rules.py)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.routing import Document
from backend.domain.vocabulary import Role, RuleSetAction, RuleSetStatus
from backend.persistence.models import RuleSetRow
from backend.services.referrals import RuleSets
from backend.services.referrals.rule_sets import act_on_rule_set, create_draft
from tests.conftest import NOW
from tests.factories import DISTRICT, actor_of, make_user

A, S = RuleSetAction, RuleSetStatus
TEST = {
    "name": "黑诊所", "facts": {"category": "illegal_practice", "findings": ["A-01"]},
    "expect": {"lead": ["medical_practice_supervision"]},
}  # fmt: skip


def somebody(session: Session, role: Role = Role.BUREAU_TRIAGER) -> Actor:
    return actor_of(make_user(session, role), role)


def go(session: Session, actor: Actor, row: RuleSetRow, action: RuleSetAction, **details: Any) -> RuleSetRow:
    return act_on_rule_set(session, actor, row.id, action, now=details.pop("now", NOW), **details)


def refused(session: Session, actor: Actor, row: RuleSetRow, action: RuleSetAction, **details: Any) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        go(session, actor, row, action, **details)
    return refusal.value


def approved(session: Session, content: dict[str, Any]) -> RuleSetRow:
    author, other = somebody(session), somebody(session)
    row = create_draft(session, author, Document(content, [TEST], ""), now=NOW)
    go(session, author, row, A.CHECK)
    return go(session, other, row, A.APPROVE)


def holding(session: Session, day: date) -> str:
    chosen, district = RuleSets(session).choose(DISTRICT, day, day)
    assert district == DISTRICT
    return chosen.name
