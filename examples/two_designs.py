"""One zone against closed cities, played: the same firms, the same luck, two laws.

    python examples/two_designs.py [DRAWS]

Every act goes through the engine: caps, auctions, orders of agents, reports, surrender, penalties. Costs are indicative
and emissions simulated: read differences, and draw more before a decision.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec

import polars as pl

from airshed import lab

#: So that this takes seconds.
YEARS = 2
SHOWN = ("cost", "short", "volume", "penalties")


def main(draws: str = "3") -> pl.DataFrame:
    one = lab.play_scenario("dianzhong", draws=int(draws), years=YEARS)
    alone = lab.play_scenario("dianzhong", draws=int(draws), years=YEARS, design={"crossing": "never"})
    both = one.join(alone, on=("draw", "year"), suffix="_alone")
    assert both["unabated"].equals(both["unabated_alone"].alias("unabated"))  # nature is the same, path by path

    found = pl.DataFrame(
        [(name, one[name].mean(), alone[name].mean(), (both[f"{name}_alone"] - both[name]).mean()) for name in SHOWN],
        schema=["a year on average", "one_zone", "closed_cities", "difference"],
        orient="row",
    )
    print("cost and penalties in yuan, short and traded in t:", found, sep="\n")
    if find_spec("SALib") is None:
        print("what the cost of abatement hangs on: pip install 'airshed[sensitivity]' says it")
        return found
    hangs = lab.weigh_inputs("dianzhong", size=4, years=YEARS).filter(pl.col("output") == "cost")
    print("what the cost of abatement hangs on:", hangs.sort("mu_star", descending=True).head(4), sep="\n")
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
