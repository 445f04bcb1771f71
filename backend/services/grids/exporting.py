"""A version's grids as a file. Not here: the formats (grids/writers)."""

import tempfile
from collections.abc import Collection
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from backend.domain.errors import DomainError
from backend.persistence.models import GridVersion
from backend.services.grids.stored import version_features
from grids.model import FileFormat
from grids.writers import write_grids

MEDIA_TYPES: dict[FileFormat, str] = {
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "shp": "application/zip",
}
SUFFIXES: dict[FileFormat, str] = {"geojson": "geojson", "gpkg": "gpkg", "shp": "zip"}


def export_version(
    session: Session, version_id: UUID, file_format: FileFormat, *, codes: Collection[str] | None = None
) -> bytes:
    """The file's bytes: lon/lat CGCS2000; a Shapefile comes as a zip with GBK attributes.

    ``codes`` None: all grids of the version. Raises DomainError('not_found') where nothing is left to write.
    """
    features = [one for one in version_features(session, version_id) if codes is None or one.code in codes]
    if not features:
        raise DomainError("not_found")
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        return write_grids(features, Path(folder) / file_name_of(file_format), file_format).read_bytes()


def file_name(version: GridVersion, file_format: FileFormat) -> str:
    """A name that tells district and day, in letters every system takes."""
    day = f"{version.valid_from:%Y%m%d}" if version.valid_from else "draft"
    return f"grids-{version.district_code}-{day}.{SUFFIXES[file_format]}"


def file_name_of(file_format: FileFormat) -> str:
    """The plain name of a file of that format."""
    return f"grids.{SUFFIXES[file_format]}"
