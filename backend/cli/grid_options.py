"""The options that several grids commands share, and what they add up to."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from backend.domain.calendar import LOCAL_ZONE
from grids.model import FieldMapping, FileFormat, Tolerances

Command = Callable[..., Any]
DISTRICT = "310107"
FORMATS: dict[str, FileFormat] = {
    ".geojson": "geojson", ".json": "geojson", ".gpkg": "gpkg", ".zip": "shp", ".shp": "shp",
}  # fmt: skip
TOLERANCES = ("overlap_m2", "gap_m2", "outside_m2", "sliver_m2", "snap_m")
DEFAULTS = Tolerances()

READING = (
    click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
    click.option("--code-field", metavar="NAME", help="Field with the 15-digit grid code (default: guessed)."),
    click.option("--name-field", metavar="NAME", help="Field with the grid's name (default: guessed)."),
    click.option("--street-field", metavar="NAME", help="Field with the street's 9-digit code (default: guessed)."),
    click.option("--external-field", metavar="NAME", help="Field with the district's own code."),
    click.option("--crs", metavar="NAME", help="Coordinate system, against what the file says: EPSG:4549, GCJ-02 …"),
    click.option("--layer", metavar="NAME", help="Layer, where the file has several."),
    click.option("--overlap-m2", type=float, default=DEFAULTS.overlap_m2, show_default=True, help="Forgiven overlap."),
    click.option("--gap-m2", type=float, default=DEFAULTS.gap_m2, show_default=True, help="Forgiven gap."),
    click.option("--outside-m2", type=float, default=DEFAULTS.outside_m2, show_default=True, help="Forgiven overhang."),
    click.option("--sliver-m2", type=float, default=DEFAULTS.sliver_m2, show_default=True, help="Smaller is a sliver."),
    click.option("--snap-m", type=float, default=DEFAULTS.snap_m, show_default=True, help="Round coordinates to this."),
    click.option("--district", default=DISTRICT, show_default=True, metavar="CODE", help="District the grids fill."),
    click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table."),
    click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True, help="Language."),
)


def reading_options(command: Command) -> Command:
    """Everything that says how a file is read and judged."""
    for option in reversed(READING):
        command = option(command)
    return command


def mapping_of(given: dict[str, Any]) -> FieldMapping:
    """The fields named on the command line."""
    return FieldMapping(given["code_field"], given["name_field"], given["street_field"], given["external_field"])


def tolerances_of(given: dict[str, Any]) -> Tolerances:
    """What the command line forgives."""
    return Tolerances(**{name: given[name] for name in TOLERANCES})


def format_of(path: Path, wanted: str | None) -> FileFormat:
    """The format named, or the one the suffix tells. Raises click.UsageError."""
    found = FORMATS.get(f".{wanted}" if wanted else path.suffix.lower())
    if found is None:
        raise click.UsageError(f"{path.name}: say --format geojson, gpkg or shp")
    return found


def moment(text: str | None) -> datetime | None:
    """A day or moment in the district's zone, or with an offset of its own. Raises click.BadParameter."""
    if text is None:
        return None
    if text == "now":
        return datetime.now(LOCAL_ZONE)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no day or moment such as 2026-12-01 or 2026-12-01T08:00") from error
    return found if found.tzinfo else found.replace(tzinfo=LOCAL_ZONE)
