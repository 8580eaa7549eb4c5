"""The rooms of the authority: what waits, the end of a year, the auction desk, the law and what changed in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from airshed.engine import commands as c
from airshed.engine.edge import well_formed
from airshed.engine.nouns import Act, Actor, Mark, Year
from airshed.engine.nouns.sealed import SealedBid, Sealing
from airshed.engine.runner import Runner
from airshed.engine.state import State
from airshed.lab.simulator.small_market import BANK, EXCHANGE, second
from airshed.model.period import DAY_MS
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.meant import meant
from airshed.pages.portal.office.closing import _wish
from airshed.pages.portal.office.desk import _most, curve
from airshed.pages.portal.office.law import _later
from airshed.pages.portal.office.queue import items, stopped
from airshed.pages.portal.opening import Session, session_of
from airshed.pages.portal.sealed_bids import bidding
from airshed.rulebook.digest import digest
from airshed.rulebook.load import load_texts
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.book.law import laws_of
from airshed.service.book.sqlite import Book
from beijing import instant
from laws import FILES, RULES
from markets import AT, AUTHORITY, adopting_next, done, market, proposed
from portals import Portal, hidden, portal, text_of
from terms import verified

CHINESE = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A book whose year is verified and whose deadline is over; one works owes more than it holds."""
    path = tmp_path_factory.mktemp("office") / "ended.book"
    with portal(year_over(path), demo_users=True) as found:
        yield found


def year_over(path: Path, before: Sequence[c.Command] = (), law: tuple[str, str] = ("", "")) -> Path:
    """A book whose year is over, with what was sent while it was not; the shipped law, or a line of it anew."""
    files = {**FILES, "rulebook.toml": FILES["rulebook.toml"].replace(law[0].encode(), law[1].encode(), 1)}
    rules, book = load_texts(files), Book.create(path)
    book.keep_law(digest(rules), files)
    runner = market(book, rules, tables=True)
    done(runner, "dianzhong-registrar", c.RegisterActor("small-bureau", "city", jurisdiction="KM"))
    for command in before:
        assert runner.send(command, AT).refusal is not None
    verified(runner, "steel", 5_000_000_000)
    verified(runner, "cement", 0)
    done(runner, BANK, c.Deposit("steel", 100), instant("2028-07-02"))
    book.close()
    return path


# --- the end of a year


def test_who_would_be_short_is_told_before_anybody_settles(ended: Portal) -> None:
    office, before = ended.rehearsing(AUTHORITY), ended.records()
    text = text_of(office.get("/closing/2027"))

    assert "Who would be short" in text
    assert "steel s-steel" in text
    assert "Accounts short 1" in text
    assert "2 works have no verified figure of the year" in text, "who has not reported is not forgotten"
    assert "s-power" in text
    assert "yuan" in text
    assert ended.records() == before
    assert "2 accounts verified" in text_of(office.get("/queue"))
    first = text_of(office.get("/"))
    assert "Works that are late 3 of 4, for 2027; to settle: 2" in first, "who gave all is not late"
    assert "steel Kunming owed and not given" in first
    assert "cement Kunming" not in first
    assert "Today 2028-07-02 Decisions that wait 1 no act to confirm" in first, "the year to settle"
    assert "Review queue Decisions that wait: 1" in first
    assert 'href="/closing/2027"' in office.get("/queue").text
    assert "缺口、罚款与扣回" in text_of(ended.rehearsing("small-bureau", "zh").get("/closing/2027"))


def test_a_year_is_settled_once_what_it_costs_is_known_and_only_as_it_was_shown(ended: Portal) -> None:
    office, before = ended.rehearsing(AUTHORITY), ended.records()
    form = {name: value for name, value in hidden(office.get("/closing/2027")).items() if name in ("csrf", "seen")}

    unknown = office.send("/closing/2027", form)
    assert unknown.status_code == 422
    assert "Say that you know what it costs." in text_of(unknown)
    changed = office.send("/closing/2027", {**form, "seen": "0" * 64, "known": "yes"})
    assert changed.status_code == 422
    assert "The book has gone on since you looked" in text_of(changed)
    foreign = office.send("/closing/2027", {**form, "csrf": "x", "known": "yes"})
    assert "Nothing was sent." in text_of(foreign)
    assert ended.records() == before

    settled = office.send("/closing/2027", {**form, "known": "yes"})
    assert "Sent: 2 settled." in text_of(settled)
    after = ended.records()
    assert after > before
    again = office.send("/closing/2027", {**form, "known": "yes"})
    assert again.status_code == 200
    assert "This was submitted already: 2 accounts are settled, 0 wait. Nothing was done twice." in text_of(again)
    assert ended.records() == after


