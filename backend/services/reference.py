"""Brings the tables of reference data in step with the data files shipped with the product.

Not here: the data (domain/data/), what users add themselves (people, grids, tasks).
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import DeclarativeBase, Session

from backend.domain.data_files import load_yaml
from backend.domain.departments import load_functions, load_holdings, load_organisations
from backend.domain.divisions import load_divisions
from backend.domain.forms import load_forms
from backend.domain.routing import RuleSet, shipped_rule_sets
from backend.domain.vocabulary import RuleSetStatus
from backend.persistence.models import (
    Department,
    DepartmentFunction,
    Division,
    Form,
    Function,
    RuleSetRow,
)
from backend.services.clocks import seed_calendar
from backend.services.departments.rows import ONE_AT_A_TIME
from backend.services.epochs import ensure_epoch
from backend.services.scope import publish_reference

# The same everywhere and for ever: a department has one id in every installation, so references survive a reload.
REFERENCE_NAMESPACE = UUID("2b1d6c0e-5f0a-5c3b-9a52-3f1f6a7e0c11")
BEGINNING = date(1949, 10, 1)  # stands for "since before the records begin"; the columns want a day
HELD_BY_ONE = ("function_code", "district_code", "street_code")  # on any day one department holds it
KEPT = frozenset({"created_at"})  # told once, when the row first appeared

Rows = list[dict[str, Any]]


def load_reference(session: Session, now: datetime) -> None:
    """Insert or update divisions, functions, departments, forms, rule sets and known years; tell phones what is news to them.

    Repeatable: with unchanged files nothing changes. Rows that left the files stay, because old reports name them: what
    ends gets a ``valid_to`` in its file. What a district changed by hand is its own from then on: a department, and who
    holds a function in a street (or the district), are not touched any more.
    """
    ensure_epoch(session, now)
    session.execute(ONE_AT_A_TIME)
    _upsert(session, Division, ["code"], _divisions())
    _upsert(session, Function, ["code"], _functions())
    _upsert(session, Department, ["id"], _untouched(session, Department, _departments(), ("id",)))
    _upsert(session, DepartmentFunction, ["id"], _untouched(session, DepartmentFunction, _holdings(), HELD_BY_ONE))
    _upsert(session, Form, ["code", "version"], _forms(now))
    load_rule_sets(session, now)
    seed_calendar(session, now)
    publish_reference(session, now)


def load_rule_sets(session: Session, now: datetime) -> None:
    """Insert the shipped rule sets that are not there yet: approved, since they come with the product. An approved set never
    changes, so one that changed in its file needs a new version there."""
    session.execute(insert(RuleSetRow).values(_rule_sets(now)).on_conflict_do_nothing())


def department_id(code: str) -> UUID:
    """The id of the department with this code, in every installation."""
    return _id("department", code)


def _untouched(session: Session, model: type[DeclarativeBase], rows: Rows, key: tuple[str, ...]) -> Rows:
    """Those of ``rows`` for whose ``key`` the district has changed nothing by hand."""
    table = model.__table__
    columns = [table.columns[name] for name in key]
    by_hand = {tuple(row) for row in session.execute(select(*columns).where(table.columns["by_hand"]))}
    return [row for row in rows if tuple(row[name] for name in key) not in by_hand]


def _upsert(session: Session, model: type[DeclarativeBase], key: list[str], rows: Rows) -> None:
    if not rows:
        return
    table = model.__table__
    assert isinstance(table, Table)
    statement = insert(table)
    # one statement for all rows: rows may name each other, and keys are checked at its end
    news = {name: statement.excluded[name] for name in rows[0] if name not in {*key, *KEPT}}
    session.execute(statement.values(rows).on_conflict_do_update(index_elements=key, set_=news))


def _divisions() -> Rows:
    known = {division.code for division in load_divisions()}
    return [
        {
            "code": division.code,
            "name": division.name,
            "name_en": division.name_en,
            "level": division.level,
            # the city above the district is no division of this product
            "parent_code": division.parent if division.parent in known else None,
            "valid_from": division.valid_from or BEGINNING,
            "valid_to": division.valid_to,
            "successor_code": division.successor,
        }
        for division in load_divisions()
    ]


def _functions() -> Rows:
    return [
        {"code": function.code, "name_zh": function.zh, "name_en": function.en}
        for function in load_functions().values()
    ]


def _departments() -> Rows:
    return [
        {
            "id": department_id(organisation.code),
            "code": organisation.code,
            "name": organisation.zh,
            "name_en": organisation.en,
            "district_code": _district(),
            "street_code": organisation.street,
            "valid_from": organisation.valid_from or BEGINNING,
            "valid_to": organisation.valid_to,
        }
        for organisation in load_organisations()
    ]


def _holdings() -> Rows:
    rows = []
    for holding in load_holdings():
        since = holding.valid_from or BEGINNING
        rows.append(
            {
                "id": _id("holding", holding.organisation, holding.function, since.isoformat()),
                "department_id": department_id(holding.organisation),
                "function_code": holding.function,
                "district_code": _district(),
                "street_code": holding.street,
                "valid_from": since,
                "valid_to": holding.valid_to,
            }
        )
    return rows


def _forms(now: datetime) -> Rows:
    return [
        {
            "code": form.code,
            "version": form.version,
            "category": form.category.value,
            "valid_from": form.valid_from,
            "valid_to": form.valid_to,
            "content": form.to_object(),
            "created_at": now,
        }
        for form in load_forms()
    ]


def _rule_sets(now: datetime) -> Rows:
    return [_rule_set(rule_set, now) for rule_set in shipped_rule_sets()]


def _rule_set(rule_set: RuleSet, now: datetime) -> dict[str, Any]:
    content = dict(rule_set.to_data())
    return {
        "id": _id("rule set", rule_set.code, str(rule_set.version)),
        "code": rule_set.code,
        "version": rule_set.version,
        "district_code": content["district"],
        "valid_from": rule_set.valid_from,
        "valid_to": rule_set.valid_to,
        "content": content,
        "content_sha256": rule_set.sha256,
        "created_at": now,
        "status": RuleSetStatus.APPROVED,
        "approved_at": now,
        "tests": [],
        "note": "",
    }


def _district() -> str:
    return str(load_yaml("departments.yaml")["district"])


def _id(*parts: str) -> UUID:
    return uuid5(REFERENCE_NAMESPACE, ":".join(parts))
