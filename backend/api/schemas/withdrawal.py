"""What is sent to take a report back. Not here: reports as shown (reports.py)."""

from typing import ClassVar

from marshmallow import Schema

from backend.api.schemas.fields import Words


class WithdrawSchema(Schema):
    """Why the author takes it back."""

    EXAMPLE: ClassVar = {"reason": "误报：看错门牌"}

    reason = Words(min_length=1, max_length=2000, required=True)
