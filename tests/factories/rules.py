"""Rule sets for tests: the shipped one with changes, as data, as documents and as rows."""

import copy
import json
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from backend.domain.ids import new_id
from backend.domain.routing import content_hash, shipped_rule_set
from backend.domain.vocabulary import RuleSetStatus
from backend.persistence.models import RuleSetRow, User
from tests.conftest import NOW
from tests.factories.constants import numbers

Change = Callable[[dict[str, Any]], object]


def rule_data(change: Change | None = None, **values: Any) -> dict[str, Any]:
    """The content of the shipped set under another name, beginning after NOW; ``change`` works on it in place."""
    data = json.loads(json.dumps(shipped_rule_set().to_data()))
    data |= {"code": f"test-{next(numbers)}", "valid_from": "2026-12-01", **copy.deepcopy(values)}
    if change:
        change(data)
    return data


def the_rule(data: dict[str, Any], code: str) -> dict[str, Any]:
    """One rule of a content, to be changed."""
    return next(rule for rule in data["rules"] if rule["code"] == code)


def make_rule_set(
    session: Session,
    content: dict[str, Any] | None = None,
    status: RuleSetStatus = RuleSetStatus.DRAFT,
    *,
    author: User | None = None,
    **values: Any,
) -> RuleSetRow:
    """A stored rule set in any status, without having gone through its life."""
    content = content or rule_data()
    done = NOW if status != RuleSetStatus.DRAFT else None
    row = RuleSetRow(
        **{
            "id": new_id(),
            "code": content["code"],
            "version": content["version"],
            "district_code": content["district"],
            "valid_from": date.fromisoformat(content["valid_from"]),
            "valid_to": date.fromisoformat(content["valid_to"]) if content["valid_to"] else None,
            "content": content,
            "content_sha256": content_hash(content),
            "created_at": NOW,
            "created_by": author.id if author else None,
            "status": status,
            "tests": [],
            "note": "",
            "checked_at": done,
            "approved_at": done if status == RuleSetStatus.APPROVED else None,
            **values,
        }
    )
    session.add(row)
    session.flush()
    return row
