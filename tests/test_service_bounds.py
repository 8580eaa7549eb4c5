"""What is too much is answered and forgotten; the clock is the service's; a disk that fails ends it."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from csv import DictReader
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from airshed.engine.commands import LARGEST, CancelOrder, Command
from airshed.engine.edge import looked_at
from airshed.model.refusal import Malformed
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import verify
from airshed.service.http import listening, run
from airshed.service.http.limits import ServiceLimits
from airshed.service.http.listening import listening_on
from airshed.service.http.readers import ASKING, Readers
from airshed.service.http.receipts import Asked, Busy, Receipt
from airshed.service.http.run import opened
from airshed.service.http.serving import Serving
from airshed.service.http.tables import cell
from airshed.service.http.writer import Writer
from long_books import grown
from markets import SERIES
from services import BEGIN, Served, market_book, served

LIMITS = ServiceLimits(
    waiting_commands=50,
    stranger_burst=30,
    stranger_every_s=1_000.0,
    user_burst=60,
    user_every_s=1_000.0,
    body_s=0.3,
    head_s=0.5,
)
_keys = iter(range(LARGEST))

#: A test ends by then, however busy the machine is.
LONGEST_S = 120


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(market_book(tmp_path_factory.mktemp("bounds")), LIMITS) as found:
        yield found


def order(client: httpx.Client, **headers: str) -> httpx.Response:
    body = {"account": "steel", "series": SERIES, "side": "sell", "count": 1_000, "limit": 400_000}
    own = {"Idempotency-Key": f"b{next(_keys)}", **headers}
    return client.post("/v1/commands/PlaceOrder", json=body, headers=own)


def test_a_queue_that_is_full_says_when_to_come_again(service: Served) -> None:
    steel, writer = service.signed("steel"), service.running.writer
    body = {"do": "CancelOrder", "order": 1}
    many = [{"key": f"q{n}", "body": body} for n in range(51)]
    before = service.records()
    said = steel.post("/v1/commands", json=many)
    assert (said.status_code, said.json()["code"]) == (503, "busy")
    assert int(said.headers["Retry-After"]) >= 1
    assert (service.records(), writer.waiting) == (before, 0)
    assert steel.post("/v1/commands", json=many[:50]).status_code == 200


def test_nobody_fills_the_queue_alone() -> None:
    """The last quarter is for those of whom nothing waits, of commands and of requests."""

    async def filled(most_commands: int, most_requests: int, count: int) -> tuple[int, int]:
        writer = Writer("no book", lambda: 0, most_commands=most_commands, most_requests=most_requests)
        writer.writes = True  # and takes nothing, for it was not started
        sent = {"user fund": 0, "user power": 0}
        for who in sent:
            with suppress(Busy):
                while True:
                    writer.submit(lambda runner, when: (), count, who=who)
                    sent[who] += 1
        return sent["user fund"], sent["user power"]

    assert asyncio.run(filled(40, 1_000, 10)) == (3, 1)
    assert asyncio.run(filled(1_000, 8, 1)) == (6, 1)
    assert asyncio.run(filled(20_000, 1_000, 5_000)) == (3, 0), "a large batch of somebody new leaves it to a few"
    assert asyncio.run(filled(400, 1_000, 100)) == (3, 1)


def test_what_a_turn_of_the_loop_sends_is_one_commit(tmp_path: Path) -> None:
    """A commit waits for the disk whatever is in it, so those who send at once share one."""

    def cancelling(key: str) -> Asked:
        wish = looked_at(Command("steel", key, CancelOrder(1)))
        return lambda runner, when: (wish,)

    async def sent(writer: Writer, count: int) -> list[Receipt]:
        asked = [writer.submit(cancelling(f"{count} {n}"), 1) for n in range(count)]
        return [receipt for receipts in await asyncio.gather(*asked) for receipt in receipts]

    writer = Writer(market_book(tmp_path), lambda: BEGIN, most_commands=100, most_requests=100)
    writer.start()
    for count in (30, 1, 7):
        before = writer.groups
        receipts = asyncio.run(sent(writer, count))
        assert (len({receipt.answer.seq for receipt in receipts}), writer.groups - before) == (count, 1)
    writer.stop()


def test_the_writer_waits_for_one_turn_of_the_loop_and_not_for_the_next() -> None:
    """A loop that is never idle has more to come whenever it is looked at: the queue filled and the writer slept."""
    writer = Writer("no book", lambda: 0, most_commands=10_000, most_requests=10_000)
    writer.writes = True  # and takes nothing, for it was not started
    taken: list[int] = []
    thread = threading.Thread(target=lambda: taken.append(len(writer._next())), daemon=True)

    async def busy() -> None:
        writer.submit(lambda runner, when: (), 1)
        thread.start()
        for _ in range(1_000):
            with writer._turn:  # nobody looks between the end of a turn and the first command of the next
                writer._all_came()
                writer.submit(lambda runner, when: (), 1)
            thread.join(0.01)
            if not thread.is_alive():
                return

    asyncio.run(busy())
    assert taken, "it still waits"


def test_commands_of_a_batch_are_counted_and_not_the_request_alone(tmp_path: Path) -> None:
    limits = ServiceLimits(user_commands_burst=100, user_commands_every_s=1_000.0)
    with served(market_book(tmp_path), limits) as service:
        steel, cement = service.signed("steel"), service.signed("cement")
        many = [{"key": f"c{n}", "body": {"do": "CancelOrder", "order": 1}} for n in range(60)]
        assert steel.post("/v1/commands", json=many).status_code == 200
        before = service.records()
        said = steel.post("/v1/commands", json=[{**each, "key": f"d{each['key']}"} for each in many])
        assert (said.status_code, said.json()["code"], service.records()) == (429, "too_many", before)
        assert int(said.headers["Retry-After"]) > 1_000
        assert cement.post("/v1/commands", json=many).status_code == 200


def test_an_instant_may_be_asked_for_in_a_simulation_and_never_runs_backwards(service: Served) -> None:
    steel = service.signed("steel")
    later = order(steel, **{"Airshed-At": "2027-03-01T15:00"}).json()
    assert later["at"] == 1_803_884_400_000
    assert order(steel, **{"Airshed-At": "2027-03-01T09:00"}).json()["at"] == later["at"]
    assert order(steel, **{"Airshed-At": "yesterday"}).json()["place"] == "airshed-at"


def test_a_real_programme_takes_no_instant(tmp_path: Path) -> None:
    from time import time

    from airshed.model.provenance import Programme
    from airshed.service.book.opening import begin
    from laws import FILES

    path = tmp_path / "real.book"
    begin(path, FILES, int(time() * 1000), Programme())
    with pytest.raises(Malformed, match="takes the clock of the machine"), opened(Serving(path, at=1), print):
        pass
    with Book.open(path):  # and nothing holds the book still
        pass


def test_a_body_that_does_not_come_is_not_waited_for(service: Served) -> None:
    host, _, port = service.url.rpartition("//")[2].partition(":")
    with socket.create_connection((host, int(port)), timeout=LONGEST_S) as slow:
        head = f"POST /v1/sign-in HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        slow.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
        assert slow.recv(100).startswith(b"HTTP/1.1 408")


def test_a_strangers_large_body_is_not_read(service: Served) -> None:
    host, _, port = service.url.rpartition("//")[2].partition(":")
    for way in ("/v1/commands", "/v1/commands/PlaceOrder", "/v1/preview/PlaceOrder"):
        with socket.create_connection((host, int(port)), timeout=LONGEST_S) as large:
            head = f"POST {way} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
            large.sendall(f"{head}Content-Length: 1000000\r\n\r\n".encode())
            assert large.recv(100).startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize("begun", ["", "GET /healthz HTTP/1.1\r\nHost: 127"])
def test_a_head_that_does_not_come_is_not_waited_for(service: Served, begun: str) -> None:
    host, _, port = service.url.rpartition("//")[2].partition(":")
    with socket.create_connection((host, int(port)), timeout=LONGEST_S) as slow:
        slow.sendall(begun.encode())
        assert slow.recv(100) == b""
    stranger = service.stranger()
    assert stranger.get("/healthz").status_code == 200
    time.sleep(0.6)
    assert stranger.get("/healthz").status_code == 200, "a connection may rest between requests"


def test_who_asks_too_often_is_told_to_wait_and_others_are_not(service: Served) -> None:
    cement, kiln = service.signed("cement"), service.signed("kiln")
    said = [cement.get("/v1/me").status_code for _ in range(61)]
    assert said[-1] == 429
    assert said[0] == 200
    assert kiln.get("/v1/me").status_code == 200
    stranger = service.stranger()
    assert [stranger.get("/v1/book").status_code for _ in range(31)][-1] == 429
    assert kiln.get("/v1/me").status_code == 200, "strangers take nothing from who has signed in"


def test_the_questions_of_one_shut_nobody_else_out(tmp_path: Path) -> None:
    readers, go = Readers(market_book(tmp_path), 1, 8, each=2), threading.Event()

    async def asks(who: str) -> bool:
        ASKING.set(who)
        return await readers.read(lambda book: go.wait(20))

    async def all_ask() -> None:
        asking = [asyncio.create_task(asks(who)) for who in ("greedy",) * 5 + ("another",)]
        await asyncio.sleep(0)
        go.set()
        said = await asyncio.gather(*asking, return_exceptions=True)
        assert [isinstance(each, Busy) for each in said] == [False, False, True, True, True, False]
        assert await asks("greedy"), "those before it were answered"

    try:
        asyncio.run(all_ask())
    finally:
        readers.close()


def test_an_account_of_the_past_waits_in_a_queue_of_its_own(tmp_path: Path) -> None:
    go, begun = threading.Event(), threading.Event()

    def walk() -> bool:
        begun.set()
        return go.wait(20)

    with served(market_book(tmp_path)) as service:
        fund = service.signed("fund")
        service.running.service.walkers._pools[0].submit(walk)
        assert begun.wait(20)
        assert fund.get("/v1/tables/caps").status_code == 200, "while somebody walks"
        go.set()
        assert fund.get("/v1/accounts/fund", params={"seq": 3}).status_code == 200


def test_a_restart_forgives_no_guess_and_tells_nobody_who_is_a_user(tmp_path: Path) -> None:
    """What somebody types into the wrong field may be their password, so it is kept blinded, and as any other."""
    path, stranger = market_book(tmp_path), "correct horse battery"
    said: dict[str, list[int]] = {"broker": [], stranger: []}
    for guesses in (3, 3):
        with served(path) as service:
            service.user("broker")
            for number in range(guesses):
                for name, heard in said.items():
                    form = {"user": name, "password": f"guess {number}", "code": "1"}
                    heard.append(service.stranger().post("/v1/sign-in", json=form).status_code)
            kept = {(each.origin, each.mn): each.wrong for each in service.running.users.guesses()}
    assert said["broker"] == said[stranger] == [401] * 5 + [429]
    assert sorted(kept.values())[:4] == [5] * 4
    assert kept["127.0.0.1", "broker"] == 5
    assert stranger not in repr(kept)
    assert path.with_name(f"{path.name}-users").read_bytes().find(stranger.encode()) == -1


def test_a_large_file_is_made_of_pages_and_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("airshed.service.http.tables.ROWS_AT_ONCE", 3)
    monkeypatch.setattr("airshed.service.http.tables.MOST_IN_MEMORY", 100)
    with served(market_book(tmp_path)) as service:
        office = service.signed("dianzhong-office")
        rows = office.get("/v1/tables/accounts", params={"limit": 1_000}).json()["rows"]
        asked: tuple[tuple[dict[str, str | int], list[dict[str, Any]]], ...] = (
            ({}, rows),
            ({"limit": 5}, rows[:5]),
            ({"limit": 5, "last": "true"}, rows[-5:]),
        )
        for words, wanted in asked:
            csv = office.get("/v1/tables/accounts", params=words, headers={"Accept": "text/csv"})
            lines = list(DictReader(StringIO(csv.text)))
            assert [line["account"] for line in lines] == [row["account"] for row in wanted]
            assert int(csv.headers["Content-Length"]) == len(csv.content)
            form = {"Accept": "application/vnd.apache.parquet"}
            parquet = office.get("/v1/tables/accounts", params=words, headers=form)
            assert pl.read_parquet(BytesIO(parquet.content)).to_dicts() == wanted
            assert ("Airshed-Cursor" in csv.headers) == (words == {"limit": 5}) == ("Airshed-Cursor" in parquet.headers)


def test_nobody_listens_in_the_clear_beyond_this_machine(tmp_path: Path) -> None:
    path = market_book(tmp_path)
    for serving in (Serving(path, host="0.0.0.0"), Serving(path, certificate=Path("a.pem"))):
        with pytest.raises(Malformed), opened(serving, print):
            pass


def test_a_port_that_is_taken_an_address_that_is_none_and_a_wrong_certificate_are_named(
    service: Served, tmp_path: Path
) -> None:
    port = int(service.url.rpartition(":")[2])
    with pytest.raises(Malformed, match="cannot be listened on"):
        listening_on("127.0.0.1", port)
    with pytest.raises(Malformed, match="is no address"):
        listening_on("no-host.invalid", 0)
    pem = tmp_path / "a.pem"
    pem.write_text("no certificate")
    wrong = Serving(market_book(tmp_path), certificate=pem, private_key=pem)
    with pytest.raises(Malformed, match="cannot be used with its key"), opened(wrong, print):
        pass


def test_a_book_that_is_not_there_leaves_no_users(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="there is no such book"), opened(Serving(tmp_path / "no.book"), print):
        pass
    assert list(tmp_path.iterdir()) == []


def test_two_services_do_not_write_one_book(service: Served) -> None:
    with (
        pytest.raises(Malformed, match="another process writes it"),
        opened(Serving(service.running.serving.book), print),
    ):
        pass


def test_users_that_others_may_read_are_not_used(tmp_path: Path) -> None:
    path = market_book(tmp_path)
    users = path.with_name(path.name + "-users")
    users.touch(0o644)
    users.chmod(0o644)
    with pytest.raises(Malformed, match="may be read by others"), opened(Serving(path), print):
        pass


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_a_spreadsheet_would_run_is_shown_as_text(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_a_disk_that_fails_ends_the_service_and_nobody_is_answered(tmp_path: Path) -> None:
    """What was answered before is there; who was not answered sends again."""
    path = market_book(tmp_path)
    ended = threading.Event()
    with served(path) as service:
        steel = service.signed("steel")
        first = order(steel).json()
        book = service.running.writer.runner
        assert book is not None
        journal = book.journal

        def failing(lines: object, changes: object) -> None:
            ended.set()
            raise sqlite3.OperationalError("disk I/O error")

        journal.write = failing  # type: ignore[method-assign]
        said = order(steel)
        assert (said.status_code, said.json()["code"]) == (503, "ended")
        assert ended.is_set()
        ends = time.monotonic() + LONGEST_S
        while service.running.broken is None and time.monotonic() < ends:
            time.sleep(0.01)
        assert isinstance(service.running.broken, sqlite3.OperationalError)
    with Book.read(path) as found:
        verify(found)
        assert found.last() == first["seq"]


def unread(url: str, request: bytes) -> socket.socket:
    """A connection that has sent something, and reads nothing."""
    host, port = url.removeprefix("http://").split(":")
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    line.connect((host, int(port)))
    line.sendall(request)
    return line


def small_buffers(host: str, port: int) -> socket.socket:
    """A socket whose connections hold few bytes that nobody reads."""
    found = listening_on(host, port)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8_192)
    return found


def test_a_stop_lets_go_of_who_does_not_read_or_end_and_logs_no_mistake(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by a reader: a watcher that slept at an upgrade was logged as an error of ours, after ten seconds."""
    for name in ("WATCHERS_S", "OTHERS_S"):
        monkeypatch.setattr(listening, name, 0.3)
    monkeypatch.setattr(run, "listening_on", small_buffers)
    with served(grown(tmp_path / "long.book", 3_000), ServiceLimits(head_s=300, body_s=300)) as service:
        office = service.signed("dianzhong-office")
        cookie = "; ".join(f"{name}={value}" for name, value in office.cookies.items())
        head = f"Host: 127.0.0.1\r\nCookie: {cookie}\r\n"
        feed = unread(service.url, f"GET /v1/feed?after=0 HTTP/1.1\r\n{head}\r\n".encode())
        table = unread(service.url, f"GET /v1/tables/acts?limit=3000 HTTP/1.1\r\n{head}\r\n".encode())
        half = "POST /v1/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        half += "Content-Length: 99\r\n\r\n{"
        begun = unread(service.url, half.encode())
        ends = time.monotonic() + LONGEST_S
        server = service.running._server
        assert server is not None
        while time.monotonic() < ends:
            open_now = list(server.server_state.connections)
            if sum(listening._unread(each) for each in open_now) == 2 and len(open_now) >= 3:
                break
            time.sleep(0.01)
        service.running.stop()
    for each in (feed, table, begun):
        each.close()
    assert [said for said in caplog.messages if "graceful" in said or "Exception" in said] == []
    assert {event for event, _ in service.noted} >= {"cut_off"}
    assert "broken" not in {event for event, _ in service.noted}


def test_a_service_with_open_feeds_lets_them_go_and_cancels_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with served(market_book(tmp_path)) as service, service.stranger().stream("GET", "/v1/feed") as feed:
        assert feed.status_code == 200
        service.running.stop()
        assert [line for line in feed.iter_lines() if line.startswith("id:")] == []
    assert [said for said in caplog.messages if "graceful shutdown exceeded" in said] == []
