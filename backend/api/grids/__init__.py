"""/grids: importing and publishing versions, reading grids, placing positions, who answers for which grid."""

from backend.api.grids import features, responsibilities, versions
from backend.api.grids.blueprint import blueprint

__all__ = ["blueprint", "features", "responsibilities", "versions"]
