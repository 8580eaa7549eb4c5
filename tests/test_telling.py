"""What records say to many is read once for all of them, and each hears what they would read alone."""

from __future__ import annotations

import csv
import re
from itertools import chain
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Line, Record, decode
from airshed.engine.nouns import Actor
from airshed.lab.season.yearend import IMPROVED
from airshed.lab.simulator.small_market import BANK
from airshed.model.allowance import SerialBlock
from airshed.pages.kit.details import reason
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.account import line_of
from airshed.pages.portal.names import called_in
from airshed.pages.portal.notices import Notice, called_by, notices_in, of_account
from airshed.pages.portal.owners import owners_in
from airshed.pages.portal.telling import (
    MOST_KEPT,
    NOTHING,
    Listener,
    Listeners,
    Told,
    listeners_in,
    told_in,
)
from airshed.pages.portal.to_holders import SENTENCES
from airshed.registry.moves import Delivered, Paid
from airshed.rulebook import lookup
from airshed.rulebook.load import find, load
from airshed.rulebook.shipped import shipped
from airshed.service.book.law import law_of
from airshed.service.book.sqlite import Book
from airshed.service.book.statement import StatementLine
from airshed.service.marketdata import Market, read_market
from beijing import instant
from laws import RULES
from markets import AUTHORITY, done, market
from portals import portal, text_of

#: Records of the year that are looked through here, and how many at a time.
LOOKED, AT_ONCE = 400, 90


@pytest.fixture(scope="module")
def listeners(year_market: Market) -> Listeners:
    """Every firm of a year."""
    firms = {actor.id: actor.id for actor in year_market.state.actors.values() if actor.account}
    return Listeners(listeners_in(year_market.state, firms, dict.fromkeys(firms, 0)))


def test_each_of_many_hears_what_they_would_read_alone(
    year_book: Path, year_market: Market, year_lines: list[Line], listeners: Listeners
) -> None:
    last = year_lines[-1].seq
    heard: dict[str, list[Notice]] = {}
    with Book.read(year_book) as book:
        rules, after = law_of(book), last - LOOKED
        called, owners = called_in(year_market.state, rules), owners_in(book)
        while after < last:
            found = told_in(book, after, AT_ONCE, listeners, rules)
            assert found.last == min(after + AT_ONCE, last)
            after = found.last
            for user, notices in found.notices.items():
                heard.setdefault(user, []).extend(notices)
        records = [decode(line) for line in year_lines[-LOOKED:]]
        for each in listeners.all:
            mine, actor = each.mine, each.actor
            assert mine == of_account(year_market.state, actor.account)
            alone = [list(notices_in(record, mine, actor, rules, called, owners)) for record in records]
            assert heard.get(each.user, []) == list(chain.from_iterable(alone)), each.user
    assert any(heard.values())


def test_a_notice_says_what_it_is_about_and_how_much() -> None:
    """Ten calls said "a call has begun" and nothing else, and three orders that a new law took off were one line."""
    rules = load(find("dianzhong"))
    off = [e.OrderCancelled(number, "KM-CEM-01", "SO2-KM-2027", 18_400) for number in (7, 8)]
    law = e.RulebookAdopted("dianzhong", "2028.1", "ab" * 32, (), None)
    call = e.CallOpened("SO2-KM-2027-03", "SO2-KM-2027", "")
    record = Record(9, 0, "registrar", "k", c.ConfirmAct(1), (*off, law, call), None)
    reads = Actor("somebody", "operator", "KM-CEM-01", "")
    told = [(each.of, each.moved.zh) for each in notices_in(record, frozenset({"KM-CEM-01"}), reads, rules)]
    assert told == [
        ("SO2-KM-2027 #7", "18.400吨"),
        ("SO2-KM-2027 #8", "18.400吨"),
        ("2028.1", ""),
        ("SO2-KM-2027-03", ""),
    ]


def test_nobody_hears_again_what_they_were_told(year_book: Path, listeners: Listeners) -> None:
    with Book.read(year_book) as book:
        last, rules = book.last(), law_of(book)
        told = Listeners(each._replace(heard=last - 5) for each in listeners.all)
        found = told_in(book, last - LOOKED, LOOKED, told, rules)
    assert all(notice.seq > last - 5 for notices in found.notices.values() for notice in notices)


@pytest.mark.parametrize("name", ["steel", "昆明钢铁", 'the "old" works', '"old"', "back\\slash"])
def test_a_record_is_found_by_any_name_that_a_book_may_hold(listeners: Listeners, name: str) -> None:
    someone = Listener("wang", listeners.all[0].actor, frozenset({name}), 0)
    index = Listeners([someone])
    whom, proposes = index.of(msgspec.json.encode({"account": name, "count": 4}))
    assert (list(whom), proposes) == ([someone], False)
    whom, proposes = index.of(msgspec.json.encode({"account": f"{name}-2", "is": "ActProposed"}))
    assert (list(whom), proposes) == ([], True) or '"' in name


