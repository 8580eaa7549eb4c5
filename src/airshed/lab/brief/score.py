"""From measures to a choice: values between worst and best, stated weights, other eyes, and weights at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from airshed.lab.brief.designs import BriefDesign, with_option
from airshed.lab.brief.judge import Judged
from airshed.lab.brief.measures import CRITERIA, FIRST, MEASURES, STATED, Criterion
from airshed.lab.equilibrium.curves import Floats
from airshed.model.near import near
from airshed.model.refusal import Malformed

#: Weights drawn at random, and their seed.
DRAWS, SEED = 4_000, 7
#: A part of the largest figure by which designs must differ to be told apart.
ALIKE = 1e-9
#: Scores, from 0 to 1, that are equal but for rounding and the tolerance of a solver.
EQUAL = 1e-7
#: How far percentages may be from 100 by rounding.
ROUNDED = 1e-6
#: Steps at which a criterion's weight is tried.
TRIED = 101


@dataclass(frozen=True, slots=True)
class Scored:
    """Designs with their values by criterion, (D, 8), 0 for the worst of all and 1 for the best; NaN without a
    measure.
    """

    designs: tuple[BriefDesign, ...]
    values: Floats

    @property
    def there(self) -> Floats:
        """Which criteria have a measure, as 0 and 1 (8,)."""
        return np.array([0.0 if column.all() else 1.0 for column in np.isnan(self.values).T])

    def scores(self, weights: Floats) -> Floats:
        """The score of every design (D,), or for rows of weights (D, W); weights of what is not measured fall away."""
        known = weights * self.there
        total = known.sum(axis=-1, keepdims=True)
        scores: Floats = np.nan_to_num(self.values) @ (known / np.where(total > 0, total, 1.0)).T
        return scores

    def best(self, weights: Floats) -> int:
        """The design with the highest score; of equal ones that which is best under the brief's own weights.

        Of those again the first: rounding decides nothing.
        """
        scores = self.scores(weights)
        equal = scores >= scores.max() - EQUAL
        own = np.where(equal, self.scores(weights_of()), -1.0)
        return int((own >= own.max() - EQUAL).argmax())


def scored(designs: Sequence[BriefDesign], judged: Sequence[Judged]) -> Scored:
    """Values of designs: each measure 1 at the best and 0 at the worst of these designs, then the mean by criterion.

    Where they hardly differ the worst is above 0 (`Measure.whole`); a measure in which all are alike is left out.
    """
    columns: dict[Criterion, list[Floats]] = {criterion: [] for criterion in CRITERIA}
    for name, measure in MEASURES.items():
        amounts = np.array([each.get(name) for each in judged], dtype=np.float64)
        if np.isnan(amounts).any():
            continue
        low, high = float(amounts.min()), float(amounts.max())
        most = max(abs(high), abs(low))
        if high - low <= ALIKE * most:
            continue
        whole = max(high - low, measure.whole, measure.part * most)
        behind = (high - amounts if measure.more_is_better else amounts - low) / whole
        columns[measure.criterion].append(1 - behind)
    nothing = np.full(len(designs), np.nan)
    values = [np.mean(columns[each], axis=0) if columns[each] else nothing for each in CRITERIA]
    return Scored(tuple(designs), np.array(values).T)


def together(parts: Sequence[Scored]) -> Scored:
    """Pollutants judged together: the mean value of each criterion over those that measure it."""
    stack = np.array([each.values for each in parts])
    known = ~np.isnan(stack)
    sums = np.where(known, stack, 0.0).sum(axis=0)
    counts = known.sum(axis=0)
    values = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return Scored(parts[0].designs, values)


def weights_of(stated: Mapping[Criterion, float] = STATED) -> Floats:
    """Weights in the order of the criteria, adding up to one (8,)."""
    found = np.array([stated.get(each, 0.0) for each in CRITERIA], dtype=np.float64)
    weights: Floats = found / found.sum()
    return weights


def stated_weights(own: Mapping[str, float]) -> dict[Criterion, float]:
    """The weights of the brief in percent with some replaced; the others share what is left as they did.

    Malformed for a criterion that there is none of, a weight that is none, and more or less than 100 in all.

    >>> stated_weights({"air": 49}) == {name: 49 if name == "air" else 0.6 * STATED[name] for name in CRITERIA}
    True
    """
    for name, value in own.items():
        if name not in CRITERIA:
            raise Malformed("--weights", f"no such criterion {name[:40]!r}", near(name, CRITERIA))
        if not 0 <= value <= 100:
            raise Malformed("--weights", f"{name} is {value:g}", "give percent from 0 to 100")
    taken, rest = sum(own.values()), sum(STATED[name] for name in CRITERIA if name not in own)
    if taken > 100 + ROUNDED or (not rest and abs(taken - 100) > ROUNDED):
        cure = "let them add up to 100, or to less and leave some out"
        raise Malformed("--weights", f"they add up to {taken:g} percent", cure)
    return {name: own[name] if name in own else (100 - taken) * STATED[name] / rest for name in CRITERIA}


def put(weights: Floats, place: int, weight: float) -> Floats:
    """The weights with one of them at another value; the others keep their proportions, or are alike if they are 0."""
    rest = np.delete(weights, place)
    others = rest / rest.sum() if rest.sum() > 0 else np.full(len(rest), 1 / len(rest))
    found: Floats = np.insert((1 - weight) * others, place, weight)
    return found


def eyes(stated: Mapping[Criterion, float] = STATED) -> dict[str, Floats]:
    """Other weights than the stated ones: the brief's own if these are others, all alike, and each criterion put first
    with half of all weight.
    """
    own = weights_of(stated)
    found = {"stated": own}
    if stated != STATED:
        found["usual"] = weights_of()
    found["equal"] = np.full(len(CRITERIA), 1 / len(CRITERIA))
    for place, criterion in enumerate(CRITERIA):
        found[criterion] = put(own, place, FIRST)
    return found


@dataclass(frozen=True, slots=True)
class Doubt:
    """How a choice stands under weights at random.

    `wins` the part of them under which it has the highest score; `behind` its mean distance from the highest, in
    hundredths of the scale; `axes` for each choice the part of them under which the winner has each option.
    """

    wins: float
    behind: float
    axes: dict[str, dict[str, float]]


def doubt(found: Scored, choice: int, axes: Mapping[str, tuple[str, ...]]) -> Doubt:
    """The choice under weights drawn evenly from all that there can be (stochastic multicriteria acceptability
    analysis, Lahdelma and Salminen 2001, Operations Research 49).
    """
    draws = np.random.default_rng(SEED).dirichlet(np.ones(len(CRITERIA)), DRAWS)
    scores = found.scores(draws)
    wins = scores[choice] >= scores.max(axis=0) - EQUAL
    winners = np.where(wins, choice, scores.argmax(axis=0))
    parts = {
        axis: {
            option: float(np.mean([getattr(found.designs[each], axis) == option for each in winners]))
            for option in options
        }
        for axis, options in axes.items()
    }
    return Doubt(float(wins.mean()), 100 * float((scores.max(axis=0) - scores[choice]).mean()), parts)


def holds(
    found: Scored, choice: int, stated: Mapping[Criterion, float] = STATED
) -> dict[Criterion, tuple[float, float]]:
    """Between which weights of each criterion, in percent, the choice stays the best; the others keep their
    proportions.
    """
    base = weights_of(stated) * found.there
    base = base / base.sum() if base.sum() > 0 else found.there / found.there.sum()
    found_ranges: dict[Criterion, tuple[float, float]] = {}
    tries = np.linspace(0.0, 1.0, TRIED)
    for place, criterion in enumerate(CRITERIA):
        if not found.there[place]:
            continue
        rest = np.array([put(base, place, weight) for weight in tries.tolist()])
        scores = found.scores(rest)
        wins = scores[choice] >= scores.max(axis=0) - EQUAL
        here = round(base[place] * (TRIED - 1))
        low = high = here
        while low > 0 and wins[low - 1]:
            low -= 1
        while high < TRIED - 1 and wins[high + 1]:
            high += 1
        found_ranges[criterion] = (100 * float(tries[low]), 100 * float(tries[high]))
    return found_ranges


def effects(
    found: Scored, axes: Mapping[str, tuple[str, ...]], stated: Mapping[Criterion, float] = STATED
) -> dict[str, dict[str, float]]:
    """The mean score, of 100, with each option of each choice, under the stated weights.

    Like is compared with like: only over what the other choices may be with every option of this one.
    """
    scores = dict(zip(found.designs, (100 * found.scores(weights_of(stated))).tolist(), strict=True))
    effects_of: dict[str, dict[str, float]] = {}
    for axis, options in axes.items():
        alike = [
            [scores[with_option(design, axis, option)] for option in options]
            for design in found.designs
            if getattr(design, axis) == options[0]
            and all(with_option(design, axis, option) in scores for option in options)
        ]
        means = np.mean(alike, axis=0).tolist()
        effects_of[axis] = dict(zip(options, means, strict=True))
    return effects_of
