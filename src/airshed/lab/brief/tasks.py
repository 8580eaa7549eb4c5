"""The work of a brief in pieces that do not wait for each other, for one process or several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from airshed.lab.brief.designs import BriefDesign
from airshed.lab.brief.facts import Found
from airshed.lab.brief.judge import Judge, Judged
from airshed.lab.brief.pollutant import found_of, price_of, saving_of
from airshed.lab.brief.sessions import Kind, SessionFacts, session_facts
from airshed.lab.brief.states import states_of
from airshed.lab.brief.world import Assumed
from airshed.rulebook.schema import Rulebook
from airshed.zone.zone import Zone

#: What is moved, one at a time: knob, where it is put, and the change.
MOVES: tuple[tuple[str, str, Mapping[str, float | str]], ...] = (
    ("growth", "-1", {"growth": -0.01}),
    ("growth", "+1", {"growth": 0.01}),
    ("cost", "low", {"cost": "low"}),
    ("cost", "high", {"cost": "high"}),
    ("rate", "3", {"rate": 0.03}),
    ("rate", "8", {"rate": 0.08}),
    ("caps", "-3", {"cap_shift": -0.03}),
    ("caps", "+3", {"cap_shift": 0.03}),
)
#: Knobs whose figure is added to what is assumed; the others take its place.
ADDED = ("growth", "cap_shift")


class Run(NamedTuple):
    """All designs judged under one set of assumptions."""

    judged: list[Judged]
    price: float
    saving_percent: float
    found: Found | None


#: What a piece of work is: all designs with all facts, all designs again under moved assumptions, or sessions.
What = Literal["base", "move", "sessions"]


class BriefTask(NamedTuple):
    """A piece of work: all designs under assumptions, the first time with all facts; or sessions of a kind."""

    what: What
    zone: Zone
    rules: Rulebook
    pollutant: str
    assumed: Assumed
    designs: tuple[BriefDesign, ...] = ()
    kind: Kind = ("zone", "none", "continuous")
    sessions: int = 0


Done = Run | SessionFacts
#: What does the work: tasks in, what is done out, in their order; told each task that is done.
Pool = Callable[[Callable[[BriefTask], Done], Sequence[BriefTask], Callable[[BriefTask], None]], Iterable[Done]]


def in_turn(
    work: Callable[[BriefTask], Done], tasks: Sequence[BriefTask], progress: Callable[[BriefTask], None]
) -> Iterable[Done]:
    """One task after the other, in this process."""
    for task in tasks:
        done = work(task)
        progress(task)
        yield done


def work(task: BriefTask) -> Done:
    """Do a task."""
    if task.what == "sessions":
        return session_facts(task.zone, task.rules, task.pollutant, task.kind, task.sessions)
    return judged(task)


def judged(task: BriefTask) -> Run:
    """All designs of a task under its assumptions, the first time with all facts."""
    judge = Judge(states_of(task.zone, task.rules, task.pollutant, task.assumed))
    rows = [judge.judge(design) for design in task.designs]
    found = found_of(task.zone, task.rules, judge, task.assumed) if task.what == "base" else None
    return Run(rows, price_of(judge), saving_of(judge), found)


def moved(assumed: Assumed, change: Mapping[str, float | str]) -> Assumed:
    """The assumptions with one moved."""
    known = assumed._asdict()
    for key, value in change.items():
        known[key] = known[key] + value if key in ADDED else value
    return Assumed(**known)
