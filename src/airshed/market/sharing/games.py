"""Sharing what working together saves: Shapley value and nucleolus of a game among a few jurisdictions (A9)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from itertools import combinations
from math import factorial
from random import Random

from airshed.model.refusal import Malformed

#: What a coalition saves by itself; players are numbered from 0.
Worth = Callable[[frozenset[int]], float]

#: Players up to which every coalition is looked at, and up to which the nucleolus is solved.
MOST_EXACT, MOST_NUCLEOLUS = 12, 12
#: What is nothing among sums of zeros and ones.
SETTLED = 1e-9


def shapley(players: int, worth: Worth) -> list[float]:
    """What each player adds, averaged over all orders of joining (Shapley 1953). Malformed for more than 12 players.

    >>> shapley(2, lambda team: {0: 0.0, 1: 1.0, 2: 5.0}[len(team)])
    [2.5, 2.5]
    """
    _examine(players, MOST_EXACT, "use shapley_sampled")
    values = _worths(players, worth)
    found = [0.0] * players
    for player in range(players):
        others = [each for each in range(players) if each != player]
        for size in range(players):
            weight = factorial(size) * factorial(players - size - 1) / factorial(players)
            for team in combinations(others, size):
                before = frozenset(team)
                found[player] += weight * (values[before | {player}] - values[before])
    return found


def shapley_sampled(players: int, worth: Worth, orders: int, seed: int) -> list[float]:
    """The Shapley value over `orders` random orders of joining, each also taken backwards.

    The same seed gives the same value; each order gives out the worth of all, so the sum is exact up to floats.
    """
    if players < 1 or orders < 1:
        raise Malformed("game", f"{players} players, {orders} orders", "give one or more of each")
    chance = Random(seed)
    found = [0.0] * players
    known: dict[frozenset[int], float] = {}

    def of(team: frozenset[int]) -> float:
        if team not in known:
            known[team] = worth(team)
        return known[team]

    for _ in range(orders):
        order = chance.sample(range(players), players)
        for way in (order, order[::-1]):
            team: frozenset[int] = frozenset()
            for player in way:
                larger = team | {player}
                found[player] += (of(larger) - of(team)) / (2 * orders)
                team = larger
    return found


def nucleolus(players: int, worth: Worth) -> list[float]:
    """The division whose worst-off coalition is as well off as can be, then the next worst (Schmeidler 1969).

    A sequence of linear programmes in HiGHS: each makes the largest excess v(S) - x(S) small, and keeps the coalitions
    fixed that cannot have less. Malformed for more than 12 players.

    >>> [round(each, 6) for each in nucleolus(2, lambda team: {0: 0.0, 1: 1.0, 2: 5.0}[len(team)])]
    [2.5, 2.5]
    """
    _examine(players, MOST_NUCLEOLUS, "group them")
    values = _worths(players, worth)
    whole = frozenset(range(players))
    if players == 1:
        return [values[whole]]
    size = max(abs(value) for value in values.values()) or 1.0
    values = {team: value / size for team, value in values.items()}  # the solver's tolerance is absolute
    # NumPy and HiGHS are for who divides by this rule, not for whoever reads a law.
    from airshed.market.sharing.nucleolus_stage import least_excess

    free = [team for team in values if team and team != whole]
    fixed: dict[frozenset[int], float] = {whole: values[whole]}
    while free:
        shares, excess, tight = least_excess(players, free, fixed, values)
        for team in tight:
            fixed[team] = values[team] - excess
        free = _open(players, free, fixed)
    return [share * size for share in shares]


def _open(players: int, free: list[frozenset[int]], fixed: Collection[frozenset[int]]) -> list[frozenset[int]]:
    """The coalitions that the fixed ones do not settle: no sum of them, so that every stage settles one player more."""
    import numpy as np

    def rows(teams: Iterable[frozenset[int]]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        return np.array([[float(player in team) for player in range(players)] for team in teams])

    _, sizes, directions = np.linalg.svd(rows(fixed))
    settled = directions[: int((sizes > SETTLED).sum())]
    if len(settled) == players or not free:
        return []
    left = rows(free)
    left = left - left @ settled.T @ settled
    return [team for team, beyond in zip(free, np.abs(left).max(axis=1).tolist(), strict=True) if beyond > SETTLED]


def _worths(players: int, worth: Worth) -> dict[frozenset[int], float]:
    return {
        frozenset(team): float(worth(frozenset(team)))
        for size in range(players + 1)
        for team in combinations(range(players), size)
    }


def _examine(players: int, most: int, cure: str) -> None:
    if not 1 <= players <= most:
        raise Malformed("game", f"{players} players", f"give 1 to {most}, or {cure}")
