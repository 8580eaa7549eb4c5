"""A zone-wide call in the book: gathered, judged without a solver, settled in one entry; or nothing happens."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check as check_state
from airshed.engine.journal import Journal, MemoryJournal
from airshed.engine.procedures.zone_call_law import left_out, line_of, problem
from airshed.engine.runner import Runner
from airshed.lab.simulator.portrait import portrait
from airshed.lab.simulator.small_market import BANK, TELLER
from airshed.market.zonecall import NotCleared, solve_in_rounds
from airshed.model.allowance import count_of
from airshed.model.measures import value_fen
from airshed.model.refusal import Refusal, Why
from airshed.registry.moves import Delivered, Paid
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.zone_call_section import RatioRow, ReceptorRow, TransferRow
from beijing import instant
from laws import RULES
from markets import AT, AUTHORITY, REGISTRAR, adopting, done, send, why

replace = msgspec.structs.replace
EXCHANGE = "zone-exchange"
#: Operators with where they stand and what they are.
FIRMS = {
    "yx-steel": ("YX", "steel"),
    "yx-cement": ("YX", "cement"),
    "km-cement": ("KM", "cement"),
    "km-power": ("KM", "power"),
    "qj-power": ("QJ", "power"),
}
POWER = ("km-power", "qj-power")
YUXI, KUNMING = "SO2-YX-2027", "SO2-KM-2027"


def with_air(
    rules: Rulebook = RULES,
    limit: str = "0.2",
    standard: Literal["met", "failed"] = "met",
    ratios: Mapping[tuple[str, str], str | None] | None = None,
    receptors: bool = True,
    **trade: Any,
) -> Rulebook:
    """The shipped law with one receptor in Kunming, as in the worked example, and other rules of trade."""
    source = {"cite": "the worked example", "status": "to confirm"}
    loads = {"KM": "1", "YX": "0.5"}
    receptor = ReceptorRow(
        pollutant="SO2",
        receptor="kunming-air",
        name_en="K",
        name_zh="昆",
        limit=limit,
        standard=standard,
        **source,  # type: ignore[arg-type]
    )
    rows = tuple(
        TransferRow(
            pollutant="SO2",
            receptor="kunming-air",
            jurisdiction=each.code,
            coefficient=loads.get(each.code, "0"),
            origin="the worked example",
            status="to confirm",
        )
        for each in rules.jurisdictions
    )
    codes = [each.code for each in rules.jurisdictions]
    table = (
        tuple(
            RatioRow(pollutant="SO2", origin=z, target=y, ratio=ratios.get((z, y)), **source)  # type: ignore[arg-type]
            for z in codes
            for y in codes
            if z != y
        )
        if ratios is not None
        else ()
    )
    zone = replace(rules.zone_call, buyer_fee_basis_points=0, seller_fee_basis_points=0)
    air = {
        "receptors": replace(rules.receptors, rows=(receptor,) if receptors else ()),
        "transfer": replace(rules.transfer, rows=rows if receptors else ()),
        "ratios": replace(rules.ratios, rows=table),
    }
    free = replace(rules.trade_rules, **{"group_limit_basis_points": 0, **trade})
    return replace(rules, zone_call=zone, trade_rules=free, **air)


WORKED = with_air()


def zone(
    rules: Rulebook = WORKED, *, tables: bool = False, journal: Journal | None = None, group: tuple[str, ...] = ()
) -> Runner:
    """A programme of five firms with money and allowances, some of one group, and a call of SO2 that is open."""

    runner = Runner(journal if journal is not None else MemoryJournal(), rules, tables=tables)
    done(runner, AUTHORITY, adopting(rules))
    done(runner, REGISTRAR, c.RegisterActor(EXCHANGE, "exchange"))
    for name in (BANK, TELLER):
        done(runner, REGISTRAR, c.RegisterActor(name, "bank"))
    done(runner, BANK, c.Deposit("treasury", 10_000_000))
    for firm, (place, sector) in FIRMS.items():
        done(runner, REGISTRAR, c.OpenAccount(firm, "operator", firm, place, "one" if firm in group else ""))
        done(runner, REGISTRAR, c.RegisterActor(firm, "operator", firm))
        done(runner, AUTHORITY, c.RegisterSource(f"s-{firm}", firm, firm, place, sector, True, ()))
        done(runner, BANK, c.Deposit(firm, 1_000_000_000))
    for place in ("KM", "YX", "QJ"):
        done(runner, AUTHORITY, c.SetCap("SO2", place, 2027))
        sources = [f"s-{firm}" for firm, (where, _) in FIRMS.items() if where == place]
        lines = tuple(c.ActivityLine(source, (2024,), (800,), (10**6,)) for source in sources)
        done(runner, AUTHORITY, c.Allocate("SO2", place, 2027, lines))
    done(runner, EXCHANGE, c.OpenZoneCall("spring", "SO2"))
    return runner


def offer(runner: Runner, firm: str, count: int, yuan: int, series: str = "") -> None:
    place = FIRMS[firm][0]
    done(runner, firm, c.PlaceZoneOffer("spring", firm, series or f"SO2-{place}-2027", place, count, yuan * 100))


def bid(runner: Runner, firm: str, count: int, yuan: int, year: int = 2027) -> None:
    done(runner, firm, c.PlaceZoneBid("spring", firm, FIRMS[firm][0], year, count, yuan * 100))


def answered(runner: Runner, seed: int = 0, call: str = "spring", at: int = AT) -> c.CloseZoneCall:
    """What somebody with a solver sends."""
    state, rules = runner.state, runner.rules
    known = state.zone_calls[call]
    found = solve_in_rounds(*problem(state, rules, known, seed, left_out(state, rules, max(at, state.at), known)))
    assert not isinstance(found, NotCleared), found
    return c.CloseZoneCall(call, seed, tuple(line_of(each) for each, _ in found))


def worked(runner: Runner) -> None:
    """The three orders of docs/tutorials/prices/zone-call.md."""
    offer(runner, "yx-steel", 1_000, 3_000)
    bid(runner, "km-cement", 800, 6_000)
    bid(runner, "yx-cement", 600, 4_000)


def cleared(runner: Runner, body: c.CloseZoneCall | None = None, at: int = AT) -> e.ZoneCallCleared:
    (event,) = done(runner, EXCHANGE, body or answered(runner), at).events
    assert isinstance(event, e.ZoneCallCleared)
    check_state(runner.state)
    return event


def test_the_worked_example_settles_in_the_book_as_with_a_pencil() -> None:
    runner = zone()
    worked(runner)
    cash = {firm: runner.state.ledger.purses[firm].fen for firm in (*FIRMS, "treasury")}
    held = runner.state.ledger.positions["yx-steel", YUXI].count
    event = cleared(runner)

    assert {(fill.account, fill.price, fill.count, fill.fen) for fill in event.fills} == {
        ("yx-steel", 350_000, 1_000, 350_000),
        ("km-cement", 600_000, 400, 240_000),
        ("yx-cement", 350_000, 600, 210_000),
    }
    assert (event.count, event.retired, event.zone_fen) == (1_000, 0, 100_000)
    (heard,) = event.rounds
    assert (heard.gain, heard.gap, heard.trade) == ("180000", "0", "zone")
    assert heard.limits == (e.ZoneLimit("receptor kunming-air", "1/5", "1/5", "500000"),)
    now = {firm: runner.state.ledger.purses[firm].fen - fen for firm, fen in cash.items()}
    assert now == {
        "yx-steel": 350_000,
        "yx-cement": -210_000,
        "km-cement": -240_000,
        "km-power": 0,
        "qj-power": 0,
        "treasury": 100_000,
    }
    assert runner.state.ledger.positions["yx-steel", YUXI].count == held - 1_000
    assert runner.state.ledger.positions["km-cement", YUXI].count == 400
    assert all(purse.held == 0 for purse in runner.state.ledger.purses.values())


def test_a_bid_is_filled_from_several_series() -> None:
    runner = zone(with_air(limit="9"))
    offer(runner, "yx-steel", 500, 3_000)
    offer(runner, "km-cement", 300, 3_200)
    bid(runner, "yx-cement", 700, 4_000)
    event = cleared(runner)

    (bought,) = [fill for fill in event.fills if fill.side == "buy"]
    assert (bought.series, bought.count) == ("", 700)
    held = {series: position.count for series, position in runner.state.ledger.of_account("yx-cement")}
    assert held[KUNMING] == 200
    assert {fill.series for fill in event.fills if fill.side == "sell"} == {YUXI, KUNMING}


# --- the rules of trade


def test_power_plants_trade_among_themselves() -> None:
    runner = zone(with_air(limit="9"))
    offer(runner, "qj-power", 500, 1_000)
    bid(runner, "km-cement", 500, 9_000)
    assert cleared(runner).count == 0

    runner = zone(with_air(limit="9"))
    offer(runner, "qj-power", 500, 1_000)
    bid(runner, "km-power", 500, 9_000)
    assert cleared(runner).count == 500


# --- nobody trades with itself, though a scarce limit would pay for it


def oneself(whose: str, what: str = "refuse", **air: Any) -> Rulebook:
    """Kunming gets no more load, so load that leaves it is worth something; the two power plants are of one group."""
    return with_air(limit="0", self_trade_of=whose, self_trade=what, **air)


def dear_and_cheap(runner: Runner) -> None:
    """Power plants trade with each other only; what goes from Kunming to Qujing makes room for cement in Kunming."""
    offer(runner, "yx-steel", 400, 1_000)
    bid(runner, "km-cement", 400, 9_000)
    offer(runner, "km-power", 200, 4_200)


CHEAP = c.PlaceZoneBid("spring", "qj-power", "QJ", 2027, 200, 410_000)


def test_a_dearer_offer_meets_a_cheaper_bid_where_a_scarce_limit_pays_the_difference() -> None:
    runner = zone(oneself("account"), group=POWER)
    dear_and_cheap(runner)
    done(runner, "qj-power", CHEAP)
    event = cleared(runner)

    paid = {(fill.account, fill.count) for fill in event.fills}
    assert paid == {("yx-steel", 400), ("km-cement", 400), ("km-power", 200), ("qj-power", 200)}
    moves = [move for move in event.entry if isinstance(move, Delivered)]
    assert ("km-power", "qj-power") in {(move.origin, move.target) for move in moves}


@pytest.mark.parametrize("first", ["offer", "bid"])
def test_a_group_is_not_sold_to_itself_by_a_scarce_limit(first: str) -> None:
    runner = zone(oneself("group"), group=POWER)
    if first == "bid":
        done(runner, "qj-power", CHEAP)
        dear = c.PlaceZoneOffer("spring", "km-power", KUNMING, "KM", 200, 420_000)
        refusal = send(runner, "km-power", dear).refusal
    else:
        dear_and_cheap(runner)
        refusal = send(runner, "qj-power", CHEAP).refusal

    assert refusal is not None
    assert refusal.why is Why.SELF_TRADE
    assert "load would leave KM for QJ, and a scarce limit pays the difference" in refusal.detail
    runner = zone(with_air(self_trade_of="group", receptors=False), group=POWER)
    dear_and_cheap(runner)
    done(runner, "qj-power", CHEAP)  # without a receptor nothing pays for it


def test_one_account_at_two_places_does_not_meet_itself_either() -> None:
    runner = zone(oneself("account"))
    done(runner, AUTHORITY, c.RegisterSource("s-second", "km-power", "km-power", "QJ", "power", True, ()))
    dear_and_cheap(runner)

    assert why(runner, "km-power", replace(CHEAP, account="km-power")) is Why.SELF_TRADE


def test_ones_own_dearer_offer_gives_way_where_the_law_says_so() -> None:
    runner = zone(oneself("group", "cancel_resting"), group=POWER)
    dear_and_cheap(runner)
    gone, placed = done(runner, "qj-power", CHEAP).events

    assert isinstance(gone, e.ZoneOrderDropped)
    assert gone.account == "km-power"
    assert isinstance(placed, e.ZoneBidPlaced)
    assert cleared(runner).count == 0  # nothing leaves Kunming, so nothing comes in


@pytest.mark.parametrize("what", ["refuse", "cancel_resting"])
def test_a_call_closes_by_the_law_of_its_close_on_who_is_oneself(what: str) -> None:
    runner = zone(oneself("account"), group=POWER)
    dear_and_cheap(runner)
    done(runner, "qj-power", CHEAP)
    runner.rules = oneself("group", what)
    event = cleared(runner)

    assert [(each.account, each.refusal.why) for each in event.refused] == [("qj-power", Why.SELF_TRADE)]
    assert event.count == 0


def test_an_answer_that_is_an_allowance_off_does_not_sell_a_group_to_itself() -> None:
    """An answer may be one allowance off on each link: one that goes from 4,200 to 4,100 passes, but not to oneself."""
    ratios = {(z, y): "1" for z in ("KM", "YX", "QJ") for y in ("KM", "YX", "QJ") if (z, y) != ("KM", "YX")}
    for whose in ("account", "group"):
        law = with_air(self_trade_of=whose, receptors=False, walled_sectors=(), ratios=ratios)
        runner = zone(law, group=("yx-steel", "km-cement"))
        offer(runner, "yx-steel", 300, 4_200)
        bid(runner, "yx-cement", 200, 6_000)
        offer(runner, "km-power", 200, 3_000)
        bid(runner, "km-cement", 300, 4_100)
        body = answered(runner)
        (line,) = body.rounds
        off = c.FlowLine("YX", 2027, "YX", "KM", 2027, "open", 1)
        body = replace(body, rounds=(replace(line, answer=replace(line.answer, flows=(*line.answer.flows, off))),))

        if whose == "account":
            assert cleared(runner, body).count == 401
        else:
            refusal = send(runner, EXCHANGE, body).refusal
            assert refusal is not None
            assert refusal.why is Why.SELF_TRADE
            assert "fills order 4 of km-cement from 1 of yx-steel" in refusal.detail
            assert cleared(runner).count == 400


@pytest.mark.parametrize("rules", [with_air(limit="9", standard="failed"), with_air(limit="9", failing=("KM SO2",))])
def test_nothing_adds_load_where_the_air_fails_its_standard(rules: Rulebook) -> None:
    runner = zone(rules)
    worked(runner)
    event = cleared(runner)

    assert {fill.account for fill in event.fills if fill.side == "buy"} == {"yx-cement"}
    assert event.rounds[0].limits[-1].load == "0"


@pytest.mark.parametrize(
    ("crossing", "trades", "counts"),
    [("free", ["zone"], (1_000,)), ("first", ["city", "zone"], (600, 400)), ("never", ["city"], (600,))],
)
def test_the_city_first_the_zone_freely_or_never(crossing: str, trades: list[str], counts: tuple[int, ...]) -> None:
    runner = zone(with_air(crossing=crossing))
    worked(runner)
    event = cleared(runner)

    assert [each.trade for each in event.rounds] == trades
    sold = [(fill.round, fill.count) for fill in event.fills if fill.side == "sell"]
    assert sold == list(enumerate(counts, 1))


def test_only_series_that_count_in_the_year_fill_a_bid() -> None:
    runner = zone(with_air(limit="9"))
    offer(runner, "yx-steel", 500, 1_000)
    bid(runner, "yx-cement", 500, 9_000, year=2029)
    assert cleared(runner).count == 0


def test_a_group_stays_within_its_position() -> None:
    cap = 0
    runner = zone(with_air(limit="9"))
    cap = runner.state.ledger.caps[YUXI]
    tight = with_air(limit="9", group_limit_basis_points=10_000 * 100_000 // cap)
    runner = zone(tight)
    holds = runner.state.ledger.held_of("km-cement", YUXI).count
    assert holds == 0
    most = cap * tight.trade_rules.group_limit_basis_points // 10_000 // 100 * 100
    too_many = c.PlaceZoneBid("spring", "km-cement", "KM", 2027, most + 100, 400_000)
    assert why(runner, "km-cement", too_many) is Why.OVER_POSITION


def test_a_series_that_is_issued_after_a_bid_leaves_out_who_would_go_over_its_limit_and_the_others_trade() -> None:
    """Nobody's bid keeps the call from closing: of one group the first bid counts, the second is left out and freed."""
    runner = zone(with_air(limit="99", group_limit_basis_points=600), tables=True)
    for fund, group in (("one-fund", "house"), ("two-fund", "house"), ("lone-fund", "")):
        done(runner, REGISTRAR, c.OpenAccount(fund, "trader", fund, "YX", group))
        done(runner, REGISTRAR, c.RegisterActor(fund, "trader", fund))
        done(runner, BANK, c.Deposit(fund, 100_000_000))
    done(runner, "one-fund", c.PlaceZoneBid("spring", "one-fund", "YX", 2027, 40_000, 600_000))
    done(runner, "two-fund", c.PlaceZoneBid("spring", "two-fund", "YX", 2027, 40_000, 650_000))
    done(runner, "lone-fund", c.PlaceZoneBid("spring", "lone-fund", "YX", 2027, 70_000, 700_000))
    offer(runner, "yx-steel", 100_000, 3_000)
    done(runner, REGISTRAR, c.OpenAccount("cx-steel", "operator", "cx-steel", "CX"))
    done(runner, REGISTRAR, c.RegisterActor("cx-steel", "operator", "cx-steel"))
    done(runner, AUTHORITY, c.RegisterSource("s-cx-steel", "cx-steel", "cx-steel", "CX", "steel", True, ()))
    done(runner, AUTHORITY, c.SetCap("SO2", "CX", 2027))
    line = c.ActivityLine("s-cx-steel", (2024,), (800,), (10**6,))
    done(runner, AUTHORITY, c.Allocate("SO2", "CX", 2027, (line,)))
    done(runner, "cx-steel", c.PlaceZoneOffer("spring", "cx-steel", "SO2-CX-2027", "CX", 100_000, 200_000))

    event = cleared(runner)
    assert [(each.number, each.account) for each in event.refused] == [(2, "two-fund"), (3, "lone-fund")]
    said = "the group house holds and bids for 40000 of SO2-CX-2027, at most 50820 by buying; 40000 more are too many"
    assert event.refused[0].refusal == Refusal(Why.OVER_POSITION, said, "Demonstration measures (assumed), art. 16")
    assert [(fill.number, fill.count) for fill in event.fills if fill.side == "buy"] == [(1, 40_000)]
    assert all(purse.held == 0 for purse in runner.state.ledger.purses.values())


