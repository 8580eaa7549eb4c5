"""Case files: notice, reply, decision by two, appeal, decision on appeal, and that what is paid follows from them."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.decide import decide
from airshed.engine.runner import Runner
from airshed.engine.state import State
from airshed.engine.tables import everything
from airshed.lab.simulator.small_market import BANK, BUREAU, INSPECTOR
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.dues import dues
from airshed.pages.portal.office.cases import deeds_of, row_of, uses_up
from airshed.pages.portal.office.queue import items
from airshed.pages.register import build
from airshed.rulebook import lookup
from airshed.rulebook.breach_sections import CaseGround
from airshed.rulebook.check_calendar import cases as faults
from airshed.rulebook.schema import Rulebook
from airshed.service.book.sqlite import Book
from beijing import clock, instant
from laws import RULES
from markets import AUTHORITY, REGISTRAR, confirmed, done, market, proposed, send, why

SOURCE, YEAR = "s-steel", 2027
MILLION = 1_000_000_00
#: A province person besides those two who decide.
OTHER = lookup.founders(RULES, "AdoptRulebook")[1]


def law(**keys: object) -> Rulebook:
    """The shipped law in which a shortfall costs a million, and is fined by case."""
    replace = msgspec.structs.replace
    return replace(
        RULES,
        shortfall=replace(RULES.shortfall, penalty="flat", flat_fen=MILLION),
        cases=replace(RULES.cases, shortfall="by_case", **keys),
        late_payment=replace(RULES.late_payment, interest="daily", daily_basis_points=100, cap_times=1),
    )


BY_CASE = law()
AUTOMATIC = msgspec.structs.replace(BY_CASE, cases=msgspec.structs.replace(BY_CASE.cases, shortfall="automatic"))


def at(day: str, hour: int = 12) -> int:
    return instant(day, hour)


def short(rules: Rulebook = BY_CASE) -> tuple[Runner, str]:
    """A market in which the steelworks was short of SO2 in 2027, settled on Monday 3 July 2028, with 100 million."""
    runner = market(rules=rules)
    account = runner.state.sources[SOURCE].account
    codes = [rule.code for rule in lookup.owed(RULES, runner.state.sources[SOURCE].sector)]
    mass = {code: 1_000 if code == "SO2" else 0 for code in codes}
    done(runner, AUTHORITY, c.DetermineYear(SOURCE, YEAR, mass, "a test"), at("2028-06-01"))
    done(runner, AUTHORITY, c.CloseYear(account, YEAR), at("2028-07-03"))
    done(runner, BANK, c.Deposit(account, 100 * MILLION), at("2028-07-03"))
    return runner, account


#: Digests of three documents.
ONE, TWO, THREE = ("1" * 64, "2" * 64, "3" * 64)


def notice(
    fen: int = MILLION, ground: str = "shortfall", pollutant: str = "SO2", year: int = YEAR, **said: str
) -> c.NoticeCase:
    """Of a stack and a day where the ground is about those, on the first document."""
    about = {"stack": "steel-1", "day": f"{year}-03-02"} if ground in ("exceedance", "monitoring") else {}
    if ground != "shortfall":
        about["evidence"] = ONE
    return c.NoticeCase(SOURCE, year, ground, pollutant, fen, **{"reason": "seen", **about, **said})


def noticed(rules: Rulebook = BY_CASE) -> tuple[Runner, str]:
    """With case 1 about it, noticed on 3 July."""
    runner, account = short(rules)
    done(runner, AUTHORITY, notice(), at("2028-07-03"))
    return runner, account


def decided(fen: int = MILLION, rules: Rulebook = BY_CASE) -> tuple[Runner, str]:
    """Replied to on 4 July and decided on 5 July, by the office and an inspector."""
    runner, account = noticed(rules)
    done(runner, account, c.ReplyCase(1, "the meter was new"), at("2028-07-04"))
    done(runner, AUTHORITY, c.DecideCase(1, fen, "heard"), at("2028-07-05"))
    return runner, account


def pay(fen: int = 0) -> c.PayPenalty:
    return c.PayPenalty(SOURCE, YEAR, "SO2", fen, 1)


def due(runner: Runner) -> int | None:
    return runner.state.years[SOURCE, YEAR].due_fen.get("SO2")


def last(runner: Runner, actor: str, body: c.Body, day: str) -> e.Event:
    return done(runner, actor, body, at(day)).events[-1]


# --- who is heard, and when


def test_a_shortfall_is_fined_with_the_settlement_or_by_case_as_the_law_says() -> None:
    runner, account = short()
    assert (due(runner), runner.state.penalties) == (None, {})
    assert why(runner, account, c.PayPenalty(SOURCE, YEAR, "SO2"), at("2028-07-04")) is Why.NOTHING_DUE

    at_once, _ = short(AUTOMATIC)
    assert due(at_once) == MILLION
    assert why(at_once, AUTHORITY, notice(), at("2028-07-04")) is Why.NOTHING_DUE


def test_a_notice_names_article_sum_and_the_time_to_reply_by_working_days() -> None:
    runner, _ = short()
    event = last(runner, AUTHORITY, notice(), "2028-07-03")
    assert isinstance(event, e.CaseNoticed)
    assert (event.fen, event.cite) == (MILLION, "Demonstration measures (assumed), art. 25")
    assert clock(event.reply_until) == "2028-07-10T16:00:00+08:00"  # five working days, when the office closes


def test_a_case_is_decided_after_the_reply_or_its_time() -> None:
    runner, account = noticed()
    assert why(runner, AUTHORITY, c.DecideCase(1, MILLION, "unheard"), at("2028-07-10", 16)) is Why.TOO_EARLY
    assert why(runner, account, c.ReplyCase(1, "late"), at("2028-07-10", 17)) is Why.TOO_LATE
    event = last(runner, AUTHORITY, c.DecideCase(1, MILLION, "no reply came"), "2028-07-11")
    assert isinstance(event, e.CaseDecided)
    # sixty days end on a Saturday
    assert (event.pay_by, clock(event.appeal_until)) == ("2028-07-26", "2028-09-11T16:00:00+08:00")
    assert due(runner) == MILLION


def test_the_account_replies_as_often_as_the_law_lets_it() -> None:
    runner, account = noticed()
    assert why(runner, account, c.ReplyCase(1, " "), at("2028-07-04")) is Why.UNEXPLAINED
    done(runner, account, c.ReplyCase(1, "the meter was new"), at("2028-07-04"))
    assert why(runner, account, c.ReplyCase(1, "and more"), at("2028-07-04")) is Why.ALREADY_EXISTS
    twice, account = noticed(law(replies=2))
    done(twice, account, c.ReplyCase(1, "the meter was new"), at("2028-07-04"))
    assert why(twice, AUTHORITY, c.DecideCase(1, 0, "heard once"), at("2028-07-05")) is Why.TOO_EARLY


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (notice(MILLION + 1), Why.TOO_LARGE),
        (notice(MILLION - 1), Why.TOO_SMALL),
        (notice(0), Why.NOT_POSITIVE),
        (notice(reason=" "), Why.UNEXPLAINED),
        (notice(pollutant="NOx"), Why.NOTHING_DUE),
        (notice(pollutant=""), Why.WRONG_KIND),
        (notice(pollutant="SO3"), Why.WRONG_KIND),
        (notice(ground="witchcraft"), Why.WRONG_KIND),
        (notice(ground="exceedance", fen=100_000_00 - 1), Why.TOO_SMALL),
        (notice(ground="exceedance", fen=MILLION + 1), Why.TOO_LARGE),
        (notice(MILLION, "exceedance", year=2029), Why.TOO_EARLY),
        (notice(MILLION, "exceedance", year=1999), Why.NOT_IN_FORCE),
        (notice(MILLION, "exceedance", day="2027-12-31", year=2028), Why.WRONG_KIND),
        (notice(MILLION, "exceedance", year=2028, day="2028-12-31"), Why.TOO_EARLY),
        (notice(MILLION, "exceedance", day=""), Why.WRONG_KIND),
        (notice(MILLION, "exceedance", stack=""), Why.WRONG_KIND),
        (notice(MILLION, "exceedance", pollutant=""), Why.WRONG_KIND),
        (notice(MILLION, "exceedance", stack="power-1"), Why.UNKNOWN_STACK),
        (notice(MILLION, "exceedance", evidence=""), Why.UNEXPLAINED),
        (notice(50_000_00, "monitoring"), Why.WRONG_KIND),
        (notice(50_000_00, "reporting", "", day=f"{YEAR}-03-02"), Why.WRONG_KIND),
        (notice(stack="steel-1"), Why.WRONG_KIND),
        (c.NoticeCase("s-nobody", YEAR, "exceedance", "SO2", MILLION, "seen"), Why.UNKNOWN_SOURCE),
    ],
)
def test_what_cannot_be_noticed_is_refused(body: c.NoticeCase, reason: Why) -> None:
    runner, _ = short()
    assert why(runner, AUTHORITY, body, at("2028-07-04")) is reason


def test_a_breach_is_in_one_case_and_a_shortfall_is_charged_once() -> None:
    runner, _ = decided()
    assert why(runner, AUTHORITY, notice(), at("2028-07-05")) is Why.NOTHING_DUE
    exceeding = notice(MILLION, "exceedance")
    done(runner, AUTHORITY, exceeding, at("2028-07-05"))
    assert why(runner, AUTHORITY, exceeding, at("2028-07-05")) is Why.ALREADY_EXISTS


def test_a_matter_that_was_decided_is_not_noticed_again_without_evidence_that_is_new() -> None:
    exceeding = notice(MILLION, "exceedance")
    for appealed in (False, True):
        runner, account = short()
        done(runner, AUTHORITY, exceeding, at("2028-07-03"))
        done(runner, account, c.ReplyCase(1, "the meter was new", THREE), at("2028-07-04"))
        done(runner, AUTHORITY, c.DecideCase(1, MILLION if appealed else 0, "heard"), at("2028-07-05"))
        if appealed:
            assert why(runner, AUTHORITY, exceeding, at("2028-07-05")) is Why.ALREADY_EXISTS
            done(runner, account, c.AppealCase(1, "not us"), at("2028-07-05"))
            done(runner, OTHER, c.DecideCaseAppeal(1, 0, "not them"), at("2028-07-05"))
        for known in ("seen again", "worded otherwise"):
            again = msgspec.structs.replace(exceeding, reason=known)
            assert why(runner, AUTHORITY, again, at("2028-07-06")) is Why.ALREADY_EXISTS
        brought_by_the_account = msgspec.structs.replace(exceeding, evidence=THREE)
        assert why(runner, AUTHORITY, brought_by_the_account, at("2028-07-06")) is Why.ALREADY_EXISTS
        done(runner, AUTHORITY, msgspec.structs.replace(exceeding, evidence=TWO), at("2028-07-06"))


def test_a_breach_that_was_fined_is_not_fined_again_whatever_is_brought() -> None:
    runner, account = short()
    done(runner, AUTHORITY, notice(MILLION, "exceedance"), at("2028-07-03"))
    done(runner, account, c.ReplyCase(1, "the meter was new"), at("2028-07-04"))
    done(runner, AUTHORITY, c.DecideCase(1, 100_000_00, "heard"), at("2028-07-05"))
    again = notice(MILLION, "exceedance", evidence=TWO)
    assert why(runner, AUTHORITY, again, at("2028-07-06")) is Why.ALREADY_EXISTS
    for other in ({"stack": "steel-2"}, {"day": f"{YEAR}-03-03"}, {"pollutant": "NOx"}):
        done(runner, AUTHORITY, msgspec.structs.replace(again, **other), at("2028-07-06"))


def test_a_shortfall_that_was_let_go_is_noticed_again_on_new_evidence_and_charged_in_full() -> None:
    runner, _ = decided(0)
    assert why(runner, AUTHORITY, notice(), at("2028-07-06")) is Why.ALREADY_EXISTS
    done(runner, AUTHORITY, notice(evidence=TWO), at("2028-07-06"))


def test_what_a_case_rests_on_is_in_the_book_by_its_digest() -> None:
    runner, account = short()
    done(runner, AUTHORITY, notice(MILLION, "exceedance"), at("2028-07-03"))
    done(runner, account, c.ReplyCase(1, "the meter was new", TWO), at("2028-07-04"))
    done(runner, AUTHORITY, c.DecideCase(1, MILLION, "heard", THREE), at("2028-07-05"))
    assert runner.state.cases[1].evidence == [ONE, TWO, THREE]
    rows = [row for name, row in everything(runner.state) if name == "cases"]
    assert [row[4:8] for row in rows] == [("exceedance", "SO2", "steel-1", f"{YEAR}-03-02")]


# --- who may


def test_an_operator_opens_no_case_and_answers_only_its_own() -> None:
    runner, account = noticed()
    assert why(runner, account, notice(), at("2028-07-04")) is Why.ROLE_MAY_NOT
    assert why(runner, "cement", c.ReplyCase(1, "not mine"), at("2028-07-04")) is Why.NOT_YOUR_OWN
    assert why(runner, account, c.DecideCase(1, 0, "mine"), at("2028-07-04")) is Why.ROLE_MAY_NOT
    done(runner, AUTHORITY, c.FreezeAccount(account, "an inquiry"), at("2028-07-04"))
    done(runner, account, c.ReplyCase(1, "frozen, and heard"), at("2028-07-04"))


def test_a_bureau_opens_cases_in_its_place_and_decides_no_appeal() -> None:
    runner, account = decided()
    done(runner, REGISTRAR, c.RegisterActor(BUREAU, "city", "", "KM"), at("2028-07-05"))
    done(runner, BUREAU, notice(MILLION, "exceedance"), at("2028-07-05"))
    elsewhere = msgspec.structs.replace(notice(MILLION, "exceedance"), source="s-power", stack="power-1")
    assert why(runner, BUREAU, elsewhere, at("2028-07-05")) is Why.OUT_OF_SCOPE
    done(runner, account, c.AppealCase(1, "too much"), at("2028-07-06"))
    assert why(runner, BUREAU, c.DecideCaseAppeal(1, 0, "dropped"), at("2028-07-06")) is Why.ROLE_MAY_NOT


def test_a_decision_takes_two_and_neither_of_them_decides_its_appeal() -> None:
    runner, account = decided()
    assert runner.state.cases[1].decided_by == (AUTHORITY, INSPECTOR)
    done(runner, account, c.AppealCase(1, "too much"), at("2028-07-06"))
    for actor in (AUTHORITY, INSPECTOR):
        assert why(runner, actor, c.DecideCaseAppeal(1, MILLION, "stands"), at("2028-07-06")) is Why.OWN_ACT
    asked = c.DecideCaseAppeal(1, MILLION, "stands")
    told = send(runner, AUTHORITY, asked, at("2028-07-06")).refusal
    assert told is not None
    assert told.detail.endswith(f"its appeal is decided by another: {OTHER}")
    alone = dataclasses.replace(
        runner.state, actors={name: runner.state.actors[name] for name in (AUTHORITY, INSPECTOR)}
    )
    refused = decide(alone, c.Command(AUTHORITY, "key", asked), RULES, at("2028-07-06"))
    assert isinstance(refused, Refusal)
    assert refused.detail.endswith("nobody else may decide its appeal, have another registered"), (
        "an office of two has nobody left"
    )
    event = last(runner, OTHER, asked, "2028-07-06")
    assert isinstance(event, e.CaseAppealDecided)
    assert (event.pay_by, runner.state.cases[1].state) == ("2028-07-21", "upheld")


def test_a_case_that_is_not_there_is_named() -> None:
    runner, account = short()
    for actor, body in (
        (account, c.ReplyCase(9, "what")),
        (AUTHORITY, c.DecideCase(9, 0, "what")),
        (account, c.AppealCase(9, "what")),
        (AUTHORITY, c.DecideCaseAppeal(9, 0, "what")),
    ):
        assert why(runner, actor, body, at("2028-07-04")) is Why.UNKNOWN_CASE


# --- what is paid follows from the decision


def test_a_decision_lowers_within_the_law_or_drops_and_never_fines_more() -> None:
    half = law(lowest_basis_points=5_000)
    runner, account = noticed(half)
    done(runner, account, c.ReplyCase(1, "the meter was new"), at("2028-07-04"))
    for fen, reason in (
        (MILLION + 1, Why.TOO_LARGE),
        (MILLION // 2 - 1, Why.TOO_SMALL),
        (-1, Why.NOT_POSITIVE),
    ):
        assert why(runner, AUTHORITY, c.DecideCase(1, fen, "heard"), at("2028-07-05")) is reason
    assert why(runner, AUTHORITY, c.DecideCase(1, MILLION, ""), at("2028-07-05")) is Why.UNEXPLAINED
    done(runner, AUTHORITY, c.DecideCase(1, MILLION // 2, "heard"), at("2028-07-05"))
    assert due(runner) == MILLION // 2
    assert why(runner, AUTHORITY, c.DecideCase(1, 0, "again"), at("2028-07-05")) is Why.NOTHING_DUE

    dropped, account = decided(0)
    assert (dropped.state.cases[1].state, dropped.state.penalties) == ("dropped", {})
    assert why(dropped, account, c.AppealCase(1, "why not"), at("2028-07-06")) is Why.NOTHING_DUE


def test_what_was_decided_is_paid_late_or_in_parts_as_any_penalty() -> None:
    runner, account = decided()
    grant = c.GrantInstalments(SOURCE, YEAR, "SO2", 2, "2028-08-01", 1, "asked", 1)
    done(runner, AUTHORITY, grant, at("2028-07-21"))  # a day late: one percent
    event = last(runner, account, pay(), "2028-08-01")
    assert isinstance(event, e.PenaltyPaid)
    assert (event.case, event.interest_fen, due(runner)) == (1, MILLION // 100, 0)


def test_nothing_is_paid_while_an_appeal_waits_and_it_may_only_lower() -> None:
    runner, account = decided()
    done(runner, account, c.AppealCase(1, "too much"), at("2028-09-04"))
    assert (due(runner), runner.state.penalties[SOURCE, YEAR, "SO2", 1].open) == (0, False)
    assert why(runner, account, pay(), at("2028-09-05")) is Why.APPEAL_OPEN
    assert why(runner, account, c.AppealCase(1, "again"), at("2028-09-05")) is Why.APPEAL_OPEN
    assert why(runner, OTHER, c.DecideCaseAppeal(1, MILLION + 1, "more"), at("2028-09-05")) is Why.TOO_LARGE
    assert why(runner, OTHER, c.DecideCaseAppeal(1, 1, " "), at("2028-09-05")) is Why.UNEXPLAINED
    done(runner, OTHER, c.DecideCaseAppeal(1, 600_000_00, "the meter was new"), at("2028-09-05"))
    assert (due(runner), runner.state.cases[1].state) == (600_000_00, "lowered")
    event = last(runner, account, pay(), "2028-09-20")
    assert isinstance(event, e.PenaltyPaid)
    assert event.interest_fen == 0


def test_a_case_says_what_is_paid_of_it_and_leads_to_where_that_is_done() -> None:
    """A firm could pay from its first page alone, and the list said "lowered on appeal" before and after."""
    runner, account = decided()

    def seen(day: str, actor: str = account) -> tuple[str, str, list[str]]:
        case, who = runner.state.cases[1], runner.state.actors[actor]
        said = row_of(case, runner.state, BY_CASE, at(day)).state
        hrefs = [href.partition("?")[0] for _, href in deeds_of(case, runner.state, BY_CASE, who, at(day))]
        return said.en, said.zh, hrefs

    appeal, pays = "/act/AppealCase", "/act/PayPenalty"
    assert seen("2028-07-06") == ("decided", "已决定", [appeal, pays])
    assert seen("2028-09-06") == ("decided", "已决定", [pays])
    assert seen("2028-07-06", AUTHORITY)[2] == []
    done(runner, account, pay(400_000_00), at("2028-07-07"))
    assert seen("2028-07-07")[0] == "decided, partly paid"
    done(runner, account, c.AppealCase(1, "too much"), at("2028-07-10"))
    assert seen("2028-07-10") == ("under appeal", "复议中", [])
    done(runner, OTHER, c.DecideCaseAppeal(1, 600_000_00, "the meter was new"), at("2028-07-11"))
    assert seen("2028-07-12") == ("lowered on appeal, partly paid", "复议变更，部分缴纳", [pays])
    done(runner, account, pay(), at("2028-07-13"))
    assert seen("2028-07-14") == ("lowered on appeal, paid", "复议变更，已缴清", [])


def test_an_appeal_is_offered_to_who_may_decide_it_and_a_decision_warns_of_who_is_left() -> None:
    """Both who had decided were offered the appeal, and nobody was told that the second person uses it up."""
    runner, account = noticed()
    done(runner, account, c.ReplyCase(1, "the meter was new"), at("2028-07-04"))
    act = proposed(runner, AUTHORITY, c.DecideCase(1, MILLION, "heard"), at("2028-07-05"))

    def warned(actor: str, fen: int, there: State = runner.state) -> Phrase | None:
        return uses_up(there, BY_CASE, actor, (e.CaseDecided(1, AUTHORITY, fen, "heard", 0, "2028-07-20"),))

    for actor in (AUTHORITY, INSPECTOR):
        said = warned(actor, MILLION)
        assert said is not None
        assert OTHER in said.en
        assert OTHER in said.zh
    alone = dataclasses.replace(
        runner.state, actors={name: runner.state.actors[name] for name in (AUTHORITY, INSPECTOR)}
    )
    last_one = warned(INSPECTOR, MILLION, alone)
    assert last_one is not None
    assert last_one.en.startswith(f"You and {AUTHORITY} may not decide an appeal against it, and nobody else is left")
    assert warned(AUTHORITY, 0) is None, "nobody appeals against nothing"
    confirmed(runner, act, at("2028-07-05"))
    done(runner, account, c.AppealCase(1, "too much"), at("2028-07-22"))
    form = "/act/DecideCaseAppeal?case=1"
    offered = {
        actor: [href for _, href in deeds_of(runner.state.cases[1], runner.state, BY_CASE, who, at("2028-07-23"))]
        for actor in (AUTHORITY, INSPECTOR, OTHER)
        if (who := runner.state.actors[actor])
    }
    assert [form in offered[actor] for actor in (AUTHORITY, INSPECTOR, OTHER)] == [False, False, True]
    assert form not in waits(runner, "2028-07-23")
    assert form in waits(runner, "2028-07-23", OTHER)


def test_what_was_paid_beyond_an_appeal_goes_back() -> None:
    runner, account = decided()
    done(runner, account, pay(), at("2028-07-21"))  # with a day's interest
    before = runner.state.ledger.purses[account].fen
    done(runner, account, c.AppealCase(1, "too much"), at("2028-07-24"))
    done(runner, OTHER, c.DecideCaseAppeal(1, 400_000_00, "the meter was new"), at("2028-07-25"))
    assert runner.state.ledger.purses[account].fen - before == 610_000_00
    assert why(runner, account, pay(), at("2028-07-26")) is Why.NOTHING_DUE

    quashed, account = decided()
    done(quashed, account, c.AppealCase(1, "not us"), at("2028-07-24"))
    done(quashed, OTHER, c.DecideCaseAppeal(1, 0, "not them"), at("2028-07-25"))
    assert (quashed.state.cases[1].state, due(quashed)) == ("quashed", 0)
    assert why(quashed, account, c.AppealCase(1, "again"), at("2028-07-26")) is Why.NOTHING_DUE


def test_an_appeal_has_its_time() -> None:
    runner, account = decided()
    assert clock(runner.state.cases[1].appeal_until) == "2028-09-04T16:00:00+08:00"  # sixty days end on a Sunday
    assert why(runner, account, c.AppealCase(1, "too late"), at("2028-09-04", 17)) is Why.TOO_LATE


def test_a_corrected_year_bounds_what_a_case_may_still_cost() -> None:
    runner, _ = noticed()
    mass = dict.fromkeys(runner.state.years[SOURCE, YEAR].obligation, 0)
    done(runner, AUTHORITY, c.AmendYear(SOURCE, YEAR, mass, "a wrong meter"), at("2028-07-04"))
    assert runner.state.years[SOURCE, YEAR].settled["SO2"].penalty_fen == 0
    answer = send(runner, AUTHORITY, c.DecideCase(1, MILLION, "still"), at("2028-07-11"))
    assert answer.refusal is not None
    assert answer.refusal.why is Why.TOO_LARGE
    done(runner, AUTHORITY, c.DecideCase(1, 0, "a wrong meter"), at("2028-07-11"))


def test_a_corrected_year_lowers_a_decided_penalty() -> None:
    replace = msgspec.structs.replace
    rules = replace(BY_CASE, shortfall=replace(BY_CASE.shortfall, penalty="fixed_per_tonne", fixed_fen_per_t=MILLION))
    runner, _ = short(rules)
    done(runner, AUTHORITY, notice(1_000_00), at("2028-07-03"))
    done(runner, AUTHORITY, c.DecideCase(1, 1_000_00, "heard"), at("2028-07-11"))
    mass = dict.fromkeys(runner.state.years[SOURCE, YEAR].obligation, 0)
    done(runner, AUTHORITY, c.AmendYear(SOURCE, YEAR, mass, "a wrong meter"), at("2028-07-12"))
    assert (due(runner), runner.state.penalties[SOURCE, YEAR, "SO2", 1].open) == (0, False)


def test_a_fine_for_another_breach_is_apart_from_the_year() -> None:
    runner, account = short()
    done(runner, AUTHORITY, notice(200_000_00, "monitoring", ""), at("2028-07-03"))
    done(runner, AUTHORITY, c.DecideCase(1, 50_000_00, "heard"), at("2028-07-11"))
    assert due(runner) is None
    body = c.PayPenalty(SOURCE, YEAR, "", 0, 1)
    assert why(runner, account, c.OfferSource(SOURCE, "cement"), at("2028-07-12")) is Why.CONDITION_OPEN
    done(runner, account, body, at("2028-07-12"))
    rows = [row for name, row in everything(runner.state) if name == "cases"]
    assert [(row[4], row[9], row[11], row[14], row[15]) for row in rows] == [
        ("monitoring", "decided", 200_000_00, 50_000_00, f"{AUTHORITY}, {INSPECTOR}")
    ]


def test_a_firm_is_told_what_it_may_say_and_what_it_has_to_pay() -> None:
    def told(runner: Runner, day: str) -> list[tuple[str, str, str]]:
        found = dues(runner.state, BY_CASE, account, at(day), 0)
        return [(due.day, due.what.en, due.href) for due in found if "case" in due.href]

    runner, account = noticed()
    assert told(runner, "2028-07-04") == [
        ("2028-07-10", "Reply to case 1: Shortfall, 2027", "/cases/1"),
    ]
    done(runner, account, c.ReplyCase(1, "the meter was new"), at("2028-07-04"))
    assert told(runner, "2028-07-05") == []
    done(runner, AUTHORITY, c.DecideCase(1, MILLION, "heard"), at("2028-07-05"))
    pay_it = "/act/PayPenalty?source=s-steel&year=2027&pollutant=SO2&case=1"
    assert told(runner, "2028-07-21") == [
        (
            "2028-07-20",
            "Pay the penalty of 1,010,000.00 yuan: steel (s-steel), SO2 2027 (of it 10,000.00 yuan for lateness)",
            pay_it,
        ),
        ("2028-09-04", "Case 1 is decided; it may be appealed", "/cases/1"),
    ]
    done(runner, account, c.AppealCase(1, "too much"), at("2028-07-22"))
    assert told(runner, "2028-07-23") == []
    assert why(
        runner, account, c.AskInstalments(SOURCE, YEAR, "SO2", 2, "2028-08-01", 1, "poor", 1), at("2028-07-23")
    ) is (Why.APPEAL_OPEN)


def waits(runner: Runner, day: str, actor: str = AUTHORITY) -> list[str]:
    """The forms to which the review queue of somebody of the authority leads."""
    found = items(runner.state, runner.rules, runner.state.actors[actor], at(day), {})
    return [each.href for each in found]


def test_the_office_is_told_what_of_a_case_it_can_decide_and_no_sooner() -> None:
    runner, account = noticed()
    decide = "/act/DecideCase?case=1"
    assert decide not in waits(runner, "2028-07-04"), "the account may reply still"
    done(runner, account, c.ReplyCase(1, "the meter was new"), at("2028-07-04"))
    assert (decide in waits(runner, "2028-07-04")) == (RULES.cases.replies == 1)
    assert decide in waits(runner, "2028-07-20")
    done(runner, AUTHORITY, c.DecideCase(1, MILLION, "heard"), at("2028-07-20"))
    asked = c.AskInstalments(SOURCE, YEAR, "SO2", 2, "2028-08-30", 1, "poor", 1)
    done(runner, account, asked, at("2028-07-21"))
    terms = "parts=2&first_due=2028-08-30&every_months=1"
    grant = f"/act/GrantInstalments?source={SOURCE}&year={YEAR}&pollutant=SO2&case=1&{terms}"
    assert grant in waits(runner, "2028-07-22")
    done(runner, account, c.AppealCase(1, "too much"), at("2028-07-22"))
    assert "/act/DecideCaseAppeal?case=1" in waits(runner, "2028-07-23", OTHER)
    assert grant not in waits(runner, "2028-07-23")


# --- the law


def test_a_table_of_grounds_that_contradicts_itself_is_named() -> None:
    (first, *_) = RULES.cases.grounds
    replace = msgspec.structs.replace
    wrong: tuple[tuple[CaseGround, ...], ...] = (
        (first, first),
        (replace(first, ground="shortfall"),),
        (replace(first, least_fen=first.most_fen + 1),),
        (replace(first, about="stack chimney"),),
    )
    for grounds in wrong:
        found: list[Malformed] = list(faults(law(grounds=grounds)))
        assert [fault.place for fault in found] == ["case_grounds.csv"]


def test_the_shipped_laws_fine_a_shortfall_with_the_settlement() -> None:
    assert RULES.cases.shortfall == "automatic"


# --- what everybody sees


def test_the_register_shows_decisions_alone_and_from_the_day_on_which_standings_are_public(tmp_path: Path) -> None:
    with Book.create(tmp_path / "a.book") as book:
        runner = market(book, tables=True)
        for year in (2027, 2028):
            done(runner, AUTHORITY, notice(MILLION, "exceedance", year=year), at("2028-07-03"))
        assert "Decisions in cases" not in build(book)
        for case in (1, 2):
            done(runner, AUTHORITY, c.DecideCase(case, 300_000_00, "heard"), at("2028-07-11"))
        page = build(book)
    decisions = re.findall(r"Decisions in cases.*?</table>", page, re.DOTALL)[-1]
    assert "300,000.00" in decisions
    assert ("2027" in decisions, "2028" in decisions) == (True, False)
