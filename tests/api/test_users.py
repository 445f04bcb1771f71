"""/users and /devices: who may see and change whom, and the shapes of the answers."""

import uuid

import pytest

from backend.domain.vocabulary import Role
from tests.factories import OTHER_STREET, STREET, make_device, make_user, token_for

PASSWORD = "Patrol-2026-x"


@pytest.fixture
def as_user(app, session, client):
    """Calls of a new user with a role: ``as_user(Role.X)("GET", "/users")``."""

    def as_user(role, **options):
        user = make_user(session, role, **options)
        headers = {"Authorization": f"Bearer {token_for(app, session, user)}"}
        session.commit()

        def call(method, path, json=None):
            return client.open(f"/api/v1{path}", method=method, json=json, headers=headers)

        call.id = str(user.id)
        return call

    return as_user


def new_user(**values):
    body = {
        "username": "newcomer",
        "name": "李四",
        "password": PASSWORD,
        "roles": [{"role": "grid_worker", "street_code": STREET}],
        "skills": ["water_vending"],
    }
    return {**body, **values}


@pytest.mark.parametrize("role", [Role.GRID_WORKER, Role.DEPARTMENT_OFFICER])
def test_workers_and_officers_list_nobody(as_user, role, session):
    ask = as_user(role) if role == Role.GRID_WORKER else as_user(role, department_id=_market())
    for path in ("/users", f"/users/{ask.id}", "/devices"):
        answer = ask("GET", path)
        assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


def _market():
    from_code = uuid.UUID("2b1d6c0e-5f0a-5c3b-9a52-3f1f6a7e0c11")
    return uuid.uuid5(from_code, "department:putuo.market")


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.ADMINISTRATOR, Role.DEPARTMENT_OFFICER)])
def test_only_an_administrator_changes_users(as_user, session, role):
    other = make_user(session)
    ask = as_user(role)
    tries = [ask("POST", "/users", new_user())]
    bodies = {"disable": {}, "enable": None, "set_roles": {"roles": []}, "set_skills": {"skills": []},
              "reset_password": {"password": PASSWORD}}  # fmt: skip
    tries += [ask("POST", f"/users/{other.id}/actions/{action}", body) for action, body in bodies.items()]
    assert {answer.status_code for answer in tries} == {403}


def test_the_life_of_an_account(as_user, client):
    ask = as_user(Role.ADMINISTRATOR)
    made = ask("POST", "/users", new_user())
    assert made.status_code == 201
    assert "password" not in made.get_data(as_text=True).replace("password_changed_at", "")
    path = f"/users/{made.json['id']}"
    assert ask("GET", path).json == made.json
    roles = [
        {"role": "street_coordinator", "street_code": STREET},
        {"role": "department_officer", "department": "putuo.cdc"},
    ]
    held = ask("POST", f"{path}/actions/set_roles", {"roles": roles}).json["roles"]
    assert {(r["role"], r["street_code"], r["department"]) for r in held} == {
        ("street_coordinator", STREET, None),
        ("department_officer", None, "putuo.cdc"),
    }
    skills = {"skills": ["illegal_practice"]}
    assert ask("POST", f"{path}/actions/set_skills", skills).json["skills"] == ["illegal_practice"]
    body = {"username": "newcomer", "password": "Other-pass-2026", "device": {"id": str(uuid.uuid4())}}
    assert client.post("/api/v1/session", json=body).json["code"] == "bad_credentials"
    assert ask("POST", f"{path}/actions/reset_password", {"password": "Other-pass-2026"}).status_code == 200
    inside = client.post("/api/v1/session", json=body)
    assert inside.json["user"]["roles"] == ["street_coordinator", "department_officer"]
    assert ask("POST", f"{path}/actions/disable", {"reason": "离职"}).json["is_active"] is False
    headers = {"Authorization": f"Bearer {inside.json['access_token']}"}
    assert client.get("/api/v1/session/me", headers=headers).json["code"] == "session_ended"
    assert client.post("/api/v1/session", json=body).json["code"] == "account_disabled"
    assert ask("POST", f"{path}/actions/enable").json["is_active"] is True
    assert client.post("/api/v1/session", json=body).status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"username": "张三x"}, 422, "bad_username"),
        ({"password": "short"}, 422, "weak_password"),
        ({"roles": [{"role": "king"}]}, 422, "invalid_input"),
        ({"roles": [{"role": "street_coordinator"}]}, 422, "role_incomplete"),
        ({"roles": [{"role": "grid_worker", "street_code": "999999999"}]}, 422, "unknown_division"),
        ({"roles": [{"role": "department_officer", "department": "x"}]}, 422, "unknown_code"),
        ({"roles": [{"role": "grid_worker", "valid_from": "2026-13-45"}]}, 422, "invalid_input"),
        ({"roles": [{"role": "grid_worker", "valid_from": "2027-01-02", "valid_to": "2027-01-01"}]}, 422, "bad_period"),
        ({"roles": [{"role": "auditor"}, {"role": "grid_worker"}]}, 422, "role_mix"),
        ({"roles": [{"role": "grid_worker"}] * 51}, 422, "invalid_input"),
        ({"skills": ["flying"]}, 422, "invalid_input"),
        ({"name": "a\u0000b"}, 422, "invalid_input"),
        ({"name": "  "}, 422, "invalid_input"),
        ({"extra": 1}, 422, "invalid_input"),
    ],
)
def test_users_that_cannot_be_made(as_user, change, status, code):
    ask = as_user(Role.ADMINISTRATOR)
    answer = ask("POST", "/users", new_user(**change))
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert ask("GET", "/users?text=newcomer").json["items"] == []


