"""/grids: importing and publishing versions, reading grids, placing positions, who answers for which grid."""

from backend.api.grids import duties, features, responsibilities, versions, wizard
from backend.api.grids.blueprint import blueprint

__all__ = ["blueprint", "duties", "features", "responsibilities", "versions", "wizard"]
