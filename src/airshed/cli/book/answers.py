"""How the commands that write to a book take an instant, and print what was answered."""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airshed.cli.refused import in_both, plain_answer
from airshed.cli.show import as_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airshed.engine.events import ActProposed
    from airshed.engine.runner import Answer, Runner
    from airshed.engine.state import State
    from airshed.model.civil import CivilTime

#: Acts that wait of which a screen says all.
MOST_WAITING = 5
ClockIsRight = Annotated[
    bool,
    typer.Option("--clock-is-right", help="A real programme has rested for long: the clock is right."),
]


def say(answers: list[Any], json: bool) -> None:
    """Each answer as a line or two, or as JSON; plain prints, for there may be ten thousand."""
    for answer in answers:
        if json:
            as_json(plain_answer(answer))
        elif answer.refusal is not None:
            number = "not recorded," if answer.seq is None else answer.seq
            print(f"{number} refused: {answer.refusal.why} ({answer.refusal.cite})")
            for sentence in in_both(answer.refusal.detail):
                print(f"  {sentence}")
        else:
            print(f"{answer.seq} {', '.join(type(event).__name__ for event in answer.events)}")


def say_waiting(answers: list[Any], runner: Runner, book: str) -> None:
    """Which acts of these answers wait, until when, for whom, and how they are confirmed."""
    from airshed.service.book.acts import may_confirm

    proposed = waiting(answers, runner)
    acts = [
        (event.act, event.until, list(islice(may_confirm(runner, event.act, runner.state.at), 3)))
        for event in proposed[:MOST_WAITING]
    ]
    say_acts(acts, len(proposed), runner.state.civil, book)


def say_acts(
    acts: Sequence[tuple[int, int | None, Sequence[str]]], count: int, civil: CivilTime, book: str, server: str = ""
) -> None:
    """Acts that wait, with their last instant and who may confirm them, in a book or at a service."""
    for act, last, who in acts:
        until = f" until {civil.clock(last)[:16].replace('T', ' ')}" if last is not None else ""
        by = " or ".join(who) or "nobody registered may"
        print(f"act {act} waits for a second person{until}: {by} 待他人复核")
        if server:
            print(f"  airshed book confirm --server {server} {act} --code CODE")
        else:
            print(f"  airshed book confirm {book} {act} --actor {who[0] if who else 'NAME'}")
    if count > len(acts):
        where = f"--server {server}" if server else book
        print(f"{count - len(acts)} more wait; airshed book show {where} acts lists them 其余见清单")


def waiting(answers: Sequence[Answer], runner: Runner) -> list[ActProposed]:
    """What these answers say waits, and still does."""
    from airshed.engine.events import ActProposed

    proposed = [event for answer in answers for event in answer.events if isinstance(event, ActProposed)]
    return [event for event in proposed if event.act in runner.state.acts]


def receipt(answers: Sequence[Answer]) -> str:
    """The records that a batch made, and the hash of the last."""
    first, last = answers[0], answers[-1]
    made = f"record {first.seq}" if len(answers) == 1 else f"records {first.seq} to {last.seq}"
    return f"{made} 已入账, hash {last.hash}"


def civil_of(book: str) -> CivilTime:
    """The time that a book keeps."""
    from airshed.service.book.addressed import to_read

    with to_read(book) as opened:
        return opened.civil


def instant_or_now(text: str, civil: CivilTime) -> int:
    """Milliseconds of a time that clocks of the region show, or of now."""
    from time import time

    return civil.instant_in(text, "--at") if text else int(time() * 1000)


def instant_to_write(state: State, at: str, sure: bool) -> int:
    """The instant for what a book is to be told next: `service.book.clock` says which."""
    from time import time

    from airshed.service.book.clock import instant_for

    asked = state.civil.instant_in(at, "--at") if at else None
    when = instant_for(state, asked, int(time() * 1000), sure=sure)
    if asked is not None and asked < state.at:
        early, last = (state.civil.clock(at)[:19] for at in (asked, state.at))
        told = f"--at {early} is before what happened last, at {last}, and counts as that"
        print(f"{told} 早于账簿最后时刻，按其计", file=sys.stderr)
    return when
