"""House rules about size and shape: files, functions, imports, module heads."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import is_below, our_files, text_of, tree_of

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "misc", "common", "base"}


def python_files(*left_out: str) -> list[Path]:
    return [path for path in our_files(".py") if not is_below(path, *left_out)]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the end, without the docstring: explaining is never punished."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    head = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (head.end_lineno or head.lineno) - head.lineno + 1
    return lines


def test_there_is_something_to_check() -> None:
    assert len(python_files()) > 50


def test_files_stay_small() -> None:
    long = {
        str(path): count
        for path in our_files(".py", ".ts", ".vue")
        if not is_below(path, "migrations") and (count := len(text_of(path).splitlines())) > LONGEST_FILE
    }
    assert not long, f"more than {LONGEST_FILE} lines: make a package of the same name"


def test_functions_stay_small() -> None:
    long = [
        f"{path}:{function.lineno} {function.name} {length(function)}"
        for path in python_files("migrations")
        for function in functions(tree_of(path))
        if length(function) > LONGEST_FUNCTION
    ]
    assert not long, f"more than {LONGEST_FUNCTION} lines"


def test_no_import_hides_inside_a_function() -> None:
    hidden = [
        f"{path}:{node.lineno}"
        for path in python_files()
        for function in functions(tree_of(path))
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not hidden, "imports belong at the head of the file: a cycle is to be untied, not hidden"


def test_every_module_says_what_lives_in_it() -> None:
    silent = [str(path) for path in python_files() if tree_of(path).body and not ast.get_docstring(tree_of(path))]
    assert not silent


def test_no_file_has_a_name_that_says_nothing() -> None:
    vague = [str(path) for path in python_files() if path.stem in VAGUE_NAMES]
    assert not vague


@pytest.mark.parametrize(
    "source", ["def f():\n    import os\n", "class A:\n    def f(self):\n        from os import path\n"]
)
def test_the_import_rule_would_notice(source: str) -> None:
    found = [n for f in functions(ast.parse(source)) for n in ast.walk(f) if isinstance(n, ast.Import | ast.ImportFrom)]
    assert found


def test_the_length_rule_leaves_the_docstring_out() -> None:
    code = 'def f():\n    """One.\n\n    Three.\n    """\n    return 1\n'
    assert length(next(functions(ast.parse(code)))) == 2
