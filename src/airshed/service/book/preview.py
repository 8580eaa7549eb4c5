"""What commands would do to a book as it stands: decided on its state in memory, written nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from airshed.compliance.banking import last_year
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.decide import SAYS_WHAT_IT_KNOWS, alone, knowing
from airshed.engine.edge import well_formed
from airshed.engine.journal import Record, decode
from airshed.engine.procedures.issue import activities_of, sectors_of
from airshed.engine.recording import recorded
from airshed.engine.runner import Runner, take_in
from airshed.engine.state import State
from airshed.market.allocation import parts
from airshed.market.sharing.lawful import claims_by_law
from airshed.model.allowance import Series, count_of
from airshed.model.refusal import Refusal, Why
from airshed.registry.moves import Delivered
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.book.sealed import SAYING_FREE, sealed_in

#: Stands for the sentence of a refusal that would say how much is free.
SILENT = "how much is free is not told while sealed bids or orders wait"
#: Commands that open what is sealed: what comes of them is not told before they are sent.
OPENS_SEALED = (c.CloseAuction, c.CloseCall, c.CloseZoneCall, c.CloseRepurchase, c.EndBidding)


class Left(msgspec.Struct, frozen=True):
    """What becomes of an account's allowances of a series when its year is closed."""

    series: str
    held: int
    #: Goes on to the next year.
    banked: int
    #: Lost: over the banking limit, or of a vintage that no coming year admits. Both go to the government reserve.
    over_limit: int
    expired: int
    #: Over the limit or expired, but blocked, so that it stays until it is free.
    blocked: int


class Closing(msgspec.Struct, frozen=True):
    """What `CloseYear` would settle; allowances of one kilogram, fen."""

    account: str
    year: int
    settlements: tuple[e.Settlement, ...]
    left: tuple[Left, ...]
    #: Offers of the account that are taken back first.
    offers_off: int
    #: Money of the account that is not set aside, against the penalties; None where a sealed bid would be told by it.
    free_fen: int | None

    @property
    def short(self) -> int:
        """Allowances missing over all pollutants."""
        return sum(each.shortfall for each in self.settlements)

    @property
    def penalty_fen(self) -> int:
        """What will be due."""
        return sum(each.penalty_fen for each in self.settlements)

    @property
    def makeup(self) -> int:
        """What the next allocations will withhold for this year."""
        return sum(each.makeup for each in self.settlements)


class Got(msgspec.Struct, frozen=True):
    """What a source would get of a series."""

    source: str
    entrant: bool
    #: What it claims by itself, in kilograms, rounded.
    claimed_kg: int
    #: Its share, and what of it an earlier shortfall takes.
    count: int
    made_up: int


class PreviewedShares(msgspec.Struct, frozen=True):
    """What `Allocate` would share out."""

    series: str
    method: str
    cap: int
    #: Set aside for new entrants, for auction, and what incumbents share.
    reserve: int
    auction: int
    pool: int
    #: The claims of incumbents, and of new entrants, in kilograms, rounded.
    claimed_kg: int
    entrants_claimed_kg: int
    #: What the reserve account gets in the end: unclaimed reserve and make-up.
    reserved: int
    awards: tuple[Got, ...]
    #: Kilograms of an allowance.
    size_kg: int

    @property
    def above(self) -> int:
        """By how much the pool is above all claims: so much more than they claim do incumbents get."""
        return max(0, self.pool - round(self.claimed_kg / self.size_kg))


class Foreseen(msgspec.Struct, frozen=True):
    """What the book would say of a command."""

    record: Record
    #: It has this answer already: the same key and content stand in the book.
    answered: bool = False
    #: It would leave a record; a sender who is not registered leaves none.
    recorded: bool = True
    #: It only becomes an act that another confirms; what is told beside is what would come of that.
    waits: bool = False
    #: What would come of an act that waits, were it confirmed now.
    comes: tuple[e.Event, ...] = ()
    #: It opens sealed bids: what comes of it is not told.
    sealed: bool = False
    #: Why the act, once confirmed, would be refused as things stand.
    then: Refusal | None = None
    closings: tuple[Closing, ...] = ()
    sharing: PreviewedShares | None = None
    #: It is refused as it stands, for it does not say what is known; what is told beside is what would come of it then.
    unconfirmed: Refusal | None = None

    @property
    def knowing(self) -> dict[str, int] | None:
        """What the command does not say yet, as it is to say it."""
        body = self.record.body
        return body.knowing if self.unconfirmed and isinstance(body, SAYS_WHAT_IT_KNOWS) else None

    @property
    def command(self) -> c.Command:
        """The command as it is to be sent: it says what is known."""
        return c.Command(self.record.actor, self.record.key, self.record.body)


