"""From closed stack-years to the book: days to seal, corrections of days that differ, and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec

from airshed.engine.commands import Body, FindingLine, NoteFindings, SealDay
from airshed.engine.procedures.mark import standing, tested_hours
from airshed.engine.state import State
from airshed.model.period import HOUR_MS
from airshed.model.provenance import Programme, Provenance, is_measured, said
from airshed.model.refusal import Malformed
from airshed.mrv.days import SealedDay
from airshed.mrv.findings import Finding
from airshed.mrv.marks import HoursMark
from airshed.mrv.rules import MarkKind
from airshed.mrv.year import StackYear
from airshed.service.book.sending import AddressedCommand
from airshed.service.stacks.recomputed import Made, made_path, result_path, told_in

#: Findings that say nothing against a monitor or its operator: they are shown, and not asked about.
NO_QUESTION = ("idle", "outside_year")


def marks_in_force(state: State, stack: str, year: int) -> tuple[HoursMark, ...]:
    """The marks of a stack's year that stand, and what tests put out of control, by hours of the year."""
    first = state.standard.instant(f"{year}-01-01")
    after = state.standard.instant(f"{year + 1}-01-01")
    marked = tuple(
        HoursMark(
            msgspec.convert(mark.kind, MarkKind),
            (mark.first - first) // HOUR_MS,
            (mark.after - first) // HOUR_MS - 1,
            mark.id,
        )
        for mark in state.stack_marks.get(stack, ())
        if mark.stands and first <= mark.first < after
    )
    tested = tuple(
        HoursMark(
            "calibration",
            max(0, (each.first - first) // HOUR_MS),
            (min(after, each.after or after) - first) // HOUR_MS - 1,
            each.number,
            each.about,
        )
        for each in tested_hours(state, stack)
        if each.touches(first, after)
    )
    return (*marked, *tested)


def all_marks(state: State) -> dict[str, dict[int, tuple[HoursMark, ...]]]:
    """The marks that stand, by stack and year: what `mrv run` is to take into account."""
    found: dict[str, dict[int, tuple[HoursMark, ...]]] = {}
    now = int(state.standard.hour_of(state.at)[:4])
    for stack, marks in state.stack_marks.items():
        years = {int(state.standard.hour_of(mark.first)[:4]) for mark in marks if mark.stands}
        tested = tested_hours(state, stack)
        if tested:
            years |= set(range(min(int(state.standard.hour_of(each.first)[:4]) for each in tested), now + 1))
        for year in sorted(years):
            found.setdefault(stack, {})[year] = marks_in_force(state, stack, year)
    return found


def seal_command(day: SealedDay, marks: Iterable[int] = (), replaces: str = "", reason: str = "") -> SealDay:
    """The wish that puts a sealed day into the book."""
    return SealDay(
        day.stack,
        day.day,
        {mass.pollutant: (mass.measured, mass.substituted, mass.stopped) for mass in day.masses},
        {mass.pollutant: mass.mass_mg for mass in day.masses},
        day.evidence or "",
        replaces,
        reason,
        tuple(marks),
    )


def finding_lines(findings: Iterable[Finding], year: int) -> tuple[FindingLine, ...]:
    """What the host notes in the book: every finding that a verifier would ask about."""
    first = datetime(year, 1, 1)
    return tuple(
        FindingLine(
            found.code,
            found.subject,
            f"{first + timedelta(hours=found.first_hour):%Y-%m-%dT%H}",
            f"{first + timedelta(hours=found.last_hour):%Y-%m-%dT%H}",
            found.hours,
            found.detail,
        )
        for found in findings
        if found.code not in NO_QUESTION and found.hours > 0
    )


def note_command(closed: StackYear) -> NoteFindings:
    """The wish that notes what was found in a stack's year."""
    return NoteFindings(closed.stack, closed.year, finding_lines(closed.findings, closed.year))


def differences(state: State, closed: StackYear, reason: str) -> Iterator[Body]:
    """What the book lacks of a closed year: days never sealed, days that differ (with what they replace), findings.

    `Malformed` when a day differs and no reason is given (nothing is corrected without one), or when the year was
    computed with other marks than stand.
    """
    stand = tuple(mark.mark for mark in marks_in_force(state, closed.stack, closed.year))
    if closed.marks != stand:
        what = f"was computed with marks {list(closed.marks)}, and {list(stand)} stand"
        raise Malformed(f"{closed.stack} {closed.year}", what, "run `airshed mrv run` again, with --book")
    for day in closed.days:
        known = state.days[closed.stack].get(day.day)
        body = seal_command(day, standing(state, closed.stack, day.day))
        if known is None:
            yield body
        elif (known.hours, known.mass_mg, known.evidence, known.marks) != (
            body.hours,
            body.mass_mg,
            body.evidence,
            body.marks,
        ):
            if not reason:
                place = f"{closed.stack} {day.day}"
                raise Malformed(place, "differs from what the book has sealed", "say why with --reason")
            yield msgspec.structs.replace(body, replaces=known.evidence, reason=reason)
    note = note_command(closed)
    if state.findings.get((closed.stack, closed.year)) != note.findings:
        yield note


def as_commands(actor: str, bodies: Iterable[Body], book: str | None = None) -> Iterator[AddressedCommand]:
    """Bodies under keys that follow from what they say, so that the same wish sent twice counts once.

    `book` is the hash of the first record of the book that they are for.
    """
    for body in bodies:
        mark = sha256(msgspec.json.encode(body)).hexdigest()[:16]
        assert isinstance(body, SealDay | NoteFindings), body
        when = body.day if isinstance(body, SealDay) else f"{body.year} findings"
        yield AddressedCommand(actor, f"{body.stack} {when} {mark}", body, book)


def closed_years(out: Path, year: int, book: Provenance | None) -> Iterator[StackYear]:
    """The stack-years of a year that `mrv run` wrote to a folder, by name, for a book that is this.

    `Malformed` for one that is not whole, and for a real programme for one that monitors did not measure.
    """
    results = sorted(result_path(out, year, "any").parent.glob("*.json"))
    if not results:
        raise Malformed(str(out), f"holds no results of {year}", "run `airshed mrv run` first")
    for path in results:
        try:
            made = msgspec.json.decode(made_path(out, year, path.stem).read_bytes(), type=Made)
            raw = path.read_bytes()
            if sha256(raw).hexdigest() != made.result_sha256 or told_in(raw) != made.provenance:
                raise Malformed(str(path), "is not as its manifest says", "run `airshed mrv run` again")
            closed = msgspec.json.decode(raw, type=StackYear)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Malformed(str(path), f"cannot be read ({error})", "run `airshed mrv run` again") from None
        if isinstance(book, Programme) and not is_measured(made.provenance):
            what = f"is not of monitors ({said(made.provenance)[0]}), and the book is a real programme"
            raise Malformed(str(path), what, "seal what monitors measured; rehearse in a book without --programme")
        yield closed
