"""What is known of emission markets comes out of agents through the engine: booms, banking, fees, calls."""

from __future__ import annotations

from functools import lru_cache

import msgspec
import numpy as np

from airshed.lab.scenarios.draw import Setting
from airshed.lab.scenarios.path import YearRow, play_path
from airshed.lab.scenarios.schema import Design, Scenario, TradeHabits, find, read
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import shipped
from airshed.zone.load import load as load_zone
from laws import RULES

ZONE = load_zone(shipped("zones", "dianzhong"))
BOOM = msgspec.structs.replace(read(find("boom")), years=3, trade=TradeHabits(days=6, turns=24))


#: The law where all that is left may be kept, and counts for ever.
KEEPS_ALL = msgspec.structs.replace(
    RULES,
    banking=msgspec.structs.replace(RULES.banking, of="holdings", limit_basis_points=10_000),
    allowance=msgspec.structs.replace(RULES.allowance, vintages_back=100),
)


@lru_cache(maxsize=8)
def mean_years(scenario: Scenario, name: str, law: Rulebook = RULES) -> tuple[float, ...]:
    """A measure by year, mean of two paths."""
    return tuple(
        float(np.nanmean([getattr(row, name) for row in years])) for years in zip(*paths(scenario, law), strict=True)
    )


@lru_cache(maxsize=8)
def paths(scenario: Scenario, law: Rulebook) -> tuple[tuple[YearRow, ...], ...]:
    return tuple(tuple(play_path(Setting(scenario, law, ZONE), number)) for number in range(2))


def banked() -> Scenario:
    return msgspec.structs.replace(BOOM, design=msgspec.structs.replace(BOOM.design, banking=True))


def test_a_boom_without_banking_and_collar_is_a_spike() -> None:
    """The lesson of RECLAIM 2000: nothing was kept and nothing capped the price, and a shock from outside came."""
    prices, short = mean_years(BOOM, "price"), mean_years(BOOM, "short")
    assert prices[2] > 1.6 * prices[1]
    assert short[2] > 3 * short[1]


def test_banking_smooths_prices_and_fills_the_gap() -> None:
    """Allowances kept for the boom lift prices before it, so that it is no spike; few are short. A limit keeps less."""
    alone, kept = mean_years(BOOM, "price"), mean_years(banked(), "price", KEEPS_ALL)
    assert np.std(kept) < 0.7 * np.std(alone)
    assert kept[0] > alone[0]
    assert kept[2] / kept[1] < 0.7 * alone[2] / alone[1]
    short = [mean_years(*asked)[2] for asked in ((BOOM, "short"), (banked(), "short"))]
    assert mean_years(banked(), "short", KEEPS_ALL)[2] < short[1] < 0.5 * short[0]


def test_fees_cut_trade_of_the_zone_and_hardly_move_its_price() -> None:
    """As the agent models of China's SO2 trade found (Zhang and others 2010 to 2013, abstracts).

    Of this zone a fee of 10 % takes a quarter of the trade and moves the price by 3 %; one of 30 % half and by 11 %.
    """
    year = msgspec.structs.replace(BOOM, years=1, shocks=None, design=Design(fee_percent=0.0))
    for percent, left, moved in ((10.0, 0.8, 0.05), (30.0, 0.6, 0.15)):
        dear = msgspec.structs.replace(year, design=Design(fee_percent=percent))
        assert mean_years(dear, "volume")[0] < left * mean_years(year, "volume")[0]
        assert abs(mean_years(dear, "price")[0] / mean_years(year, "price")[0] - 1) < moved


def test_one_call_for_the_zone_leaves_fewer_short_than_calls_city_by_city() -> None:
    found = {}
    for kind in ("call", "zone-call"):
        trade = msgspec.convert({"session": kind, "rounds": 8}, TradeHabits)
        found[kind] = msgspec.structs.replace(BOOM, years=1, shocks=None, design=Design(), trade=trade)
    assert mean_years(found["zone-call"], "short")[0] < 0.5 * mean_years(found["call"], "short")[0]
    assert mean_years(found["zone-call"], "efficiency")[0] > mean_years(found["call"], "efficiency")[0]
