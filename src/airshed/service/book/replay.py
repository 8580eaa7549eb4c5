"""A book under another law: every command of it is offered again, as it was, to an engine under that law.

Nobody adapts: people sent what made sense under the law they had. A few things are done so that the comparison is of
laws and not of numbering and form. Numbers that the engine gives (orders, deals, acts, pledges, ...) are translated; a
command that names something which was never made under the other law is not offered, and counted as such. A
confirmation of what needs none is left out. What is refused for its form is fitted and counted: an order off the tick
or lot of the other law is priced on it, a surrender of more than is owed or held is cut to what is there. Sealed days,
reports and deposits are facts and stay what they were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import msgspec

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.decide import decide, knowing
from airshed.engine.invariants import check as check_state
from airshed.engine.journal import GENESIS, Line, MemoryJournal, Record
from airshed.engine.runner import Answer, Runner, checked, following, take_in
from airshed.engine.state import State
from airshed.model.measures import LARGEST
from airshed.model.provenance import OTHER_LAW, Simulation
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.rulebook import lookup
from airshed.rulebook.digest import digest
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.strict import kinds, peeled
from airshed.rulebook.tables import IndexOf
from airshed.service.book.replay_sums import Sums

#: What became of a command: the same; refused only now; accepted only now; refused for another reason; names what
#: was never made; confirms what needs no confirmation; adopts a law.
Fate = Literal["same", "refused", "accepted", "otherwise", "dangling", "unneeded", "law"]
#: Events that give a number: its name, and what it counts within.
GIVES: Mapping[type, tuple[str, tuple[str, ...]]] = {
    e.OrderPlaced: ("order", ()),
    e.DealOffered: ("deal", ()),
    e.ActProposed: ("act", ()),
    e.PledgeOffered: ("pledge", ()),
    e.LeaseOffered: ("lease", ()),
    e.RightGranted: ("right", ()),
    e.AllocationBought: ("purchase", ()),
    e.ApplicationMade: ("application", ()),
    e.WithdrawalNoticed: ("withdrawal", ()),
    e.AllowancesWithheld: ("withholding", ()),
    e.HoursMarked: ("mark", ()),
    e.CallOrderPlaced: ("number", ("call",)),
    e.ZoneOfferPlaced: ("number", ("call",)),
    e.ZoneBidPlaced: ("number", ("call",)),
    e.BidSealed: ("number", ("venue", "name")),
    e.ImprovementRequested: ("number", ("source", "year")),
}
#: Commands that name a number which counts within something.
WITHIN: Mapping[type, tuple[str, ...]] = {
    c.DropCallOrder: ("call",),
    c.DropZoneOrder: ("call",),
    c.WithdrawBid: ("venue", "name"),
    c.AnswerImprovement: ("source", "year"),
    c.CloseImprovement: ("source", "year"),
}
#: By command: the field that names a number that the engine gave, and what it counts within.
NAMES: Mapping[type, tuple[str, tuple[str, ...]]] = {
    kind: (name, WITHIN.get(kind, ()))
    for kind in get_args(c.Body)
    for name, held in kinds(kind).items()
    if name in {given for given, _ in GIVES.values()} and peeled(held)[0] is int
}
#: Sections that say what a place has, not what is decided about it; and how bids were sealed, which nobody can do anew.
HERE = (
    "currency",
    "jurisdictions",
    "sectors",
    "pollutants",
    "caps",
    "benchmarks",
    "limits",
    "applicability",
    "receptors",
    "transfer",
    "ratios",
    "sale_prices",
    "price_index",
    "sealing",
)
#: Reasons for which a surrender is cut to what can be surrendered.
TOO_MUCH = (Why.TOO_LARGE, Why.INSUFFICIENT_HOLDING)


class Changed(msgspec.Struct, frozen=True):
    """A command that fared differently."""

    seq: int
    actor: str
    command: str
    fate: Fate
    #: Why it is refused now, with the article, or was then; empty where it was not.
    before: str
    after: str
    article: str
    detail: str


@dataclass(slots=True)
class LawsCompared:
    """What a book comes to under its own law and under another."""

    records: int = 0
    cut: int = 0
    fitted: int = 0
    waiting: int = 0
    fates: Counter[tuple[str, Fate]] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    changed: list[Changed] = field(default_factory=list)
    before: Sums = field(default_factory=Sums)
    after: Sums = field(default_factory=Sums)


def under(lines: Iterable[Line], other: Rulebook, progress: Callable[[int], object] = lambda seq: None) -> LawsCompared:
    """Offer the commands of a book to an engine under another law. Malformed if the book is damaged, or has no law.

    The other law is taken to hold from the first day, with the founders of the book, and no later one after it.
    """
    return _Replay(other).run(lines, progress)


def here(other: Rulebook, own: Rulebook) -> Rulebook:
    """Another law as it would be written here: with this law's places, sectors, pollutants, caps and benchmarks.

    What is decided about them (allocation, auction, trade, banking, penalties, deadlines, roles) is the other's.
    """
    replace = msgspec.structs.replace
    sectors = {sector.code for sector in own.sectors}
    walls = tuple(sector for sector in other.trade_rules.walled_sectors if sector in sectors)
    facts: dict[str, Any] = {section: getattr(own, section) for section in HERE}
    shortfall = replace(other.shortfall, rows=_carried_on(other.shortfall.rows, own))
    return replace(
        other,
        programme=replace(other.programme, zone=own.programme.zone),
        trade_rules=replace(other.trade_rules, walled_sectors=walls, failing=(), no_export=()),
        variations=(),
        shortfall=shortfall,
        **facts,
    )


def carried_on(other: Rulebook, own: Rulebook) -> IndexOf | None:
    """The index that `here` lets hold for years of this law that the other's penalty index does not reach, if any."""
    more = _carried_on(other.shortfall.rows, own)[len(other.shortfall.rows) :]
    last = max(other.shortfall.rows, key=lambda row: row.period, default=None)
    return last if more and other.shortfall.penalty == "indexed_per_tonne" else None


