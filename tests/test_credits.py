"""Credits count toward what is owed up to a share of it, in the order of the law; they come from a project alone."""

from __future__ import annotations

from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.compliance.credit_limit import UsedOf, room
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.tables import everything
from airshed.lab.simulator.small_market import EXCHANGE
from airshed.model.allowance import Series, count_of
from airshed.model.refusal import Why
from airshed.registry.moves import Delivered
from airshed.rulebook import lookup
from airshed.rulebook.credit_tables import CreditLimit, CreditRow, CreditsTogether
from airshed.rulebook.diff import diff
from airshed.rulebook.load import find, texts
from airshed.rulebook.load import read as read_law
from airshed.rulebook.schema import Rulebook
from airshed.service.book.position import positions
from beijing import instant
from laws import RULES
from markets import AUTHORITY, why
from test_control_periods import ACCOUNT, SOURCE, Period, exported, followed
from test_control_periods import law as of_periods
from test_export import verdict

PROOF = "7" * 64
Use = Literal["first", "last", "named"]


def law(use: Use = "first", share: int = 500, *limits: tuple[int, int], periods: bool = False) -> Rulebook:
    """The law of the tests under which CCER covers a share of what is owed of SO2."""
    replace = msgspec.structs.replace
    row = CreditRow(
        credit="CCER",
        name_en="certified reductions",
        name_zh="核证减排量",
        pollutant="SO2",
        limit_basis_points=share,
        vintages_back=1,
        use=use,
        reference_fen_per_t=300_000,
        cite="a test",
        status="to confirm",
    )
    later = tuple(
        CreditLimit(credit="CCER", period=year, limit_basis_points=part, cite="a test", status="to confirm")
        for year, part in limits
    )
    rules = of_periods()
    spans = rules.compliance.control_periods if periods else ()
    kinds = ("IssueCredits", "VoidCredits")
    roles = tuple(
        replace(each, command=kind) for each in rules.roles.rows if each.command == "SetCap" for kind in kinds
    )
    return replace(
        rules,
        compliance=replace(
            rules.compliance,
            control_periods=spans,
            credits=(row,),
            credit_limits=later,
            credits_void_years=8,
            credits_replace_days=180,
        ),
        roles=replace(rules.roles, rows=(*rules.roles.rows, *roles)),
    )


class Credited(Period):
    """The book of the tests of periods, with credits in the account of the steelworks."""

    def issued(self, count: int = 1_000, vintage: int = 2027) -> e.CreditsIssued:
        (event,) = self.done(c.IssueCredits(ACCOUNT, "CCER", "KM", vintage, count, "wetland 7", PROOF))
        assert isinstance(event, e.CreditsIssued)
        return event

    def given(self, count: int, year: int = 2027, *named: c.NamedSerials) -> dict[str, int]:
        """What of each series went for a surrender."""
        (event,) = self.done(c.Surrender(SOURCE, year, "SO2", count, named), ACCOUNT)
        assert isinstance(event, e.Surrendered)
        return {move.series: count_of(move.blocks) for move in event.entry if isinstance(move, Delivered)}

    def refused(self, count: int, *named: c.NamedSerials) -> tuple[Why, str]:
        said = self.runner.send(
            c.Command(ACCOUNT, f"k{self.at}{count}", c.Surrender(SOURCE, 2027, "SO2", count, named)), self.at
        )
        assert said.refusal is not None, said.events
        return said.refusal.why, said.refusal.detail

    def held(self, series: str) -> int:
        return self.runner.state.ledger.held_of(ACCOUNT, series).count


def begun(rules: Rulebook, kilograms: int = 1_000) -> Credited:
    book = Credited(rules)
    book.issued()
    book.figure(2027, kilograms)
    return book


CREDIT, ALLOWANCE = "CCER-KM-2027", "SO2-KM-2027"


