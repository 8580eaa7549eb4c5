"""Bugs to plant into the engine: one rule of the law, done a little wrong, as it is done wrong in earnest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace as copied
from random import Random
from typing import Any

import msgspec
import pytest

from airshed.compliance import flow_control as flow_rule
from airshed.engine import apply as apply_module
from airshed.engine import commands as c
from airshed.engine import decide as decide_module
from airshed.engine import events as e
from airshed.engine import runner as runner_module
from airshed.engine.procedures import (
    auction_bids,
    auction_clearing,
    call,
    credits,
    day,
    deadlines,
    deal,
    flow_control,
    guards,
    issue,
    lapsing,
    lease,
    listed,
    mark,
    penalty,
    people_rights,
    pledge,
    report,
    report_checks,
    sale,
    sealed,
    sealing,
    settling,
    trade_rules,
    transfer,
    zone_call,
    zone_call_law,
)
from airshed.engine.state import FOR_GOOD
from airshed.market import allocation
from airshed.market import call as market_call
from airshed.market.auction import ties
from airshed.market.orderbook import Fill, OrderBook
from airshed.model.period import DAY_MS
from airshed.model.refusal import Refusal, Why
from airshed.registry.ledger import Ledger
from airshed.rulebook import lookup
from beijing import day_of, instant

Plant = Callable[[pytest.MonkeyPatch], None]
replace = msgspec.structs.replace
real: dict[str, Any] = {
    name: getattr(place, name)
    for place, name in (
        (listed, "part_fen"),
        (listed, "value_fen"),
        (listed, "_trade"),
        (listed, "price_refused"),
        (transfer, "due"),
        (settling, "penalty"),
        (flow_rule, "plan"),
        (deadlines, "ends"),
        (lease, "surrender_day"),
        (lease, "value_fen"),
        (runner_module, "take_in"),
        (Ledger, "post"),
        (lookup, "worked"),
        (day, "_whole"),
        (decide_module, "confirm_act"),
        (auction_clearing, "_law"),
        (mark, "_waiting"),
    )
}


def nothing(*args: Any, **named: Any) -> None:
    """Never an objection."""


def put(place: Any, name: str, bug: Any) -> Plant:
    """A function or a figure of a module, replaced."""
    return lambda patch: patch.setattr(place, name, bug)


def both(*plants: Plant) -> Plant:
    """Several at once: a rule that stands in two places."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        for each in plants:
            each(patch)

    return plant


def deed(body: type[Any], bug: Callable[..., Any]) -> Plant:
    """A procedure, wrapped: the bug gets the real one before its arguments."""
    procedure = decide_module.PROCEDURES[body]

    def wrapped(*args: Any) -> Any:
        return bug(procedure, *args)

    return lambda patch: patch.setitem(decide_module.PROCEDURES, body, wrapped)


def taken_in(event: type[Any], bug: Callable[..., None]) -> Plant:
    """How an event changes the state, wrapped likewise."""
    known = apply_module.APPLY[event]

    def wrapped(*args: Any) -> None:
        bug(known, *args)

    return lambda patch: patch.setitem(apply_module.APPLY, event, wrapped)


def changed(body: type[Any], event: type[Any], change: Callable[[Any], Any]) -> Plant:
    """What a procedure says, with one kind of event changed."""

    def bug(procedure: Any, *args: Any) -> Any:
        said = procedure(*args)
        if isinstance(said, Refusal):
            return said
        return tuple(change(each) if isinstance(each, event) else each for each in said)

    return deed(body, bug)


def unless(body: type[Any], why: Why, cure: Callable[..., Any]) -> Plant:
    """A refusal that is not made: the cure changes what stands in its way."""

    def bug(procedure: Any, *args: Any) -> Any:
        said = procedure(*args)
        return cure(procedure, *args) if isinstance(said, Refusal) and said.why is why else said

    return deed(body, bug)


# --- what is done wrong


class LaterMarks:
    """The law as it is, but for a day more to enter marks in."""

    def marks(self, rules: Any) -> dict[str, Any]:
        """The rows of marks."""
        return {name: replace(row, enter_hours=row.enter_hours + 24) for name, row in lookup.marks(rules).items()}


def waiting_for_long(state: Any, rules: Any, number: int) -> Any:
    """A mark whose proof may come for most of a year."""
    found = real["_waiting"](state, rules, number)
    return found if isinstance(found, Refusal) else copied(found, prove_by=found.prove_by + 300 * DAY_MS)


def a_day_later(rules: Any, year: int) -> str:
    """The last day to surrender, and one more."""
    return day_of(instant(real["surrender_day"](rules, year)) + DAY_MS)


def only_itself(state: Any, rules: Any, account: str) -> tuple[str, ...]:
    """Nobody but the account is oneself."""
    return (account,)


