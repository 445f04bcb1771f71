"""The ``gridpatrol`` command: which groups it has. Each group is a file of its own beside this one."""

import importlib
from typing import Any

import click

from backend.domain.errors import DomainError
from backend.gateways.cluster import ClusterError
from backend.settings import SettingError

# Name → module that defines it under that name, and its line in the overview. A module is imported only when its command
# is asked for: `db status` and the overview need not wait for the whole application.
COMMANDS = {
    "serve": ("backend.cli.serve", "Serve on HOST:PORT with database and job worker, until Ctrl-C."),
    "db": ("backend.cli.db", "Start, stop, migrate, back up and restore the database."),
    "grids": ("backend.cli.grids", "Import, validate, export and generate grids."),
    "rules": ("backend.cli.rules", "List, export, check and import rule sets of routing."),
    "users": ("backend.cli.users", "Add, disable and list people."),
    "media": ("backend.cli.media", "Check the photo store, move photos between stores."),
    "audit": ("backend.cli.audit", "Seal the history, and verify that nobody rewrote it."),
    "calendar": ("backend.cli.calendar", "Load the holidays of a year, tell which years are known."),
    "demo": ("backend.cli.demo", "Load the demo district."),
    "docs": ("backend.cli.docs", "Write the API documents."),
    "jobs": ("backend.cli.jobs", "Run background jobs."),
    "reset": ("backend.cli.reset", "Stop the service and delete everything it stored."),
}
# What a person at the terminal can put right: told in one line, without a traceback.
TOLD_PLAINLY = (ClusterError, SettingError)


class CommandTable(click.Group):
    """A group that finds its members in COMMANDS."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The member of that name, or None, which click answers with its list of near names."""
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the member; errors a person can put right become one line and exit code 1."""
        try:
            return super().invoke(ctx)
        except TOLD_PLAINLY as error:
            raise click.ClickException(str(error)) from error
        except DomainError as error:
            raise click.ClickException(f"{error.code}: {error.sentence('en')}") from error


@click.group(cls=CommandTable, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="gridpatrol", message="%(version)s")
def main() -> None:
    """Patrol grids, record health dangers, refer them to the department that must act.

    \b
    Settings come from the environment, the same for every command:
      VAR_DIR       data folder (default: var in the checkout)
      HOST, PORT    where the service listens (default: 127.0.0.1 8000)
      DATABASE_URL  an outside PostgreSQL with PostGIS instead of the private one
      PHOTO_STORE   local (below VAR_DIR) or s3, with S3_ENDPOINT, S3_BUCKET and keys
    """