@given(st.lists(st.tuples(st.integers(0, 1_000), st.integers(0, 10_000)), min_size=1, max_size=4), st.data())
def test_credits_used_year_by_year_never_cover_more_than_the_share(
    owed: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Whatever the order in which the years of a period are surrendered for."""
    years = [UsedOf(2024 + number, count, share, 0) for number, (count, share) in enumerate(owed)]
    for _ in range(6):
        place = data.draw(st.integers(0, len(years) - 1))
        most = room(years, years[place].year)
        years[place] = years[place]._replace(used=years[place].used + data.draw(st.integers(0, most)))
    for end in range(1, len(years) + 1):
        share = sum(each.owed * each.share_basis_points for each in years[:end])
        assert sum(each.used for each in years[:end]) * 10_000 <= share


@pytest.mark.parametrize(("use", "gone"), [("first", 50), ("last", 0), ("named", 0)])
def test_credits_go_in_the_order_of_the_law_up_to_their_share(use: Use, gone: int) -> None:
    book = begun(law(use))
    went = book.given(600)
    assert went == {ALLOWANCE: 600 - gone, **({CREDIT: gone} if gone else {})}
    assert book.given(400) == {ALLOWANCE: 400}
    assert book.held(CREDIT) == 1_000 - gone
    book.agreed()


def test_last_is_where_allowances_do_not_suffice() -> None:
    book = begun(law("last", 10_000), 8_000_000)
    there = book.held(ALLOWANCE)
    went = book.given(there + 700)
    assert went == {ALLOWANCE: there, CREDIT: 700}
    book.agreed()


def test_what_is_named_over_the_use_limit_is_refused_with_what_is_left() -> None:
    book = begun(law("named"))
    own = book.runner.state.ledger.held_of(ACCOUNT, ALLOWANCE).blocks[0].first
    named = (c.NamedSerials(CREDIT, 101, 130), c.NamedSerials(ALLOWANCE, own, own + 19))
    assert book.given(50, 2027, *named) == {CREDIT: 30, ALLOWANCE: 20}
    refused, said = book.refused(21, c.NamedSerials(CREDIT, 1, 21))
    assert refused is Why.TOO_LARGE
    assert "21 of CCER are over its use limit, 5 % of what s-steel owes for 2027, of which 20 are left" in said
    assert book.given(20, 2027, c.NamedSerials(CREDIT, 1, 20)) == {CREDIT: 20}
    assert book.refused(1, c.NamedSerials(CREDIT, 21, 21))[0] is Why.TOO_LARGE
    book.agreed()


def test_a_vintage_counts_as_long_as_its_row_says_and_a_later_row_says_another_share() -> None:
    book = begun(law("first", 500, (2028, 1_000), (2029, 0)))
    book.given(1_000)
    book.settled(2027)
    book.issued(1_000, vintage=2028)
    book.figure(2028, 100)
    assert book.given(100, 2028) == {CREDIT: 10, ALLOWANCE: 90}
    book.settled(2028)
    book.figure(2029, 100)
    assert book.given(100, 2029) == {ALLOWANCE: 100}
    rules = book.rules
    assert lookup.vintages_back(rules, "CCER") == 1
    book.agreed()


def test_over_a_control_period_the_share_is_of_what_it_owes_so_far() -> None:
    book = Credited(law("named", 1_000, periods=True))
    book.issued()
    for year in (2027, 2028):
        book.figure(year, 1_000)
        book.settled(year)
    book.figure(2029, 0)
    assert book.owed(2029) == 1_000
    assert book.why(c.IssueCredits(ACCOUNT, "CCER", "KM", 2031, 1, "wetland 7", PROOF))[0] is Why.WRONG_KIND
    book.issued(500, 2029)
    went = book.given(200, 2029, c.NamedSerials("CCER-KM-2029", 1, 200))
    assert went == {"CCER-KM-2029": 200}, "a tenth of 2,000, nothing of which was used in the years before"
    book.agreed()


def test_when_less_is_owed_credits_over_their_share_go_back_first() -> None:
    book = begun(law("first"))
    book.given(1_000)
    book.done(c.ReopenYear(SOURCE, 2027, "found"))
    book.figure(2027, 600)
    assert book.held(CREDIT) == 1_000 - 30
    assert book.runner.state.years[SOURCE, 2027].surrendered["SO2"] == 600
    book.settled(2027)
    book.corrected(2027, 200)
    assert book.held(CREDIT) == 1_000 - 10
    book.agreed()


def test_what_an_account_owes_is_deducted_with_credits_where_the_law_deducts() -> None:
    replace = msgspec.structs.replace
    rules = law("first")
    book = begun(replace(rules, compliance=replace(rules.compliance, deducts=True)))
    book.settled(2027, given_up=0)
    assert book.held(CREDIT) == 1_000 - 50
    assert book.runner.state.years[SOURCE, 2027].settled["SO2"].shortfall == 0
    book.agreed()


def test_credits_are_transferred_and_traded_as_allowances_are() -> None:
    book = begun(law("named"))
    book.done(c.TrustAccount(ACCOUNT, "cement"), ACCOUNT)
    book.at = instant("2028-06-06", 10)
    book.done(c.OpenSession("2028-06-06"), EXCHANGE)
    book.done(c.PlaceOrder(ACCOUNT, CREDIT, "sell", 100, 300_000), ACCOUNT)
    traded = book.done(c.PlaceOrder("cement", CREDIT, "buy", 100, 300_000), "cement")
    assert any(isinstance(event, e.Traded) for event in traded)
    assert book.runner.state.ledger.held_of("cement", CREDIT).count == 100
    book.agreed()


def test_who_may_not_and_what_is_not_known_is_refused() -> None:
    book = Credited(law())
    body = c.IssueCredits(ACCOUNT, "CCER", "KM", 2026, 10, "wetland 7", PROOF)
    assert why(book.runner, ACCOUNT, body, book.at) is Why.ROLE_MAY_NOT
    for field, value, refused in (
        ("credit", "VER", Why.UNKNOWN_SERIES),
        ("jurisdiction", "XX", Why.WRONG_KIND),
        ("vintage", 2099, Why.WRONG_KIND),
        ("count", 0, Why.NOT_POSITIVE),
        ("project", " ", Why.UNEXPLAINED),
        ("evidence", "", Why.UNEXPLAINED),
        ("account", "nobody", Why.UNKNOWN_ACCOUNT),
    ):
        assert why(book.runner, AUTHORITY, msgspec.structs.replace(body, **{field: value}), book.at) is refused
    first, second = book.issued(10, 2026), book.issued(5, 2026)
    assert (first.first, second.first, book.held("CCER-KM-2026")) == (1, 11, 15)
    assert [row for table, row in everything(book.runner.state) if table == "caps" and "CCER" in row[0]] == [
        ("CCER-KM-2026", *Series.parse("CCER-KM-2026"), 15)
    ]


def test_what_the_government_does_with_a_cap_it_does_not_with_credits() -> None:
    book = begun(law())
    line = c.ActivityLine(SOURCE, (2024,), (800,), (10**6,))
    for actor, body in (
        (AUTHORITY, c.Allocate("CCER", "KM", 2027, (line,))),
        (ACCOUNT, c.ApplyForReserve(SOURCE, CREDIT, "new", 100)),
    ):
        assert why(book.runner, actor, body, book.at) is Why.WRONG_KIND


def together(share: int, use: Use = "first") -> Rulebook:
    """The law of the tests with a second credit, and both together for a share."""
    replace = msgspec.structs.replace
    rules = law(use)
    (row,) = rules.compliance.credits
    other = replace(row, credit="VER", limit_basis_points=1_000)
    both = CreditsTogether(
        credits="CCER VER", period=2027, limit_basis_points=share, cite="a test", status="to confirm"
    )
    compliance = replace(rules.compliance, credits=(row, other), credits_together=(both,))
    return replace(rules, compliance=compliance)


def of_both(rules: Rulebook) -> Credited:
    book = Credited(rules)
    book.issued()
    book.done(c.IssueCredits(ACCOUNT, "VER", "KM", 2027, 1_000, "wetland 8", PROOF))
    book.figure(2027, 1_000)
    return book


def test_several_credits_have_a_limit_together() -> None:
    """5 % and 10 % each, 12 % together: the first go first."""
    book = of_both(together(1_200))
    assert book.given(600) == {CREDIT: 50, "VER-KM-2027": 70, ALLOWANCE: 480}
    assert book.given(100) == {ALLOWANCE: 100}
    book.done(c.ReopenYear(SOURCE, 2027, "found"))
    book.figure(2027, 500)
    went = book.runner.state.years[SOURCE, 2027]
    used = sum(count_of(move.blocks) for move in went.given["SO2"] if not move.series.startswith("SO2"))
    assert (went.surrendered["SO2"], used) == (500, 60)
    book.agreed()


def test_what_is_named_over_the_limit_of_several_says_so() -> None:
    book = of_both(together(600, "named"))
    assert book.given(40, 2027, c.NamedSerials(CREDIT, 1, 40)) == {CREDIT: 40}
    refused, said = book.refused(30, c.NamedSerials("VER-KM-2027", 1, 30))
    assert refused is Why.TOO_LARGE
    assert "30 of VER are over the use limit of CCER and VER together, 6 % of what s-steel owes for 2027; 20" in said
    both = (c.NamedSerials(CREDIT, 41, 50), c.NamedSerials("VER-KM-2027", 1, 10))
    assert book.given(20, 2027, *both) == {CREDIT: 10, "VER-KM-2027": 10}
    book.agreed()


def test_the_second_opinion_and_the_verifier_find_more_of_several_than_their_share() -> None:
    book = of_both(together(1_200))
    book.given(600)
    with pytest.raises(AssertionError, match="I11"):
        followed(together(1_000), book.records())


def test_where_a_firm_stands_counts_credits_as_far_as_they_may_cover() -> None:
    """It was shown short by what they would cover."""
    book = begun(law("named"), 8_000_000)
    there = book.held(ALLOWANCE)
    (stands,) = [
        each
        for each in positions(book.runner.state, book.rules, ACCOUNT, book.at)
        if (each.pollutant, each.year) == ("SO2", 2027)
    ]
    assert (stands.credits, stands.held) == (1_000, there + 1_000)
    assert stands.short == 8_000_000 - there - 1_000
    other = begun(law("named"), 1_000)
    (stands,) = [
        each
        for each in positions(other.runner.state, other.rules, ACCOUNT, other.at)
        if (each.pollutant, each.year) == ("SO2", 2027)
    ]
    assert stands.credits == 50
    other.given(20, 2027, c.NamedSerials(CREDIT, 1, 20))
    both = of_both(together(600, "named"))
    (stands,) = [
        each
        for each in positions(both.runner.state, both.rules, ACCOUNT, both.at)
        if (each.pollutant, each.year) == ("SO2", 2027)
    ]
    assert stands.credits == 60


def voided(book: Credited, first: int = 1, last: int = 1_000) -> e.CreditsVoided:
    event = book.done(c.VoidCredits(CREDIT, first, last, "counted twice", PROOF))[-1]
    assert isinstance(event, e.CreditsVoided)
    return event


def test_void_credits_are_lost_by_who_holds_them_and_owed_again_by_who_used_them() -> None:
    """Of a year that is settled until a day of its own, as a correction; after it they are missing."""
    book = begun(law("first"))
    book.given(1_000)
    book.settled(2027)
    event = voided(book)
    year = book.runner.state.years[SOURCE, 2027]
    assert [(use.source, use.year, use.count) for use in event.uses] == [(SOURCE, 2027, 50)]
    assert (book.held(CREDIT), year.extra["SO2"], year.surrendered["SO2"]) == (0, 50, 950)
    assert book.runner.state.ledger.held_of("cancelled-KM", CREDIT).count == 1_000
    assert book.runner.state.owed[ACCOUNT, "SO2"] == 50
    assert book.given(20) == {ALLOWANCE: 20}
    book.figure(2028, 10)
    book.settled(2028)
    assert year.settled["SO2"].shortfall == 30
    book.agreed()


def test_void_credits_of_a_year_that_is_open_are_owed_again_with_it() -> None:
    book = begun(law("first"))
    book.given(600)
    event = voided(book, 11, 30)
    assert [(use.count, use.until) for use in event.uses] == [(20, "")]
    assert book.runner.state.years[SOURCE, 2027].surrendered["SO2"] == 580
    assert book.held(CREDIT) == 950
    assert book.given(420) == {ALLOWANCE: 400, CREDIT: 20}, "others may take their place"
    book.settled(2027)
    book.corrected(2027, 100)
    book.agreed()


def test_what_is_offered_is_taken_back_and_what_is_void_is_not_void_again() -> None:
    book = begun(law("named"))
    book.at = instant("2028-06-06", 10)
    book.done(c.OpenSession("2028-06-06"), EXCHANGE)
    book.done(c.PlaceOrder(ACCOUNT, CREDIT, "sell", 900, 300_000), ACCOUNT)
    voided(book, 1, 500)
    assert book.held(CREDIT) == 500
    assert not book.runner.state.orders
    assert book.why(c.VoidCredits(CREDIT, 1, 500, "counted twice", PROOF))[0] is Why.NOTHING_DUE
    book.agreed()


def test_credits_are_void_only_for_a_reason_and_while_the_law_says() -> None:
    book = begun(law())
    body = c.VoidCredits(CREDIT, 1, 10, "counted twice", PROOF)
    for field, value, refused in (
        ("series", ALLOWANCE, Why.UNKNOWN_SERIES),
        ("series", "CCER-KM-2020", Why.UNKNOWN_SERIES),
        ("last", 1_001, Why.TOO_LARGE),
        ("first", 11, Why.TOO_LARGE),
        ("reason", " ", Why.UNEXPLAINED),
        ("evidence", "", Why.UNEXPLAINED),
    ):
        assert book.why(msgspec.structs.replace(body, **{field: value}))[0] is refused
    book.given(100)
    at, book.at = book.at, instant("2028-07-05", 9)
    refused, said = book.why(body)
    assert (refused, "close the year first" in said) == (Why.CONDITION_OPEN, True)
    book.at = instant("2036-01-01", 9)
    assert book.why(body)[0] is Why.TOO_LATE
    rules = law()
    never = msgspec.structs.replace(rules.compliance, credits_void_years=None, credits_replace_days=None)
    assert begun(msgspec.structs.replace(rules, compliance=never)).why(body)[0] is Why.WRONG_KIND
    assert at < book.at


def test_the_second_opinion_finds_void_credits_that_nobody_makes_good() -> None:
    book = begun(law("first"))
    book.given(1_000)
    book.settled(2027)
    voided(book)

    def forged(event: e.Event) -> e.Event:
        return msgspec.structs.replace(event, uses=()) if isinstance(event, e.CreditsVoided) else event

    records = [msgspec.structs.replace(each, events=tuple(map(forged, each.events))) for each in book.records()]
    with pytest.raises(AssertionError, match="I11"):
        followed(book.rules, records)


def test_the_second_opinion_and_the_verifier_find_credits_from_nowhere() -> None:
    book = begun(law("first"))
    book.given(500)
    replace = msgspec.structs.replace
    records = [
        replace(
            each,
            events=tuple(
                replace(event, first=event.first + 1) if isinstance(event, e.CreditsIssued) else event
                for event in each.events
            ),
        )
        for each in book.records()
    ]
    with pytest.raises(AssertionError, match="I2"):
        followed(book.rules, records)
    assert "I2" in verdict(exported(records))[1]
    with pytest.raises(AssertionError, match="I11"):
        followed(law("first", 100), book.records())


def test_a_law_with_credits_names_what_they_are_of_and_who_issues_them() -> None:
    head = "credit,name_en,name_zh,pollutant,limit_basis_points,vintages_back,use,reference_fen_per_t,cite,status\n"
    files = texts(find("dianzhong"))
    issuing = files["roles.csv"] + b"IssueCredits,,zone,,,,,,,,,,,\n"

    def faults(row: str, **more: str) -> list[str]:
        found = {**files, "credits.csv": (head + row).encode()}
        found |= {f"{name}.csv": text.encode() for name, text in more.items()}
        found["roles.csv"] = issuing
        return [str(each) for each in read_law(found)[1]]

    row = "CCER,Reductions,减排量,SO2,500,100,named,6000,a test,to confirm\n"
    assert not faults(row)
    assert "no such pollutant 'CO2'" in faults(row.replace("SO2", "CO2"))[0]
    assert "'NOx' is that of a pollutant" in faults(row.replace("CCER", "NOx"))[0]
    assert "is that of a line above" in faults(row + row)[0]
    limits = "credit,period,limit_basis_points,cite,status\nVER,2028,0,a test,to confirm\n"
    assert "no such credit 'VER'" in faults(row, credit_limits=limits)[0]
    changed = read_law({**files, **{"credits.csv": (head + row).encode()}, "roles.csv": issuing})[0]
    assert changed is not None
    assert any("CCER" in str(change) for change in diff(RULES, changed))
    nobody = read_law({**files, "credits.csv": (head + row).encode()})[1]
    assert "nobody may send IssueCredits" in str(nobody[0])
    other = row.replace("CCER", "VER")
    of_nox = row.replace("CCER", "NC").replace("SO2", "NOx")
    both = "credits,period,limit_basis_points,cite,status\nCCER VER,2027,600,a test,to confirm\n"
    assert not faults(row + other, credits_together=both)
    for text, said in (
        (both.replace("VER", "XYZ"), "no such credit 'XYZ'"),
        (both.replace("VER", "CCER"), "names a credit twice"),
        (both.replace("VER", "NC"), "count for several pollutants"),
        (both + both.partition("\n")[2], "stands in line 2 already"),
    ):
        assert said in faults(row + other + of_nox, credits_together=text)[0]
    text = files["rulebook.toml"].decode()
    for keys, said in (
        ("credits_void_years = 8", "credits_void_years stands without credits_replace_days"),
        ("credits_void_years = 8\ncredits_replace_days = 180", "nobody may send VoidCredits"),
    ):
        toml = text.replace("[compliance]\n", f"[compliance]\n{keys}\n", 1).encode()
        found = {**files, "credits.csv": (head + row).encode(), "roles.csv": issuing, "rulebook.toml": toml}
        assert said in str(read_law(found)[1][0])
