"""Who may confirm an act is found in one walk through the people, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import pytest

from airshed.engine import commands as c
from airshed.engine.nouns import Actor
from airshed.engine.procedures.people_rights import confirmers, may_confirm
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import VERIFIERS
from airshed.service.book.acts import may_confirm as named
from laws import RULES
from markets import AUTHORITY, REGISTRAR, done, market, proposed

BODIES: tuple[tuple[str, c.Body], ...] = (
    (REGISTRAR, c.OpenAccount("lime-trade", "trader", "Lime Trade", "KM", "lime")),
    (REGISTRAR, c.RegisterActor("of-steel", "operator", account="steel")),
    (REGISTRAR, c.RegisterActor("new-bank", "bank")),
    (AUTHORITY, c.SetCap("SO2", "KM", 2028)),
)


class Counted(dict[str, Actor]):
    """People, and how many of them were looked at one after the other."""

    def __init__(self, people: dict[str, Actor]) -> None:
        super().__init__(people)
        self.looked = 0

    def __iter__(self) -> Iterator[str]:
        for name in super().__iter__():
            self.looked += 1
            yield name

    def values(self) -> Iterator[Actor]:  # type: ignore[override]
        return (self[name] for name in self)


@pytest.fixture
def runner() -> Runner:
    """The small market with a thousand more people of the exchange, who confirm none of these."""
    made = market()
    known = made.state.actors["small-exchange"]
    for number in range(1_000):
        made.state.actors[f"e{number}"] = replace(known, id=f"e{number}")
    return made


@pytest.mark.parametrize(("actor", "body"), BODIES)
def test_who_confirms_is_found_by_one_look_at_each(runner: Runner, actor: str, body: c.Body) -> None:
    """It was a look at each for each, in the thread of the writer."""
    act = proposed(runner, actor, body).act
    state = runner.state
    wanted = [name for name in state.actors if may_confirm(state, RULES, name, actor, body) is None]
    assert list(confirmers(state, RULES, actor, body)) == wanted
    others = [name for name in wanted if name != actor]
    assert others

    state.actors = people = Counted(state.actors)

    assert list(islice(named(runner, act, state.at), 3)) == others[:3]
    assert people.looked < 10 * len(people), "people for people"


def test_an_opinion_is_confirmed_by_another_verifier_and_by_nobody_else() -> None:
    """Decision 124: the book does not know for which house a verifier works, and no name stands for one."""
    state = market().state
    body = c.VerifyYear("s-steel", 2027, "satisfactory")
    others = [name for name in VERIFIERS if name != VERIFIERS[0]]
    found = [name for name in confirmers(state, RULES, VERIFIERS[0], body) if name != VERIFIERS[0]]
    assert found == others
    for name in (AUTHORITY, REGISTRAR, "steel", "small-exchange"):
        assert may_confirm(state, RULES, name, VERIFIERS[0], body) is not None, name


def test_who_was_registered_for_an_account_is_known_by_it() -> None:
    runner = market()
    done(runner, REGISTRAR, c.RegisterActor("of-steel", "operator", account="steel"))
    state = runner.state
    by_account: dict[str, tuple[str, ...]] = {}
    for known in state.actors.values():
        if known.account:
            by_account[known.account] = (*by_account.get(known.account, ()), known.id)
    assert state.people == by_account
    assert state.people["steel"][-1] == "of-steel"