def by_anybody(state: Any, rules: Any, actor: str, account: str) -> Refusal | None:
    """Whose it is is not asked."""
    said = guards.own_account(state, rules, actor, account)
    return None if said is not None and said.why is Why.NOT_YOUR_OWN else said


def by_anybody_for_a_source(state: Any, rules: Any, actor: str, source: str, **how: Any) -> Refusal | None:
    """Nor whose source it is."""
    said = guards.own_source(state, rules, actor, source, **how)
    return None if said is not None and said.why is Why.NOT_YOUR_OWN else said


def fee_per_fill(state: Any, rules: Any, maker: Any, taker: Any, price: int, count: int, gone: Any) -> Any:
    """Each fill rounds its fee by itself."""
    fresh = copied(taker, done_fen=0, fee_fen=0)
    said = real["_trade"](state, rules, copied(maker, done_fen=0, fee_fen=0), fresh, price, count, gone)
    taker.left -= count
    return said


def at_the_takers_price(state: Any, rules: Any, maker: Any, taker: Any, price: int, count: int, gone: Any) -> Any:
    """A fill at the price of the order that came."""
    return real["_trade"](state, rules, maker, taker, taker.limit, count, gone)


def band_and_a_tick(state: Any, rules: Any, series: str, price: int, basis_points: int) -> Refusal | None:
    """The band is a tick too wide on either side."""
    said = real["price_refused"](state, rules, series, price, basis_points)
    if said is None or said.why is not Why.OUTSIDE_BAND:
        return said  # type: ignore[no-any-return]
    tick = rules.trading.tick_fen_per_t
    near = (real["price_refused"](state, rules, series, price + step, basis_points) for step in (tick, -tick))
    return None if None in near else said


def adverse_accepted(procedure: Any, state: Any, rules: Any, at: int, actor: str, body: c.VerifyYear) -> Any:
    """An adverse opinion lets the report count."""
    if body.opinion != "adverse":
        return procedure(state, rules, at, actor, body)
    said = procedure(state, rules, at, actor, replace(body, opinion="with comments"))
    if isinstance(said, Refusal):
        return said
    return tuple(replace(each, opinion="adverse") if isinstance(each, e.YearVerified) else each for each in said)


def under_the_reserve(procedure: Any, state: Any, rules: Any, at: int, actor: str, body: c.PlaceBid) -> Any:
    """A bid under the reserve price is taken."""
    open_one = state.auctions[body.auction]
    usual, open_one.reserve = open_one.reserve, 0
    try:
        return procedure(state, rules, at, actor, body)
    finally:
        open_one.reserve = usual


def with_any_salt(procedure: Any, state: Any, rules: Any, at: int, actor: str, body: c.OpenBid) -> Any:
    """What has another digest is opened all the same."""
    said = procedure(state, rules, at, actor, body)
    if not isinstance(said, Refusal) or said.why is not Why.SEAL_DIFFERS:
        return said
    return procedure(state, rules, at, actor, replace(body, salt=body.salt[::-1]))


def beyond_its_guarantee(state: Any, rules: Any, known: Any, bid: Any, decided: Any) -> Any:
    """Whatever a bid sets aside, it is opened."""
    place = sealed._aside(state, decided[-1])[0]
    return (e.SealedOpened(known.venue, known.name, bid.number, bid.account, place), *decided)


def by_one_person(state: Any, rules: Any, at: int, actor: str, body: c.ConfirmAct, text: Any = None) -> Any:
    """Who proposed an act may confirm it."""
    said = real["confirm_act"](state, rules, at, actor, body, text)
    if not isinstance(said, Refusal) or said.why is not Why.OWN_ACT:
        return said
    act = state.acts[body.act]
    said = decide_module.alone(state, rules, at, actor, act.body, text)
    return said if isinstance(said, Refusal) else (e.ActConfirmed(act.id, act.actor, actor), *said)


@contextmanager
def nothing_lapses(state: Any, at: int) -> Iterator[tuple[e.ActLapsed, ...]]:
    """An act waits and is confirmed however long ago it was proposed."""
    before, state.acts_until = state.acts_until, FOR_GOOD
    try:
        yield ()
    finally:
        state.acts_until = before


def for_another_role(state: Any, rules: Any, at: int, actor: str, body: c.ConfirmAct, text: Any = None) -> Any:
    """Whoever may confirm at all confirms every act, in whatever role."""
    said = real["confirm_act"](state, rules, at, actor, body, text)
    if not isinstance(said, Refusal) or said.why is not Why.ROLE_MAY_NOT:
        return said
    act = state.acts[body.act]
    said = decide_module.alone(state, rules, at, act.actor, act.body, text)
    return said if isinstance(said, Refusal) else (e.ActConfirmed(act.id, act.actor, actor), *said)


