"""Acts of two: what the law lists takes effect when a second person, who may do the same, confirms it in time."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check
from airshed.engine.journal import decode
from airshed.engine.runner import Answer, Runner
from airshed.lab.simulator import sim
from airshed.lab.simulator.small_market import BANK, INSPECTOR, TELLER
from airshed.model.period import DAY_MS
from airshed.model.refusal import Why
from airshed.rulebook.digest import digest
from airshed.rulebook.load import find, load_texts, texts
from airshed.rulebook.lookup import article
from airshed.rulebook.schema import Rulebook
from airshed.service.book.acts import may_confirm, waiting_for
from airshed.service.book.opening import adopt, carry_on
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import verify
from laws import EVERY_LAW, FILES, RULES
from markets import AT, AUTHORITY, REGISTRAR, adopting_next, confirmed, done, market, proposed, send, why

#: What takes two in every shipped law.
TWO = ("RegisterActor", "Deposit", "Withdraw", "SetCap", "Allocate", "AdoptRulebook")
DAYS = 10
#: Who confirm that one of theirs is let in.
HEADS = {each.confirmed_by for each in RULES.people if each.confirmed_by} | {"operator", "trader"}


def of_two(*commands: str, days: int | None = DAYS, version: str = RULES.programme.version) -> Rulebook:
    """The shipped law with these commands among those that take two, and so long a wait."""
    second = tuple(sorted({*RULES.roles.second, *commands}))
    roles = msgspec.structs.replace(RULES.roles, second=second, act_expires_days=days)
    return msgspec.structs.replace(
        RULES, roles=roles, programme=msgspec.structs.replace(RULES.programme, version=version)
    )


def fen(runner: Runner, account: str = "fund") -> int:
    return runner.state.ledger.purses[account].fen


def test_a_deposit_is_there_when_a_second_person_of_the_bank_has_confirmed_it() -> None:
    runner = market(rules=of_two("Deposit"))
    before = fen(runner)
    act = proposed(runner, BANK, c.Deposit("fund", 700))

    assert fen(runner) == before
    assert act.until == AT + DAYS * DAY_MS
    confirmed(runner, act)
    assert fen(runner) == before + 700


def test_each_way_in_which_an_act_is_not_confirmed_has_its_reason_and_article() -> None:
    runner = market(rules=of_two("Deposit"))
    act = proposed(runner, BANK, c.Deposit("fund", 700)).act

    def refused(actor: str, number: int = act, at: int = AT) -> Answer:
        return send(runner, actor, c.ConfirmAct(number), at)

    cases = {
        Why.OWN_ACT: refused(BANK),
        Why.ROLE_MAY_NOT: refused(INSPECTOR),
        Why.UNKNOWN_ACTOR: refused("somebody"),
        Why.UNKNOWN_ACT: refused(TELLER, act + 1),
        Why.ACT_LAPSED: refused(TELLER, act, AT + DAYS * DAY_MS + 1),
    }
    for code, answer in cases.items():
        assert answer.refusal is not None, code
        assert (answer.refusal.why, answer.refusal.cite) == (code, article(RULES, "roles"))
    assert act in runner.state.acts


def test_what_is_proposed_for_an_account_is_seen_confirmed_and_rejected_by_its_own_people_alone() -> None:
    """Every firm had the transfers of every other among what waits for it, and could let them fall."""
    runner = market(rules=of_two("SetTransferLimits"))
    done(runner, REGISTRAR, c.RegisterActor("of-steel", "operator", account="steel"))
    act = proposed(runner, "steel", c.SetTransferLimits("steel", two_above=1_000)).act

    assert list(may_confirm(runner, act, AT)) == ["of-steel"]
    for other in ("cement", "broker"):
        assert waiting_for(runner.state, runner.rules, other, AT) == []
        assert why(runner, other, c.ConfirmAct(act)) is Why.NOT_YOUR_OWN
        assert why(runner, other, c.RejectAct(act, "not ours")) is Why.NOT_YOUR_OWN
    assert waiting_for(runner.state, runner.rules, "of-steel", AT) == [act]
    done(runner, "of-steel", c.RejectAct(act, "not now"))
    assert act not in runner.state.acts


def test_an_act_is_confirmed_once() -> None:
    runner = market(rules=of_two("Deposit"))
    act = proposed(runner, BANK, c.Deposit("fund", 700))
    confirmed(runner, act)

    assert why(runner, TELLER, c.ConfirmAct(act.act)) is Why.UNKNOWN_ACT
    assert why(runner, TELLER, c.RejectAct(act.act, "late")) is Why.UNKNOWN_ACT


def test_the_last_instant_still_counts_and_the_next_one_does_not() -> None:
    for late in (0, 1):
        runner = market(rules=of_two("Deposit"))
        act = proposed(runner, BANK, c.Deposit("fund", 700))
        assert act.until is not None
        answer = send(runner, TELLER, c.ConfirmAct(act.act), act.until + late)
        assert (answer.refusal is None) == (not late)


def test_an_act_waits_for_good_where_the_law_says_no_term() -> None:
    runner = market(rules=of_two("Deposit", days=None))
    act = proposed(runner, BANK, c.Deposit("fund", 700))

    assert act.until is None
    confirmed(runner, act, AT + 20 * 366 * DAY_MS)


def test_what_has_lapsed_is_taken_off_by_whatever_happens_next_and_proposed_anew() -> None:
    runner = market(rules=of_two("Deposit"))
    act = proposed(runner, BANK, c.Deposit("fund", 700)).act
    late = AT + 11 * DAY_MS

    assert why(runner, TELLER, c.ConfirmAct(act), late) is Why.ACT_LAPSED
    assert why(runner, BANK, c.RejectAct(act, "too late"), late) is Why.ACT_LAPSED
    assert act in runner.state.acts  # a refusal moves no clock and brings no fact
    answer = send(runner, BANK, c.Deposit("fund", 700), late)
    assert answer.events[0] == e.ActLapsed(act)
    assert isinstance(answer.events[1], e.ActProposed)
    assert list(runner.state.acts) == [act + 1]
    assert why(runner, TELLER, c.ConfirmAct(act), late) is Why.ACT_LAPSED
    assert why(runner, BANK, c.RejectAct(act, "too late"), late) is Why.ACT_LAPSED
    confirmed(runner, answer.events[1], late)
    check(runner.state)


def test_who_is_suspended_or_revoked_confirms_nothing_and_what_they_proposed_falls() -> None:
    for taking in (c.SuspendActor(TELLER, "asked to"), c.RevokeActor(TELLER, "left")):
        runner = market(rules=of_two("Deposit"))
        act = proposed(runner, BANK, c.Deposit("fund", 700)).act
        theirs = proposed(runner, TELLER, c.Deposit("fund", 1)).act
        done(runner, REGISTRAR, taking)

        assert why(runner, TELLER, c.ConfirmAct(act)) is Why.ACTOR_SUSPENDED
        assert why(runner, TELLER, c.RejectAct(act, "no")) is Why.ACTOR_SUSPENDED
        assert list(may_confirm(runner, act, AT)) == []
        assert theirs not in runner.state.acts
        assert why(runner, BANK, c.ConfirmAct(theirs)) is Why.UNKNOWN_ACT


# --- the coups


def test_every_shipped_law_takes_two_for_people_money_caps_allocation_and_the_next_law() -> None:
    for name in EVERY_LAW:
        law = load_texts(texts(find(name)))
        assert set(TWO) <= set(law.roles.second), name
        assert law.roles.act_expires_days is not None
        assert law.trading.largest_deposit_fen is not None


def test_a_person_whom_one_alone_would_register_does_not_exist_and_confirms_nothing() -> None:
    """The coup: one person registers a second in the same minute and confirms an act of their own by it."""
    runner = market()
    role = runner.state.actors[AUTHORITY].role
    act = proposed(runner, AUTHORITY, c.SetCap("SO2", "QJ", 2027)).act
    entry = proposed(runner, REGISTRAR, c.RegisterActor("cousin", "auctioneer")).act

    assert why(runner, REGISTRAR, c.ConfirmAct(entry)) is Why.OWN_ACT
    assert why(runner, "cousin", c.ConfirmAct(entry)) is Why.UNKNOWN_ACTOR
    assert why(runner, "cousin", c.ConfirmAct(act)) is Why.UNKNOWN_ACTOR
    assert why(runner, AUTHORITY, c.RegisterActor("cousin", role)) is Why.ROLE_MAY_NOT
    assert "SO2-QJ-2027" not in runner.state.ledger.caps


def test_a_bank_that_enters_90_trillion_yuan_is_refused_and_a_small_sum_waits() -> None:
    runner = market()
    most = runner.rules.trading.largest_deposit_fen
    assert most is not None
    answer = send(runner, BANK, c.Deposit("fund", 2**53))

    assert answer.refusal is not None
    assert (answer.refusal.why, answer.refusal.cite) == (Why.TOO_LARGE, article(RULES, "trading"))
    assert why(runner, BANK, c.Deposit("fund", most + 1)) is Why.TOO_LARGE
    before = fen(runner)
    act = proposed(runner, BANK, c.Deposit("fund", most))
    assert fen(runner) == before
    confirmed(runner, act)
    assert fen(runner) == before + most


def test_who_has_lost_the_right_since_neither_counts_as_proposer_nor_confirms() -> None:
    """Both need it at the moment of the confirmation."""
    for gone in (BANK, TELLER):
        runner = market()
        act = proposed(runner, BANK, c.Deposit("fund", 1)).act
        known = runner.state.actors[gone]
        runner.state.actors[gone] = dataclasses.replace(known, role="verifier")
        assert why(runner, TELLER, c.ConfirmAct(act)) is Why.ROLE_MAY_NOT


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_of_two_ever_happens_by_one(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow look at every record of a random run: who may what is read from the law, who is who from the book."""
    monkeypatch.setattr(sim, "varied", lambda rules, rng, version: named(version))
    run = sim.SimulatedRun(seed, 90, RULES, None, None)
    run.play(lambda done: None)
    may = {(row.role, row.command) for row in RULES.roles.rows}
    role: dict[str, str] = {}
    waits: dict[int, tuple[str, str, int]] = {}
    happened: Counter[str] = Counter()
    for line in run.memory.journal.lines():
        record = decode(line)
        name = type(record.body).__name__
        effects = [
            event for event in record.events if not isinstance(event, e.ActProposed | e.ActConfirmed | e.ActLapsed)
        ]
        for event in record.events:
            if isinstance(event, e.ActProposed):
                waits[event.act] = (record.actor, name, record.at)
            elif isinstance(event, e.ActConfirmed):
                proposer, name, at = waits.pop(event.act)
                assert proposer != record.actor
                assert (role[proposer], name) in may
                concerned = {"RegisterActor": HEADS, "OpenAccount": ("operator", "trader")}.get(name, ())
                assert (role[record.actor], name) in may or role[record.actor] in concerned
                assert record.at <= at + 14 * DAY_MS
                happened[name] += 1
            elif isinstance(event, e.ActorRegistered):
                role[event.actor] = event.role
        if name in RULES.roles.second and type(record.body) is not c.ConfirmAct:
            assert not effects or record.seq == 1, record

    assert {"RegisterActor", "Deposit", "SetCap", "Allocate", "AdoptRulebook"} <= set(happened)


