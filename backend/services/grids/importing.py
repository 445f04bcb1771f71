"""From a file of grids to a draft version, or to the list of everything that is wrong with it; nothing in between.

Not here: reading and judging files (grids/), giving a draft its date (versions.py).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.ids import new_id
from backend.domain.vocabulary import GridVersionStatus
from backend.persistence.models import Grid, GridVersion
from backend.services import history
from backend.services.grids.outlines import outlines_on, stored_shape, street_codes_on
from backend.services.grids.problems import problem_data, refuse_errors, unreadable
from backend.services.grids.stored import newest_features
from backend.services.grids.versions import SUBJECT, publish_version
from grids.errors import GridFileError
from grids.model import FieldMapping, GridFeature, Problem, ReadLimits, ReadResult, Tolerances
from grids.plane import areas_m2
from grids.readers import read_grids
from grids.validate import snap_features, validate


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to read, judge and keep a file. ``publish_from``: publish the draft from then on in the same breath."""

    district_code: str
    label: str = ""
    mapping: FieldMapping = field(default_factory=FieldMapping)
    tolerances: Tolerances = field(default_factory=Tolerances)
    crs: str | None = None
    layer: str | None = None
    dry_run: bool = False
    publish_from: datetime | None = None
    max_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What a file held and what became of it; ``version`` is None after a dry run."""

    read: ReadResult
    problems: Sequence[Problem]
    version: GridVersion | None


def import_grids(
    session: Session,
    actor: Actor | None,
    content: bytes,
    filename: str,
    options: ImportOptions,
    *,
    language: str,
    now: datetime,
) -> ImportOutcome:
    """Read and judge a file of grids; without errors it becomes a draft version of the district.

    Parents and street codes are those in force on the day of ``publish_from`` (else today); the newest published version
    is what shifted data are noticed by. Raises unknown_division, grid_file_unreadable, payload_too_large, and
    grid_file_invalid whose ``errors`` list every problem in ``language``; a dry run raises just the same.
    """
    day = local_day(options.publish_from or now)
    read, problems = judge_file(session, content, filename, options, day, language)
    refuse_errors(problems, language)
    if options.tolerances.snap_m > 0:
        read = replace(read, features=snap_features(read.features, options.tolerances.snap_m))
    if options.dry_run:
        return ImportOutcome(read, problems, None)
    version = _store(session, actor, content, filename, options, read, problems, now)
    if options.publish_from is not None:
        publish_version(session, actor, version.id, options.publish_from, now=now)
    return ImportOutcome(read, problems, version)


def judge_file(
    session: Session, content: bytes, filename: str, options: ImportOptions, day: date, language: str
) -> tuple[ReadResult, list[Problem]]:
    """What a file holds, and everything that is wrong with it. Raises unknown_division, grid_file_unreadable."""
    street_codes = street_codes_on(session, options.district_code, day)
    try:
        read = read_grids(
            content,
            filename,
            options.mapping,
            options.crs,
            layer=options.layer,
            limits=ReadLimits(max_file_bytes=options.max_bytes),
        )
    except GridFileError as error:
        raise unreadable(error, language) from error
    found = validate(
        read.features,
        parent_outlines=outlines_on(session, options.district_code, day),
        street_codes=street_codes,
        tolerances=options.tolerances,
        previous=newest_features(session, options.district_code),
    )
    return read, [*read.problems, *found]


def _store(
    session: Session,
    actor: Actor | None,
    content: bytes,
    filename: str,
    options: ImportOptions,
    read: ReadResult,
    problems: Sequence[Problem],
    now: datetime,
) -> GridVersion:
    name, day = plain_name(filename), local_day(now)
    version = GridVersion(
        id=new_id(),
        district_code=options.district_code,
        label=options.label or name or day.isoformat(),
        status=GridVersionStatus.DRAFT,
        source_name=name,
        source_sha256=hashlib.sha256(content).hexdigest(),
        source_crs=read.crs or None,
        source_encoding=read.encoding or None,
        options=_options_data(options, read),
        problems=[problem_data(problem) for problem in problems],
        grid_count=len(read.features),
        created_at=now,
        created_by=actor.user_id if actor else None,
    )
    session.add(version)
    session.flush()
    session.execute(insert(Grid), _rows(version, read.features))
    history.record(
        session, at=now, actor=actor, subject_type=SUBJECT, subject_id=version.id, action="import",
        to_status=version.status.value, data={"source_sha256": version.source_sha256, "grids": version.grid_count},
    )  # fmt: skip
    session.flush()
    return version


def plain_name(filename: str) -> str:
    """A file's name without folders and without what a database or a log cannot hold; at most 200 characters."""
    last = filename.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in last if character.isprintable()).strip()[:200]


def _rows(version: GridVersion, features: Sequence[GridFeature]) -> list[dict[str, Any]]:
    areas = areas_m2([one.geometry for one in features])
    return [
        {
            "id": new_id(),
            "version_id": version.id,
            "code": one.code,
            "name": one.name,
            "street_code": one.street_code,
            "external_code": one.external_code,
            "area_m2": float(area),
            "geometry": stored_shape(one.geometry),
        }
        for one, area in zip(features, areas, strict=True)
    ]


def mapping_data(mapping: FieldMapping) -> dict[str, str | None]:
    """Which field of the file was taken for what."""
    return asdict(mapping)


def _options_data(options: ImportOptions, read: ReadResult) -> dict[str, Any]:
    return {
        "mapping": mapping_data(read.mapping),
        "guessed": list(read.guessed),
        "tolerances": asdict(options.tolerances),
        "crs": options.crs,
        "layer": read.layer,
        "format": read.format,
    }
