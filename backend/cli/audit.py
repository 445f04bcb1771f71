"""``gridpatrol audit``: sealing the history, and discrepancy what was rewritten behind the product's back."""

import re
from pathlib import Path
from typing import Any

import click
import orjson

from backend.api.state import current_state
from backend.cli.context import open_application
from backend.jobs.history import seal_waiting
from backend.persistence.unit_of_work import reading
from backend.services.seals import Discrepancy, KnownSeal, Verification, verify_history

KNOWN = re.compile(r"([1-9][0-9]{0,18}):([0-9a-f]{64})")


@click.group()
def audit() -> None:
    """Seal the history; verify that nobody rewrote it."""


@audit.command()
def seal() -> None:
    """Seal what has happened until now (the job worker does it every minute)."""
    with open_application():
        count = seal_waiting()
    click.echo(f"events sealed: {count}")


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="Tell it as JSON.")
@click.option(
    "--known",
    metavar="NUMBER:HASH",
    help="A seal noted earlier and elsewhere: it must be in the chain. Only this finds a chain that was cut short.",
)
@click.option(
    "--keys",
    "keys_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Public keys (a JWKS file, such as /.well-known/jwks.json gave) instead of this installation's own.",
)
def verify(as_json: bool, known: str | None, keys_file: Path | None) -> None:
    """Check every sealed event, every seal, and that each names the one before.

    Tells which event or seal is not as it was sealed. Exit code 1 when there is any.
    """
    noted = _known(known)
    jwks = _jwks(keys_file) if keys_file else None
    with open_application(), reading() as session:
        result = verify_history(session, jwks or current_state().gateways.keys.jwks(), noted)
    click.echo(_as_json(result) if as_json else _as_text(result))
    if not result.is_whole:
        raise SystemExit(1)


def _known(given: str | None) -> KnownSeal | None:
    if given is None:
        return None
    match = KNOWN.fullmatch(given.lower())
    if match is None:
        raise click.UsageError("--known wants the number of a seal and its hash, such as 12:9f86d0…")
    return KnownSeal(int(match[1]), match[2])


def _jwks(path: Path) -> dict[str, Any]:
    try:
        content = orjson.loads(path.read_bytes())
    except ValueError:
        content = None
    if not isinstance(content, dict) or not isinstance(content.get("keys"), list):
        raise click.UsageError(f"{path} holds no public keys (JWKS)")
    return content


def _as_text(result: Verification) -> str:
    lines = [
        f"{result.events} events in {result.seals} seals, {result.waiting} waiting to be sealed",
        *(_told(discrepancy) for discrepancy in result.discrepancies),
    ]
    if result.more:
        lines.append(f"stopped after {len(result.discrepancies)} discrepancies")
    if result.last is not None:
        lines.append(f"last seal {result.last.number}:{result.last.hash} ({result.last.algorithm})")
    lines.append("the history is as it was sealed" if result.is_whole else "THE HISTORY WAS REWRITTEN")
    return "\n".join(lines)


def _told(discrepancy: Discrepancy) -> str:
    where = [f"seal {discrepancy.seal}"] if discrepancy.seal else []
    where += [f"position {discrepancy.position}"] if discrepancy.position else []
    where += [f"event {discrepancy.event_id}"] if discrepancy.event_id else []
    return f"{discrepancy.kind}: {', '.join(where)}: {discrepancy.detail}"


def _as_json(result: Verification) -> str:
    last = result.last
    content = {
        "whole": result.is_whole,
        "seals": result.seals,
        "events": result.events,
        "waiting": result.waiting,
        "last": {"number": last.number, "hash": last.hash, "algorithm": last.algorithm} if last else None,
        "discrepancies": result.discrepancies,  # dataclasses: orjson writes them as objects
        "more_discrepancies": result.more,
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()
