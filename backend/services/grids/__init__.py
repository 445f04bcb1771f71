"""Use cases of grids: placing positions, importing and publishing versions, who answers for which grid.

Import the modules themselves; this file stays empty.
"""
