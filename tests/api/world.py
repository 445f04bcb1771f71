"""A small district with a bit of everything, so that generated requests find what they name. Not here: requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.ids import new_id
from backend.domain.vocabulary import DeliveryState, GridVersionStatus, ReferralStatus, Role, RuleSetStatus
from backend.domain.webhooks import PING
from backend.persistence.models import (
    GridResponsibility,
    GridVersion,
    Notice,
    QuarantineEntry,
    Referral,
    Report,
    SavedFilter,
    User,
    WebhookDelivery,
)
from backend.services.accounts import hash_password
from backend.services.clocks import request_excuse
from backend.services.epochs import ensure_epoch
from backend.services.sync import SyncContext, apply_items
from tests import photos
from tests.conftest import NOW
from tests.factories import (
    DISTRICT,
    STREET,
    actor_of,
    make_case,
    make_device,
    make_grids,
    make_notice,
    make_officer,
    make_referral,
    make_report,
    make_responsible,
    make_rule_set,
    make_site,
    make_subscription,
    make_task,
    make_user,
    token_for,
)
from tests.factories.clocks import start_clocks
from tests.phone import item, report_payload
from tests.tus import Sender, photo_row

PASSWORD = "Patrol-2026-x"
PLACES = {"street": STREET, "street_code": STREET, "department": "putuo.health", "bbox": "121.3,31.2,121.5,31.3"}
OF_THE_DISTRICT = (Role.BUREAU_TRIAGER, Role.CITY_OPERATIONS, Role.ADMINISTRATOR, Role.AUDITOR)


@dataclass(frozen=True, slots=True)
class World:
    """``tokens`` by role; ``known``: what there is, by the name parameters and fields have for it, in turn where there
    are several (a tuple); ``special``: what only one operation must be told, by its operationId."""

    tokens: Mapping[Role, str]
    known: Mapping[str, Any]
    special: Mapping[str, Mapping[str, Any]]

    def one(self, name: str) -> Any:
        """What there is, the first of several."""
        found = self.known[name]
        return found[0] if isinstance(found, tuple) else found

    def put_into(self, values: Any, operation_id: str, turn: int) -> Any:
        """``values`` with what they name replaced by what there is; everything else stays as it was made up."""
        if isinstance(values, list):
            return [self.put_into(value, operation_id, turn) for value in values]
        if not isinstance(values, dict):
            return values
        names = {**self.known, **self.special.get(operation_id, {})}
        return {
            key: self.put_into(value, operation_id, turn)
            if value is None or key not in names
            else names[key][turn % len(names[key])]
            if isinstance(names[key], tuple)
            else names[key]
            for key, value in values.items()
        }


def make_world(app: Flask, session: Session) -> World:
    """People of every role, grids with a lead, a draft version, tasks, reports with a photo, referrals, sites, phones,
    an upload."""
    sender = Sender(app, app.test_client(), session)
    people = {role: make_user(session, role) for role in (Role.STREET_COORDINATOR, *OF_THE_DISTRICT)}
    people |= {Role.GRID_WORKER: sender.user, Role.DEPARTMENT_OFFICER: make_officer(session)}
    worker = sender.user
    worker.password_hash = hash_password(PASSWORD, app.extensions["gridpatrol"].settings)
    grids = make_grids(session, 3)
    make_responsible(session, worker, grids)
    site = make_site(session, grids[0])
    task = make_task(session, grids[0], worker, site_id=site.id)
    report = make_report(session, worker, grids[0], task_id=task.id, site_id=site.id)
    content = photos.jpeg()
    session.add(photo_row(report, content))
    session.commit()
    sender.send(content)
    known = {
        **_webhook(app, session),
        "entry_id": _in_quarantine(session, worker),
        "task_id": (str(task.id), str(make_task(session, grids[1]).id)),
        "site_id": str(site.id),
        "report_id": str(report.id),
        "subject_id": str(report.id),
        **dict.fromkeys(("user_id", "assignee", "assignee_id"), str(worker.id)),
        **_deadline(session, _referrals(session, worker, report), people[Role.DEPARTMENT_OFFICER]),
        "device_id": str(make_device(session, worker).id),
        "upload_id": sender.create(photos.jpeg(seed=2)).headers["Location"].rsplit("/", 1)[1],
        "sha256": photos.sha256(content),
        "grid_code": grids[0].code,
        "version_id": str(grids[0].version_id),
        "responsibility_id": str(session.scalars(select(GridResponsibility.id)).first()),
        "filter_id": str(_saved_filter(session, people[Role.BUREAU_TRIAGER])),
        "rule_set_id": _rule_sets(session, worker),
        **PLACES,
    }
    special = _special(worker, _draft(session), make_notice(session), make_case(session))
    special["ogc_show_item"] = {"collection_id": "reports", "feature_id": str(report.id)}
    tokens = {role: token_for(app, session, person) for role, person in people.items()}
    session.commit()
    return World(tokens, known, special)


def _saved_filter(session: Session, owner: User) -> UUID:
    """One of the bureau's triager, for him alone."""
    saved = SavedFilter(id=new_id(), owner_id=owner.id, name="急件", filter={"q": "诊所"}, created_at=NOW, version=1)
    session.add(saved)
    session.flush()
    return saved.id


