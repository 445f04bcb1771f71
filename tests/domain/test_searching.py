"""What a question may be, how well a text answers it, and where to highlight."""

import pytest

from backend.domain.searching import ELSEWHERE, EXACT, PREFIX, WITHIN, judge, question_of
from backend.domain.uscc import check_character
from backend.domain.vocabulary import SearchHint

FIRST_17 = "91310107MA1FY0XX0"
GOOD = FIRST_17 + check_character(FIRST_17)
BAD = FIRST_17 + ("1" if GOOD[-1] != "1" else "2")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("T2026", "T2026"), ("t20261120", "T20261120"), ("Ｔ２０２６１１２０－０００ａ", "T20261120-000A"),
        ("20261120", "T20261120"), ("T202611200000A", "T20261120-0000A"), ("T20261120-0", "T20261120-0"),
        ("T2026 1120", "T20261120"), ("T2", None), ("T2026x", None), ("曹杨", None), ("T20261120%", None),
    ],
)  # fmt: skip
def test_the_number_of_a_task(said: str, code: str | None) -> None:
    assert question_of(said).task_code == code


def test_the_beginning_of_an_id() -> None:
    ids = question_of("0198C0DE-0000-7").ids
    assert ids is not None
    assert [str(one) for one in ids] == ["0198c0de-0000-7000-0000-000000000000", "0198c0de-0000-7fff-ffff-ffffffffffff"]
    for said in ("0198c0", "xyz0198c0de", "0198c0de" * 5, "曹杨路"):
        assert question_of(said).ids is None


def test_a_mistyped_credit_code_is_said_and_searched_all_the_same() -> None:
    assert question_of(GOOD).hints == ()
    wrong = question_of(BAD.lower())
    assert wrong.hints == (SearchHint.USCC_MISTYPED,)
    assert wrong.terms == (BAD.casefold(),)
    assert question_of("９１３１０１０７ＭＡ１ＦＹ０ＸＸ０Ｋ").hints == (SearchHint.USCC_MISTYPED,)
    assert question_of("abcdefghijklmnopqr").hints == ()


@pytest.mark.parametrize("said", ["", "   ", "\u200b", "a", "７", "%"])
def test_nothing_to_look_for(said: str) -> None:
    assert question_of(said).is_empty


def test_one_character_that_is_a_word_counts_and_a_long_one_is_cut() -> None:
    assert question_of("曹").terms == ("曹",)
    long = question_of("路" * 500)
    assert [len(term) for term in long.terms] == [100]
    assert len(long.text) == 100


def test_how_well_and_where() -> None:
    question = question_of("曹杨")
    assert judge(question, {"title": "曹杨"})[0] == EXACT
    assert judge(question, {"title": "曹杨路诊所"})[0] == PREFIX
    assert judge(question, {"title": "甲", "subtitle": "新曹杨路"})[0] == WITHIN
    assert judge(question, {"title": "甲", "subtitle": None}) == (ELSEWHERE, ())
    rank, [match] = judge(question_of("ABC 诊"), {"title": "𠮷ａ ｂＣ诊所诊"})
    assert (rank, match.field, match.positions) == (WITHIN, "title", ((2, 6), (6, 7), (8, 9)))
    # as JavaScript slices
    units = match.text.encode("utf-16-le")
    assert [units[2 * a : 2 * b].decode("utf-16-le") for a, b in match.positions] == ["ａ ｂＣ", "诊", "诊"]
