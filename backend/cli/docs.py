"""``gridpatrol docs``: writes the API document of this version; neither database nor network is needed."""

import tempfile
from pathlib import Path
from typing import Any

import click
import yaml

from backend.api.openapi import api_document
from backend.api.state import Gateways
from backend.app import create_app
from backend.gateways.clock import SystemClock
from backend.gateways.keys import Keys
from backend.gateways.photo_store import LocalPhotoStore
from backend.settings import CHECKOUT, Environment, Settings

OPENAPI_FILE = CHECKOUT / "api_docs" / "openapi.yaml"
HEAD = "# Written by `gridpatrol docs write`; do not edit.\n"
# never connected to: the document is made from what the endpoints declare
NO_DATABASE = "postgresql+psycopg:///document"


@click.group()
def docs() -> None:
    """Write the API documents."""


@docs.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when the file is stale.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=OPENAPI_FILE,
    show_default="api_docs/openapi.yaml of the checkout",
    help="Where to write it.",
)
def write(check: bool, output: Path) -> None:
    """Write the OpenAPI 3.1 document.

    It is the same for the same version, wherever it is made.
    """
    wanted = openapi_text()
    if check:
        if not output.is_file() or output.read_text(encoding="utf-8") != wanted:
            raise click.ClickException(f"{output} is stale: run `gridpatrol docs write`")
        click.echo(f"{output} is up to date")
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(wanted, encoding="utf-8")
    click.echo(f"wrote {output}")


def openapi_text() -> str:
    """The document of this version as YAML."""
    return HEAD + yaml.dump(openapi_document(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def openapi_document() -> dict[str, Any]:
    """The document of this version."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        settings = Settings(var_dir=place, database_url=NO_DATABASE, environment=Environment.DEVELOPMENT)
        gateways = Gateways(SystemClock(), Keys.ephemeral(), LocalPhotoStore(place / "media"))
        return api_document(create_app(settings, gateways))


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, which people can read; no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