def test_a_settled_year_says_how_it_ended_and_no_zero_for_what_is_over(tmp_path: Path) -> None:
    with portal(year_over(tmp_path / "over.book"), demo_users=True) as there:
        office = there.rehearsing(AUTHORITY)
        page = office.get("/closing/2027")
        assert "How the year ended" not in text_of(page)
        form = {name: value for name, value in hidden(page).items() if name in ("csrf", "seen")}
        foreseen = re.search(r"Penalties ([\d,.]+ yuan)", text_of(page))
        office.send("/closing/2027", {**form, "known": "yes"})
        over = text_of(office.get("/closing/2027"))

    assert foreseen is not None
    assert "Accounts settled 2 Obligations met" in over
    assert "Accounts short 1" in over
    assert f"Penalties {foreseen[1]}" in over, "what was foreseen is what was imposed"
    assert "steel s-steel" in over or "s-steel · steel" in over
    assert "Accounts to settle" not in over


def test_a_settlement_that_takes_two_says_what_waits_and_nothing_of_its_key(tmp_path: Path) -> None:
    """Accounts that waited stood there as refused: their key stood for an earlier command with other content."""
    law = ('second = ["RegisterActor"', 'second = ["CloseYear", "RegisterActor"')
    with portal(year_over(tmp_path / "two.book", law=law), demo_users=True) as there:
        office = there.rehearsing(AUTHORITY)
        page = office.get("/closing/2027")
        form = {name: value for name, value in hidden(page).items() if name in ("csrf", "seen")}
        sent = text_of(office.send("/closing/2027", {**form, "known": "yes"}))
        again = text_of(office.send("/closing/2027", {**form, "known": "yes"}))
        chinese = text_of(there.rehearsing(AUTHORITY, "zh").get("/closing/2027"))
        waiting = there.rehearsing("dianzhong-inspector").get("/waiting")

    assert "Sent: 2 waiting for a second person." in sent
    assert "2 settlements were begun and wait for a second person" in sent
    assert "wait for a second person; no figure below has them: cement, steel. See what waits" in sent
    assert "All accounts have settled" not in sent
    assert "earlier command" not in sent
    assert "0 accounts are settled, 2 wait. Nothing was done twice." in again
    assert "2户的结算已提交，待第二人复核，未计入以下数字：cement、steel。" in chinese
    assert text_of(waiting).count("Close year") >= 2, "there they are confirmed"


def test_a_year_whose_fines_are_decided_in_cases_imposes_none(tmp_path: Path) -> None:
    law = ('shortfall = "automatic"', 'shortfall = "by_case"')
    with portal(year_over(tmp_path / "cases.book", law=law), demo_users=True) as there:
        office = there.rehearsing(AUTHORITY)
        page = office.get("/closing/2027")
        form = {name: value for name, value in hidden(page).items() if name in ("csrf", "seen")}
        before, after = text_of(page), text_of(office.send("/closing/2027", {**form, "known": "yes"}))

    assert "By this law a shortfall is fined by the decision of a case, and not by the settlement." in before
    assert "short: 1, and cases may follow;" in before
    assert "Sent: 2 settled." in after
    assert "Accounts short 1 Penalties not decided Of it paid not decided" in after


def test_a_settlement_that_was_refused_once_is_tried_again(tmp_path: Path) -> None:
    names = ("steel", "cement")
    early = [c.Command(AUTHORITY, f"close {name} 2027", c.CloseYear(name, 2027)) for name in names]
    with portal(year_over(tmp_path / "again.book", early), demo_users=True) as there:
        office = there.rehearsing(AUTHORITY)
        page = office.get("/closing/2027")
        assert "Accounts short 1" in text_of(page)
        form = {name: value for name, value in hidden(page).items() if name in ("csrf", "seen")}
        settled = text_of(office.send("/closing/2027", {**form, "known": "yes"}))
        assert "Sent: 2 settled." in settled
        assert "All accounts have settled this year." in settled


def test_the_rooms_of_the_authority_are_not_for_firms_and_strangers(ended: Portal) -> None:
    steel = ended.rehearsing("steel")
    for path in ("/queue", "/closing", "/closing/2027", "/desk", "/allocation"):
        assert steel.get(path).status_code == 403, path
        assert "/sign-in" in str(ended.stranger().get(path).url), path


