"""Which of the two languages a request wants: Simplified Chinese unless it asks for English."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import has_request_context, request


def current_language() -> str:
    """'zh' or 'en', from Accept-Language; 'zh' where nothing is said."""
    if not has_request_context() or not request.accept_languages:
        return "zh"
    best = request.accept_languages.best_match(["zh-CN", "zh", "en"], default="zh-CN")
    return "en" if best == "en" else "zh"


def in_language(faults: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Faults that carry both sentences (zh, en) with one ``message`` in the user's language; others as they are."""
    return [
        {
            **{key: value for key, value in fault.items() if key not in ("zh", "en")},
            "message": fault[current_language()],
        }
        if "zh" in fault and "en" in fault
        else dict(fault)
        for fault in faults
    ]
