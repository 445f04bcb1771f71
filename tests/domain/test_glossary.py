"""The glossary speaks the words of the product."""

import re

from backend.domain import vocabulary
from backend.domain.labels import enum_labels
from tests.documents import read

ROW = re.compile(r"^\| (?P<english>[^|]+) \| (?P<chinese>[^|]+) \|(?: `(?P<code>[^`|]+)` )?\s*\|", re.MULTILINE)


def rows() -> list[re.Match[str]]:
    return [
        row for row in ROW.finditer(read("api_docs/glossary.md")) if row["english"].strip("- ") not in ("", "English")
    ]


def test_the_chinese_of_a_code_is_that_of_the_vocabulary() -> None:
    tied = [row for row in rows() if row["code"]]
    assert len(tied) > 30
    for row in tied:
        name, _, value = row["code"].partition(".")
        label = enum_labels(getattr(vocabulary, name))[value]
        # a glossary may say more than a label on a button: 巡查任务 for 任务
        assert label.zh in row["chinese"], f"{row['code']}: {label.zh} is not in {row['chinese']}"


def test_one_word_means_one_thing() -> None:
    words = [row["english"] for row in rows()]
    assert len(words) == len(set(words)) > 50


def test_roles_stages_and_categories_are_complete() -> None:
    tied = {row["code"] for row in rows()}
    for enum in (vocabulary.Stage, vocabulary.Category):
        assert {f"{enum.__name__}.{value}" for value in enum} <= tied
    assert {f"Role.{value}" for value in vocabulary.Role} - tied == {"Role.administrator"}