def _special(worker: User, draft: GridVersion, notice: Notice, case: Referral) -> dict[str, dict[str, Any]]:
    of_draft = {"version_id": str(draft.id)}
    return {
        "docs_show_file": {"name": "swagger-ui.css"},
        "session_sign_in": {"username": worker.username, "password": PASSWORD},
        "session_change_password": {"current": PASSWORD, "new": "Better-pass-2027"},
        "uploads_send_bytes": {"Upload-Offset": "0"},
        "grids_publish_version": of_draft,
        "grids_delete_version": of_draft,
        "grids_delete_version_by_post": of_draft,
        "referrals_perform": {"version": 1},
        "inbox_read": {"up_to": str(notice.id)},
        "cases_act_on_cases": {"id": str(case.id), "version": 1, "filter": None, "overrides": None},
        "cases_replace_saved": {"version": 1},
    }


def _referrals(session: Session, worker: User, report: Report) -> tuple[str, ...]:
    """One in each status that somebody can act on at once."""
    statuses = (ReferralStatus.ROUTED, ReferralStatus.ACCEPTED, ReferralStatus.HANDLED, ReferralStatus.VERIFYING)
    waiting = [make_referral(session, make_report(session, worker), status=status) for status in statuses]
    return tuple(str(one.id) for one in (make_referral(session, report), *waiting))


def _webhook(app: Flask, session: Session) -> dict[str, str]:
    """A subscription and a dead letter of it."""
    url = "https://receiver.example.org/hook"
    made = make_subscription(app, session, url)
    dead = WebhookDelivery(
        id=new_id(), subscription_id=made, event_id=new_id(), type=PING, body=b"{}", created_at=NOW,
        state=DeliveryState.DEAD, attempts=7, next_attempt_at=NOW, expires_at=NOW, last_status=500, last_error="http_500",
    )  # fmt: skip
    session.add(dead)
    session.flush()
    return {"webhook_id": str(made), "delivery_id": str(dead.id), "url": url}


def _deadline(session: Session, referral_ids: tuple[str, ...], officer: User) -> dict[str, Any]:
    """The referrals, a clock of the first that ran out, and a request to excuse it."""
    referral = session.get_one(Referral, UUID(referral_ids[0]))
    clock = start_clocks(session, referral)["accept"]
    clock.overdue_at, clock.warned_at = clock.due_at, clock.warn_at
    asking = actor_of(officer, Role.DEPARTMENT_OFFICER, department_ids=[referral.department_id])
    request = request_excuse(session, asking, referral.id, clock.id, "停机", now=NOW)
    return {"referral_id": referral_ids, "clock_id": str(clock.id), "request_id": str(request.id)}


def _rule_sets(session: Session, worker: User) -> tuple[str, ...]:
    """A draft, and one that was checked; written by somebody who acts on neither."""
    statuses = (RuleSetStatus.DRAFT, RuleSetStatus.CHECKED)
    return tuple(str(make_rule_set(session, status=status, author=worker).id) for status in statuses)


def _in_quarantine(session: Session, worker: User) -> tuple[str, ...]:
    """Entries of the desk: what cannot be read, what names nothing known, and other content of a known id."""
    actor = actor_of(worker, Role.GRID_WORKER)
    first = item("task.start", {"task_id": str(new_id())})
    items = [item("report.submit", report_payload(outcome="Problem")), first, {**first, "payload": {}}]
    apply_items(session, SyncContext(actor, NOW, ensure_epoch(session, NOW), 0), items)
    return tuple(str(entry_id) for entry_id in session.scalars(select(QuarantineEntry.id)))


def _draft(session: Session) -> GridVersion:
    version = GridVersion(
        id=new_id(), district_code=DISTRICT, label="draft", status=GridVersionStatus.DRAFT, source_name="a.geojson",
        source_sha256="0" * 64, options={}, problems=[], grid_count=0, created_at=NOW,
    )  # fmt: skip
    session.add(version)
    session.flush()
    make_grids(session, 1, version=version)
    return version