def named(version: str) -> Rulebook:
    return msgspec.structs.replace(RULES, programme=msgspec.structs.replace(RULES.programme, version=version))


# --- the next law


def next_law(runner: Runner, rules: Rulebook) -> None:
    """Its text is at hand from now on."""
    runner.laws = {digest(rules): rules}.get


def test_the_next_law_is_in_force_when_two_of_the_law_in_force_have_adopted_it() -> None:
    runner = market(rules=of_two("AdoptRulebook"))
    following = of_two("AdoptRulebook", "Deposit", version="next")
    next_law(runner, following)
    act = proposed(runner, AUTHORITY, adopting_next(following))

    assert runner.rules.programme.version == RULES.programme.version
    assert why(runner, BANK, c.ConfirmAct(act.act)) is Why.ROLE_MAY_NOT
    assert why(runner, AUTHORITY, c.ConfirmAct(act.act)) is Why.OWN_ACT
    confirmed(runner, act)
    assert runner.rules == following
    assert runner.state.rulebook is not None
    assert runner.state.rulebook.digest == digest(following)
    proposed(runner, BANK, c.Deposit("fund", 1))


def test_without_its_text_a_law_is_neither_proposed_nor_confirmed() -> None:
    runner = market(rules=of_two("AdoptRulebook"))
    following = of_two("AdoptRulebook", version="next")

    assert why(runner, AUTHORITY, adopting_next(following)) is Why.RULEBOOK_MISMATCH
    next_law(runner, following)
    act = proposed(runner, AUTHORITY, adopting_next(following))
    runner.laws = lambda digest: None
    assert why(runner, INSPECTOR, c.ConfirmAct(act.act)) is Why.RULEBOOK_MISMATCH


