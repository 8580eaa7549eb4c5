"""Runs a brief: every design of every pollutant, the choice, its doubts, and what everything rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from airshed.lab.brief.designs import NAMED, BriefDesign, axes_of, every
from airshed.lab.brief.diagnosis import MarketSeen, diagnose, diagnose_book
from airshed.lab.brief.facts import BriefFacts, BriefPollutant, Found, Swing, plain
from airshed.lab.brief.judge import Judge, Judged
from airshed.lab.brief.measures import CRITERIA, STATED, Criterion
from airshed.lab.brief.score import Scored, doubt, effects, eyes, holds, scored, together, weights_of
from airshed.lab.brief.sessions import SESSIONS, Kind, SessionFacts, kind_of, kinds_of
from airshed.lab.brief.states import GROWTH_STEP, states_of
from airshed.lab.brief.tasks import MOVES, BriefTask, Pool, Run, What, in_turn, moved, work
from airshed.lab.brief.world import ASSUMED, Assumed, examine
from airshed.lab.equilibrium.curves import Floats
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.zone.regulated import regulated
from airshed.zone.zone import Zone

#: Designs whose trade is looked at beside the choice's.
TRADED = ("pilots", "cities", "reference")
#: How far behind, in points, a design is near.
NEAR, MOST_NEAR = 1.0, 6
#: Decimals of the values of all designs, which run from 0 to 1.
DECIMALS = 6


class Judgement:
    """Designs of one pollutant under one set of assumptions, and their values."""

    def __init__(self, run: Run, designs: Sequence[BriefDesign], sessions: Mapping[Kind, SessionFacts]) -> None:
        self.run = run
        self.judged: list[Judged] = [
            {**judged, **_of_sessions(sessions.get(kind_of(design)))}
            for judged, design in zip(run.judged, designs, strict=True)
        ]
        self.scored: Scored = scored(designs, self.judged)


def brief(
    zone: Zone,
    rules: Rulebook,
    pollutants: Sequence[str],
    assumed: Assumed = ASSUMED,
    *,
    taxes: Mapping[str, float] | None = None,
    seen: Mapping[str, MarketSeen] | None = None,
    sessions: int = SESSIONS,
    weights: Mapping[Criterion, float] = STATED,
    pool: Pool = in_turn,
    progress: Callable[[BriefTask], None] = lambda task: None,
) -> BriefFacts:
    """The brief of a zone under a rulebook.

    `taxes` are those on what is emitted, yuan/t by pollutant, that firms pay beside allowances; `seen` is what a
    book shows of the first vintage, by pollutant; `sessions` how many are played of each kind,
    none if 0; `weights` are those of the
    criteria in percent; `pool` does the work. Malformed for a pollutant or an assumption that cannot be.
    """
    axes, designs = designs_of(zone, rules, pollutants)
    known = {name: assumed._replace(tax=(taxes or {}).get(name, 0.0)) for name in pollutants}
    for each in known.values():
        examine(each, room=GROWTH_STEP + max(abs(float(change.get("growth", 0))) for _, _, change in MOVES))
    tasks = tasks_of(zone, rules, known, designs, sessions)
    done = dict(
        zip(
            ((task.what, task.pollutant, task.assumed, task.kind) for task in tasks),
            pool(work, tasks, progress),
            strict=True,
        )
    )
    played = {
        pollutant: {
            kind: fact
            for (_, name, _, kind), fact in done.items()
            if name == pollutant and isinstance(fact, SessionFacts)
        }
        for pollutant in pollutants
    }
    runs = {(what, name, under): run for (what, name, under, _), run in done.items() if isinstance(run, Run)}
    bases = {name: Judgement(runs["base", name, known[name]], designs, played[name]) for name in pollutants}
    found, stated = together([base.scored for base in bases.values()]), weights_of(weights)
    choice = found.best(stated)
    swings, results = _swings(runs, known, designs, played, choice, stated)
    parts = []
    for name, base in bases.items():
        judge = Judge(states_of(zone, rules, name, known[name]))
        shown = (seen or {}).get(name)
        parts.append(_pollutant(name, judge, base, designs, choice, stated, swings[name], played[name], shown))
    scores = 100 * found.scores(stated)
    order = np.argsort(-scores, kind="stable").tolist()
    near = [place for place in order if place != choice and scores[choice] - scores[place] <= NEAR][:MOST_NEAR]
    shaken = doubt(found, choice, axes)
    return BriefFacts(
        rulebook=f"{rules.programme.id} {rules.programme.version}",
        pollutants=tuple(parts),
        axes={axis: options for axis, options in axes.items() if len(options) > 1},
        many=len(designs),
        choice=plain(designs[choice]),
        same_as=next((name for name, design in NAMED.items() if design == designs[choice]), ""),
        score=float(scores[choice]),
        scores={name: float(scores[place]) for name, place in _named(designs, choice).items()},
        values={name: _values(found, place) for name, place in _named(designs, choice).items()},
        designs=tuple(tuple(plain(design).values()) for design in designs),
        all_values=tuple(
            tuple(None if np.isnan(value) else round(value, DECIMALS) for value in row) for row in found.values.tolist()
        ),
        near=tuple((plain(designs[place]), float(scores[place])) for place in near),
        weights=dict(weights),
        eyes={name: plain(designs[found.best(other)]) for name, other in eyes(weights).items()},
        wins=shaken.wins,
        behind=shaken.behind,
        accepted=shaken.axes,
        holds=holds(found, choice, weights),
        effects=effects(found, axes, weights),
        moved=results,
        assumed={
            "years": assumed.years,
            "growth_percent": 100 * assumed.growth,
            "decline_percent": 100 * assumed.decline,
            "rate_percent": 100 * assumed.rate,
        },
        cost_year=zone.cost_year,
        sessions=sessions,
        observed=bool(seen),
    )


def tasks_of(
    zone: Zone,
    rules: Rulebook,
    assumed: Mapping[str, Assumed],
    designs: Sequence[BriefDesign],
    sessions: int,
) -> list[BriefTask]:
    """The work of a brief under the assumptions of each pollutant, the longest first."""
    everything = tuple(designs)
    base = [BriefTask("base", zone, rules, name, known, everything) for name, known in assumed.items()]
    moves = [
        BriefTask("move", zone, rules, name, moved(known, change), everything)
        for name, known in assumed.items()
        for _, _, change in MOVES
    ]
    played = [
        BriefTask("sessions", zone, rules, name, known, kind=kind, sessions=sessions)
        for name, known in assumed.items()
        for kind in kinds_of(designs)
        if sessions
    ]
    return [*base, *moves, *played]


def count(zone: Zone, rules: Rulebook, pollutants: Sequence[str], sessions: int = SESSIONS) -> int:
    """How many tasks a brief has. Malformed for a pollutant that the rulebook does not know."""
    _, designs = designs_of(zone, rules, pollutants)
    return len(tasks_of(zone, rules, dict.fromkeys(pollutants, ASSUMED), designs, sessions))


def designs_of(
    zone: Zone, rules: Rulebook, pollutants: Sequence[str]
) -> tuple[dict[str, tuple[str, ...]], list[BriefDesign]]:
    """What there is to choose, and every design. Malformed for a pollutant that the rulebook does not know."""
    codes = [rule.code for rule in rules.pollutants]
    for name in pollutants:
        if name not in codes:
            raise Malformed("--pollutant", f"no such pollutant {name!r}", f"there are {', '.join(codes)}, or all")
    sectors = {source.sector for source in regulated(zone, rules).sources}
    walled = [sector for sector in rules.trade_rules.walled_sectors if sector in sectors]
    matrix = any(row.pollutant in pollutants for row in rules.transfer.rows)
    calls = "exchange" in lookup.senders(rules, "OpenCall")
    axes = axes_of(len(zone.jurisdictions) > 1, bool(walled) and len(sectors) > len(walled), matrix, calls)
    return axes, list(every(axes))


def _of_sessions(facts: SessionFacts | None) -> Judged:
    if facts is None:
        return {"gains": None, "scatter": None, "push": None}
    return {"gains": facts.gains, "scatter": facts.scatter, "push": facts.push}


def _swings(
    runs: Mapping[tuple[What, str, Assumed], Run],
    assumed: Mapping[str, Assumed],
    designs: Sequence[BriefDesign],
    played: Mapping[str, Mapping[Kind, SessionFacts]],
    choice: int,
    stated: Floats,
) -> tuple[dict[str, list[Swing]], tuple[tuple[str, str, dict[str, str], float], ...]]:
    """The brief again with one assumption moved at a time; sessions are taken to be the same."""
    swings: dict[str, list[Swing]] = {name: [] for name in assumed}
    results = []
    for knob, at, change in MOVES:
        again = []
        for name, known in assumed.items():
            judgement = Judgement(runs["move", name, moved(known, change)], designs, played[name])
            again.append(judgement.scored)
            scores = 100 * judgement.scored.scores(stated)
            swings[name].append(
                Swing(
                    knob=knob,
                    at=at,
                    price=judgement.run.price,
                    saving_percent=judgement.run.saving_percent,
                    best=plain(designs[int(scores.argmax())]),
                    behind=float(scores.max() - scores[choice]),
                )
            )
        scores = 100 * together(again).scores(stated)
        results.append((knob, at, plain(designs[int(scores.argmax())]), float(scores.max() - scores[choice])))
    return swings, tuple(results)


def _pollutant(
    name: str,
    judge: Judge,
    base: Judgement,
    designs: Sequence[BriefDesign],
    choice: int,
    stated: Floats,
    swings: Sequence[Swing],
    played: Mapping[Kind, SessionFacts],
    seen: MarketSeen | None,
) -> BriefPollutant:
    assert isinstance(base.run.found, Found), name
    named = _named(designs, choice)
    looked = [each for each in (*TRADED, "choice") if each in named]
    observed = seen.traded_t if seen else None
    diagnoses = [diagnose(judge, each, designs[named[each]], observed) for each in looked]
    return BriefPollutant(
        pollutant=name,
        found=base.run.found,
        judged={each: base.judged[place] for each, place in named.items()},
        values={each: _values(base.scored, place) for each, place in named.items()},
        best=plain(designs[base.scored.best(stated)]),
        swings=tuple(swings),
        diagnoses=tuple(each for each in (*diagnoses, diagnose_book(judge, seen) if seen else None) if each),
        sessions={" ".join(kind): facts for kind, facts in played.items()},
    )


def _named(designs: Sequence[BriefDesign], choice: int) -> dict[str, int]:
    """Designs with a name, as far as the zone has them, and the choice."""
    return {name: designs.index(design) for name, design in NAMED.items() if design in designs} | {"choice": choice}


def _values(found: Scored, place: int) -> dict[Criterion, float | None]:
    return {
        criterion: None if np.isnan(value) else float(value)
        for criterion, value in zip(CRITERIA, found.values[place].tolist(), strict=True)
    }