def test_what_is_over_or_has_moved_is_left_out_when_a_call_closes() -> None:
    """A vintage and a year that were surrendered for while a call gathered; the rest trades."""
    runner = zone(with_air(limit="99"))
    bid(runner, "km-cement", 200, 6_000, year=2026)
    bid(runner, "km-cement", 300, 6_000, year=2028)
    offer(runner, "yx-steel", 1_000, 3_000)
    later = instant("2027-09-01", 10)
    event = cleared(runner, answered(runner, at=later), later)

    assert [(each.number, each.refusal.why) for each in event.refused] == [(1, Why.EXPIRED_VINTAGE)]
    assert [(fill.number, fill.count) for fill in event.fills] == [(3, 300), (2, 300)]

    runner = zone(with_air(limit="99"))
    worked(runner)
    later = instant("2029-09-03", 10)
    event = cleared(runner, answered(runner, at=later), later)
    assert {each.refusal.why for each in event.refused} == {Why.EXPIRED_VINTAGE}
    assert (len(event.refused), event.fills) == (3, ())
    assert runner.state.ledger.held_of("yx-steel", YUXI).held == 0


def test_an_answer_with_an_order_that_is_left_out_is_refused() -> None:
    runner = zone(with_air(limit="99"))
    worked(runner)
    answer = answered(runner)
    assert why(runner, EXCHANGE, answer, instant("2029-09-03", 10)) is Why.UNPROVEN


