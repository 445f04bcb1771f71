"""Everything that is wrong with a set of grids, with place and size. Judges only; reading is `grids.readers`."""

from grids.validate.checks import validate
from grids.validate.snapping import snap_features

__all__ = ["snap_features", "validate"]