def test_the_rooms_speak_both_languages(ended: Portal) -> None:
    for path in ("/", "/queue", "/exceedances", "/closing", "/desk", "/law", "/report"):
        page = ended.rehearsing(AUTHORITY, "zh").get(path)
        assert page.status_code == 200, (path, text_of(page))
        assert CHINESE.search(text_of(page))


# --- what waits


@pytest.fixture
def state() -> State:
    return market().state


def test_what_waits_is_told_to_whoever_decides_it_with_its_form_filled_in(state: State) -> None:
    stack = next(iter(state.stack_source))
    source = state.stack_source[stack]
    state.marks[7] = Mark(7, stack, "fault", AT, AT + 3_600_000, AT + DAY_MS, "steel", "analyser", "a" * 64)
    state.years[source, 2027] = Year(source, 2027, version=2)
    office, verifier = state.actors[AUTHORITY], next(a for a in state.actors.values() if a.role == "verifier")

    (mark,) = [each for each in items(state, RULES, office, AT, {}) if each.command == "DecideMark"]
    assert mark.href == "/act/DecideMark?mark=7"
    assert mark.who == source
    assert mark.due
    assert mark.waits is None
    state.acts[3] = Act(3, AUTHORITY, c.DecideMark(7, True, "proven"), None, "")
    (proposed,) = [each for each in items(state, RULES, office, AT, {}) if each.command == "DecideMark"]
    assert proposed.waits is not None, "who looks is told that it was decided, and by whom"
    assert AUTHORITY in proposed.waits.zh
    (report,) = items(state, RULES, verifier, AT, {(source, 2027): "2028-03-01"})
    assert report.href == f"/act/VerifyYear?source={source}&year=2027"
    assert report.since == "2028-03-01"
    assert report.due == f"2028-{RULES.calendar.verify_by}"
    late = items(state, RULES, verifier, instant("2028-05-20"), {})
    assert [each.how for each in late] == ["late"]


def test_who_sets_an_emission_sees_what_was_reported_and_until_when_it_is_surrendered_for(state: State) -> None:
    """The second person confirmed four masses, and could not see which of them differed from the report."""
    body = c.DetermineYear("s-steel", 2027, {"SO2": 450_000_000, "NOx": 7_000_000}, "a meter was moved")
    assert dict(meant(body, state, RULES))[Phrase("Reported by the works", "企业报告")] == Phrase("nothing", "未报告")
    measured = {"SO2": 432_216_914_000, "NOx": 7_000_000_000}
    state.years["s-steel", 2027] = Year("s-steel", 2027, version=1, measured_mg=measured)
    said = dict(meant(body, state, RULES))
    assert said[Phrase("Reported by the works", "企业报告")] == Phrase(
        "SO2 432.217 t, set 17.783 t above; NOx 7.000 t", "SO2 432.217吨，核定高17.783吨；NOx 7.000吨"
    )
    assert said[Phrase("Last day to surrender", "清缴截止日")].en == "2028-06-30"


def test_a_bureau_hears_of_its_own_city_alone(state: State) -> None:
    source = state.stack_source[next(iter(state.stack_source))]
    state.years[source, 2027] = Year(source, 2027, version=1, opinion="adverse")
    bureau = state.actors[AUTHORITY]
    there = replace(bureau, jurisdiction=state.sources[source].jurisdiction)
    elsewhere = replace(bureau, jurisdiction="QJ")
    assert [each.command for each in items(state, RULES, there, AT, {})] == ["DetermineYear"]
    assert items(state, RULES, elsewhere, AT, {}) == []


def test_a_frozen_account_and_a_halt_can_be_lifted_from_the_queue(state: State) -> None:
    state.halted["SO2-KM-2027"] = "a fault"
    state.ledger.frozen["steel"] = "an inquiry"
    found = stopped(state, state.actors[AUTHORITY], ("ResumeMarket", "ThawAccount"))
    assert [each.href for each in found] == ["/act/ResumeMarket?series=SO2-KM-2027", "/act/ThawAccount?account=steel"]
    assert [each.href for each in stopped(state, state.actors[AUTHORITY], ())] == ["", ""], "named without a button"


# --- auctions


