"""Folders and clusters for tests of the machinery. These tests make their own servers: they end and kill them."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.gateways.cluster import PrivateCluster


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own is closed to the database user when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="gp-infra-", dir="/tmp")).resolve()
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def make_cluster(open_folder: Path) -> Iterator[Callable[..., PrivateCluster]]:
    """Makes clusters below the open folder (or anywhere) and removes them afterwards."""
    made: list[PrivateCluster] = []

    def make(name: str = "postgres", root: Path | None = None) -> PrivateCluster:
        cluster = PrivateCluster(root or open_folder / name, fast=True)
        made.append(cluster)
        return cluster

    yield make
    for cluster in made:
        cluster.destroy()
