"""Every command x every role x every scope: nothing wrongly allowed or refused, by the table of the law."""

from __future__ import annotations

import csv
import io
from functools import cache
from types import SimpleNamespace
from typing import Any, get_args

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine.decide import decide
from airshed.engine.nouns import Act, Actor
from airshed.engine.procedures import scope
from airshed.engine.procedures.people_rights import may_send
from airshed.engine.runner import Runner
from airshed.model.refusal import Refusal, Why
from laws import FILES, LAW, RULES
from markets import AT, REGISTRAR, SERIES, done, market, send, why

COMMANDS = get_args(c.Body)
ROLES: list[dict[str, Any]] = LAW["people"]
#: The cells of the law as a stranger reads them: by command, then by role.
CELLS = {row["command"]: row for row in csv.DictReader(io.StringIO(FILES["roles.csv"].decode()))}
#: What lies in Kunming and what in Qujing, by the field that names it.
HERE = {"KM": 1, "QJ": 2}
NAMED: dict[str, tuple[object, object]] = {
    "jurisdiction": ("KM", "QJ"),
    "account": ("steel", "power"),
    "source": ("s-steel", "s-power"),
    "stack": ("steel-1", "power-1"),
    "series": (SERIES, "SO2-QJ-2027"),
    "actor": ("of-steel", "of-power"),
    **dict.fromkeys(("sale", "auction", "call", "repurchase"), ("in-KM", "in-QJ")),
    **dict.fromkeys(("purchase", "application", "withdrawal", "withholding", "mark", "right", "act"), (1, 2)),
}


@cache
def world() -> Runner:
    """The small market with somebody of every role and scope, and something of every kind in two cities."""
    runner = market()
    state = runner.state
    for name, account in (("of-steel", "steel"), ("of-power", "power")):
        state.actors[name] = Actor(name, "operator", account, "")
    for place, number in HERE.items():
        source = NAMED["source"][number - 1]
        thing: Any = SimpleNamespace(source=source, series=f"SO2-{place}-2027", stack=NAMED["stack"][number - 1])
        thing.jurisdiction, thing.holder, thing.open = place, NAMED["account"][number - 1], True
        thing.event = f"in-{place}"
        for named in (state.sales, state.auctions, state.calls, state.repurchases):
            named[f"in-{place}"] = thing
        for numbered in (
            state.purchases,
            state.applications,
            state.withdrawals,
            state.withholdings,
            state.marks,
            state.rights,
        ):
            numbered[number] = thing
        state.acts[number] = Act(number, "somebody", c.ThawAccount(str(NAMED["account"][number - 1])), None, "")
    for role, scope_of, actor in people():
        state.actors[actor.id] = actor
        assert (role, scope_of) is not None
    return runner


def people() -> list[tuple[str, str, Actor]]:
    """A role, a scope that the law lets it be bound to, and somebody of both."""
    found = []
    for role in ROLES:
        code, bound = role["code"], role["bound"]
        if bound in ("zone", "any"):
            found.append((code, "zone", Actor(f"{code}-zone", code, "", "")))
        if bound in ("jurisdiction", "any"):
            found += [(code, place, Actor(f"{code}-{place}", code, "", place)) for place in HERE]
        if bound in ("account", "any"):
            accounts = ("broker", "fund") if role["accounts"] == ["trader"] else ("steel", "power")
            found += [(code, account, Actor(f"{code}-{account}", code, account, "")) for account in accounts]
    return found


def example(kind: type, place: str) -> Any:
    """A command that names what lies there in every field that names something."""
    values: dict[str, object] = {}
    for field in msgspec.inspect.type_info(kind).fields:  # type: ignore[attr-defined]
        if field.name in NAMED and not (kind is c.RegisterActor and field.name == "account"):
            values[field.name] = NAMED[field.name][HERE[place] - 1]
        elif field.required:
            values[field.name] = filled(field.type)
    if kind is c.RegisterActor:
        values |= {"actor": "new", "role": "verifier"}
    return kind(**values)


def filled(kind: Any) -> object:
    match kind:
        case msgspec.inspect.IntType():
            return kind.ge if kind.ge is not None and kind.ge > 0 else 1
        case msgspec.inspect.BoolType():
            return True
        case msgspec.inspect.StrType():
            return "2027-03-01" if kind.pattern else "x"
        case msgspec.inspect.LiteralType():
            return kind.values[0]
        case msgspec.inspect.VarTupleType():
            return ()
        case msgspec.inspect.DictType():
            return {}
        case _:
            return None


def lies(kind: type) -> bool:
    """Whether a command names something that lies somewhere."""
    return any(name in NAMED for name in kind.__struct_fields__)  # type: ignore[attr-defined]


