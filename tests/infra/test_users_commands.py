"""``gridpatrol users`` on a real database: what it makes can sign in, and passwords never stand on the command line."""

import uuid
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from backend.cli.main import main
from backend.persistence.models import SecondFactor, User
from backend.services.accounts.codes import make_secret, seal_secret
from tests.conftest import LIVE

PASSWORD = "Patrol-2026-x"


@pytest.fixture
def run(live_app, live_clock, cluster, tmp_path):
    live_clock.at = datetime.now(UTC)  # the command goes by the machine's clock
    environment = {"DATABASE_URL": cluster.url(LIVE), "VAR_DIR": str(tmp_path), "ENVIRONMENT": "test"}

    def run(*arguments, password=None):
        return CliRunner().invoke(
            main, ["users", *arguments], input=f"{password}\n" if password else "", env=environment
        )

    return run


def enter(client, username, password=PASSWORD):
    body = {"username": username, "password": password, "device": {"id": str(uuid.uuid4())}}
    return client.post("/api/v1/session", json=body)


def test_the_first_administrator(run, live_client):
    made = run("add", "admin", "--name", "管理员", "--role", "administrator", password=PASSWORD)
    assert (made.exit_code, made.stdout) == (0, "added admin\n"), made.exception or made.output
    assert enter(live_client, "admin").json["user"]["roles"] == ["administrator"]
    listed = run("list")
    assert listed.stdout.splitlines() == ["admin\t管理员\tadministrator\tactive"]
    last = run("disable", "admin")
    assert last.exit_code == 1
    assert "last_administrator" in last.output
    assert enter(live_client, "admin").status_code == 200


def test_a_worker_comes_changes_his_password_and_goes(run, live_client):
    run("add", "Worker01", "--name", "王", "--role", "grid_worker", "--street", "310107005", "--skill", "water_vending",
        password=PASSWORD)  # fmt: skip
    assert enter(live_client, "worker01").json["user"]["street"] == "310107005"
    assert run("set-password", "worker01", password="Other-pass-2026").exit_code == 0
    assert enter(live_client, "worker01").json["code"] == "bad_credentials"
    assert enter(live_client, "worker01", "Other-pass-2026").status_code == 200
    assert run("disable", "worker01", "--reason", "left").exit_code == 0
    assert enter(live_client, "worker01", "Other-pass-2026").json["code"] == "account_disabled"
    assert run("list").stdout == ""
    assert run("list", "--all").stdout == "worker01\t王\tgrid_worker 310107005\tdisabled\n"
    assert run("list", "--role", "auditor", "--all").stdout == ""
    assert run("enable", "worker01").exit_code == 0
    assert enter(live_client, "worker01", "Other-pass-2026").status_code == 200


@pytest.mark.parametrize(
    ("arguments", "password", "told"),
    [
        (("add", "worker01", "--name", "x"), "weak", "weak_password"),
        (("add", "worker01", "--name", "x"), None, "weak_password"),
        (("add", "张三", "--name", "x"), PASSWORD, "bad_username"),
        (("add", "worker01", "--name", "x", "--role", "department_officer"), PASSWORD, "role_incomplete"),
        (("add", "worker01", "--name", "x", "--role", "grid_worker", "--street", "1"), PASSWORD, "unknown_division"),
        (("add", "worker01", "--name", "x", "--street", "310107005"), PASSWORD, "--role"),
        (("disable", "nobody"), None, "not_found"),
        (("set-password", "nobody"), PASSWORD, "not_found"),
        (("add", "worker01", "--name", "x", "--password", PASSWORD), None, "No such option"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(run, arguments, password, told):
    refused = run(*arguments, password=password)
    assert refused.exit_code in (1, 2)
    assert told in refused.output
    assert "Traceback" not in refused.output


def test_who_lost_his_second_factor_and_is_the_only_administrator(run, live_app, live_session, live_client):
    run("add", "admin", "--name", "管理员", "--role", "administrator", password=PASSWORD)
    keys, now = live_app.extensions["gridpatrol"].gateways.keys, datetime.now(UTC)
    user = live_session.scalars(select(User)).one()
    factor = SecondFactor(user_id=user.id, algorithm="totp-sha1", secret_algorithm="aes-256-gcm", begun_at=now)
    factor.secret, factor.confirmed_at, factor.last_step = seal_secret(keys, user.id, make_secret()), now, 1
    live_session.add(factor)
    live_session.commit()
    assert enter(live_client, "admin").json["code"] == "second_factor_needed"
    done = run("reset-second-factor", "admin")
    assert (done.exit_code, done.stdout) == (0, "second factor of admin taken off\n"), done.exception or done.output
    assert enter(live_client, "admin").status_code == 200