def _carried_on(rows: tuple[IndexOf, ...], own: Rulebook) -> tuple[IndexOf, ...]:
    """The last index holds for the vintages that come after it: a price index is of a time, not of a place."""
    if not rows:
        return rows
    last = max(rows, key=lambda row: row.period)
    later = sorted({row.vintage for row in own.caps.rows if row.vintage > last.period})
    return (*rows, *(msgspec.structs.replace(last, period=year, status="to confirm") for year in later))


class _Replay:
    def __init__(self, other: Rulebook) -> None:
        self.other = other
        self.before = State()
        self.runner: Runner | None = None
        self.found = LawsCompared()
        #: The number under the other law of what the book knows by (kind, scope, number).
        self.known: dict[tuple[Any, ...], int] = {}
        #: Acts of the book that happened at once under the other law, and those that were to adopt a later law.
        self.at_once: set[int] = set()
        self.adopting: set[int] = set()

    def run(self, lines: Iterable[Line], progress: Callable[[int], object]) -> LawsCompared:
        reached = GENESIS
        for line in lines:
            record, reached = checked(line, self.before.seq, reached)
            self._record(record)
            progress(record.seq)
        if self.runner is None:
            raise Malformed("book", "adopts no rulebook", "airshed book new makes a book with one")
        self.found.before.close(self.before)
        self.found.after.close(self.runner.state)
        self.found.waiting = len(self.runner.state.acts)
        check_state(self.runner.state)
        return self.found

    def _record(self, record: Record) -> None:
        found = self.found
        found.records += 1
        fate, answer = self._offered(record)
        with following(record.seq):
            take_in(self.before, record)
            found.before.take(self.before, record.events)
        name = type(record.body).__name__
        found.fates[name, fate] += 1
        if fate in ("refused", "otherwise", "dangling", "accepted"):
            self._note(record, fate, answer.refusal if answer is not None else None)

    def _offered(self, record: Record) -> tuple[Fate, Answer | None]:
        body = record.body
        if isinstance(body, c.AdoptRulebook):
            return self._adopted(record)
        if self.runner is None:
            return ("same", None)
        if isinstance(body, c.ConfirmAct | c.RejectAct) and body.act in self.adopting:
            return ("law", None)
        if isinstance(body, c.ConfirmAct) and body.act in self.at_once:
            return ("unneeded", None)
        translated = self._translated(body)
        if translated is None:
            return ("same" if record.refusal is not None else "dangling", None)
        if record.refusal is None:  # whoever confirmed what this law warns of would confirm what the other one does
            translated = knowing(self.runner.state, self.runner.rules, record.at, record.actor, translated)
        answer = self._send(record, translated, record.key)
        refusal = answer.refusal
        if refusal is not None and isinstance(translated, c.Surrender) and refusal.why in TOO_MUCH:
            answer = self._cut(record, translated) or answer
        elif refusal is not None and refusal.why in (Why.OFF_TICK, Why.OFF_LOT):
            answer = self._fit(record, translated) or answer
        self._learn(record, answer)
        return _fate(record.refusal, answer.refusal), answer

    def _adopted(self, record: Record) -> tuple[Fate, Answer | None]:
        """The other law in place of the first one; whatever else is adopted later is left out."""
        if self.runner is not None or record.refusal is not None:
            self.adopting.update(event.act for event in record.events if isinstance(event, e.ActProposed))
            return ("law", None)
        replace = msgspec.structs.replace
        founders = tuple(
            replace(self.other.founders[0], actor=event.actor, role=self._role(event.role))
            for event in record.events
            if isinstance(event, e.ActorRegistered)
        )
        programme = replace(self.other.programme, authority=record.actor)
        law = replace(self.other, programme=programme, founders=founders)
        self.runner = Runner(MemoryJournal(), law, tables=False)
        body = c.AdoptRulebook(law.programme.id, law.programme.version, digest(law), Simulation(OTHER_LAW))
        answer = self._send(record, body, record.key)
        assert answer.refusal is None, answer.refusal
        return ("law", answer)

    def _role(self, code: str) -> str:
        """A role of the book under the other law: the same, or that of the office which runs its programme."""
        there = code in lookup.people(self.other)
        return code if there else lookup.founder_role(self.other, self.other.programme.authority)

    def _send(self, record: Record, body: c.Body, key: str) -> Answer:
        assert self.runner is not None
        answer = self.runner.send(c.Command(record.actor, key, body), record.at)
        self.found.after.take(self.runner.state, answer.events)
        return answer

    def _fit(self, record: Record, body: c.Body) -> Answer | None:
        """An order on the tick and lot of the other law, no worse for who sends it; None if there is none."""
        if not isinstance(body, c.PlaceOrder | c.PlaceCallOrder | c.PlaceBid):
            return None
        law = self.other.auction if isinstance(body, c.PlaceBid) else self.other.trading
        tick, selling = law.tick_fen_per_t, not isinstance(body, c.PlaceBid) and body.side == "sell"
        limit = -(-body.limit // tick) * tick if selling else body.limit // tick * tick
        count = body.count // law.lot * law.lot
        if count <= 0 or not 0 < limit <= LARGEST:
            return None
        self.found.fitted += 1
        return self._send(record, msgspec.structs.replace(body, count=count, limit=limit), f"{record.key}~fit")

    def _cut(self, record: Record, body: c.Surrender) -> Answer | None:
        """A surrender for what is owed and there, which nobody could have known before; None if that is nothing."""
        assert self.runner is not None
        state = self.runner.state
        year = state.years.get((body.source, body.year))
        if year is None:
            return None
        owed = year.obligation.get(body.pollutant, 0) - year.surrendered.get(body.pollutant, 0)
        low, high, best = 0, min(body.count, owed), None
        while low < high:  # what may be surrendered of pledges, leases and old vintages is the engine's to say
            middle = (low + high + 1) // 2
            tried = msgspec.structs.replace(body, count=middle)
            if self._would(record, tried):
                low, best = middle, tried
            else:
                high = middle - 1
        if best is None:
            return None
        self.found.cut += 1
        return self._send(record, best, f"{record.key}~cut")

    def _would(self, record: Record, body: c.Body) -> bool:
        assert self.runner is not None
        command = c.Command(record.actor, "tried", body)
        at = max(record.at, self.runner.state.at)
        return not isinstance(decide(self.runner.state, command, self.runner.rules, at), Refusal)

    # --- numbers

    def _translated(self, body: c.Body) -> c.Body | None:
        """A command with the numbers of the other law; None if it names what was never made there."""
        named = NAMES.get(type(body))
        if isinstance(body, c.OfferLease) and body.part_of:
            new = self.known.get(("lease", body.part_of))
            return None if new is None else msgspec.structs.replace(body, part_of=new)
        if isinstance(body, c.RegisterActor):
            return msgspec.structs.replace(body, role=self._role(body.role))
        if named is None:
            return body
        field_name, within = named
        old = getattr(body, field_name)
        new = self.known.get((field_name, *(getattr(body, each) for each in within), old))
        return None if new is None else msgspec.structs.replace(body, **{field_name: new})

    def _learn(self, record: Record, answer: Answer) -> None:
        """Pair what the same command made here and there."""
        for kind, (field_name, within) in GIVES.items():
            olds = [event for event in record.events if type(event) is kind]
            news = [event for event in answer.events if type(event) is kind]
            for old, new in zip(olds, news, strict=False):
                scope = tuple(getattr(old, each) for each in within)
                self.known[(field_name, *scope, getattr(old, field_name))] = getattr(new, field_name)
        proposed = [event.act for event in record.events if isinstance(event, e.ActProposed)]
        if proposed and answer.refusal is None and not any(isinstance(event, e.ActProposed) for event in answer.events):
            self.at_once.update(proposed)

    def _note(self, record: Record, fate: Fate, refusal: Refusal | None) -> None:
        name = type(record.body).__name__
        before = record.refusal.why.value if record.refusal is not None else ""
        after = refusal.why.value if refusal is not None else "dangling" if fate == "dangling" else ""
        article = refusal.cite if refusal is not None else ""
        detail = refusal.detail if refusal is not None else ""
        self.found.reasons[name, after, article] += fate != "accepted"
        self.found.changed.append(Changed(record.seq, record.actor, name, fate, before, after, article, detail))


def _fate(before: Refusal | None, after: Refusal | None) -> Fate:
    if before is None:
        return "same" if after is None else "refused"
    if after is None:
        return "accepted"
    return "same" if before.why == after.why else "otherwise"
