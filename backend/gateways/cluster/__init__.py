"""The private PostgreSQL cluster: where it lives (place), settings (config), life (private), for tests (throwaway).

Not here: the schema (migrations/) and sessions (persistence/).
"""

from backend.gateways.cluster.address import database_url, embedded_cluster, libpq_url
from backend.gateways.cluster.errors import ClusterError
from backend.gateways.cluster.private import PrivateCluster
from backend.gateways.cluster.throwaway import throwaway_cluster

__all__ = ["ClusterError", "PrivateCluster", "database_url", "embedded_cluster", "libpq_url", "throwaway_cluster"]
