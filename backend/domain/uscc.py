"""统一社会信用代码: the check of GB 32100-2015. Not here: whether such a business exists."""

import re

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z (GB 32100-2015, 4.3)
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_SHAPE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}").fullmatch
_OLD_NUMBER = re.compile(r"[0-9]{15}").fullmatch


def check_character(first_17: str) -> str:
    """The 18th character for the first 17; KeyError for a character outside the alphabet."""
    total = sum(_VALUES[character] * weight for character, weight in zip(first_17, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def is_valid_uscc(code: str) -> bool:
    """True for 18 upper-case characters of the right shape whose check character fits."""
    return _SHAPE(code) is not None and check_character(code[:17]) == code[17]


def is_old_registration_number(code: str) -> bool:
    """True for a 15-digit registration number from before 2015, which may be stored but cannot be checked."""
    return _OLD_NUMBER(code) is not None
