"""``gridpatrol users``: accounts as a person at the machine makes them, the first administrator above all.

Passwords are asked for or read from the input; never taken from the command line, where everybody on the machine sees them.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import click
from sqlalchemy.orm import Session

from backend.api.state import State
from backend.cli.context import open_application, say
from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.vocabulary import Category, Role
from backend.persistence.queries.accounts import HeldRole, UserFilter, UserView, list_users
from backend.persistence.queries.paging import MAX_LIMIT
from backend.persistence.unit_of_work import unit_of_work
from backend.services import accounts
from backend.services.accounts import NewUser, RoleGrant
from backend.settings import Settings

# Who has the machine has the data: the list at the terminal is an administrator's.
AT_THE_MACHINE = Actor(UUID(int=0), "terminal", "terminal", frozenset({Role.ADMINISTRATOR}))


@dataclass(frozen=True, slots=True)
class _Work:
    session: Session
    settings: Settings
    now: datetime


@click.group()
def users() -> None:
    """Add, disable, enable and list users; set passwords, take off second factors."""


@users.command()
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", type=click.Choice([str(role) for role in Role]), help="What the user may do.")
@click.option("--street", help="9-digit code: the coordinator's street, or the worker's.")
@click.option("--department", help="The officer's department, such as putuo.market.")
@click.option("--skill", "skills", multiple=True, type=click.Choice([str(c) for c in Category]), help="Repeatable.")
def add(
    username: str, name: str, role: str | None, street: str | None, department: str | None, skills: tuple[str, ...]
) -> None:
    """Add USERNAME. The password is asked for, or read from the input: ``gridpatrol users add … < password.txt``."""
    if role is None and (street or department):
        raise click.UsageError("--street and --department belong to a --role")
    roles = (RoleGrant(Role(role), street, department),) if role else ()
    password = _read_password()
    with _work() as work:
        new = NewUser(username, name, password, roles, tuple(Category(skill) for skill in skills))
        user = accounts.create_user(work.session, None, new, now=work.now, settings=work.settings)
    click.echo(f"added {user.username}")


@users.command()
@click.argument("username")
@click.option("--reason", help="Kept in the history.")
def disable(username: str, reason: str | None) -> None:
    """Sign USERNAME out everywhere and let him in no more."""
    with _work() as work:
        user_id = accounts.find_user(work.session, username)
        accounts.disable_user(work.session, None, user_id, now=work.now, reason=reason)
    click.echo(f"disabled {username}")


@users.command()
@click.argument("username")
def enable(username: str) -> None:
    """Let a disabled or locked-out USERNAME in again."""
    with _work() as work:
        accounts.enable_user(work.session, None, accounts.find_user(work.session, username), now=work.now)
    click.echo(f"enabled {username}")


@users.command("set-password")
@click.argument("username")
def set_password(username: str) -> None:
    """Give USERNAME a new password, asked for or read from the input, and sign him out everywhere."""
    password = _read_password()
    with _work() as work:
        user_id = accounts.find_user(work.session, username)
        accounts.reset_password(work.session, None, user_id, password, now=work.now, settings=work.settings)
    click.echo(f"password of {username} set")


@users.command("reset-second-factor")
@click.argument("username")
def reset_second_factor(username: str) -> None:
    """Take off the second factor of USERNAME, whose app is lost, and sign him out everywhere."""
    with _work() as work:
        accounts.reset_second_factor(work.session, None, accounts.find_user(work.session, username), now=work.now)
    click.echo(f"second factor of {username} taken off")


@users.command("list")
@click.option("--role", type=click.Choice([str(role) for role in Role]), help="Only who holds it.")
@click.option("--all", "also_disabled", is_flag=True, help="Also disabled users.")
def list_(role: str | None, also_disabled: bool) -> None:
    """List users, newest first: user name, name, roles, state. Columns are separated by tabs."""
    wanted = UserFilter(role=Role(role) if role else None, is_active=None if also_disabled else True)
    with _work() as work:
        for user in _all(work, wanted):
            roles = ", ".join(_told(held) for held in user.roles) or "no role"
            click.echo("\t".join((user.username, user.name, roles, _state(user, work.now))))


@contextmanager
def _work() -> Iterator[_Work]:
    with open_application() as app, unit_of_work() as session:
        state: State = app.extensions["gridpatrol"]
        yield _Work(session, state.settings, state.gateways.clock.now())


def _all(work: _Work, wanted: UserFilter) -> Iterator[UserView]:
    cursor, day = None, local_day(work.now)
    while True:
        page = list_users(work.session, AT_THE_MACHINE, wanted, day=day, limit=MAX_LIMIT, cursor=cursor)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def _told(held: HeldRole) -> str:
    return " ".join(filter(None, (held.role.value, held.street_code, held.department)))


def _state(user: UserView, now: datetime) -> str:
    if not user.is_active:
        return "disabled"
    return "locked out" if user.locked_until is not None and user.locked_until > now else "active"


def _read_password() -> str:
    if sys.stdin.isatty():
        password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return password
    say("reading the password from the input …")
    return sys.stdin.readline().rstrip("\r\n")
