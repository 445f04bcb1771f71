"""Codes as people type them, and ways of signing in elsewhere that are two of different kinds."""

import pytest

from backend.domain.second_factor import is_time_code, is_two_factor, normalised


@pytest.mark.parametrize(
    ("typed", "plain", "is_app"),
    [
        ("492039", "492039", True),
        (" 492 039 ", "492039", True),
        ("４９２０３９", "492039", True),
        ("49203", "49203", False),
        ("4920390", "4920390", False),
        ("K3VQ-7m2a-XW5D-p4rz", "k3vq7m2axw5dp4rz", False),
        ("٤٩٢٠٣٩", "٤٩٢٠٣٩", False),
        ("", "", False),
    ],
)
def test_codes_as_they_are_typed(typed: str, plain: str, is_app: bool) -> None:
    assert (normalised(typed), is_time_code(normalised(typed))) == (plain, is_app)


@pytest.mark.parametrize(
    ("methods", "enough"),
    [
        ("", False),
        ("pwd", False),
        ("pwd pin", False),
        ("otp hwk", False),
        ("pwd otp", True),
        ("pin fpt", True),
        ("mfa", True),
        ("rba wia", False),
    ],
)
def test_two_of_a_kind_are_one(methods: str, enough: bool) -> None:
    assert is_two_factor(frozenset(methods.split())) is enough
