"""Tables people send and take along: Excel (.xlsx) and CSV, as plain rows. Not here: what the columns mean (services)."""

from backend.gateways.tables.reader import read_table
from backend.gateways.tables.rows import BadCell, Sheet, SheetRow, Value
from backend.gateways.tables.templates import TemplateColumn, write_template
from backend.gateways.tables.writers import Cell, TableWriter, plain, table_writer

__all__ = [
    "BadCell",
    "Cell",
    "Sheet",
    "SheetRow",
    "TableWriter",
    "TemplateColumn",
    "Value",
    "plain",
    "read_table",
    "table_writer",
    "write_template",
]
