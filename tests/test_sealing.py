"""From recomputed years to the book: new days are sealed, days that differ are corrected with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine.runner import Runner
from airshed.lab.season.marking import PlannedMark, marks_of, touching
from airshed.lab.simulator.small_market import HOST
from airshed.model.period import days_of, hour_instant, instant
from airshed.model.provenance import BY_HAND, Programme, Provenance, Simulation
from airshed.model.refusal import Malformed
from airshed.mrv.days import DayMass, SealedDay
from airshed.mrv.findings import Finding
from airshed.mrv.year import StackYear
from airshed.service.book.opening import begin
from airshed.service.book.sealing import as_commands, differences, finding_lines, marks_in_force
from airshed.service.book.sending import for_this, read_commands
from airshed.service.book.sqlite import Book
from airshed.service.stacks.marked_days import reverted, sealed_and_corrected
from laws import FILES
from markets import AT, AUTHORITY, done, market

AFTER = instant("2028-01-02", 8)
NAMES = ("NOx", "PM", "SO2")


def closed(mass: dict[str, int] | None = None, findings: tuple[Finding, ...] = ()) -> StackYear:
    """A year of the stack of the power works, 5 mg a day but where `mass` says otherwise."""
    days = tuple(
        SealedDay(
            "power-1",
            day,
            tuple(DayMass(name, (mass or {}).get(day, 5), 24, 0, 0) for name in NAMES),
            f"frames of {day}",
        )
        for day in days_of(2027)
    )
    return StackYear("power-1", "s-power", 2027, days, (), (), (), (), (), (), findings)


def sent(runner: Runner, bodies: Iterable[c.Body]) -> list[c.Body]:
    """Send what differs, and say what was sent."""
    commands = list(as_commands(HOST, bodies))
    answers = runner.send_all([(command, AFTER) for command in commands])
    assert [answer.refusal for answer in answers] == [None] * len(answers)
    return [command.body for command in commands]


def test_a_whole_year_is_sealed_once_and_then_nothing_is_left_to_do() -> None:
    runner = market()

    assert len(sent(runner, differences(runner.state, closed(), ""))) == 366  # and the note that nothing was found
    assert list(differences(runner.state, closed(), "")) == []


def test_late_frames_give_one_correction_with_its_reason() -> None:
    """I9."""
    runner = market()
    sent(runner, differences(runner.state, closed(), ""))
    late = closed({"2027-05-05": 9})

    with pytest.raises(Malformed, match="power-1 2027-05-05: differs from what the book has sealed; say why"):
        list(differences(runner.state, late, ""))
    (correction,) = sent(runner, differences(runner.state, late, "late frames of May"))

    assert isinstance(correction, c.SealDay)
    assert correction.replaces == "frames of 2027-05-05"
    assert runner.state.days["power-1"]["2027-05-05"].mass_mg == dict.fromkeys(NAMES, 9)


def test_the_same_wishes_have_the_same_keys_and_other_wishes_other_ones() -> None:
    runner = market()
    first = [command.key for command in as_commands(HOST, differences(runner.state, closed(), ""))]
    again = [command.key for command in as_commands(HOST, differences(runner.state, closed(), ""))]
    other = [command.key for command in as_commands(HOST, differences(runner.state, closed({"2027-01-01": 6}), ""))]

    assert first == again
    assert len(set(first)) == len(first)
    assert [place for place, (a, b) in enumerate(zip(first, other, strict=True)) if a != b] == [0]


def test_marks_that_stand_are_taken_from_the_book_by_hours_of_the_year() -> None:
    runner = market()
    at = hour_instant("2027-03-02T12")
    done(runner, "power", c.MarkHours("power-1", "fault", "2027-03-02T08", "2027-03-02T09", "x", "a" * 64), at)
    done(runner, "power", c.MarkHours("power-1", "stopped", "2027-03-02T10", "2027-03-02T10", "x"), at)
    done(runner, AUTHORITY, c.DecideMark(2, False, "it ran"), at)

    (mark,) = marks_in_force(runner.state, "power-1", 2027)

    assert (mark.mark, mark.kind, mark.first_hour, mark.last_hour) == (1, "fault", 60 * 24 + 8, 60 * 24 + 9)
    assert marks_in_force(runner.state, "power-1", 2028) == ()
    with pytest.raises(Malformed, match=r"was computed with marks \[\], and \[1\] stand"):
        list(differences(runner.state, closed(), ""))
    with_mark = msgspec.structs.replace(closed(), marks=(1,))
    seals = [body for body in differences(runner.state, with_mark, "") if isinstance(body, c.SealDay)]
    assert [(body.day, body.marks) for body in seals if body.marks] == [("2027-03-02", (1,))]


def test_what_a_verifier_asks_about_is_noted_and_the_weather_of_monitoring_is_not() -> None:
    flat = Finding("flat_line", "SO2", 24, 47, 24, "24 equal hours")
    idle = Finding("idle", "", 0, 9, 10, "oxygen of air")

    (line,) = finding_lines((flat, idle), 2027)

    assert line == c.FindingLine("flat_line", "SO2", "2027-01-02T00", "2027-01-02T23", 24, "24 equal hours")


def test_what_was_made_for_one_book_no_other_takes(tmp_path: Path) -> None:
    """A rehearsal and the programme that it rehearses may have the same stacks and marks."""
    with begun(tmp_path / "rehearsal", Simulation(BY_HAND)) as book, begun(tmp_path / "real", Programme()) as real:
        first = book.line(1).hash
        lines = [
            msgspec.json.encode(each) for each in as_commands(HOST, differences(market().state, closed(), ""), first)
        ]
        (tmp_path / "days").write_bytes(b"\n".join([lines[0].replace(f',"book":"{first}"'.encode(), b""), *lines[1:]]))
        sent = read_commands(str(tmp_path / "days"))

        assert [command.body for command in for_this(sent, book)] == [each.command.body for each in sent]
        with pytest.raises(Malformed, match=f"days line 2: was made for another book, whose first record is {first}"):
            for_this(sent, real)
        assert len(for_this(sent[:1], real)) == 1, "who does not say it may send it to any"
        for wrong in ("", first[1:], first.upper(), 7):
            (tmp_path / "days").write_bytes(lines[0].replace(f'"{first}"'.encode(), msgspec.json.encode(wrong)))
            with pytest.raises(Malformed, match="line 1: book: "):
                read_commands(str(tmp_path / "days"))


def begun(path: Path, provenance: Provenance) -> Book:
    """A book with its first record."""
    begin(path, FILES, AT, provenance)
    return Book.read(path)


# --- a played year with marks


PLANNED = (
    PlannedMark("power-1", "maintenance", "02-21T15", 5, "yes", "refused", "a peak"),
    PlannedMark("steel-1", "start_up", "02-22T06", 3, "yes", "approved", "lit"),
)


def test_days_before_the_decision_are_corrected_and_later_ones_are_sealed_right_at_once() -> None:
    first = closed({"2027-02-21": 3, "2027-04-01": 4})
    at_last = closed({"2027-02-21": 8, "2027-04-01": 7})
    decided = PLANNED[0].decided_on(2027)
    assert "2027-02-21" < decided < "2027-04-01"

    sealed, corrections = sealed_and_corrected([first], {"power-1": at_last}, PLANNED, 2027)

    assert reverted(PLANNED) == ["power-1"]
    assert list(corrections) == [decided]
    (correction,) = corrections[decided]
    assert (correction.day, correction.mass_mg["SO2"], correction.marks) == ("2027-02-21", 8, ())
    assert correction.reason == "mark 1 was reverted"
    (marked,), (later,) = sealed["2027-02-21"], sealed["2027-04-01"]
    assert (marked.mass_mg["SO2"], marked.marks) == (3, (1,))
    assert (later.mass_mg["SO2"], later.marks) == (7, ())
    assert msgspec.structs.replace(correction, replaces="", reason="") != marked


def test_planned_marks_have_the_numbers_that_the_book_will_give_them() -> None:
    entered, stand = marks_of(PLANNED, 2027, at_last=False), marks_of(PLANNED, 2027, at_last=True)

    assert {stack: [mark.mark for mark in marks] for stack, marks in entered.items()} == {
        "power-1": [1],
        "steel-1": [2],
    }
    assert list(stand) == ["steel-1"]
    assert touching(entered["power-1"], 51) == (1,)
    assert touching(entered["power-1"], 50) == ()
