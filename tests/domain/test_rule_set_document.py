"""Rule sets as files: there and back without loss, words beside the codes, and files made to do harm."""

import pytest

from backend.domain.data_files import DataFileError
from backend.domain.routing import (
    DocumentError,
    RuleSet,
    content_hash,
    read_json_document,
    read_yaml_document,
    shipped_rule_set,
    write_document,
)
from tests.factories.rules import rule_data, the_rule

TESTS = [{"name": "甲: #1", "facts": {"category": "illegal_practice"}, "expect": {"lead": ["street_office"]}}]


def everything(data):
    """A set that uses every key a clause knows."""
    the_rule(data, "A7")["when"] = [
        {
            "findings": ["A-07"], "categories": ["illegal_practice"], "attributes": {"on_road": "not_true", "harm": False},
            "site_kinds": ["beauty"], "severity_at_least": "high", "prior_penalties_at_least": 1,
            "prior_referrals_at_least": 2, "grids": ["310107005001001"], "streets": ["310107005"], "districts": ["310107"],
            "time": {"from": "22:00", "to": "06:00", "days": ["mon"], "after": "2027-01-01", "before": "2027-12-31"},
        },
        {"without_findings": True, "attributes": {"touting": True}},
    ]  # fmt: skip
    the_rule(data, "A7")["zh"] = "引号 ' \" 冒号: 井号 # 与 no"
    data["zh"] = "- 不是列表"


@pytest.mark.parametrize(
    "content", [dict(shipped_rule_set().data), rule_data(everything)], ids=["shipped", "everything"]
)
def test_export_and_import_keep_everything(content):
    text = write_document(content, TESTS, "备注: 第 1 版 # 不是说明")
    document = read_yaml_document(text.encode())
    assert document.content == content
    assert content_hash(document.content) == content_hash(content)
    assert (document.tests, document.note) == (TESTS, "备注: 第 1 版 # 不是说明")
    assert RuleSet.from_data(document.content).rules == RuleSet.from_data(content).rules
    again = write_document(dict(reversed(document.content.items())), document.tests, document.note)
    assert again == text, "the same text however the keys come out of the database"


def test_the_shipped_file_and_its_export_have_one_fingerprint():
    shipped = shipped_rule_set()
    assert content_hash(read_yaml_document(write_document(shipped.data).encode()).content) == shipped.sha256


def test_words_stand_beside_codes():
    text = write_document(shipped_rule_set().data)
    for words in (
        "lead: medical_practice_supervision  # 主办 医疗执业监督",
        "# A-12 就诊人伤残",
        "- order_684_5_7  # 国务院令684号 5、7条 [确认]",
        "# 知会 街道办事处（镇政府）、市场监督",
    ):
        assert words in text


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (BOMB, "alias", 1),
        ("a: 1\nb: *a\n", "alias", 2),
        ("a: 1\nb: &x 2\n", "alias", 2),
        ("a: [\n", "unreadable", 2),
        ("code: a\ncode: b\n", "unreadable", 2),
        ("a: !!python/object/apply:os.system [x]\n", "unreadable", 1),
        ("a: 1\n---\nb: 2\n", "unreadable", 2),
        ("x: " + "[" * 3000, "too_deep", 1),
        ("x:\n" + "".join("  " * n + "- \n" for n in range(1, 40)), "too_deep", None),
        ("a: 2026-13-45\n", "unreadable", 1),
        ("a: \x00\n", "unreadable", 1),
    ],
    ids=range(11),
)
def test_yaml_made_to_do_harm_is_refused_with_its_line(text, code, line):
    with pytest.raises(DocumentError) as refused:
        read_yaml_document(text.encode())
    fault = refused.value.faults[0]
    assert fault.code == code
    assert line is None or fault.params["line"] == line
    assert fault.sentence("zh")


@pytest.mark.parametrize(
    "text",
    [b"\xff\xfe", b"", b"[]", b"x", b"null", b"a: 1.5", b"a: .nan", b"a: !!binary aGk=", b"1: 2", b"true: 1",
     b"a: 99999999999999999999", b"a: 2026-01-01T00:00:00Z", b"tests: x\n", b"note: [1]\n", b'note: "' + b"x" * 2001 + b'"',
     b"? [a]\n: 1", b"<<: {a: 1}"],
)  # fmt: skip
def test_yaml_that_is_no_rule_set(text):
    with pytest.raises(DocumentError):
        read_yaml_document(text)


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"{", b'{"a": NaN}', b'{"a": 1.5}', b'{"a": "\\u0000"}', b'{"a": ' + b"[" * 500 + b"]" * 500 + b"}"],
)
def test_json_that_is_no_rule_set(text):
    with pytest.raises(DocumentError):
        read_json_document(text)


def test_a_shipped_file_with_such_a_fault_is_told_too():
    with pytest.raises(DataFileError):
        RuleSet.from_data({**shipped_rule_set().data, "note": "no key of a content"})


def test_hours_without_quotes_are_caught():
    """YAML reads 22:00 as 1320, sixty to the hour: nothing a lawyer would see."""
    text = write_document(rule_data(everything)).replace("from: '22:00'", "from: 22:00")
    content = read_yaml_document(text.encode()).content
    with pytest.raises(DataFileError, match="needs quotes"):
        RuleSet.from_data(content)
