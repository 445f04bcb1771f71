"""The demo's borders and grids: invented, named 示例, and brought in by the same import and publishing as official ones."""

import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from backend.demo.stage import DISTRICT, SEED, Stage
from backend.services.grids.importing import ImportOptions, import_grids
from backend.services.grids.outlines import set_outlines
from grids.generate import sample_district
from grids.model import GridFeature
from grids.writers import write_grids

SINCE_DAYS = 42
SOURCE = "示例数据，非官方 · invented sample, not official"
FILE = "示例网格-非官方.geojson"


def set_up_district(stage: Stage) -> Sequence[GridFeature]:
    """Store outlines of district and streets and publish the 45 sample grids as of six weeks ago; the grids."""
    outline, streets, features = sample_district(SEED)
    since = stage.base_day - timedelta(days=SINCE_DAYS)
    set_outlines(stage.session, {DISTRICT: outline, **streets}, since, SOURCE)
    with tempfile.TemporaryDirectory() as folder:
        content = write_grids(features, Path(folder) / "grids.geojson", "geojson").read_bytes()
    options = ImportOptions(
        district_code=DISTRICT, label="示例网格（非官方）", publish_from=stage.moment(since, 0)
    )  # fmt: skip
    import_grids(stage.session, None, content, FILE, options, language="zh", now=stage.moment(since, 9))
    stage.session.expunge_all()
    return features