def test_a_name_is_taken_once(as_user):
    ask = as_user(Role.ADMINISTRATOR)
    assert ask("POST", "/users", new_user()).status_code == 201
    again = ask("POST", "/users", new_user(username="NewComer"))
    assert (again.status_code, again.json["code"]) == (409, "username_taken")


def test_a_coordinator_sees_his_own_street_and_404_elsewhere(as_user, session):
    mine, theirs = make_user(session), make_user(session, street_code=OTHER_STREET)
    ask = as_user(Role.STREET_COORDINATOR)
    seen = {user["id"] for user in ask("GET", "/users?role=grid_worker").json["items"]}
    assert seen == {str(mine.id)}
    assert ask("GET", f"/users/{mine.id}").status_code == 200
    for unknown in (theirs.id, uuid.uuid4()):
        answer = ask("GET", f"/users/{unknown}")
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert ask("GET", "/users/7").status_code == 404


def test_pages_of_users(as_user, session, count_queries):
    for n in range(4):
        make_user(session, username=f"page{n}")
    ask = as_user(Role.ADMINISTRATOR)
    first = ask("GET", "/users?text=page&limit=3").json
    rest = ask("GET", f"/users?text=page&limit=3&cursor={first['next_cursor']}").json
    assert [u["username"] for u in first["items"] + rest["items"]] == ["page3", "page2", "page1", "page0"]
    assert rest["next_cursor"] is None
    assert ask("GET", "/users?cursor=%%%").json["code"] == "bad_cursor"
    assert ask("GET", "/users?limit=0").json["code"] == "invalid_input"
    with count_queries() as few:
        ask("GET", "/users?text=page&limit=1")
    with count_queries() as many:
        ask("GET", "/users?text=page&limit=100")
    assert len(few) == len(many)


def test_a_coordinator_shuts_out_a_phone_of_his_street_only(app, session, client, as_user):
    worker = make_user(session)
    device = make_device(session, worker)
    phone = {"Authorization": f"Bearer {token_for(app, session, worker, device=device)}"}
    session.commit()
    assert client.get("/api/v1/session/me", headers=phone).status_code == 200
    stranger = as_user(Role.STREET_COORDINATOR, street_code=OTHER_STREET)
    own = as_user(Role.STREET_COORDINATOR)
    path = f"/devices/{device.id}/actions/revoke"
    assert stranger("POST", path).status_code == 404
    assert str(device.id) not in stranger("GET", "/devices").get_data(as_text=True)
    assert as_user(Role.GRID_WORKER)("POST", path).status_code == 403
    revoked = own("POST", path)
    assert revoked.status_code == 200
    assert revoked.json["revoked_at"]
    assert client.get("/api/v1/session/me", headers=phone).json["code"] == "session_ended"
    assert own("POST", f"/devices/{device.id}/actions/restore").json["revoked_at"] is None
    assert client.get("/api/v1/session/me", headers=phone).json["code"] == "session_ended"  # he signs in anew


def test_devices_tell_what_is_unsent(session, as_user):
    device = make_device(session, make_user(session))
    device.outbox_items, device.outbox_photos, device.clock_offset_ms = 1, 2, -1200
    ask = as_user(Role.STREET_COORDINATOR)
    (found,) = ask("GET", "/devices?unsent=true").json["items"]
    assert found["outbox"] == {"items": 1, "photos": 2, "oldest_at": None}
    assert (found["clock_offset_ms"], found["app_version"]) == (-1200, "1.0")
    assert found["user"]["name"] == "测试员"
    assert ask("GET", f"/devices?user_id={uuid.uuid4()}").json["items"] == []
