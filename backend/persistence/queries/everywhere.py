"""The search everywhere: of each kind the rows that a question may mean, as far as the actor sees them, in one statement each
(cases: three). Not here: how well they answer (domain/searching.py), what is shown (api/search.py).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, Text, and_, case, false, func, literal, or_, select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.permissions import can
from backend.domain.search import grams_of_term
from backend.domain.searching import Question
from backend.domain.vocabulary import CaseSort, SearchKind
from backend.persistence.models import Division, Grid, GridVersion, Referral, Report, Site, Task, User
from backend.persistence.queries import accounts, reports, sites, tasks
from backend.persistence.queries.cases import CaseFilter, list_cases
from backend.persistence.queries.grids.features import holds_at
from backend.persistence.queries.grids.visibility import visible_to as visible_grids
from backend.persistence.queries.referrals import visible_to as visible_referrals

LOOKED_AT = 50  # rows of a kind that are judged; nobody looks through more, he asks better
CANDIDATES = 1_000  # sites that are ordered: of a word that a fifth of all have, the first ones found will do
PERMISSION: dict[SearchKind, str] = {
    SearchKind.TASK: "task.read",
    SearchKind.CASE: "referral.read",
    SearchKind.SITE: "site.read",
    SearchKind.GRID: "grid.read",
    SearchKind.REPORT: "report.read",
    SearchKind.PERSON: "user.read",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A row that may be meant. ``fields`` are what it can be found by, those that are shown first."""

    id: str
    title: str
    subtitle: str
    status: str | None
    fields: dict[str, str | None]


def look_everywhere(session: Session, actor: Actor, question: Question, now: datetime) -> dict[SearchKind, list[Found]]:
    """At most LOOKED_AT rows of each kind that ``actor`` may read; kinds without any are left out."""
    if question.is_empty:
        return {}
    found = {
        kind: list(look(session, actor, question, now))
        for kind, look in LOOKS.items()
        if can(actor.roles, PERMISSION[kind])
    }
    return {kind: rows for kind, rows in found.items() if rows}


def _tasks(session: Session, actor: Actor, question: Question, now: datetime) -> Iterator[Found]:
    code = question.task_code
    if code is None:
        return
    statement = (
        select(Task.id, Task.code, Task.title, Task.status)
        .where(Task.code.like(f"{code}%"), tasks.visible_to(actor, now))
        .order_by((Task.code == code).desc(), Task.code.desc())
        .limit(LOOKED_AT)
    )
    for row in session.execute(statement):
        yield Found(str(row.id), row.code, row.title, row.status, {"title": row.code})


def _cases(session: Session, actor: Actor, question: Question, _now: datetime) -> Iterator[Found]:
    page = list_cases(session, actor, CaseFilter(q=" ".join(question.terms)), CaseSort.NEWEST, LOOKED_AT, None)
    rows = list(page.items)
    for row in rows:
        yield _case(row.id, row.site_name, row.site_address, row.status, row.uscc, row.description)
    if question.ids is None:
        return
    known = {row.id for row in rows}
    statement = (
        select(Referral.id, Report.site, Report.description, Referral.status)
        .join(Report, Report.id == Referral.report_id)
        .where(_begins(Referral.id, question), visible_referrals(actor))
        .order_by(Referral.id)
        .limit(LOOKED_AT)
    )
    for row in session.execute(statement):
        if row.id not in known:
            told = row.site or {}
            yield _case(row.id, told.get("name"), told.get("address"), row.status, told.get("uscc"), row.description)


def _case(
    case_id: Any, name: str | None, address: str | None, status: str, uscc: str | None, description: str
) -> Found:
    fields = {"title": name, "subtitle": address, "uscc": uscc, "id": str(case_id), "description": description}
    return Found(str(case_id), name or address or str(case_id), address or "", status, fields)


def _reports(session: Session, actor: Actor, question: Question, _now: datetime) -> Iterator[Found]:
    if question.ids is None:
        return
    statement = (
        select(
            Report.id, Report.status,
            func.coalesce(Report.site["name"].astext, Report.site["address"].astext, Report.grid_code, "").label("place"),
        )
        .where(_begins(Report.id, question), reports.visible_to(actor))
        .order_by(Report.id)
        .limit(LOOKED_AT)
    )  # fmt: skip
    for row in session.execute(statement):
        yield Found(str(row.id), str(row.id), row.place, row.status, {"title": str(row.id)})