def foretold(kind: type, role: str, bound: str, place: str) -> Why | None:
    """Why the table of the law refuses it; None where it does not."""
    cell = CELLS.get(kind.__name__, {}).get(role, "")
    if not cell:
        return Why.ROLE_MAY_NOT
    if bound == "zone":
        return None
    if bound in HERE:
        return None if cell != "zone" and lies(kind) and place == bound else Why.OUT_OF_SCOPE
    if role == "monitor":
        return None if {"KM": "steel", "QJ": "power"}[place] == bound else Why.OUT_OF_SCOPE
    return None


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_the_engine_lets_send_what_the_table_lets_and_refuses_the_rest(kind: type) -> None:
    runner = world()
    for place in HERE:
        body = example(kind, place)
        for role, bound, actor in people():
            refusal = may_send(runner.state, RULES, actor.id, body)
            assert (refusal and refusal.why) == foretold(kind, role, bound, place), (actor.id, body)
            if refusal is not None:
                assert decide(runner.state, c.Command(actor.id, "k", body), RULES, AT) == refusal


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_who_acts_for_an_account_changes_nothing_for_another(kind: type) -> None:
    runner = market()
    for actor in ("steel", "broker"):
        role = "operator" if actor == "steel" else "trader"
        if CELLS.get(kind.__name__, {}).get(role):
            decision = decide(runner.state, c.Command(actor, "k", example(kind, "QJ")), RULES, AT)
            assert isinstance(decision, Refusal), decision


def test_what_somebody_bound_to_a_place_may_send_says_where_it_lies() -> None:
    """Complete: a cell `jurisdiction`, or one of a machine, has a field that `scope.PLACES` can place."""
    machines = {role["code"] for role in ROLES if role["bound"] == "any" and CELLS["SealDay"].get(role["code"])}
    for kind in COMMANDS:
        cells = CELLS.get(kind.__name__, {})
        if "jurisdiction" in cells.values() or any(cells.get(role) for role in machines):
            assert any(name in scope.PLACES for name in kind.__struct_fields__), kind
        if any(cells.get(role) == "account" for role in machines):
            assert kind in scope.FOR_ACCOUNT, kind


def test_every_command_has_a_row_or_nobody_may_send_it() -> None:
    assert set(CELLS) <= {kind.__name__ for kind in COMMANDS}


# --- representatives


def test_a_representative_may_what_its_right_says() -> None:
    runner = market()
    for may in ("read", "initiate", "approve"):
        done(runner, REGISTRAR, c.RegisterActor(f"steel-{may}", "operator", "steel", "", may))
    offer = c.OfferRepurchase("steel", SERIES, 100)

    assert why(runner, "steel-read", offer) is Why.ROLE_MAY_NOT
    assert why(runner, "steel-approve", offer) is Why.ROLE_MAY_NOT
    assert why(runner, "steel-initiate", c.ConfirmAct(9)) is Why.ROLE_MAY_NOT
    assert why(runner, "steel-read", c.ConfirmAct(9)) is Why.ROLE_MAY_NOT
    assert why(runner, "steel-approve", c.ConfirmAct(9)) is Why.UNKNOWN_ACT
    done(runner, "steel-initiate", offer)


def test_nobody_acts_alone_for_an_account_of_which_the_law_wants_two() -> None:
    """The other way in, being let in, stays open: the first representative confirms the second."""
    rules = msgspec.structs.replace(
        RULES,
        people=tuple(
            msgspec.structs.replace(role, least=2) if role.code == "operator" else role for role in RULES.people
        ),
    )
    runner = market()
    runner.rules = rules
    order = c.PlaceOrder("steel", SERIES, "sell", 100, 400_000)
    limits = c.SetTransferLimits("steel", 10, None)

    refusal = send(runner, "steel", order).refusal
    assert refusal is not None
    assert refusal.why is Why.ROLE_MAY_NOT
    assert refusal.detail == (
        "steel has 1 in the role operator who may act, and acts through 2 or more; register another"
    )
    assert why(runner, "steel", limits) is Why.ROLE_MAY_NOT
    done(runner, REGISTRAR, c.RegisterActor("only-looks", "operator", "steel", "", "read"))
    assert why(runner, "steel", order) is Why.ROLE_MAY_NOT
    assert why(runner, "only-looks", order) is Why.ROLE_MAY_NOT
    done(runner, REGISTRAR, c.RegisterActor("second", "operator", "steel"))
    done(runner, "steel", order)
    done(runner, "steel", limits)
    assert why(runner, REGISTRAR, c.RevokeActor("second", "left")) is Why.CONDITION_OPEN
    done(runner, REGISTRAR, c.RevokeActor("only-looks", "left"))
    done(runner, REGISTRAR, c.SuspendActor("second", "asked to"))
    assert why(runner, "steel", order) is Why.ROLE_MAY_NOT


def test_who_is_gone_is_no_second_person_of_an_account() -> None:
    """A holder that asks for two of its own must have two: who reads only, or was revoked, confirms nothing."""
    runner = market()
    limits = c.SetTransferLimits("steel", 10, None)
    done(runner, REGISTRAR, c.RegisterActor("second", "operator", "steel"))
    done(runner, REGISTRAR, c.RegisterActor("only-looks", "operator", "steel", "", "read"))
    done(runner, REGISTRAR, c.RevokeActor("second", "left"))
    assert why(runner, "steel", limits) is Why.CONDITION_OPEN


def test_an_account_has_no_more_representatives_than_the_law_lets() -> None:
    runner = market()
    people_of = tuple(msgspec.structs.replace(role, most=2) for role in RULES.people)
    runner.rules = msgspec.structs.replace(RULES, people=people_of)
    done(runner, REGISTRAR, c.RegisterActor("second", "operator", "steel"))

    assert why(runner, REGISTRAR, c.RegisterActor("third", "operator", "steel")) is Why.TOO_LARGE
