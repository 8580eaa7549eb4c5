"""Random commands about the primary market and the government reserve, for the simulator."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

from airshed.engine import commands as c
from airshed.engine.state import State
from airshed.lab.simulator.small_market import INSPECTOR, YEARS, Wish
from airshed.model.allowance import Series
from airshed.model.period import DAY_MS
from airshed.registry.accounts import auction as auction_of
from airshed.registry.accounts import reserve as reserve_of
from airshed.rulebook.schema import Rulebook

Ground = Literal["missing_report", "unverified_year", "unpaid_penalty", "unpaid_back", "investigation"]
GROUNDS: tuple[Ground, ...] = ("missing_report", "unverified_year", "unverified_year", "investigation", "unpaid_back")


def sales(rng: random.Random, authority: str, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """Open, close, buy, pay and withdraw, mostly where there is something to."""
    owing = [purchase for purchase in state.purchases.values() if purchase.due]
    for purchase in owing:
        grace = date.fromisoformat(purchase.due[0].on) + timedelta(days=purchase.grace_days)
        if rules.civil.day_of(max(at, state.at)) > grace.isoformat() and rng.random() < 0.5:
            return [(purchase.account, c.PayInstalment(purchase.id))]
        last = date.fromisoformat(purchase.due[0].on) + timedelta(days=purchase.withdraw_after_days)
        if rules.civil.day_of(max(at, state.at)) > last.isoformat() and rng.random() < 0.8:
            return [(authority, c.WithdrawUnpaid(purchase.id))]
    if owing and rng.random() < 0.4:
        purchase = rng.choice(owing)
        if rng.random() < 0.15:
            return [(purchase.account, c.PayInstalment(purchase.id))]
        return [(authority, c.WithdrawUnpaid(purchase.id))]
    running = [sale for sale in state.sales.values() if sale.open]
    if running and rng.random() < 0.8:
        sale = rng.choice(running)
        if rng.random() < (0.05 if rules.civil.day_of(max(at, state.at)) <= sale.until else 0.9):
            return [(authority, c.CloseSale(sale.id))]
        there = [state.sources[source] for source, name in state.grants if name == sale.series[0]]
        source = rng.choice(there if there and rng.random() < 0.8 else list(state.sources.values()))
        count = rules.paid_allocation.smallest_purchase * rng.choice((1, 2, 10, 10, 1_000))
        first = rng.choice((rules.paid_allocation.first_basis_points, 5_000, 10_000, 3_999))
        return [(source.account, c.BuyAllocation(sale.id, source.id, count, first))]
    if not state.ledger.caps:
        return []
    granted = [name for _, name in state.grants]
    series = rng.choice(granted if granted and rng.random() < 0.9 else sorted(state.ledger.caps))
    until = date.fromisoformat(rules.civil.day_of(max(at, state.at))) + timedelta(days=rng.randint(-1, 300))
    least = rules.paid_allocation.smallest_purchase
    room = state.ledger.held_of(auction_of(series.split("-")[1]), series).free // least
    count = least * (rng.randint(1, room) if room else 50)
    years = rng.choice((1, 1, 1, 2))
    return [(authority, c.OpenSale(f"sale-{len(state.sales) + 1}", series, years, count, until.isoformat()))]


def entering(rng: random.Random, authority: str, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """Apply, drop, serve and release."""
    waiting = [each for each in state.applications.values() if each.state == "waiting"]
    if waiting and rng.random() < 0.6:
        each = rng.choice(waiting)
        if rng.random() < 0.2:
            return [(rng.choice((authority, each.account)), c.DropApplication(each.id, rng.choice(("not built", ""))))]
        return [(authority, c.GrantReserve(each.series))]
    today = rules.civil.day_of(max(at, state.at))
    yesterday = rules.civil.day_of(max(at, state.at) - DAY_MS)
    names = sorted(name for name in state.ledger.caps if yesterday <= f"{name[-4:]}-{rules.new_entrants.apply_by}")
    kept = [name for name in state.ledger.caps if today >= f"{name[-4:]}-{rules.new_entrants.unused_on}"]
    if kept and rng.random() < 0.3:
        return [(authority, c.ReleaseUnused(rng.choice(kept)))]
    places = {source.jurisdiction for source in state.sources.values()}
    names = [name for name in names if name.split("-")[1] in places]
    series = rng.choice(names) if names and rng.random() < 0.9 else _series(rng, state)
    there = [each for each in state.sources.values() if each.jurisdiction == series.split("-")[1]]
    source = rng.choice(there or list(state.sources.values()))
    granted = (source.id, series) in state.grants
    kind: Literal["new", "extension"] = "extension" if granted and rng.random() < 0.9 else "new"
    capacity = rng.choice((0, 1_000, 400_000, 400_000, 10**9, c.LARGEST))
    return [(source.account, c.ApplyForReserve(source.id, series, kind, capacity))]


def reserve(rng: random.Random, authority: str, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """Reverse auctions, set-asides and draws."""
    running = [each for each in state.repurchases.values() if each.open]
    if running and rng.random() < 0.75:
        each = rng.choice(running)
        if rng.random() < 0.2:
            return [(authority, c.CloseRepurchase(each.id, rng.randint(0, 9)))]
        held = [account for account, position in state.ledger.of_series(each.series) if position.free]
        account = rng.choice([name for name in held if name in state.actors] or ["fund"])
        step, lot = rules.reverse_auction.step_fen_per_t, rules.reverse_auction.smallest_ask
        count = lot * rng.randint(1, max(1, each.count // lot))
        return [(account, c.AskRepurchase(each.id, account, count, each.ceiling - step * rng.randint(-1, 8)))]
    series = _series(rng, state)
    draw = rng.random()
    if draw < 0.35:
        count = rules.reverse_auction.smallest_ask * rng.randint(1, 90)
        name = f"back-{len(state.repurchases) + 1}"
        return [(authority, c.OpenRepurchase(name, series, count, rng.choice((10**5, 10**7, 10**9))))]
    if draw < 0.55:
        full = [name for name in state.ledger.caps if state.ledger.held_of(auction_of(name.split("-")[1]), name).free]
        series = rng.choice(full or [series])
        return [(authority, c.FeedReserve(series, rng.randint(1, 5_000), rng.choice(("dry season", "旱季", ""))))]
    full = [name for name in state.ledger.caps if state.ledger.held_of(reserve_of(name.split("-")[1]), name).free]
    series = rng.choice(full or [series])
    purpose: Literal["auction", "containment"] = "auction" if rng.random() < 0.6 else "containment"
    return [(authority, c.DrawReserve(series, rng.choice((1, 500, 9_000, 200_000)), purpose, "prices"))]


def returning(rng: random.Random, authority: str, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """Closures, notices, appeals, withdrawals, and what sets them right."""
    known = list(state.withdrawals.values())
    waiting = [each for each in known if each.state in ("noticed", "appealed", "confirmed")]
    if waiting and rng.random() < 0.5:
        found = rng.choice(waiting)
        if found.state == "appealed":
            upheld = rng.random() < 0.5
            other = INSPECTOR if found.actor == authority or rng.random() < 0.1 else authority
            return [(other, c.DecideAppeal(found.id, upheld, "seen 已核"))]
        if found.state == "noticed" and rules.civil.day_of(max(at, state.at)) <= found.appeal_by and rng.random() < 0.5:
            return [(found.account, c.AppealWithdrawal(found.id, rng.choice(("rebuilt", "rebuilt", ""))))]
        return [(authority, c.WithdrawAllowances(found.id))]
    due = [each for each in known if each.due_fen]
    if due and rng.random() < 0.8:
        found = rng.choice(due)
        return [(found.account, c.PayBack(found.id))]
    done = [each for each in known if each.state == "withdrawn"]
    if done and rng.random() < 0.2:
        return [(rng.choice((authority, INSPECTOR)), c.RestoreWithdrawn(rng.choice(done).id, "shown wrong"))]
    if state.closures and rng.random() < 0.3:
        return [(authority, c.ReopenSource(rng.choice(list(state.closures)), rng.choice(("still burning", ""))))]
    if not state.grants:
        return []
    source, series = rng.choice(list(state.grants))
    sold = [key for key, grant in state.grants.items() if _held(state, *key) < grant.count]
    if sold and rng.random() < 0.6:
        source, series = rng.choice(sold)
    draw = rng.random()
    if draw < 0.08:
        return [
            (
                authority,
                c.CloseSource(source, rules.civil.day_of(max(at, state.at) - 9 * DAY_MS), "the permit was given back"),
            )
        ]
    if draw < 0.25:
        return [(authority, c.ReverseAllocation(source, series, rng.randint(1, 3_000), "counted twice"))]
    notice: list[c.NoticeWithdrawal] = [
        c.NoticeWithdrawal(source, series, "closure", "closed"),
        c.NoticeWithdrawal(source, series, "idle", "stood still"),
        c.NoticeWithdrawal(source, series, "excess", "output", rng.choice((0, rng.randint(0, 1_200))), 1_000),
        c.NoticeWithdrawal(source, series, "paid_reduction", "grant 7", 0, 0, rng.randint(0, 9_000), 6_000),
    ]
    return [(rng.choice((authority, INSPECTOR)), rng.choice(notice))]


def true_ups(rng: random.Random, authority: str, state: State, year: int) -> Iterator[Wish]:
    """What was given in advance of a year that is verified is settled, now and then with a line too many."""
    for name, advance in state.advances.items():
        series = Series.parse(name)
        known = [source for source in advance.given if (source, year) not in state.excluded]
        verified = [
            each for source in known if (each := state.years.get((source, year))) and each.verified_mg is not None
        ]
        if series.vintage == year and len(verified) == len(known):
            named = [*known, *known[:1]] if rng.random() < 0.05 else known
            lines = tuple(c.OutputLine(source, 10**6 * rng.randint(0, 20) // 10) for source in named)
            yield authority, c.TrueUp(series.pollutant, series.jurisdiction, year, lines)


def withholding(rng: random.Random, authority: str, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """Withhold, release, forfeit; mostly for a reason that holds."""
    withheld = [each for each in state.withholdings.values() if each.state == "withheld"]
    if withheld and rng.random() < 0.5:
        each = rng.choice(withheld)
        late = each.ground != "investigation" and rules.civil.day_of(max(at, state.at)) > each.until
        if rng.random() < (0.1 if late else 0.9):
            actor = rng.choice((authority, each.account))
            return [(actor, c.ReleaseWithheld(each.id, rng.choice(("nothing found", ""))))]
        return [(rng.choice((authority, INSPECTOR)), c.ForfeitWithheld(each.id, rng.choice(("not met", ""))))]
    if not state.grants:
        return []
    source, series = rng.choice(list(state.grants))
    fined = [year for year in state.years.values() if any(year.due_fen.values())]
    owing = [each for each in state.withdrawals.values() if each.due_fen]
    count = rng.choice((1, 100, 9_000))
    draw = rng.random()
    if fined and draw < 0.3:
        found = rng.choice(fined)
        return [(authority, c.Withhold(found.source, series, "unpaid_penalty", found.year, count, "not paid"))]
    if owing and draw < 0.5:
        sold = rng.choice(owing)
        return [(authority, c.Withhold(sold.source, sold.series, "unpaid_back", YEARS[0], count, "not paid back"))]
    today = rules.civil.day_of(max(at, state.at))
    over = [year for year in YEARS if today > f"{year + 1}-{rules.calendar.verify_by}"]
    unverified = [year for year in over if (known := state.years.get((source, year))) is None or not known.opinion]
    if unverified and draw < 0.8:
        return [(authority, c.Withhold(source, series, "unverified_year", rng.choice(unverified), count, "late"))]
    ground = rng.choice(GROUNDS)
    reason = rng.choice(("late", "late", "late", ""))
    return [(authority, c.Withhold(source, series, ground, rng.choice(YEARS), count, reason))]


def _held(state: State, source: str, series: str) -> int:
    return state.ledger.held_of(state.sources[source].account, series).count


def _series(rng: random.Random, state: State) -> str:
    return rng.choice(sorted(state.ledger.caps) or ["SO2-KM-2027"])
