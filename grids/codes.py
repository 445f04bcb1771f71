"""The 15-digit grid code: 6 district + 3 street + 3 community + 3 serial. Knows its shape, not which streets exist."""

import re
from collections.abc import Collection
from dataclasses import dataclass

GRID_CODE_LENGTH = 15
# [0-9], not \d: full-width and Arabic-Indic digits look right and compare wrong.
_GRID_CODE = re.compile(r"([0-9]{6})([0-9]{3})([0-9]{3})([0-9]{3})")
SPANNING_COMMUNITY = "6"  # CJ/T 349-2010: communities merged across borders are numbered from 601


class GridCodeError(ValueError):
    """A grid code that cannot be used. `code` is `malformed_code` or `prefix_mismatch`, stable."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text!r}")
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class GridCode:
    """A code taken apart. `district` 6 digits; `street`, `community`, `serial` 3 digits each."""

    district: str
    street: str
    community: str
    serial: str

    @property
    def street_code(self) -> str:
        """The 9-digit division code (GB/T 10114) of the street that the grid belongs to."""
        return self.district + self.street

    @property
    def spans_communities(self) -> bool:
        """True where the community part is 6xx: the grid reaches over several communities."""
        return self.community.startswith(SPANNING_COMMUNITY)

    def __str__(self) -> str:
        return self.district + self.street + self.community + self.serial


def parse_grid_code(text: str) -> GridCode:
    """Take a 15-digit code apart. Raises GridCodeError `malformed_code`; serial 000 is not a grid."""
    match = _GRID_CODE.fullmatch(text)
    if match is None or match.group(4) == "000" or match.group(1).startswith("0"):
        raise GridCodeError("malformed_code", text)
    return GridCode(*match.groups())


def is_grid_code(text: str) -> bool:
    """True if `text` has the shape of a grid code."""
    try:
        parse_grid_code(text)
    except GridCodeError:
        return False
    return True


def check_grid_code(code: str, street_codes: Collection[str]) -> GridCode:
    """The code taken apart, if its first nine digits are one of `street_codes` (9-digit division codes).

    Raises GridCodeError: `malformed_code`, or `prefix_mismatch` where the parent is none of those.
    """
    parsed = parse_grid_code(code)
    if parsed.street_code not in street_codes:
        raise GridCodeError("prefix_mismatch", code)
    return parsed
