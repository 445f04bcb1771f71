"""Files of map layers, written row by row with flat memory: GeoPackage, Shapefile, GeoJSON. Not here: what the fields mean."""

from backend.gateways.layers.fields import LayerField, LayerWriter, Note
from backend.gateways.layers.writer import LayerFormat, layer_writer

__all__ = ["LayerField", "LayerFormat", "LayerWriter", "Note", "layer_writer"]