def test_what_is_beyond_those_that_are_kept_is_counted(listeners: Listeners, year_book: Path) -> None:
    with Book.read(year_book) as book:
        found = told_in(book, 0, 2_000, listeners, law_of(book))
    notices = max(found.notices.values(), key=len)
    told = NOTHING
    while len(told.notices) + told.more < 2 * MOST_KEPT:
        told = told.and_then(Told(tuple(notices)))
    assert len(told.notices) == MOST_KEPT
    assert (len(told.notices) + told.more) % len(notices) == 0
    assert told.first == notices[0].seq


def test_whose_account_is_frozen_reads_why() -> None:
    """Where it had an order, the order was told and the freeze was not."""
    event = e.AccountFrozen("KM-CEM-01", "an inquiry into the transfers of May")
    reads = Actor("somebody", "operator", "KM-CEM-01", "")
    off = e.OrderCancelled(7, "KM-CEM-01", "SO2-KM-2027", 18_400)
    for orders in ((), (off,)):
        record = Record(9, 0, "office", "k", c.FreezeAccount("KM-CEM-01", event.reason), (*orders, event), None)
        notice, *after = notices_in(record, frozenset({"KM-CEM-01"}), reads, load(find("dianzhong")))
        assert (notice.of, notice.moved.en) == ("KM-CEM-01", "an inquiry into the transfers of May")
        assert [each.of for each in after] == ["SO2-KM-2027 #7"] * len(orders)


def test_a_trade_is_one_line_in_the_words_of_whose_it_is() -> None:
    """It was three lines, each called as the engine books it: delivery against payment, one entry."""
    rules = load(find("dianzhong"))
    series, blocks = "SO2-KM-2027", (SerialBlock(1, 18_400),)
    entry = (
        *(Delivered("seller", "buyer", series, blocks), Paid("buyer", "seller", 7_084_000)),
        *(Paid("buyer", "exchange", 53_130), Paid("seller", "exchange", 53_130)),
    )
    trade = e.Traded(7, 8, series, "buyer", "seller", 18_400, 385_000, 7_084_000, 53_130, 53_130, 0, entry)
    record = Record(9, 0, "buyer", "k", c.ConfirmAct(1), (trade,), None)
    told = {}
    for name in ("buyer", "seller"):
        (told[name],) = notices_in(record, frozenset({name}), Actor(name, "operator", name, ""), rules)
    bought, sold = told["buyer"], told["seller"]
    assert (bought.what, bought.of) == (Phrase("Bought in the market", "市场买入成交"), series)
    assert bought.moved == Phrase("+18.400 t; −71,371.30 yuan", "+18.400吨；−71,371.30元")
    assert bought.terms.en == "with seller; at 3,850.00 yuan/t; fee 531.30 yuan"
    assert (sold.what.en, sold.moved.en) == ("Sold in the market", "−18.400 t; +70,308.70 yuan")


def test_what_a_call_gave_is_told_with_its_price_and_fee() -> None:
    """It had neither, which a purchase in the market has."""
    rules, series = load(find("dianzhong")), "NOx-KM-2028"
    fills = (
        e.CallFill(1, "buyer", "buy", 2_000, 1_040_000, 7_800),
        e.CallFill(2, "seller", "sell", 2_000, 1_040_000, 7_800),
    )
    entry = (
        Delivered("seller", "buyer", series, (SerialBlock(1, 2_000),)),
        *(Paid("buyer", "exchange", 1_047_800), Paid("exchange", "seller", 1_032_200)),
    )
    event = e.CallCleared("C1", 520_000, 2_000, 0, fills, entry)
    record = Record(9, 0, "exchange", "k", c.CloseCall("C1", 7), (event,), None)
    for name, money in (("buyer", "−10,478.00"), ("seller", "+10,322.00")):
        (told,) = notices_in(record, frozenset({name}), Actor(name, "operator", name, ""), rules)
        assert money in told.moved.en
        assert "at 5,200.00 yuan/t; fee 78.00 yuan" in told.terms.en


def test_words_for_whose_it_is_are_of_events_and_of_what_moves() -> None:
    """An event without them is told as receipts call it."""
    moving = {kind.__name__ for kind in get_args(e.Event) if "entry" in kind.__struct_fields__}
    said = {name for name, way in SENTENCES if way}
    assert said <= moving
    assert all(hasattr(e, name) and way in ("", "in", "out") for name, way in SENTENCES)


