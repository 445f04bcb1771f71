"""Shapes that imports of tables share. Not here: what the columns mean (domain/data/imports.yaml)."""

from marshmallow import Schema, fields


class RowFaultSchema(Schema):
    """Something about one row of a table or list."""

    row = fields.Integer(required=True, metadata={"description": "As the program that made the file numbers it"})
    column = fields.String(required=True, allow_none=True, metadata={"description": "The file's own heading"})
    code = fields.String(required=True, metadata={"description": "Stable code"})
    value = fields.String(required=True, allow_none=True, metadata={"description": "What stood there"})
    message = fields.String(required=True, metadata={"description": "A sentence in the user's language"})


FAULT_EXAMPLE = {
    "row": 3,
    "column": "网格编码",
    "code": "unknown_grid",
    "value": "310107005001099",
    "message": "没有现行网格“310107005001099”，或不在您的辖区。",
}
