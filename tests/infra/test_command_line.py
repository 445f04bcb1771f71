"""The ``gridpatrol`` command: its overview, its groups, its way of telling errors."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from backend.cli.main import COMMANDS, main
from backend.settings import CHECKOUT


def walk(command: click.Command, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        for name, member in command.commands.items():
            found += walk(member, (*path, name))
    return found


def test_the_overview_names_every_group_and_needs_no_application() -> None:
    script = (
        "import sys\n"
        "from backend.cli.main import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "print('flask' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert all(f"\n  {name} " in run.stdout for name in COMMANDS)
    assert run.stdout.rstrip().endswith("False")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name: str) -> None:
    group = main.get_command(click.Context(main), name)
    assert group is not None
    for path, command in walk(group, (name,)):
        assert command.help, f"gridpatrol {' '.join(path)} has no help"
        shown = CliRunner().invoke(main, [*path, "--help"])
        assert shown.exit_code == 0
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"gridpatrol {' '.join(path)} {parameter.opts[0]} has no help"


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("db", {"start", "stop", "status", "migrate", "backup", "restore"}),
        ("grids", {"import", "validate", "export", "generate"}),
        ("users", {"add", "disable", "list"}),
        ("demo", {"load"}),
        ("docs", {"write"}),
        ("jobs", {"work"}),
    ],
)
def test_the_promised_commands_are_there(name: str, members: set[str]) -> None:
    group = main.get_command(click.Context(main), name)
    assert isinstance(group, click.Group)
    assert members <= set(group.commands)


def test_a_bad_setting_is_one_line_that_names_it() -> None:
    result = CliRunner().invoke(main, ["db", "status"], env={"PORT": "eighty"})
    assert result.exit_code == 1
    assert result.output == "Error: PORT='eighty': a whole number from 1 to 65535 is wanted\n"


def test_an_unknown_command_is_refused() -> None:
    result = CliRunner().invoke(main, ["bd"])
    assert result.exit_code == 2
    assert "No such command 'bd'" in result.output
