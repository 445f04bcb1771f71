"""The README's walk through the main job, run as it is pasted, against the product as it is served, with its demo."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from backend.cli.main import COMMANDS
from backend.gateways.cluster import PrivateCluster
from tests.conftest import TEMPLATE
from tests.documents import CHECKOUT, blocks, read
from tests.server import Server, running_server

READMES = ("README.md", "README.zh-CN.md")
DATABASE = "gp_readme"
PASSWORD = "Walk-through-2026"
WALK_SECONDS = 120
STEPS = 10


def walk_of(name: str) -> str:
    """The block that walks: the one longer than all others together."""
    return max(blocks(name, "bash"), key=len)


@pytest.fixture(scope="module")
def server(cluster: PrivateCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service with the demo, in a database of its own: the demo gives the divisions outlines."""
    folder = tmp_path_factory.mktemp("readme")
    cluster.create_database(DATABASE, template=TEMPLATE)
    url = cluster.url(DATABASE)
    environment = {"DATABASE_URL": url, "VAR_DIR": str(folder), "DEMO_PASSWORD": PASSWORD, "ENVIRONMENT": "test"}
    loading = [sys.executable, "-m", "backend.cli", "demo", "load"]
    loaded = subprocess.run(loading, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert loaded.returncode == 0, loaded.stderr
    with running_server(url, folder, DEMO_PASSWORD=PASSWORD) as running:
        yield running


def run_walk(server: Server, walk: str) -> subprocess.CompletedProcess[str]:
    """Bash, in the folder of the checkout, with no more than what the README says."""
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "BASE": server.url,
        "DEMO_PASSWORD": PASSWORD,
    }
    return subprocess.run(
        ["bash"],
        input=walk,
        env=environment,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=WALK_SECONDS,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("time", ["first", "second"])
def test_the_walk_passes_as_pasted(server: Server, time: str) -> None:
    """Twice: what the first left behind must not stand in the way of the second."""
    walked = run_walk(server, walk_of("README.md"))
    assert walked.returncode == 0, walked.stdout + walked.stderr
    said = walked.stdout.splitlines()
    assert [int(line.split()[1].rstrip(".")) for line in said if line.startswith("== ")] == list(range(1, STEPS + 1))
    assert "again: all four replayed" in said
    assert said[-3] == "report closed, stage evaluation, photos 1/1"
    assert "closed, founded_case_filed" in said[-2]
    assert said[-1] == "The walk is done."


@pytest.mark.slow
def test_the_walk_stops_where_something_is_wrong(server: Server) -> None:
    walk = walk_of("README.md").replace('step "$HEALTH" accept', 'step "$WORKER" accept')
    walked = run_walk(server, walk)
    assert walked.returncode != 0
    assert '"forbidden"' in walked.stderr and "The walk is done." not in walked.stdout


def test_both_languages_walk_the_same_way() -> None:
    assert walk_of("README.md") == walk_of("README.zh-CN.md")


def test_the_walk_needs_nothing_to_be_filled_in() -> None:
    walk = walk_of("README.md")
    assert "http://127.0.0.1:8000" in walk and "/work" not in walk
    assert not re.search(r"\t|…|<[a-z_ ]+>", walk), "a tab completes, an ellipsis or a placeholder fails when pasted"


FLOORS = ("", "backend", "backend/domain", "backend/domain/data")


@pytest.mark.parametrize("name", READMES)
def test_paths_named_exist(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", read(name))
    told = re.findall(r"`([\w./-]+(?:/|\.py|\.yaml|\.cfg))`", read(name))
    named = [path for path in told if not path.startswith("var/")]
    assert len(links) > 4 and len(named) > 15
    assert [path for path in links if not (CHECKOUT / path).exists()] == []
    assert [path for path in named if not any((CHECKOUT / floor / path).exists() for floor in FLOORS)] == []


@pytest.mark.parametrize("name", READMES)
def test_settings_and_commands_named_exist(name: str) -> None:
    rows = [line.split("|")[1] for line in read(name).splitlines() if re.match(r"\| `[A-Z_]+`", line)]
    named = [variable for row in rows for variable in re.findall(r"`([A-Z_]+)`", row)]
    settings = read("backend/settings.py")
    assert len(named) > 8 and [variable for variable in named if f'"{variable}"' not in settings] == []
    commands = set(re.findall(r"`gridpatrol (\w+)", read(name)))
    assert commands == set(COMMANDS)
    makefile = read("Makefile")
    targets = set(re.findall(r"`make (\w+)`", read(name)))
    assert targets >= {"run", "test"} and all(f"\n{target}:" in makefile for target in targets)


def test_documents_link_to_what_is_there() -> None:
    documents = [*CHECKOUT.glob("api_docs/**/*.md"), *CHECKOUT.glob("clients/**/*.md"), *CHECKOUT.glob("web/*.md")]
    links = [
        (page, link) for page in documents for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text("utf-8"))
    ]
    assert len(links) > 10
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []
    shown = read("api_docs/README.md")
    assert [page.name for page in documents if "decisions" in page.parts and page.name not in shown] == []