def foresee(runner: Runner, wishes: Iterable[c.Command], at: int) -> Iterator[Foreseen]:
    """Decide commands one after the other as the writer would, each on what those before it would leave.

    Only the memory of `runner` changes, which therefore must not write afterwards. Nothing is told after a command that
    opens sealed bids, for what follows would tell of them.
    """
    state, rules, made = runner.state, runner.rules, dict[int, Record]()
    sealed = frozenset(account for account, _, _ in sealed_in(state))
    for wish in wishes:
        command = well_formed(wish, at)
        seen = state.keys.get((command.actor, command.key))
        earlier = None
        if seen is not None:
            earlier = made[seen] if seen in made else decode(runner.journal.line(seen))
        text = runner.text(command.body)
        record = recorded(state, command, rules, at, earlier, text)
        if isinstance(record, Refusal):
            none = Record(state.seq + 1, at, command.actor, command.key, command.body, (), record)
            yield Foreseen(none, recorded=False)
            continue
        if record is earlier:
            yield Foreseen(record, answered=True)
            continue
        unconfirmed = None
        if record.refusal is not None and record.refusal.why is Why.UNCONFIRMED:
            body = knowing(state, rules, at, command.actor, command.body)
            again = recorded(state, msgspec.structs.replace(command, body=body), rules, at, earlier, text)
            if isinstance(again, Record) and again.refusal is None:
                unconfirmed, record = record.refusal, again
        told = msgspec.structs.replace(_told(state, rules, record, sealed, text), unconfirmed=unconfirmed)
        yield _discreet(told) if sealed else told
        if told.sealed:
            return
        made[record.seq] = msgspec.structs.replace(record, body=command.body)
        in_force = state.rulebook
        take_in(state, record)
        if text is not None and state.rulebook is not in_force:
            rules = text


def settling(state: State, rules: Rulebook, year: int) -> Iterator[c.Command]:
    """`CloseYear` of every account that operates a source and has not settled the year, as the authority sends it."""
    for account in sorted({source.account for source in state.sources.values()}):
        if (account, year) not in state.closed:
            yield c.Command(rules.programme.authority, f"close {account} {year}", c.CloseYear(account, year))


def _discreet(told: Foreseen) -> Foreseen:
    """While bids are sealed no refusal says how much is free, for that tells how much is set aside for them."""
    refusal = told.record.refusal
    if refusal is not None and refusal.why in SAYING_FREE:
        record = msgspec.structs.replace(told.record, refusal=msgspec.structs.replace(refusal, detail=SILENT))
        return msgspec.structs.replace(told, record=record)
    if told.then is not None and told.then.why in SAYING_FREE:
        return msgspec.structs.replace(told, then=msgspec.structs.replace(told.then, detail=SILENT))
    return told


def _told(
    state: State, rules: Rulebook, record: Record, sealed: frozenset[str], text: Rulebook | None = None
) -> Foreseen:
    if record.refusal is not None:
        return Foreseen(record)
    body: c.Body = record.body
    if isinstance(body, c.ConfirmAct):
        body = state.acts[body.act].body
    waits = any(isinstance(event, e.ActProposed) for event in record.events)
    if isinstance(body, OPENS_SEALED):
        return Foreseen(record, waits=waits, sealed=not waits)
    events: tuple[e.Event, ...] = record.events
    if waits:
        decision = alone(state, rules, record.at, record.actor, body, text)
        if isinstance(decision, Refusal):
            return Foreseen(record, waits=True, then=decision)
        events = decision
    shared = next((event for event in events if isinstance(event, e.Allocated)), None)
    return Foreseen(
        record,
        waits=waits,
        comes=events if waits else (),
        closings=tuple(
            _closing(state, rules, event, len(events) - 1, hidden=event.account in sealed)
            for event in events
            if isinstance(event, e.YearClosed)
        ),
        sharing=_sharing(state, rules, body, shared) if shared and isinstance(body, c.Allocate) else None,
    )


def _closing(state: State, rules: Rulebook, event: e.YearClosed, others: int, *, hidden: bool) -> Closing:
    pollutants = {each.pollutant for each in event.settlements}
    gone = {move.series: count_of(move.blocks) for move in event.entry if isinstance(move, Delivered)}
    left = []
    for name, position in state.ledger.of_account(event.account):
        series = Series.parse(name)
        if series.pollutant not in pollutants or not position.count:
            continue
        lost, banked = gone.get(name, 0), event.banked.get(name, 0)
        ends = series.vintage <= event.year and last_year(series.vintage, rules.allowance.vintages_back) <= event.year
        left.append(
            Left(
                name,
                position.count,
                banked,
                over_limit=0 if ends else lost,
                expired=lost if ends else 0,
                blocked=position.count - banked - lost,
            )
        )
    free = None if hidden else state.ledger.purses[event.account].free
    return Closing(event.account, event.year, event.settlements, tuple(left), others, free)


def _sharing(state: State, rules: Rulebook, body: c.Allocate, event: e.Allocated) -> PreviewedShares:
    law = lookup.local(rules, body.jurisdiction).allocation
    cap = state.ledger.caps[event.series]
    issued = sum(count_of(move.blocks) for move in event.entry if isinstance(move, Delivered))
    split = parts(issued, law.reserve_basis_points, law.auction_basis_points)
    claims = claims_by_law(law, activities_of(sectors_of(state, body), rules, body))
    entrants = {line.source for line in body.activities if line.entrant}
    claimed = round(sum(kg for source, kg in claims.items() if source not in entrants))
    waits = law.unclaimed == "cancelled"  # what nobody claims, until output is verified
    return PreviewedShares(
        event.series,
        event.method,
        cap,
        split.reserved,
        split.for_auction,
        min(split.free, round(claimed / rules.allowance.size_kg)) if waits else split.free,
        claimed_kg=claimed,
        entrants_claimed_kg=round(sum(kg for source, kg in claims.items() if source in entrants)),
        reserved=event.reserved,
        awards=tuple(
            Got(each.source, each.entrant, round(claims[each.source]), each.count, each.made_up)
            for each in event.awards
        ),
        size_kg=rules.allowance.size_kg,
    )