def _sites(session: Session, actor: Actor, question: Question, now: datetime) -> Iterator[Found]:
    grams = sorted({gram for term in question.terms for gram in grams_of_term(term)})
    has_grams = func.search_grams(Site.search_text).bool_op("@>")(literal(grams, ARRAY(Text)))
    # of one or two characters the grams are proof
    holding = (Site.search_text.contains(term, autoescape=True) for term in question.terms if len(term) > 2)
    few = (
        select(Site.id, Site.search_text)
        .where(has_grams, *holding, sites.visible_to(actor, now))
        .limit(CANDIDATES)
        .subquery()
    )
    statement = (
        select(Site.id, Site.name, Site.address, Site.uscc, Site.external_code, Site.status)
        .join(few, few.c.id == Site.id)
        .order_by(_rank(few.c.search_text, question.text), Site.seq.desc())
        .limit(LOOKED_AT)
    )
    for row in session.execute(statement):
        fields = {"title": row.name, "subtitle": row.address, "uscc": row.uscc, "external_code": row.external_code}
        yield Found(str(row.id), row.name, row.address, row.status, fields)


def _grids(session: Session, actor: Actor, question: Question, now: datetime) -> Iterator[Found]:
    name = func.search_normal(Grid.name)
    by_name = and_(*(name.contains(term, autoescape=True) for term in question.terms))
    code = question.grid_code
    statement: Select[*tuple[Any, ...]] = (
        select(Grid.code, Grid.name, Grid.external_code, Division.name.label("street_name"))
        .join(GridVersion, GridVersion.id == Grid.version_id)
        .join(Division, Division.code == Grid.street_code)
        .where(
            holds_at(now),
            visible_grids(actor, local_day(now)),
            or_(
                by_name,
                Grid.code.like(f"{code}%") if code else false(),
                func.search_normal(Grid.external_code) == question.text,
            ),
        )
        .order_by(case((Grid.code == question.text, 0), (name == question.text, 0), else_=1), Grid.code)
        .limit(LOOKED_AT)
    )
    for row in session.execute(statement):
        fields = {"title": row.name, "code": row.code, "external_code": row.external_code}
        yield Found(row.code, row.name, f"{row.code} {row.street_name}", None, fields)


def _people(session: Session, actor: Actor, question: Question, now: datetime) -> Iterator[Found]:
    name, username = func.search_normal(User.name), func.lower(User.username)
    answers = [
        or_(name.contains(term, autoescape=True), username.contains(term, autoescape=True)) for term in question.terms
    ]
    statement = (
        select(User.id, User.name, User.username)
        .where(*answers, accounts.visible_to(actor, local_day(now)))
        .order_by(case((or_(name == question.text, username == question.text), 0), else_=1), User.name, User.username)
        .limit(LOOKED_AT)
    )
    for row in session.execute(statement):
        yield Found(str(row.id), row.name, row.username, None, {"title": row.name, "subtitle": row.username})


def _begins(column: Any, question: Question) -> ColumnElement[bool]:
    assert question.ids is not None
    found: ColumnElement[bool] = column.between(*question.ids)
    return found


def _rank(text: Any, asked: str) -> ColumnElement[int]:
    """0: a whole line of ``text``, 1: the beginning of one, 2: within."""
    lines = literal("\n") + text + literal("\n")
    return case(
        (lines.contains(f"\n{asked}\n", autoescape=True), 0),
        (lines.contains(f"\n{asked}", autoescape=True), 1),
        else_=2,
    )


Look = Callable[[Session, Actor, Question, datetime], Iterator[Found]]
LOOKS: dict[SearchKind, Look] = {
    SearchKind.TASK: _tasks,
    SearchKind.CASE: _cases,
    SearchKind.SITE: _sites,
    SearchKind.GRID: _grids,
    SearchKind.REPORT: _reports,
    SearchKind.PERSON: _people,
}
