"""``gridpatrol rules``: list, export, check and import rule sets. Not here: the work itself (services/referrals/rule_sets).

Approval is for people who are signed in; a file imported here becomes a draft.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.cli.context import open_application
from backend.domain.errors import DomainError
from backend.domain.routing import DOCUMENT_LIMIT, Document, write_document
from backend.persistence.models import RuleSetRow
from backend.persistence.unit_of_work import reading, unit_of_work
from backend.services.referrals.rule_sets import check_document, create_draft, read_document

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
LANG = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Language of faults."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Tell it as JSON.")


@click.group()
def rules() -> None:
    """List, export, check and import rule sets of routing (YAML, or JSON by the suffix .json)."""


@rules.command("list")
@JSON
def list_(as_json: bool) -> None:
    """All rule sets, newest first: code/version, status, days."""
    with open_application(), reading() as session:
        rows = session.scalars(select(RuleSetRow).order_by(RuleSetRow.seq.desc())).all()
        lines = [
            {
                "code": row.code, "version": row.version, "status": row.status.value,
                "valid_from": row.valid_from.isoformat(), "valid_to": row.valid_to.isoformat() if row.valid_to else None,
                "content_sha256": row.content_sha256,
            }
            for row in rows
        ]  # fmt: skip
    if as_json:
        click.echo(orjson.dumps(lines, option=orjson.OPT_INDENT_2).decode())
        return
    for line in lines:
        span = f"{line['valid_from']} – {line['valid_to'] or '…'}"
        click.echo(f"{line['code']}/{line['version']}  {line['status']:<9} {span}  {str(line['content_sha256'])[:12]}")


@rules.command()
@click.argument("code")
@click.argument("output", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True), default="-")
@click.option("--version", type=int, help="This version (default: the newest).")
def export(code: str, output: Path, version: int | None) -> None:
    """Write the rule set CODE to OUTPUT.

    Without OUTPUT it goes to the terminal. The words for every code stand beside it.
    """
    with open_application(), reading() as session:
        row = _find(session, code, version)
        text, name = write_document(row.content, row.tests, row.note), f"{row.code}/{row.version}"
    if str(output) == "-":
        click.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    click.echo(f"{output}: {name}")


@rules.command()
@click.argument("file", type=EXISTING)
@JSON
@LANG
def check(file: Path, as_json: bool, lang: str) -> None:
    """Tell everything that is wrong with FILE.

    What it covers is proved against the departments in the database. Stores nothing. Exit code 1 when it could not be
    approved as it is.
    """
    document = _read(file, as_json, lang)
    with open_application(), reading() as session:
        report = check_document(session, document.content, document.tests)
    data = report.to_data()
    if as_json:
        click.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())
    else:
        _tell(data["faults"], lang)
        _tell(data["warnings"], lang, "warning ")
        click.echo(
            f"faults: {len(report.faults)}, warnings: {len(report.warnings)}, tests: {report.tests}, "
            f"cells: {report.cells}, combinations: {report.combinations}"
        )
    if report.faults:
        raise SystemExit(1)


@rules.command("import")
@click.argument("file", type=EXISTING)
@JSON
@LANG
def import_(file: Path, as_json: bool, lang: str) -> None:
    """Keep FILE as a draft. Checking and approving it is done by people who are signed in."""
    document = _read(file, as_json, lang)
    with open_application(), unit_of_work() as session:
        row = create_draft(session, None, document, now=datetime.now(UTC))
        made = {"id": str(row.id), "code": row.code, "version": row.version, "content_sha256": row.content_sha256}
    if as_json:
        click.echo(orjson.dumps(made, option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo(f"draft {made['code']}/{made['version']}: {made['id']}")


def _find(session: Session, code: str, version: int | None) -> RuleSetRow:
    wanted = select(RuleSetRow).where(RuleSetRow.code == code).order_by(RuleSetRow.version.desc()).limit(1)
    row = session.scalar(wanted if version is None else wanted.where(RuleSetRow.version == version))
    if row is None:
        raise click.ClickException(f"there is no rule set {code}" + ("" if version is None else f"/{version}"))
    return row


def _read(file: Path, as_json: bool, lang: str) -> Document:
    if file.stat().st_size > DOCUMENT_LIMIT:
        raise click.ClickException(f"{file} has more than {DOCUMENT_LIMIT} bytes")
    try:
        return read_document(file.read_bytes(), is_yaml=file.suffix.lower() != ".json")
    except DomainError as error:
        faults = error.errors or []
        if as_json:
            click.echo(orjson.dumps({"faults": faults}, option=orjson.OPT_INDENT_2).decode())
        else:
            _tell(faults, lang)
        raise SystemExit(1) from error


def _tell(faults: list[dict[str, Any]], lang: str, word: str = "") -> None:
    for fault in faults:
        click.echo(f"{word}{fault['path'] or '-'}: {fault['code']}: {fault[lang]}")
