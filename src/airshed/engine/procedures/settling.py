"""Complying: surrender, the settlement of a year, penalties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import pairwise

from airshed.compliance.banking import YearEnd, bank, base, carry
from airshed.compliance.flow_control import left_over
from airshed.compliance.shortfall import Lack, makeup, penalty
from airshed.compliance.surrender import Holding, order
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import blocked
from airshed.engine.nouns import Source, Year
from airshed.engine.procedures import credits, flow_control
from airshed.engine.procedures.claims import Claims, overrun, usable, used
from airshed.engine.procedures.control_periods import emitted
from airshed.engine.procedures.deadlines import deadline, surrender_day
from airshed.engine.procedures.deducting import Deducted, OwedByYear, deducted
from airshed.engine.procedures.guards import (
    MOST,
    Decision,
    Procedure,
    known_account,
    known_series,
    no,
    own_source,
    positive,
)
from airshed.engine.procedures.obliged import owes_in
from airshed.engine.procedures.penalty import pay_by
from airshed.engine.procedures.taken_off import sales_off
from airshed.engine.procedures.warned import Warned, Warns, positive_only
from airshed.engine.state import State
from airshed.model.allowance import Blocks, SerialBlock, Series, count_of, lowest
from airshed.model.measures import yuan
from airshed.model.period import month_before
from airshed.model.refusal import Refusal, Why
from airshed.registry import accounts
from airshed.registry.moves import Delivered, Move
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.seasons import due_day
from airshed.rulebook.tables import ShortfallPeriod


def surrender(state: State, rules: Rulebook, at: int, actor: str, body: c.Surrender) -> Decision:
    """Up to what is owed: oldest admitted vintage first, lowest serials first (I11)."""
    though = lookup.though_frozen(rules, "surrender")
    refusal = own_source(state, rules, actor, body.source, though_frozen=though, gives="surrender")
    if refusal:
        return refusal
    source = state.sources[body.source]
    year = _owed(state, rules, body.source, body.year)
    if isinstance(year, Refusal):
        return year
    closed, extra = (source.account, body.year) in state.closed, year.extra.get(body.pollutant, 0)
    if closed and not extra:
        return no(rules, "calendar", Why.YEAR_CLOSED, f"{source.account} has settled {body.year}")
    last = year.extra_until if closed else surrender_day(rules, body.year)
    if rules.civil.day_of(at) > last:
        return no(rules, "calendar", Why.TOO_LATE, f"the last day was {last}")
    refusal = positive(rules, "allowance", "the count", body.count)
    if refusal:
        return refusal
    left = extra if closed else year.obligation.get(body.pollutant, 0) - year.surrendered.get(body.pollutant, 0)
    if body.count > left:
        return no(
            rules,
            "allowance",
            Why.TOO_LARGE,
            f"{body.source} still owes {left} of {body.pollutant} for {body.year}, not {body.count}",
        )
    claims = usable(state, rules, source.account)
    holdings = _admitted(state, rules, source, body.year, body.pollutant, claims)
    room = flow_control.room(state, source.account, body.year, body.pollutant)
    refusal = _enough(state, rules, source, body, holdings, room)
    if refusal:
        return refusal
    named = _named(state, rules, source.account, body, dict(holdings), room) if body.serials else None
    if isinstance(named, Refusal):
        return named
    if named is None:
        of_account = state.ledger.of_account(source.account)
        blocks = {name: position.blocks for name, position in of_account}
    else:
        holdings = [(series, count_of(each)) for series, each in named.items()]
        blocks = {str(series): each for series, each in named.items()}
    going = partial(credits.going, named=named is not None)
    taken = going(state, rules, holdings, body.count, source, body.year, body.pollutant, room)
    moves, _ = flow_control.moves(source, source.account, taken, blocks)
    gone = Counter[str]()
    for move in moves:
        gone[move.series] += count_of(move.blocks)
    cuts: list[e.ClaimCut] = []
    for name, count in gone.items():
        cuts += used(claims, source.account, name, count, state.ledger.positions[source.account, name].free)
    how = "" if named is None else "named"
    return (*cuts, e.Surrendered(body.source, body.year, body.pollutant, body.count, moves, how, taken.pairs))


def _enough(
    state: State, rules: Rulebook, source: Source, body: c.Surrender, holdings: Sequence[Holding], room: int | None
) -> Refusal | None:
    """As many are free as the count takes, with what goes besides under flow control."""
    going = partial(credits.going, named=bool(body.serials))
    there = going(state, rules, holdings, body.count, source, body.year, body.pollutant, room)
    if there.counted >= body.count:
        return None
    free = sum(count for _, count in holdings)
    kinds = {series.pollutant for series, count in holdings if count} - {body.pollutant}
    if kinds and room is None:
        what = f"{source.account} has {there.counted} that count for {body.pollutant} free, not {body.count}"
        limits = f"{', '.join(sorted(kinds))} up to its use limit, as [compliance] says"
        return no(rules, "compliance", Why.INSUFFICIENT_HOLDING, f"{what}, {limits}; buy allowances for the rest")
    if there.counted == free:
        what = f"{source.account} has {free} admitted {body.pollutant} allowances free, not {body.count}; buy the rest"
        return no(rules, "allowance", Why.INSUFFICIENT_HOLDING, what)
    what = (
        f"{source.account} has {free} admitted {body.pollutant} allowances free, which count for {there.counted} under"
        f" the flow control of {body.year} ({room} of the banked ones one for one, then {rules.banking.flow_ratio} for"
        f" one), not for {body.count}; buy the rest"
    )
    return no(rules, "banking", Why.INSUFFICIENT_HOLDING, what)


def _named(
    state: State, rules: Rulebook, account: str, body: c.Surrender, admitted_free: dict[Series, int], room: int | None
) -> dict[Series, Blocks] | Refusal:
    """The serials that are named, by series, oldest first: held, admitted for the year, as many as the count takes."""
    found: dict[str, list[SerialBlock]] = {}
    for each in body.serials:
        refusal = known_series(state, rules, each.series)
        if refusal:
            return refusal
        if each.last < each.first:
            what = f"{each.series} {each.first} to {each.last} names none"
            return no(rules, "allowance", Why.NOT_POSITIVE, what)
        found.setdefault(each.series, []).append(SerialBlock(each.first, each.last))
    said = {Series.parse(name): tuple(sorted(blocks)) for name, blocks in found.items()}
    for series, blocks in said.items():
        if any(after.first <= before.last for before, after in pairwise(blocks)):
            return no(rules, "allowance", Why.TOO_LARGE, f"serials of {series} are named twice")
        source = state.sources[body.source]
        if not credits.counts(rules, series, body.pollutant, source.jurisdiction, body.year):
            what = f"{series} does not count for {body.pollutant} of {body.source} {body.year}"
            return no(rules, "allowance", Why.WRONG_KIND, what)
    counts = {series: count_of(blocks) for series, blocks in said.items()}
    refusal = credits.over_limit(state, rules, body.source, body.year, body.pollutant, counts)
    refusal = refusal or _counted(state, rules, body, counts, room)
    if refusal:
        return refusal
    for series, blocks in said.items():
        held = state.ledger.held_of(account, str(series)).blocks
        for block in blocks:
            if not any(own.first <= block.first and block.last <= own.last for own in held):
                what = f"{account} does not hold {series} {block.first} to {block.last}"
                return no(rules, "allowance", Why.INSUFFICIENT_HOLDING, what)
        free = admitted_free.get(series, 0)
        if count_of(blocks) > free:
            what = f"{account} has {free} of {series} free, not {count_of(blocks)}"
            return no(rules, "allowance", Why.INSUFFICIENT_HOLDING, what)
    return dict(sorted(said.items(), key=lambda each: order(each[0], state.sources[body.source].jurisdiction)))


def _counted(
    state: State, rules: Rulebook, body: c.Surrender, named: Mapping[Series, int], room: int | None
) -> Refusal | None:
    """What is named counts for what is surrendered, no more and no less."""
    source, count = state.sources[body.source], sum(named.values())
    going = partial(credits.going, named=True)
    counted = going(state, rules, named.items(), count, source, body.year, body.pollutant, room).counted
    own = [each for each in named.items() if each[0].pollutant == body.pollutant]
    over = left_over(own, body.year, room, rules.banking.flow_ratio or 1)
    if counted == body.count and not over:
        return None
    small = Why.TOO_SMALL if counted < body.count else Why.TOO_LARGE
    if counted == count:
        return no(rules, "allowance", small, f"{count} serials are named, not {body.count}")
    if counted == body.count:
        what = f"of {count} serials that are named {over} would count for nothing under the flow control of {body.year}"
        return no(rules, "banking", small, what)
    what = (
        f"{count} serials are named, which count for {counted} under the flow control of {body.year} ({room} of the"
        f" banked ones one for one, then {rules.banking.flow_ratio} for one), not for {body.count}"
    )
    return no(rules, "banking", small, what)


def close_year(state: State, rules: Rulebook, at: int, actor: str, body: c.CloseYear) -> Decision:
    """After the deadline: shortfall, penalty and make-up of each source, then the banking limit of the account.

    What the account offers for sale is taken back first, so that an offer does not hide allowances from the limit;
    neither does a pledge or a lease, which shrinks when what is free does not suffice.
    """
    refusal = known_account(state, rules, body.account)
    if refusal:
        return refusal
    mine = [source for source in state.sources.values() if source.account == body.account]
    if not mine:
        return no(rules, "roles", Why.UNKNOWN_SOURCE, f"{body.account} operates no source")
    years: list[tuple[Source, Year]] = []
    for source in mine:
        if (source.id, body.year) in state.excluded or not owes_in(state, rules, source, body.year):
            continue
        year = _owed(state, rules, source.id, body.year)
        if isinstance(year, Refusal):
            return year
        years.append((source, year))
    if (body.account, body.year) in state.closed:
        return no(rules, "calendar", Why.YEAR_CLOSED, f"{body.account} has settled {body.year}")
    for source, year in years:
        if year.reopened:
            what = f"{source.id} {body.year} is reopened; it is verified or determined again first"
            return no(rules, "calendar", Why.NOT_VERIFIED, what)
    for series in _in_advance(state, [source.id for source, _ in years], body.year):
        what = f"{series} was given in advance and waits to be settled by verified output"
        return no(rules, "allocation", Why.CONDITION_OPEN, what)
    if at <= deadline(rules, body.year):
        return no(
            rules,
            "calendar",
            Why.TOO_EARLY,
            f"surrender is open until {surrender_day(rules, body.year)}",
        )
    if terms_of(rules, body.year).penalty == "indexed_per_tonne" and body.year not in lookup.index_thousandths(rules):
        return no(
            rules, "shortfall", Why.NOT_CONSERVED, f"penalty_index.csv has no index for {body.year}; adopt one that has"
        )
    month = month_before(surrender_day(rules, body.year))
    taken = deducted(state, rules, body.account, (*_open(years), *_open_late(state, at, body.account)))
    settlements: list[e.Settlement] = []
    verified: dict[str, int] = {}
    surrendered: dict[str, int] = {}
    for source, year in years:
        for pollutant in year.obligation:
            of_year = emitted(state, year, pollutant) or 0
            verified[pollutant] = verified.get(pollutant, 0) + of_year
            more = taken.given[source.id, body.year, pollutant]
            surrendered[pollutant] = surrendered.get(pollutant, 0) + year.surrendered.get(pollutant, 0) + more
            settlements.append(_settle(state, rules, source, body.year, pollutant, month, more))
            due = settlements[-1].penalty_fen
            if due > MOST:
                return no(rules, "shortfall", Why.TOO_LARGE, f"{source.id} {pollutant}: a penalty of {yuan(due)} yuan")
    late = _late(state, rules, at, body.account, taken)
    if isinstance(late, Refusal):
        return late
    banked, moves = _bank(state, rules, body, verified, surrendered, taken)
    offers = sales_off(state, body.account, actor)
    cuts = overrun(state, body.account, moves, taken.gone)
    until, by_case = pay_by(rules, at, surrender_day(rules, body.year)), rules.cases.shortfall == "by_case"
    closed = e.YearClosed(body.account, body.year, tuple(settlements), banked, moves, late, until, by_case)
    return (*offers, *taken.events, *cuts, closed)


def _in_advance(state: State, sources: Sequence[str], year: int) -> Iterator[str]:
    """Series of a year of which some of these sources have a part in advance."""
    for series, advance in state.advances.items():
        if Series.parse(series).vintage == year and any(source in advance.given for source in sources):
            yield series


def _open(years: list[tuple[Source, Year]]) -> Iterator[OwedByYear]:
    """What is owed for the year that ends and was not given."""
    for source, year in years:
        for pollutant, owed in year.obligation.items():
            yield OwedByYear(source, year.year, pollutant, owed - year.surrendered.get(pollutant, 0))


def _open_late(state: State, at: int, account: str) -> Iterator[OwedByYear]:
    """What corrections of earlier years added, and whose day is over."""
    for name, number in state.extras:
        source, year = state.sources[name], state.years[name, number]
        if source.account == account and state.civil.day_of(at) > year.extra_until:
            for pollutant, extra in sorted(year.extra.items()):
                yield OwedByYear(source, number, pollutant, extra)


def warned(state: State, rules: Rulebook, body: c.CloseYear, events: tuple[e.Event, ...]) -> Warned:
    """Who is short and what that costs, with what corrections added; what is lost over the limit or has expired."""
    (event,) = (event for event in events if isinstance(event, e.YearClosed))

    def named(year: int, each: e.Settlement | e.LateSettlement) -> str:
        by_case = " by case" * event.by_case
        cost = f"{yuan(each.penalty_fen)} {rules.currency.name_en}{by_case}"
        return f"short {each.source} {each.pollutant} {year}, penalty {cost}"

    short = {named(body.year, each): each.shortfall for each in event.settlements}
    late = {named(each.year, each): each.shortfall for each in event.late}
    lost = {f"lost {move.series}": count_of(move.blocks) for move in event.entry if isinstance(move, Delivered)}
    return positive_only({**short, **late, **lost})


def _settle(
    state: State, rules: Rulebook, source: Source, number: int, pollutant: str, month: str, more: int
) -> e.Settlement:
    """How the year ends for a pollutant, with what is deducted besides."""
    year = state.years[source.id, number]
    owed = year.obligation[pollutant]
    given = year.surrendered.get(pollutant, 0) + more
    short = owed - given
    assert short >= 0, f"I11: {source.id} surrendered more than it owes"
    price = _price(state, rules, number, pollutant, month)
    due = penalty_of(rules, number, short, price)
    made_up = makeup(short, terms_of(rules, number).makeup_percent)
    return e.Settlement(source.id, pollutant, owed, given, short, due, price, made_up)


def _late(
    state: State, rules: Rulebook, at: int, account: str, taken: Deducted
) -> tuple[e.LateSettlement, ...] | Refusal:
    """What corrections of earlier years added and nobody surrendered until its day: it is missing as well."""
    late = []
    for source, number, pollutant, extra in _open_late(state, at, account):
        year = state.years[source.id, number]
        short = extra - taken.given[source.id, number, pollutant]
        price = _price(state, rules, number, pollutant, month_before(year.extra_until))
        due = penalty_of(rules, number, short, price)
        if year.due_fen.get(pollutant, 0) + due > MOST:
            return no(rules, "shortfall", Why.TOO_LARGE, f"{source.id} {pollutant}: a penalty of {yuan(due)} yuan")
        made_up = makeup(short, terms_of(rules, number).makeup_percent)
        if short:
            until = pay_by(rules, at, year.extra_until)
            late.append(e.LateSettlement(source.id, number, pollutant, short, due, price, made_up, until))
    return tuple(late)


def _price(state: State, rules: Rulebook, period: int, pollutant: str, month: str) -> int:
    """The mean that the terms of the period rest on; the fixed price where nothing was traded."""
    terms = terms_of(rules, period)
    first = f"{period}-01" if terms.mean == "cycle" else ""
    price = state.mean_price(pollutant, month, first)
    return terms.fixed_fen_per_t if price is None else price


@lru_cache(maxsize=256)
def terms_of(rules: Rulebook, period: int) -> ShortfallPeriod:
    """What the law says for a year: the newest row that begins in it or before, else the section itself."""
    law = rules.shortfall
    held = [row for row in law.periods if row.period <= period]
    if held:
        return max(held, key=lambda row: row.period)
    return ShortfallPeriod(
        period=period,
        penalty=law.penalty,
        price_multiple=law.price_multiple,
        fixed_fen_per_t=law.fixed_fen_per_t,
        flat_fen=law.flat_fen,
        makeup_percent=law.makeup_percent,
        cite=law.cite,
        status=law.status,
    )


def penalty_of(rules: Rulebook, period: int, short: int, price: int) -> int:
    """What so many missing allowances of a period cost, in fen."""
    law, terms = rules.shortfall, terms_of(rules, period)
    lack = Lack(
        short * rules.allowance.size_kg,
        price,
        terms.price_multiple,
        terms.fixed_fen_per_t,
        terms.flat_fen,
        lookup.index_thousandths(rules).get(period),
        law.index_base_thousandths,
        law.tonne_mg,
    )
    return penalty(terms.penalty, lack)


def _bank(
    state: State,
    rules: Rulebook,
    body: c.CloseYear,
    verified: dict[str, int],
    surrendered: dict[str, int],
    taken: Deducted,
) -> tuple[dict[str, int], tuple[Move, ...]]:
    """What may go on, youngest vintage first; what is over the limit or expires goes to the reserves.

    What is blocked counts against the limit like the rest, but it stays where it is until it is free.
    """
    law = rules.banking
    banked: dict[str, int] = {}
    moves: list[Move] = []
    held = [
        (Series.parse(name), position.count - taken.gone[name])
        for name, position in state.ledger.of_account(body.account)
    ]
    for pollutant, owed in sorted(verified.items()):
        left = [(series, count) for series, count in held if series.pollutant == pollutant]
        due = sum(count for series, count in left if series.vintage <= body.year)
        sold = state.net_sold.get((body.account, pollutant), 0)
        of = base(law.of, YearEnd(due, surrendered[pollutant], owed, sold))
        room = bank(law.open, of, law.limit_basis_points, law.basic_count or 0)
        carried = carry(left, room, body.year, rules.allowance.vintages_back)
        banked.update({str(series): count for series, count in carried.kept.items()})
        for series, count in (*carried.over.items(), *carried.expired.items()):
            there = taken.blocks(state, body.account, str(series))
            gone, _ = lowest(there, min(count, count_of(there) - blocked(state, body.account, str(series))))
            if gone:
                moves.append(Delivered(body.account, accounts.reserve(series.jurisdiction), str(series), gone))
    return banked, tuple(moves)


def _owed(state: State, rules: Rulebook, source: str, year: int) -> Year | Refusal:
    known = state.years.get((source, year))
    if known is None or known.verified_mg is None:
        report, verify = (due_day(rules, year, day) for day in (rules.calendar.report_by, rules.calendar.verify_by))
        what = (
            f"{source} has no verified emission for {year}; it is reported until {report} and verified until {verify}"
        )
        return no(rules, "calendar", Why.NOT_VERIFIED, what)
    return known


def _admitted(
    state: State, rules: Rulebook, source: Source, year: int, pollutant: str, claims: Claims
) -> list[tuple[Series, int]]:
    """What counts for the year: what is free, and what is pledged or leased but may be surrendered."""
    found: list[tuple[Series, int]] = []
    for name, position in state.ledger.of_account(source.account):
        series = Series.parse(name)
        count = position.free + sum(claim.count for claim in claims.get(name, ()))
        if count and credits.counts(rules, series, pollutant, source.jurisdiction, year):
            found.append((series, count))
    return found


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.Surrender: surrender,
    c.CloseYear: close_year,
}

#: What commands are to say that it is known.
WARNS: dict[type, Warns] = {
    c.CloseYear: Warns("shortfall", warned),
}
