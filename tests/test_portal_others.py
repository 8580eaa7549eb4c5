"""What stands between a firm and others, and the keys of its machines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from airshed.engine import commands as c
from airshed.lab.simulator.small_market import EXCHANGE
from airshed.model.civil import DEFAULT, civil
from airshed.model.period import DAY_MS
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.between import PARTS, opens
from airshed.pages.portal.calendar import dates
from airshed.pages.portal.choices import choices
from airshed.pages.portal.dues import dues
from airshed.pages.portal.frame import said_by, templates
from airshed.pages.portal.live import Sight
from airshed.pages.portal.notices import Notice, folded
from airshed.service.marketdata.reading import Market
from beijing import day_of
from laws import RULES
from markets import AT, AUTHORITY, done, market, send
from portals import Browser, Portal, hidden, portal, text_of
from services import market_book

SERIES = "SO2-KM-2027"
#: The base point of the curve of SM2 (GM/T 0003.5-2012) as a public key, which OpenSSL's own curves do not have.
SM2 = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAEMsSuLB8ZgRlfmQRGajnJlI/jC7/yZgvhcVpFiTNM
dMe8Nzai9PZ3nFm9zuNraSFT0KmHfMYqR0AC3zLlITnwoA==
-----END PUBLIC KEY-----
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(market_book(tmp_path_factory.mktemp("others")), demo_users=True) as found:
        yield found


def does(browser: Browser, command: str, **fields: object) -> str:
    """Send a form to its end, and read what came of it."""
    page = browser.get(f"/act/{command}")
    return text_of(browser.send(f"/act/{command}", {**hidden(page), **fields, "step": "confirm"}))


def test_an_offer_stands_on_both_sides_and_only_its_buyer_may_accept(served: Portal) -> None:
    seller, buyer = served.rehearsing("steel"), served.rehearsing("fund")
    deal = {"kind": "transfer", "seller": "steel", "buyer": "fund", "series": SERIES, "count": "2", "price": "4000"}
    assert "Done" in does(seller, "OfferDeal", **deal)
    mine, theirs = text_of(seller.get("/with-others")), text_of(buyer.get("/with-others"))
    assert f"two-sided transfer fund {SERIES} 2 t at 4,000.00 yuan/t offered" in mine
    assert f"two-sided transfer steel {SERIES} 2 t at 4,000.00 yuan/t offered" in theirs
    assert "/act/AcceptDeal" in buyer.get("/with-others").text
    assert "/act/AcceptDeal" not in seller.get("/with-others").text
    assert SERIES not in text_of(served.rehearsing("cement").get("/with-others")), "it is nobody else's"


def test_a_choice_with_nothing_to_choose_says_so_instead_of_an_empty_box(tmp_path: Path) -> None:
    with portal(market_book(tmp_path), demo_users=True) as alone:
        page = alone.rehearsing("fund").get("/act/AcceptDeal")
    assert "There is nothing to choose here at present." in text_of(page)
    assert 'name="deal"' not in page.text


def test_a_pledge_that_is_offered_is_taken_back_by_one_and_declined_by_the_other(tmp_path: Path) -> None:
    """It could be accepted alone: whoever did not want it found no way on the page."""
    pledge = ("steel", c.PledgeAllowances("steel", "fund", SERIES, 1_000, 500_000, "2027-12-01"))
    with portal(market_book(tmp_path, pledge), demo_users=True) as found:
        giver, taker = found.rehearsing("steel", "zh"), found.rehearsing("fund", "zh")
        mine, theirs = text_of(giver.get("/with-others")), text_of(taker.get("/with-others"))
        assert ("撤回" in mine, "不接受" in mine, "接受" in theirs and "不接受" in theirs) == (True, False, True)
        done = text_of(
            taker.send(
                "/act/ReleasePledge",
                {**hidden(taker.get("/act/ReleasePledge?pledge=1")), "step": "confirm", "pledge": "1"},
            )
        )
        assert "未被接受" in done
        assert "没有待" in text_of(giver.get("/with-others")) or "P1" not in giver.get("/with-others").text


def test_a_trusted_account_says_from_when_it_counts() -> None:
    runner = market()
    runner.state.trusted["steel"] = {"fund": AT - 1, "cement": AT + DAY_MS}
    sight = Sight(Market(runner.state), RULES, AT, runner.state.actors["steel"], {}, {})
    facts = PARTS["between"].facts(sight)
    assert [(each.account, each.counts) for each in facts["trusted"]] == [("fund", True), ("cement", False)]


def test_a_machines_key_is_kept_and_ended_by_whose_it_is_with_a_code(tmp_path: Path) -> None:
    with portal(market_book(tmp_path)) as served:
        browser = served.signed("steel")
        public = Ed25519PrivateKey.generate().public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        token = re.search(r'name="csrf" value="([^"]*)"', browser.get("/keys").text)
        assert token is not None
        wrong = browser.send("/keys", {"csrf": token[1], "public": "no key"})
        assert wrong.status_code == 422
        assert re.search('id="public-error">This is no public key of Ed25519', wrong.text), "beside its field"
        assert 'aria-invalid="true"' in wrong.text
        other_curve = browser.send("/keys", {"csrf": token[1], "public": SM2})
        assert other_curve.status_code == 422
        assert "no public key of Ed25519" in text_of(other_curve)
        served.clock.ms += 6 * 60_000  # the code of the sign-in counts no more
        assert 'id="code-error">This takes a one-time' in browser.send("/keys", {"csrf": token[1], "public": pem}).text
        assert served.running.users.keys() == []
        browser.send("/keys", {"csrf": token[1], "public": pem, "code": served.code("steel")})
        (key,) = served.running.users.keys()
        assert key.public == public.public_bytes_raw()
        assert browser.send("/keys/end", {"csrf": "another", "key": key.id}).status_code == 422
        served.clock.ms += 6 * 60_000
        stale = browser.send("/keys/end", {"csrf": token[1], "key": key.id}).text
        assert f'id="code-{key.id[:8]}-error">This takes a one-time code' in stale, "beside the field of its own form"
        assert "Since (Beijing time, clock of the service)" in stale
        other = served.signed("fund")
        theirs = re.search(r'name="csrf" value="([^"]*)"', other.get("/keys").text)
        assert theirs is not None
        assert other.send("/keys/end", {"csrf": theirs[1], "key": key.id}).status_code == 404
        browser.send("/keys/end", {"csrf": token[1], "key": key.id, "code": served.code("steel")})
        assert served.running.users.key(key.id) is None
        assert "ended" in text_of(browser.get("/keys"))


def test_who_has_guessed_codes_too_often_is_told_so(tmp_path: Path) -> None:
    with portal(market_book(tmp_path)) as served:
        browser = served.signed("steel")
        token = re.search(r'name="csrf" value="([^"]*)"', browser.get("/keys").text)
        assert token is not None
        served.clock.ms += 6 * 60_000
        fields = {"csrf": token[1], "public": "no key", "code": "000000"}
        told = [text_of(browser.send("/keys", fields)) for _ in range(12)]
        assert "The code is not that of now" in told[0]
        assert "Too many codes were wrong." in told[-1]


def test_what_may_be_called_off_and_what_takes_bids_stand_among_what_is_due_and_in_the_notices(tmp_path: Path) -> None:
    slow = c.Transfer("steel", "fund", SERIES, 100)
    opened: list[tuple[str, c.Body]] = [
        (AUTHORITY, c.OpenAuction("spring", SERIES, 1_000)),
        (EXCHANGE, c.OpenCall("noon", SERIES, "")),
    ]
    distrust = ("steel", c.DistrustAccount("steel", "fund"))
    with portal(market_book(tmp_path, distrust, ("steel", slow), *opened), demo_users=True) as served:
        firm = served.rehearsing("steel")
        today = text_of(firm.get("/"))
        assert f"100 kg of {SERIES} go to fund; until then it may be called off" in today
        assert "spring (SO2-KM-2027) takes bids: auction" in today
        assert "noon (SO2-KM-2027) takes bids: call" in today
        assert f"100 kg of {SERIES} come from steel" in text_of(served.rehearsing("fund").get("/"))
        others = firm.get("/with-others").text
        assert "/act/PlaceBid?auction=spring" in others
        assert "/act/PlaceCallOrder?call=noon" in others
        notices = text_of(served.rehearsing("steel", "zh").get("/notices"))
        assert f"{SERIES} 0.100吨" in notices, "of its own act too, for it may be called off"
        assert f"spring {SERIES}" in notices, "what was opened, and of which series"
        assert f"noon {SERIES}" in notices

        assert "Carry out transfers that are due" not in text_of(served.rehearsing(EXCHANGE).get("/"))
        served.clock.ms += 2 * DAY_MS
        exchange = served.rehearsing(EXCHANGE)
        assert "still to be carried out" in text_of(served.rehearsing("steel").get("/with-others"))
        assert "/act/ExecuteTransfers" in exchange.get("/").text, "nothing moves unless somebody is told to"
        assert "Transfers to carry out 1, the first due on" in text_of(exchange.get("/queue"))


def test_a_call_is_offered_to_its_own_side_of_the_wall_alone() -> None:
    """A power works was offered the call of all others, which refuses it."""
    runner = market()
    done(runner, EXCHANGE, c.OpenCall("noon", SERIES, ""))
    (wall,) = RULES.trade_rules.walled_sectors
    may = frozenset({"PlaceCallOrder"})
    firm = next(actor for actor in runner.state.actors.values() if actor.account == "steel")

    def found() -> tuple[list[str], int]:
        picked = choices(runner.state, RULES, firm, "PlaceCallOrder", "call")
        return [each.whom.zh for each in opens(runner.state, RULES, "steel", may)], len(picked or ())

    assert found() == (["除火电以外"], 1)
    runner.state.sectors["steel"] = {wall: None}
    assert found() == ([], 0)
    order = c.PlaceCallOrder("noon", "steel", "buy", 100, 400_000)
    for has in ("takes part in none of its series now", "has one of its own"):
        refusal = send(runner, "steel", order).refusal
        assert refusal is not None
        assert refusal.detail == f"the call noon is for all but {wall}; steel {has}"
        if has.startswith("takes"):
            done(runner, EXCHANGE, c.OpenCall("power", SERIES, wall))
    assert found() == (["仅限火电"], 1)


def test_a_firm_for_which_nothing_is_due_sees_the_next_day_of_the_law() -> None:
    runner = market()
    (due,) = dues(runner.state, RULES, "fund", AT, 0)
    assert (due.what.en, due.href) == ("Auctions by the law", "/calendar")
    reports = [each.day for each in dates(runner.state, RULES, day_of(AT)) if each.what.en.startswith("Reports of")]
    assert reports == [f"2028-{RULES.calendar.report_by}"], "2027 is the first year of the programme"


def test_like_notices_of_a_day_fold_into_a_line_that_can_be_unfolded() -> None:
    """On the first of a month forty calls opened at once, and whatever else there was stood pages below."""
    opened, traded = Phrase("A call is open.", "集合竞价已开始"), Phrase("A trade.", "成交")
    found = [Notice(90 - at, AT - at * 1000, opened, f"call-{at}", same("")) for at in range(40)]
    found += [Notice(40, AT - DAY_MS, opened, "before", same("")), Notice(39, AT - DAY_MS, traded, "x", same("+1"))]
    lines = folded(found, civil(DEFAULT))
    assert [len(line.each) for line in lines] == [40, 1, 1]
    assert (lines[0].head.of, lines[0].first.of) == ("call-0", "call-39")
    shown = templates().get_template("notices.html.j2")
    facts = {"notices": lines, "shown": 42, "all": 42, "new": 0, "first": True, "mails": False, "refused": False}
    around = {"say": lambda en, zh: zh, "said": said_by("zh"), "civil": civil(DEFAULT), "language": "zh"}
    table = "".join(shown.blocks["main"](shown.new_context({**around, **facts})))
    assert "集合竞价已开始 <b>共40项</b>" in table
    assert table.count("<tr") == 1 + 3
    assert all(f"call-{at} ·" in table for at in range(40)), "nothing is lost"


@pytest.fixture(scope="module")
def dealt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A lease that is paid once and stands, one by the year that waits; a pledge that stands, one that waits."""
    deeds: list[tuple[str, c.Body]] = [
        ("steel", c.OfferLease("steel", "fund", SERIES, 1_000, 100_000, "once")),
        ("fund", c.AcceptLease(1)),
        ("steel", c.OfferLease("steel", "fund", SERIES, 2_000, 100_000, "yearly")),
        ("steel", c.PledgeAllowances("steel", "fund", SERIES, 1_000, 4_350_151, "2027-12-01")),
        ("fund", c.AcceptPledge(1)),
        ("steel", c.PledgeAllowances("steel", "fund", SERIES, 3_000, 700_000, "2027-11-30")),
    ]
    with portal(market_book(tmp_path_factory.mktemp("dealt"), *deeds), demo_users=True) as found:
        yield found