def own_bids(*args: Any) -> Any:
    """Whatever the terms say, each winner pays its own bid."""
    law = real["_law"](*args)
    return replace(law, auction=replace(law.auction, price_rule="pay-as-bid"))


def last_price_closes(known: Any, state: Any, event: e.Traded) -> None:
    """The day forgets all trades of a series but the last one."""
    known(state, event)
    state.day_trades[event.series][:2] = [event.fen, event.count]


def stays_aside(known: Any, state: Any, event: e.OrderCancelled) -> None:
    """The money of a cancelled order is not free again."""
    order = state.orders[event.order]
    held, order.held = order.held, 0
    known(state, event)
    order.held = held


def still_withheld(known: Any, state: Any, event: e.WithholdingReleased) -> None:
    """What is released stays blocked."""
    found = state.withholdings[event.withholding]
    known(state, event)
    found.blocked = found.count
    state.ledger.position(found.account, found.series).held += found.count


def no_key_is_known(state: Any, record: Any) -> None:
    """The same command under the same key is carried out again."""
    real["take_in"](state, record)
    state.keys.clear()


def youngest_first(self: OrderBook, side: str, limit: int, count: int, account: Any) -> Any:
    """The youngest order at the best price is met first."""
    resting = [each for each in self.orders("sell" if side == "buy" else "buy") if each.account not in account]
    best = [each for each in resting if each.limit == resting[0].limit]
    crosses = best and (best[0].limit <= limit if side == "buy" else best[0].limit >= limit)
    return [Fill(best[-1].id, best[-1].limit, min(count, best[-1].left))] if crosses else []


def leaks_a_fen(self: Ledger, entry: Any) -> None:
    """A fen comes from nowhere."""
    real["post"](self, entry)
    self.purses["treasury"].fen += len(entry) > 2


