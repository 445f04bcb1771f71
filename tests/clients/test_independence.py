"""The client stands alone: it shares no code with the server and is installed without it."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import CHECKOUT

CLIENT = CHECKOUT / "clients" / "python"
PACKAGE = CLIENT / "gridpatrol_client"
# What pyproject.toml asks for; everything else must be the standard library.
FOREIGN = {"requests", "cryptography"}


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports could leave the package"
            found.add(str(node.module).split(".")[0])
    return found


def test_no_module_names_the_server() -> None:
    names = set().union(*(imported(path) for path in PACKAGE.rglob("*.py")))
    assert "gridpatrol_client" in names
    assert names - set(sys.stdlib_module_names) - {"gridpatrol_client"} == FOREIGN


def test_importing_everything_loads_nothing_of_the_server() -> None:
    """Also not by way of something else: in a process that could find the server if it looked."""
    modules = [
        ".".join(path.relative_to(CLIENT).with_suffix("").parts)
        for path in PACKAGE.rglob("*.py")
        if path.name != "__main__.py"
    ]
    code = (
        f"import importlib, sys\n[importlib.import_module(name) for name in {modules!r}]\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('backend', 'grids', 'migrations', 'tests', 'flask')])"
    )
    environment = {**os.environ, "PYTHONPATH": f"{CHECKOUT}:{CLIENT}"}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]" and len(modules) > 15


@pytest.mark.slow
def test_it_is_installed_on_its_own_and_brings_its_command(tmp_path: Path) -> None:
    source, home = tmp_path / "source", tmp_path / "home"
    shutil.copytree(CLIENT, source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(home), str(source)], check=True, capture_output=True)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(home), "LANG": "C.UTF-8"}
    command = [str(home / "bin" / "gridpatrol-phone"), "--lang", "en", "--help"]
    ran = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "what is not delivered" in ran.stdout
    assert (home / "gridpatrol_client" / "py.typed").exists()
