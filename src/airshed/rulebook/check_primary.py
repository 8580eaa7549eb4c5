"""What the sections about paid allocation may get wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from airshed.model.measures import KG_PER_T
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook

_MAIN = "rulebook.toml"


def paid_allocation(rules: Rulebook) -> Iterator[Malformed]:
    """Schedules that leave something unpaid or run backwards, terms that contradict each other."""
    law, place = rules.paid_allocation, f"{_MAIN} [[instalments]]"
    shares = sum(each.basis_points for each in rules.instalments)
    if rules.instalments and shares != 10_000:
        yield Malformed(place, f"the shares make up {shares / 100:g} %, not 100 %", "mend basis_points")
    if not rules.instalments and law.first_basis_points != 10_000:
        what = f"first_basis_points is {law.first_basis_points} and there are no [[instalments]] for the rest"
        yield Malformed(f"{_MAIN} [paid_allocation]", what, "add them, or write 10000")
    for number, each in enumerate(rules.instalments, 1):
        try:
            date.fromisoformat(f"2027-{each.on}")  # a year without 29 February
        except ValueError:
            yield Malformed(f"{place} {number} on", f"there is no such day in every year as {each.on}", "write another")
    for number, (before, after) in enumerate(pairwise(rules.instalments), 2):
        if (after.years_later, after.on) <= (before.years_later, before.on):
            yield Malformed(f"{place} {number}", "does not fall due after the one before", "put them in order")
    if law.withdraw_after_days < law.grace_days:
        what = f"withdraw_after_days {law.withdraw_after_days} is less than grace_days {law.grace_days}"
        yield Malformed(f"{_MAIN} [paid_allocation]", what, "what is in grace cannot be withdrawn")
    codes = [rule.code for rule in rules.pollutants]
    priced = [price.pollutant for price in rules.sale_prices]
    for number, price in enumerate(rules.sale_prices, 1):
        place = f"{_MAIN} [[sale_prices]] {number}"
        if price.pollutant not in codes:
            yield Malformed(place, f"no such pollutant {price.pollutant!r} in {_MAIN}", near(price.pollutant, codes))
        if price.pollutant in priced[: number - 1]:
            yield Malformed(place, f"{price.pollutant} has a price already", "keep one")
        if law.smallest_purchase * price.year_fen_per_t % KG_PER_T:
            what = f"{law.smallest_purchase} at year_fen_per_t {price.year_fen_per_t} are not worth whole fen"
            yield Malformed(place, what, "mend the price or smallest_purchase")


def returning(rules: Rulebook) -> Iterator[Malformed]:
    """Days that do not exist or run backwards, steps off the price, an appeal longer than the notice."""
    entrants, law, asks = rules.new_entrants, rules.withdrawal, rules.reverse_auction
    for key in ("apply_by", "unused_on"):
        try:
            date.fromisoformat(f"2027-{getattr(entrants, key)}")
        except ValueError:
            what = f"there is no such day in every year as {getattr(entrants, key)}"
            yield Malformed(f"{_MAIN} [new_entrants] {key}", what, "write a day of the calendar")
    if entrants.unused_on < entrants.apply_by:
        what = f"unused_on {entrants.unused_on} comes before apply_by {entrants.apply_by}"
        yield Malformed(f"{_MAIN} [new_entrants]", what, "nothing is unused while it may be applied for")
    if law.appeal_days > law.notice_days:
        what = f"appeal_days {law.appeal_days} is more than notice_days {law.notice_days}"
        yield Malformed(f"{_MAIN} [withdrawal]", what, "an appeal after the withdrawal changes nothing")
    grounds = [each.ground for each in rules.withdrawal_grounds]
    for number, ground in enumerate(grounds, 1):
        if ground in grounds[: number - 1]:
            yield Malformed(f"{_MAIN} [[withdrawal_grounds]] {number}", f"{ground} stands there already", "keep one")
    if asks.smallest_ask * asks.step_fen_per_t % KG_PER_T:
        what = f"{asks.smallest_ask} at a step of {asks.step_fen_per_t} fen/t are not worth whole fen"
        yield Malformed(f"{_MAIN} [reverse_auction]", what, f"make the product a multiple of {KG_PER_T}")
