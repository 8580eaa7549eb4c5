"""Random case files for the simulator: mostly the next step of one that is under way."""

from __future__ import annotations

import random

from airshed.engine import commands as c
from airshed.engine.nouns import Case
from airshed.engine.state import State
from airshed.lab.simulator.small_market import INSPECTOR, YEARS, Wish
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

#: Digests of two documents.
DOCUMENTS = ("1" * 64, "2" * 64)


def cases(rng: random.Random, authority: str, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """A notice, a reply, a decision, an appeal, a decision on it."""
    waiting = [known for known in state.cases.values() if known.state in ("noticed", "decided", "appealed")]
    if waiting and rng.random() < 0.8:
        return [_step(rng, authority, rng.choice(waiting), rules, at)]
    reason = rng.choice(("seen on site 现场检查", "seen on site 现场检查", ""))
    short = [
        (source, year, pollutant, settled.penalty_fen)
        for (source, year), known in state.years.items()
        for pollutant, settled in known.settled.items()
        if settled.penalty_fen and (source, year, pollutant, 0) not in state.penalties
    ]
    if short and rng.random() < 0.7:
        source, year, pollutant, fen = rng.choice(short)
        fen += rng.choice((0, 0, 0, 1))
        brought = rng.choice(("", "", *DOCUMENTS))
        return [(authority, c.NoticeCase(source, year, "shortfall", pollutant, fen, reason, evidence=brought))]
    works = rng.choice(list(state.sources.values()))
    ground = rng.choice(rules.cases.grounds)
    fen = rng.choice((ground.least_fen, ground.most_fen, ground.most_fen, ground.most_fen + 1, 0))
    name = rng.choice((*[ground.ground] * 6, "witchcraft"))
    year = rng.choice(YEARS)
    wrong = rng.random() < 0.1
    stack, day, pollutant = (
        rng.choice(said) if (word in (ground.about or "").split()) != wrong else ""
        for word, said in (
            ("stack", [stack for stack, _ in works.stacks] or [""]),
            ("day", (f"{year}-03-02", f"{year}-09-30")),
            ("pollutant", ("SO2", "SO2", "SO2", "SO3")),
        )
    )
    who, brought = rng.choice((authority, INSPECTOR)), rng.choice(("", *DOCUMENTS, *DOCUMENTS))
    return [(who, c.NoticeCase(works.id, year, name, pollutant, fen, reason, stack, day, brought))]


def _step(rng: random.Random, authority: str, known: Case, rules: Rulebook, at: int) -> Wish:
    reason = rng.choice(("heard 已核", "heard 已核", "heard 已核", ""))
    fen = known.proposed_fen if known.fen is None else known.fen
    fen = rng.choice((fen, fen, fen // 2, fen // 2, 0, 1, fen + 1))
    if known.state == "noticed":
        if at <= known.reply_until and rng.random() < 0.6:
            return known.account, c.ReplyCase(known.id, reason)
        return authority, c.DecideCase(known.id, fen, reason)
    if known.state == "decided":
        return known.account, c.AppealCase(known.id, reason, rng.choice(("", *DOCUMENTS)))
    other = lookup.founders(rules, "AdoptRulebook")[1]
    return rng.choice((authority, other, other, other)), c.DecideCaseAppeal(known.id, fen, reason)
