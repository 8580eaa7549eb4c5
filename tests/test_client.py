"""The client has every command and sends again what was not answered; the shell says over it what it says of a file."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from airshed.client import Client, Refused
from airshed.engine import commands as c
from airshed.model.refusal import Malformed
from airshed.service.http.shapes.commands import CommandReceipt
from airshed.service.http.shapes.problem import Problem
from markets import SERIES
from persons import Shell
from services import KEPT, PASSWORD, Served, kept_book, market_book, served


@pytest.fixture(scope="module", params=KEPT)
def service(request: pytest.FixtureRequest) -> Iterator[Served]:
    with served(kept_book(request)) as found:
        yield found


def client(service: Served, name: str) -> Client:
    service.user(name)
    found = Client(service.url, wait=lambda seconds: None, now=lambda: service.clock() / 1000)
    found.sign_in(name, PASSWORD, service.code(name))
    return found


def test_a_command_by_its_name_is_the_command(service: Served) -> None:
    with client(service, "steel") as steel:
        done = steel.place_order("steel", SERIES, "sell", 1_000, 400_000, key="one")
        again = steel.send(c.PlaceOrder("steel", SERIES, "sell", 1_000, 400_000), key="one")
        assert (again.seq, again.answered, done.answered) == (done.seq, True, False)
        with pytest.raises(Refused) as refused:
            steel.place_order("cement", SERIES, "sell", 1_000, 400_000)
        assert (refused.value.problem.code, refused.value.problem.status) == ("not_your_own", 403)
        told = steel.send_several(
            [("a", c.PlaceOrder("steel", SERIES, "sell", 1_000, 401_000)), ("b", c.CancelOrder(999))]
        )
        assert [type(each) for each in told] == [CommandReceipt, Problem]


def test_a_preview_says_what_the_command_then_comes_to_and_writes_nothing(service: Served) -> None:
    with client(service, "steel") as steel:
        body = c.PlaceOrder("steel", SERIES, "sell", 1_000, 404_000)
        for _ in range(2):
            before = service.records()
            found = steel.preview(body, key="p")
            assert (found.records, service.records()) == (before, before)
            assert found.foreseen.record.seq == before + 1
        done = steel.send(body, key="p")
        assert found.foreseen.record.events == done.events
        assert steel.preview(body, key="p").foreseen.answered
        refused = steel.preview(c.PlaceOrder("fund", SERIES, "sell", 1_000, 404_000)).foreseen.record.refusal
        assert refused is not None
        assert refused.why.value == "not_your_own"


def test_a_client_reads_pages_accounts_market_and_feed(service: Served) -> None:
    with client(service, "dianzhong-office") as office:
        assert len(list(office.rows("accounts", limit=3))) == office.table("accounts").total
        assert office.account("steel", moves=0).holdings[SERIES] > 0
        assert office.market("summary").rows
        assert office.depth(SERIES).books[0].asks
        heard = office.feed(office.book().records - 2)
        assert [next(heard).seq for _ in range(2)] == [office.book().records - 1, office.book().records]
        heard.close()


def test_a_machine_signs_each_request(service: Served) -> None:
    service.user("machine", actor="cement")
    key = Ed25519PrivateKey.generate()
    service.running.users.add_key("machine", key.public_key().public_bytes_raw())
    with Client(service.url, key=key, now=lambda: service.clock() / 1000) as machine:
        assert machine.me().reads == "account cement"
        assert machine.place_order("cement", SERIES, "sell", 1_000, 402_000).actor == "cement"
        chinese = machine.place_order("cement", SERIES, "sell", 1_000, 402_000, key="卖出 一")
        assert chinese.key == "卖出 一"
        with pytest.raises(Malformed, match="cannot be sent"):
            machine.place_order("cement", SERIES, "sell", 1_000, 402_000, key="a\r\nairshed-at: 2030-01-01")
        assert machine.table("holdings", **{"count.ge": 1}).total >= 1
        with pytest.raises(Refused, match="second_factor"):
            machine.confirm_act(1)


def test_who_is_not_answered_sends_again_under_the_same_key(service: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is lost on the way back; the command is not done twice."""
    with client(service, "steel") as steel:
        once, lost = Client._once, [2]

        def losing(self: Client, *words: object) -> tuple[int, bytes]:
            answer = once(self, *words)  # type: ignore[arg-type]
            if lost[0]:
                lost[0] -= 1
                raise ConnectionResetError
            return answer

        monkeypatch.setattr(Client, "_once", losing)
        before = service.records()
        receipt = steel.place_order("steel", SERIES, "sell", 1_000, 403_000)
        assert (receipt.answered, service.records()) == (True, before + 1)


def test_nobody_there_is_an_error_with_its_cure() -> None:
    with pytest.raises(Malformed, match="does not answer"):
        Client("http://127.0.0.1:9", wait=lambda seconds: None).book()
    for url in ("ftp://a", "http://", "http://a/b", "a"):
        with pytest.raises(Malformed, match="is no address of a service"):
            Client(url)


# --- the shell


