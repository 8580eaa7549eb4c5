"""Serial blocks and the ledger against plain sets and sums."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airshed.lab.simulator.small_market import ACCOUNTS
from airshed.model.allowance import Blocks, SerialBlock, best_fit, count_of, joined, lowest, without
from airshed.registry.accounts import BANK as BANK_ACCOUNT
from airshed.registry.accounts import Account, AccountKind
from airshed.registry.ledger import Ledger
from airshed.registry.moves import Delivered, Move, Paid
from markets import SERIES

QUICK = settings(max_examples=150, deadline=None)
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = [name for name, _, _ in ACCOUNTS]


# --- serial blocks


def blocks_of(serials: set[int]) -> Blocks:
    """The sorted blocks of a set of serials, neighbours grown together."""
    return tuple(
        SerialBlock(first, next(last for last in range(first, max(serials) + 1) if last + 1 not in serials))
        for first in sorted(serials)
        if first - 1 not in serials
    )


def serials_of(blocks: Blocks) -> list[int]:
    return [serial for block in blocks for serial in range(block.first, block.last + 1)]


def best_fit_and_rest(blocks: Blocks, wanted: int) -> tuple[Blocks, Blocks]:
    taken = best_fit(blocks, wanted)
    return taken, without(blocks, taken)


serials = st.sets(st.integers(1, 60), min_size=1, max_size=40)


@QUICK
@given(serials, st.integers(0, 60), st.sampled_from([lowest, best_fit_and_rest]))
def test_what_is_taken_and_what_is_left_tile_what_was_held(held: set[int], wanted: int, take: Any) -> None:
    """I1."""
    wanted = min(wanted, len(held))

    taken, rest = take(blocks_of(held), wanted)

    assert count_of(taken) == wanted
    assert sorted(serials_of(taken) + serials_of(rest)) == sorted(held)
    assert list(taken) == sorted(taken)
    assert list(rest) == sorted(rest)


@QUICK
@given(serials, st.integers(1, 60))
def test_surrender_takes_the_lowest_serials_and_a_trade_splits_at_most_one_block(held: set[int], wanted: int) -> None:
    """I11."""
    blocks = blocks_of(held)
    wanted = min(wanted, len(held))

    assert serials_of(lowest(blocks, wanted)[0]) == sorted(held)[:wanted]
    taken = best_fit(blocks, wanted)
    assert sum(block not in blocks for block in taken) <= 1
    exact = [block for block in blocks if block.count == wanted]
    assert not exact or taken == (exact[0],)


@QUICK
@given(serials, serials)
def test_joining_and_parting_are_those_of_sets(one: set[int], other: set[int]) -> None:
    """I1."""
    gone = one & other
    left = one - other
    if gone:
        assert serials_of(without(blocks_of(one), blocks_of(gone))) == sorted(left)
    new = other - one
    if new:
        assert joined(blocks_of(one), blocks_of(new)) == blocks_of(one | new)


@QUICK
@given(serials, serials)
def test_a_serial_is_not_held_twice_and_not_given_by_who_does_not_hold_it(one: set[int], other: set[int]) -> None:
    """I1."""
    if one & other:
        with pytest.raises(AssertionError, match="I1"):
            joined(blocks_of(one), blocks_of(other))
    if other - one:
        with pytest.raises(AssertionError, match="I1"):
            without(blocks_of(one), blocks_of(other))


# --- the ledger


@QUICK
@given(
    st.integers(1, 50),
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), st.integers(0, 40), st.booleans()), max_size=30),
)
def test_the_ledger_is_a_set_of_serials_and_a_sum_of_money_for_each_account(
    cap: int, wishes: list[tuple[str, str, int, bool]]
) -> None:
    """I1 to I4."""
    ledger = Ledger()
    for name in (BANK_ACCOUNT, *"abc"):
        ledger.open(Account(name, AccountKind.TRADER, name, "KM"))
    ledger.issue(SERIES, "a", cap)
    held: dict[str, set[int]] = {"a": set(range(1, cap + 1)), "b": set(), "c": set()}
    cash = {name: 0 for name in "abc"}
    for origin, target, count, money in wishes:
        moves: list[Move] = []
        if money:
            moves.append(Paid(BANK_ACCOUNT, origin, count + 1))
            cash[origin] += count + 1
            if cash[origin] > count:
                moves.append(Paid(origin, target, cash[origin] - count))
                part = cash[origin] - count
                cash[origin] -= part
                cash[target] += part
        elif origin != target and 0 < count <= len(held[origin]):
            taken = best_fit(ledger.positions[origin, SERIES].blocks, count)
            moves.append(Delivered(origin, target, SERIES, taken))
            held[origin] -= set(serials_of(taken))
            held[target] |= set(serials_of(taken))
        ledger.post(tuple(moves))
        ledger.check()
    for name in "abc":
        assert ledger.held_of(name, SERIES).blocks == blocks_of(held[name])
        assert dict(ledger.of_account(name)) == ({SERIES: ledger.held_of(name, SERIES)} if held[name] else {})
        assert ledger.purses[name].fen == cash[name]
