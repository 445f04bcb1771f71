"""What every format is reduced to before codes and names are looked for: rows of text and geometry, still in file terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grids.model import FileFormat, Problem
from grids.plane import GeometryArray


@dataclass(frozen=True, slots=True)
class RawTable:
    """One layer. `geometries` are in the file's own coordinates (None where missing), `crs` its own words for them:
    an authority code, WKT, or "" where it has none.
    """

    format: FileFormat
    fields: Sequence[str]
    rows: Sequence[Mapping[str, object]]
    geometries: GeometryArray
    crs: str
    encoding: str
    layer: str | None = None
    problems: Sequence[Problem] = field(default_factory=tuple)
