"""Files of estimates held against a book: what it has of each, what it has without a file, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from airshed.engine.commands import FileEstimate
from airshed.engine.nouns import FiledEstimate
from airshed.engine.state import State
from airshed.model.refusal import Malformed
from airshed.service.stacks.estimate_files import ReadEstimate

Held = Literal["as in the book", "differs", "not in the book"]


class HeldEstimate(NamedTuple):
    """A file and what the book says of it."""

    read: ReadEstimate
    held: Held
    #: What the book has under its digest; None where it has nothing.
    filed: FiledEstimate | None


def held_against(state: State, reads: Iterable[ReadEstimate]) -> list[HeldEstimate]:
    """Each file with what the book has under its digest: the same mass, another, or nothing."""
    filed = {evidence: each for year in state.estimates.values() for evidence, each in year.items()}
    found = []
    for read in reads:
        known = filed.get(read.digest)
        held: Held = "not in the book" if known is None else "as in the book" if _same(read, known) else "differs"
        found.append(HeldEstimate(read, held, known))
    return found


def _same(read: ReadEstimate, known: FiledEstimate) -> bool:
    body = read.command()
    return all(
        getattr(body, name) == getattr(known, name)
        for name in ("source", "year", "pollutant", "part", "method", "first", "last", "mass_mg", "below", "above")
    )


def without_file(state: State, reads: Sequence[ReadEstimate]) -> list[FiledEstimate]:
    """What stands in the book of the years of these files, and rests on none of them."""
    there = {read.digest for read in reads}
    years = {read.said.year for read in reads}
    return [
        each
        for (_, year), filed in state.estimates.items()
        if year in years
        for evidence, each in filed.items()
        if evidence not in there
    ]


def lacking(state: State, reads: Iterable[ReadEstimate], reason: str) -> Iterator[FileEstimate]:
    """The wishes that hand in what the book lacks; one that takes the place of another names it.

    `Malformed` where an estimate of the same days stands and no reason is given.
    """
    for each in held_against(state, reads):
        if each.held == "differs":
            raise Malformed(each.read.place, "gives another mass than the book has under its digest", "find out why")
        if each.filed is not None:
            continue
        said, (first, last) = each.read.said, each.read.span
        for other in state.estimates.get((said.source, said.year), {}).values():
            same = (other.part, other.pollutant) == (said.part, said.pollutant)
            if same and other.first <= last and first <= other.last:
                if not reason:
                    what = f"{said.part} {said.pollutant} of these days is handed in already"
                    raise Malformed(each.read.place, what, "say why with --reason")
                yield each.read.command(other.evidence, reason)
                break
        else:
            yield each.read.command()