def test_what_a_ratio_takes_is_retired() -> None:
    runner = zone(with_air(limit="99", ratios={("YX", "KM"): "0.8"}))
    offer(runner, "yx-steel", 1_000, 3_000)
    bid(runner, "km-cement", 400, 6_000)
    event = cleared(runner)

    (bought,) = [fill for fill in event.fills if fill.side == "buy"]
    assert (bought.count, bought.cover) == (500, "400")
    assert (event.count, event.retired) == (500, 100)
    assert runner.state.ledger.held_of("km-cement", YUXI).count == 400
    assert runner.state.ledger.held_of("surrendered-YX", YUXI).count == 100


def test_a_frozen_account_takes_its_orders_out_of_the_call() -> None:
    runner = zone()
    worked(runner)
    done(runner, AUTHORITY, c.FreezeAccount("km-cement", "an inquiry"))
    check_state(runner.state)

    assert len(runner.state.zone_calls["spring"].orders) == 2
    assert {fill.account for fill in cleared(runner).fills} == {"yx-steel", "yx-cement"}


def test_an_order_that_is_taken_back_frees_what_it_set_aside() -> None:
    runner = zone(tables=True)
    worked(runner)
    for number, firm in ((1, "yx-steel"), (2, "km-cement")):
        done(runner, firm, c.DropZoneOrder("spring", number))
    check_state(runner.state)

    assert runner.state.ledger.purses["km-cement"].held == 0
    assert runner.state.ledger.held_of("yx-steel", YUXI).held == 0
    assert why(runner, "km-cement", c.DropZoneOrder("spring", 2)) is Why.UNKNOWN_CALL


