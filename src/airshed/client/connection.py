"""How a client talks to the service: signs in or signs, sends again what was not answered, reads and watches.

A command is sent under a key. When the connection breaks before the answer came, or the service is busy or starts anew,
it is sent again with the same key, so that it is done once whatever happened.
"""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, TypeVar, Unpack
from urllib.parse import SplitResult, quote, urlencode, urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from airshed.client.commands import Commands, How
from airshed.engine.commands import Body
from airshed.model.refusal import Malformed
from airshed.service.http.shapes.commands import BatchAnswers, BatchEntry, CommandReceipt, Preview, WaitingActs
from airshed.service.http.shapes.market import Depths, InterestNow, MarketPage
from airshed.service.http.shapes.problem import Problem
from airshed.service.http.shapes.reading import AccountStatement, AccountThen, BookSaid, LawTexts, SeenRecord
from airshed.service.http.shapes.sign_in import Code, HandedOver, HandOver, SignedIn, SignIn, TakeHandOver
from airshed.service.http.shapes.tables import TablePage
from airshed.service.sign_in.signatures import Request, signed

T = TypeVar("T")
JSON = "application/json"
#: How often a command is sent before its sender is told that nobody answers, and the seconds between.
ATTEMPTS, WAIT_S = 6, 0.5
#: What is worth sending again.
AGAIN = (429, 503)
#: What another service of the same book may do.
ELSEWHERE = ("standby", "ended")
#: Seconds between two questions whether a code was entered.
ASKS_EVERY_S = 2.0
TIMEOUT_S = 60.0


