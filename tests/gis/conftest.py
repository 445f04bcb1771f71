"""A really running service on a database of its own, a district in it, and a person's application password."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from backend.domain.vocabulary import Category, Role, Severity
from backend.gateways.cluster import PrivateCluster
from backend.services.accounts import create_app_password
from tests.conftest import NOW, TEMPLATE
from tests.documents import CHECKOUT
from tests.factories import actor_of, make_grids, make_referral, make_report, make_site, make_user
from tests.server import running_server

DATABASE = "gp_gis"
USERNAME = "bureau01"
# more than one page of every client, and an exact number of pages of some
COUNTS = {"grids": 12, "sites": 45, "reports": 230, "referrals": 30}
UNPLACED = 10  # reports without a position
EAST, WEST = 121.44, 121.40  # a hundred reports stand in the east, the rest in the west


@dataclass(frozen=True, slots=True)
class Service:
    """Where it is, and what a program is given to read it."""

    url: str
    username: str
    password: str

    @property
    def ogc(self) -> str:
        """The landing page."""
        return f"{self.url}/ogc"


@pytest.fixture(scope="session")
def clients() -> None:
    """GDAL and QGIS are installed; the script says what is missing on the machine."""
    done = subprocess.run([CHECKOUT / ".ci/gis-clients.sh"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="session")
def service(cluster: PrivateCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The product as it is served, with a district that the triager of the bureau sees whole."""
    cluster.create_database(DATABASE, template=TEMPLATE)
    engine = create_engine(cluster.url(DATABASE))
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        password = _fill(session)
        session.commit()
    engine.dispose()
    with running_server(cluster.url(DATABASE), tmp_path_factory.mktemp("gis"), WEB_WORKERS="1") as server:
        yield Service(server.url, USERNAME, password)


def _fill(session: Session) -> str:
    reader = make_user(session, Role.BUREAU_TRIAGER, username=USERNAME)
    worker = make_user(session)
    grids = make_grids(session, COUNTS["grids"], valid_from=datetime(2025, 1, 1, tzinfo=UTC))
    for number in range(COUNTS["sites"]):
        make_site(session, grids[number % 12], name=f"示例诊所{number + 1}", position=_at(WEST, number))
    for number in range(COUNTS["reports"]):
        placed = number >= UNPLACED
        report = make_report(
            session, worker, grids[number % 12], position=_at(EAST if number >= 130 else WEST, number) if placed else None,
            captured_at=NOW + timedelta(minutes=number),
            category=Category.WATER_VENDING if number % 2 else Category.ILLEGAL_PRACTICE,
            severity=Severity.HIGH, findings=[{"code": "A-01"}],
        )  # fmt: skip
        if number >= COUNTS["reports"] - COUNTS["referrals"]:
            make_referral(session, report)
    now = datetime.now(UTC)
    return create_app_password(session, actor_of(reader, Role.BUREAU_TRIAGER), "GIS", None, now=now)[1]


def _at(lon: float, number: int) -> str:
    return f"SRID=4490;POINT({lon + number % 10 * 0.0004:.6f} {31.24 + number // 10 * 0.0001:.6f})"
