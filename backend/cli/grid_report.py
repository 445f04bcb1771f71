"""How the grids commands tell what is wrong with a file: a table for people, JSON for programs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from grids.model import ReadResult

Told = Mapping[str, Any]
HEADINGS = ("FEATURE", "PROBLEM", "WHERE (lon, lat)", "m²", "WHAT")


def describe_read(read: ReadResult) -> dict[str, Any]:
    """What a file turned out to be."""
    return {
        "format": read.format,
        "crs": read.crs,
        "encoding": read.encoding,
        "features": len(read.features),
        "fields": list(read.fields),
        "mapping": {
            "code": read.mapping.code,
            "name": read.mapping.name,
            "street": read.mapping.street,
            "external_code": read.mapping.external_code,
        },
        "guessed": list(read.guessed),
    }


def error_count(problems: Sequence[Told]) -> int:
    """How many of ``problems`` forbid an import."""
    return sum(one.get("severity", "error") == "error" for one in problems)


def show(file: Told, problems: Sequence[Told], *, as_json: bool) -> None:
    """Print what a file is and everything that is wrong with it."""
    errors = error_count(problems)
    if as_json:
        document = {**file, "errors": errors, "warnings": len(problems) - errors, "problems": problems}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))
        return
    for name in ("format", "crs", "encoding", "features"):
        if name in file:
            click.echo(f"{name + ':':<10}{file[name]}")
    for role, field in file.get("mapping", {}).items():
        if field:
            guess = " (guessed)" if role in file["guessed"] else ""
            click.echo(f"{role + ':':<15}{field}{guess}")
    if problems:
        click.echo("")
        _table(problems)
    click.echo(f"\n{errors} error(s), {len(problems) - errors} warning(s)")


def _table(problems: Sequence[Told]) -> None:
    rows = [HEADINGS, *(_row(one) for one in problems)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join([*cells, row[-1]]))


def _row(one: Told) -> tuple[str, str, str, str, str]:
    feature, where, amount = one.get("feature"), one.get("where"), one.get("amount_m2")
    mark = "" if one.get("severity", "error") == "error" else " (warning)"
    return (
        "file" if feature is None else str(feature),
        f"{one['code']}{mark}",
        f"{where[0]:.6f}, {where[1]:.6f}" if where else "",
        f"{amount:.2f}" if amount is not None else "",
        one["message"],
    )
