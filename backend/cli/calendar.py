"""``gridpatrol calendar``: the holidays of a year as they are published each November."""

from pathlib import Path

import click

from backend.api.state import current_state
from backend.cli.context import open_application
from backend.domain.errors import DomainError
from backend.persistence.queries.clocks import calendar_years
from backend.persistence.unit_of_work import reading, unit_of_work
from backend.services.clocks import load_calendar, waiting_clocks


@click.group()
def calendar() -> None:
    """Load a year's holidays and working weekends; tell which years are known."""


@calendar.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", help="What the file was made from, such as 国办发明电〔2026〕1号 (default: the file's name).")
def load(file: Path, source: str | None) -> None:
    """Load the holidays of years from FILE.

    CSV in UTF-8 or GBK, or .xlsx, with the columns day, kind, name; all rows or none. kind is holiday or workday; a year
    named whole is replaced, its weekends are implied. Deadlines that waited for it are computed at once.
    """
    with open_application():
        try:
            with unit_of_work() as session:
                now = current_state().gateways.clock.now()
                result = load_calendar(session, None, file.read_bytes(), source or file.name, now=now)
        except DomainError as error:
            for fault in error.errors or ():
                column = f", {fault['column']}" if fault["column"] else ""
                click.echo(f"row {fault['row']}{column}: {fault['en']}", err=True)
            raise
    click.echo(f"years loaded: {', '.join(map(str, result.years))}")
    if result.amended:
        click.echo(f"days added to: {', '.join(map(str, result.amended))}")
    click.echo(f"deadlines computed: {result.computed}")


@calendar.command()
def status() -> None:
    """Which years are known, and which ones deadlines wait for. Exit code 1 when there is any of those."""
    with open_application(), reading() as session:
        for row in calendar_years(session):
            year = row.CalendarYear
            click.echo(f"{year.year}  {row.holidays} holidays, {row.workdays} working weekend days  ({year.source})")
        missing = waiting_clocks(session)
    for number, count in missing.items():
        click.echo(f"{number}  MISSING: {count} deadlines wait for it")
    if missing:
        raise SystemExit(1)
