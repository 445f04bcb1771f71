"""Tables people send: Excel (.xlsx) and CSV, read into plain rows. Not here: what the columns mean (services)."""

from backend.gateways.tables.reader import read_table
from backend.gateways.tables.rows import BadCell, Sheet, SheetRow, Value

__all__ = ["BadCell", "Sheet", "SheetRow", "Value", "read_table"]