# --- what is refused


@pytest.mark.parametrize(
    ("reason", "actor", "body"),
    [
        (Why.UNKNOWN_SERIES, EXCHANGE, c.OpenZoneCall("summer", "O3")),
        (Why.ALREADY_EXISTS, EXCHANGE, c.OpenZoneCall("spring", "NOx")),
        (Why.ALREADY_EXISTS, EXCHANGE, c.OpenZoneCall("summer", "SO2")),
        (Why.ROLE_MAY_NOT, "yx-steel", c.OpenZoneCall("summer", "NOx")),
        (Why.NOT_YOUR_OWN, "yx-steel", c.PlaceZoneOffer("spring", "yx-cement", YUXI, "YX", 100, 300_000)),
        (Why.UNKNOWN_CALL, "yx-steel", c.PlaceZoneOffer("summer", "yx-steel", YUXI, "YX", 100, 300_000)),
        (Why.UNKNOWN_CALL, "yx-steel", c.PlaceZoneBid("summer", "yx-steel", "YX", 2027, 100, 300_000)),
        (Why.UNKNOWN_SERIES, "yx-steel", c.PlaceZoneOffer("spring", "yx-steel", "SO2-HH-2027", "YX", 100, 300_000)),
        (Why.WRONG_KIND, "yx-steel", c.PlaceZoneOffer("spring", "yx-steel", YUXI, "KM", 100, 300_000)),
        (Why.WRONG_KIND, "yx-steel", c.PlaceZoneBid("spring", "yx-steel", "KM", 2027, 100, 300_000)),
        (Why.NOT_POSITIVE, "yx-steel", c.PlaceZoneOffer("spring", "yx-steel", YUXI, "YX", 0, 300_000)),
        (Why.NOT_POSITIVE, "yx-steel", c.PlaceZoneBid("spring", "yx-steel", "YX", 2027, 100, 0)),
        (Why.TOO_LARGE, "yx-steel", c.PlaceZoneOffer("spring", "yx-steel", YUXI, "YX", 2_000_100, 300_000)),
        (Why.TOO_LARGE, "yx-steel", c.PlaceZoneOffer("spring", "yx-steel", YUXI, "YX", 100, 10_000_001_000)),
        (Why.OFF_LOT, "yx-steel", c.PlaceZoneOffer("spring", "yx-steel", YUXI, "YX", 150, 300_000)),
        (Why.OFF_TICK, "yx-steel", c.PlaceZoneOffer("spring", "yx-steel", YUXI, "YX", 100, 300_001)),
        (Why.INSUFFICIENT_HOLDING, "km-cement", c.PlaceZoneOffer("spring", "km-cement", YUXI, "KM", 100, 900_000)),
        (Why.INSUFFICIENT_CASH, "km-cement", c.PlaceZoneBid("spring", "km-cement", "KM", 2027, 2_000_000, 900_000_000)),
        (Why.SELF_TRADE, "yx-steel", c.PlaceZoneBid("spring", "yx-steel", "YX", 2027, 100, 300_000)),
        (Why.UNKNOWN_CALL, EXCHANGE, c.CloseZoneCall("summer", 0, ())),
        (Why.UNPROVEN, EXCHANGE, c.CloseZoneCall("spring", 0, ())),
        (Why.UNKNOWN_CALL, "yx-steel", c.DropZoneOrder("spring", 99)),
        (Why.NOT_YOUR_OWN, "km-cement", c.DropZoneOrder("spring", 1)),
    ],
    ids=lambda value: getattr(value, "value", type(value).__name__ if isinstance(value, msgspec.Struct) else None),
)
def test_what_a_call_does_not_take(reason: Why, actor: str, body: c.Body) -> None:
    runner = zone()
    worked(runner)
    before = portrait(runner.state)
    assert why(runner, actor, body) is reason
    after = portrait(runner.state)
    assert {key: value for key, value in after.items() if key not in ("now", "keys")} == {
        key: value for key, value in before.items() if key not in ("now", "keys")
    }


