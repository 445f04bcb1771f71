"""Takes a rule set out of a request, as YAML or as JSON, and describes both. Not here: what it says."""

from typing import Any

from flask import request

from backend.api.body import read_body
from backend.api.schemas.rule_sets import CONTENT_EXAMPLE, TESTS_EXAMPLE
from backend.domain.errors import DomainError
from backend.domain.routing import DOCUMENT_LIMIT, Document, write_document
from backend.services.referrals.rule_sets import read_document

YAML = "application/yaml"  # RFC 9512
YAML_TYPES = (YAML, "application/x-yaml", "text/yaml", "text/x-yaml")
EXAMPLE = {**CONTENT_EXAMPLE, "tests": TESTS_EXAMPLE, "note": "饮用水职能调整"}
DOCUMENT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The content of a rule set, with `tests` and `note` beside it, as JSON or YAML.",
        "content": {
            "application/json": {"schema": {"type": "object"}, "example": EXAMPLE},
            YAML: {
                "schema": {"type": ["object", "string"]},  # the data, or as here the text it is written in
                "example": write_document(CONTENT_EXAMPLE, TESTS_EXAMPLE, "饮用水职能调整"),
            },
        },
    }
}
PROBLEMS = (
    "rule_set_unreadable", "unknown_division", "payload_too_large", "unsupported_media_type", "bad_json",
)  # fmt: skip


def read_rule_set() -> Document:
    """The document sent. Raises unsupported_media_type, payload_too_large, bad_json (packing), rule_set_unreadable."""
    is_yaml = request.mimetype in YAML_TYPES
    if not is_yaml and request.mimetype != "application/json":
        raise DomainError("unsupported_media_type")
    return read_document(read_body(DOCUMENT_LIMIT), is_yaml=is_yaml)
