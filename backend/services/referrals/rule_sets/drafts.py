"""Making and rewriting drafts of rule sets. Anything readable may be kept as a draft; whether it is right is for the check.

Not here: checks and approval (acting.py).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.divisions import find_division
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.permissions import check
from backend.domain.routing import Document, DocumentError, content_hash, read_json_document, read_yaml_document, told
from backend.domain.routing.shape import head_faults
from backend.domain.vocabulary import RuleSetAction, RuleSetStatus
from backend.persistence.models import RuleSetRow
from backend.services.history import record
from backend.services.referrals.rule_sets.status import SUBJECT, locked, set_rule_set_status


def read_document(text: bytes, *, is_yaml: bool) -> Document:
    """The document in ``text``. Raises DomainError('rule_set_unreadable') with what cannot be read or stored, and where."""
    try:
        document = read_yaml_document(text) if is_yaml else read_json_document(text)
    except DocumentError as error:
        raise _unreadable(told(error.faults)) from error
    faults = head_faults(document.content)
    if faults:
        raise _unreadable(told(faults))
    return document


def create_draft(session: Session, actor: Actor | None, document: Document, *, now: datetime) -> RuleSetRow:
    """Keep a document as a new draft; ``actor`` None: from the command line of the machine itself.

    Raises DomainError: forbidden, unknown_division, rule_set_exists (code and version).
    """
    if actor is not None:
        check(actor.roles, "rules.write")
    values = _columns(document)
    rule_set_id = new_id()
    author = actor.user_id if actor else None
    row = {"id": rule_set_id, "status": RuleSetStatus.DRAFT, "created_at": now, "created_by": author, **values}
    made = session.execute(
        insert(RuleSetRow)
        .values(row)
        .on_conflict_do_nothing(index_elements=["code", "version"])
        .returning(RuleSetRow.id)
    ).scalar()
    if made is None:
        raise DomainError("rule_set_exists", name=values["code"], version=values["version"])
    record(
        session, at=now, actor=actor, subject_type=SUBJECT, subject_id=rule_set_id, action="create",
        to_status=RuleSetStatus.DRAFT.value, data=_named(values),
    )  # fmt: skip
    session.flush()
    return session.scalars(select(RuleSetRow).where(RuleSetRow.id == rule_set_id)).one()


def replace_draft(
    session: Session, actor: Actor, rule_set_id: UUID, document: Document, *, sha256: str | None, now: datetime
) -> RuleSetRow:
    """Give a draft (or a set that was checked, which is a draft again then) another content.

    ``sha256``: the content the editor saw. Raises DomainError: not_found, forbidden, rule_set_changed (somebody was quicker),
    illegal_transition, rule_set_fixed (another code or version), unknown_division.
    """
    check(actor.roles, "rules.write")
    row = locked(session, actor, rule_set_id)
    check_unchanged(row, sha256)
    values = _columns(document)
    if (values["code"], values["version"]) != (row.code, row.version):
        raise DomainError("rule_set_fixed", name=f"{row.code}/{row.version}")
    before = row.content_sha256
    for name, value in values.items():
        setattr(row, name, value)
    row.edited_by, row.checked_at, row.check_report = actor.user_id, None, None
    set_rule_set_status(session, actor, row, RuleSetAction.EDIT, now=now, data={"before": before})
    session.flush()
    return row


def check_unchanged(row: RuleSetRow, sha256: str | None) -> None:
    """Raise DomainError('rule_set_changed') if ``sha256`` is given and the content is another by now."""
    if sha256 is not None and sha256 != row.content_sha256:
        raise DomainError("rule_set_changed")


def _columns(document: Document) -> dict[str, Any]:
    content = document.content
    valid_from = date.fromisoformat(content["valid_from"])
    if find_division(content["district"], valid_from) is None:
        raise DomainError("unknown_division", value=content["district"])
    return {
        "code": content["code"],
        "version": content["version"],
        "district_code": content["district"],
        "valid_from": valid_from,
        "valid_to": date.fromisoformat(content["valid_to"]) if content["valid_to"] else None,
        "content": content,
        "content_sha256": content_hash(content),
        "tests": document.tests,
        "note": document.note,
    }


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in ("code", "version", "content_sha256")}


def _unreadable(errors: list[dict[str, Any]]) -> DomainError:
    return DomainError("rule_set_unreadable", errors=errors, count=len(errors))
