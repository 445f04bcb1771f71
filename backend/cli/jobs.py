"""``gridpatrol jobs``: the background worker."""

import click

from backend.cli.context import open_application
from backend.jobs.app import work as run_jobs


@click.group()
def jobs() -> None:
    """Run background jobs: previews, deliveries, housekeeping."""


@jobs.command()
@click.option("--until-empty", is_flag=True, help="Stop when no job is left instead of waiting for more.")
@click.option("--queue", "only", multiple=True, metavar="NAME", help="Serve this queue alone; may be repeated.")
@click.option("--without", multiple=True, metavar="NAME", help="Leave this queue to another worker; may be repeated.")
def work(until_empty: bool, only: tuple[str, ...], without: tuple[str, ...]) -> None:
    """Take jobs from the queue until Ctrl-C or SIGTERM."""
    with open_application() as app:
        run_jobs(app, until_empty=until_empty, only=only, without=without)
