"""Random zone-wide calls for the simulator: orders of every kind, answers that are right, false or none."""

from __future__ import annotations

import random

import msgspec

from airshed.engine import commands as c
from airshed.engine.nouns import ZoneCall
from airshed.engine.procedures.zone_call_law import left_out, line_of, problem
from airshed.engine.state import State
from airshed.lab.seals import random_seal, shown
from airshed.lab.simulator.small_market import ACCOUNTS, EXCHANGE, GROUPS, Wish
from airshed.market.zonecall import NotCleared, solve_in_rounds
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

PLACES = {name: place for name, _, place in ACCOUNTS}
POLLUTANTS = ("SO2", "NOx")


def zone_calls(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """A call that opens, several orders for it, one taken back, or its close."""
    open_ones = [call for call in state.zone_calls.values() if call.open]
    if not open_ones or (len(open_ones) < len(POLLUTANTS) and rng.random() < 0.1):
        new = ZoneCall(f"zone-{len(state.zone_calls) + 1}", rng.choice(POLLUTANTS))
        opening: Wish = (EXCHANGE, c.OpenZoneCall(new.id, new.pollutant, random_seal(new.id)))
        return [opening, *_orders(rng, state, rules, new, at)]
    call = rng.choice(open_ones)
    sealing = state.sealings.get(("zone_call", call.id))
    opened = sealing is not None and sealing.until is not None
    if opened or (len(call.orders) > 5 and rng.random() < 0.3):
        return [(EXCHANGE, _close(rng, state, rules, call, max(at, state.at)))]
    if call.orders and rng.random() < 0.1:
        order = rng.choice(list(call.orders.values()))
        return [(order.account, c.DropZoneOrder(call.id, order.number))]
    return _orders(rng, state, rules, call, at)


def _orders(rng: random.Random, state: State, rules: Rulebook, call: ZoneCall, at: int) -> list[Wish]:
    return [_order(rng, state, rules, call, at) for _ in range(rng.randint(1, 5))]


def _order(rng: random.Random, state: State, rules: Rulebook, call: ZoneCall, at: int) -> Wish:
    """An offer of what an account holds, or a bid for cover where it stands."""
    law = rules.zone_call
    account = rng.choice(list(PLACES))
    tick = law.tick_fen_per_t
    around = lookup.pollutant(rules, call.pollutant).reference_fen_per_t // tick * tick
    limit = max(tick, around + tick * rng.randint(-90, 90))
    count = law.lot * rng.choice((1, 1, 2, 5, 20))
    held = [
        name
        for name, position in state.ledger.of_account(account)
        if name.startswith(call.pollutant) and position.free >= count
    ]
    if held and rng.random() < 0.6:
        return account, c.PlaceZoneOffer(call.id, account, rng.choice(held), PLACES[account], count, limit)
    year = int(rules.civil.day_of(max(at, state.at))[:4]) + rng.choice((0, 0, -1, 1))
    sales = [order for order in call.orders.values() if order.side == "sell"]
    if sales and rng.random() < 0.5:  # a bid that would meet a sale: of another, of its own, of its own group
        sale = rng.choice(sales)
        mates = [mate for mate in PLACES if GROUPS.get(mate) == GROUPS.get(sale.account, "none")]
        account, year, limit = rng.choice(mates or [account]), sale.year, sale.limit + tick * rng.randint(0, 60)
    return account, c.PlaceZoneBid(call.id, account, PLACES[account], year, count, limit)


def _close(rng: random.Random, state: State, rules: Rulebook, call: ZoneCall, at: int) -> c.CloseZoneCall:
    """The solver's answer, now and then with one figure of it changed, or none."""
    seed, salt = shown(call.id, call.seal, rng.randint(0, 9))
    found = solve_in_rounds(*problem(state, rules, call, seed, left_out(state, rules, at, call)))
    if isinstance(found, NotCleared) or rng.random() < 0.1:
        return c.CloseZoneCall(call.id, seed, (), salt)
    rounds = [line_of(each) for each, _ in found]
    if rng.random() < 0.2:
        place = rng.randrange(len(rounds))
        rounds[place] = c.ZoneRound(_false(rng, rounds[place].answer))
    return c.CloseZoneCall(call.id, seed, tuple(rounds), salt)


def _false(rng: random.Random, answer: c.ZoneAnswer) -> c.ZoneAnswer:
    """An answer with one figure changed."""
    replace = msgspec.structs.replace
    if answer.flows and rng.random() < 0.5:
        at = rng.randrange(len(answer.flows))
        count = answer.flows[at].count + rng.choice((-100, -1, 1, 100, 10**6))
        flows = list(answer.flows)
        flows[at] = replace(flows[at], count=count)
        return replace(answer, flows=tuple(flows))
    if answer.books:
        at = rng.randrange(len(answer.books))
        books = list(answer.books)
        books[at] = replace(books[at], dual=rng.choice(("0", "-1", "1000000", "1/3")))
        return replace(answer, books=tuple(books))
    return replace(answer, limits=answer.limits[1:])
