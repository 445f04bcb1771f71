"""Frozen values that travel between the modules of this floor. No behaviour beyond construction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from shapely.geometry.base import BaseGeometry as Geometry

Severity = Literal["error", "warning"]
FileFormat = Literal["geojson", "gpkg", "shp"]


@dataclass(frozen=True, slots=True)
class GridFeature:
    """One grid as read from a file or made here.

    `number` counts from 1 in file order. `geometry` is lon/lat in degrees, EPSG:4490 (CGCS2000), 2-D; empty where the
    file had none. `code` and `name` are "" where missing. `attributes` are the file's other fields.
    """

    number: int
    code: str
    name: str
    street_code: str
    external_code: str | None
    geometry: Geometry
    attributes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with one feature, or with the whole file (`feature` None).

    `where` is (lon, lat) in degrees, `amount_m2` the area concerned in square metres. `code` is stable.
    """

    feature: int | None
    code: str
    what_zh: str
    what_en: str
    where: tuple[float, float] | None = None
    amount_m2: float | None = None
    other_feature: int | None = None
    severity: Severity = "error"


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How much is forgiven. Areas in m², lengths in m.

    `noise_m2`: smaller areas come from rounding and are never mentioned. Between noise and `overlap_m2`, `gap_m2` or
    `outside_m2` a finding is a warning (nothing at all if `warn_small` is False), above it an error.
    `sliver_m2` / `sliver_compactness`: a part is a sliver below this area or below this 4πA/P² (a circle has 1).
    `snap_m`: vertices nearer to each other than this are made one before judging; 0 leaves them alone.
    `shift_min_m` … `shift_max_m`: length of a shift against the previous version that looks like a wrong datum;
    `shift_spread_m`: how constant it must be.
    """

    noise_m2: float = 0.01
    overlap_m2: float = 1.0
    gap_m2: float = 1.0
    outside_m2: float = 1.0
    sliver_m2: float = 100.0
    sliver_compactness: float = 0.01
    snap_m: float = 0.0
    warn_small: bool = True
    shift_min_m: float = 200.0
    shift_max_m: float = 1500.0
    shift_spread_m: float = 40.0


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """Which field of the file holds what. None = guess by common names (the guess is reported)."""

    code: str | None = None
    name: str | None = None
    street: str | None = None
    external_code: str | None = None


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """Bounds on hostile input. `max_ratio` is unpacked ÷ packed, asked only of members above 10 MB unpacked."""

    max_file_bytes: int = 256 * 1024 * 1024
    max_unpacked_bytes: int = 1024 * 1024 * 1024
    max_members: int = 200
    max_ratio: float = 300.0
    max_features: int = 200_000


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What a file held. `mapping` is the one used, `guessed` the roles that were guessed, `fields` all field names.

    `crs` names the coordinate system the file was read as, `encoding` that of its text.
    """

    features: Sequence[GridFeature]
    problems: Sequence[Problem]
    crs: str
    encoding: str
    format: FileFormat
    fields: Sequence[str]
    mapping: FieldMapping = field(default_factory=FieldMapping)
    guessed: Sequence[str] = ()
    layer: str | None = None
