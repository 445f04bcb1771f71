"""What can be wrong with a rule set, each with its place and a sentence in both languages. Not here: looking for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

# Sentences are filled from the fault's parameters; each names what stands there, so that its author finds it.
SENTENCES: dict[str, tuple[str, str]] = {
    # shape
    "no_mapping": ("规则集不是键值结构。", "the rule set is not a mapping"),
    "missing": ("缺少“{key}”。", "{key!r} is missing"),
    "unknown_key": ("不认识的字段“{key}”，请删除或改正。", "unknown key {key!r}"),
    "wrong_shape": ("“{key}”应为{what_zh}。", "{key} is not {what}"),
    "bad_text": ("“{key}”含有不能保存的字符。", "{key} holds characters that cannot be stored"),
    "too_many": ("“{key}”过多，上限 {limit} 个。", "{key}: more than {limit} entries"),
    # words
    "unknown_value": ("未知的{what_zh}“{value}”。", "unknown {what} {value!r}"),
    "given_twice": ("{key}“{value}”出现 {count} 次。", "{key} {value!r} is given {count} times"),
    "bad_period": ("失效日期须晚于生效日期。", "valid_to is not later than valid_from"),
    "functions_of_nobody": (
        "“不属于”类规则不得写主办、协办或知会职能。",
        "a rule that refers to nobody names a function",
    ),
    "lead_is_co": ("主办职能同时列为协办，请删去其一。", "the lead is its own co-handler"),
    "no_basis": ("没有法律依据。", "no legal basis"),
    "never_matches": ("没有任何条件，规则不会被采用。", "no clause: the rule could never match"),
    "matches_everything": ("条件为空，会匹配一切。", "is empty and would match everything"),
    "empty_list": ("“{key}”是空表，条件不会成立；请填写或删去。", "{key} is an empty list and could never hold"),
    "contradiction": ("既要求有问题又要求没有问题。", "asks for findings and for none"),
    # time
    "unquoted_hour": (
        '时刻“{value}”须加引号写成 "22:00"，否则 YAML 读成数字。',
        'the hour {value!r} needs quotes ("22:00"): YAML reads it as a number',
    ),
    "bad_hour": ("“{value}”不是一天中的时刻（00:00–24:00）。", "{value!r} is no hour of the day (00:00 to 24:00)"),
    "no_hours": ("起止时刻相同，条件含义不明。", "from and to are the same hour"),
    "bad_day": ("“{value}”不是日期，请写成 2026-11-21。", "{value!r} is not a day, write 2026-11-21"),
    "no_days": ("截止日期不晚于开始日期，条件不会成立。", "before is not later than after: it could never hold"),
    # places
    "foreign_grid": ("网格“{value}”不属于本规则集的区。", "the grid {value!r} does not lie in the district"),
    "foreign_street": ("街镇“{value}”在规则集有效期内不是本区的街镇。", "{value!r} is no street of the district then"),
    # deadlines
    "bad_profile": (
        "时限档“{value}”的“{key}”不正确：{why_zh}。",
        "deadline profile {value!r}, {key}: {why}",
    ),
    "no_severity_profile": (
        "缺少严重度“{value}”对应的时限档。",
        "there is no deadline profile for the severity {value!r}",
    ),
    # the proof
    "unreachable_rule": (
        "规则永远不会被采用：{takers} 总是先取走。",
        "no facts can reach this rule: {takers} always come first",
    ),
    "unreachable_clause": (
        "此条件永远不会被采用：{takers} 总是先取走。",
        "no facts can reach this clause: {takers} always come first",
    ),
    "shadowed_finding": (
        "问题“{value}”在此规则中永远不会被采用：{takers} 总是先取走。",
        "the finding {value!r} is never taken by this rule: {takers} always come first",
    ),
    "no_organisation": (
        "自 {day} 起，{street} 没有部门承担“{function}”（类别 {category}，问题 {finding}）。",
        "from {day} on nobody in {street} answers for {function} (category {category}, finding {finding})",
    ),
    "two_organisations": (
        "自 {day} 起，{street} 有多个部门承担“{function}”：{holders}（类别 {category}，问题 {finding}）。",
        "from {day} on several in {street} answer for {function}: {holders} (category {category}, finding {finding})",
    ),
    "no_lead": (
        "{street}：类别 {category}、问题 {finding} 无主办（{facts}）。",
        "{street}: category {category}, finding {finding} has no lead ({facts})",
    ),
    "two_leads": (
        "{street}：类别 {category}、问题 {finding} 在同一组“{group}”中有多个主办：{holders}。",
        "{street}: category {category}, finding {finding} has several leads in one group {group!r}: {holders}",
    ),
    "too_complex": (
        "条件的组合过多（超过 {limit} 次比对），无法逐一核对；请拆分组或减少条件。",
        "too many combinations of conditions to prove (over {limit} comparisons); split groups or ask for less",
    ),
    # tests stored with the set
    "test_failed": (
        "自带测试“{name}”未通过：{what_zh}应为 {expected}，实为 {found}。",
        "test {name!r} failed: {what} should be {expected}, came out as {found}",
    ),
    # the document
    "unreadable": ("第 {line} 行无法读取：{why}", "line {line} cannot be read: {why}"),
    "alias": ("第 {line} 行使用了 YAML 锚点或别名，请写全。", "line {line} uses a YAML anchor or alias; write it out"),
    "too_deep": ("第 {line} 行嵌套过深。", "line {line} is nested too deeply"),
    # warnings
    "no_successor": (
        "规则集将于 {day} 失效，之后没有已批准的规则集；届时全部派往街镇待定性。",
        "nothing approved follows when this set ends on {day}; from then on everything goes to the street for triage",
    ),
    "untested": ("规则集没有自带测试。", "the rule set carries no tests of its own"),
    "not_exhaustive": (
        "类别 {category}、组“{group}”的组合过多，只核对了其中一部分。",
        "category {category}, group {group!r}: too many combinations, only some were tried",
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. ``rule`` and ``clause`` (from 1) say where in the rules, ``path`` where else; the cell if it is of one."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    rule: str | None = None
    clause: int | None = None
    path: str = ""
    category: str | None = None
    finding: str | None = None
    street: str | None = None
    day: date | None = None

    def sentence(self, language: str) -> str:
        """The fault for a person, without its place; ``language`` is 'zh' or 'en'."""
        known = {"category": self.category, "finding": self.finding or "-", "street": self.street, "day": self.day}
        return SENTENCES[self.code][language != "zh"].format(**{**known, **self.params})

    def place(self) -> str:
        """Where it is, such as ``rules.A1.when.2``."""
        if self.rule is None:
            return self.path
        clause = "" if self.clause is None else f".when.{self.clause}"
        return f"rules.{self.rule}{clause}" + (f".{self.path}" if self.path else "")

    def to_data(self) -> dict[str, Any]:
        """As a line of ``errors``: place, code, cell, and both sentences."""
        return {
            "path": self.place(),
            "rule": self.rule,
            "clause": self.clause,
            "code": self.code,
            "category": self.category,
            "finding": self.finding,
            "street": self.street,
            "day": self.day.isoformat() if self.day else None,
            "zh": self.sentence("zh"),
            "en": self.sentence("en"),
        }

    def __str__(self) -> str:
        where = [self.rule] if self.rule else []
        if self.clause is not None:
            where.append(f"clause {self.clause}")
        return ": ".join([*where, self.sentence("en")])


def told(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """Faults as they go into a problem's ``errors`` or a stored report."""
    return [fault.to_data() for fault in faults]