def test_two_people_play_over_the_service_what_they_would_in_a_file(
    service: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bank, teller = (Shell(tmp_path / name, monkeypatch, capsys) for name in ("bank", "teller"))
    url = service.url
    assert bank(f"act Deposit --server {url} --account fund --amount '5,000 yuan'")[0] == 2
    for shell, name in ((bank, "small-bank"), (teller, "small-teller")):
        service.user(name)
        status, said = shell(f"sign-in {url} --user {name}", f"{PASSWORD}\n{service.code(name)}\n")
        assert (status, f"{name} acts as {name} and reads: zone" in said) == (0, True), said
        kept = next((tmp_path / name.removeprefix("small-")).rglob("services.json"))
        assert kept.stat().st_mode & 0o777 == 0o600
        assert PASSWORD not in kept.read_text()
    status, said = bank(f"act Deposit --server {url} --account fund --amount '5,000 yuan'")
    assert status == 0, said
    act = re.search(r"act (\d+) waits for a second person", said)
    assert act is not None, said
    assert f"airshed book confirm --server {url} {act[1]} --code CODE" in said
    assert "Simulated: test." in said
    status, said = bank(f"act Deposit --server {url} --account fund --amount '6,000 yuan' --dry-run")
    assert (status, "Nothing was written" in said, "would wait" in said) == (0, True, True), said
    again = bank(f"act Deposit --server {url} --account fund --amount '5,000 yuan'")[1]
    assert re.search(r"record \d+ of 2027-03-01T\d\d:\d\d answered this already", again), again
    assert "--again 2" in bank(f"act Deposit --server {url} --account fund --amount '5,000 yuan'")[1]
    status, said = bank(f"book confirm --server {url} {act[1]}")
    assert (status, "refused: own_act" in said) == (0, True), said
    service.clock.ms += 6 * 60_000
    status, said = teller(f"book confirm --server {url} {act[1]}")
    assert (status, "one-time code" in said) == (2, True), said
    status, said = teller(f"book confirm --server {url} {act[1]} --code {service.code('small-teller')}")
    assert (status, "ActConfirmed, MoneyMoved" in said) == (0, True), said
    status, said = teller(f"book show --server {url} accounts --limit 3")
    assert (status, "cash [yuan]" in said) == (0, True), said
    assert "records" in teller(f"book show --server {url}")[1]
    assert '"actor": "small-teller"' in teller(f"book show --server {url} record")[1]
    status, said = bank(f"act Deposit --server {url} --account fund --amount '7 yuan'")
    other = re.search(r"act (\d+) waits", said)
    assert other is not None, said
    status, said = teller(f"book reject --server {url} {other[1]} --reason 'another sum'")
    assert (status, "ActRejected" in said) == (0, True), said
    assert teller(f"act Deposit --server {url} --as wang --account fund --amount '1 yuan'")[0] == 2
    assert teller(f"sign-out {url}")[0] == 0
    assert teller(f"book show --server {url}")[0] == 2


def test_many_commands_of_a_file_go_to_the_service_in_one_commit(
    service: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bank, url = Shell(tmp_path / "many", monkeypatch, capsys), service.url
    service.user("small-bank")
    service.clock.ms += 60_000
    bank(f"sign-in {url} --user small-bank", f"{PASSWORD}\n{service.code('small-bank')}\n")
    body = {"do": "Deposit", "account": "fund", "fen": 1}
    wishes = [{"actor": "small-bank", "key": f"many {n}", "body": {**body, "fen": n + 1}} for n in range(3)]
    wishes.append({"actor": "small-bank", "key": "many 3", "body": {**body, "account": "nobody"}})
    file = tmp_path / "commands.jsonl"
    file.write_text("\n".join(json.dumps(wish) for wish in wishes))
    status, said = bank(f"book send --server {url} {file}")
    assert (status, said.count("ActProposed"), "refused: unknown_account" in said) == (0, 3, True), said
    assert said.count(f"airshed book confirm --server {url}") == 3
    before = service.records()
    assert bank(f"book send --server {url} {file}")[1].count("ActProposed") == 3, "sent again, done once"
    assert service.records() == before
    file.write_text(json.dumps({**wishes[0], "actor": "steel"}))
    status, said = bank(f"book send --server {url} {file}")
    assert (status, "line 1: is by 'steel', and small-bank has signed in" in said) == (2, True), said
    file.write_text(json.dumps({**wishes[0], "book": "0" * 64}))
    assert "was made for another book" in bank(f"book send --server {url} {file}")[1]
    assert bank(f"book send --server {url}")[0] == bank("book send")[0] == 2


def test_accounts_that_differ_are_frozen_over_the_service_that_writes_the_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The night's second fold reads beside the writer, and only the writer writes."""
    path = market_book(tmp_path)
    with served(path) as service:
        office = Shell(tmp_path / "office", monkeypatch, capsys)
        assert office(f"book reconcile {path} --server {service.url}")[0] == 2, "nobody has signed in"
        service.user("dianzhong-office")
        code = service.code("dianzhong-office")
        assert office(f"sign-in {service.url} --user dianzhong-office", f"{PASSWORD}\n{code}\n")[0] == 0
        status, said = office(f"book reconcile {path} --server {service.url}")
        assert (status, "agree: records, state, tables" in said) == (0, True), said
        with closing(sqlite3.connect(path)) as beside, beside:
            beside.execute("UPDATE accounts SET cash_fen = cash_fen + 1 WHERE account = 'fund'")
        status, said = office(f"book reconcile {path} --server {service.url} --block small-bank")
        assert (status, "is not dianzhong-office" in said, "fund  not frozen" in said) == (2, True, True), said
        status, said = office(f"book reconcile {path} --block dianzhong-office")
        assert (status, "fund  not frozen" in said) == (2, True), said
        status, said = office(f"book reconcile {path} --server {service.url}")
        assert (status, "fund  frozen by record" in said) == (1, True), said
        status, said = office(f"book show --server {service.url} accounts --limit 100")
        assert "reconciliation at record" in said
