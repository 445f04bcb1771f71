"""Which database a copy of the product talks to. Not here: starting it (private) or sessions on it (persistence/)."""

from backend.gateways.cluster.private import PrivateCluster
from backend.settings import EMBEDDED_DATABASE, SQLALCHEMY_PREFIX, Settings


def embedded_cluster(settings: Settings) -> PrivateCluster:
    """The private cluster of this copy, whether or not it exists or runs."""
    return PrivateCluster(settings.cluster_dir)


def database_url(settings: Settings) -> str:
    """The SQLAlchemy URL of the outside server when one is set, else of the private cluster. Nothing is started."""
    return settings.database_url or embedded_cluster(settings).url(EMBEDDED_DATABASE)


def libpq_url(url: str) -> str:
    """The same address as psycopg, procrastinate, psql and pg_dump write it."""
    return "postgresql://" + url.removeprefix(SQLALCHEMY_PREFIX)
