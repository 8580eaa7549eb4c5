"""What has happened, or would, in people's words: what an event says, and its figures in the units of a screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import inspect as kinds

from airshed.engine.commands import Wish
from airshed.model.allowance import SerialBlock, count_of
from airshed.model.measures import Unit
from airshed.registry.moves import Delivered, Paid
from airshed.service.forms import measures
from airshed.service.forms.form import option_of
from airshed.service.forms.happened import said_of_event
from airshed.service.forms.measures import Terms, unit_of

#: Most lines that one list of an event takes on a screen; --json has all.
MOST = 12
#: What figures of events count whose names do not say so and whose types do not either; of one event by `Event.field`.
_OF_EVENTS: Mapping[str, Unit] = {
    **dict.fromkeys(("limit", "minimum", "ceiling"), Unit.FEN_PER_T),
    **dict.fromkeys(("held", "secured", "value"), Unit.FEN),
    "rent": Unit.FEN_PER_T_YEAR,
    **dict.fromkeys(("ActProposed.until", "BiddingEnded.until", "ClosureNoticed.until"), Unit.MS),
    **dict.fromkeys(("reply_until", "appeal_until", "prove_by"), Unit.MS),
    **dict.fromkeys(("TransferDelayed.due", "TransferMoved.due"), Unit.MS),
    **dict.fromkeys(("AccountTrusted.since", "TransferLimitsSet.since"), Unit.MS),
    "AuctionOpened.reserve": Unit.FEN_PER_T,
    **dict.fromkeys(("SessionClosed.opens", "SessionClosed.closes"), Unit.FEN_PER_T),
    **dict.fromkeys(
        (
            *(
                "reserved",
                "for_auction",
                "unsold",
                "sold",
                "released",
                "withheld",
                "bought",
                "blocked",
                "left",
                "wanted",
            ),
            *(
                "circulation",
                "CirculationStated.held",
                "CirculationStated.parts",
                "SupplyLapsed.kept",
                "SupplyLapsed.most",
                "kept_back",
                "Settled.made_up",
                "Settled.advance",
                "Settled.final",
                "Settled.more",
                "Settled.due",
                "Settled.cut",
                "GroupSettled.level",
                "GroupLine.emitted",
                "GroupLine.own",
                "GroupLine.more",
            ),
            *(
                "obligation",
                "deferred",
                "surrendered",
                "shortfall",
                "makeup",
                "banked",
                "taken",
                "cancelled",
                "retired",
                "short",
            ),
        ),
        Unit.ALLOWANCES,
    ),
}
#: Parts of an event that say how the rules count and not what has happened; --json has them.
ABOUT_RULES = ("_basis_points", "_days", "terms", "rounds", "checks", "rests_on", "version")

#: Figures that are told only where there are any.
_UNLESS_SOME = (
    "interest_fen",
    "accrued_fen",
    "case",
    "by_case",
    "pairs",
    "kept_back",
    "back",
    "pledge",
    "released",
    "withheld",
    "seller_fee",
    "buyer_fee",
    "fee",
    "later",
    "above",
    "part_of",
)


def told(events: tuple[Any, ...], terms: Terms) -> Iterator[str]:
    """A line for each event, and one for each thing that it says."""
    for event in events:
        yield f"{type(event).__name__}: {said_of_event(type(event))[0]}"
        for line in _parts(event, terms):
            yield f"  {line}"


def _parts(event: Any, terms: Terms) -> Iterator[str]:
    short: list[str] = []
    long: list[str] = []
    for field, name, value, unit in named_parts(event):
        if field == "entry":
            long += _cut([move for each in value if (move := _move(each, terms))])
        elif isinstance(value, tuple) and isinstance(value[0], msgspec.Struct):
            long += [f"{name}:", *_cut([f"  {_row(each, terms)}" for each in value])]
        elif isinstance(value, msgspec.Struct):
            long += [f"{name}: {row}"] if (row := _row(value, terms)) else []
        elif isinstance(value, dict):
            long.append(f"{name}: {written(value, unit, terms)}")
        else:
            short.append(f"{name} {written(value, unit, terms)}")
    if short:
        yield ", ".join(short)
    yield from long


def named_parts(struct: Any) -> Iterator[tuple[str, str, Any, Unit | None]]:
    """What a struct says and does not leave empty: field, its name for people, value and unit."""
    shape = kinds.type_info(type(struct))
    assert isinstance(shape, kinds.StructType)
    for field in shape.fields:
        value = getattr(struct, field.name)
        if (
            value in ("", None, (), {})
            or field.name.endswith(ABOUT_RULES)
            or (value == 0 and field.name in _UNLESS_SOME)
        ):
            continue
        own = f"{type(struct).__name__}.{field.name}"
        unit = unit_of(field.name, field.type) or _OF_EVENTS.get(own) or _OF_EVENTS.get(field.name)
        yield field.name, option_of(field.name).replace("-", " "), value, unit


def _cut(lines: list[str]) -> list[str]:
    return lines if len(lines) <= MOST else [*lines[:MOST], f"and {len(lines) - MOST} more"]


def _move(move: Any, terms: Terms) -> str:
    match move:
        case Delivered(origin=origin, target=target, series=series, blocks=blocks):
            count = measures.write(count_of(blocks), Unit.ALLOWANCES, terms)
            return f"{count} of {series}: {origin} -> {target}"
        case Paid(origin=origin, target=target, fen=fen):
            return f"{measures.write(fen, Unit.FEN, terms)}: {origin} -> {target}" if fen else ""
        case _:
            return str(move)


def _row(value: msgspec.Struct, terms: Terms) -> str:
    """A struct inside an event in one line."""
    said = [f"{name} {written(part, unit, terms)}" for _, name, part, unit in named_parts(value)]
    head = [type(value).__name__] if isinstance(value, Wish) else []
    return ", ".join([*head, *said])


def written(value: Any, unit: Unit | None, terms: Terms) -> str:
    """A figure or a word of an event as people read it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int() if unit is Unit.MS:
            return terms.civil.clock(value)[:16]
        case int() if value < 0:
            return f"-{measures.write(-value, unit, terms)}"
        case int():
            return measures.write(value, unit, terms)
        case SerialBlock(first=first, last=last):
            return f"{first}-{last}"
        case msgspec.Struct():
            return f"({_row(value, terms)})"
        case tuple() | list():
            return ", ".join(written(each, unit, terms) for each in value)
        case dict():
            return "; ".join(f"{key} {written(each, unit, terms)}" for key, each in value.items())
        case _:
            return str(value)