def test_what_waited_under_the_law_before_is_proposed_anew() -> None:
    runner = market(rules=of_two("AdoptRulebook", "Deposit"))
    following = of_two("AdoptRulebook", "Deposit", version="next")
    next_law(runner, following)
    waits = proposed(runner, BANK, c.Deposit("fund", 1)).act
    done(runner, AUTHORITY, adopting_next(following))

    assert waits not in runner.state.acts
    assert why(runner, TELLER, c.ConfirmAct(waits)) is Why.ACT_LAPSED


def law_of_two(version: str) -> dict[str, bytes]:
    """The texts of a law in which the next one takes two."""
    text = FILES["rulebook.toml"].decode()
    here = f'version = "{RULES.programme.version}"'
    assert here in text
    text = text.replace(here, f'version = "{version}"')
    if '"AdoptRulebook"' not in text[text.index("\nsecond = ") :].splitlines()[1]:
        text = text.replace("\nsecond = [", '\nsecond = ["AdoptRulebook", ')
    return {**FILES, "rulebook.toml": text.encode()}


@pytest.mark.parametrize("reopened", [False, True])
def test_a_book_adopts_the_next_law_by_two_and_all_of_it_is_decided_anew(tmp_path: Path, reopened: bool) -> None:
    """The text lies in the book from the proposal on, so that whoever confirms needs no other file."""
    first, second = law_of_two("one"), law_of_two("two")
    path = tmp_path / "a.book"
    with Book.create(path) as book:
        book.keep_law(digest(load_texts(first)), first)
        runner = market(book, load_texts(first), tables=True)
        runner, answer = adopt(book, second, AT)
        (act,) = answer.events
        assert isinstance(act, e.ActProposed)
        assert book.law_in_force() == digest(load_texts(first))
        if not reopened:
            confirmed(runner, act)
    with Book.open(path) as book:
        runner = carry_on(book)
        if reopened:
            confirmed(runner, act)
        done(runner, AUTHORITY, c.FreezeAccount("fund", "why not"))
        assert book.law_in_force() == digest(load_texts(second))
        assert verify(book).records == runner.state.seq
        again, answer = adopt(book, second, AT)
        assert again.rules == load_texts(second)


# --- who may


def test_it_is_said_who_may_confirm_and_what_waits_for_a_person() -> None:
    runner = market(rules=of_two("Deposit"))
    act = proposed(runner, BANK, c.Deposit("fund", 1)).act
    too_much = proposed(runner, BANK, c.Withdraw("fund", 1)).act if "Withdraw" in runner.rules.roles.second else act

    assert list(may_confirm(runner, act, AT)) == [TELLER]
    assert waiting_for(runner.state, runner.rules, TELLER, AT) == sorted({act, too_much})
    assert waiting_for(runner.state, runner.rules, BANK, AT) == []
    assert waiting_for(runner.state, runner.rules, INSPECTOR, AT) == []
    assert waiting_for(runner.state, runner.rules, TELLER, AT + 11 * DAY_MS) == []
