"""The price index: Zhejiang's own figures, the rule for what is not traded, and what a rulebook may not say."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.market.bars import By
from airshed.market.index import Component, index_hundredths, index_points
from airshed.market.tape import KINDS, Trade
from airshed.model.measures import value_fen
from airshed.rulebook import lookup
from airshed.rulebook.kinds import TradeKind
from airshed.rulebook.load import find, load, load_texts, read
from laws import FILES, RULES
from naive_market import same_span

#: Weights inferred from six of the published rows, exact on all of them; base prices from pairs of price and index.
#: NH3 stands for NH3-N.
ZHEJIANG = (
    Component("COD", 2_400, 400_000),
    Component("NH3", 300, 400_000),
    Component("SO2", 2_700, 100_000),
    Component("NOx", 4_600, 100_000),
)
#: Period, index, and the prices of COD, NH3-N, SO2 and NOx in yuan per tonne and year, as the reports on the index
#: of emission right prices of Zhejiang gave them (each read in a copy).
PRICED = (
    ("2021-09", "449.69", ("27915.06", "22300.18", "4836.45", "2932.40")),
    ("2022-02", "297.33", ("9771.69", "36349.89", "2518.48", "3118.14")),
)
#: Period, index, and the index of each component, of which 1/100 is the price over the base.
INDEXED = (
    ("2021-09", "449.69", ("697.88", "557.50", "483.64", "293.24")),
    ("2023-09", "233.09", ("365.60", "354.05", "221.72", "162.74")),
    ("2024-05", "508.07", ("307.90", "527.83", "698.50", "499.44")),
    ("2024-09", "469.58", ("819.98", "430.54", "375.63", "344.46")),
    ("2025Q3", "527.88", ("518.18", "830.74", "501.80", "528.50")),
)
BYS: tuple[By, ...] = ("session", "week", "month")


@pytest.mark.parametrize(("period", "published", "yuan"), PRICED, ids=[row[0] for row in PRICED])
def test_the_index_of_zhejiang_comes_out_of_its_prices(period: str, published: str, yuan: tuple[str, ...]) -> None:
    prices = {each.code: int(Decimal(price) * 100) for each, price in zip(ZHEJIANG, yuan, strict=True)}

    assert index_hundredths(ZHEJIANG, prices) == Decimal(published) * 100


@pytest.mark.parametrize(("period", "published", "parts"), INDEXED, ids=[row[0] for row in INDEXED])
def test_the_index_of_zhejiang_comes_out_of_its_components(period: str, published: str, parts: tuple[str, ...]) -> None:
    prices = {}
    for each, part in zip(ZHEJIANG, parts, strict=True):
        exact = Fraction(part) * each.base_fen_per_t / 100
        assert exact.denominator == 1
        prices[each.code] = int(exact)

    assert index_hundredths(ZHEJIANG, prices) == Decimal(published) * 100


def test_the_components_that_zhejiang_published_come_out_too() -> None:
    """September 2021 and February 2022; 4,836.45 yuan are 483.645 points, published half to even as 483.64."""
    wanted = {period: parts for period, _, parts in INDEXED}
    wanted["2022-02"] = ("244.29", "908.75", "251.85", "311.81")
    for period, _, yuan in PRICED:
        trades = [
            trade(each.code, "2021-09-30", int(Decimal(price) * 100))
            for each, price in zip(ZHEJIANG, yuan, strict=True)
        ]
        (point,) = index_points(ZHEJIANG, trades, (), "month", 0)
        assert [standing.hundredths for standing in point.components] == [
            Decimal(part) * 100 for part in wanted[period]
        ]


def test_a_row_without_one_component_has_no_index() -> None:
    """December 2021 was published without NOx: three prices make no index of four."""
    yuan = {"COD": "14068.84", "NH3": "67241.46", "SO2": "1623.70"}
    trades = [trade(code, "2021-12-31", int(Decimal(price) * 100)) for code, price in yuan.items()]
    (point,) = index_points(ZHEJIANG, trades, (), "month", 0)

    assert point.hundredths is None
    assert point.missing == ("NOx",)
    assert [standing.hundredths for standing in point.components] == [35_172, 168_104, 16_237]


def trade(code: str, day: str, price: int, count: int = 1_000) -> Trade:
    return Trade(1, 1, 0, day, "listed", f"{code}-KM-2027", price, count, value_fen(count, price))


PAIR = (Component("SO2", 2_500, 400_000), Component("NOx", 7_500, 700_000))


def test_a_price_is_carried_for_as_long_as_the_law_says_and_then_there_is_none() -> None:
    trades = [
        trade("SO2", "2027-03-01", 400_000),
        trade("NOx", "2027-03-02", 700_000),
        trade("SO2", "2027-03-05", 480_000),
    ]
    days = [f"2027-03-0{day}" for day in range(1, 8)]
    found = index_points(PAIR, trades, days, "session", 3)

    assert [point.hundredths for point in found] == [None, 10_000, 10_000, 10_000, 10_500, None, None]
    assert [point.missing for point in found] == [("NOx",), (), (), (), (), ("NOx",), ("NOx",)]
    assert [[each.carried for each in point.components] for point in found[1:5]] == [
        [True, False],
        [True, True],
        [True, True],
        [False, True],
    ]


DAYS = st.integers(1, 28).map(lambda day: f"2027-02-{day:02}")
ROWS = st.lists(
    st.tuples(st.sampled_from(("SO2", "NOx", "PM")), DAYS, st.integers(1, 10**7), st.integers(1, 10**6)), max_size=20
)


@given(ROWS, st.sets(DAYS, min_size=1), st.sampled_from(BYS), st.integers(0, 30))
def test_points_are_those_of_the_naive_reference(
    rows: list[tuple[str, str, int, int]], open_days: set[str], by: By, carry: int
) -> None:
    """For each span: the last span up to it in which the component was traded, if that is young enough."""
    trades = [trade(*row) for row in rows]
    days = sorted({*open_days, *(each.day for each in trades)})
    for point in index_points(PAIR, trades, open_days, by, carry):
        total = Fraction(0)
        for each in PAIR:
            own = [one for one in trades if one.series.startswith(f"{each.code}-") and one.day <= point.last]
            last = max((one.day for one in own), default=None)
            if last is None or int(point.last[-2:]) - int(last[-2:]) > carry:
                assert each.code in point.missing
                continue
            same = [one for one in own if same_span(one.day, last, by)]
            mean = Fraction(1000 * sum(one.fen for one in same), sum(one.count for one in same))
            price = (mean + Fraction(1, 2)).__floor__()
            (standing,) = [one for one in point.components if one.code == each.code]
            assert (standing.price, standing.day, standing.carried) == (
                price,
                last,
                not same_span(last, point.last, by),
            )
            total += Fraction(each.weight_basis_points, 100) * Fraction(price, each.base_fen_per_t)
        assert point.hundredths == (None if point.missing else round(100 * total))
        assert point.last in days


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(1, 1_000))
def test_when_every_price_is_multiplied_so_is_the_index(so2: int, nox: int, times: int) -> None:
    once = index_hundredths(PAIR, {"SO2": so2, "NOx": nox})
    often = index_hundredths(PAIR, {"SO2": times * so2, "NOx": times * nox})

    assert abs(often - times * once) <= times


def test_the_kinds_of_the_law_are_those_of_the_tape() -> None:
    assert get_args(TradeKind) == KINDS


def test_the_shipped_index_stands_at_a_hundred_points_at_its_base_prices() -> None:
    rows = RULES.price_index.rows
    components = [Component(row.pollutant, row.weight_basis_points, row.base_fen_per_t) for row in rows]

    assert index_hundredths(components, {row.pollutant: row.base_fen_per_t for row in rows}) == 10_000


@pytest.mark.parametrize(("name", "valued_at"), [("dianzhong", "reference_fen_per_t"), ("shanxi", "floor_fen_per_t")])
def test_the_weights_of_an_index_are_the_shares_of_the_caps_that_their_citations_say(name: str, valued_at: str) -> None:
    rules = load(find(name))
    worth = Counter[str]()
    for cap in rules.caps.rows:
        if cap.vintage == 2027:
            worth[cap.pollutant] += cap.count * getattr(lookup.pollutant(rules, cap.pollutant), valued_at)
    for row in rules.price_index.rows:
        share = 100 * worth[row.pollutant] / worth.total()
        said = re.search(r"([\d.]+) percent", row.cite)
        assert said, row.cite
        assert float(said[1]) == pytest.approx(share, abs=0.06), row.cite
        assert row.weight_basis_points == pytest.approx(100 * share, abs=50), row.cite


HEAD = "pollutant,weight_basis_points,base_fen_per_t,cite,status\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"{HEAD}SO2,9000,400000,x,to confirm\n",
            "price_index.csv: the weights make 90 %; let weight_basis_points sum to 10000",
        ),
        (f"{HEAD}SO3,10000,400000,x,to confirm\n", "price_index.csv line 2, column pollutant: no such pollutant 'SO3'"),
        (
            f"{HEAD}SO2,5000,1,x,to confirm\nSO2,5000,1,x,to confirm\n",
            "price_index.csv line 3: SO2 stands in line 2 already",
        ),
        (f"{HEAD}SO2,10000,0,x,to confirm\n", "price_index.csv line 2, column base_fen_per_t"),
        (f"{HEAD}SO2,0,1,x,to confirm\n", "price_index.csv line 2, column weight_basis_points"),
        (HEAD, "price_index.csv: has a header and no rows"),
    ],
)
def test_an_index_that_makes_no_whole_is_no_law(text: str, said: str) -> None:
    _, faults = read({**FILES, "price_index.csv": text.encode()})

    assert said in "\n".join(str(fault) for fault in faults)


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ("[]", "rulebook.toml [price_index] kinds: is empty"),
        ('["listed", "listed"]', "rulebook.toml [price_index] kinds: 'listed' stands twice; keep one"),
        ('["swap"]', "'swap'"),
    ],
)
def test_an_index_of_no_trades_is_no_law(kinds: str, said: str) -> None:
    text = FILES["rulebook.toml"].decode().replace('kinds = ["listed", "call"]', f"kinds = {kinds}")
    _, faults = read({**FILES, "rulebook.toml": text.encode()})

    assert said in "\n".join(str(fault) for fault in faults)


def test_the_order_of_components_is_no_law() -> None:
    head, *rows = FILES["price_index.csv"].decode().splitlines()
    assert load_texts({**FILES, "price_index.csv": "\n".join([head, *reversed(rows)]).encode()}) == RULES
