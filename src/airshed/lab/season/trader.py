"""How an honest firm bids and trades: by what it will need, what abating would have cost, and the time that is left."""

from __future__ import annotations

from dataclasses import dataclass

from airshed.engine.commands import PlaceBid, PlaceOrder
from airshed.engine.nouns import Auction
from airshed.engine.procedures.trade_rules import may_cross, reference_price, wall_of
from airshed.engine.state import State, book_name
from airshed.lab.season.claiming import awaited
from airshed.lab.season.firms import Firm
from airshed.market.fees import band
from airshed.model.allowance import Series
from airshed.model.measures import part_fen, value_fen
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

#: A firm trades at most this part of what it lacks or has over in one session, and not on every day.
SLICE = 0.12
#: Interest a year until an advance vintage can be used, the part of such an offer that a firm bids for, and its bids in
#: percent of what it believes.
INTEREST = 0.06
ADVANCE_PART, ADVANCE_STEPS = 4, (100, 92, 80)
#: The part of an auction that a firm bids for which needs nothing and may keep what it buys.
SPARE_PART = 10
#: Chance that a firm looks at a pollutant's market on a day, at the start and at the end of the season.
EARLY, LATE = 0.05, 0.6
#: The same for a call, of which there is one a month.
CALLED = 0.6


@dataclass(frozen=True, slots=True)
class SeasonView:
    """What everybody sees: the rules, the books, how much of the season is over (0 to 1), and the year traded for."""

    rules: Rulebook
    state: State
    progress: float
    year: int
    series: dict[str, tuple[str, ...]]


