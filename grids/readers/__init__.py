"""Grids from files: GeoJSON, GeoPackage, zipped Shapefile. Reads and says what is odd; `grids.validate` judges geometry."""

from grids.readers.reader import read_grids

__all__ = ["read_grids"]
