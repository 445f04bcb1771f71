"""Reads for OGC API – Features: where each collection's features come from (sources.py), pages and single ones (pages.py),
how far a collection reaches (extents.py)."""
