"""Cells as people fill them: dates in many forms, codes in full width, numbers that lost their end."""

from datetime import UTC, date, datetime

import pytest

from backend.domain.cells import (
    CellError,
    fold,
    read_choice,
    read_code,
    read_day,
    read_deadline,
    read_number,
    read_text,
)

LAST_SECOND = datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC)
FIVE = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-21", LAST_SECOND),
        ("2026/11/21", LAST_SECOND),
        ("2026.11.21", LAST_SECOND),
        ("2026年11月21日", LAST_SECOND),
        ("20261121", LAST_SECOND),
        (20261121, LAST_SECOND),
        (46347, LAST_SECOND),
        (date(2026, 11, 21), LAST_SECOND),
        (datetime(2026, 11, 21), LAST_SECOND),  # noqa: DTZ001 # Excel knows no zones
        ("２０２６－１１－２１", LAST_SECOND),
        ("2026-11-21 17:00", FIVE),
        ("2026/11/21 17:00:00", FIVE),
        ("2026年11月21日17时00分", FIVE),
        ("2026-11-21T17:00:00+08:00", FIVE),
        ("2026-11-21T09:00:00Z", FIVE),
        (46347 + 17 / 24, FIVE),
    ],
)
def test_a_deadline_is_read_as_the_district_means_it(value, expected):
    assert read_deadline(value) == expected


@pytest.mark.parametrize(
    "value",
    ["2026-02-30", "2026-13-01", "11月21日", "21/11/2026", "11/21/2026", "46347", "明天", "1970-01-01", "2126-01-01",
     True, 3.5, float("inf"), float("nan"), 10**30, "2026-11-21 25:00", "2026-11-21+08:00", "2026-1121"],
)  # fmt: skip
def test_what_is_no_date(value):
    with pytest.raises(CellError) as refusal:
        read_deadline(value)
    assert refusal.value.code == "bad_date"


def test_a_day():
    assert read_day("2026年1月2日 09:00") == date(2026, 1, 2)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (310107005001001, "310107005001001"),
        (310107005001001.0, "310107005001001"),
        ("３１０１０７ 005001001", "310107005001001"),
        (" PT-001 ", "PT-001"),
    ],
)
def test_codes(value, expected):
    assert read_code(value) == expected


@pytest.mark.parametrize(
    ("value", "code"),
    [(91310000710932822099, "digits_lost"), (1e15, "digits_lost"), ("x" * 65, "too_long"), ("a\x00", "bad_text"),
     ("a\ud800", "bad_text"), (float("nan"), "bad_number")],
)  # fmt: skip
def test_codes_that_cannot_be_kept(value, code):
    with pytest.raises(CellError) as refusal:
        read_code(value)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("value", "code"),
    [("NaN", "bad_number"), ("inf", "bad_number"), ("十", "bad_number"), (True, "bad_number"), ("181", "out_of_range")],
)
def test_numbers(value, code):
    assert read_number("１２１．４", -180, 180) == 121.4
    with pytest.raises(CellError) as refusal:
        read_number(value, -180, 180)
    assert refusal.value.code == code


def test_words_of_a_list():
    words = {fold("街道（镇）"): 1, fold("Street"): 2}
    assert (read_choice("街道(镇)", words, ""), read_choice(" STREET ", words, "")) == (1, 2)
    assert read_text(1.5, 10) == "1.5"
    with pytest.raises(CellError):
        read_choice("路", words, "街道")
