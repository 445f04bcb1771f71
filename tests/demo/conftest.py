"""The demo, loaded twice into databases of their own: once by its command, once by its function for the same day."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from backend.api.state import Gateways
from backend.app import create_app
from backend.cli.main import main
from backend.demo import load_demo
from backend.domain.calendar import LOCAL_ZONE
from backend.gateways.clock import FixedClock
from backend.gateways.cluster import PrivateCluster
from backend.gateways.keys import Keys
from backend.gateways.photo_store import LocalPhotoStore
from backend.persistence.database import db
from backend.persistence.unit_of_work import unit_of_work
from backend.settings import Environment, Settings
from tests.conftest import TEMPLATE

PASSWORD = "Show-me-2026"
BY_COMMAND, BY_FUNCTION = "gp_demo_command", "gp_demo_function"


@dataclass(frozen=True)
class Demo:
    """A loaded demo: what the command said, where it lies, and the application on it at noon of its base day."""

    result: Result
    environment: dict[str, str]
    engine: Engine
    app: Flask
    noon: datetime


def run(environment: dict[str, str], *words: str) -> Result:
    """``gridpatrol …`` in this process."""
    return CliRunner().invoke(main, list(words), env=environment)


@contextmanager
def application(url: str, folder: Path, at: datetime) -> Iterator[Flask]:
    """The application on ``url`` with its clock standing at ``at``."""
    settings = Settings(
        var_dir=folder,
        database_url=url,
        environment=Environment.TEST,
        password_memory_kib=64,  # cheap on purpose, as in all tests
        password_rounds=1,
    )
    app = create_app(settings, Gateways(FixedClock(at), Keys.ephemeral(), LocalPhotoStore(folder / "media")))
    app.testing = False
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture(scope="session")
def demo(cluster: PrivateCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Loaded by ``gridpatrol demo load``, today."""
    cluster.create_database(BY_COMMAND, template=TEMPLATE)
    folder = tmp_path_factory.mktemp("demo")
    url = cluster.url(BY_COMMAND)
    environment = {
        "VAR_DIR": str(folder),
        "DATABASE_URL": url.replace("postgresql+psycopg://", "postgresql://"),
        "DEMO_PASSWORD": PASSWORD,
        "HOST": "127.0.0.1",
    }
    result = run(environment, "demo", "load")
    assert result.exit_code == 0, result.output
    engine = create_engine(url)
    with engine.connect() as connection:
        day = connection.execute(text("SELECT data->>'base_day' FROM events WHERE subject_type = 'demo'")).scalar_one()
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=LOCAL_ZONE).astimezone(UTC)
    with application(url, folder, noon) as app:
        yield Demo(result, environment, engine, app, noon)
    engine.dispose()


@pytest.fixture(scope="session")
def second(cluster: PrivateCluster, demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The same day's demo in another database."""
    cluster.create_database(BY_FUNCTION, template=TEMPLATE)
    folder, url = tmp_path_factory.mktemp("second"), cluster.url(BY_FUNCTION)
    with application(url, folder, demo.noon) as app, app.app_context():
        state = app.extensions["gridpatrol"]
        with unit_of_work() as session:
            load_demo(session, state.gateways.photos, state.settings, PASSWORD, now=demo.noon)
        db.session.remove()
        engine = create_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def rows(demo: Demo) -> Iterator[Session]:
    """Reads of the loaded demo."""
    with Session(demo.engine) as session:
        yield session