@pytest.fixture(scope="module")
def selling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A book with an auction that takes bids and one that is over."""
    path = tmp_path_factory.mktemp("office") / "selling.book"
    runner = market(Book.create(path), tables=True)
    for name, limits in (("first", (471_000, 463_000)), ("second", (487_000, 479_000))):
        done(runner, AUTHORITY, c.OpenAuction(name, "SO2-KM-2027", 100_000))
        for bidder, limit in zip(("steel", "cement"), limits, strict=True):
            done(runner, bidder, c.PlaceBid(name, bidder, 1_000, limit))
    done(runner, AUTHORITY, c.CloseAuction("first", 1))
    book = runner.journal
    assert isinstance(book, Book)
    book.close()
    with portal(path, demo_users=True) as found:
        yield found


def test_an_open_auction_tells_how_many_bids_lie_in_it_and_not_what_they_say(selling: Portal) -> None:
    office = selling.rehearsing(AUTHORITY)
    desk, page = office.get("/desk"), office.get("/auctions/second")
    row = text_of(desk).partition("Open now")[2]

    assert 'data-head="Bids">2<' in desk.text
    assert "second" in row
    for said in (desk, page):
        assert "4,870" not in said.text
        assert "4,790" not in said.text
    assert "/act/CloseAuction?auction=second" in desk.text


def test_an_auction_whose_bidding_has_ended_takes_no_bids(selling: Portal) -> None:
    """Its page went on to say that it takes bids, and led to the form of one."""
    assert "It takes bids." in text_of(selling.rehearsing("steel").get("/auctions/second"))
    state = market().state
    sealing = Sealing("auction", "third", "commitment", 30, False, 0)
    sealing.bids[1] = SealedBid(1, "steel", "steel", "1" * 64, "", 0, "", 0)
    state.sealings["auction", "third"] = sealing
    assert bidding(state, "third", "", AT).href == ""
    assert bidding(state, "third", "cement", AT).note.en.startswith("It takes sealed bids.")
    assert bidding(state, "third", "cement", AT).href == "/sealed/auction/third"

    sealing.until = AT + 60_000
    for account, deed in (("steel", "Open my bid"), ("cement", "")):
        told = bidding(state, "third", account, AT)
        assert told.note.en.startswith("Bidding has ended. Bids are opened until 20")
        assert (told.deed.en, bool(told.href)) == (deed, bool(deed))
    late = bidding(state, "third", "steel", AT + 60_000)
    assert (late.note.en.startswith("Bidding has ended. How many"), late.href) == (True, "")


def test_a_result_is_public_and_who_bid_is_not(selling: Portal) -> None:
    public, office = selling.stranger().get("/auctions/first"), selling.rehearsing(AUTHORITY).get("/auctions/first")

    assert "Demand" in text_of(public)
    assert "4,710.00 yuan/t" in text_of(public)
    assert "steel" not in public.text
    assert "steel" in text_of(office)
    assert selling.stranger().get("/auctions/none").status_code == 404


def test_an_auction_is_offered_where_the_law_takes_it_and_who_cannot_open_one_is_told_who_does(selling: Portal) -> None:
    """Less than a lot was offered, its form refused it; an exchange saw an empty table."""
    lot = RULES.auction.lot
    state = selling.loop.run_until_complete(selling.running.service.market.look(lambda market, rules: market.state))
    there = state.ledger.held_of("auction-KM", "SO2-KM-2027").free
    most = _most(state, RULES, "SO2-KM-2027", there, AT)
    assert 0 < most <= there
    assert most % lot == 0
    assert _most(state, RULES, "SO2-KM-2027", lot - 1, AT) == 0
    assert _most(state, RULES, "SO2-KM-2027", there, instant("2099-01-01")) == 0, "its vintage counts no more"
    desk = selling.rehearsing(AUTHORITY).get("/desk")
    href = re.search(r'href="(/act/OpenAuction\?[^"]*series=SO2-KM-2027&[^"]*)"', desk.text)
    assert href is not None
    form = selling.rehearsing(AUTHORITY).get(unescape(href[1]))
    assert 'value="SO2-KM-2027-3"' in form.text, "two were held"
    exchange = text_of(selling.rehearsing(EXCHANGE).get("/desk"))
    assert "Your role opens no auction; one is opened by: " in exchange
    assert "2 bidders wanted 2 t" in text_of(selling.stranger().get("/auctions/first"))


def test_a_session_whose_day_is_over_is_closed_for_all_and_waits_for_its_exchange(tmp_path: Path) -> None:
    """It stood there as open, green, on the day after, where every order was refused."""
    with Book.create(tmp_path / "over.book") as book:
        runner = market(book, tables=True)
        state = runner.state
    assert session_of(state, AT) == Session("2027-03-01", open=True)
    with portal(tmp_path / "over.book", demo_users=True, at=instant("2027-03-02", 10)) as there:
        exchange, firm = there.rehearsing(EXCHANGE), there.rehearsing("steel")
        for page in (exchange.get("/"), firm.get("/"), firm.get("/trade"), exchange.get("/trade")):
            assert "the session of 2027-03-01 is over and waits to be closed by the exchange" in text_of(page)
            assert not re.search(r">open<|open 2027", page.text)
        assert "市场闭市：2027-03-01交易时段已结束，待交易机构收市。" in text_of(there.stranger("zh").get("/calendar"))
        assert "Decisions that wait 1" in text_of(exchange.get("/"))
        assert "/act/CloseSession?day=2027-03-01" in exchange.get("/queue").text
        form = exchange.get("/act/CloseSession")
        assert 'value="2027-03-01"' in form.text, "the day of today was refused"


def test_what_the_law_lets_nobody_of_a_role_enter_is_not_offered(selling: Portal) -> None:
    """A button led to a refusal under a law that knows no tests of monitors, and for whoever has no monitors."""
    assert "/act/RecordTest" in selling.rehearsing("steel").get("/monitoring").text
    trader = selling.rehearsing("broker").get("/monitoring")
    assert "/act/RecordTest" not in trader.text
    assert "/act/MarkHours" not in trader.text


def test_the_curve_begins_at_the_price_axis_and_ends_with_all_that_is_wanted(selling: Portal) -> None:
    look = selling.running.service.market.look(lambda market, rules: market.state.auctions["first"])
    drawn = str(curve([(800, 40_000), (400, 60_000)], selling.loop.run_until_complete(look)))
    figures = re.findall(r'class="tick"[^>]*>([^<]*)<', drawn)
    assert figures == ["0", "20", "40", "60", "80", "100", "0", "500", "1,000", "1,500"], "both axes have round ones"
    points = re.findall(r'points="([^"]*)"', drawn)[0].split()

    assert points[0].startswith("0.0,")
    assert points[-1].startswith("600.0,")
    assert len(points) == 4


def test_auctions_that_are_open_come_first_and_each_leads_to_its_page(selling: Portal) -> None:
    page = selling.stranger().get("/auctions")
    rows = re.findall(r'<a href="/auctions/(\w+)">', page.text)
    assert rows[0] == "second"
    assert page.text.index("Open now and just over") < page.text.index('data-long="auctions"')
    assert 'href="/auctions/first"' in page.text[page.text.index('data-long="auctions"') :]
    assert "The law has auctions next on" in text_of(page)


# --- the law


def reporting_earlier(runner: Runner, book: Book) -> Rulebook:
    """The next version of the law, by which reports are due a fortnight earlier, kept in the book."""
    text = FILES["rulebook.toml"].decode().replace('version = "2027.1"', 'version = "2027.2"', 1)
    files = {**FILES, "rulebook.toml": text.replace('report_by = "03-31"', 'report_by = "03-15"', 1).encode()}
    newer = load_texts(files)
    book.keep_law(digest(newer), files)
    runner.laws = laws_of(book)
    return newer


def test_who_confirms_a_law_sees_what_it_changes_and_who_proposed_it(tmp_path: Path) -> None:
    path = tmp_path / "proposed.book"
    runner = market(Book.create(path), tables=True)
    book = runner.journal
    assert isinstance(book, Book)
    newer = reporting_earlier(runner, book)
    act = proposed(runner, AUTHORITY, adopting_next(newer))
    other = second(RULES, AUTHORITY)
    book.close()
    with portal(path, demo_users=True) as found:
        reader = found.rehearsing(other, "zh")
        fields = {**hidden(reader.get(f"/act/ConfirmAct?act={act.act}")), "act": str(act.act)}
        preview = text_of(reader.send("/act/ConfirmAct", {**fields, "step": "preview"}))
        shown, public = text_of(reader.get("/law")), text_of(found.stranger("zh").get("/law"))
    for page in (preview, shown):
        assert "报告截止日 report_by 03-31 03-15" in page
    assert f"提出人 {AUTHORITY}" in shown
    assert "待复核，尚未生效" not in public


def test_the_law_tells_what_each_version_changed_section_by_section_with_its_citation(tmp_path: Path) -> None:
    path = tmp_path / "law.book"
    runner = market(Book.create(path), tables=True)
    book = runner.journal
    assert isinstance(book, Book)
    newer = reporting_earlier(runner, book)
    done(runner, AUTHORITY, adopting_next(newer))
    book.close()
    with portal(path, demo_users=True) as found:
        page = found.stranger("zh").get("/law")
    text = text_of(page)
    assert page.status_code == 200, text
    assert "03-15" in text
    assert "03-31" in text
    assert newer.calendar.cite in text


def test_an_account_with_a_long_name_settles_under_a_key_of_its_own() -> None:
    """A key has a hundred letters, as a name has: one such account, and nobody could settle a year on the page."""
    state, office, names = market().state, Actor(AUTHORITY, "province", "", ""), [f"{'a' * 98}{n}" for n in (1, 2)]
    keys = [well_formed(_wish(state, office, name, 2027)).key for name in names]
    assert len(set(keys)) == 2
    assert _wish(state, office, "kiln", 2027).key == "close kiln 2027"
    state.keys[AUTHORITY, keys[0]] = 1
    assert well_formed(_wish(state, office, names[0], 2027)).key == f"{keys[0]} try 2"


# --- cases


@pytest.fixture(scope="module")
def charged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A book in which the steelworks may reply to a case, and were fined in another."""
    path = tmp_path_factory.mktemp("office") / "cases.book"
    with Book.create(path) as book:
        runner = market(book, tables=True)
        done(runner, "dianzhong-registrar", c.RegisterActor("other-bureau", "city", jurisdiction="QJ"))
        late = c.NoticeCase("s-steel", 2027, "reporting", "", 50_000_00, "nothing came", evidence="1" * 64)
        done(runner, AUTHORITY, late, instant("2028-07-02", 9))
        done(runner, "steel", c.ReplyCase(1, "the clerk was ill"), instant("2028-07-02", 10))
        done(
            runner,
            AUTHORITY,
            c.NoticeCase("s-steel", 2028, "reporting", "", 50_000_00, "untrue", evidence="2" * 64),
            instant("2028-07-02", 11),
        )
    with portal(path, demo_users=True, at=instant("2028-07-02", 12)) as found:
        yield found