def test_no_order_that_is_taken_keeps_the_call_from_closing() -> None:
    """The dearest offer that a call takes is one that its calculator takes."""
    runner = zone()
    worked(runner)
    done(runner, "yx-steel", c.PlaceZoneOffer("spring", "yx-steel", YUXI, "YX", 100, 10_000_000_000))

    assert cleared(runner).count == 1_000


def test_a_collar_and_a_full_call_and_a_halt() -> None:
    collared = tuple(replace(each, ceiling_fen_per_t=400_000) for each in WORKED.pollutants)
    runner = zone(replace(WORKED, pollutants=collared))
    dear = c.PlaceZoneBid("spring", "km-cement", "KM", 2027, 100, 401_000)
    assert why(runner, "km-cement", dear) is Why.OUTSIDE_COLLAR

    runner = zone(replace(WORKED, zone_call=replace(WORKED.zone_call, most_orders=1)))
    offer(runner, "yx-steel", 100, 3_000)
    assert why(runner, "km-cement", replace(dear, limit=400_000)) is Why.TOO_LARGE

    runner = zone(replace(WORKED, trading=replace(WORKED.trading, cancel_on_halt=False)))
    worked(runner)
    answer = answered(runner)
    done(runner, EXCHANGE, c.HaltMarket(YUXI, "news is awaited"))
    sale = c.PlaceZoneOffer("spring", "yx-steel", YUXI, "YX", 100, 300_000)
    assert why(runner, "yx-steel", sale) is Why.MARKET_HALTED
    assert why(runner, EXCHANGE, answer) is Why.MARKET_HALTED
    done(runner, EXCHANGE, c.ResumeMarket(YUXI))
    assert cleared(runner, answer).count == 1_000


