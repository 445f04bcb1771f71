"""The area of a query: a polygon drawn on the map, as one short text. Not here: how it is read (domain/map_area)."""

from typing import Any

from marshmallow import ValidationError, fields

from backend.domain.map_area import MOST_CORNERS, Area, AreaError, read_area

TOLD = (
    f"Within this polygon or on its edge: an encoded polyline (six decimals, lat before lon) of 3 to {MOST_CORNERS} corners; "
    "what has no position is never within"
)


class AreaText(fields.Field[Area]):
    """An encoded polyline; loaded as the area it writes, dumped as it was written."""

    def __init__(self, **kwargs: Any) -> None:
        shown = {"type": "string", "example": "_svqz@_ktpfF?_pR_pR??~oR", "description": TOLD}
        super().__init__(load_default=None, metadata=shown, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Area:
        if not isinstance(value, str):
            raise ValidationError("Not a valid string.")
        try:
            return read_area(value)
        except AreaError as error:
            raise ValidationError(str(error)) from None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else value.text
