"""Random commands about marks, reports, improvements and second pairs of eyes, for the simulator."""

from __future__ import annotations

import random
from collections.abc import Iterator

import msgspec

from airshed.engine import commands as c
from airshed.engine.nouns import Act, Source, Year
from airshed.engine.state import State
from airshed.lab.second import confirmer
from airshed.lab.simulator.small_market import HOST, INSPECTOR, VERIFIERS, Wish, second
from airshed.model.period import HOUR_MS
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

#: Most acts of which second people say something at once; those that are older may lapse.
MOST_LOOKED_AT = 16


def report(rng: random.Random, rules: Rulebook, source: str, year: int, declared_g: dict[str, int]) -> c.ReportYear:
    """A report that mostly explains whatever may be asked."""
    asked = [row.check for row in lookup.checks(rules) if row.severity == "explain"]
    said: dict[str, str] = dict.fromkeys(asked if rng.random() < 0.8 else asked[:1], "as it was 如实")
    return c.ReportYear(source, year, declared_g, said, rng.choice(("corrected", "更正", "")))


def verification(rng: random.Random, authority: str, source: Source, year: Year) -> Iterator[Wish]:
    """What a verifier, the operator and the authority do about a reported year."""
    verifier = rng.choice(VERIFIERS)
    named = (source.id, year.year)
    if year.opinion is None or year.reopened:
        opinion = rng.choice((*(["satisfactory"] * 3), "with comments", "adverse"))
        comments = ("the meter stood still", "流量计停用") if rng.random() < 0.8 else ()
        if rng.random() < 0.3:
            yield verifier, c.RequestImprovement(*named, rng.choice(("calibrate the flow meter", "calibrate", "")))
        yield verifier, c.VerifyYear(*named, msgspec.convert(opinion, c.Opinion), comments)
    elif year.opinion != "adverse" and rng.random() < 0.05:
        yield rng.choice((authority, INSPECTOR)), c.ReopenYear(*named, "late frames came to light")
    for item in year.improvements:
        if item.state == "open":
            yield source.account, c.AnswerImprovement(*named, item.number, "done 已完成", rng.choice(("", "a" * 64)))
        elif item.state == "answered":
            yield verifier, c.CloseImprovement(*named, item.number, rng.random() < 0.7, rng.choice(("", "not enough")))


def standings(rng: random.Random, authority: str, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """A year is excluded or included again, or a settled one is corrected."""
    source = rng.choice(sorted(state.sources))
    year = rng.choice((2027, 2028))
    known = state.years.get((source, year))
    reason = rng.choice(("art. 3: stood still all year", "late frames 迟到数据", ""))
    if known is not None and known.settled and rng.random() < 0.9:
        mass = {
            code: max(0, (known.verified_mg or {}).get(code, 0) * rng.randint(60, 140) // 100_000)
            for code in known.settled
        }
        return [(authority, c.AmendYear(source, year, mass, reason))]
    if (source, year) in state.excluded and rng.random() < 0.8:
        return [(authority, c.IncludeYear(source, year, reason))]
    if rng.random() < 0.5:
        return [(authority, c.ExcludeYear(source, year, reason))]
    return []


def marks(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """A new mark of the last days, or the next step of one that waits."""
    waiting = [mark for mark in state.marks.values() if mark.state == "entered"]
    authority = rules.programme.authority
    if waiting and rng.random() < 0.5:
        mark = rng.choice(waiting)
        owner = state.sources[state.stack_source[mark.stack]].account
        step: list[Wish] = [
            (owner, c.ProveMark(mark.id, "b" * 64)),
            (rng.choice((authority, INSPECTOR)), c.DecideMark(mark.id, rng.random() < 0.6, "seen 已核")),
            (authority, c.LapseMark(mark.id)),
        ]
        return [rng.choice(step)]
    stack = rng.choice(sorted(state.stack_source))
    account = state.sources[state.stack_source[stack]].account
    first = max(at, state.at) - rng.randint(2, 60) * HOUR_MS
    last = first + rng.randint(0, 30) * HOUR_MS
    kind = rng.choice((*lookup.marks(rules), "holiday"))
    evidence = rng.choice(("", "c" * 64))
    proof: list[Wish] = [(account, c.ProveMark(len(state.marks) + 1, "b" * 64))] if rng.random() < 0.5 else []
    return [
        (
            account,
            c.MarkHours(
                stack, kind, rules.standard.hour_of(first), rules.standard.hour_of(last), "the fan tripped", evidence
            ),
        ),
        *proof,
    ]


def decisions(rng: random.Random, authority: str, state: State) -> Iterator[Wish]:
    """An end to marks that wait, for a year with one of them is not reported."""
    for mark in state.marks.values():
        if mark.state == "entered":
            yield authority, c.LapseMark(mark.id) if not mark.evidence else c.DecideMark(mark.id, True, "seen 已核")


def second_eyes(rng: random.Random, authority: str, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """Confirm or reject what waits, by whoever may; now and then by whoever proposed it."""
    if not state.acts:
        return [(INSPECTOR, c.ConfirmAct(rng.randint(0, 3)))] if rng.random() < 0.1 else []
    wishes: list[Wish] = []
    for act in list(state.acts.values())[-MOST_LOOKED_AT:]:
        actor = act.actor if rng.random() < 0.05 else _second(state, rules, act)
        if rng.random() < 0.1:
            wishes.append((actor, c.RejectAct(act.id, rng.choice(("not convinced", "not convinced", "")))))
        else:
            wishes.append((actor, c.ConfirmAct(act.id)))
    return wishes


def _second(state: State, rules: Rulebook, act: Act) -> str:
    return confirmer(state, rules, act.actor, act.body, second(rules, act.actor))


def findings(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """What the host found in a year of a stack, or that it found nothing."""
    stack = rng.choice(sorted(state.stack_source))
    year = rng.choice((2027, 2028))
    line = c.FindingLine("flat_line", "SO2", f"{year}-02-28T00", f"{year}-02-28T20", rng.randint(0, 21), "equal hours")
    return [(HOST, c.NoteFindings(stack, year, (line,) * rng.randint(0, 2)))]


def surrender(state: State, source: Source, year: int, pollutant: str, count: int) -> c.Surrender:
    """Some name the serials that they give: those that they got last, as far as one block has them."""
    rng = random.Random(f"serials {state.seq} {source.id} {pollutant} {count}")
    if rng.random() < 0.3:
        for name, position in sorted(state.ledger.of_account(source.account), key=lambda each: each[0]):
            last = position.blocks[-1] if position.blocks else None
            if name.startswith(f"{pollutant}-") and last is not None and last.count >= count:
                named = c.NamedSerials(name, last.last - count + 1, last.last)
                return c.Surrender(source.id, year, pollutant, count, (named,))
    return c.Surrender(source.id, year, pollutant, count)