def test_a_halt_takes_the_offers_of_its_series_out_of_the_call_and_the_others_clear() -> None:
    runner = zone()
    worked(runner)
    offer(runner, "qj-power", 100, 3_000)
    bid(runner, "km-power", 100, 4_000)
    done(runner, EXCHANGE, c.HaltMarket(YUXI, "news is awaited"))

    event = cleared(runner, answered(runner))
    assert [(fill.account, fill.count) for fill in event.fills if fill.side == "sell"] == [("qj-power", 100)]
    check_state(runner.state)


def test_nothing_is_placed_dropped_or_closed_after_the_close() -> None:
    runner = zone()
    worked(runner)
    answer = answered(runner)
    cleared(runner, answer)

    assert why(runner, "yx-steel", c.PlaceZoneOffer("spring", "yx-steel", YUXI, "YX", 100, 300_000)) is Why.CALL_CLOSED
    assert why(runner, "yx-steel", c.PlaceZoneBid("spring", "yx-steel", "YX", 2027, 100, 300_000)) is Why.CALL_CLOSED
    assert why(runner, "yx-steel", c.DropZoneOrder("spring", 1)) is Why.CALL_CLOSED
    assert why(runner, EXCHANGE, answer) is Why.CALL_CLOSED


# --- an answer that is not one


