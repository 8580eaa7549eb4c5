"""Less than is claimed: the rules by which an endowment is divided among claims (A10), exact in fractions.

The frame is that of a bankrupt's estate (O'Neill 1982; Aumann and Maschler 1985): claims d(i), an endowment E of at
most their sum, and awards between nothing and the claim that add up to E.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial, lcm

from airshed.model.refusal import Malformed

Amounts = list[Fraction]
Rule = Callable[[Fraction, Sequence[Fraction]], Amounts]

#: Claims up to which every order of arrival is gone through; the work doubles with each.
MOST_ARRIVING = 16


def proportional(endowment: Fraction, claims: Sequence[Fraction]) -> Amounts:
    """Every claim is met in the same proportion.

    >>> [str(each) for each in proportional(Fraction(300), [Fraction(100), Fraction(200), Fraction(300)])]
    ['50', '100', '150']
    """
    examine(endowment, claims)
    scale = lcm(*(claim.denominator for claim in claims))
    wholes = [claim.numerator * (scale // claim.denominator) for claim in claims]
    total = sum(wholes) * endowment.denominator
    return [Fraction(endowment.numerator * each, total) if total else Fraction(0) for each in wholes]


def equal_awards(endowment: Fraction, claims: Sequence[Fraction]) -> Amounts:
    """Constrained equal awards: everybody gets the same, but nobody more than the claim. It favours small claims.

    >>> [str(each) for each in equal_awards(Fraction(300), [Fraction(100), Fraction(200), Fraction(300)])]
    ['100', '100', '100']
    """
    examine(endowment, claims)
    level = _level(endowment, claims)
    return [min(claim, level) for claim in claims]


def equal_losses(endowment: Fraction, claims: Sequence[Fraction]) -> Amounts:
    """Constrained equal losses: everybody loses the same, but nobody more than the claim. It favours large claims.

    >>> [str(each) for each in equal_losses(Fraction(300), [Fraction(100), Fraction(200), Fraction(300)])]
    ['0', '100', '200']
    """
    examine(endowment, claims)
    level = _level(sum(claims, Fraction(0)) - endowment, claims)
    return [max(Fraction(0), claim - level) for claim in claims]


def talmud(endowment: Fraction, claims: Sequence[Fraction]) -> Amounts:
    """Equal awards of half the claims while these are not met, beyond that equal losses of the other halves.

    The rule of the Talmud's estate (Ketubot 93a): it is the nucleolus of the game (Aumann and Maschler 1985).

    >>> [str(each) for each in talmud(Fraction(200), [Fraction(100), Fraction(200), Fraction(300)])]
    ['50', '75', '75']
    """
    examine(endowment, claims)
    halves = [claim / 2 for claim in claims]
    middle = sum(halves, Fraction(0))
    if endowment <= middle:
        return equal_awards(endowment, halves)
    return [half + rest for half, rest in zip(halves, equal_losses(endowment - middle, halves), strict=True)]


def random_arrival(endowment: Fraction, claims: Sequence[Fraction]) -> Amounts:
    """The mean over all orders of arrival when who comes first is served in full: the Shapley value (O'Neill 1982).

    Malformed for more than 16 claims.

    >>> [str(each) for each in random_arrival(Fraction(300), [Fraction(100), Fraction(200), Fraction(300)])]
    ['50', '100', '150']
    """
    examine(endowment, claims)
    many = len(claims)
    if many > MOST_ARRIVING:
        raise Malformed("claims", f"{many} claims arrive in any order", f"give at most {MOST_ARRIVING}, or group them")
    awards = [Fraction(0)] * many
    for size in range(many):
        weight = Fraction(factorial(size) * factorial(many - size - 1), factorial(many))
        for before in combinations(range(many), size):
            left = max(Fraction(0), endowment - sum((claims[each] for each in before), Fraction(0)))
            if left:
                for each in set(range(many)) - set(before):
                    awards[each] += weight * min(claims[each], left)
    return awards


def lowest_shortage(endowment: Fraction, claims: Sequence[Fraction], weights: Sequence[Fraction]) -> Amounts:
    """The worst weighted shortage is as small as it can be, then the next worst, and so on (A14).

    A shortage is weights(i) x (1 - award / claim). Where nothing binds, all have the same; who would get less than
    nothing gets nothing. Raising the common level until the endowment is given out solves every stage at once, because
    each award falls with the level. Malformed for a weight of zero or less.

    >>> one = Fraction(1)
    >>> [str(each) for each in lowest_shortage(Fraction(90), [Fraction(60), Fraction(60)], [one, 2 * one])]
    ['40', '50']
    """
    examine(endowment, claims)
    _examine_weights(weights, claims)

    def awarded(level: Fraction) -> Amounts:
        return [claim * max(Fraction(0), 1 - level / w) for claim, w in zip(claims, weights, strict=True)]

    def given(level: Fraction) -> Fraction:
        return sum(awarded(level), Fraction(0))

    ends = sorted({Fraction(0), *weights})
    if len(ends) == 1:
        return list(claims)
    at = max(1, bisect_left(ends, -endowment, key=lambda level: -given(level)))  # from here on too little is given
    low, high = ends[at - 1], ends[at]
    above, below = given(low), given(high)
    return awarded(low + (high - low) * ((above - endowment) / (above - below) if above > below else 0))


def highest_coverage(endowment: Fraction, claims: Sequence[Fraction], weights: Sequence[Fraction]) -> Amounts:
    """The least weighted coverage is as high as it can be, then the next least, and so on (A14).

    Weighted coverage is weights(i) x award / claim; nobody gets more than the claim. A larger weight means that less is
    enough: with none bound, coverage goes as 1 / weight. With equal weights it is `lowest_shortage`. Malformed for a
    weight of zero or less.

    >>> one = Fraction(1)
    >>> [str(each) for each in highest_coverage(Fraction(90), [Fraction(60), Fraction(60)], [one, 2 * one])]
    ['60', '30']
    """
    examine(endowment, claims)
    _examine_weights(weights, claims)
    left, awards = endowment, [Fraction(0)] * len(claims)
    waiting = sorted(range(len(claims)), key=lambda each: weights[each])
    while waiting:
        level = left / (sum((claims[each] / weights[each] for each in waiting), Fraction(0)) or 1)
        if level < weights[waiting[0]]:
            for each in waiting:
                awards[each] = level * claims[each] / weights[each]
            break
        awards[waiting[0]] = claims[waiting[0]]  # the lightest is covered in full first
        left -= claims[waiting.pop(0)]
    return awards


#: Rules by the name that data use.
RULES: Mapping[str, Rule] = {
    "proportional": proportional,
    "equal_awards": equal_awards,
    "equal_losses": equal_losses,
    "talmud": talmud,
    "random_arrival": random_arrival,
}


def examine_claims(claims: Sequence[Fraction]) -> None:
    """Malformed, naming the first claim below zero."""
    for number, claim in enumerate(claims, 1):
        if claim.numerator < 0:
            raise Malformed(f"claim {number}", f"is {claim}", "give a claim from zero up")


def examine(endowment: Fraction, claims: Sequence[Fraction]) -> None:
    """Claims from zero up, an endowment from zero up to their sum. Malformed otherwise."""
    examine_claims(claims)
    total = sum(claims, Fraction(0))
    if not 0 <= endowment <= total:
        raise Malformed("endowment", f"{endowment} of {total} claimed", "give from zero up to the sum of the claims")


def _examine_weights(weights: Sequence[Fraction], claims: Sequence[Fraction]) -> None:
    if len(weights) != len(claims) or min(weights, default=Fraction(1)) <= 0:
        raise Malformed("weights", "one is missing, or not above zero", "give one above zero for each claim")


def _level(amount: Fraction, claims: Sequence[Fraction]) -> Fraction:
    """The level up to which all claims are filled when `amount` is poured over them."""
    left = amount
    ordered = sorted(claims)
    for number, claim in enumerate(ordered):
        level = left / (len(ordered) - number)
        if level <= claim:
            return level
        left -= claim
    return ordered[-1] if ordered else Fraction(0)
