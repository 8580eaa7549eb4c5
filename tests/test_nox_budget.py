"""A programme in the style of the US NOx budget: a season, a bank under flow control, three for one, as published."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import msgspec

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.decide import knowing
from airshed.engine.invariants import check
from airshed.engine.journal import MemoryJournal, decode
from airshed.engine.procedures.deadlines import deadline, surrender_day
from airshed.engine.runner import Answer, Runner
from airshed.lab.season.season import Season
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.model.provenance import Simulation
from airshed.pages.portal.dues import dues
from airshed.registry.moves import Delivered
from airshed.rulebook.digest import digest
from airshed.rulebook.load import find, load
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.seasons import due_day, season_days
from airshed.rulebook.tables import Cap
from markets import send
from seasons import played

LAW = load(find("nox-budget"))
KG_A_TON = 1_000
#: NOx Budget Program of the Ozone Transport Commission, which had the same rule: what was banked after 1999 and the
#: budget, in tons, and the ratio of 2000, as a market note of 1 November 2001 has them (the agency's own not read).
BANK, BUDGET, RATIO = 43_585, 218_733, "0.50"


def facts(runner: Runner) -> list[e.Event]:
    return [event for line in runner.journal.lines() for event in decode(line).events]


def test_the_control_period_and_the_transfer_deadline_are_those_of_the_rule() -> None:
    """40 CFR 96.2: 1 May to 30 September; 30 November, or the first business day after it."""
    days = season_days(LAW.calendar, 2005)
    assert (days[0], days[-1], len(days)) == ("2005-05-01", "2005-09-30", 153)
    assert [surrender_day(LAW, year) for year in (2005, 2006, 2008)] == ["2005-11-30", "2006-11-30", "2008-12-01"]
    assert due_day(LAW, 2005, LAW.calendar.report_by) == "2005-10-30"


@cache
def season() -> Season:
    return played(MemoryJournal(), 7, law="nox-budget", tables=False)


def test_a_year_is_played_in_its_own_autumn() -> None:
    """What is emitted from May to September is reported, surrendered for and settled before the year is over."""
    runner = season().runner
    masses: dict[str, int] = {}
    for event in facts(runner):
        if isinstance(event, e.DaySealed) and event.day in season_days(LAW.calendar, 2005):
            source = runner.state.stack_source[event.stack]
            masses[source] = masses.get(source, 0) + event.mass_mg["NOx"]
    settled = {source: year.settled["NOx"] for (source, _), year in runner.state.years.items()}

    assert {source: -(-mass // 10**6) for source, mass in masses.items()} == {
        source: each.obligation for source, each in settled.items()
    }
    closed = [decode(line).at for line in runner.journal.lines() if isinstance(decode(line).body, c.CloseYear)]
    assert {LAW.civil.day_of(at) for at in closed} == {"2005-12-01"}
    assert all(each.penalty_fen == 0 for each in settled.values())
    check(runner.state)


def test_the_portal_asks_for_the_report_of_the_season_that_is_over() -> None:
    """Not for that of the calendar year before."""
    left = played(MemoryJournal(), 7, law="nox-budget", tables=False, until="2005-10-20").runner
    (first, *_) = dues(left.state, LAW, "oh-pwr-01", LAW.civil.instant("2005-10-20", 9), 0)
    assert (first.day, first.href) == ("2005-10-30", "/act/ReportYear?source=OH-PWR-01&year=2005")


def test_a_plant_gets_what_three_twentieths_of_a_pound_for_each_mmbtu_are() -> None:
    """40 CFR 96.42: 0.15 lb x the mean of the two highest heat inputs of 1995 to 1997, less what is set aside."""
    heat: dict[str, list[int]] = {}
    for row in season().zone.baseline:
        assert row.output is not None
        heat.setdefault(row.source, []).append(row.output)
    shared = [event for event in facts(season().runner) if isinstance(event, e.Allocated)]
    first = [event for event in shared if event.series.endswith("2005")]
    for award in (award for event in first for award in event.awards):
        mean = Fraction(sum(sorted(heat[award.source])[-2:]), 2)
        kg = mean * 1_000 * Fraction(15, 100) * Fraction(45_359_237, 10**8) * Fraction(153, 365) * Fraction(95, 100)
        assert abs(award.count - kg) < 2 + kg / 10**5, award.source
    assert all(event.for_auction == 0 for event in shared)


class Banked:
    """A book of two works alike that saved all of 2004: the bank and the budget are those that were published."""

    def __init__(self) -> None:
        counts = {2004: BANK * KG_A_TON, 2005: BUDGET * KG_A_TON, 2006: BUDGET * KG_A_TON}
        rows = tuple(
            Cap(pollutant="NOx", jurisdiction=place.code, vintage=year, count=count if place.code == "OH" else 1)
            for place in LAW.jurisdictions
            for year, count in counts.items()
        )
        replace = msgspec.structs.replace
        self.law: Rulebook = replace(
            LAW,
            caps=replace(LAW.caps, rows=rows),
            allocation=replace(LAW.allocation, reserve_basis_points=0),
            roles=replace(LAW.roles, second=(), joining_takes_two=False),
        )
        self.runner = Runner(MemoryJournal(), self.law, tables=False)
        authority, registrar = "nox-budget-administrator", "nox-budget-registrar"
        self.do("2004-12-01", authority, c.AdoptRulebook("nox-budget", "2005.1", digest(self.law), Simulation("test")))
        for name in ("saver", "spender"):
            self.do("2004-12-02", registrar, c.OpenAccount(name, "operator", name, "OH"))
            self.do("2004-12-02", registrar, c.RegisterActor(name, "operator", name))
            self.do("2004-12-02", authority, c.RegisterSource(f"s-{name}", name, name, "OH", "power", True))
        lines = [
            c.ActivityLine(f"s-{name}", (1996, 1997), (10**6, 10**6), (10**6, 10**6)) for name in ("saver", "spender")
        ]
        for year in counts:
            self.do("2005-01-03", authority, c.SetCap("NOx", "OH", year))
            self.do("2005-01-03", authority, c.Allocate("NOx", "OH", year, tuple(lines)))

    def do(self, day: str, actor: str, body: c.Body) -> Answer:
        at = self.law.civil.instant(day, 12)
        answer = send(self.runner, actor, knowing(self.runner.state, self.law, at, actor, body), at)
        assert answer.refusal is None, answer.refusal
        return answer


def test_the_published_ratio_of_flow_control_comes_out() -> None:
    """A tenth of 218,733 tons over a bank of 43,585: half of what each had saved counts one for one."""
    book = Banked()
    book.do("2005-10-01", "nox-budget-registrar", c.OpenAccount("late", "operator", "late", "OH"))
    (stated,) = [each for each in facts(book.runner) if isinstance(each, e.FlowControlStated) and each.year == 2005]

    assert (stated.bank, stated.budget) == (BANK * KG_A_TON, BUDGET * KG_A_TON)
    assert stated.one_for_one is not None
    assert f"{sum(stated.one_for_one.values()) / stated.bank:.2f}" == RATIO
    r = Fraction(BUDGET, 10 * BANK)
    assert set(stated.one_for_one.values()) == {int(r * Fraction(BANK * KG_A_TON, 2))}


def test_beyond_it_two_go_for_one_and_what_is_missing_is_taken_three_times() -> None:
    book, authority = Banked(), "nox-budget-administrator"
    own, saved = BUDGET * KG_A_TON // 2, BANK * KG_A_TON // 2
    room = int(Fraction(BUDGET, 10 * BANK) * saved)
    pairs = (saved - room) // 2
    short = 7_000
    owed = own + room + pairs + short
    for name, kg in (("saver", 0), ("spender", owed)):
        book.do("2005-10-20", authority, c.DetermineYear(f"s-{name}", 2005, {"NOx": kg * 1_000}, "no report"))
    after = book.law.civil.day_of(deadline(book.law, 2005) + 1)
    for name in ("saver", "spender"):
        book.do(after, authority, c.CloseYear(name, 2005))
    (closed,) = (each for each in facts(book.runner) if isinstance(each, e.YearClosed) and each.account == "spender")
    (settled,) = closed.settlements
    (given,) = (each for each in facts(book.runner) if isinstance(each, e.Surrendered))
    gone: dict[str, int] = {}
    for move in given.entry:
        assert isinstance(move, Delivered)
        where = f"{move.target[:9]} {move.series[-4:]}"
        gone[where] = gone.get(where, 0) + sum(block.count for block in move.blocks)

    assert gone == {"surrender 2004": room + pairs, "surrender 2005": own, "cancelled 2004": pairs}
    assert (settled.shortfall, settled.makeup, settled.penalty_fen) == (short, 3 * short, 0)
    check(book.runner.state)
    mirror = Mirror()
    for line in book.runner.journal.lines():
        mirror.follow(decode(line), book.law)
