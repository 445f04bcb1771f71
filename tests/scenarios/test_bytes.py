"""What the sync guide promises a weak network: bytes of real calls, counted on a socket, against its limits and its table."""

import pytest

from backend.gateways.cluster import PrivateCluster
from tests.documents import read
from tests.wire.meter import PACKERS, Cost, measure, served_district
from tests.wire.table import CALLS, Costs, read_table, with_shares

QUIET, EACH, FIRST = 1_200, 450, 60_000
PACKED = [name for name in PACKERS if name != "plain"]
# Ids and signatures differ from run to run, and pack a little better or worse; a field more in a reply is more than that.
PLAY_BYTES, PLAY_SHARE = 8, 0.025


@pytest.fixture(scope="module")
def costs(cluster: PrivateCluster, tmp_path_factory: pytest.TempPathFactory) -> Costs:
    with served_district(cluster, tmp_path_factory.mktemp("wire")) as (port, token):
        return with_shares(measure(port, token))


@pytest.mark.parametrize("name", list(PACKERS))
def test_a_sync_without_news(costs: Costs, name: str) -> None:
    assert costs["quiet"][name].total <= QUIET


@pytest.mark.parametrize("name", PACKED)
def test_a_report_in_a_batch_with_its_receipt(costs: Costs, name: str) -> None:
    assert costs["each"][name].total <= EACH


@pytest.mark.parametrize("name", PACKED)
def test_a_first_sync(costs: Costs, name: str) -> None:
    assert costs["first"][name].total <= FIRST


def test_the_guide_names_these_limits() -> None:
    text = read("api_docs/sync.md")
    for promise in (f"at most {QUIET:,} bytes", f"at most {EACH} bytes", f"at most {FIRST:,}"):
        assert promise in text.replace("\n", " ")


@pytest.mark.parametrize("call", list(CALLS))
def test_the_table_of_the_guide_is_what_is_measured(costs: Costs, call: str) -> None:
    told = read_table()[call]
    for name, cost in costs[call].items():
        assert _is_near(told[name].up, cost.up) and _is_near(told[name].down, cost.down), (
            f"{CALLS[call]}, {name}: the guide says {told[name]}, measured {cost}; python -m tests.wire.publish"
        )


def _is_near(told: int, measured: int) -> bool:
    return abs(told - measured) <= PLAY_BYTES + PLAY_SHARE * measured


def test_a_stale_table_would_be_noticed() -> None:
    quiet = Cost(680, 505)
    assert _is_near(quiet.down, quiet.down + 5)
    assert not _is_near(quiet.down, quiet.down + len("X-Frame-Options: DENY\r\n"))
