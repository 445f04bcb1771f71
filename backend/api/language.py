"""Which of the two languages a request wants: Simplified Chinese unless it asks for English."""

from flask import has_request_context, request


def current_language() -> str:
    """'zh' or 'en', from Accept-Language; 'zh' where nothing is said."""
    if not has_request_context() or not request.accept_languages:
        return "zh"
    best = request.accept_languages.best_match(["zh-CN", "zh", "en"], default="zh-CN")
    return "en" if best == "en" else "zh"