def test_an_account_is_called_by_its_holder_with_the_code_beside(year_market: Market, year_book: Path) -> None:
    """Statements and receipts named the other side of a move by its code."""
    rules = load(find("dianzhong"))
    called = called_in(year_market.state, rules)
    assert called("km-cem-01").en == "Kunming cement works 1 (km-cem-01)"
    assert called("km-cem-01").zh.endswith("（km-cem-01）")
    assert called("exchange") == Phrase("Exchange", "交易机构")
    move = StatementLine(9, 0, "Traded", "km-cem-01", "SO2-KM-2027", -100, 900, 0, 0)
    assert line_of(move, rules, called).other == called("km-cem-01")
    with Book.read(year_book) as book:
        assert called_by(book, rules)("km-cem-01") == called("km-cem-01")


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book in which offices decided about a case, two marks and an application, each named by its number."""
    path = tmp_path_factory.mktemp("telling") / "decided.book"
    noon, night = instant("2027-03-02", 12), instant("2028-07-02", 9)
    with Book.create(path) as book:
        runner = market(book, tables=True)
        for hour, evidence in (("08", ""), ("09", "a" * 64)):
            mark = c.MarkHours("power-1", "fault", f"2027-03-02T{hour}", f"2027-03-02T{hour}", "a fan", evidence)
            done(runner, "power", mark, noon)
        done(runner, AUTHORITY, c.DecideMark(1, False, "the log shows a running fan"), noon)
        done(runner, AUTHORITY, c.DecideMark(2, True, "the log shows it"), noon)
        done(runner, AUTHORITY, c.RegisterSource("s-new", "s-new", "cement", "KM", "cement", True), noon)
        done(runner, BANK, c.Deposit("cement", 10**12), noon)
        done(runner, "cement", c.ApplyForReserve("s-new", "SO2-KM-2027", "new", 10_000), noon)
        done(runner, AUTHORITY, c.DropApplication(1, "the kiln has no permit"), noon)
        late = c.NoticeCase("s-steel", 2027, "reporting", "", 80_000_00, "nothing came", evidence="1" * 64)
        done(runner, AUTHORITY, late, night)
        done(runner, "steel", c.ReplyCase(1, "the clerk was ill"), night)
        done(runner, AUTHORITY, c.DecideCase(1, 80_000_00, "illness is no excuse"), night)
        done(runner, BANK, c.Deposit("steel", 10**10), night)
        done(runner, "steel", c.PayPenalty("s-steel", 2027, "", 80_000_00, 1), night)
        done(runner, "steel", c.AppealCase(1, "too much"), night)
        appeal = c.DecideCaseAppeal(1, 50_000_00, "it was the first time")
        done(runner, lookup.founders(RULES, "AdoptRulebook")[1], appeal, night)
    return path


DECISIONS = {
    "steel": [
        ("A case is decided; the penalty is to be paid.", "s-steel #1", "已作出处罚决定", "illness is no excuse"),
        (
            "An appeal is decided, and the case is over; what was paid beyond it has come back",
            *("s-steel #1", "已作出复议决定，多缴款项已退回", "it was the first time"),
        ),
    ],
    "power": [
        ("A mark counts no longer", "power-1 #1", "标记已撤销", "the mark was refused; the log shows a running fan"),
        ("A mark stands.", "power-1 #2", "标记已批准", "the log shows it"),
    ],
    "cement": [("An application is gone", "s-new #1", "申请已撤回", "the kiln has no permit")],
    "fund": [],
}


def test_whoever_is_decided_about_is_told_by_letter_and_on_the_page(decided: Path) -> None:
    """A penalty, an appeal and a mark that was refused named a number alone, and nobody was told."""
    with portal(decided, demo_users=True, at=instant("2028-07-03", 12)) as there:
        for firm, expected in DECISIONS.items():
            pages = [text_of(there.rehearsing(firm, language).get("/notices")) for language in ("en", "zh")]
            for what, of, chinese, why in expected:
                for said, page in ((what, pages[0]), (chinese, pages[1])):
                    assert said in page
                    assert of in page
                assert why in pages[0]
            assert ("#1" in pages[0]) == bool(expected), "it is nobody else's"
    with Book.read(decided) as book:
        state = read_market(list(book.lines())).state
        firms = {firm: firm for firm in DECISIONS}
        listeners = Listeners(listeners_in(state, firms, dict.fromkeys(firms, 0)))
        found = told_in(book, 0, book.last(), listeners, law_of(book)).notices
    for firm, expected in DECISIONS.items():
        heard = [(each.what.en, each.of) for each in found.get(firm, ())]
        for what, of, _, _ in expected:
            assert any(said.startswith(what) and about == of for said, about in heard), (firm, what)
        assert bool(expected) == any("#1" in about for _, about in heard)


def test_what_the_demo_year_writes_is_said_in_chinese_and_what_people_write_stays_as_it_is() -> None:
    """Reasons of the simulated firms stood in English on Chinese pages."""
    with (shipped("zones", "dianzhong") / "marks.csv").open(encoding="utf-8") as file:
        written = [row["note"] for row in csv.DictReader(file)]
    assert written
    for text in (*written, IMPROVED):
        said = reason(text)
        assert said.en == text
        assert not re.search("[a-z]{2}", said.zh), text
    assert reason("风机停运, fan 3") == Phrase("风机停运, fan 3", "风机停运, fan 3")
