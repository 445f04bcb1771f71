"""The shape of grid codes and their parents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grids.codes import GridCodeError, check_grid_code, is_grid_code, parse_grid_code

STREETS = {"310107005", "310107103"}


def test_a_code_comes_apart_and_together():
    code = parse_grid_code("310107005601003")
    assert (code.district, code.street, code.community, code.serial) == ("310107", "005", "601", "003")
    assert code.street_code == "310107005"
    assert code.spans_communities
    assert not parse_grid_code("310107005001003").spans_communities
    assert str(code) == "310107005601003"


@pytest.mark.parametrize(
    "text",
    ["", "31010700500100", "3101070050010011", "31010700500100a", "３１０１０７００５００１００１", "310107005001000",
     " 310107005001001", "310107005001001\n", "010107005001001", "٣١٠١٠٧٠٠٥٠٠١٠٠١"],
)  # fmt: skip
def test_malformed_codes_are_refused(text):
    with pytest.raises(GridCodeError) as caught:
        check_grid_code(text, STREETS)
    assert caught.value.code == "malformed_code"


def test_the_prefix_must_be_a_known_street():
    assert check_grid_code("310107103001001", STREETS).street_code == "310107103"
    with pytest.raises(GridCodeError) as caught:
        check_grid_code("310107006001001", STREETS)
    assert caught.value.code == "prefix_mismatch"


@given(st.text(max_size=20))
def test_any_text_gets_an_answer(text):
    if is_grid_code(text):
        assert str(parse_grid_code(text)) == text
