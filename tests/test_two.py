"""Acts of two: what the law lists takes effect when a second person, who may do the same, confirms it in time."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.runner import Answer, Runner
from airshed.lab.simulator.small_market import BANK, INSPECTOR, TELLER
from airshed.model.period import DAY_MS
from airshed.model.refusal import Why
from airshed.rulebook.digest import digest
from airshed.rulebook.load import load_texts
from airshed.rulebook.lookup import article
from airshed.rulebook.schema import Rulebook
from airshed.service.book.acts import may_confirm, waiting_for
from airshed.service.book.opening import adopt, carry_on
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import verify
from laws import FILES, RULES
from markets import AT, AUTHORITY, REGISTRAR, adopting_next, confirmed, done, market, proposed, send, why

#: What takes two in every shipped law.
TWO = ("RegisterActor", "Deposit", "Withdraw", "SetCap", "Allocate", "AdoptRulebook")
DAYS = 10


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


def test_what_has_lapsed_is_rejected_or_left_and_proposed_anew() -> None:
    runner = market(rules=of_two("Deposit"))
    act = proposed(runner, BANK, c.Deposit("fund", 700)).act
    late = AT + 11 * DAY_MS

    assert why(runner, TELLER, c.ConfirmAct(act), late) is Why.ACT_LAPSED
    done(runner, BANK, c.RejectAct(act, "too late"), late)
    done(runner, BANK, c.Deposit("fund", 700), late)


def test_a_person_whom_one_alone_would_register_does_not_exist_and_confirms_nothing() -> None:
    """The coup: somebody registers a second person, who confirms an act of the first."""
    runner = market()
    runner.rules = of_two("RegisterActor", "SetCap")
    act = proposed(runner, AUTHORITY, c.SetCap("SO2", "QJ", 2027)).act
    assert why(runner, AUTHORITY, c.RegisterActor("cousin", "province")) is Why.ROLE_MAY_NOT
    entry = proposed(runner, REGISTRAR, c.RegisterActor("cousin", "province")).act

    assert why(runner, REGISTRAR, c.ConfirmAct(entry)) is Why.OWN_ACT
    assert why(runner, "cousin", c.ConfirmAct(entry)) is Why.UNKNOWN_ACTOR
    assert why(runner, "cousin", c.ConfirmAct(act)) is Why.UNKNOWN_ACTOR
    assert "SO2-QJ-2027" not in runner.state.ledger.caps


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
    assert waiting_for(runner, TELLER, AT) == sorted({act, too_much})
    assert waiting_for(runner, BANK, AT) == []
    assert waiting_for(runner, INSPECTOR, AT) == []
    assert waiting_for(runner, TELLER, AT + 11 * DAY_MS) == []
