"""Answers of a checklist with their words. Not here: which answers are findings (the worker says so)."""

from collections.abc import Mapping
from typing import Any

from backend.domain.forms import Form, Item, find_form
from backend.domain.labels import vocabulary_objects
from backend.domain.legal import CONFIRMED
from backend.persistence.models import Report

YES_NO = {True: ("是", "yes"), False: ("否", "no")}
UNREAD = "（未核原文）"


def shown_findings(report: Report) -> list[dict[str, Any]]:
    """The findings with the words of their checklist lines."""
    form = _form(report)
    found = []
    for finding in report.findings:
        item = form.item(finding["code"]) if form else None
        found.append({**finding, "zh": item.zh if item else None, "en": item.en if item else None})
    return found


def shown_answers(report: Report) -> list[dict[str, Any]]:
    """What was answered, in the order of the form, then what the form does not know."""
    form, answers = _form(report), report.answers or {}
    items = form.by_code if form else {}
    codes = [code for code in items if code in answers] + [code for code in answers if code not in items]
    findings = {finding["code"] for finding in report.findings}
    return [_answer(code, answers[code], items.get(code), code in findings) for code in codes]


def shown_attributes(report: Report) -> list[dict[str, Any]]:
    """What was said of the place in general, by the list of attributes."""
    words = {entry["code"]: entry for entry in vocabulary_objects()["attributes"]["items"]}
    plain = {"zh": None, "en": None}
    return [
        {
            "code": code,
            "zh": words.get(code, plain)["zh"] or code,
            "en": words.get(code, plain)["en"] or code,
            "value": value,
        }
        for code, value in (report.attributes or {}).items()
    ]


def _form(report: Report) -> Form | None:
    if report.form_code is None or report.form_version is None:
        return None
    return find_form(report.form_code, report.form_version)


def _answer(code: str, value: Any, item: Item | None, is_finding: bool) -> dict[str, Any]:
    zh, en = _words(value, item.answer if item else {})
    return {
        "code": code,
        "zh": item.zh if item else None,
        "en": item.en if item else None,
        "value": value,
        "text_zh": zh,
        "text_en": en,
        "is_finding": is_finding,
        "severity": item.severity if item else None,
        "basis": [_law(basis) for basis in item.basis] if item else [],
    }


def _law(basis: Any) -> str:
    return f"{basis.law} {basis.article}" + ("" if basis.mark == CONFIRMED else UNREAD)


def _words(value: Any, answer: Mapping[str, Any]) -> tuple[str, str]:
    """An answer in Chinese and English; a phone may have sent anything."""
    if isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, list):
        pairs = [_words(one, answer) for one in value]
        return "、".join(zh for zh, _ in pairs), ", ".join(en for _, en in pairs)
    for option in answer.get("options", ()):
        if option["code"] == value:
            return option["zh"], option["en"]
    told = "—" if value is None else str(value)
    unit = answer.get("unit")
    return (f"{told} {unit}", f"{told} {unit}") if unit and value is not None else (told, told)
