"""Grid files as a district's own GIS would write them, made with GDAL directly and not with the product's writers."""

import io
import json
import tempfile
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyogrio import raw
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from grids.generate import sample_district
from grids.model import GridFeature

Sample = tuple[BaseGeometry, dict[str, BaseGeometry], list[GridFeature]]


@cache
def sample(seed: int = 7) -> Sample:
    """Outline, streets and 45 grids of the invented district; made once, never changed."""
    return sample_district(seed)


def geojson(features: Sequence[GridFeature], **changes: Any) -> bytes:
    """A FeatureCollection with code, name and street; ``changes`` replace members of the collection."""
    document = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": one.code, "name": one.name, "street": one.street_code},
                "geometry": json.loads(shapely.to_geojson(one.geometry)),
            }
            for one in features
        ],
        **changes,
    }
    return json.dumps(document, ensure_ascii=False).encode()


def shapefile(features: Sequence[GridFeature], crs: str = "EPSG:4549", encoding: str = "GBK") -> bytes:
    """A zipped Shapefile with Chinese field names, in a Gauss-Kruger zone unless told otherwise."""
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder) / "网格.shp", features, "ESRI Shapefile", crs, encoding)
        (Path(folder) / "网格.cpg").write_text(encoding)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)
        return packed.getvalue()


def geopackage(features: Sequence[GridFeature], crs: str = "EPSG:4490") -> bytes:
    """A GeoPackage with one layer."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "grids.gpkg"
        _write(path, features, "GPKG", crs, "UTF-8")
        return path.read_bytes()


def _write(path: Path, features: Sequence[GridFeature], driver: str, crs: str, encoding: str) -> None:
    carry = Transformer.from_crs("EPSG:4490", crs, always_xy=True)
    shapes = shapely.transform(
        np.array([one.geometry for one in features], dtype=object),
        lambda points: np.column_stack(carry.transform(points[:, 0], points[:, 1])),
    )
    columns = {
        "网格编码": [one.code for one in features],
        "网格名称": [one.name for one in features],
        "街镇编码": [one.street_code for one in features],
    }
    raw.write(
        path,
        np.array(shapely.to_wkb(shapes), dtype=object),
        [np.array(column, dtype=object) for column in columns.values()],
        np.array(list(columns), dtype=object),
        layer=path.stem,
        driver=driver,
        crs=crs,
        encoding=encoding,
        geometry_type="Polygon",
    )
