"""The works of a report: who they are from the book; names, places and outlines from a zone, where one has them."""

from __future__ import annotations

import msgspec

from airshed.engine.events import SourceRegistered
from airshed.engine.journal import decode
from airshed.pages.kit.words import Phrase, same
from airshed.service.book.kept import KeptBook
from airshed.zone.outlines import Outline
from airshed.zone.zone import Zone, ZoneSource


class Spot(msgspec.Struct, frozen=True):
    """Where a works stands, and how exact that is."""

    lat: float
    lon: float
    accuracy: str


class GroundWorks(msgspec.Struct, frozen=True):
    """A source of the book."""

    source: str
    name: Phrase
    jurisdiction: str
    sector: str
    #: Its place, name and size are drawn from a seed.
    simulated: bool
    #: It had abated before the programme began, as its zone says.
    early: bool
    #: None where no zone says where it stands.
    spot: Spot | None


class StackPlace(msgspec.Struct, frozen=True):
    """Where a stack stands and how it is called."""

    stack: str
    source: str
    jurisdiction: str
    name: Phrase


class Ground(msgspec.Struct, frozen=True):
    """What the market stands on."""

    #: Of the zone; None where nobody gave one, or it has none of these works.
    name: Phrase | None
    works: tuple[GroundWorks, ...]
    stacks: dict[str, StackPlace]
    outlines: tuple[Outline, ...]
    #: Hands from which facts of the zone come, in English and Chinese.
    credits: tuple[tuple[str, str], ...]

    def of(self, source: str) -> GroundWorks:
        """One of the works."""
        return next(each for each in self.works if each.source == source)

    @property
    def unplaced(self) -> int:
        """Works of which nobody says where they stand."""
        return sum(each.spot is None for each in self.works)


def ground(book: KeptBook, zone: Zone | None) -> Ground:
    """The works of a book in the order of the zone, then of their entry.

    A works of the zone is one of the book where both code and name are the same.
    """
    known = {} if zone is None else {source.source: source for source in zone.sources}
    order = {source: place for place, source in enumerate(known)}
    entered = [
        event
        for line in book.holding(SourceRegistered.__name__.encode())
        for event in decode(line).events
        if isinstance(event, SourceRegistered)
    ]
    entered.sort(key=lambda each: order.get(each.source, len(order)))
    mine = {each.source: known[each.source] for each in entered if _same(known.get(each.source), each.name)}
    works = tuple(_works(each, mine.get(each.source)) for each in entered)
    placed = zone if mine else None
    outlets = (
        {} if placed is None else {stack.stack: Phrase(stack.outlet_en, stack.outlet_zh) for stack in placed.stacks}
    )
    stacks = {
        entry.stack: StackPlace(entry.stack, each.source, each.jurisdiction, _named(one, entry.stack, outlets))
        for each, one in zip(entered, works, strict=True)
        for entry in each.stacks
    }
    if placed is None:
        return Ground(None, works, stacks, (), ())
    name = Phrase(placed.name_en, placed.name_zh)
    ordered = {stack.stack: stacks[stack.stack] for stack in placed.stacks if stack.stack in stacks}
    return Ground(name, works, {**ordered, **stacks}, placed.outlines, placed.credits)


def _same(source: ZoneSource | None, name: str) -> bool:
    return source is not None and name in (source.name_en, source.name_zh)


def _works(entered: SourceRegistered, known: ZoneSource | None) -> GroundWorks:
    who = entered.source, same(entered.name), entered.jurisdiction, entered.sector, entered.simulated
    if known is None:
        return GroundWorks(*who, early=False, spot=None)
    return GroundWorks(
        *(entered.source, Phrase(known.name_en, known.name_zh), *who[2:]),
        early=known.role == "early_abater",
        spot=Spot(known.lat, known.lon, known.coordinate_accuracy),
    )


def _named(works: GroundWorks, stack: str, outlets: dict[str, Phrase]) -> Phrase:
    outlet = outlets.get(stack)
    if outlet is None:
        return works.name
    return Phrase(f"{works.name.en}, {outlet.en}", f"{works.name.zh} {outlet.zh}")
