"""The range that a number or a day of a form may have, as the law in force has it: said before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from airshed.engine.procedures.trade_rules import collar, reference_price
from airshed.engine.state import State
from airshed.market.fees import WHOLE_BASIS_POINTS, band
from airshed.model.beside import rows_beside
from airshed.model.measures import Unit, tonnes
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.happening import in_language
from airshed.rulebook.schema import Rulebook
from airshed.service.forms.form import Slot, title_of
from airshed.service.forms.measures import Terms, unit_of, write


class Range(NamedTuple):
    """From, to and in steps of, as the book counts; None and 0 where the law says nothing of it."""

    least: int | None = None
    most: int | None = None
    step: int = 0


class RangeAsked(NamedTuple):
    """On what a range may rest beside the law: how things stand, and what the form names."""

    state: State
    written: Mapping[str, str]


OfLaw = Callable[[Rulebook, RangeAsked], Range]


def _order(rules: Rulebook, asked: RangeAsked) -> Range:
    return Range(rules.trading.lot, rules.trading.largest_order, rules.trading.lot)


def _price(rules: Rulebook, asked: RangeAsked) -> Range:
    """The band about the reference price of the series that is named, within its collar."""
    law = rules.trading
    try:
        reference = reference_price(asked.state, rules, asked.written.get("series", ""))
    except (KeyError, ValueError, Malformed):  # none is named yet, or one that is none
        return Range(law.tick_fen_per_t, None, law.tick_fen_per_t)
    low, high = band(reference, law.band_basis_points, law.tick_fen_per_t)
    floor, ceiling = collar(rules, asked.written["series"])
    return Range(max(low, floor), min(high, ceiling) if ceiling else high, law.tick_fen_per_t)


def _deal(rules: Rulebook, asked: RangeAsked) -> Range:
    block = rules.trading.block_from if asked.written.get("kind") == "block" else rules.trading.lot
    return Range(block, None, rules.trading.lot)


def _auctioned(rules: Rulebook, asked: RangeAsked) -> Range:
    found = asked.state.auctions.get(asked.written.get("auction", ""))
    lot = (found.terms if found is not None else rules.auction).lot
    return Range(lot, None, lot)


def _bid(rules: Rulebook, asked: RangeAsked) -> Range:
    """From the reserve of the auction that is named, on its tick."""
    found = asked.state.auctions.get(asked.written.get("auction", ""))
    tick = (found.terms if found is not None else rules.auction).tick_fen_per_t
    return Range(tick if found is None else max(tick, found.reserve), None, tick)


def _lots(rules: Rulebook, asked: RangeAsked) -> Range:
    return Range(rules.zone_call.lot, rules.zone_call.largest_order, rules.zone_call.lot)


def _parts(rules: Rulebook, asked: RangeAsked) -> Range:
    return Range(2, max(2, rules.late_payment.most_instalments))


def _months(rules: Rulebook, asked: RangeAsked) -> Range:
    return Range(1, max(1, rules.late_payment.longest_months))


def _bought(rules: Rulebook, asked: RangeAsked) -> Range:
    smallest = rules.paid_allocation.smallest_purchase
    return Range(smallest, None, smallest)


def _asked(rules: Rulebook, asked: RangeAsked) -> Range:
    smallest = rules.reverse_auction.smallest_ask
    return Range(smallest, None, smallest)


#: What the law says, by the names that `bounds.csv` has for it.
OF_LAW: Mapping[str, OfLaw] = {
    "order": _order,
    "price": _price,
    "deal": _deal,
    "auctioned": _auctioned,
    "bid": _bid,
    "zone": _lots,
    "parts": _parts,
    "months": _months,
    "bought": _bought,
    "asked": _asked,
    "sale_years": lambda rules, asked: Range(1, rules.paid_allocation.longest_years),
    "first_instalment": lambda rules, asked: Range(rules.paid_allocation.first_basis_points, WHOLE_BASIS_POINTS),
    "transfer": lambda rules, asked: Range(1, rules.trade_rules.largest_transfer),
    "deposit": lambda rules, asked: Range(1, rules.trading.largest_deposit_fen),
    "cut": lambda rules, asked: Range(1, rules.banking.haircut_most_basis_points),
    "part": lambda rules, asked: Range(1, WHOLE_BASIS_POINTS),
    "horizon": lambda rules, asked: Range(None, rules.terms.horizon),
}
#: What every number of a unit is: more than none.
OF_UNIT: Mapping[Unit, Range] = {Unit.ALLOWANCES: Range(1)}


class DayRange(NamedTuple):
    """The first and the last day that a field may have; empty where it may be any."""

    first: str = ""
    last: str = ""

    @property
    def said(self) -> Phrase:
        """In words; nothing where it may be any."""
        match self:
            case DayRange(first="", last=""):
                return same("")
            case DayRange(first=first, last=""):
                return Phrase(f"From {first} on.", f"不早于{first}。")
            case DayRange(first="", last=last):
                return Phrase(f"Up to {last}.", f"不晚于{last}。")
            case DayRange(first=first, last=last) if first == last:
                return Phrase(f"Only {first}.", f"仅限{first}。")
            case DayRange(first=first, last=last):
                return Phrase(f"From {first} to {last}.", f"{first}至{last}。")


#: Which days a field may have, by the names that `bounds.csv` has for it and the day of today.
OF_DAYS: Mapping[str, Callable[[str], DayRange]] = {
    "today": lambda today: DayRange(today, today),
    "from_today": DayRange,
    "until_yesterday": lambda today: DayRange("", (date.fromisoformat(today) - timedelta(days=1)).isoformat()),
}
#: The range of a field, by command and field.
BOUNDS: Mapping[tuple[str, str], str] = {
    (row["command"], row["field"]): row["range"] for row in rows_beside(__package__, "bounds.csv")
}


def days_of(command: str, field: str, today: str) -> DayRange:
    """Which days a field may have."""
    found = OF_DAYS.get(BOUNDS.get((command, field), ""))
    return DayRange() if found is None else found(today)


def range_of(command: str, slot: Slot, rules: Rulebook, asked: RangeAsked) -> Range:
    """The range of a number; that of its unit where the law says nothing more of it."""
    found = OF_LAW.get(BOUNDS.get((command, slot.field), ""))
    if found is not None:
        return found(rules, asked)
    unit = unit_of(slot.field, slot.kind)
    return Range() if slot.many or title_of(slot.kind) or unit is None else OF_UNIT.get(unit, Range())


def said(found: Range, unit: Unit | None, terms: Terms, money: Phrase) -> Phrase:
    """A range of numbers that are counted in a unit, in words.

    >>> from airshed.service.forms.measures import ANY_LAW
    >>> said(Range(100, 2_000_000, 100), Unit.ALLOWANCES, ANY_LAW, Phrase("yuan", "元")).en
    'From 0.1 t to 2,000 t, in steps of 0.1 t.'
    """

    def written(value: int | None) -> Phrase:
        if value is not None and unit in (Unit.ALLOWANCES, Unit.KG):  # in tonnes, as the field counts
            mass = tonnes(value * (terms.size_kg if unit is Unit.ALLOWANCES else 1)).rstrip("0").rstrip(".")
            return Phrase(f"{mass} t", f"{mass}吨")
        english = "" if value is None else write(value, unit, terms)
        chinese = "" if value is None else write(value, unit, terms._replace(money=money.zh))
        return Phrase(english, in_language(chinese, "zh"))

    least, most, step = written(found.least), written(found.most), written(found.step)
    by = Phrase(f", in steps of {step.en}", f"，须为{step.zh}的整数倍") if found.step else same("")
    match found.least, found.most:
        case None, None:
            return same("")
        case _, None:
            return Phrase(f"{least.en} or more{by.en}.", f"不少于{least.zh}{by.zh}。")
        case None, _:
            return Phrase(f"{most.en} or less{by.en}.", f"不超过{most.zh}{by.zh}。")
    return Phrase(f"From {least.en} to {most.en}{by.en}.", f"{least.zh}至{most.zh}{by.zh}。")
