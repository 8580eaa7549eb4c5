"""Notices by mail: off unless asked for, to an address that its owner has proven, once, and never with a secret."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from airshed.cli.main import ROOMS, build
from airshed.lab.simulator.small_market import BANK, TELLER
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import same
from airshed.pages.portal.mailing import HANDFUL, MOST_LINES, Mailing, letter_of
from airshed.pages.portal.notices import Notice
from airshed.pages.portal.telling import Told
from airshed.pages.portal.ways import PORTAL
from airshed.service.http.limits import ServiceLimits
from airshed.service.http.run import Running, opened
from airshed.service.http.serving import Serving
from airshed.service.mail.post import Became, Letter, Post, PostAnswer
from airshed.service.mail.settings import MailSettings, address_in, settings_of
from airshed.service.sign_in.addresses import CODE_MS, MOST_CODES, MOST_REFUSALS, MOST_TRIES, Address
from certificates import made
from mail_servers import MailServer, mail_server
from portals import Browser, Portal, hidden, text_of
from services import BEGIN, Clock, market_book, moved, served

SERIES, SENDER, HERE = "SO2-KM-2027", "market@bureau.example", "wang@works.example"
#: A test ends by then, however busy the machine is.
LONGEST_S = 120
LETTER = Letter(HERE, "Airshed：1项通知", "成交 and no more\n.\n", BEGIN)


class Mailed(Portal):
    """A portal, and what its log says."""

    noted: list[tuple[str, dict[str, Any]]]


@contextmanager
def mailing(folder: Path, server: MailServer | None = None, book: Path | str | None = None) -> Iterator[Mailed]:
    """A portal that has a mail server, or none."""
    clock = Clock()
    mail = None if server is None else settings_of(f"127.0.0.1:{server.port}", SENDER, "none")
    serving = Serving(book or market_book(folder), at=BEGIN, limits=ServiceLimits(stranger_burst=10_000), mail=mail)
    noted: list[tuple[str, dict[str, Any]]] = []
    running = Running(
        serving,
        lambda event, **fields: noted.append((event, fields)),
        pages=lambda: PORTAL,
        machine=clock,
        ticks=clock.ticks,
    )
    running.app.show(PORTAL)
    running.service.url = "https://market.example"
    found = Mailed(running, clock)
    found.noted = noted
    try:
        yield found
    finally:
        running.close()
        found.loop.close()


def token(browser: Browser) -> str:
    found = re.search(r'name="csrf" value="([^"]*)"', browser.get("/mail").text)
    assert found is not None
    return found[1]


def proves(browser: Browser, server: MailServer, address: str = HERE) -> str:
    """Set an address and confirm it by the code that came."""
    said = browser.send("/mail", csrf=token(browser), address=address)
    assert said.status_code == 200, text_of(said)
    code = server.text_to(address).split()[0]
    return text_of(browser.send("/mail/confirm", csrf=token(browser), letter=code))


def does(browser: Browser, command: str, **fields: object) -> None:
    page = browser.get(f"/act/{command}")
    said = browser.send(f"/act/{command}", {**hidden(page), **fields, "step": "confirm"})
    assert said.status_code == 200, text_of(said)


def confirms(browser: Browser) -> None:
    """The act that waits first is confirmed."""
    waiting = re.findall(r'name="act" value="(\d+)"', browser.get("/waiting").text)
    does(browser, "ConfirmAct", act=waiting[0])


def offers(there: Mailed, seller: str = "steel", count: str = "2") -> None:
    """Something that concerns the fund."""
    deal = {"kind": "transfer", "seller": seller, "buyer": "fund", "series": SERIES, "count": count, "price": "4000"}
    does(there.signed(seller), "OfferDeal", **deal)


def rounds(there: Mailed, letters: Mailing) -> int:
    return there.loop.run_until_complete(letters.round())


def turns(there: Mailed, letters: Mailing) -> int:
    return there.loop.run_until_complete(letters.turn())


def sent(post: Post, *letters: Letter) -> list[PostAnswer]:
    return asyncio.run(post.send(letters))


# --- the page


def test_without_a_server_the_page_says_that_no_mail_is_sent(tmp_path: Path) -> None:
    with mailing(tmp_path) as there:
        browser = there.signed("fund")
        assert "sends no mail" in text_of(browser.get("/mail"))
        assert 'href="/mail"' not in browser.get("/notices").text
        assert browser.send("/mail", csrf=token(there.signed("steel")), address=HERE).status_code in (404, 422)
        assert rounds(there, Mailing(there.running.service)) == 0


def test_an_address_is_proven_by_a_code_that_was_sent_there(tmp_path: Path) -> None:
    with mail_server() as server, mailing(tmp_path, server) as there:
        browser = there.signed("fund", "zh")
        assert browser.send("/mail", csrf="another", address=HERE).status_code == 422
        assert "邮箱地址有误" in text_of(
            browser.send("/mail", csrf=token(browser), address="wang@works.example\r\nBcc: x@y.example")
        )
        assert server.letters == []
        assert "确认码已发送" in text_of(browser.send("/mail", csrf=token(browser), address=HERE))
        assert "fund" in server.text_to(HERE)
        assert there.running.users.addresses.confirmed() == []
        wrong = browser.send("/mail/confirm", csrf=token(browser), letter="00000000")
        assert (wrong.status_code, "确认码有误" in text_of(wrong)) == (422, True)
        code = "".join(chr(ord("０") + int(digit)) for digit in server.text_to(HERE).split()[0])
        assert "今后的通知" in text_of(browser.send("/mail/confirm", csrf=token(browser), letter=code))
        (known,) = there.running.users.addresses.confirmed()
        assert (known.address, known.language, known.heard) == (HERE, "zh", there.records())
        there.clock.ms += 6 * 60_000
        said = browser.send("/mail/end", csrf=token(browser))
        assert (said.status_code, "动态码" in text_of(said)) == (422, True), "who finds the page open ends nothing"
        assert len(there.running.users.addresses.confirmed()) == 1
        assert browser.send("/mail/end", csrf=token(browser), code=there.code("fund")).status_code == 200
        assert there.noted[-1] == ("mail_told_before", {"user": "fund", "became": Became.TAKEN})
        assert there.running.users.addresses.confirmed() == []
        assert "不再发送" in server.text_to(HERE), "who had them hears that they end"
        secrets = json.dumps(there.noted)
        assert "works.example" not in secrets
        assert server.letters[0].get_content().split()[0] not in secrets


def test_an_address_takes_a_second_factor_of_now(tmp_path: Path) -> None:
    with mail_server() as server, mailing(tmp_path, server) as there:
        browser = there.signed("fund")
        there.clock.ms += 6 * 60_000
        assert "one-time code of now" in text_of(browser.send("/mail", csrf=token(browser), address=HERE))
        said = browser.send("/mail", csrf=token(browser), address=HERE, code=there.code("fund"))
        assert said.status_code == 200
        assert [letter["To"] for letter in server.letters] == [HERE]


def test_a_letter_says_how_many_lines_it_leaves_out(tmp_path: Path) -> None:
    with mailing(tmp_path) as there:
        each = Notice(7, BEGIN, same("Withdraw"), "#1", same(""))
        told = Told((each,) * (MOST_LINES + 3), (each,) * (MOST_LINES + 4), 10)
        letter = letter_of(there.running.service, Address("fund", HERE, "en", 0, ""), told, same("A market"), BEGIN)
        assert "and 4 more.\n\nhttps://market.example/waiting" in letter.text
        assert "and 13 more.\n\nhttps://market.example/notices" in letter.text


def test_a_code_is_guessed_five_times_and_five_are_sent_in_an_hour(tmp_path: Path) -> None:
    with mailing(tmp_path) as there:
        there.user("fund")
        addresses = there.running.users.addresses
        code = addresses.ask("fund", HERE, "en")
        other = f"{(int(code) + 1) % 10**8:08}"
        assert [addresses.confirm("fund", other, 1) for _ in range(MOST_TRIES)] == [False] * MOST_TRIES
        assert not addresses.confirm("fund", code, 1)
        code = addresses.ask("fund", HERE, "en")
        there.clock.ms += CODE_MS + 1
        assert not addresses.confirm("fund", code, 1), "it is over"
        for _ in range(MOST_CODES - 2):
            addresses.ask("fund", HERE, "en")
        with pytest.raises(Malformed, match="codes were sent"):
            addresses.ask("fund", HERE, "en")
        addresses.end("fund")
        with pytest.raises(Malformed, match="codes were sent"):
            addresses.ask("fund", HERE, "en")
        there.clock.ms += 3_600_001
        assert addresses.confirm("fund", addresses.ask("fund", HERE, "en"), 7)
        assert not addresses.confirm("fund", code, 7)


def test_who_is_locked_or_set_up_anew_is_sent_nothing(tmp_path: Path) -> None:
    with mailing(tmp_path) as there:
        users = there.running.users
        there.user("fund")
        users.addresses.confirm("fund", users.addresses.ask("fund", HERE, "en"), 1)
        users.lock("fund")
        assert users.addresses.confirmed() == []
        users.unlock("fund")
        assert [each.address for each in users.addresses.confirmed()] == [HERE]
        users.accept(users.invite("fund"), "another")
        assert users.addresses.confirmed() == []


# --- the letters


def test_what_concerns_somebody_is_sent_once_and_says_no_amount(tmp_path: Path) -> None:
    with mail_server() as server, mailing(tmp_path, server) as there:
        offers(there)
        browser = there.signed("fund")
        assert "from now on" in proves(browser, server)
        letters = Mailing(there.running.service)
        assert rounds(there, letters) == 0, "what was before the address was proven is no news"
        offers(there, count="3")
        assert rounds(there, letters) == 1
        assert rounds(there, letters) == 0
        told = server.text_to(HERE)
        assert str(server.letters[-1]["Subject"]) == "Airshed: 1 notice"
        assert server.letters[-1]["Auto-Submitted"] == "auto-generated"
        assert f"record {there.records()}" in told
        assert "https://market.example/notices" in told
        assert "Simulated" in told
        assert "4,000" not in told
        assert "3 t" not in told
        other = Mailing(there.running.service)
        assert rounds(there, other) == 0, "a service that starts anew knows what was told"


def test_an_act_of_two_is_told_to_who_may_confirm_it_in_their_language(tmp_path: Path) -> None:
    with mail_server() as server, mailing(tmp_path, server) as there:
        second = there.signed(BANK, "zh")
        proves(second, server)
        letters = Mailing(there.running.service)
        rounds(there, letters)
        does(there.signed(TELLER), "Withdraw", account="steel", fen="1234.56")
        assert rounds(there, letters) == 1
        assert str(server.letters[-1]["Subject"]) == "Airshed：1项待复核"
        assert "https://market.example/waiting" in server.text_to(HERE)
        assert "1,234" not in server.text_to(HERE)


def test_an_act_that_somebody_else_has_confirmed_meanwhile_is_told_to_nobody(tmp_path: Path) -> None:
    with mail_server() as server, mailing(tmp_path, server) as there:
        second = there.signed(BANK)
        proves(second, server)
        letters = Mailing(there.running.service)
        server.sender = "451 not now"
        for fen in ("1234.56", "10.00"):
            does(there.signed(TELLER), "Withdraw", account="steel", fen=fen)
        assert rounds(there, letters) == 0
        confirms(second)
        server.sender = "250 ok"
        there.clock.ms += 3_600_000
        assert rounds(there, letters) == 1
        assert str(server.letters[-1]["Subject"]) == "Airshed: 1 to confirm"
        sent = len(server.letters)
        server.sender = "451 not now"
        does(there.signed(TELLER), "Withdraw", account="steel", fen="20.00")
        assert rounds(there, letters) == 0
        confirms(there.signed(BANK))
        confirms(there.signed(BANK))
        server.sender = "250 ok"
        there.clock.ms += 3_600_000
        assert rounds(there, letters) == 0
        assert len(server.letters) == sent


def test_a_server_that_is_away_loses_nothing_and_is_asked_more_and_more_seldom(tmp_path: Path) -> None:
    with mail_server() as server, mailing(tmp_path, server) as there:
        proves(there.signed("fund"), server)
        letters = Mailing(there.running.service)
        server.sender = "451 not now, market@bureau.example"
        offers(there)
        assert rounds(there, letters) == 0
        tried = len([line for line in server.heard if line.startswith("MAIL")])
        offers(there, "cement")
        assert rounds(there, letters) == 0
        assert len([line for line in server.heard if line.startswith("MAIL")]) == tried, "not before a minute is over"
        waits = [fields["again_in_s"] for event, fields in there.noted if event == "mail_not_sent"]
        for _ in range(8):
            there.clock.ms += 3_600_000
            rounds(there, letters)
        waits = [fields["again_in_s"] for event, fields in there.noted if event == "mail_not_sent"]
        assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
        server.sender = "250 ok"
        there.clock.ms += 3_600_000
        assert rounds(there, letters) == 1
        assert str(server.letters[-1]["Subject"]) == "Airshed: 2 notices"
        assert "bureau.example" not in json.dumps(there.noted)


def test_however_much_was_recorded_since_the_last_letter_none_of_it_is_passed_over(tmp_path: Path) -> None:
    with mail_server() as server, mailing(tmp_path, server) as there:
        proves(there.signed("fund"), server)
        proves(there.signed("cement"), server, "li@works.example")
        offers(there)
        for _ in range(4):
            does(there.signed("steel"), "PlaceOrder", series=SERIES, side="sell", count="1", limit="4000")
        looks: list[object] = []
        service, look = there.running.service, there.running.service.market.look

        def counted(work: Any) -> Any:
            looks.append(work)
            return look(work)

        service.market.look = counted  # type: ignore[method-assign]
        assert rounds(there, Mailing(service, at_once=2)) == 1
        assert str(server.letters[-1]["Subject"]) == "Airshed: 1 notice"
        assert len(looks) == 2, "of the market's thread: who listens, and the name of the programme"


def test_what_the_writer_could_not_send_is_told_by_the_standby_that_takes_over(tmp_path: Path) -> None:
    with mail_server() as server, mailing(tmp_path, server) as there:
        proves(there.signed("fund"), server)
        server.sender = "451 not now"
        offers(there)
        assert rounds(there, Mailing(there.running.service)) == 0
        standby = Mailing(there.running.service)
        there.running.writer.writes = False
        assert rounds(there, standby) == 0
        there.running.writer.writes = True
        server.sender = "250 ok"
        assert rounds(there, standby) == 1
        assert rounds(there, standby) == 0


def test_who_may_sign_in_again_is_told_what_happened_meanwhile(tmp_path: Path) -> None:
    with mail_server() as server, mailing(tmp_path, server) as there:
        proves(there.signed("fund"), server)
        proves(there.signed("cement"), server, "li@works.example")
        letters = Mailing(there.running.service)
        there.running.users.lock("fund")
        offers(there)
        assert rounds(there, letters) == 0
        there.running.users.unlock("fund")
        assert rounds(there, letters) == 1


def test_a_moment_in_which_the_users_are_held_ends_no_letters_and_says_nothing_twice(tmp_path: Path) -> None:
    with mail_server() as server, mailing(tmp_path, server) as there:
        proves(there.signed("fund"), server)
        addresses = there.running.users.addresses
        letters = Mailing(there.running.service)
        offers(there)
        with closing(sqlite3.connect(there.running.users.path)) as held:
            held.execute("BEGIN IMMEDIATE")
            assert turns(there, letters) == 0
            assert str(server.letters[-1]["Subject"]) == "Airshed: 1 notice"
            assert "held by another process" in there.noted[-1][1]["why"]
            assert turns(there, letters) == 0
            held.rollback()
        sent = len(server.letters)
        assert turns(there, letters) == 0
        assert len(server.letters) == sent, "it was told"
        assert [each.heard for each in addresses.confirmed()] == [there.records()]
        offers(there, "cement")
        assert turns(there, letters) == 1


def test_who_long_had_nothing_to_hear_is_not_looked_for_from_the_beginning(tmp_path: Path) -> None:
    with mail_server() as server, mailing(tmp_path, server) as there:
        proves(there.signed("fund"), server)
        before = there.records()
        does(there.signed("steel"), "PlaceOrder", series=SERIES, side="sell", count="1", limit="4000")
        rounds(there, Mailing(there.running.service))
        assert [each.heard for each in there.running.users.addresses.confirmed()] == [before], "it is not worth writing"
        rounds(there, Mailing(there.running.service, at_once=1))
        assert [each.heard for each in there.running.users.addresses.confirmed()] == [there.records()]


def test_letters_go_by_handfuls_and_a_server_that_takes_none_is_asked_for_no_more(tmp_path: Path) -> None:
    with mail_server() as server, mailing(tmp_path, server) as there:
        users, before = there.running.users, there.records()
        addresses = users.addresses
        for number in range(2 * HANDFUL + 1):
            user = f"fund-{number:02}"
            users.accept(users.add(user, "fund"), "another")
            assert addresses.confirm(user, addresses.ask(user, f"{user}@works.example", "en"), before)
        offers(there)
        letters = Mailing(there.running.service)
        server.sender = "451 not now"
        assert rounds(there, letters) == 0
        asked = [line for line in server.heard if line.startswith("MAIL")]
        assert len(asked) == HANDFUL
        server.sender = "250 ok"
        assert rounds(there, letters) == HANDFUL + 1, "who was not tried before"
        assert len([line for line in server.heard if line.startswith("EHLO")]) == 3
        there.clock.ms += 60_000
        assert rounds(there, letters) == HANDFUL
        assert {each.heard for each in addresses.confirmed()} == {there.records()}


def hours(there: Mailed, letters: Mailing, count: int) -> None:
    """So many hours, each with a round."""
    for _ in range(count):
        rounds(there, letters)
        there.clock.ms += 3_600_000


def test_an_address_that_the_server_refuses_for_days_is_given_up_and_its_owner_sees_it(tmp_path: Path) -> None:
    with mail_server() as server, mailing(tmp_path, server) as there:
        addresses = there.running.users.addresses
        proves(there.signed("fund"), server)
        server.answers[HERE] = "550 5.1.1 <wang@works.example> no such user"
        offers(there)
        hours(there, Mailing(there.running.service), 24 * (MOST_REFUSALS - 1))
        assert len(addresses.confirmed()) == 1
        hours(there, Mailing(there.running.service), 3)
        assert addresses.confirmed() == [], "also where the service was started anew between"
        refusals = [fields for event, fields in there.noted if event == "mail_not_sent"]
        assert {fields["why"] for fields in refusals} == {"the server says 550 to an address (5.1.1)"}
        assert there.noted[-1] == ("mail_ended", {"user": "fund", "why": "the server refuses the address"})
        browser = there.signed("fund", "zh")
        assert "拒收" in text_of(browser.get("/mail"))
        assert HERE in text_of(browser.get("/mail"))
        assert "已停止发送邮件" in text_of(browser.get("/notices"))
        del server.answers[HERE]
        proves(browser, server)
        assert "拒收" not in text_of(browser.get("/mail")) + text_of(browser.get("/notices"))
        assert len(addresses.confirmed()) == 1


def test_a_server_that_refuses_us_takes_no_address_away(tmp_path: Path) -> None:
    with mail_server() as server, mailing(tmp_path, server) as there:
        addresses = there.running.users.addresses
        proves(there.signed("fund"), server)
        proves(there.signed("cement"), server, "li@works.example")
        for address in (HERE, "li@works.example"):
            server.answers[address] = "550 5.7.1 relaying denied"
        deal = {"kind": "transfer", "seller": "steel", "series": SERIES, "count": "2", "price": "4000"}
        for buyer in ("fund", "cement"):
            does(there.signed("steel"), "OfferDeal", buyer=buyer, **deal)
        letters = Mailing(there.running.service)
        hours(there, letters, 24 * (MOST_REFUSALS + 1))
        assert len(addresses.confirmed()) == 2
        server.answers.clear()
        assert rounds(there, letters) == 2


def test_an_address_is_refused_for_itself_where_others_are_taken_at_once_and_a_letter_that_is_taken_ends_the_count(
    tmp_path: Path,
) -> None:
    with mail_server() as server, mailing(tmp_path, server) as there:
        users = there.running.users
        for user in ("fund", "fund-2"):
            if users.get(user) is None:
                users.accept(users.add(user, "fund"), "another")
            users.addresses.confirm(user, users.addresses.ask(user, f"{user}@works.example", "en"), there.records())
        letters = Mailing(there.running.service)
        gone = "fund-2@works.example"

        def day(answer: str) -> None:
            server.answers[gone] = answer
            offers(there)
            rounds(there, letters)
            there.clock.ms += 24 * 3_600_000

        for _ in range(MOST_REFUSALS - 1):
            day("554 no")
        day("250 ok")
        for _ in range(MOST_REFUSALS - 1):
            day("554 no")
        assert len(users.addresses.confirmed()) == 2
        day("554 no")
        assert [each.user for each in users.addresses.confirmed()] == ["fund"]


def test_a_copy_of_the_book_that_is_behind_is_not_asked_without_end(tmp_path: Path) -> None:
    with mail_server() as server, mailing(tmp_path, server) as there:
        proves(there.signed("fund"), server)
        service, last = there.running.service, there.records()

        async def ahead(look: object) -> int:
            return last + 5

        service.readers.read = ahead  # type: ignore[method-assign,assignment]
        assert there.loop.run_until_complete(asyncio.wait_for(Mailing(service).round(), LONGEST_S)) == 0


def test_a_service_that_listens_sends_by_itself(tmp_path: Path) -> None:
    with mail_server() as server:
        limits = ServiceLimits(stranger_burst=10_000, mail_every_s=0.05)
        settings = settings_of(f"127.0.0.1:{server.port}", SENDER, "none")
        with served(market_book(tmp_path), limits, pages=PORTAL, mail=settings) as there:
            seller, users = there.signed("steel"), there.running.users
            there.user("fund")
            users.addresses.confirm("fund", users.addresses.ask("fund", HERE, "en"), there.records())
            deal = {
                "kind": "transfer",
                "seller": "steel",
                "buyer": "fund",
                "series": SERIES,
                "count": 2,
                "price": 400_000,
            }
            said = seller.post("/v1/commands/OfferDeal", json=deal, headers={"Idempotency-Key": "an-offer"})
            assert said.status_code == 200, said.text
            until = time.monotonic() + LONGEST_S
            while not server.letters and time.monotonic() < until:
                assert said.json()["seq"] == there.records()
                time.sleep(0.01)
            assert f"{there.url}/notices" in server.text_to(HERE)


# --- the server


@pytest.mark.parametrize("secured", ["starttls", "tls"])
def test_letters_travel_under_tls_and_by_a_sign_in(tmp_path: Path, secured: str) -> None:
    certificate = made(tmp_path, "mail")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.private_key)
    its = MailServer(user="market", password="a secret", tls=context)
    with mail_server(its, at_once=secured == "tls") as server:
        where = f"127.0.0.1:{server.port}"
        post = Post(settings_of(where, SENDER, secured, "market", "a secret", certificate.certificate))
        assert sent(post, LETTER, LETTER) == [PostAnswer(Became.TAKEN), PostAnswer(Became.TAKEN)]
        assert server.secured == [True, True]
        assert server.text_to(HERE) == LETTER.text
        assert str(server.letters[0]["Subject"]) == LETTER.subject
        wrong = Post(settings_of(where, SENDER, secured, "market", "another", certificate.certificate))
        assert sent(wrong, LETTER) == [PostAnswer(Became.LATER, "the server says 535")]
        stranger = Post(settings_of(where, SENDER, secured, "market", "a secret"))
        (answer,) = sent(stranger, LETTER)
        assert answer.became is Became.LATER
        assert "certificate does not hold" in answer.why
        for each in (post, wrong, stranger):
            each.close()
    assert "a secret" not in repr(post.settings)


def test_a_password_is_told_to_nobody_who_has_no_tls() -> None:
    with mail_server(MailServer(user="market", password="a secret")) as server:
        post = Post(settings_of(f"127.0.0.1:{server.port}", SENDER, "starttls", "market", "a secret"))
        (answer,) = sent(post, LETTER)
        assert answer.became is Became.LATER
        assert "STARTTLS" in answer.why
        assert "AUTH" not in server.heard
        post.close()
    with pytest.raises(Malformed, match="in the clear"):
        MailSettings("mail.bureau.example", 25, SENDER, "none", "market", "a secret")
    with pytest.raises(Malformed, match="--mail-password-file"):
        settings_of("mail.bureau.example", SENDER, "tls", "market")


def test_one_refusal_keeps_no_other_letter_back_and_nobody_there_is_no_loss() -> None:
    with mail_server() as server:
        server.answers["gone@works.example"] = "550 no"
        server.answers["full@works.example"] = "452 full"
        post = Post(settings_of(f"127.0.0.1:{server.port}", SENDER, "none"))
        to = ("gone@works.example", HERE, "full@works.example", "li@works.example")
        became = [each.became for each in sent(post, *(LETTER._replace(to=each) for each in to))]
        assert became == [Became.REFUSED, Became.TAKEN, Became.LATER, Became.TAKEN]
    assert sent(post, LETTER) == [PostAnswer(Became.LATER, "connection refused")]
    post.close()


@pytest.mark.parametrize("secured", ["none", "tls"])
def test_a_stop_waits_for_no_server(tmp_path: Path, secured: str) -> None:
    certificate = made(tmp_path, "mail")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.private_key)

    async def stopped(post: Post, server: MailServer) -> list[PostAnswer]:
        sending = asyncio.create_task(post.send([LETTER, LETTER._replace(to="li@works.example"), LETTER]))
        assert await asyncio.to_thread(server.thinks.wait, LONGEST_S)
        post.close()
        return await sending

    its = MailServer(tls=context, silent={"li@works.example": threading.Event()})
    with mail_server(its, at_once=secured == "tls") as server:
        post = Post(settings_of(f"127.0.0.1:{server.port}", SENDER, secured, authorities=certificate.certificate))
        later = PostAnswer(Became.LATER, "the service stops")
        assert asyncio.run(stopped(post, server)) == [PostAnswer(Became.TAKEN), later, later]
    with pytest.raises(RuntimeError):
        sent(post, LETTER)


def test_who_waits_for_a_code_does_not_wait_for_the_letters_of_others() -> None:
    async def asked(post: Post, server: MailServer) -> list[PostAnswer]:
        slow = asyncio.create_task(post.send([LETTER, LETTER]))
        assert await asyncio.to_thread(server.thinks.wait, LONGEST_S)
        code = await post.send([LETTER._replace(to="li@works.example")])
        assert not slow.done()
        server.silent[HERE].set()
        return [*code, *await slow]

    with mail_server(MailServer(silent={HERE: threading.Event()})) as server:
        post = Post(settings_of(f"127.0.0.1:{server.port}", SENDER, "none"))
        assert asyncio.run(asked(post, server)) == [PostAnswer(Became.TAKEN)] * 3
        post.close()


@pytest.mark.parametrize(
    "text",
    [
        *("", "wang", "wang@", "@works.example", "wang@works", "wang@@works.example", "wang li@works.example"),
        *("王@works.example", ".wang@works.example", "wa..ng@works.example", "wang@works.example\nBcc: a@b.example"),
        *(
            "<wang@works.example>",
            "wang@works.example,li@works.example",
            f"{'w' * 65}@works.example",
            '"a b"@works.example',
        ),
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="is no address"):
        address_in(text, "address")


def test_settings_that_do_not_hold_name_their_option(tmp_path: Path) -> None:
    for words, place in (
        (("", SENDER), "--mail-server"),
        (("mail.bureau.example", SENDER, "tls", "market", "密码"), "--mail-password-file"),
        (("mail.bureau.example", SENDER, "tls", "market", "a\nb"), "--mail-password-file"),
        (("mail.bureau.example", SENDER, "tls", "市场", "a secret"), "--mail-user"),
        (("mail bureau", SENDER), "--mail-server"),
        (("mail.bureau.example:0", SENDER), "--mail-server"),
        (("mail.bureau.example", "nobody"), "--mail-from"),
        (("mail.bureau.example", SENDER, "ssl"), "--mail-tls"),
    ):
        with pytest.raises(Malformed) as said:
            settings_of(*words)
        assert said.value.place == place
    serving = Serving(market_book(tmp_path), demo_users=True, mail=settings_of("mail.bureau.example", SENDER))
    with pytest.raises(Malformed, match="--demo-users"):
        Running(serving, lambda event, **fields: None)
    nowhere = Serving(serving.book, host="0.0.0.0", proxied=True, mail=serving.mail)
    with pytest.raises(Malformed, match="--name"), opened(nowhere, print):
        pass


@pytest.mark.parametrize("words", ["--mail-user market", "--mail-tls tls", "--mail-from market@bureau.example"])
def test_what_is_said_about_mail_without_a_server_is_not_passed_over(tmp_path: Path, words: str) -> None:
    said = CliRunner().invoke(build(ROOMS), ["serve", str(tmp_path / "no.book"), *words.split()])
    assert isinstance(said.exception, Malformed) or said.exit_code == 2
    assert "--mail-server" in f"{said.exception} {said.output}"


# --- users in a database


def test_addresses_are_kept_beside_users_in_a_database_and_letters_go_on_after_a_start(
    tmp_path: Path, database: str
) -> None:
    """Who keeps book and users in PostgreSQL has mail as well: proven, heard of once, ended, by whichever start."""
    book = moved(market_book(tmp_path), database)
    with mail_server() as server:
        with mailing(tmp_path, server, book) as there:
            assert "今后的通知" in proves(there.signed("fund", "zh"), server)
            offers(there)
            letters = Mailing(there.running.service)
            assert rounds(there, letters) == 1
            assert rounds(there, letters) == 0, "once"
            assert "转让" in server.text_to(HERE) or "协议" in server.text_to(HERE)
            firm = there.signed("fund", "zh")
            for page in ("/account", "/notices", "/account?from=2026-01-01&to=2026-02-01", "/notices"):
                assert firm.get(page).status_code == 200, page
            assert "协议" in text_of(firm.get("/notices"))
        count = len(server.letters)
        with mailing(tmp_path, server, book) as again:
            (known,) = again.running.users.addresses.confirmed()
            assert (known.user, known.address) == ("fund", HERE)
            letters = Mailing(again.running.service)
            assert rounds(again, letters) == 0, "what was told before the stop is not told again"
            assert len(server.letters) == count
