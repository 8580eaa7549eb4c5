"""The acts of a year through the engine: issue, auction, report and verification, settlement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from airshed.compliance.surrender import Holding
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures.deadlines import surrender_day
from airshed.engine.procedures.flow_control import covered
from airshed.engine.procedures.report import MG_PER_G
from airshed.engine.procedures.report_checks import Draft, answers
from airshed.lab.agents.bidder import bids
from airshed.lab.agents.desk import AgentsDesk
from airshed.lab.agents.market import Trader
from airshed.lab.agents.venue import first_worked
from airshed.lab.scenarios.nouns import Work
from airshed.lab.seals import salt_of, sealed
from airshed.model.allowance import Series
from airshed.model.measures import value_fen
from airshed.registry import accounts
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.zone.activities import activity_details, activity_lines
from airshed.zone.entering import reviewer
from airshed.zone.zone import Zone

VERIFIER = "lab-verifier"
EXPLANATION = "declared by the scenario"
#: Days of the year on which caps are issued and auctioned.
ISSUE, AUCTION = "07-15", "08-10"
#: Days of the following one on which is reported, verified and traded for the last time, if the law leaves so long;
#: else so many days before its deadlines.
REPORT, VERIFY, TRUE_UP = "02-01", "04-10", "05-10"
REPORT_AHEAD, VERIFY_AHEAD, TRUE_UP_AHEAD = 15, 5, 40


@dataclass(frozen=True, slots=True)
class AuctionSales:
    """What auctions of a year came to: allowances sold and left over, and fen."""

    count: int
    left: int
    fen: int


class ClosingDays(NamedTuple):
    """When the year after is closed, as ISO dates; `left` worked days of trade lie before the deadline."""

    report: str
    verify: str
    true_up: str
    surrender: str
    left: int


def days_of(law: Rulebook, year: int) -> ClosingDays:
    """The days on which a year is reported, verified, traded up and surrendered for, inside the law's deadlines."""
    after, calendar = year + 1, law.calendar
    surrender = surrender_day(law, year)
    report = min(f"{after}-{REPORT}", _ahead(f"{after}-{calendar.report_by}", REPORT_AHEAD))
    verify = min(f"{after}-{VERIFY}", _ahead(f"{after}-{calendar.verify_by}", VERIFY_AHEAD))
    late = f"{after}-{TRUE_UP}"
    true_up = first_worked(law, late if late < _ahead(surrender, TRUE_UP_AHEAD) else _ahead(verify, -1))
    day, left = true_up, 0
    while day < surrender:
        day, left = first_worked(law, _ahead(day, -1)), left + 1
    return ClosingDays(report, verify, true_up, surrender, left)


def _ahead(day: str, days: int) -> str:
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def staff(desk: AgentsDesk) -> None:
    """Who verifies and who looks a second time."""
    registrar = lookup.founders(desk.law, "RegisterActor")[0]
    for name in (VERIFIER, reviewer(VERIFIER)):
        desk.must(registrar, c.RegisterActor(name, lookup.role_for(desk.law, "VerifyYear")))


def series_of(law: Rulebook, code: str, year: int) -> dict[str, str]:
    """The series of a year by city."""
    return {
        row.jurisdiction: f"{code}-{row.jurisdiction}-{year}"
        for row in law.caps.rows
        if row.pollutant == code and row.vintage == year
    }


def issue(desk: AgentsDesk, zone: Zone, code: str, year: int, entrants: Sequence[Work]) -> None:
    """Set the caps of a year and let the law share them out; entrants are served from the reserve, like their model."""
    authority = desk.law.programme.authority
    for place in series_of(desk.law, code, year):
        lines = activity_lines(zone, desk.law, code, place)
        model = {line.source: line for line in lines}
        new = tuple(
            _entrant(model[work.firm.source.source], work)
            for work in entrants
            if work.firm.source.jurisdiction == place
        )
        desk.must(authority, c.SetCap(code, place, year))
        details = activity_details(zone, desk.law, code, place)
        desk.must(authority, c.Allocate(code, place, year, (*lines, *new), details=details))


def _entrant(model: c.ActivityLine, work: Work) -> c.ActivityLine:
    return c.ActivityLine(
        work.source,
        model.years[-1:],
        tuple(None if kg is None else round(kg * work.size) for kg in model.emitted_kg[-1:]),
        tuple(None if output is None else round(output * work.size) for output in model.output[-1:]),
        True,
    )