class Refused(Exception):
    """An answer that says no, with its problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code}: {problem.detail}")
        self.problem = problem


class Client(Commands):
    """One user of one service, with a method for every command.

    `url` may name several, with commas between: the writer of a book and those that stand by. Where one does not answer
    or only stands by the next is asked. `cookie` and `csrf` are those of a session, `key` is that of a machine.
    """

    def __init__(
        self,
        url: str,
        *,
        cookie: str = "",
        csrf: str = "",
        key: Ed25519PrivateKey | None = None,
        authorities: Path | None = None,
        wait: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._places = [_place(each) for each in url.split(",")]
        self.cookie, self.csrf = cookie, csrf
        self._key = key
        self._tls = None
        if any(place.scheme == "https" for place in self._places):
            self._tls = ssl.create_default_context(cafile=None if authorities is None else str(authorities))
        self._line: http.client.HTTPConnection | None = None
        self._wait, self._now = wait, now

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The service that is asked now."""
        place = self._places[0]
        return f"{place.scheme}://{place.netloc}"

    def close(self) -> None:
        """Let go of the connection."""
        if self._line is not None:
            self._line.close()
            self._line = None

    # --- signing in

    def sign_in(self, user: str, password: str, code: str) -> SignedIn:
        """Begin a session, which this connection keeps."""
        form = SignIn(user, password, code)
        told = self.post("/v1/sign-in", form, SignedIn, again=False)
        self.csrf = told.csrf
        return told

    def sign_in_by_browser(self, show: Callable[[HandOver], None]) -> SignedIn:
        """Begin a session that somebody gives in a browser, by the code that is shown."""
        asked = msgspec.json.decode(self._answer("POST", "/v1/hand-over", b"", {}, again=False), type=HandOver)
        show(asked)
        until = self._now() + asked.seconds
        while self._now() < until:
            told = self.post("/v1/hand-over/take", TakeHandOver(asked.word), HandedOver, again=False)
            if told.signed_in is not None:
                self.csrf = told.signed_in.csrf
                return told.signed_in
            self._wait(ASKS_EVERY_S)
        raise Malformed(self.url, "nobody has entered the code in time", "run it again")

    def sign_out(self) -> None:
        """End the session."""
        self._answer("POST", "/v1/sign-out", b"", {}, again=False)
        self.cookie = self.csrf = ""

    def me(self) -> SignedIn:
        """Who is signed in."""
        return self.get("/v1/me", SignedIn)

    def give_code(self, code: str) -> None:
        """Give a one-time code, so that acts may be confirmed for some minutes."""
        self._answer("POST", "/v1/me/code", msgspec.json.encode(Code(code)), {"content-type": JSON}, again=False)

    # --- commands

    def send(self, body: Body, **how: Unpack[How]) -> CommandReceipt:
        """Send a command and hear its receipt; `Refused` where it is not done.

        Without a key one is drawn, so that it is done once although it may be sent several times. With `times` the key
        is made from the content, as `airshed act` does: the same command on the same day is done once.
        """
        raw = self._answer("POST", f"/v1/commands/{type(body).__name__}", msgspec.json.encode(body), _how(how))
        return msgspec.json.decode(raw, type=CommandReceipt)

    def preview(self, body: Body, **how: Unpack[How]) -> Preview:
        """What a command would come to as the book stands; nothing is written."""
        raw = self._answer("POST", f"/v1/preview/{type(body).__name__}", msgspec.json.encode(body), _how(how))
        return msgspec.json.decode(raw, type=Preview)

    def send_several(
        self, entries: Sequence[tuple[str, Body]], *, at: str = "", code: str = ""
    ) -> tuple[CommandReceipt | Problem, ...]:
        """Send several, each under its key, in one commit; an answer for each."""
        raw = msgspec.json.encode([BatchEntry(key, body) for key, body in entries])
        headers = {"content-type": JSON, **_more(at, code)}
        found = msgspec.json.decode(self._answer("POST", "/v1/commands", raw, headers), type=BatchAnswers)
        answers: list[CommandReceipt | Problem] = []
        for each in found.answers:
            told = each.receipt or each.problem
            assert told is not None, "an answer is the one or the other"
            answers.append(told)
        return tuple(answers)

    def waiting(self, *, at: str = "") -> WaitingActs:
        """The acts that who is signed in could confirm now."""
        raw = self._answer("GET", "/v1/me/waiting", b"", _more(at, ""))
        return msgspec.json.decode(raw, type=WaitingActs)

    # --- reading

    def book(self) -> BookSaid:
        """What book it is, and where it ends."""
        return self.get("/v1/book", BookSaid)

    def law(self, digest: str) -> dict[str, bytes]:
        """The files of a law by its digest."""
        files = self.get(f"/v1/laws/{digest}", LawTexts).files
        return {name: text.encode() for name, text in files.items()}

    def record(self, seq: int) -> SeenRecord:
        """One record, as far as it is for who asks."""
        return self.get(f"/v1/records/{seq}", SeenRecord)

    def table(self, name: str, **asked: object) -> TablePage:
        """A page of a read table; a filter on `account` is `account="li"`, one with an ending `**{"at.ge": 5}`."""
        return self.get(f"/v1/tables/{quote(name, safe='')}", TablePage, asked)

    def rows(self, name: str, **asked: object) -> Iterator[dict[str, Any]]:
        """All rows of a read table, page after page."""
        page = self.table(name, **asked)
        while True:
            yield from page.rows
            if page.cursor is None:
                return
            page = self.table(name, **{**asked, "cursor": page.cursor})

    def account(self, name: str, **asked: object) -> AccountThen:
        """What lies in an account, or lay there `at` an instant or after the record `seq`."""
        return self.get(f"/v1/accounts/{quote(name, safe='')}", AccountThen, asked)

    def statement(self, name: str, **asked: object) -> AccountStatement:
        """Everything that moved in and out of an account, or of it `**{"from": day, "to": day}`, and what it owes."""
        return self.get(f"/v1/accounts/{quote(name, safe='')}/statement", AccountStatement, asked)

    def market(self, table: str, **asked: object) -> MarketPage:
        """A page of market data; of several kinds of trade, `kind=["listed", "call"]`."""
        return self.get(f"/v1/market/{quote(table, safe='')}", MarketPage, asked)

    def market_rows(self, table: str, **asked: object) -> Iterator[dict[str, Any]]:
        """All rows of market data, page after page."""
        page = self.market(table, **asked)
        while True:
            yield from page.rows
            if page.cursor is None:
                return
            page = self.market(table, **{**asked, "cursor": page.cursor})

    def depth(self, series: str, **asked: object) -> Depths:
        """What waits in the order books of a series."""
        return self.get(f"/v1/depth/{quote(series, safe='')}", Depths, asked)

    def interest(self, **asked: object) -> InterestNow:
        """Where the allowances of each series are now."""
        return self.get("/v1/interest", InterestNow, asked)

    def feed(self, after: int) -> Generator[SeenRecord, None, None]:
        """Every record after one, as they are written, without an end; what breaks is taken up where it was."""
        while True:
            line = self._new_line()
            headers = self._headers("GET", "/v1/feed", b"", {"last-event-id": str(after)})
            try:
                line.request("GET", "/v1/feed", headers=headers)
                answer = line.getresponse()
                if answer.status != 200:
                    raise Refused(msgspec.json.decode(answer.read(), type=Problem))
                for raw in answer:
                    if raw.startswith(b"data: "):
                        found = msgspec.json.decode(raw[6:], type=SeenRecord)
                        after = found.seq
                        yield found
            except (OSError, http.client.HTTPException):
                self._next()
            finally:
                line.close()
            self._wait(WAIT_S)

    def get(self, path: str, kind: type[T], asked: Mapping[str, object] | None = None) -> T:
        """What a way gives, in its shape."""
        words = [
            (name, _said(each))
            for name, value in (asked or {}).items()
            for each in (value if isinstance(value, list | tuple) else (value,))
        ]
        query = urlencode(words)
        return msgspec.json.decode(self._answer("GET", path, b"", {}, query), type=kind)

    def post(self, path: str, form: msgspec.Struct, kind: type[T], *, again: bool = True) -> T:
        """What a way makes of a form."""
        raw = self._answer("POST", path, msgspec.json.encode(form), {"content-type": JSON}, again=again)
        return msgspec.json.decode(raw, type=kind)

    # --- the line

    def _answer(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], query: str = "", *, again: bool = True
    ) -> bytes:
        broken: Exception | None = None
        for attempt in range(ATTEMPTS if again else 1):
            if attempt:
                self._wait(WAIT_S * attempt)
            try:
                status, raw = self._once(method, path, query, body, headers)
            except (OSError, http.client.HTTPException) as error:
                self._next()
                broken = error
                continue
            if status < 400:
                return raw
            problem = _problem(status, raw, self.url)
            if status in AGAIN and again and attempt < ATTEMPTS - 1:
                if problem.code in ELSEWHERE:
                    self._next()
                broken = Refused(problem)
                continue
            raise Refused(problem)
        if isinstance(broken, Refused):
            raise broken
        what = f"does not answer ({str(broken) or type(broken).__name__})"
        raise Malformed(self.url, what, "see that it runs; a command that is sent again with its key is done once")

    def _once(self, method: str, path: str, query: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        if self._line is None:
            self._line = self._new_line()
        whole = path + (f"?{query}" if query else "")
        self._line.request(method, whole, body or None, self._headers(method, path, body, headers, query))
        answer = self._line.getresponse()
        raw = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookie = value.partition(";")[0]
        return answer.status, raw

    def _next(self) -> None:
        """From here on the service that is named next is asked."""
        self.close()
        self._places.append(self._places.pop(0))

    def _new_line(self) -> http.client.HTTPConnection:
        place = self._places[0]
        assert place.hostname is not None, place
        if place.scheme == "https":
            return http.client.HTTPSConnection(place.hostname, place.port, timeout=TIMEOUT_S, context=self._tls)
        return http.client.HTTPConnection(place.hostname, place.port, timeout=TIMEOUT_S)

    def _headers(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], query: str = ""
    ) -> dict[str, str]:
        """A new signature for every attempt: a nonce counts once."""
        authority = self._places[0].netloc
        found = {name: _on_the_line(name, value) for name, value in {"host": authority, **headers}.items()}
        if self._key is not None:
            request = Request(method, authority, path, query, found)
            found |= signed(request, body, self._key, int(self._now()), token_urlsafe(16))
        elif self.cookie:
            found["cookie"] = self.cookie
            if method != "GET":
                found["x-csrf-token"] = self.csrf
        return found