def test_no_act_is_offered_that_would_be_refused(dealt: Portal) -> None:
    """The rent of a lease that is paid once could be paid again, and a lessor could end what runs."""
    mine, theirs = (dealt.rehearsing(name).get("/with-others").text for name in ("steel", "fund"))
    assert "/act/PayRent" not in theirs
    assert "/act/EndLease?lease=1" in theirs, "a lessee ends it at any time"
    assert "/act/EndLease" not in mine, "all rent is paid, and it runs"
    assert "/act/AcceptLease?lease=2" in theirs
    assert "/act/CallPledge" not in theirs, "the debt may be paid still"
    assert "/act/RedeemPledge?pledge=1" in mine
    firm = dealt.rehearsing("fund")
    assert "There is nothing to choose here at present." in text_of(firm.get("/act/PayRent"))
    assert "There is nothing to choose here at present." in text_of(firm.get("/act/RedeemPledge"))


@pytest.mark.parametrize(
    ("form", "english", "chinese"),
    [
        (
            "AcceptPledge?pledge=2",
            "Pledge 2 steel pledges 3 t of SO2-KM-2027 to fund, for a debt of 7,000.00 yuan to be paid by 2027-11-30",
            "第2号质押 steel以SO2-KM-2027 3吨质押给fund，担保债务7,000.00元，清偿期限2027-11-30",
        ),
        (
            "AcceptLease?lease=2",
            "Lease 2 steel lets 2 t of SO2-KM-2027 to fund until 2028-06-30; rent 1,000.00 yuan/t a year, paid year by "
            "year; 2,000.00 yuan upon acceptance",
            "第2号租赁 steel将SO2-KM-2027 2吨租给fund，至2028-06-30；租金1,000.00元/吨·年，按年支付；"
            "接受时支付2,000.00元",
        ),
    ],
)
def test_a_form_that_confirms_something_by_its_number_says_what_it_is(
    dealt: Portal, form: str, english: str, chinese: str
) -> None:
    for language, sentence in (("en", english), ("zh", chinese)):
        said = text_of(dealt.rehearsing("fund", language).get(f"/act/{form}"))
        assert sentence in said
        assert said.index(sentence) < said.index("See what would happen" if language == "en" else "预演结果")


