"""Penalties in a book: in parts, late, and by instalments that an authority grants; the sums of British Columbia."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import msgspec
import pytest

from airshed.compliance.late import Change, RateTerm, late_interest, overdue
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures.penalty import interest
from airshed.engine.runner import Runner
from airshed.engine.tables import everything
from airshed.lab.simulator.small_market import BANK
from airshed.model.refusal import Malformed, Why
from airshed.rulebook.breach_sections import LateRate
from airshed.rulebook.check_calendar import late_payment
from airshed.rulebook.schema import Rulebook
from beijing import instant
from laws import RULES
from markets import AUTHORITY, done, market, send, why

SOURCE, YEAR = "s-steel", 2027
KEY = (SOURCE, YEAR, "SO2", 0)
#: What the cases of British Columbia rest on, in cents.
MILLION = 1_000_000_00


def columbia(**keys: object) -> Rulebook:
    """A flat penalty of a million, due on 30 November after the year, with what a test says of late days."""
    replace = msgspec.structs.replace
    return replace(
        RULES,
        shortfall=replace(RULES.shortfall, penalty="flat", flat_fen=MILLION),
        calendar=replace(RULES.calendar, surrender_by="11-30", surrender_by_in_leap_years="11-30"),
        late_payment=replace(RULES.late_payment, pay_from="deadline", pay_days=0, **keys),
    )


DAILY = columbia(interest="daily_compounded", daily_basis_points=38, cap_times=3)
RATES = (LateRate(first="2027-01-01", yearly_basis_points=795, cite="a test", status="to confirm"),)
QUARTERLY = columbia(interest="by_quarter", daily_basis_points=0, rates=RATES)


def fined(rules: Rulebook) -> tuple[Runner, str]:
    """A market in which the steelworks was short of one kilogram of SO2 in 2027, settled on 1 December 2028."""
    runner = market(rules=rules)
    account = runner.state.sources[SOURCE].account
    there = sorted({code for source in [SOURCE] for code in codes(runner, source)})
    mass = {code: 1_000 if code == "SO2" else 0 for code in there}
    done(runner, AUTHORITY, c.DetermineYear(SOURCE, YEAR, mass, "a test"), at("2028-06-01"))
    done(runner, AUTHORITY, c.CloseYear(account, YEAR), at("2028-12-01"))
    done(runner, BANK, c.Deposit(account, 10 * MILLION), at("2028-12-01"))
    return runner, account


def codes(runner: Runner, source: str) -> list[str]:
    sector = runner.state.sources[source].sector
    return [rule.code for rule in RULES.pollutants if not rule.sectors or sector in rule.sectors]


def at(day: str) -> int:
    return instant(day, 12)


def pay(fen: int = 0) -> c.PayPenalty:
    return c.PayPenalty(*KEY[:3], fen)


def grant(parts: int, first: str, every: int = 1, reason: str = "application of 3 December") -> c.GrantInstalments:
    return c.GrantInstalments(*KEY[:3], parts, first, every, reason)


def paid(runner: Runner, account: str, fen: int, day: str) -> e.PenaltyPaid:
    event = done(runner, account, pay(fen), at(day)).events[-1]
    assert isinstance(event, e.PenaltyPaid)
    return event


def rows(runner: Runner, table: str) -> list[tuple[object, ...]]:
    return [row[4:] for name, row in everything(runner.state) if name == table]


# --- the sums of British Columbia
# bcgov/cas-registration, bc_obps/compliance/tests/service/test_penalty_calculation_service.py (Apache-2.0): an overdue
# obligation of 1,000,000.00 from 1 to 10 December at 0.38 percent a day gives 38,656.43; late from 1 December 2024 to
# 14 April 2025 at 7.95 percent a year it gives 29,727.85 over 135 days. No day of these months is of a leap year but
# those of December 2024, so the second is played with the years of the book as they are and held to the calculator.


def test_a_penalty_paid_ten_days_late_costs_what_british_columbia_says() -> None:
    runner, account = fined(DAILY)
    event = paid(runner, account, 0, "2028-12-10")
    assert (event.interest_fen, event.accrued_fen) == (3_865_643, 3_865_643)
    assert runner.state.penalties[KEY].open is False


def test_interest_by_quarter_is_what_british_columbia_says() -> None:
    """December 2028 lies in a leap year as December 2024 does, and January to April after it in none."""
    runner, account = fined(QUARTERLY)
    event = paid(runner, account, 0, "2029-04-14")
    assert event.interest_fen == 2_972_785


def test_what_is_paid_in_part_bears_no_more_from_the_day_after() -> None:
    runner, account = fined(QUARTERLY)
    first = paid(runner, account, 400_000_00, "2028-12-20")
    assert (first.interest_fen, first.accrued_fen, runner.state.years[SOURCE, YEAR].due_fen["SO2"]) == (
        0,
        0,
        600_000_00,
    )
    last = paid(runner, account, 0, "2029-02-15")

    rates = [RateTerm(date.min, date.max, Fraction("0.0795"))]
    changes = [Change(date(2028, 12, 20), -400_000_00)]
    assert last.accrued_fen == late_interest(MILLION, date(2028, 12, 1), date(2029, 2, 15), rates, changes).amount


# --- in parts


def test_the_penalty_goes_first_then_its_interest_which_stands_still() -> None:
    runner, account = fined(DAILY)
    event = paid(runner, account, MILLION, "2028-12-10")
    assert (event.interest_fen, event.accrued_fen) == (0, 3_865_643)
    known = runner.state.penalties[KEY]
    assert (known.due_fen, known.open, interest(DAILY, known, "2031-01-01")) == (0, True, 3_865_643)

    assert paid(runner, account, 3_000_000, "2029-05-01").interest_fen == 3_000_000
    assert why(runner, account, pay(865_644), at("2029-05-02")) is Why.TOO_LARGE
    assert paid(runner, account, 0, "2029-05-02").interest_fen == 865_643
    assert why(runner, account, pay(), at("2029-05-03")) is Why.NOTHING_DUE
    assert rows(runner, "penalties") == [("steel", MILLION, MILLION, 0, 3_865_643, 3_865_643, None, 0, None)]


def test_what_is_not_owed_cannot_be_paid() -> None:
    runner, account = fined(DAILY)
    assert why(runner, account, pay(-1), at("2028-12-01")) is Why.NOT_POSITIVE
    assert why(runner, account, pay(MILLION + 380_001), at("2028-12-01")) is Why.TOO_LARGE
    assert why(runner, AUTHORITY, pay(), at("2028-12-01")) is Why.ROLE_MAY_NOT


def test_interest_stops_at_the_times_that_the_law_says() -> None:
    runner, _ = fined(DAILY)
    assert interest(DAILY, runner.state.penalties[KEY], "2035-01-01") == 3 * MILLION
    plain = columbia(interest="daily", daily_basis_points=300, cap_times=1)
    known = fined(plain)[0].state.penalties[KEY]
    assert interest(plain, known, "2028-12-10") == 10 * 30_000_00
    assert interest(plain, known, "2029-12-10") == MILLION
    known.before_fen = MILLION  # fixed before a correction raised the penalty
    known.instalments[0].fen += MILLION // 10
    assert interest(plain, known, "2031-12-10") == MILLION + MILLION // 10, "in all, what was fixed included"
    known.instalments[0].fen = MILLION // 2
    assert interest(plain, known, "2031-12-10") == MILLION, "what was fixed is not taken back"


def test_a_law_without_interest_adds_none() -> None:
    runner, account = fined(columbia(interest="none"))
    assert paid(runner, account, 0, "2035-01-01").interest_fen == 0


# --- by instalments


def ask(parts: int = 3, first: str = "2029-01-31", reason: str = "orders fell away") -> c.AskInstalments:
    return c.AskInstalments(*KEY[:3], parts, first, 1, reason)


def test_who_owes_asks_and_the_office_answers_with_these_terms_or_with_others() -> None:
    runner, account = fined(DAILY)
    refuse = c.RefuseInstalments(*KEY[:3], "nothing shows it")
    assert why(runner, AUTHORITY, refuse, at("2028-12-04")) is Why.NOTHING_DUE
    for body, reason in (
        (ask(1), Why.NOT_POSITIVE),
        (ask(99), Why.TOO_LARGE),
        (ask(first="2028-12-01"), Why.TOO_EARLY),
        (ask(first="2031-12-01"), Why.TERM_TOO_LONG),
        (ask(reason=" "), Why.UNEXPLAINED),
    ):
        assert why(runner, account, body, at("2028-12-04")) is reason
    assert why(runner, "cement", ask(), at("2028-12-04")) is Why.NOT_YOUR_OWN
    assert why(runner, AUTHORITY, ask(), at("2028-12-04")) is Why.ROLE_MAY_NOT
    before = interest(DAILY, runner.state.penalties[KEY], "2028-12-10")
    done(runner, account, ask(), at("2028-12-04"))
    assert str(runner.state.penalties[KEY].asked) == "3 from 2029-01-31, every 1 months"
    assert interest(DAILY, runner.state.penalties[KEY], "2028-12-10") == before, "asking gains no time"
    assert why(runner, account, ask(), at("2028-12-04")) is Why.ALREADY_EXISTS
    assert why(runner, account, refuse, at("2028-12-04")) is Why.ROLE_MAY_NOT
    assert why(runner, AUTHORITY, c.RefuseInstalments(*KEY[:3], " "), at("2028-12-04")) is Why.UNEXPLAINED
    done(runner, AUTHORITY, refuse, at("2028-12-05"))
    done(runner, account, ask(), at("2028-12-06"))
    done(runner, AUTHORITY, grant(2, "2029-01-31"), at("2028-12-07"))
    assert (runner.state.penalties[KEY].asked, len(rows(runner, "penalty_parts"))) == (None, 2)
    assert why(runner, account, ask(), at("2028-12-08")) is Why.ALREADY_EXISTS


def test_a_frozen_account_may_ask_and_pay_and_what_is_paid_in_full_needs_no_answer() -> None:
    runner, account = fined(DAILY)
    done(runner, AUTHORITY, c.FreezeAccount(account, "an inquiry"), at("2028-12-01"))
    done(runner, account, ask(), at("2028-12-02"))
    paid(runner, account, 0, "2028-12-03")
    assert why(runner, AUTHORITY, c.RefuseInstalments(*KEY[:3], "paid"), at("2028-12-04")) is Why.NOTHING_DUE


def test_instalments_are_granted_by_two_and_late_is_what_their_days_say() -> None:
    runner, account = fined(DAILY)
    assert "GrantInstalments" in DAILY.roles.second
    done(runner, AUTHORITY, grant(3, "2029-01-31"), at("2028-12-05"))
    assert rows(runner, "penalty_parts") == [
        (1, "2029-01-31", 333_333_34, 0),
        (2, "2029-02-28", 333_333_33, 0),
        (3, "2029-03-31", 333_333_33, 0),
    ]
    known = runner.state.penalties[KEY]
    assert [known.late_fen(day) for day in ("2029-01-31", "2029-02-01", "2029-04-01")] == [0, 333_333_34, MILLION]
    until_then = overdue(MILLION, date(2028, 12, 1), date(2028, 12, 5), Fraction(38, 10_000)).amount
    assert interest(DAILY, known, "2028-12-05") == until_then

    paid(runner, account, 333_333_34, "2029-01-31")
    paid(runner, account, 333_333_33, "2029-02-28")
    assert rows(runner, "penalties")[0][1:5] == (MILLION, 666_666_67, 333_333_33, None)
    last = paid(runner, account, 0, "2029-03-31")
    assert last.accrued_fen > until_then  # what was added before the grant goes on to bear, and no more than that
    assert rows(runner, "penalty_parts")[2] == (3, "2029-03-31", 333_333_33, 333_333_33)


def test_an_instalment_that_is_late_bears_interest_from_the_day_after() -> None:
    law = columbia(interest="daily", daily_basis_points=100, cap_times=1)
    runner, account = fined(law)
    done(runner, AUTHORITY, grant(2, "2029-01-31"), at("2028-12-01"))
    one_day = MILLION // 100  # 1 December, on which nothing was granted yet
    assert interest(law, runner.state.penalties[KEY], "2029-01-31") == one_day
    assert interest(law, runner.state.penalties[KEY], "2029-02-03") == one_day + 3 * MILLION // 2 // 100
    assert paid(runner, account, 0, "2029-02-03").interest_fen == one_day + 3 * MILLION // 2 // 100


def test_the_law_bounds_how_many_and_how_long() -> None:
    runner, account = fined(DAILY)
    today = at("2028-12-05")
    for body, reason in (
        (grant(13, "2029-01-01"), Why.TOO_LARGE),
        (grant(12, "2029-02-06"), Why.TERM_TOO_LONG),
        (grant(2, "2028-12-04"), Why.TOO_EARLY),
        (grant(1, "2029-01-01"), Why.NOT_POSITIVE),
        (grant(2, "2029-01-01", 0), Why.NOT_POSITIVE),
        (grant(2, "9999-12-01", 7), Why.TERM_TOO_LONG),
        (grant(2, "2029-01-01", reason=" "), Why.UNEXPLAINED),
        (c.GrantInstalments(SOURCE, YEAR, "NOx", 2, "2029-01-01", 1, "asked"), Why.NOTHING_DUE),
    ):
        assert why(runner, AUTHORITY, body, today) is reason, body
    assert why(runner, account, grant(2, "2029-01-01"), today) is Why.ROLE_MAY_NOT
    done(runner, AUTHORITY, grant(2, "2029-01-01"), today)
    assert why(runner, AUTHORITY, grant(2, "2029-01-01"), today) is Why.ALREADY_EXISTS
    none = columbia(most_instalments=0, longest_months=0)
    assert why(fined(none)[0], AUTHORITY, grant(2, "2029-01-01"), today) is Why.WRONG_KIND


def test_a_correction_takes_the_last_parts_away_and_what_becomes_nothing_bears_nothing() -> None:
    replace = msgspec.structs.replace
    law = replace(DAILY, shortfall=replace(DAILY.shortfall, penalty="fixed_per_tonne", fixed_fen_per_t=MILLION))
    runner, account = fined(law)  # one kilogram: 1,000.00
    assert runner.state.penalties[KEY].fen == 1_000_00
    done(runner, AUTHORITY, grant(2, "2029-01-31"), at("2028-12-05"))
    mass = {code: 0 for code in runner.state.years[SOURCE, YEAR].obligation}
    done(runner, AUTHORITY, c.AmendYear(SOURCE, YEAR, mass, "a wrong meter"), at("2028-12-06"))

    known = runner.state.penalties[KEY]
    assert (known.fen, known.due_fen, known.open) == (0, 0, False)
    assert why(runner, account, pay(), at("2029-12-06")) is Why.NOTHING_DUE


def test_who_owes_interest_alone_does_not_sell_its_source() -> None:
    runner, account = fined(DAILY)
    paid(runner, account, MILLION, "2028-12-10")
    answer = send(runner, account, c.OfferSource(SOURCE, "cement"), at("2028-12-11"))
    assert answer.refusal is not None
    assert "the penalty for SO2 2027 is paid first" in answer.refusal.detail


# --- what a law may not say


@pytest.mark.parametrize(
    ("law", "place"),
    [
        (columbia(interest="by_quarter", daily_basis_points=0), "late_rates.csv"),
        (columbia(interest="daily", daily_basis_points=0), "rulebook.toml [late_payment]"),
        (columbia(interest="none", daily_basis_points=3), "rulebook.toml [late_payment]"),
        (columbia(most_instalments=3, longest_months=0), "rulebook.toml [late_payment]"),
        (columbia(interest="by_quarter", daily_basis_points=0, rates=RATES * 2), "late_rates.csv"),
    ],
)
def test_a_law_that_contradicts_itself_is_named(law: Rulebook, place: str) -> None:
    faults: list[Malformed] = list(late_payment(law, "rulebook.toml"))
    assert faults[0].place == place