def same(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """But for the number of the record and its key."""
    return all(before[key] == after[key] for key in before if key not in ("now", "keys"))


def test_a_false_answer_leaves_the_call_as_open_as_it_was() -> None:
    runner = zone()
    worked(runner)
    answer = answered(runner)
    (line,) = answer.rounds
    (limit,) = line.answer.limits
    flows = line.answer.flows
    before = portrait(runner.state)
    for wrong, said in (
        ({"limits": (replace(limit, dual="1000000"),)}, "less than the best"),
        ({"limits": (replace(limit, dual="-1"),)}, "a price below zero"),
        ({"limits": ()}, "speaks of the limits none"),
        ({"books": line.answer.books[1:]}, "it has no price for"),
        ({"flows": flows[1:]}, "less than the best"),
        ({"flows": (replace(flows[0], count=2**53), *flows[1:])}, "are offered"),
        ({"flows": (replace(flows[0], count=-1), *flows[1:])}, "-1 allowances"),
        ({"flows": (replace(flows[0], wall="power"), *flows[1:])}, "nothing may go"),
    ):
        body = replace(answer, rounds=(c.ZoneRound(replace(line.answer, **wrong)),))
        refusal = send(runner, EXCHANGE, body).refusal
        assert refusal is not None
        assert (refusal.why, said in refusal.detail) == (Why.UNPROVEN, True), refusal
        assert refusal.cite == "Demonstration measures (assumed), art. 19"
    assert same(before, portrait(runner.state))
    assert cleared(runner, answer).count == 1_000


def test_an_answer_to_other_orders_is_refused() -> None:
    runner = zone()
    worked(runner)
    answer = answered(runner)
    bid(runner, "km-cement", 900, 9_000)
    assert why(runner, EXCHANGE, answer) is Why.UNPROVEN
    assert cleared(runner).count == 1_000


def relieving() -> tuple[Runner, c.CloseZoneCall]:
    """The receptor must lose load: cover moves from Kunming to Yuxi at a loss, which the treasury pays."""
    runner = zone(with_air(limit="-0.1"))
    offer(runner, "km-cement", 1_000, 3_000)
    bid(runner, "yx-cement", 1_000, 1_000)
    return runner, answered(runner)


def test_the_treasury_pays_for_relief_as_far_as_it_can() -> None:
    runner, answer = relieving()
    event = cleared(runner, answer)
    assert (event.count, event.zone_fen) == (200, -40_000)

    runner, answer = relieving()
    done(runner, BANK, c.Withdraw("treasury", runner.state.ledger.purses["treasury"].fen - 39_999))
    assert why(runner, EXCHANGE, answer) is Why.INSUFFICIENT_CASH

    runner, answer = relieving()
    runner.rules = replace(runner.rules, zone_call=replace(runner.rules.zone_call, fund_fen=39_999))
    assert why(runner, EXCHANGE, answer) is Why.INSUFFICIENT_CASH


# --- any call


@st.composite
def orders(draw: st.DrawFn) -> list[tuple[str, str, int, int]]:
    """Firm, side, count and yuan of a few orders."""
    return draw(
        st.lists(
            st.tuples(
                st.sampled_from(sorted(FIRMS)),
                st.sampled_from(("sell", "buy")),
                st.integers(1, 30).map(lambda lots: lots * 100),
                st.integers(1, 90).map(lambda price: price * 100),
            ),
            max_size=14,
        )
    )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    orders(),
    st.sampled_from(("free", "first", "never", "approval")),
    st.sampled_from(("0", "0.1", "0.35", "5")),
    st.sampled_from((None, {("YX", "KM"): "0.8", ("KM", "YX"): "0.7", ("QJ", "KM"): "0.35"})),
    st.integers(0, 5),
    st.sampled_from((0, 75, 10_000)),
)
def test_any_call_conserves_and_keeps_every_limit(
    wishes: list[tuple[str, str, int, int]],
    crossing: str,
    limit: str,
    ratios: dict[tuple[str, str], str | None] | None,
    seed: int,
    fee: int,
) -> None:
    """I1 to I5 in the book: to the allowance, to the fen, within every order and every limit of the air."""
    rules = with_air(limit=limit, ratios=ratios, crossing=crossing)
    zone_call = replace(rules.zone_call, buyer_fee_basis_points=fee, seller_fee_basis_points=fee)
    runner = zone(replace(rules, zone_call=zone_call), tables=True)
    for firm, side, count, yuan in wishes:
        place = FIRMS[firm][0]
        if side == "sell":
            send(runner, firm, c.PlaceZoneOffer("spring", firm, f"SO2-{place}-2027", place, count, yuan * 100))
        else:
            send(runner, firm, c.PlaceZoneBid("spring", firm, place, 2027, count, yuan * 100))
    placed = dict(runner.state.zone_calls["spring"].orders)
    event = cleared(runner, answered(runner, seed))

    got: dict[int, Fraction] = {}
    for fill in event.fills:
        order = placed[fill.number]
        got[fill.number] = got.get(fill.number, Fraction(0)) + Fraction(fill.cover)
        assert got[fill.number] <= order.count
        assert fill.price <= order.limit if fill.side == "buy" else fill.price >= order.limit
        if "/" not in fill.cover:
            assert fill.fen == value_fen(int(fill.cover), fill.price)
    bought = sum(fill.fen for fill in event.fills if fill.side == "buy")
    assert bought - sum(fill.fen for fill in event.fills if fill.side == "sell") == event.zone_fen
    moved = sum(count_of(move.blocks) for move in event.entry if isinstance(move, Delivered))
    assert moved == event.count == sum(fill.count for fill in event.fills if fill.side == "buy")
    into_treasury = sum(
        move.fen * ((move.target == "treasury") - (move.origin == "treasury"))
        for move in event.entry
        if isinstance(move, Paid)
    )
    assert into_treasury == event.zone_fen
    for each in event.rounds:
        assert all(Fraction(one.load) <= Fraction(one.most) for one in each.limits)
        assert Fraction(each.gap) >= 0
    assert all(purse.held == 0 for purse in runner.state.ledger.purses.values())