def test_a_case_is_found_by_both_sides_from_its_notice_on_with_all_that_was_said(charged: Portal) -> None:
    office, steel = charged.rehearsing(AUTHORITY, "zh"), charged.rehearsing("steel", "zh")
    for reader in (office, steel):
        assert "未按规定报告：2027" in text_of(reader.get("/cases"))
        said = text_of(reader.get("/cases/1"))
        assert "立案告知" in said
        assert "the clerk was ill" in said
        assert "1" * 64 in said
        assert "国务院令第775号" in said, "the article as Chinese cites it"
        assert "reporting" not in said
    assert 'href="/cases"' in office.get("/").text
    assert 'href="/cases/2"' in steel.get("/").text
    assert "/act/ReplyCase?case=2" in steel.get("/cases/2").text
    assert "/act/ReplyCase?case=2" not in office.get("/cases/2").text
    runs = [("陈述申辩截止" in text_of(steel.get(f"/cases/{case}"))) for case in (1, 2)]
    assert runs == [False, True], "a deadline stands where it runs"


def test_what_is_to_be_decided_waits_since_it_was_asked_for_and_not_since_a_day_to_come(charged: Portal) -> None:
    """A case whose account had replied waited since the end of the time to reply, and an appeal since never."""
    page = text_of(charged.rehearsing(AUTHORITY).get("/queue"))
    assert re.search(r"case 1, [^:]*? of 2027 steel 2028-07-02 no day by law", page), page
    assert "case 2" not in page, "its account may still reply"


def test_a_case_is_nobody_elses(charged: Portal) -> None:
    assert charged.rehearsing("cement").get("/cases/1").status_code == 404
    assert "There is no case." in text_of(charged.rehearsing("cement").get("/cases"))
    assert charged.rehearsing("other-bureau").get("/cases/1").status_code == 404, "another city's"
    assert "/sign-in" in str(charged.stranger().get("/cases").url)
    assert charged.rehearsing(AUTHORITY).get("/cases/9").status_code == 404


def test_a_law_whose_text_names_a_later_day_than_its_adoption_says_both(ended: Portal) -> None:
    """It said "in force since" the day of adoption, and the difference above it another: neither was explained."""

    def named(book: KeptBook) -> tuple[str, str, str]:
        law = str(book.law_in_force())
        effective = book.rules(law).programme.effective
        return _later(book, law, "1999-01-01"), _later(book, law, effective), effective

    early, late, effective = ended.loop.run_until_complete(ended.running.service.readers.read(named))
    assert (early, late) == (effective, "")