def auction(
    desk: AgentsDesk, code: str, year: int, traders: Sequence[Trader], beliefs: Sequence[int], rng: np.random.Generator
) -> AuctionSales:
    """Every city offers what it has for auction; those with a works there bid. Beliefs are fen per tonne."""
    law, state = desk.law, desk.runner.state
    terms, authority = law.auction, law.programme.authority
    desk.at = max(desk.at, desk.law.civil.instant(f"{year}-{AUCTION}", 9))
    sold = left = fen = 0
    for place, series in series_of(law, code, year).items():
        seller = accounts.auction(place)
        count = state.ledger.held_of(seller, series).free // terms.lot * terms.lot
        if not count:
            continue
        name = f"{series}-auction"
        wishes: list[c.PlaceBid] = []
        for trader, belief in zip(traders, beliefs, strict=True):
            if trader.place == place:
                held = held_of(desk, trader.account, code, year)
                for wanted, limit in bids(trader.worth, held, count, terms.lot, terms.tick_fen_per_t, belief, rng):
                    wishes.append(c.PlaceBid(name, trader.account, wanted, limit))
        seed = int(rng.integers(2**31))
        desk.must(authority, c.OpenAuction(name, series, count, seal=sealed(name, seed)))
        for bid in wishes:
            if bid.limit >= state.auctions[name].reserve:
                desk.tell(bid.account, bid)
        before = state.ledger.held_of(seller, series).count
        answer = desk.must(authority, c.CloseAuction(name, seed, salt_of(name, seed)))
        gone = before - state.ledger.held_of(seller, series).count
        price = next((event.price for event in answer.events if isinstance(event, e.AuctionCleared)), None)
        sold, left = sold + gone, left + count - gone
        fen += value_fen(gone, price) if price is not None else 0
    return AuctionSales(sold, left, fen)


def held_of(desk: AgentsDesk, account: str, code: str, year: int) -> int:
    """Free allowances of an account that may be surrendered for a year, wherever issued."""
    ledger, law = desk.runner.state.ledger, desk.law.allowance
    total = 0
    for vintage in range(year - law.vintages_back, year + 1):
        for series in series_of(desk.law, code, vintage).values():
            total += ledger.held_of(account, series).free
    return total


def report(desk: AgentsDesk, code: str, year: int, works: Sequence[Work], mass_kg: Sequence[int]) -> None:
    """Every source declares its mass, a verifier is satisfied, another confirms where the law wants that."""
    days = days_of(desk.law, year)
    desk.at = max(desk.at, desk.law.civil.instant(days.report, 10))
    state = desk.runner.state
    for work, mass in zip(works, mass_kg, strict=True):
        declared = {code: mass * 1_000}
        source = state.sources[work.source]
        draft = Draft(state, desk.law, source, year, {code: mass * 1_000 * MG_PER_G})
        said = {each.check: EXPLANATION for each in answers(draft) if not each.passed}
        desk.must(work.account, c.ReportYear(work.source, year, declared, said))
    desk.at = max(desk.at, desk.law.civil.instant(days.verify, 10))
    for work in works:
        desk.must(VERIFIER, c.VerifyYear(work.source, year, "satisfactory"))


def settle(desk: AgentsDesk, code: str, year: int, works: Sequence[Work]) -> tuple[int, int]:
    """Surrender what is owed as far as it is there, close the year, pay penalties: allowances short, and fen due."""
    deadline = surrender_day(desk.law, year)
    desk.at = max(desk.at, desk.law.civil.instant(deadline, 10))
    state = desk.runner.state
    for work in works:
        known = state.years[work.source, year]
        owed = known.obligation[code] - known.surrendered.get(code, 0)
        count = covered(state, desk.law, _admitted(desk, work, code, year), owed, work.source, year, code)
        if count:
            desk.must(work.account, c.Surrender(work.source, year, code, count))
    after = (date.fromisoformat(deadline) + timedelta(days=1)).isoformat()
    desk.at = max(desk.at, desk.law.civil.instant(after, 9))
    authority = desk.law.programme.authority
    short = due = 0
    for work in works:
        answer = desk.must(authority, c.CloseYear(work.account, year))
        for event in answer.events:
            if isinstance(event, e.YearClosed):
                short += sum(each.shortfall for each in event.settlements)
                due += sum(each.penalty_fen for each in event.settlements)
        fen = state.years[work.source, year].due_fen.get(code, 0)
        if fen and state.ledger.purses[work.account].free >= fen:
            desk.must(work.account, c.PayPenalty(work.source, year, code))
    return short, due


def _admitted(desk: AgentsDesk, work: Work, code: str, year: int) -> list[Holding]:
    ledger, law, place = desk.runner.state.ledger, desk.law.allowance, work.firm.source.jurisdiction
    held: list[Holding] = []
    for vintage in range(year - law.vintages_back, year + 1):
        for name in series_of(desk.law, code, vintage).values():
            series = Series.parse(name)
            if law.admitted == "zone" or series.jurisdiction == place:
                held.append((series, ledger.held_of(work.account, name).free))
    return held
