"""Which files the house rules speak about, parsed once. Not here: the rules."""

import ast
import functools
import subprocess
from pathlib import Path

from backend.settings import CHECKOUT

# Not ours to shape: built, measured or generated files.
LEFT_OUT = (
    "var/",
    "backend/web/static/",
    "benchmarks/results/",
    "web/node_modules/",
    "web/dist/",
    "tests/tus_clients/node_modules/",
    "tests/oidc_provider/node_modules/",
)


@functools.cache
def our_files(*suffixes: str) -> tuple[Path, ...]:
    """Every file of the project with one of the suffixes, new ones included; paths relative to the checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        check=False,
    )
    # Without git (an unpacked archive) the folders are walked.
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else _walk()
    paths = [Path(name) for name in names if name and not name.startswith(LEFT_OUT)]
    return tuple(sorted(path for path in paths if path.suffix in suffixes and (CHECKOUT / path).is_file()))


@functools.cache
def text_of(path: Path) -> str:
    """The content of one of our files."""
    return (CHECKOUT / path).read_text(encoding="utf-8")


@functools.cache
def tree_of(path: Path) -> ast.Module:
    """The parsed content of one of our Python files."""
    return ast.parse(text_of(path), filename=str(path))


def is_below(path: Path, *folders: str) -> bool:
    """Whether a path is in one of the folders."""
    return any(path.is_relative_to(folder) for folder in folders)


def _walk() -> list[str]:
    hidden_or_built = {".git", ".venv", "node_modules", "__pycache__"}
    return [
        str(path.relative_to(CHECKOUT))
        for path in CHECKOUT.rglob("*")
        if not hidden_or_built & set(path.relative_to(CHECKOUT).parts)
    ]
