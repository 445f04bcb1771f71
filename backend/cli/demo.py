"""``gridpatrol demo``: the invented district. Not here: what it consists of (backend/demo)."""

from datetime import UTC, datetime

import click

from backend.api.state import State
from backend.cli.context import open_application, say
from backend.demo import AlreadyLoadedError, DemoError, find_password, load_demo
from backend.demo.accounts import account_lines
from backend.demo.load import check_welcome
from backend.persistence.unit_of_work import unit_of_work


@click.group()
def demo() -> None:
    """An invented sample district with people, tasks, reports and referrals. Never official data."""


@demo.command()
def load() -> None:
    """Fill an empty database with the demo district and print its accounts.

    \b
    Two weeks of patrols up to yesterday. Refused where others than this machine can reach
    the service, and on a database that has users. DEMO_PASSWORD sets the one password;
    otherwise one is made and kept in VAR_DIR/demo-password.
    """
    with open_application() as app:
        state: State = app.extensions["gridpatrol"]
        try:
            with unit_of_work() as session:
                check_welcome(session, state.settings)
                password = find_password(state.settings)
                loaded = load_demo(
                    session,
                    state.gateways.photos,
                    state.settings,
                    password,
                    now=datetime.now(UTC),
                    tell=say,
                )
        except AlreadyLoadedError as error:
            say(f"{error}: nothing was changed")
            return
        except DemoError as error:
            raise click.ClickException(str(error)) from error
    say(f"  {loaded.reports} reports, {loaded.referrals} referrals, {loaded.tasks} tasks, {loaded.sites} sites")
    for line in account_lines(password, loaded.workers, loaded.streets):
        click.echo(line)
