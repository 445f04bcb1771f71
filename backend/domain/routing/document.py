"""A rule set as a file: reading YAML or JSON that anybody may have written, and the fingerprint of its content.

A document is the content (what ``RuleSet.from_data`` reads) with two keys beside it: ``tests`` and ``note``.
Not here: writing one (writing.py), what the content means (validation.py).
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
import yaml

from backend.domain.data_files import DataFileError, parse_yaml
from backend.domain.routing.faults import Fault
from backend.domain.routing.shape import CONTROL

DOCUMENT_LIMIT = 512 * 1024  # bytes; the shipped set has 30 KB
MOST_DEPTH = 12  # levels of nesting; a set has six
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """A rule set as it was given: ``content`` is plain JSON data, not yet checked."""

    content: dict[str, Any]
    tests: list[Any]
    note: str


class DocumentError(ValueError):
    """What was given is no document; ``faults`` say where and why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


def read_yaml_document(text: bytes) -> Document:
    """The document in YAML. Raises DocumentError: not UTF-8, no YAML, a key given twice, aliases (which can grow without
    end), too deep, or values that are no JSON."""
    try:
        decoded = text.decode("utf-8-sig")
        faults = list(_traps(decoded))
        data = None if faults else parse_yaml(decoded)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        faults = [_unreadable(line, str(error.problem))]
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        faults = [_unreadable(1, str(error).split("\n")[0][:200])]
    if faults:
        raise DocumentError(faults)
    return document_of(data)


def read_json_document(text: bytes) -> Document:
    """The document in JSON. Raises DocumentError."""
    try:
        return document_of(orjson.loads(text))
    except orjson.JSONDecodeError as error:
        raise DocumentError([_unreadable(error.lineno, error.msg)]) from error


def document_of(data: Any) -> Document:
    """The parts of a parsed document. Raises DocumentError."""
    if not isinstance(data, Mapping):
        raise DocumentError([Fault("no_mapping")])
    faults: list[Fault] = []
    plain = _plain(data, "", 0, faults)
    if faults:
        raise DocumentError(faults)
    tests, note = plain.pop("tests", None) or [], plain.pop("note", None) or ""
    if not isinstance(tests, list):
        faults.append(Fault("wrong_shape", {"key": "tests", "what": "a list", "what_zh": "列表"}, path="tests"))
    if not isinstance(note, str) or len(note) > 2000:
        faults.append(Fault("wrong_shape", {"key": "note", "what": "text", "what_zh": "文字"}, path="note"))
    if faults:
        raise DocumentError(faults)
    return Document(plain, tests, note)


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a rule set's content, however its keys are ordered: what an approval approves."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def content_of(data: Any, name: str) -> dict[str, Any]:
    """Shipped data (dates as YAML has them) as plain JSON. Raises DataFileError."""
    try:
        return document_of(data).content
    except DocumentError as error:
        raise DataFileError(name, [str(fault) for fault in error.faults]) from error


def _traps(text: str) -> Iterator[Fault]:
    """What YAML could be used for to exhaust its reader, looked for before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            yield Fault("alias", {"line": line}, path=f"line {line}")
            return
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_DEPTH:
            yield Fault("too_deep", {"line": line}, path=f"line {line}")
            return


def _plain(value: Any, path: str, depth: int, faults: list[Fault]) -> Any:
    """``value`` as JSON has it: days become texts; whatever JSON or the database cannot hold is a fault."""
    if depth > MOST_DEPTH:
        faults.append(Fault("too_deep", {"line": "-"}, path=path))
        return None
    if isinstance(value, Mapping):
        bad = [key for key in value if not isinstance(key, str) or CONTROL.search(key)]
        faults += [Fault("bad_text", {"key": repr(key)}, path=path) for key in bad]
        return {str(key): _plain(entry, f"{path}.{key}".lstrip("."), depth + 1, faults) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry, f"{path}.{place}", depth + 1, faults) for place, entry in enumerate(value, 1)]
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    text_is_bad = isinstance(value, str) and CONTROL.search(value)
    number_is_bad = isinstance(value, int) and abs(value) > 2**53
    if text_is_bad or number_is_bad or not isinstance(value, str | int | None):
        faults.append(Fault("bad_text", {"key": path or "-"}, path=path))
        return None
    return value


def _unreadable(line: int, why: str) -> Fault:
    return Fault("unreadable", {"line": line, "why": why}, path=f"line {line}")
