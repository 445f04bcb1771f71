"""Reads of grids: versions (versions.py), polygons (features.py), who answers for them (responsibilities.py)."""
