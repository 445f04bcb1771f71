"""Texts made comparable, and the grams they are found by."""

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.search import MOST_TERMS, grams_of, grams_of_term, normalise, searchable, terms_of


def test_texts_are_compared_whatever_the_width_case_and_spaces():
    assert normalise("ＡＢＣ　诊所（东）") == normalise("abc 诊所(东)") == "abc诊所(东)"
    assert normalise("曹杨路 1017 弄\n23 号\u200b") == "曹杨路1017弄23号"
    assert normalise("９１３１０１０７ｍａ１") == "91310107ma1"
    assert normalise("") == normalise(" \t\n") == ""
    assert normalise("診所") != normalise("诊所")


def test_a_question_is_cut_into_terms():
    assert terms_of("祥和诊所 曹杨路") == ("祥和诊所", "曹杨路")
    assert terms_of("  祥和诊所，曹杨路、Ａ1;a1 ") == ("祥和诊所", "曹杨路", "a1")
    assert terms_of(" ，、") == ()
    assert len(terms_of(" ".join(f"t{n}" for n in range(50)))) == MOST_TERMS


def test_parts_are_kept_apart():
    text = searchable(["祥和", None, "", "诊所", "祥 和"])
    assert text == "祥和\n诊所"
    assert set(grams_of(text)) == {"祥", "和", "祥和", "诊", "所", "诊所"}
    assert grams_of("") == []


def test_a_term_has_its_own_character_or_its_pairs():
    assert grams_of_term("祥") == ["祥"]
    assert set(grams_of_term("祥和诊")) == {"祥和", "和诊"}


@given(st.lists(st.text(st.characters(exclude_characters="\x00"), max_size=30), max_size=5), st.data())
def test_whatever_stands_in_a_part_is_found_by_its_grams(parts, data):
    text = searchable(parts)
    for part in text.split("\n"):
        if not part:
            continue
        start = data.draw(st.integers(0, len(part) - 1))
        term = part[start : data.draw(st.integers(start + 1, len(part)))]
        assert set(grams_of_term(term)) <= set(grams_of(text))


@given(st.text(st.characters(exclude_characters="\x00"), max_size=50))
def test_normalising_is_done_once_and_for_all(text):
    assert normalise(normalise(text)) == normalise(text)
    assert searchable([searchable([text])]) == searchable([text])
