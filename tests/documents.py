"""Reads the project's own documents: the fenced examples in them. Not here: what the examples must hold (the tests)."""

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def read(name: str) -> str:
    """A document by its path in the checkout."""
    return (CHECKOUT / name).read_text("utf-8")


def blocks(name: str, language: str) -> list[str]:
    """The fenced blocks of one language, in their order."""
    return [body for found, body in FENCE.findall(read(name)) if found == language]
