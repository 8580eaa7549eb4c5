"""The book itself over HTTP: where it ends, its law, one record, one account at any moment."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.events import Event
from airshed.engine.journal import Record, decode
from airshed.engine.tables import BY_NAME
from airshed.model.refusal import Malformed
from airshed.registry.account_number import is_number
from airshed.rulebook.reading_section import STATEMENTS
from airshed.service.book.embargo import source_of, tells_of, years_of_cases
from airshed.service.book.kept import KeptBook, line_of
from airshed.service.book.naming import Naming, lines_newest_first
from airshed.service.book.penalties import penalties_of
from airshed.service.book.statement import StatementLine, days_of, lines_of, statement_of
from airshed.service.http.problems import Stopped
from airshed.service.http.rows import only, whole_number
from airshed.service.http.seen import beside, seen
from airshed.service.http.service import JSON, Service, given
from airshed.service.http.shapes.reading import (
    AccountStatement,
    AccountThen,
    BookSaid,
    LawTexts,
    SeenRecord,
)
from airshed.service.http.viewer import Viewer, condition, viewer_of
from airshed.service.http.ways import Parameter, Way

#: Moves that an answer has when nobody says, and at most.
USUAL_MOVES, MOST_MOVES = 20, 10_000
#: Moves that a statement has at most.
MOST_OF_STATEMENT = 100_000
#: Records that are looked through at a time, from the end back.
AT_ONCE = 20_000


async def book(service: Service, request: Request) -> Response:
    """What book this is, where it ends, and the law in force."""
    await service.door.look(request)

    def look(opened: KeptBook) -> dict[str, object]:
        line = opened.line(opened.last())
        seq, digest = line.seq, line.hash
        law = opened.sql.execute(
            "SELECT programme, version, digest FROM rulebooks ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        said = dict(zip(("programme", "version", "digest"), law, strict=True))
        head = {"head": f"{seq}:{digest}", "head_at": decode(line).at}
        return {"records": seq, "hash": digest, **head, "first": service.first, "law": said}

    found = await service.readers.read(look)
    return given(service, {**found, "at": service.feed.at})


async def law(service: Service, request: Request) -> Response:
    """The text of a law that lies in the book."""
    await service.door.look(request)
    digest = request.path_params["digest"]

    def look(opened: KeptBook) -> dict[str, str]:
        if not opened.keeps(digest):
            raise Stopped("not_there", "no law of this digest lies in the book")
        return {name: text.decode() for name, text in opened.law(digest).items()}

    files = await service.readers.read(look)
    return given(service, {"digest": digest, "files": files}, headers={"Cache-Control": "public, max-age=86400"})


async def record(service: Service, request: Request) -> Response:
    """One record, as far as it is for who asks."""
    signed = await service.door.look(request)
    actor = "" if signed is None else signed.user.actor
    seq = whole_number(request.path_params["seq"], "records")

    found = await service.readers.read(lambda opened: record_for(opened, actor, seq, service.clock()))
    raw = msgspec.json.encode(msgspec.structs.replace(found, provenance=service.provenance))
    return Response(raw, 200, media_type="application/json")


def record_for(opened: KeptBook, actor: str, seq: int, now: int) -> SeenRecord:
    """A record as far as it is for this actor; empty for a stranger."""
    row = opened.sql.execute("SELECT seq, hash, record FROM journal WHERE seq = ?", (seq,)).fetchone()
    if row is None:
        raise Stopped("not_there", f"the book ends at record {opened.last()}")
    viewer = viewer_of(opened, actor, now)
    (found,) = seen([line_of(*row)], viewer, beside(opened.sql, viewer))
    return found


async def account(service: Service, request: Request) -> Response:
    """What lies in an account, or lay there after a record or at an instant."""
    signed = await service.door.signed(request)
    actor, name = signed.user.actor, request.path_params["account"]
    query = request.query_params
    only(query.multi_items(), "at", "seq", "moves")
    if "at" in query and "seq" in query:
        raise Malformed("?at", "goes without seq", "leave one of them out")
    at = service.civil.instant_in(query["at"], "?at") if "at" in query else None
    until = whole_number(query["seq"], "?seq") if "seq" in query else None
    most = whole_number(query.get("moves", str(USUAL_MOVES)), "?moves")
    if not 0 <= most <= MOST_MOVES:
        raise Malformed("?moves", f"{most} of them", f"ask for 0 to {MOST_MOVES:,}")
    found = await service.walkers.read(
        lambda opened: account_then(opened, actor, name, at, until, most, service.clock())
    )
    return given(service, found)


async def statement(service: Service, request: Request) -> Response:
    """Everything that moved in and out of an account, all of it or of some days, and what it owes."""
    signed = await service.door.signed(request)
    actor, name, now = signed.user.actor, request.path_params["account"], service.clock()
    query = request.query_params
    only(query.multi_items(), "from", "to")
    days = days_of(query.get("from", ""), query.get("to", ""), ("?from", "?to"))
    account = await service.readers.read(lambda opened: _account_of(opened, viewer_of(opened, actor, now), name)[0])
    fined = await service.market.look(
        lambda market, rules: tuple(penalties_of(market.state, rules, account, rules.civil.day_of(market.state.at)))
    )

    def look(opened: KeptBook) -> bytes:
        viewer = viewer_of(opened, actor, now)
        _account_of(opened, viewer, name)
        source = partial(_seen_of, opened, viewer)
        records = _records(opened, account, None, None)
        found = statement_of(
            opened, account, records, lambda: fined, days=days, hidden=_hidden(opened, viewer, account), source=source
        )
        assert found is not None, "who may read it was looked up in the same book"
        if len(found.moves) > MOST_OF_STATEMENT:
            what = f"the statement has {len(found.moves):,} moves"
            raise Malformed(
                "?from", what, f"ask for days in which there are at most {MOST_OF_STATEMENT:,}, from and to"
            )
        return msgspec.json.encode({"statement": found, "provenance": service.provenance})

    return Response(await service.walkers.read(look), 200, media_type=JSON)


def _seen_of(opened: KeptBook, viewer: Viewer, table: str) -> tuple[str, Sequence[Any]] | None:
    """What of a table somebody reads, to stand after FROM."""
    mine = condition(opened, BY_NAME[table], viewer)
    if mine is None:
        return None
    source, hiding = source_of(table, viewer.public, viewer.account)
    return f"(SELECT * FROM {source} WHERE {mine.sql}) AS {table}", (*hiding, *mine.values)


def account_then(
    opened: KeptBook,
    actor: str,
    name: str,
    at: int | None,
    until: int | None,
    most: int,
    now: int,
    naming: Naming | None = None,
) -> dict[str, object]:
    """An account, if it is for this actor: of others it is not told whether they are there.

    Who asks for all moves of an account again and again gives what knows its records.
    """
    viewer = viewer_of(opened, actor, now)
    row = _account_of(opened, viewer, name)
    said = dict(zip(("account", "number", "kind", "name", "jurisdiction"), row, strict=True))
    hidden = _hidden(opened, viewer, row[0])
    if at is None and until is None:
        cash, holdings, moves = _lately(opened, row[0], most, hidden, naming)
    else:
        cash, holdings, moves = _then(_records(opened, row[0], at, until), row[0], most, hidden)
    last = _last(opened, at, until)
    return {
        **said,
        "seq": last.seq,
        "at": last.at if at is None else at,
        "cash_fen": cash,
        "holdings": {series: count for series, count in holdings.items() if count},
        "moves": list(moves),
    }


def _account_of(opened: KeptBook, viewer: Viewer, name: str) -> tuple[str, ...]:
    """Name, number, kind, holder and jurisdiction of an account by its name or number, if its statement is for them."""
    column = "number" if is_number(name) else "account"
    asked = f"SELECT account, number, kind, name, jurisdiction FROM accounts WHERE {column} = ?"
    row: tuple[str, ...] | None = opened.sql.execute(asked, (name,)).fetchone()
    if row is None or not _may_read(viewer, row[0], row[4]):
        raise Stopped("not_there", "there is no such account that is yours to read")
    return row


class _Found(NamedTuple):
    cash: int
    holdings: dict[str, int]
    moves: list[StatementLine]


def _then(records: Iterable[Record], account: str, most: int, hidden: Callable[[Event], bool] | None) -> _Found:
    """What lay in an account after these records, which are all that name it from the first on."""
    cash, holdings = 0, dict[str, int]()
    moves: deque[StatementLine] = deque(maxlen=most)
    for line in lines_of(records, account, hidden):
        cash = line.cash
        if line.series is not None:
            holdings[line.series] = line.balance
        moves.append(line)
    return _Found(cash, holdings, list(moves))


def _lately(
    opened: KeptBook, account: str, most: int, hidden: Callable[[Event], bool] | None, naming: Naming | None
) -> _Found:
    """What lies in it now, as the tables have it, and the last moves: from the end of the book back, until so many."""
    (cash,) = opened.sql.execute("SELECT cash_fen FROM accounts WHERE account = ?", (account,)).fetchone()
    rows = opened.sql.execute("SELECT series, count FROM holdings WHERE account = ?", (account,)).fetchall()
    holdings: dict[str, int] = dict(rows)
    moves: list[StatementLine] = []
    before = _Found(cash, dict(holdings), [])
    for record in _newest_first(opened, account, naming) if most else ():
        lines = list(lines_of([record], account, hidden))
        if not lines:
            continue
        ended = {line.series: line.balance for line in lines if line.series is not None}
        begun = {series: before.holdings.get(series, 0) - balance for series, balance in ended.items()}
        before = _Found(before.cash - lines[-1].cash, {**before.holdings, **begun}, [])
        moves += [
            msgspec.structs.replace(
                line,
                cash=line.cash + before.cash,
                balance=line.balance if line.series is None else line.balance + begun[line.series],
            )
            for line in reversed(lines)
        ]
        if len(moves) >= most:
            break
    return _Found(cash, holdings, moves[:most][::-1])


def _newest_first(opened: KeptBook, account: str, naming: Naming | None) -> Iterator[Record]:
    """Records that name an account, from the last of the book back."""
    name, end = msgspec.json.encode(account), opened.last()
    if naming is not None:
        yield from (decode(line) for line in lines_newest_first(opened, naming.of(opened, (name,))))
        return
    while end > 0:
        for line in reversed(list(opened.holding(name, end, max(0, end - AT_ONCE)))):
            yield decode(line)
        end -= AT_ONCE


def _hidden(opened: KeptBook, viewer: Viewer, account: str) -> Callable[[Event], bool] | None:
    """Which moves of others tell what is not public yet; None where nothing is kept from who reads."""
    public = viewer.public
    if viewer.account == account or public is None:
        return None
    cases = years_of_cases(opened.sql)
    return lambda event: tells_of(event, public, cases)


#: What a statement tells: what moved, what lay in the account after it, and the account itself with its money.
TOLD_OF_ACCOUNTS = (STATEMENTS, "holdings", "accounts")


def _may_read(viewer: Viewer, account: str, jurisdiction: str) -> bool:
    """Whether the statement of an account is for somebody: they read all that it tells.

    Who reads every move of an account can add up what lies in it, so that a law which gives the one gives the other.
    """
    fars = [viewer.reach(what).partition(",")[0] for what in TOLD_OF_ACCOUNTS]
    return all(
        far == "all" or (far == "own" and viewer.of == account) or (far == "place" and viewer.of == jurisdiction)
        for far in fars
    )


def _records(opened: KeptBook, account: str, at: int | None, until: int | None) -> Iterator[Record]:
    """Records that name the account, up to the moment; the database looks for the name and passes over the others."""
    for line in opened.holding(msgspec.json.encode(account), until):
        found = decode(line)
        if at is not None and found.refusal is None and found.at > at:
            return
        yield found


def _last(opened: KeptBook, at: int | None, until: int | None) -> Record:
    """The last record that counts at a moment: instants never run backwards, so it is looked for by halves."""
    last = opened.last()
    if until is not None:
        if not 1 <= until <= last:
            raise Malformed("?seq", f"{until} is no record", f"the book has 1 to {last}")
        return decode(opened.line(until))
    if at is None:
        return decode(opened.line(last))
    low, high = 0, last
    while low < high:
        middle = (low + high + 1) // 2
        if _reached(opened, middle) <= at:
            low = middle
        else:
            high = middle - 1
    if not low:
        raise Malformed("?at", "is before the book begins", "ask for a later instant")
    return decode(opened.line(low))


def _reached(opened: KeptBook, seq: int) -> int:
    """The instant of the book after a record: what was refused moved no clock."""
    while seq > 1:
        found = decode(opened.line(seq))
        if found.refusal is None:
            return found.at
        seq -= 1
    return decode(opened.line(1)).at


WAYS: Sequence[Way] = (
    Way("/v1/book", "GET", book, "book", access="anybody", answer=BookSaid),
    Way(
        "/v1/laws/{digest}",
        "GET",
        law,
        "law",
        access="anybody",
        answer=LawTexts,
        more=("not_there",),
    ),
    Way(
        "/v1/records/{seq}",
        "GET",
        record,
        "record",
        access="anybody",
        answer=SeenRecord,
        more=("not_there",),
    ),
    Way(
        "/v1/accounts/{account}",
        "GET",
        account,
        "account",
        answer=AccountThen,
        asked=(
            Parameter("at", "As it was at this instant, as 2027-03-01T10:00."),
            Parameter("seq", "As it was after this record.", "integer"),
            Parameter("moves", "Most moves to show, the last ones.", "integer"),
        ),
        more=("not_there",),
    ),
    Way(
        "/v1/accounts/{account}/statement",
        "GET",
        statement,
        "statement",
        answer=AccountStatement,
        asked=(
            Parameter("from", "Moves from this day on, as 2027-07-01."),
            Parameter("to", "Moves to the end of this day."),
        ),
        more=("not_there",),
    ),
)