def test_both_sides_hear_of_a_pledge_and_with_whom_and_for_what(dealt: Portal) -> None:
    """Whoever owed was not told that the pledge was accepted: the event named its number alone."""
    debtor = text_of(dealt.rehearsing("steel").get("/notices"))
    assert "The pledge stands. with fund; debt 43,501.51 yuan; until 2027-12-01 SO2-KM-2027 1.000 t" in debtor
    creditor = text_of(dealt.rehearsing("fund", "zh").get("/notices"))
    assert "质押待质权人接受，配额已冻结 对方：steel；担保债务7,000.00元；至2027-11-30 SO2-KM-2027 3.000吨" in creditor
    assert text_of(dealt.rehearsing("cement").get("/notices")).count("pledge") == 0


def test_a_frozen_account_says_since_when_by_whom_and_what_may_still_be_done(tmp_path: Path) -> None:
    frozen = (AUTHORITY, c.FreezeAccount("fund", "an inquiry into May"))
    with portal(market_book(tmp_path, frozen), demo_users=True) as there:
        said = text_of(there.rehearsing("fund").get("/account"))
        chinese = text_of(there.rehearsing("fund", "zh").get("/account"))
        other = text_of(there.rehearsing("steel").get("/account"))
    assert re.search(rf"The state of this account: frozen since \d{{4}}-\d\d-\d\d \d\d:\d\d, by {AUTHORITY}", said)
    assert "Why: an inquiry into May" in said
    assert "It may still pay penalties and ask for instalments, reply and appeal in cases." in said
    assert "账户状态：冻结" in chinese
    assert "可解除者：" in chinese
    assert "The state of this account" not in other
