"""The table of bytes in the sync guide: writing it, reading it back. Not here: counting (meter.py)."""

import re

from tests.documents import CHECKOUT
from tests.wire.district import REPORTS
from tests.wire.meter import PACKERS, Cost

GUIDE = CHECKOUT / "api_docs/sync.md"
BETWEEN = re.compile(r"(<!-- bytes: .*? -->\n\n).*?(\n<!-- end of bytes -->)", re.DOTALL)
CALLS = {
    "quiet": "sync without news",
    "first": "first sync: 200 tasks, 20 grids",
    "single": "one report that nothing is wrong",
    "batch": f"{REPORTS} such reports in one call",
    "each": "of these, each",
}
Costs = dict[str, dict[str, Cost]]


def with_shares(costs: Costs) -> Costs:
    """The costs, and what one report of the batch comes to; rounded up, so that nothing is promised too cheaply."""
    each = {name: Cost(-(-cost.up // REPORTS), -(-cost.down // REPORTS)) for name, cost in costs["batch"].items()}
    return {**costs, "each": each}


def write_table(costs: Costs) -> None:
    """Put what was measured into the guide."""
    lines = [f"| bytes | {' | '.join(PACKERS)} |", "|---|" + "---:|" * len(PACKERS)]
    for call, words in CALLS.items():
        lines.append(f"| {words} | " + " | ".join(_cell(costs[call][name]) for name in PACKERS) + " |")
    text = GUIDE.read_text("utf-8")
    assert BETWEEN.search(text), "the guide has lost the place of its table"
    GUIDE.write_text(BETWEEN.sub(lambda found: found[1] + "\n".join(lines) + "\n" + found[2], text), "utf-8")


def read_table() -> Costs:
    """What the guide says."""
    [found] = BETWEEN.finditer(GUIDE.read_text("utf-8"))
    told = {line.split("|")[1].strip(): line.split("|")[2:-1] for line in found[0].splitlines() if line[:1] == "|"}
    return {
        call: {name: _cost(cell) for name, cell in zip(PACKERS, told[words], strict=True)}
        for call, words in CALLS.items()
    }


def _cell(cost: Cost) -> str:
    return f"{cost.up:,} + {cost.down:,} = {cost.total:,}"


def _cost(cell: str) -> Cost:
    up, down, total = map(int, re.findall(r"\d+", cell.replace(",", "")))
    assert total == up + down, cell
    return Cost(up, down)
