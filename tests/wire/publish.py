"""``python -m tests.wire.publish``: counts the bytes anew, on a database of its own, and writes the table of the sync guide."""

import os
import tempfile
from pathlib import Path

from backend.gateways.cluster import throwaway_cluster
from tests.conftest import make_template
from tests.wire.meter import measure, served_district
from tests.wire.table import GUIDE, with_shares, write_table


def main() -> None:
    """Measure and write."""
    os.environ.setdefault("GRIDPATROL_TEST", "1")
    with throwaway_cluster() as cluster, tempfile.TemporaryDirectory() as folder:
        make_template(cluster)
        with served_district(cluster, Path(folder)) as (port, token):
            write_table(with_shares(measure(port, token)))
    print(f"written: {GUIDE}")


if __name__ == "__main__":
    main()
