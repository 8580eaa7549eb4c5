"""The seed that orders what is tied is sealed before there are orders, and whoever closes shows that seed."""

from __future__ import annotations

import subprocess
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check as check_state
from airshed.engine.runner import Runner
from airshed.lab.seals import NEVER, random_seal, salt_of, sealed, shown
from airshed.lab.simulator.small_market import EXCHANGE
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.model.seal import seal_of
from airshed.rulebook.schema import Rulebook
from airshed.service.book.zone_call import close
from laws import RULES
from markets import AT, AUTHORITY, SERIES, done, market, send, why

replace = msgspec.structs.replace
SALT = "5f1d9c0be42a7716"
SEAL = seal_of(7, SALT)
KEEP = ("now", "keys")


def sealing(**trading: Any) -> Rulebook:
    """The shipped law with a seal that is required."""
    return replace(RULES, trading=replace(RULES.trading, **{"seal_required": True, **trading}))


#: How each opens, and how it closes with a seed and a salt.
KINDS: dict[str, tuple[str, Any, Any]] = {
    "auction": (
        AUTHORITY,
        lambda seal: c.OpenAuction("a", SERIES, 1_000, seal=seal),
        lambda seed, salt: c.CloseAuction("a", seed, salt),
    ),
    "call": (
        EXCHANGE,
        lambda seal: c.OpenCall("a", SERIES, "", seal),
        lambda seed, salt: c.CloseCall("a", seed, salt),
    ),
    "zone call": (
        EXCHANGE,
        lambda seal: c.OpenZoneCall("a", "SO2", seal),
        lambda seed, salt: c.CloseZoneCall("a", seed, (), salt),
    ),
}
each_kind = pytest.mark.parametrize("kind", KINDS)


def closed(runner: Runner, kind: str, seed: int, salt: str) -> Why | None:
    """Why a close is refused; a zone-wide call is solved first."""
    actor, _, closing = KINDS[kind]
    if kind == "zone call":
        found = close(runner, actor, "a", AT, seed=seed, salt=salt)
        assert not isinstance(found, Refusal)
        refusal = found.answer.refusal
    else:
        refusal = send(runner, actor, closing(seed, salt)).refusal
    return refusal.why if refusal is not None else None


def is_open(runner: Runner, kind: str) -> bool:
    held = {"auction": "auctions", "call": "calls", "zone call": "zone_calls"}[kind]
    return bool(getattr(runner.state, held)["a"].open)


@each_kind
def test_it_closes_with_the_seed_and_the_salt_that_were_sealed_and_with_no_other(kind: str) -> None:
    runner = market(tables=True)
    actor, opening, _ = KINDS[kind]
    (event,) = done(runner, actor, opening(SEAL)).events
    assert isinstance(event, e.AuctionOpened | e.CallOpened | e.ZoneCallOpened)
    assert event.seal == SEAL

    for seed, salt in ((8, SALT), (7, SALT + "0"), (7, ""), (0, "")):
        assert closed(runner, kind, seed, salt) is Why.SEAL_DIFFERS, (seed, salt)
    assert is_open(runner, kind)
    assert closed(runner, kind, 7, SALT) is None
    assert not is_open(runner, kind)
    check_state(runner.state)


@each_kind
def test_without_a_seal_any_seed_closes_and_a_salt_has_no_place(kind: str) -> None:
    runner = market()
    actor, opening, _ = KINDS[kind]
    done(runner, actor, opening(""))
    assert closed(runner, kind, 3, SALT) is Why.SEAL_DIFFERS
    assert closed(runner, kind, 3, "") is None


@each_kind
def test_where_the_law_asks_for_a_seal_nothing_opens_without(kind: str) -> None:
    runner = market(rules=sealing())
    actor, opening, _ = KINDS[kind]
    assert why(runner, actor, opening("")) is Why.SEAL_MISSING
    done(runner, actor, opening(SEAL))
    assert closed(runner, kind, 7, SALT) is None


@each_kind
@pytest.mark.parametrize("seal", ["7", SEAL.upper(), SEAL + "0", SEAL[:-1] + "\n", "g" * 64, " "])
def test_what_is_no_digest_is_no_seal(kind: str, seal: str) -> None:
    runner = market()
    actor, opening, _ = KINDS[kind]
    with pytest.raises(Malformed, match="seal"):
        send(runner, actor, opening(seal))


def test_the_auctions_of_an_event_have_one_seal_and_the_close_of_one_closes_all() -> None:
    runner = market()
    later = "SO2-KM-2028"
    done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028))
    lines = (c.ActivityLine("s-steel", (2024,), (800,), (10**6,)),)
    send(runner, AUTHORITY, c.Allocate("SO2", "KM", 2028, lines))
    done(runner, AUTHORITY, c.OpenAuction("spot", SERIES, 100, "both", SEAL))
    for other in ("", seal_of(8, SALT)):
        assert why(runner, AUTHORITY, c.OpenAuction("ahead", later, 100, "both", other)) is Why.SEAL_DIFFERS
    send(runner, AUTHORITY, c.OpenAuction("ahead", later, 100, "both", SEAL))
    assert why(runner, AUTHORITY, c.CloseAuction("spot", 8, SALT)) is Why.SEAL_DIFFERS
    done(runner, AUTHORITY, c.CloseAuction("spot", 7, SALT))
    assert not any(auction.open for auction in runner.state.auctions.values())


def test_a_holder_sells_without_a_seal_for_it_is_not_the_holder_that_closes() -> None:
    runner = market(rules=sealing(resale_same_day=True))
    done(runner, "steel", c.OfferAuction("own", "steel", SERIES, 100, 400_000))
    assert why(runner, EXCHANGE, c.CloseAuction("own", 1, SALT)) is Why.SEAL_DIFFERS
    done(runner, EXCHANGE, c.CloseAuction("own", 1))


def test_a_shell_makes_the_same_seal() -> None:
    """What docs/how-to/verify-a-book.md tells a stranger to type."""
    done = subprocess.run(
        f"printf '%s %s' 7 {SALT} | sha256sum", shell=True, check=True, capture_output=True, text=True
    )
    assert done.stdout.split()[0] == SEAL


@settings(max_examples=200)
@given(st.integers(-(2**53), 2**53), st.text(max_size=9), st.integers(-(2**53), 2**53), st.text(max_size=9))
def test_no_two_seeds_or_salts_have_one_text(one: int, salt: str, other: int, pepper: str) -> None:
    """Digits and the first space part seed from salt, whatever is in the salt."""
    assert (seal_of(one, salt) == seal_of(other, pepper)) == ((one, salt) == (other, pepper))


@given(st.text("abcdefgh-0123456789", min_size=1, max_size=20), st.integers(0, 9))
def test_what_the_simulator_shows_is_what_it_sealed_but_for_the_wrong_seed(name: str, drawn: int) -> None:
    seal = random_seal(name)
    seed, salt = shown(name, seal, drawn)
    if not seal:
        assert (seed, salt) == (drawn, "")
    else:
        assert (seal_of(seed, salt) == seal) == (drawn != NEVER)
    assert sealed(name, seed) == seal_of(seed, salt_of(name, seed))
