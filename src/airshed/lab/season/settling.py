"""How a year of the season ends: firms surrender and sell what is left, the authority settles, penalties are paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from airshed.compliance.banking import YearEnd, bank, base
from airshed.engine import commands as c
from airshed.engine.procedures.flow_control import covered
from airshed.engine.procedures.penalty import owed_of
from airshed.lab.season.desk import SeasonDesk
from airshed.lab.season.firms import Firm
from airshed.model.allowance import Series
from airshed.model.period import HOUR_MS
from airshed.rulebook.breach_sections import SHORTFALL
from airshed.rulebook.lookup import WHOLE

#: What a decision of the demo says.
LEAST = "nobody replied; the least that the law lets be imposed"
#: Hours after offices open: firms surrender, offer what is left, pay.
SURRENDER_MS, LEFTOVERS_MS, PAY_MS = HOUR_MS, 5 * HOUR_MS, 2 * HOUR_MS


def surrender(season: SeasonDesk, at: int, firm: Firm) -> None:
    """A firm gives up what it owes, as far as it has it."""
    series, source = season.series(), firm.source.source
    wishes: list[tuple[str, c.Body]] = []
    for pollutant in firm.owes:
        state = season.runner.state
        free = [(Series.parse(name), state.ledger.held_of(firm.account, name).free) for name in series[pollutant]]
        owed = season.owed(firm, pollutant) or 0
        count = covered(state, season.rules, free, owed, source, season.year, pollutant)
        if count:
            wishes.append((firm.account, c.Surrender(source, season.year, pollutant, count)))
    season.must(at + SURRENDER_MS, wishes)


def sell_leftovers(season: SeasonDesk, at: int) -> None:
    """What may not be banked is offered to the government, as far as it buys."""
    series = season.series()
    for firm in season.firms:
        season.tell(at + LEFTOVERS_MS, _leftovers(season, firm, series))


def _leftovers(season: SeasonDesk, firm: Firm, series: Mapping[str, Sequence[str]]) -> list[tuple[str, c.Body]]:
    state, law = season.runner.state, season.rules.banking
    back = season.rules.repurchase.limit_basis_points
    offers: list[tuple[str, c.Body]] = []
    year = state.years[firm.source.source, season.year]
    for pollutant in firm.owes:
        names = series[pollutant]
        left = sum(
            state.ledger.held_of(firm.account, name).count
            for name in names
            if Series.parse(name).vintage <= season.year
        )
        sold = state.net_sold.get((firm.account, pollutant), 0)
        end = YearEnd(left, year.surrendered.get(pollutant, 0), year.obligation[pollutant], sold)
        room = bank(True, base(law.of, end), law.limit_basis_points, law.basic_count or 0)
        over = sum(state.ledger.held_of(firm.account, name).free for name in names) - room
        for name in names:
            most = state.allocated.get((firm.account, name), 0) * back // 10_000
            count = min(over, most, state.ledger.held_of(firm.account, name).free)
            if count > 0:
                offers.append((firm.account, c.OfferRepurchase(firm.account, name, count)))
                over -= count
    return offers


def close(season: SeasonDesk, at: int) -> None:
    """The authority settles every account; firms pay at once what their cash allows, and the rest stays due."""
    authority = season.rules.programme.authority
    season.must(at, [(authority, c.CloseYear(firm.account, season.year)) for firm in season.firms])
    season.must(at + HOUR_MS, [(authority, notice) for notice in _noticed(season)])
    _pay(season, at + PAY_MS)


def _noticed(season: SeasonDesk) -> Iterator[c.NoticeCase]:
    """Where a law fines a shortfall by case, whoever is short reads what is held against it."""
    if season.rules.cases.shortfall != "by_case":
        return
    for (source, year), known in sorted(season.runner.state.years.items()):
        for pollutant, each in sorted(known.settled.items()) if year == season.year else ():
            if each.penalty_fen:
                why = f"{each.shortfall} allowances of {pollutant} were missing at the deadline"
                yield c.NoticeCase(source, year, SHORTFALL, pollutant, each.penalty_fen, why)


def decide_cases(season: SeasonDesk, at: int) -> None:
    """The authority decides what nobody replied to, at the least that the law lets it; firms pay."""
    law, authority = season.rules.cases, season.rules.programme.authority
    decided = [
        c.DecideCase(case.id, -(-case.proposed_fen * law.lowest_basis_points // WHOLE) or case.proposed_fen, LEAST)
        for case in season.runner.state.cases.values()
        if case.ground == SHORTFALL and case.fen is None
    ]
    season.must(at, [(authority, body) for body in decided])
    if decided:
        _pay(season, at + PAY_MS)


def _pay(season: SeasonDesk, paid: int) -> None:
    """Firms pay what their cash allows, and the rest stays due."""
    state = season.runner.state
    for key, known in list(state.penalties.items()):
        account = state.sources[key[0]].account
        owed = sum(owed_of(state, season.rules, key, season.rules.civil.day_of(paid))) if known.open else 0
        if owed and state.ledger.purses[account].free >= owed:
            season.must(paid, [(account, c.PayPenalty(*key[:3], case=key[3]))])