def upside_down(pool: int, weights: Any) -> dict[str, int]:
    """What is left over goes to the smallest remainders."""
    total = sum(weights.values())
    shares = {source: pool * weight // total for source, weight in weights.items()}
    for source in sorted(weights, key=lambda each: (pool * weights[each] % total, each))[: pool - sum(shares.values())]:
        shares[source] += 1
    return shares


def day_of_25_hours(rules: Any, measures: Any, body: c.SealDay) -> Any:
    """A day with an hour too many passes."""
    hours = {name: (max(sum(each) - 1, 0), 0, 0) if sum(each) == 25 else each for name, each in body.hours.items()}
    return real["_whole"](rules, measures, replace(body, hours=hours))


#: Every bug by what it does.
PLANTED: dict[str, Plant] = {
    "a fee is a fen too high": put(listed, "part_fen", lambda fen, share: real["part_fen"](fen, share) + (fen > 0)),
    "a fee is rounded for each fill": put(listed, "_trade", fee_per_fill),
    "the value of a deal is rounded up": put(deal, "value_fen", lambda count, price: -(-count * price // 1000)),
    "a fill at the taker's price": put(listed, "_trade", at_the_takers_price),
    "the youngest order first": put(OrderBook, "fills_for", youngest_first),
    "the band is a tick too wide": put(listed, "price_refused", band_and_a_tick),
    "no collar": put(trade_rules, "outside_collar", nothing),
    "the last price is the close": taken_in(e.Traded, last_price_closes),
    "the first price is the close": changed(
        c.CloseSession, e.SessionClosed, lambda each: replace(each, closes=each.opens)
    ),
    "another's order is placed": put(listed, "own_account", by_anybody),
    "another pays a penalty": put(penalty, "own_source", by_anybody_for_a_source),
    "a frozen account trades": put(listed, "thawed", nothing),
    "no wall": put(listed, "wall_of", lambda *args: ""),
    "no border": put(listed, "may_cross", nothing),
    "no limit of a group": put(listed, "over_position", nothing),
    "a halt is overlooked": put(listed, "not_halted", nothing),
    "a session on a holiday": put(lookup, "worked", lambda rules, day: True),
    "an expired vintage is traded": put(listed, "ends", lambda rules, series: 2**62),
    "a cancelled order keeps its money": taken_in(e.OrderCancelled, stays_aside),
    "a deal with oneself": put(deal, "with_itself", nothing),
    "a block without a band": put(deal, "price_refused", nothing),
    "a call knows no groups": put(call, "own_accounts", only_itself),
    "a call ignores its seed": put(market_call, "Random", lambda seed: Random(0)),
    "a zone-wide call knows no groups": both(
        put(zone_call, "own_accounts", only_itself), put(zone_call_law, "own_accounts", only_itself)
    ),
    "a fee of a zone-wide call is a fen too high": put(
        zone_call, "part_fen", lambda fen, share: real["part_fen"](fen, share) + (fen > 0)
    ),
    "half a guarantee": changed(c.PlaceBid, e.BidPlaced, lambda each: replace(each, held=each.held // 2)),
    "a mark is entered a day late": put(mark, "lookup", LaterMarks()),
    "a mark is proven months late": put(mark, "_waiting", waiting_for_long),
    "an auction ignores its seed": put(ties, "Random", lambda seed: Random(0)),
    "another seed than was sealed": put(auction_clearing, "not_of_seal", nothing),
    "a bid that was not opened wins": put(auction_bids, "in_the_open", nothing),
    "another bid is opened than was committed to": deed(c.OpenBid, with_any_salt),
    "what was not opened is passed over": put(auction_clearing, "never_opened", lambda *args: []),
    "a sealed auction is cleared early": put(auction_clearing, "still_sealed", nothing),
    "silence costs nothing": put(sealing, "part_fen", lambda fen, share: 0),
    "a bid beyond its guarantee": put(sealed, "_within", beyond_its_guarantee),
    "a uniform auction takes each bid's price": put(auction_clearing, "_law", own_bids),
    "a bid under the reserve price": unless(c.PlaceBid, Why.UNDER_RESERVE, under_the_reserve),
    "a remainder goes to the smallest": put(allocation, "split", upside_down),
    "a make-up is not withheld": put(issue, "made_up", lambda count, due: 0),
    "a cap is issued twice as large": changed(c.SetCap, e.CapSet, lambda each: replace(each, count=2 * each.count)),
    "25 hours": put(day, "_whole", day_of_25_hours),
    "a year is reported before its days": lambda patch: patch.setitem(
        report_checks.CHECKS, "days_present", lambda draft, row: iter(())
    ),
    "an adverse opinion is accepted": deed(c.VerifyYear, adverse_accepted),
    "a mass is rounded up always": put(report, "obligation", lambda mass_mg, size_kg, how: mass_mg // 10**6 + 1),
    "one pair of eyes": put(decide_module, "confirm_act", by_one_person),
    "an act outlives its term": put(lapsing, "taken_off", nothing_lapses),
    "a second person of any role": put(decide_module, "confirm_act", for_another_role),
    "a transfer goes a working day early": put(
        transfer, "due", lambda *args, **keys: max(args[2] + 1, real["due"](*args, **keys) - DAY_MS)
    ),
    "surrender a day late": put(settling, "surrender_day", a_day_later),
    "an expired vintage is surrendered": put(credits, "admitted", lambda *rule: True),
    "the youngest vintage is surrendered first": put(
        flow_rule, "plan", lambda *args: tuple(reversed(real["plan"](*args)))
    ),
    "the penalty is halved": put(settling, "penalty", lambda *args: real["penalty"](*args) // 2),
    "the penalty takes another month": put(settling, "month_before", lambda day: day[:7]),
    "a make-up is rounded down": put(settling, "makeup", lambda missing, percent: missing * percent // 100),
    "all that is banked counts one for one": put(flow_control, "one_for_one", lambda own, *rest: own),
    "no banking limit": put(settling, "bank", lambda *law: 10**12),
    "late days of a penalty cost a fen too much": changed(
        c.PayPenalty,
        e.PenaltyPaid,
        lambda each: replace(each, accrued_fen=each.accrued_fen + bool(each.accrued_fen)),
    ),
    "another releases a pledge": put(pledge, "own_account", by_anybody),
    "a pledge is called before it is due": deed(
        c.CallPledge, lambda procedure, state, rules, at, *rest: procedure(state, rules, at + 40 * DAY_MS, *rest)
    ),
    "a lease ends a month early": put(lease, "surrender_day", lambda rules, year: f"{year + 1}-05-31"),
    "a rent is rounded up": put(lease, "value_fen", lambda count, rent: -(-count * rent // 1000)),
    "late instalments cost nothing": put(sale, "late_fen", lambda *args: 0),
    "a notice is a day": unless(
        c.WithdrawAllowances,
        Why.TOO_EARLY,
        lambda procedure, state, rules, at, actor, body: procedure(state, rules, at + 365 * DAY_MS, actor, body),
    ),
    "an appeal is decided by its author": unless(
        c.DecideAppeal,
        Why.OWN_ACT,
        lambda procedure, state, rules, at, actor, body: (e.AppealDecided(body.withdrawal, actor, body.upheld, "so"),),
    ),
    "nobody is bound to a city": put(people_rights, "out_of_scope", nothing),
    "a suspended person goes on": both(
        taken_in(e.ActorSuspended, nothing),
        taken_in(e.ActorRevoked, nothing),
    ),
    "a closed account goes on": put(Ledger, "absent", lambda ledger, name: None if name in ledger.accounts else "none"),
    "what is released stays withheld": taken_in(e.WithholdingReleased, still_withheld),
    "the same key twice": put(runner_module, "take_in", no_key_is_known),
    "a fen from nowhere": put(Ledger, "post", leaks_a_fen),
}
