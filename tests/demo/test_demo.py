"""The demo: everybody can sign in, everything is there in every state, phones agree, and it is the same every time."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from backend.demo import DemoError, find_password
from backend.demo.load import check_welcome
from backend.domain.tasks import is_overdue
from backend.domain.uscc import is_valid_uscc
from backend.domain.vocabulary import Flag, Outcome, ReferralStatus, ReportStatus, Role, TaskKind, TaskStatus
from backend.gateways.cluster import PrivateCluster
from backend.gateways.photo_store import LocalPhotoStore
from backend.persistence.models import (
    Media,
    QuarantineEntry,
    Referral,
    Report,
    ReportPhoto,
    RoleAssignment,
    Site,
    SyncItem,
    Task,
    User,
)
from backend.settings import Environment, Settings
from tests.conftest import TEMPLATE
from tests.demo.conftest import PASSWORD, Demo, run
from tests.factories import make_user
from tests.phone import Phone

pytestmark = pytest.mark.slow

# What the same seed and day must give again; ids of people and tasks are the server's own and differ.
SAME = {
    "grids": "SELECT code, name, ST_AsText(geometry) FROM grids ORDER BY code",
    "people": "SELECT u.username, u.name, r.role, r.street_code, d.code FROM users u JOIN role_assignments r "
    "ON r.user_id = u.id LEFT JOIN departments d ON d.id = r.department_id ORDER BY 1, 3, 4, 5",
    "duties": "SELECT g.grid_code, u.username, g.role, g.period FROM grid_responsibilities g JOIN users u "
    "ON u.id = g.user_id ORDER BY 1, 2",
    "sites": "SELECT id, name, uscc, external_code, grid_code, status, licence FROM sites ORDER BY id",
    "tasks": "SELECT t.code, t.title, t.status, t.kind, t.due_at, u.username FROM tasks t LEFT JOIN users u "
    "ON u.id = t.assignee_id ORDER BY 1",
    "reports": "SELECT id, seq, outcome, status, verdict, grid_code, flags, findings, photos_here, received_at "
    "FROM reports ORDER BY seq",
    "photos": "SELECT report_id, sha256, role, arrived_at FROM report_photos ORDER BY 1, 2",
    "referrals": "SELECT report_id, function_code, role, status, rule_codes, outcome_code, handled_at FROM referrals "
    "ORDER BY report_seq, function_code",
    "history": "SELECT at, subject_type, action, from_status, to_status FROM events "
    "WHERE at <= (SELECT at FROM events WHERE subject_type = 'demo') ORDER BY seq",
}


def digest(engine: Engine, statement: str) -> tuple[int, str]:
    with engine.connect() as connection:
        found = [str(tuple(row)) for row in connection.execute(text(statement))]
    return len(found), hashlib.sha256("\n".join(found).encode()).hexdigest()


def usernames(rows: Session) -> Sequence[str]:
    return rows.scalars(select(User.username).order_by(User.username)).all()


def sign_in(demo: Demo, username: str) -> dict[str, object]:
    device = {"id": str(uuid4()), "name": "手机", "platform": "android", "app_version": "1.0"}
    body = {"username": username, "password": PASSWORD, "device": device}
    response = demo.app.test_client().post("/api/v1/session", json=body)
    assert response.status_code == 200, (username, response.get_json())
    return dict(response.get_json())


def test_the_command_tells_the_accounts_and_the_password(demo: Demo) -> None:
    said = demo.result.stdout
    assert PASSWORD in said and "示例" in said
    for name in ("worker01", "street01", "bureau", "market", "chengguan", "health", "cityops", "admin", "auditor"):
        assert re.search(rf"\b{name}\b", said)


def test_loading_again_changes_nothing(demo: Demo) -> None:
    before = {name: digest(demo.engine, statement) for name, statement in SAME.items()}
    again = run(demo.environment, "demo", "load")
    assert again.exit_code == 0 and "already" in again.stderr
    assert {name: digest(demo.engine, statement) for name, statement in SAME.items()} == before


def test_everybody_signs_in_and_every_role_is_there(demo: Demo, rows: Session) -> None:
    seen: set[object] = set()
    for username in usernames(rows):
        user = sign_in(demo, username)["user"]
        assert isinstance(user, dict) and user["username"] == username
        seen.update(user["roles"])
    assert seen == {role.value for role in Role}


def test_every_phone_agrees_with_the_server_at_its_first_sync(demo: Demo, rows: Session) -> None:
    workers = [name for name in usernames(rows) if name.startswith("worker")]
    assert len(workers) >= 12
    held: dict[str, int] = {"grid": 0, "task": 0, "site": 0, "report": 0}
    for username in workers:
        phone = Phone(demo.app.test_client(), str(sign_in(demo, username)["access_token"]), demo.noon)
        phone.sync()
        phone.verify()
        assert phone.of("grid") and phone.of("task") and len(phone.of("form")) == 3, username
        for kind in held:
            held[kind] += len(phone.of(kind))
    assert held["grid"] >= 45 and held["site"] >= 120 and held["report"] >= 250


def test_every_state_can_be_seen(rows: Session, demo: Demo) -> None:
    assert set(rows.scalars(select(Referral.status))) == set(ReferralStatus)
    assert set(rows.scalars(select(Task.status))) == set(TaskStatus)
    assert set(rows.scalars(select(Task.kind))) == set(TaskKind)
    assert set(rows.scalars(select(Report.outcome))) == set(Outcome)
    assert set(rows.scalars(select(Report.status))) == set(ReportStatus)
    assert any(is_overdue(task.status, task.due_at, demo.noon) for task in rows.scalars(select(Task)))
    assert rows.scalar(select(Referral.id).where(Referral.is_emergency).limit(1))


def test_most_visits_find_nothing_and_doubts_of_many_kinds_are_flagged(rows: Session) -> None:
    outcomes = list(rows.scalars(select(Report.outcome)))
    assert 200 <= len(outcomes) <= 500
    assert outcomes.count(Outcome.NO_PROBLEM) > 0.7 * len(outcomes)
    flags = {flag for found in rows.scalars(select(Report.flags)) for flag in found}
    assert flags >= {
        Flag.BORDERLINE, Flag.OUTSIDE_GRID, Flag.MOCK_LOCATION, Flag.STALE_FIX, Flag.NO_POSITION, Flag.CLOCK_SUSPECT,
        Flag.IMPORTED_PHOTO, Flag.POSSIBLE_DUPLICATE, Flag.LATE_AFTER_REASSIGNMENT, Flag.BAD_USCC,
    }  # fmt: skip


def test_nearly_every_routing_rule_has_its_case(rows: Session) -> None:
    used = {code for codes in rows.scalars(select(Referral.rule_codes)) for code in codes}
    assert len(used) >= 33 and "fallback" in used and {"A1", "A5", "A8", "B4", "B7-lodging", "C3", "C8-harm"} <= used


def test_whatever_was_referred_has_somebody_who_can_act(rows: Session) -> None:
    addressed = set(rows.scalars(select(Referral.department_id)))
    officers = set(
        rows.scalars(select(RoleAssignment.department_id).where(RoleAssignment.role == Role.DEPARTMENT_OFFICER))
    )
    assert addressed and addressed <= officers


def test_credit_codes_are_well_formed_and_nobodys(rows: Session) -> None:
    codes = [code for code in rows.scalars(select(Site.uscc)) if code]
    assert len(codes) > 100
    assert all(is_valid_uscc(code) and code[2:8] == "000000" for code in codes)
    machines = rows.scalars(select(Site).where(Site.external_code.startswith("SBBH-"))).all()
    assert len(machines) == 40 and all(machine.licence["approval_no"] for machine in machines)


def test_photos_lie_in_the_store_and_some_are_still_missing(rows: Session, demo: Demo) -> None:
    store = LocalPhotoStore(demo.app.extensions["gridpatrol"].settings.media_dir)
    media = rows.scalars(select(Media)).all()
    assert len(media) > 150
    for photo in media:
        assert photo.byte_count == store.size(photo.sha256) and photo.byte_count <= 60 * 1024
    waiting = rows.scalars(select(Report).where(Report.photos_here < Report.photos_expected)).all()
    assert any(report.photos_here > 0 for report in waiting) and any(report.photos_here == 0 for report in waiting)
    named = rows.scalars(select(ReportPhoto.sha256)).all()
    assert len(named) == len(set(named))  # no picture is used twice


def test_nothing_happens_in_the_future(rows: Session, demo: Demo) -> None:
    midnight = demo.noon - timedelta(hours=12)
    assert all(at < midnight for at in rows.scalars(select(Report.received_at)))


def test_every_item_was_accepted_but_those_on_the_desk(rows: Session) -> None:
    odd = rows.execute(select(SyncItem.id, SyncItem.result).where(SyncItem.result != "accepted")).all()
    entries = rows.scalars(select(QuarantineEntry)).all()
    assert {item_id for item_id, _ in odd} == {entry.item_id for entry in entries}
    assert {entry.code for entry in entries} == {"unknown_kind", "unknown_report", "bad_number"}
    assert sorted(entry.state.value for entry in entries) == ["dismissed", "open", "open"]


@pytest.mark.parametrize("what", SAME)
def test_the_same_day_gives_the_same_demo(demo: Demo, second: Engine, what: str) -> None:
    count, content = digest(second, SAME[what])
    assert count > 20
    assert (count, content) == digest(demo.engine, SAME[what])


def test_refused_where_others_can_reach_it(cluster: PrivateCluster, demo: Demo) -> None:
    address = demo.environment["DATABASE_URL"].rsplit("/", 1)[0] + "/" + TEMPLATE
    for refused in ({"HOST": "0.0.0.0"}, {"ENVIRONMENT": "production"}):
        result = run({**demo.environment, "DATABASE_URL": address, **refused}, "demo", "load")
        assert result.exit_code == 1 and "demo" in result.stderr and "Traceback" not in result.stderr


def test_refused_where_people_are(session: Session) -> None:
    check_welcome(session, Settings())
    make_user(session)
    with pytest.raises(DemoError, match="users of its own"):
        check_welcome(session, Settings())
    with pytest.raises(DemoError, match="production"):
        check_welcome(session, replace(Settings(), environment=Environment.PRODUCTION))


def test_a_made_password_is_kept_for_the_owner_alone(tmp_path: object) -> None:
    settings = Settings(var_dir=tmp_path)  # type: ignore[arg-type]  # pytest's path is a Path
    made = find_password(settings)
    kept = settings.var_dir / "demo-password"
    assert find_password(settings) == made == kept.read_text().strip()
    assert kept.stat().st_mode & 0o077 == 0
    assert find_password(replace(settings, demo_password=PASSWORD)) == PASSWORD
