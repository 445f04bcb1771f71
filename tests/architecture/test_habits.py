"""House rules about what code says: one place commits, exceptions carry reasons, nothing of one machine."""

import io
import re
import tokenize
from pathlib import Path

import pytest

from backend.settings import CHECKOUT
from tests.architecture.sources import is_below, our_files, text_of

MAY_COMMIT = ("backend/persistence/unit_of_work.py", "tests", "benchmarks", "clients")
MARKER = re.compile(
    r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)?|type:\s*ignore(?:\[[\w, -]+\])?)", re.IGNORECASE
)
A_WORD = re.compile(r"\w{3}|[\u4e00-\u9fff]{2}")
# Where packages come from is the business of each machine's own configuration.
FOREIGN_PLACE = re.compile(
    r"(?:--(?:extra-)?index-url|--find-links|pypi\.org/simple|registry\.npmjs|npmmirror|pypi\.tuna|mirrors\.aliyun)"
    r"|(?<![\w.:/])/(?:home|Users|work|root)/[\w.]"
)
TEXT_SUFFIXES = (
    ".py",
    ".sh",
    ".cfg",
    ".toml",
    ".yaml",
    ".yml",
    ".json",
    ".md",
    ".lock",
    ".txt",
    ".ts",
    ".vue",
    ".sql",
    "",
)


def comments(source: str) -> list[tuple[int, str]]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


def test_one_place_commits() -> None:
    committing = [
        f"{path}:{number}"
        for path in our_files(".py")
        if not is_below(path, *MAY_COMMIT)
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if ".commit(" in line
    ]
    assert not committing, "only the unit of work commits"


def lacks_reason(comment: str) -> bool:
    """Whether a comment switches a rule off and says nothing more; one reason may serve two markers of one line."""
    return bool(MARKER.search(comment)) and not A_WORD.search(MARKER.sub("", comment))


def test_exceptions_carry_a_reason() -> None:
    without = [
        f"{path}:{line} {comment}"
        for path in our_files(".py")
        for line, comment in comments(text_of(path))
        if lacks_reason(comment)
    ]
    assert not without, "say in words, on the same line, why the rule does not hold here"


def test_nothing_of_one_machine() -> None:
    places = [
        f"{path}:{number} {line.strip()[:100]}"
        for path in _texts()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if FOREIGN_PLACE.search(line)
    ]
    assert not places


def test_every_dependency_is_locked_to_one_version() -> None:
    lines = (CHECKOUT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    loose = [line for line in lines if line.strip() and not line.lstrip().startswith("#") and "==" not in line]
    assert not loose


@pytest.mark.parametrize(
    ("comment", "caught"),
    [
        ("# noqa", True),
        ("# noqa: S603", True),
        ("# noqa: S603, S607", True),
        ("# type: ignore", True),
        ("# type: ignore[misc]", True),
        ("# type: ignore[misc]  # noqa: E501", True),
        ("# noqa: S603 - a literal command", False),
        ("# noqa: S603  # a literal command", False),
        ("# type: ignore[method-assign]  # how Flask takes middleware", False),
        ("# type: ignore[arg-type]  # noqa: DTZ001 # three numbers; the zone follows", False),
        ("# an ordinary comment", False),
    ],
)
def test_the_reason_rule_would_notice(comment: str, caught: bool) -> None:
    assert lacks_reason(comment) is caught


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ('path = "/home/somebody/x"', True),
        ("--extra-index-url https://example.org/simple", True),
        ("see https://example.org/home/page", False),
        ("GET /api/v1/workflow", False),
    ],
)
def test_the_place_rule_would_notice(line: str, caught: bool) -> None:
    assert bool(FOREIGN_PLACE.search(line)) is caught


def _texts() -> list[Path]:
    return [path for path in our_files(*TEXT_SUFFIXES) if path != Path("tests/architecture/test_habits.py")]
