"""A whole auction event: every rule against selling lot by lot, and what no rule may break."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from typer.testing import CliRunner

from airshed.cli.auction.group import app
from airshed.market.auction import hold
from airshed.model.measures import yuan
from auction_laws import Case, cases
from naive_auction import naive_hold
from shells import BLOCK

ROOT = Path(__file__).parents[1]


@settings(max_examples=300)
@given(cases())
def test_an_event_comes_out_as_if_it_were_held_lot_by_lot(case: Case) -> None:
    outcome = hold(case.law, case.bids, case.bidders, case.consigned)
    slow = naive_hold(case.law, case.bids, case.bidders, case.consigned)

    assert outcome.refused == ()
    assert len(outcome.sales) == len(slow)
    for sale, naive in zip(outcome.sales, slow, strict=True):
        assert (sale.withheld, sale.released, sale.sold) == (naive.withheld, naive.released, naive.sold)
        assert sale.price == naive.price
        assert {award.bidder: award.count for award in sale.awards} == naive.awards
        assert {award.bidder: award.payment_fen for award in sale.awards} == naive.payments
        assert {each.holder: (each.sold, each.proceeds_fen) for each in sale.proceeds} == naive.proceeds


def test_the_page_for_the_pencil_has_the_figures_of_the_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for block in BLOCK.finditer((ROOT / "tests" / "transcripts" / "auction_event.md").read_text("utf-8")):
        if block[2]:
            Path(block[2]).write_text(block[3], "utf-8")
    words = [
        "bids.csv",
        "--rules",
        "rules.toml",
        "--limits",
        "bidders.csv",
        "--consignments",
        "consigned.csv",
        "--json",
    ]
    found = json.loads(CliRunner().invoke(app, ["clear", *words]).stdout)
    page = (ROOT / "docs" / "tutorials" / "prices" / "auction.md").read_text("utf-8")
    spot, advance = found["outcome"]["sales"]

    for won in spot["awards"]:
        paid = yuan(won["payment_fen"]).removesuffix(".00")
        assert re.search(rf"^\| {won['bidder']} \| {won['count']:,} \| .*{paid} \|$", page, re.MULTILINE), won
    for figure in (
        *(each["proceeds_fen"] // 100 for each in spot["proceeds"]),
        spot["seller_fen"] // 100,
        sum(won["payment_fen"] for won in spot["awards"]) // 100,
        spot["sold"],
        spot["price"] // 100,
        found["notice"]["sales"][0]["hhi"],
        found["carried"]["SO2-KM-2030"]["reserve"],
    ):
        assert f"**{figure:,}**" in page, figure
    assert (advance["sold"], advance["unsold"], advance["price"]) == (1_000, 2_000, 300_000)
    assert [trim["added"] - trim["removed"] for trim in advance["trims"]] == [-1_100, 100]