def bids_for(
    firm: Firm,
    auction: Auction,
    lot: int,
    tick: int,
    held: dict[str, int],
    *,
    keeps: bool = False,
    part: int | None = None,
) -> list[PlaceBid]:
    """A demand curve: allowances replace the dearest steps that the firm would otherwise need, first.

    Bids are for a fair `part` of what is on offer, a quarter where none is said, at the cost of the step they replace,
    at most the belief. A firm that needs none bids only where an allowance keeps (`keeps`): for a small part, at what
    it believes less interest.
    """
    series = Series.parse(auction.series)
    need = firm.before_kg[series.pollutant] - firm.abated_kg(series.pollutant) - held.get(series.pollutant, 0)
    belief = firm.belief[series.pollutant]
    if need > 0:
        wanted = min(need, auction.count // 4 if part is None else part)
    elif keeps:
        wanted, belief = auction.count // SPARE_PART, round(belief / (1 + INTEREST))
    else:
        return []
    worth = [belief, belief * 93 // 100, belief * 85 // 100]
    bids: list[PlaceBid] = []
    for price in worth:
        limit = price // tick * tick
        count = wanted // len(worth) // lot * lot
        if part is not None and need > 0 and not bids:
            count = -(-(wanted - count * (len(worth) - 1)) // lot) * lot  # all of it, and a part of a lot is a lot
        if limit >= max(auction.reserve, 1) and count > 0:
            bids.append(PlaceBid(auction.id, firm.account, count, limit))
    return bids


def advance_bids_for(firm: Firm, auction: Auction, lot: int, tick: int, years: int) -> list[PlaceBid]:
    """Bids for a vintage that begins in some years: what the firm believes a tonne is worth, less interest."""
    pollutant = Series.parse(auction.series).pollutant
    worth = round(firm.belief[pollutant] / (1 + INTEREST) ** years)
    count = auction.count // (ADVANCE_PART * len(ADVANCE_STEPS)) // lot * lot
    if count <= 0 or firm.rng.random() > firm.patience:
        return []
    limits = [worth * part // 100 // tick * tick for part in ADVANCE_STEPS]
    return [
        PlaceBid(auction.id, firm.account, count, limit) for limit in limits if limit > 0 and limit >= auction.reserve
    ]


def order_for(
    firm: Firm, view: SeasonView, pollutant: str, owed: int | None, chance: float | None = None
) -> PlaceOrder | None:
    """One order, or none today. `owed` is the verified obligation still open, once it is known.

    `chance` is that of looking at the market at all; by default more as the season goes on.

    A buyer pays up to what the step it did not install would have cost, more as the deadline comes near; a seller
    wants its belief at first and takes ever less, never under what it can get from the government.
    """
    if firm.rng.random() > (EARLY + (LATE - EARLY) * view.progress**2 if chance is None else chance):
        return None
    law = view.rules.trading
    ledger = view.state.ledger
    holdings = {
        name: position for name in view.series[pollutant] if (position := ledger.held_of(firm.account, name)).count
    }
    held = sum(position.count for position in holdings.values())
    held += awaited(view.state, view.rules, firm, pollutant, view.year)
    need = (firm.forecast_kg(pollutant) if owed is None else owed) - held
    hurry = view.progress ** (1 + 2 * firm.patience)
    wanted = max(law.lot, int(abs(need) * (SLICE + (1 - SLICE) * hurry)) // law.lot * law.lot)
    if need > 0:
        # a need smaller than a lot still needs a lot
        return _buy(firm, view, pollutant, min(wanted, -(-need // law.lot) * law.lot), hurry)
    # while its emission is a forecast, a firm keeps a hundredth of it as a margin
    margin = firm.forecast_kg(pollutant) // 100 if owed is None else 0
    spare = -need - margin
    if spare < law.lot:
        return None
    return _sell(firm, view, pollutant, min(wanted, spare // law.lot * law.lot), hurry)


def _buy(firm: Firm, view: SeasonView, pollutant: str, wanted: int, hurry: float) -> PlaceOrder | None:
    law = view.rules.trading
    belief = firm.belief[pollutant]
    choke = max(belief * 5 // 2, firm.next_cost(pollutant) or 0)
    worth = int(belief * 0.9 + (choke - belief * 0.9) * hurry)
    open_to = [name for name in view.series[pollutant] if _may_buy(view, firm.account, name, worth)]
    if not open_to:
        return None
    best: tuple[int, str] | None = None
    wall = wall_of(view.state, view.rules, firm.account)
    for name in open_to:
        book = view.state.books.get(book_name(name, wall))
        ask = book.best("sell") if book is not None else None
        if ask is not None and (best is None or ask < best[0]):
            best = (ask, name)
    if best is not None and best[0] <= worth:
        name, price = best[1], best[0] + int((worth - best[0]) * 0.25)
    else:
        home = f"{pollutant}-{firm.source.jurisdiction}-{view.year}"
        name = home if firm.rng.random() < 0.6 else firm.rng.choice(open_to)
        price = worth
    limit = _inside(view, name, price)
    if limit is None or limit > worth:
        return None
    cash = view.state.ledger.purses[firm.account].free
    dear = value_fen(wanted, limit)
    if dear + part_fen(dear, law.buyer_fee_basis_points) > cash:
        wanted = cash * 1000 * 9 // (limit * 10) // law.lot * law.lot
    wanted = min(wanted, law.largest_order)
    return PlaceOrder(firm.account, name, "buy", wanted, limit) if wanted > 0 else None


def _sell(firm: Firm, view: SeasonView, pollutant: str, wanted: int, hurry: float) -> PlaceOrder | None:
    law = view.rules.trading
    belief = firm.belief[pollutant]
    rule = lookup.pollutant(view.rules, pollutant)
    floor = max(rule.repurchase_fen_per_t, rule.floor_fen_per_t)
    worth = int(max(floor, belief * 1.1 - (belief * 1.1 - floor) * hurry * 0.7))
    best: tuple[int, str] | None = None
    wall = wall_of(view.state, view.rules, firm.account)
    mine = [name for name in view.series[pollutant] if view.state.ledger.held_of(firm.account, name).free >= law.lot]
    if not mine:
        return None
    for name in mine:
        book = view.state.books.get(book_name(name, wall))
        bid = book.best("buy") if book is not None else None
        if bid is not None and (best is None or bid > best[0]):
            best = (bid, name)
    if best is not None and best[0] >= worth:
        name, price = best[1], best[0] - int((best[0] - worth) * 0.25)
    else:
        name = max(mine, key=lambda each: (view.state.ledger.held_of(firm.account, each).free, each))
        price = worth
    limit = _inside(view, name, price)
    if limit is None or limit < floor:
        return None
    free = view.state.ledger.held_of(firm.account, name).free // law.lot * law.lot
    return PlaceOrder(firm.account, name, "sell", min(wanted, free, law.largest_order), limit)


def _may_buy(view: SeasonView, account: str, series: str, price: int) -> bool:
    """Whether the rules let an account buy what another place has issued."""
    return may_cross(view.state, view.rules, view.state.at, account, series, price) is None


def _inside(view: SeasonView, series: str, price: int) -> int | None:
    """The price on the tick, inside today's band and the collar of the law."""
    law, rule = view.rules.trading, lookup.pollutant(view.rules, Series.parse(series).pollutant)
    low, high = band(reference_price(view.state, view.rules, series), law.band_basis_points, law.tick_fen_per_t)
    low = max(low, -(-rule.floor_fen_per_t // law.tick_fen_per_t) * law.tick_fen_per_t)
    high = min(high, rule.ceiling_fen_per_t // law.tick_fen_per_t * law.tick_fen_per_t or high)
    limit = min(max(price // law.tick_fen_per_t * law.tick_fen_per_t, low), high)
    return limit if low <= high else None
