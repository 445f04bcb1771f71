"""Making and changing users, roles, skills and devices: rules and refusals of backend.services.accounts."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.domain.ids import new_id
from backend.domain.vocabulary import Category, GridRole, Role
from backend.persistence.models import Event, LoginSession, RoleAssignment, SyncChange, UserSkill
from backend.persistence.queries.accounts import UserFilter, get_user, list_users
from backend.persistence.queries.devices import DeviceFilter, get_device, list_devices
from backend.services import accounts
from backend.services.accounts import DeviceInfo, NewUser, RoleGrant, SignedIn
from backend.services.reference import department_id
from tests.conftest import NOW
from tests.factories import OTHER_STREET, STREET, actor_of, make_device, make_grids, make_responsible, make_user

PASSWORD = "Patrol-2026-x"
TODAY = local_day(NOW)
DAY = timedelta(days=1)


@pytest.fixture
def settings(app):
    return app.extensions["gridpatrol"].settings


@pytest.fixture
def admin(session):
    return actor_of(make_user(session, Role.ADMINISTRATOR, username="admin"), Role.ADMINISTRATOR)


@pytest.fixture
def add(session, admin, settings):
    def add(username="worker01", password=PASSWORD, roles=(), skills=(), name="王小明"):
        new = NewUser(username, name, password, tuple(roles), tuple(skills))
        return accounts.create_user(session, admin, new, now=NOW, settings=settings)

    return add


def refusal(code, call, *args, **kwargs):
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code


def roles_of(session, user):
    rows = session.scalars(
        select(RoleAssignment).where(RoleAssignment.user_id == user.id).order_by(RoleAssignment.valid_from)
    )
    return [(r.role, r.street_code, r.valid_from, r.valid_to) for r in rows]


def test_a_new_user_holds_what_was_given_and_his_phone_is_told(session, admin, add):
    user = add(" Worker01 ", roles=[RoleGrant(Role.GRID_WORKER, STREET)], skills=[Category.WATER_VENDING])
    view = get_user(session, admin, user.id, day=TODAY)
    assert (view.username, view.name, view.is_active, view.skills) == ("worker01", "王小明", True, ["water_vending"])
    assert [(r.role, r.street_code, r.valid_from, r.valid_to) for r in view.roles] == [
        (Role.GRID_WORKER, STREET, TODAY, None)
    ]
    told = set(session.scalars(select(SyncChange.type).where(SyncChange.user_id == user.id)))
    assert {"form", "vocabulary"} <= told
    assert user.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize("name", ["", "a", "-abc", "张三", "a b", "a" * 65, "x/../y", "a\u0000b"])
def test_odd_user_names(add, name):
    refusal("bad_username", add, name)


def test_a_name_is_given_once_and_a_weak_password_never(add):
    add()
    refusal("username_taken", add, "WORKER01")
    refusal("weak_password", add, "worker02", "password")


@pytest.mark.parametrize(
    ("grant", "code"),
    [
        (RoleGrant(Role.STREET_COORDINATOR), "role_incomplete"),
        (RoleGrant(Role.DEPARTMENT_OFFICER), "role_incomplete"),
        (RoleGrant(Role.STREET_COORDINATOR, "310107999"), "unknown_division"),
        (RoleGrant(Role.STREET_COORDINATOR, "310107"), "unknown_division"),
        (RoleGrant(Role.STREET_COORDINATOR, "310107101"), "unknown_division"),  # 真如镇, ended in 2014
        (RoleGrant(Role.DEPARTMENT_OFFICER, department="putuo.nobody"), "unknown_code"),
        (RoleGrant(Role.GRID_WORKER, valid_from=TODAY, valid_to=TODAY), "bad_period"),
        (RoleGrant(Role.GRID_WORKER, valid_to=TODAY - DAY), "bad_period"),
    ],
)
def test_roles_that_cannot_be(session, add, grant, code):
    refusal(code, add, roles=[grant])


def test_an_auditor_is_nothing_else(add):
    refusal("role_mix", add, roles=[RoleGrant(Role.AUDITOR), RoleGrant(Role.ADMINISTRATOR)])


def test_roles_end_and_begin_but_are_not_rewritten(session, admin, add):
    user = make_user(session)  # a worker since 2020
    officer = RoleGrant(Role.DEPARTMENT_OFFICER, department="putuo.market", valid_from=TODAY + DAY)
    accounts.set_roles(session, admin, user.id, [officer, officer], now=NOW)
    assert roles_of(session, user) == [
        (Role.GRID_WORKER, STREET, date(2020, 1, 1), TODAY),
        (Role.DEPARTMENT_OFFICER, None, TODAY + DAY, None),
    ]
    held = get_user(session, admin, user.id, day=TODAY).roles
    assert [(r.role, r.department) for r in held] == [(Role.DEPARTMENT_OFFICER, "putuo.market")]
    # given up before it began: no trace but the history
    accounts.set_roles(session, admin, user.id, [], now=NOW)
    assert roles_of(session, user) == [(Role.GRID_WORKER, STREET, date(2020, 1, 1), TODAY)]
    events = session.scalars(select(Event).where(Event.subject_id == str(user.id), Event.action == "roles_set")).all()
    assert [len(e.data["roles"]) for e in events] == [1, 0]
    assert events[0].actor_id == admin.user_id


def test_a_role_that_goes_on_keeps_its_beginning(session, admin):
    user = make_user(session)
    accounts.set_roles(session, admin, user.id, [RoleGrant(Role.GRID_WORKER, STREET)], now=NOW)
    assert roles_of(session, user) == [(Role.GRID_WORKER, STREET, date(2020, 1, 1), None)]


def test_losing_the_role_takes_forms_off_the_phone(session, admin, add):
    user = add(roles=[RoleGrant(Role.GRID_WORKER, STREET)])
    accounts.set_roles(session, admin, user.id, [], now=NOW)
    ops = session.execute(
        select(SyncChange.op).where(SyncChange.user_id == user.id, SyncChange.type == "form").order_by(SyncChange.seq)
    )
    assert [op for (op,) in ops] == ["put"] * 3 + ["revoke"] * 3


def test_somebody_must_be_left_to_manage_users(session, admin, add):
    admin_id = admin.user_id
    refusal("last_administrator", accounts.set_roles, session, admin, admin_id, [], now=NOW)
    session.expire_all()


def test_the_last_administrator_is_not_disabled(session, admin, add):
    second = add("admin2", roles=[RoleGrant(Role.ADMINISTRATOR)])
    assert accounts.disable_user(session, admin, admin.user_id, now=NOW).is_active is False
    refusal("last_administrator", accounts.disable_user, session, admin, second.id, now=NOW)


def test_skills_end_and_return(session, admin):
    user = make_user(session, skills=[Category.ILLEGAL_PRACTICE, Category.WATER_VENDING])

    def set_skills(*skills):
        accounts.set_skills(session, admin, user.id, skills, now=NOW)
        return get_user(session, admin, user.id, day=TODAY).skills

    assert set_skills(Category.WATER_VENDING, Category.UNLICENSED_BUSINESS) == ["unlicensed_business", "water_vending"]
    ended = session.get_one(UserSkill, (user.id, Category.ILLEGAL_PRACTICE))
    assert (ended.valid_from, ended.valid_to) == (date(2020, 1, 1), TODAY)
    assert set_skills() == []
    assert set_skills(Category.ILLEGAL_PRACTICE) == ["illegal_practice"]


def test_disabling_takes_everything_off_the_phone(session, admin, add):
    user = add(roles=[RoleGrant(Role.GRID_WORKER, STREET)])
    accounts.disable_user(session, admin, user.id, now=NOW, reason="离职")
    held = select(SyncChange.op).where(SyncChange.user_id == user.id).order_by(SyncChange.seq.desc()).limit(1)
    assert session.scalar(held) == "revoke"
    event = session.scalars(select(Event).where(Event.subject_id == str(user.id), Event.action == "disabled")).one()
    assert event.data == {"reason": "离职"}


def test_resetting_a_password_signs_out_everywhere_and_unlocks(session, app, admin, add, settings):
    user, keys = add(), app.extensions["gridpatrol"].gateways.keys

    def enter(password):
        info = DeviceInfo(new_id(), "x", "web", "1")
        return accounts.sign_in(session, "worker01", password, info, keys=keys, now=NOW, settings=settings)

    inside = enter(PASSWORD)
    for _ in range(5):
        enter("Wrong-pass-1")
    accounts.reset_password(session, admin, user.id, "Other-pass-2026", now=NOW, settings=settings)
    refusal("session_ended", accounts.authenticate, session, inside.access_token, keys, NOW)
    assert isinstance(enter("Other-pass-2026"), SignedIn)
    refusal("weak_password", accounts.reset_password, session, admin, user.id, "x", now=NOW, settings=settings)


def test_unknown_users(session, admin, settings):
    for call in (accounts.disable_user, accounts.enable_user):
        refusal("not_found", call, session, admin, new_id(), now=NOW)
    refusal("not_found", accounts.find_user, session, "nobody99")


def coordinator(session, *streets):
    user = make_user(session, Role.STREET_COORDINATOR, street_code=streets[0])
    return actor_of(user, Role.STREET_COORDINATOR, street_codes=streets)


def seen(session, actor: Actor, **wanted):
    page = list_users(session, actor, UserFilter(**wanted), day=TODAY, limit=100, cursor=None)
    return {user.id for user in page.items}


def test_a_coordinator_sees_who_works_in_his_street(session, admin):
    mine, theirs = make_user(session), make_user(session, street_code=OTHER_STREET)
    guest = make_user(session, street_code=OTHER_STREET)  # answers for one grid over here
    make_responsible(session, guest, make_grids(session, 1), GridRole.HELPER)
    former = make_user(session)
    session.scalars(select(RoleAssignment).where(RoleAssignment.user_id == former.id)).one().valid_to = TODAY
    session.flush()
    actor = coordinator(session, STREET)
    assert seen(session, actor) == {mine.id, guest.id, actor.user_id}
    assert seen(session, actor, role=Role.GRID_WORKER) == {mine.id, guest.id}
    assert seen(session, actor, street_code=OTHER_STREET) == {guest.id}
    refusal("not_found", get_user, session, actor, theirs.id, day=TODAY)
    assert {theirs.id, former.id, admin.user_id} <= seen(session, admin)
    assert seen(session, actor_of(mine, Role.GRID_WORKER)) == {mine.id}


def test_filters_and_pages_of_users(session, admin, count_queries):
    users = [make_user(session, username=f"page{n}") for n in range(5)]
    users[0].name, users[1].is_active = "张_三", False
    session.flush()
    assert seen(session, admin, text="_三") == {users[0].id}
    assert seen(session, admin, text="PAGE3") == {users[3].id}
    assert seen(session, admin, text="%") == set()
    assert users[1].id in seen(session, admin, is_active=False)
    assert seen(session, admin, is_active=False).isdisjoint({users[0].id})
    first = list_users(session, admin, UserFilter(text="page"), day=TODAY, limit=3, cursor=None)
    with count_queries() as statements:
        rest = list_users(session, admin, UserFilter(text="page"), day=TODAY, limit=3, cursor=first.next_cursor)
    assert [u.username for u in [*first.items, *rest.items]] == ["page4", "page3", "page2", "page1", "page0"]
    assert rest.next_cursor is None
    assert len(statements) == 3


def test_a_lost_phone_is_shut_out_at_once_by_its_own_street(session, app, add, settings):
    add(roles=[RoleGrant(Role.GRID_WORKER, STREET)])
    keys = app.extensions["gridpatrol"].gateways.keys
    phone = DeviceInfo(new_id(), "Redmi", "android", "1.0")

    def enter(info=phone):
        return accounts.sign_in(session, "worker01", PASSWORD, info, keys=keys, now=NOW, settings=settings)

    inside = enter()
    device_id = accounts.authenticate(session, inside.access_token, keys, NOW).device_id
    stranger, own = coordinator(session, OTHER_STREET), coordinator(session, STREET)
    refusal("not_found", accounts.revoke_device, session, stranger, device_id, now=NOW)
    accounts.revoke_device(session, own, device_id, now=NOW)
    accounts.revoke_device(session, own, device_id, now=NOW + DAY)  # again: nothing more happens
    refusal("session_ended", accounts.authenticate, session, inside.access_token, keys, NOW)
    refusal("session_ended", accounts.refresh, session, inside.refresh_token, keys=keys, now=NOW, settings=settings)
    assert enter().code == "device_revoked"
    assert isinstance(enter(DeviceInfo(new_id(), "new", "android", "1.0")), SignedIn)
    login = session.scalars(select(LoginSession).where(LoginSession.device_id == device_id)).one()
    assert (login.end_reason, login.ended_at) == ("device_revoked", NOW)
    refusal("not_found", accounts.restore_device, session, stranger, device_id, now=NOW)
    accounts.restore_device(session, own, device_id, now=NOW)
    assert isinstance(enter(), SignedIn)


def test_devices_per_scope_and_filter(session, admin, count_queries):
    mine, theirs = make_user(session), make_user(session, street_code=OTHER_STREET)
    loaded, empty, foreign = make_device(session, mine), make_device(session, mine), make_device(session, theirs)
    loaded.outbox_photos, loaded.outbox_oldest_at, loaded.clock_offset_ms = 2, NOW, -1200
    empty.revoked_at = NOW
    session.flush()

    def listed(actor, **wanted):
        page = list_devices(session, actor, DeviceFilter(**wanted), day=TODAY, limit=50, cursor=None)
        return {row.id for row in page.items}

    actor = coordinator(session, STREET)
    with count_queries() as statements:
        assert listed(actor) == {loaded.id, empty.id}
    assert len(statements) == 1
    assert listed(actor, unsent=True) == {loaded.id}
    assert listed(actor, unsent=False) == {empty.id}
    assert listed(actor, revoked=True) == {empty.id}
    assert listed(actor, user_id=theirs.id) == set()
    assert listed(admin, user_id=theirs.id) == {foreign.id}
    assert listed(admin, revoked=False) >= {loaded.id, foreign.id}
    refusal("not_found", get_device, session, actor, foreign.id, day=TODAY)


def test_an_officer_gets_the_id_of_his_department(session, app, add, settings):
    add("market", roles=[RoleGrant(Role.DEPARTMENT_OFFICER, department="putuo.market")])
    keys = app.extensions["gridpatrol"].gateways.keys
    info = DeviceInfo(new_id(), "x", "web", "1")
    inside = accounts.sign_in(session, "market", PASSWORD, info, keys=keys, now=NOW, settings=settings)
    actor = accounts.authenticate(session, inside.access_token, keys, NOW)
    assert actor.department_ids == {department_id("putuo.market")}
