"""What an order comes to: value, fee, what trades at once, and what an account has if all of it does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from airshed.engine.commands import PlaceOrder
from airshed.engine.events import Traded
from airshed.engine.procedures.trade_rules import reference_price
from airshed.engine.state import State
from airshed.market.fees import band
from airshed.model.allowance import is_strip, members
from airshed.model.measures import Unit, part_fen, value_fen
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.happening import Change, amount, position_change, purse_change
from airshed.rulebook.schema import Rulebook


class Reckoning(NamedTuple):
    """An order at its limit."""

    #: Its value, its fee and both together; for who sells what is left.
    value: Phrase
    fee: Phrase
    whole: Phrase
    buys: bool
    #: What trades at once, what waits.
    fills: Phrase
    rests: Phrase
    #: The lowest and the highest limit that the day allows.
    limits: Phrase
    #: What the account has if all of it trades at the limit, where something waits.
    after: tuple[Change, ...]


def reckoned(body: PlaceOrder, events: Iterable[Any], state: State, rules: Rulebook) -> Reckoning:
    """What an order comes to, of which those events would be."""
    law, buys = rules.trading, body.side == "buy"
    value = value_fen(body.count, body.limit)
    fee = part_fen(value, law.buyer_fee_basis_points if buys else law.seller_fee_basis_points)
    whole = value + fee if buys else value - fee
    traded = sum(event.count for event in events if isinstance(event, Traded))
    lowest, highest = band(reference_price(state, rules, body.series), law.band_basis_points, law.tick_fen_per_t)
    low, high = (amount(price, Unit.FEN_PER_T, rules) for price in (lowest, highest))
    after: tuple[Change, ...] = ()
    if traded < body.count:
        vintages = members(body.series) if is_strip(body.series) else (body.series,)
        count = body.count if buys else -body.count
        after = (
            *(position_change(state, body.account, series, count, rules) for series in vintages),
            *purse_change(state, body.account, -whole if buys else whole, rules),
        )
    return Reckoning(
        amount(value, Unit.FEN, rules),
        amount(fee, Unit.FEN, rules),
        amount(whole, Unit.FEN, rules),
        buys,
        amount(traded, Unit.ALLOWANCES, rules),
        amount(body.count - traded, Unit.ALLOWANCES, rules),
        Phrase(f"{low.en} to {high.en}", f"{low.zh}至{high.zh}"),
        after,
    )