def _place(url: str) -> SplitResult:
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise Malformed("--server", f"{url[:100]!a} is no address of a service", "write https://host:port")
    return parts


def _on_the_line(name: str, value: str) -> str:
    """A header as it travels: bytes of UTF-8, one letter each; nothing in it begins another header."""
    if not value.isprintable() or not value:
        raise Malformed(name, f"{value[:60]!a} cannot be sent", "leave out what cannot be printed")
    return value.encode().decode("latin-1")


def key_in(path: Path) -> Ed25519PrivateKey:
    """The private key of a machine, from a file in PEM."""
    try:
        found = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError):
        found = None
    if not isinstance(found, Ed25519PrivateKey):
        raise Malformed(str(path), "is no private key of Ed25519 in PEM", "airshed user new-key makes one")
    return found


def _problem(status: int, raw: bytes, url: str) -> Problem:
    try:
        return msgspec.json.decode(raw, type=Problem)
    except msgspec.MsgspecError:
        raise Malformed(url, f"answers with status {status} and no problem", "see that it is an Airshed") from None


def _how(how: How) -> dict[str, str]:
    headers = {"content-type": JSON, **_more(how.get("at", ""), how.get("code", ""))}
    if "times" in how:
        headers["airshed-once"] = str(how["times"])
    else:
        headers["idempotency-key"] = how["key"] if "key" in how else token_urlsafe(16)
    return headers


def _more(at: str, code: str) -> dict[str, str]:
    return {name: value for name, value in (("airshed-at", at), ("airshed-code", code)) if value}


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
