"""An empty Excel table to be filled in: headings with a note, lists to choose from, codes kept as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

import xlsxwriter

ROWS = 2_000  # so many rows below the headings are made ready
LONGEST_PROMPT = 255  # characters, Excel's own limit


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A heading, its width in characters, what to write there, and the words to choose from (none: anything)."""

    heading: str
    width: int
    hint: str
    choices: tuple[str, ...] = ()


def write_template(file: IO[bytes], columns: Sequence[TemplateColumn], *, title: str, made_at: datetime) -> None:
    """Write the table; every cell is text, since Excel cuts the last digits off a long number."""
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": title, "created": made_at})
        sheet = book.add_worksheet(title)
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1})
        sheet.freeze_panes(1, 0)
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width, text)
            sheet.write_string(0, index, column.heading, bold)
            sheet.write_comment(0, index, column.hint)
            rule = {"validate": "list", "source": list(column.choices)} if column.choices else {"validate": "any"}
            prompt = {"input_title": column.heading[:32], "input_message": column.hint[:LONGEST_PROMPT]}
            sheet.data_validation(1, index, ROWS, index, {**rule, **prompt})
