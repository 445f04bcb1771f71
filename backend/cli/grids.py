"""``gridpatrol grids``: check, import, export and invent grid files. Not here: the work itself (services/grids, grids/)."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click
import shapely

from backend.cli.context import open_application
from backend.cli.database import current_settings
from backend.cli.grid_options import (
    DISTRICT,
    format_of,
    mapping_of,
    moment,
    reading_options,
    tolerances_of,
)
from backend.cli.grid_report import describe_read, error_count, show
from backend.domain.calendar import LOCAL_ZONE, local_day
from backend.domain.divisions import find_division, streets_of
from backend.domain.errors import DomainError
from backend.persistence.queries.grids.versions import published_spans
from backend.persistence.unit_of_work import reading, unit_of_work
from backend.services.grids.exporting import export_version
from backend.services.grids.importing import ImportOptions, import_grids
from backend.services.grids.problems import problem_data, told
from grids.errors import GridFileError
from grids.generate import generate as generate_grids
from grids.generate import sample_district
from grids.model import FieldMapping, GridFeature, ReadLimits, ReadResult
from grids.readers import read_grids
from grids.validate import validate as validate_grids
from grids.writers import write_grids

FILE = click.Path(dir_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
FORMAT = click.option(
    "--format", "wanted", type=click.Choice(["geojson", "gpkg", "shp"]), help="Default: what the suffix tells."
)


@click.group()
def grids() -> None:
    """Check, import, export and invent files of patrol grids.

    Files are GeoJSON, GeoPackage or a zipped Shapefile (.zip), in any coordinate system they name.
    """


@grids.command()
@reading_options
@click.option("--outlines", type=EXISTING, help="File with the streets' borders, by 9-digit code: finds gaps.")
@click.option("--previous", type=EXISTING, help="The version before, to notice a shifted datum.")
def validate(file: Path, outlines: Path | None, previous: Path | None, as_json: bool, lang: str, **given: Any) -> None:
    """Tell everything that is wrong with FILE. Needs no database.

    Exit code 1 when FILE could not be imported as it is.
    """
    day = local_day(datetime.now(LOCAL_ZONE))
    streets = [division.code for division in streets_of(given["district"], day)]
    if not streets:
        raise click.UsageError(f"no streets of district {given['district']} are known")
    read = _read(file, lang, mapping_of(given), given["crs"], given["layer"])
    found = validate_grids(
        read.features,
        parent_outlines=_shapes(outlines, lang) if outlines else None,
        street_codes=streets,
        tolerances=tolerances_of(given),
        previous=_read(previous, lang).features if previous else None,
    )
    problems = told(map(problem_data, [*read.problems, *found]), lang)
    show({"file": file.name, **describe_read(read)}, problems, as_json=as_json)
    if error_count(problems):
        raise SystemExit(1)


@grids.command("import")
@reading_options
@click.option("--label", default="", help="What people call this version.")
@click.option("--publish-from", metavar="MOMENT", help="Publish it too, from a day, a moment or 'now' on.")
@click.option("--dry-run", is_flag=True, help="Judge against the database, store nothing.")
def import_(
    file: Path, label: str, publish_from: str | None, dry_run: bool, as_json: bool, lang: str, **given: Any
) -> None:
    """Store FILE as a draft version of the grids, whole or not at all.

    Exit code 1 and a list of everything that is wrong when it cannot be.
    """
    options = ImportOptions(
        district_code=given["district"],
        label=label,
        mapping=mapping_of(given),
        tolerances=tolerances_of(given),
        crs=given["crs"],
        layer=given["layer"],
        dry_run=dry_run,
        publish_from=moment(publish_from),
        max_bytes=current_settings().max_import_bytes,
    )
    try:
        with open_application(), unit_of_work() as session:
            now = datetime.now(LOCAL_ZONE)
            outcome = import_grids(session, None, file.read_bytes(), file.name, options, language=lang, now=now)
            version = outcome.version
            stored = {"version": version.id, "status": version.status.value} if version else {}
    except DomainError as error:
        if error.errors is None:
            raise
        show({"file": file.name}, error.errors, as_json=as_json)
        raise SystemExit(1) from error
    problems = told(map(problem_data, outcome.problems), lang)
    show({"file": file.name, **describe_read(outcome.read), **stored}, problems, as_json=as_json)
    if not as_json:
        click.echo(f"version {stored['version']}: {stored['status']}" if stored else "dry run: nothing was stored")


@grids.command(short_help="Write the grids of a version to a file.")
@click.argument("output", type=FILE)
@FORMAT
@click.option("--version", type=click.UUID, help="This version (default: the one that holds).")
@click.option("--at", metavar="MOMENT", help="The version that held on a day or at a moment.")
@click.option("--district", default=DISTRICT, show_default=True, metavar="CODE", help="Of this district.")
def export(output: Path, wanted: str | None, version: Any, at: str | None, district: str) -> None:
    """Write a version's grids to OUTPUT (.geojson, .gpkg, or .zip for a Shapefile in GBK)."""
    file_format = format_of(output, wanted)
    when = moment(at) or datetime.now(LOCAL_ZONE)
    with open_application(), reading() as session:
        if version is None:
            spans = [span for span in published_spans(session, district) if span.holds_at(when)]
            if not spans:
                raise click.ClickException(f"no version of {district} holds at {when:%Y-%m-%d %H:%M}")
            version = spans[0].id
        output.write_bytes(export_version(session, version, file_format))
    click.echo(f"{output}: version {version}")


@grids.command(short_help="Invent a seamless partition: a sample, never official.")
@click.argument("output", type=FILE)
@FORMAT
@click.option("--outline", type=EXISTING, help="Border of the district, or of its streets by 9-digit code.")
@click.option("--count", type=click.IntRange(1, 200_000), default=45, show_default=True, help="Number of grids.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same grids.")
@click.option("--district", default=DISTRICT, show_default=True, metavar="CODE", help="The codes begin with it.")
def generate(output: Path, wanted: str | None, outline: Path | None, count: int, seed: int, district: str) -> None:
    """Invent a seamless partition and write it to OUTPUT: for demonstrations and measuring, never official.

    Without --outline a made-up district of ten streets is taken.
    """
    file_format = format_of(output, wanted)
    if outline is None:
        whole, streets, _ = sample_district(seed)
    else:
        shapes = _shapes(outline, "en")
        whole = shapely.union_all(list(shapes.values()))
        streets = {code: shape for code, shape in shapes.items() if len(code) == 9}
    day = local_day(datetime.now(LOCAL_ZONE))
    names = {code: found.name for code in streets if (found := find_division(code, day))}
    try:
        made = generate_grids(
            whole, count, seed=seed, streets=streets or None, district=district, street_names=names,
            spans_communities=count <= 1000,
        )  # fmt: skip
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    write_grids(made, output, file_format)
    click.echo(f"{output}: {len(made)} invented grids, not official")


def _read(
    path: Path, lang: str, mapping: FieldMapping | None = None, crs: str | None = None, layer: str | None = None
) -> ReadResult:
    try:
        return read_grids(path, path.name, mapping, crs, layer=layer, limits=ReadLimits())
    except GridFileError as error:
        raise click.ClickException(f"{error.code}: {error.what_zh if lang == 'zh' else error.what_en}") from error


def _shapes(path: Path, lang: str) -> dict[str, Any]:
    """Borders by code; one without a code stands for the whole."""
    features: list[GridFeature] = list(_read(path, lang).features)
    return {one.code or one.street_code: one.geometry for one in features}
