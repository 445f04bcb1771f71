"""Credit codes against published ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.uscc import ALPHABET, check_character, is_old_registration_number, is_valid_uscc


@pytest.mark.parametrize(
    "code", ["9144030071526726XG", "91330100799655058B", "91110000802100433B", "913100007109328220"]
)
def test_published_codes(code):
    assert is_valid_uscc(code)
    assert not is_valid_uscc(code.lower()) or code.isdigit()


@given(st.text(ALPHABET, min_size=2, max_size=2), st.text("0123456789", min_size=6, max_size=6),
       st.text(ALPHABET, min_size=9, max_size=9), st.integers(0, 16), st.sampled_from(ALPHABET))  # fmt: skip
def test_one_wrong_character_is_always_found(head, region, body, place, other):
    first = head + region + body
    code = first + check_character(first)
    assert is_valid_uscc(code)
    changed = code[:place] + other + code[place + 1 :]
    assert is_valid_uscc(changed) is (changed == code)


@pytest.mark.parametrize("code", ["", "91310000710932822", "9131000071093282200", "9I3100007109328220", "中" * 18])
def test_other_shapes(code):
    assert not is_valid_uscc(code)


def test_old_numbers_are_only_recognised():
    assert is_old_registration_number("310107000123456")
    assert not is_old_registration_number("31010700012345")
