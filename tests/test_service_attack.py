"""The service attacked over HTTP: rights, texts, tricks of paths, headers and framing, and what it gives away."""

from __future__ import annotations

import io
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

import httpx
import msgspec
import pytest
from argon2 import extract_parameters
from starlette.requests import Request

from airshed.engine.commands import LARGEST, Body, Command, RegisterActor
from airshed.engine.edge import well_formed
from airshed.engine.events import ActProposed
from airshed.engine.nouns import Actor
from airshed.model.refusal import Malformed
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import verify
from airshed.service.http.limits import ServiceLimits
from airshed.service.sign_in import codes, passwords
from laws import RULES
from markets import REGISTRAR, confirmed, market, send
from services import LONGEST_S, PASSWORD, Served, served
from test_people import HERE, example, foretold, people

COMMANDS = get_args(Body)
LIMITS = ServiceLimits(stranger_burst=1_000_000, user_burst=1_000_000)
_keys = iter(range(LARGEST))
#: Those of them whom the market could register: the law knows roles for which it has no account.
registered: set[str] = set()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The small market with somebody of every role and scope."""
    path = tmp_path_factory.mktemp("attack") / "attack.book"
    runner = market(Book.create(path), tables=True)
    for role, _, actor in people():
        wish = RegisterActor(actor.id, role, account=actor.account, jurisdiction=actor.jurisdiction)
        answer = send(runner, REGISTRAR, wish)
        if answer.refusal is None:
            if isinstance(answer.events[0], ActProposed):
                confirmed(runner, answer.events[0])
            registered.add(actor.id)
    assert len(registered) > 15, registered
    journal = runner.journal
    assert isinstance(journal, Book)
    journal.close()
    with served(path, LIMITS) as found:
        yield found


@pytest.fixture(scope="module")
def office(service: Served) -> httpx.Client:
    return service.signed("dianzhong-office")


@pytest.fixture(scope="module")
def steel(service: Served) -> httpx.Client:
    return service.signed("steel")


def key() -> dict[str, str]:
    return {"Idempotency-Key": f"attack {next(_keys)}"}


# --- rights


def sound(body: Any) -> bool:
    """Whether a command can be read at all."""
    try:
        well_formed(Command("x", "k", body))
    except Malformed:
        return False
    return True


@pytest.mark.parametrize(("role", "bound", "actor"), people(), ids=lambda each: getattr(each, "id", None))
def test_nobody_does_over_http_what_the_table_of_the_law_refuses(
    service: Served, role: str, bound: str, actor: Actor
) -> None:
    """Every command, by everybody of every role and scope, about what lies in two cities."""
    beyond = [
        (example(kind, place), why)
        for kind in COMMANDS
        for place in HERE
        if (why := foretold(kind, role, bound, place)) is not None and sound(example(kind, place))
    ]
    assert len(beyond) > 20
    entries = [{"key": f"beyond {number}", "body": body} for number, (body, _) in enumerate(beyond)]
    said = service.signed(actor.id).post("/v1/commands", content=msgspec.json.encode(entries), headers=JSON)
    assert said.status_code == 200, said.text
    for (body, why), answer in zip(beyond, said.json()["answers"], strict=True):
        problem = answer["problem"]
        expected = why.value if actor.id in registered else "unknown_actor"
        assert (problem["status"], problem["code"]) == (403, expected), (actor.id, body)
        assert problem["actor"] == actor.id


JSON = {"Content-Type": "application/json"}


def test_an_actor_is_not_taken_from_a_query_a_header_a_cookie_or_a_form(service: Served, steel: httpx.Client) -> None:
    tricks: tuple[dict[str, Any], ...] = (
        {"params": {"actor": "fund", "user": "fund"}},
        {"headers": {"Airshed-Actor": "fund", "X-Remote-User": "fund", "X-Forwarded-User": "fund"}},
        {"headers": {"X-HTTP-Method-Override": "DELETE", "X-Original-URL": "/v1/users", "X-Rewrite-URL": "/v1/users"}},
        {"cookies": {"actor": "fund", "user": "fund"}},
    )
    for trick in tricks:
        client = service.signed("steel")
        client.cookies.update(trick.get("cookies", {}))
        headers = {**key(), **trick.get("headers", {})}
        body = {"account": "fund", "series": "SO2-KM-2027", "side": "buy", "count": 1_000, "limit": 400_000}
        said = client.post("/v1/commands/PlaceOrder", json=body, headers=headers, params=trick.get("params"))
        assert (said.json()["code"], said.json()["actor"]) == ("not_your_own", "steel"), trick


# --- texts

HOSTILE = (
    "=HYPERLINK(1)",
    "' OR 1=1 --",
    '"; DROP TABLE accounts; --',
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}%n%s",
    "../../etc/passwd",
    "a\r\nSet-Cookie: airshed=x",
    "\u202eevil",
    "\u0000",
    "x" * 5_000,
    "\u200b",
)


def texts_of(kind: type) -> list[str]:
    """The fields of a command that hold a text."""
    fields = msgspec.inspect.type_info(kind).fields  # type: ignore[attr-defined]
    return [field.encode_name for field in fields if "StrType" in repr(field.type)]


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_whatever_stands_in_a_text_field_is_a_text_or_malformed(
    service: Served, office: httpx.Client, kind: type
) -> None:
    """It breaks nothing, splits no header, and is not run by what shows it."""
    usual = msgspec.to_builtins(example(kind, "KM"))
    usual.pop("do")
    for field in texts_of(kind):
        for text in HOSTILE:
            said = office.post(f"/v1/preview/{kind.__name__}", json={**usual, field: text}, headers=key())
            assert said.status_code in (200, 400, 403, 409, 422), (field, text, said.text)
            assert "set-cookie" not in said.headers
            assert said.headers["content-type"] in ("application/json", "application/problem+json")


def test_a_formula_that_came_into_the_book_is_a_text_in_csv_and_parquet(service: Served, office: httpx.Client) -> None:
    import polars as pl

    text = '=HYPERLINK("http://evil.example","x")'
    said = office.post("/v1/commands/FreezeAccount", json={"account": text, "reason": text}, headers=key())
    assert said.status_code == 422, said.text
    found = 0
    named = {row.table for row in RULES.reading.rows}
    for table in office.get("/v1/tables").json()["tables"]:
        csv = office.get(f"/v1/tables/{table['table']}", headers={"Accept": "text/csv"})
        if table["table"] not in named:
            assert csv.status_code == 403, "of a table that the law does not name nobody reads"
            continue
        assert csv.status_code == 200, table
        cells = [cell for line in csv.text.splitlines() for cell in line.replace('"', "").split(",")]
        assert not [cell for cell in cells if cell.startswith(("=", "@"))], table["table"]
        found += "HYPERLINK" in csv.text
    assert found == 1, "the refusal, which names what was asked for"
    refusals = office.get("/v1/tables/accounts", headers={"Accept": "application/vnd.apache.parquet"})
    assert pl.read_parquet(io.BytesIO(refusals.content)).height > 0


# --- paths and headers

PATHS = (
    "/v1/commands//PlaceOrder",
    "/v1/commands/PlaceOrder/",
    "/v1/commands/placeorder",
    "/V1/commands/PlaceOrder",
    "/v1/commands/PlaceOrder%00",
    "/v1/commands/PlaceOrder%2f..%2fDeposit",
    "/v1/%2e%2e/v1/tables/accounts",
    "/v1/tables/accounts;x=1",
    "/v1/tables/%61ccounts%0d%0aSet-Cookie:x",
    "/v1/accounts/..%2f..%2fetc%2fpasswd",
    "/v1/laws/../../../etc/passwd",
    "/v1/laws/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/assets/..%2f..%2fusers.py",
    "/passkeys.js%00.html",
    "/%ff%fe",
    "/" + "a" * 8_000,
    "/" + "a/" * 3_000,
)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
def test_a_path_that_is_written_otherwise_leads_nowhere(service: Served, steel: httpx.Client, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"):
        said = steel.request(method, httpx.URL(service.url).copy_with(raw_path=path.encode()))
        assert said.status_code in (400, 404, 405, 414), (method, said.status_code, said.text)
        assert "root:" not in said.text


def raw(service: Served, text: bytes) -> bytes:
    """What is answered to bytes that no client would send."""
    host, _, port = service.url.rpartition("//")[2].partition(":")
    with socket.create_connection((host, int(port)), timeout=LONGEST_S) as line:
        found = b""
        with suppress(ConnectionError, OSError):
            line.sendall(text)
            line.shutdown(socket.SHUT_WR)
            while piece := line.recv(65_536):
                found += piece
    return found


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: +5\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"X: a\r\n folded: b\r\nContent-Length: -1\r\n",
        b"X\x00: a\r\n",
        b"Host: evil.example\r\n",
        b"X: " + b"a" * 100_000 + b"\r\n",
        b"".join(b"X-%d: a\r\n" % number for number in range(20_000)),
    ],
    ids=lambda head: head[:40].decode(errors="replace"),
)
def test_one_request_cannot_be_read_as_two(service: Served, head: bytes) -> None:
    """Framing that a proxy and the service might read differently is answered no, and ends the connection."""
    host = service.url.rpartition("//")[2].encode()
    smuggled = b"GET /v1/users HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
    said = raw(service, b"POST /v1/sign-in HTTP/1.1\r\nHost: " + host + b"\r\n" + head + b"\r\n0\r\n\r\n" + smuggled)
    assert b"not_signed_in" not in said, "the request within was answered"
    assert said == b"" or said.startswith((b"HTTP/1.1 400", b"HTTP/1.1 431", b"HTTP/1.1 415")), said[:200]


@pytest.mark.parametrize(
    "head",
    [
        b"GET /v1/book HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET /v1/book HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: a\r\n" * 20_000 + b"\r\n",
        b"GET /v1/book?" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /v1/book HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 400_000,
        b"G" * 400_000,
    ],
    ids=["one header", "many headers", "a path", "one without an end", "a method"],
)
def test_a_head_that_is_too_large_is_not_read(service: Served, head: bytes) -> None:
    said = raw(service, head)
    assert said[:12] in (b"HTTP/1.1 400", b""), said[:200]
    assert b"records" not in said


def test_what_stands_behind_a_body_in_chunks_says_nothing_of_who_asks(service: Served, steel: httpx.Client) -> None:
    cookie = f"airshed={steel.cookies['airshed']}".encode()
    csrf = steel.headers["X-CSRF-Token"].encode()
    body = b'{"account": "steel", "reason": "x"}'
    head = b"POST /v1/commands/FreezeAccount HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    chunks = b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n%x\r\n%s\r\n0\r\n" % (len(body), body)
    trailer = b"Cookie: %s\r\nX-CSRF-Token: %s\r\nIdempotency-Key: trailer\r\n\r\n" % (cookie, csrf)
    before = service.records()
    assert raw(service, head + chunks + trailer)[:12] == b"HTTP/1.1 401"
    assert raw(service, head + trailer[:-2] + chunks + b"\r\n")[:12] != b"HTTP/1.1 401", "in the head it does"
    assert service.records() - before <= 1


@pytest.mark.parametrize("to", ["websocket", "h2c"])
def test_who_asks_for_another_protocol_is_answered_in_this_one_and_fills_no_log(
    service: Served, to: str, caplog: pytest.LogCaptureFixture
) -> None:
    said = service.stranger().get("/healthz", headers={"Connection": "Upgrade", "Upgrade": to})
    assert said.status_code == 200
    assert "upgrade" not in caplog.text.lower()


def test_many_requests_of_one_connection_are_each_held_to_the_bounds_of_a_head(service: Served) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: %s\r\n\r\n" % (b"a" * 30_000)
    host, _, port = service.url.rpartition("//")[2].partition(":")
    with socket.create_connection((host, int(port)), timeout=LONGEST_S) as line:
        line.sendall(one * 4 + one.replace(b"\r\nX", b"\r\nConnection: close\r\nX"))
        said = b"".join(iter(lambda: line.recv(65_536), b""))
    assert said.count(b"HTTP/1.1 200") == 5, said[:300]


@pytest.mark.parametrize("path", [b"/healthz", b"/v1/users", b"/v1/nothing"])
def test_an_answer_in_one_piece_says_what_it_says_in_two(service: Served, path: bytes) -> None:
    """One that ends its connection goes the way of the library, another with its head and its body at once."""
    ask = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n" % path
    both = raw(service, ask + b"\r\n" + ask + b"Connection: close\r\n\r\n")
    first, second = (b"HTTP/1.1" + each for each in both.split(b"HTTP/1.1")[1:])
    dated = re.compile(rb"\r\ndate: [^\r]+ GMT\r\n")
    assert dated.search(first)
    assert dated.sub(b"\r\n", first) == dated.sub(b"\r\n", second.replace(b"connection: close\r\n", b""))


def test_an_address_that_a_stranger_claims_is_not_believed(service: Served) -> None:
    """Without a proxy before it the service counts by who is connected, whatever the headers say."""
    door = service.running.service.door
    spoken = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9", "X-Real-IP": "203.0.113.9"}
    form = {"user": "no such user", "password": "x", "code": "1"}
    for _ in range(2):
        service.stranger().post("/v1/sign-in", json=form, headers=spoken)
    assert "203.0.113.9" not in repr([(each.origin, each.wrong) for each in service.running.users.guesses()])
    assert not door.proxied


@pytest.mark.parametrize(
    "lines", [("10.9.8.7", "203.0.113.9"), ("10.9.8.7, 203.0.113.9",), ("10.9.8.7", "x, 203.0.113.9")]
)
def test_behind_a_proxy_the_address_is_what_the_proxy_said_last(
    service: Served, monkeypatch: pytest.MonkeyPatch, lines: Sequence[str]
) -> None:
    """A proxy adds to the line of a client, or puts one of its own below it."""
    door = service.running.service.door
    monkeypatch.setattr(door, "proxied", True)
    scope = {"type": "http", "headers": [(b"x-forwarded-for", line.encode()) for line in lines], "client": ("::1", 1)}
    assert door.origin(Request(scope)) == "203.0.113.9"


# --- what is given away


def test_a_user_that_is_not_there_costs_as_much_as_a_wrong_password() -> None:
    """The same comparison is made for both: a hash with the parameters of every other."""
    mine = extract_parameters(passwords.hashed("a password of mine"))
    assert extract_parameters(passwords._nobody()) == mine
    assert mine.memory_cost >= 64 * 1024


def test_what_is_another_s_and_what_is_not_there_are_told_alike(service: Served, steel: httpx.Client) -> None:
    def told(account: str) -> Mapping[str, Any]:
        said: dict[str, Any] = steel.get(f"/v1/accounts/{account}").json()
        return {name: str(value).replace(account, "X") for name, value in said.items()}

    assert told("cement") == told("nowhere")
    for account in ("cement", "nowhere"):
        said = steel.get("/v1/tables/holdings", params={"account": account}).json()
        assert (said["rows"], said["total"]) == ([], 0)


def test_no_secret_stands_in_the_book_the_log_or_an_answer(service: Served, steel: httpx.Client) -> None:
    """Everything secret that went in and out in this module is looked for in everything that is kept or told."""
    users = service.running.users
    mine = users.known("steel")
    assert mine.secret is not None
    assert mine.password is not None
    secrets = {
        "password": PASSWORD,
        "hash": mine.password,
        "code secret": codes.written(mine.secret),
        "session": steel.cookies["airshed"],
        "csrf": steel.headers["X-CSRF-Token"],
    }
    with Book.read(Path(service.running.serving.book)) as book:
        verify(book)
        kept = b"".join(line.record for line in book.lines()).decode()
    answers = "".join(
        steel.get(path).text for path in ("/metrics", "/readyz", "/v1/book", "/v1/users", "/openapi.json", "/nowhere")
    )
    wrong = steel.post("/v1/sign-in", json={"user": "steel", "password": PASSWORD, "code": "1", PASSWORD: 1})
    for name, secret in secrets.items():
        assert secret not in kept, name
        assert secret not in repr(service.noted), name
        assert secret not in answers, name
        assert secret not in wrong.text or name == "password", name
    assert [event for event, _ in service.noted if event == "broken"] == []
