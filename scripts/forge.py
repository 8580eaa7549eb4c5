#!/usr/bin/env python3
"""Make forged copies of a book, each consistent: hashes made anew, read tables rebuilt, so that only a check of what
was decided, or a published head, can tell. The book itself is not touched.

Usage: forge.py --list
       forge.py BOOK --out FOLDER [--kind NAME ...] [--numbers COUNT] [--seed SEED]

Writes FOLDER/NAME.book for each kind, or says that the book has nothing to forge in that way. With --numbers it also
changes so many numbers by one, each in another field of an event, drawn by SEED, and says of each whether deciding
anew names its record.
"""

from __future__ import annotations

import argparse
import copy
import random
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from airshed.engine.commands import AdoptRulebook, Command
from airshed.engine.journal import GENESIS, Line, MemoryJournal, Record, chain, decode, encode
from airshed.engine.redecide import Anew
from airshed.engine.runner import Runner
from airshed.model.refusal import Malformed
from airshed.rulebook.digest import digest
from airshed.rulebook.load import load_texts
from airshed.rulebook.schema import Rulebook
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import rebuild

Json = dict[str, Any]
#: How a kind alters the text of a record: `None` when there is nothing in it to forge.
Alter = Callable[[Json], bool]

DECIDED = "deciding anew"
HEAD = "only a published head"
FILE = "looking at the file"


class Forged(NamedTuple):
    """The records of a forged book, and the first that is not as it was."""

    raws: list[bytes]
    seq: int


class Kind(NamedTuple):
    """A way to forge the records of a book, and what finds it."""

    what: str
    found_by: str
    make: Callable[[list[bytes], Mapping[str, Rulebook]], Forged | None]
    #: Everything is decided anew to make it.
    slow: bool = False


class FileKind(NamedTuple):
    """A way to forge what lies beside the records, and the place that is named."""

    what: str
    named: str
    make: Callable[[sqlite3.Connection], bool]


# --- one record otherwise


def written(record: Json) -> bytes:
    """The bytes of a record; those that Airshed would write, when it is one that Airshed can read."""
    raw = msgspec.json.encode(record)
    try:
        return encode(msgspec.json.decode(raw, type=Record))
    except msgspec.MsgspecError:
        return raw


def altered(
    alter: Alter, holds: bytes = b"", last: bool = False
) -> Callable[[list[bytes], Mapping[str, Rulebook]], Forged | None]:
    """The first record (or the last) that `alter` can change, among those whose bytes hold a text."""

    def make(raws: list[bytes], laws: Mapping[str, Rulebook]) -> Forged | None:
        for place in reversed(range(len(raws))) if last else range(len(raws)):
            if holds in raws[place]:
                record = msgspec.json.decode(raws[place])
                if alter(record) and (new := written(record)) != raws[place]:
                    return Forged([*raws[:place], new, *raws[place + 1 :]], place + 1)
        return None

    return make


def preferred(*makes: Callable[[list[bytes], Mapping[str, Rulebook]], Forged | None]) -> Callable[..., Forged | None]:
    """The first of several ways that the book has something for."""

    def make(raws: list[bytes], laws: Mapping[str, Rulebook]) -> Forged | None:
        return next((forged for each in makes if (forged := each(raws, laws)) is not None), None)

    return make


def events(record: Json, kind: str) -> Iterator[Json]:
    """The events of that kind."""
    return (event for event in record["events"] if event["is"] == kind)


def settlements(record: Json) -> Iterator[tuple[Json, bool]]:
    """What was settled at the end of a year, and whether somebody else fell well short in the same pollutant."""
    for event in events(record, "YearClosed"):
        for each in event["settlements"]:
            others = (other for other in event["settlements"] if other is not each)
            yield each, any(it["pollutant"] == each["pollutant"] and it["shortfall"] > 9 for it in others)


def settled(forge: Alter) -> Callable[..., Forged | None]:
    """The last settlement that can be forged, where it can be that of one among several who fell short."""

    def among(several: bool) -> Alter:
        return lambda record: any(
            each["shortfall"] > 9 * several and others >= several and forge(each)
            for each, others in settlements(record)
        )

    return preferred(*(altered(among(several), b'"YearClosed"', last=True) for several in (True, False)))


def halved_penalty(each: Json) -> bool:
    each["penalty_fen"], before = each["penalty_fen"] // 2, each["penalty_fen"]
    return bool(before > 1)


def no_makeup(each: Json) -> bool:
    each["makeup"], before = 0, each["makeup"]
    return bool(before)


def penalty_price(each: Json) -> bool:
    """Price and penalty fit each other."""
    if not each["penalty_fen"] or each["price"] <= 1_000:
        return False
    each["penalty_fen"] = each["penalty_fen"] * (each["price"] - 1_000) // each["price"]
    each["price"] -= 1_000
    return True


def no_shortfall(record: Json) -> bool:
    """A firm that fell short did not."""
    for each, _ in settlements(record):
        if each["shortfall"]:
            each |= {"shortfall": 0, "penalty_fen": 0, "makeup": 0, "surrendered": each["obligation"]}
            return True
    return False


def other_fill(record: Json) -> bool:
    """Another price, its value, and the payment of it."""
    for event in events(record, "Traded"):
        fen = (event["count"] * (event["price"] - 10) + 500) // 1000
        paid = next((move for move in event["entry"] if move[0] == "cash" and move[3] == event["fen"]), None)
        if paid is not None and fen > 0 and fen != event["fen"]:
            paid[3] = event["fen"] = fen
            event["price"] -= 10
            return True
    return False


def no_fee(record: Json) -> bool:
    """A fee that was not charged, and not paid either."""
    for event in events(record, "Traded"):
        fee = event["seller_fee"]
        if fee:
            event["entry"].remove(next(m for m in event["entry"] if m[0] == "cash" and m[2:] == ["exchange", fee]))
            event["seller_fee"] = 0
            return True
    return False


def refused(field: str, value: Callable[[str], str]) -> Alter:
    """A refusal that says something else."""

    def alter(record: Json) -> bool:
        if not record["refusal"]:
            return False
        record["refusal"][field] = value(record["refusal"][field])
        return True

    return alter


def order_gone(record: Json) -> bool:
    """An order is gone, the trades that fill it are not."""
    kinds = [event["is"] for event in record["events"]]
    return kinds[:2] == ["OrderPlaced", "Traded"] and record["events"].pop(0) is not None


def event_gone(record: Json) -> bool:
    return len(record["events"]) > 1 and record["events"].pop() is not None


def event_twice(record: Json) -> bool:
    for event in events(record, "ActorRegistered"):
        record["events"].append({**event, "actor": event["actor"] + "-too"})
        return True
    return False


def not_refused(record: Json) -> bool:
    """A deposit from nowhere stands where somebody was refused."""
    if record["refusal"] and record["body"]["do"] in ("PlaceOrder", "Transfer", "Withdraw"):
        account = record["body"].get("account") or record["body"].get("origin")
        record["refusal"] = None
        record["events"] = [{"is": "MoneyMoved", "entry": [["cash", "bank", account, 100]]}]
        return True
    return False


def was_refused(record: Json) -> bool:
    """What was done was refused."""
    if any(events(record, "OrderPlaced")):
        record["events"] = []
        record["refusal"] = {"why": "insufficient_holding", "detail": "not enough", "cite": "art. 1"}
        return True
    return False


def was_filled(raws: list[bytes], laws: Mapping[str, Rulebook]) -> Forged | None:
    """The same of an order that others filled later."""
    filled = {found for raw in raws for found in re.findall(rb'"maker":(\d+)', raw)}
    for place in (place for place, raw in enumerate(raws) if b'"is":"OrderPlaced"' in raw):
        found = re.search(rb'"is":"OrderPlaced","order":(\d+)', raws[place])
        if found is not None and found[1] in filled:
            one = altered(was_refused)([raws[place]], laws)
            return one and Forged([*raws[:place], *one.raws, *raws[place + 1 :]], place + 1)
    return None


def unset_cap(raws: list[bytes], laws: Mapping[str, Rulebook]) -> Forged | None:
    """A cap was never set, allowances of which were handed out later."""
    for place in (place for place, raw in enumerate(raws) if b'"is":"CapSet"' in raw):
        series = next(events(msgspec.json.decode(raws[place]), "CapSet"))["series"].encode()
        if any(b'"entry":[["' in raw and b'"%s",[[' % series in raw for raw in raws[place + 1 :]):
            return removed(raws, place)
    return None


def long_day(record: Json) -> bool:
    """A day of 25 hours, sent and sealed."""
    for event in events(record, "DaySealed"):
        for hours in (event["hours"], record["body"].get("hours", {})):
            for counted in hours.values():
                counted[0] += 1
        return True
    return False


def other_report(record: Json) -> bool:
    for event in events(record, "YearReported"):
        for name in event["measured_mg"]:
            event["measured_mg"][name] -= 1
            return True
    return False


def lower_obligation(record: Json) -> bool:
    for event in events(record, "YearVerified"):
        for name in event["obligation"]:
            event["obligation"][name] -= 1
            return True
    return False


def was_settled(raws: list[bytes], laws: Mapping[str, Rulebook]) -> Forged | None:
    """The same of a year that was settled on that figure."""
    verified: dict[tuple[str, int], int] = {}
    for place, raw in enumerate(raws):
        for event in msgspec.json.decode(raw)["events"] if b'"Year' in raw else ():
            if event["is"] == "YearVerified":
                verified[event["source"], event["year"]] = place
            if event["is"] == "YearClosed" and event["settlements"]:
                at = verified.get((event["settlements"][0]["source"], event["year"]))
                one = None if at is None else altered(lower_obligation)([raws[at]], laws)
                if at is not None and one is not None:
                    return Forged([*raws[:at], *one.raws, *raws[at + 1 :]], at + 1)
    return None


def other_award(record: Json) -> bool:
    """One allowance from the first who was given some to the second."""
    for event in events(record, "Allocated"):
        awards = [each for each in event["awards"] if each["count"] > 1]
        if len(awards) > 1:
            awards[0]["count"] -= 1
            awards[1]["count"] += 1
            return True
    return False


def other_wish(record: Json) -> bool:
    """The command says something else than was carried out."""
    if record["body"]["do"] == "PlaceOrder" and record["events"]:
        record["body"]["limit"] += 1_000
        return True
    return False


def other_sender(record: Json) -> bool:
    if record["body"]["do"] == "SetCap" and record["events"]:
        record["actor"] = "somebody"
        return True
    return False


def backwards(record: Json) -> bool:
    if record["seq"] > 20:
        record["at"] -= 400 * 86_400_000
        return True
    return False


def stranger(record: Json) -> bool:
    """A refusal of somebody unknown, who leaves no record."""
    if record["refusal"] and record["body"]["do"] != "AdoptRulebook":
        detail = "nobody is not registered; the authority registers actors"
        record["actor"] = "nobody"
        record["refusal"] |= {"why": "unknown_actor", "detail": detail}
        return True
    return False


def unreal_day(record: Json) -> bool:
    """A command that nobody could have sent."""
    if record["body"]["do"] == "OpenSession":
        record["body"]["day"] = "2027-02-30"
        return True
    return False


def blanks(raws: list[bytes], laws: Mapping[str, Rulebook]) -> Forged | None:
    """The same record with a blank in its bytes."""
    return Forged([*raws[:1], raws[1].replace(b',"at":', b', "at":', 1), *raws[2:]], 2)


def other_provenance(record: Json) -> bool:
    """A simulation calls itself another one; to call itself a programme would be seen at its first simulated source."""
    for event in events(record, "RulebookAdopted"):
        if record["seq"] == 1 and event["provenance"] != {"is": "programme"}:
            event["provenance"] = record["body"]["provenance"] = {**event["provenance"], "scenario": "another"}
            return True
    return False


def other_key(record: Json) -> bool:
    record["key"] += "-other"
    return bool(record["body"]["do"] == "Deposit")


def exchanged(raws: list[bytes], laws: Mapping[str, Rulebook]) -> Forged | None:
    """Two things that were entered one after the other and know nothing of each other, in the other order."""
    for place, pair in enumerate(pairwise(raws)):
        entered = any(b'"is":"%s"' % kind in pair[0] for kind in (b"AccountOpened", b"SourceRegistered"))
        if entered and b'"is":"AccountOpened"' in pair[1]:
            first, second = (msgspec.json.decode(raw) for raw in pair)
            if first["at"] == second["at"]:
                swapped = renumbered([pair[1], pair[0]], place + 1)
                return Forged([*raws[:place], *swapped, *raws[place + 2 :]], place + 1)
    return None


# --- records more or less


def renumbered(raws: list[bytes], first: int) -> list[bytes]:
    """Records numbered on from `first`, as if nothing had been taken out or put in."""
    return [re.sub(rb'^\{"seq":\d+,', b'{"seq":%d,' % number, raw) for number, raw in enumerate(raws, first)]


def where(raws: list[bytes], text: bytes, last: bool = False) -> int | None:
    """Place of the first or last record that holds a text."""
    found = [place for place, raw in enumerate(raws) if text in raw]
    return found[-1 if last else 0] if found else None


def without(text: bytes, last: bool = False) -> Callable[[list[bytes], Mapping[str, Rulebook]], Forged | None]:
    """A record that holds a text is gone, and the others close the gap."""

    def make(raws: list[bytes], laws: Mapping[str, Rulebook]) -> Forged | None:
        place = where(raws, text, last)
        return None if place is None else removed(raws, place)

    return make


def removed(raws: list[bytes], place: int) -> Forged:
    """A record is gone, and the others close the gap."""
    return Forged([*raws[:place], *renumbered(raws[place + 1 :], place + 1)], place + 1)


def twice(raws: list[bytes], laws: Mapping[str, Rulebook]) -> Forged | None:
    """A deposit is there once more, under its own key."""
    place = where(raws, b'"do":"Deposit"')
    if place is None:
        return None
    return Forged([*raws[: place + 1], *renumbered(raws[place:], place + 2)], place + 2)


def put_in(raws: list[bytes], laws: Mapping[str, Rulebook]) -> Forged | None:
    """An account that nobody opened, under a new key: decided as the law says, so it is a wish like any other."""

    def other(each: Command) -> list[Command]:
        body = msgspec.structs.replace(each.body, account="forged")
        return [each, msgspec.structs.replace(each, key="forged", body=body)]

    return replayed(raws, laws, b'"do":"OpenAccount"', other)


def other_history(raws: list[bytes], laws: Mapping[str, Rulebook]) -> Forged | None:
    """A deposit of another amount, and all that follows from it decided anew."""

    def other(each: Command) -> list[Command]:
        body = each.body
        return [msgspec.structs.replace(each, body=msgspec.structs.replace(body, fen=body.fen + 1))]  # type: ignore[union-attr]

    return replayed(raws, laws, b'"do":"Deposit"', other)


def replayed(
    raws: list[bytes], laws: Mapping[str, Rulebook], text: bytes, change: Callable[[Command], list[Command]]
) -> Forged | None:
    """A whole other history: the first command that holds a text is changed, and everything is decided anew."""
    place = where(raws, text)
    if place is None:
        return None
    journal = MemoryJournal()
    runner: Runner | None = None
    for number, raw in enumerate(raws):
        record = msgspec.json.decode(raw, type=Record)
        if runner is None and isinstance(record.body, AdoptRulebook):
            runner = Runner(journal, laws[record.body.digest], tables=False, laws=laws.get)
        assert runner is not None, "the first record adopts a law"
        sent = Command(record.actor, record.key, record.body)
        for each in change(sent) if number == place else [sent]:
            runner.send(each, record.at)
    return Forged([line.record for line in journal.lines()], place + 1)


def shorter(raws: list[bytes], laws: Mapping[str, Rulebook]) -> Forged | None:
    """The last records are gone."""
    return Forged(raws[:-3], len(raws) - 2)


def later(raws: list[bytes], laws: Mapping[str, Rulebook]) -> Forged | None:
    """The last command came a second later."""
    record = msgspec.json.decode(raws[-1])
    record["at"] += 1_000
    return Forged([*raws[:-1], written(record)], len(raws))


def nothing(raws: list[bytes], laws: Mapping[str, Rulebook]) -> Forged | None:
    """A book without a record."""
    return Forged([], 1)


# --- beside the records


def law_gone(sql: sqlite3.Connection) -> bool:
    sql.execute("DELETE FROM laws WHERE digest = (SELECT digest FROM rulebooks ORDER BY seq LIMIT 1)")
    sql.execute("UPDATE meta SET value = (SELECT count(*) FROM laws) WHERE key = 'laws'")
    return True


def law_replaced(sql: sqlite3.Connection) -> bool:
    """Another text under the digest of the law."""
    row = sql.execute("SELECT digest, texts FROM laws").fetchone()
    texts = msgspec.json.decode(row[1], type=dict[str, str])
    name = next(name for name in texts if name.endswith("rulebook.toml"))
    texts[name] = re.sub(r'(multiple"? = )\d+', r"\g<1>1", texts[name])
    sql.execute("UPDATE laws SET texts = ? WHERE digest = ?", (msgspec.json.encode(texts), row[0]))
    return True


def law_doubled(sql: sqlite3.Connection) -> bool:
    """A file stands twice in a law, so that two readers may find two texts."""
    digest, texts = sql.execute("SELECT digest, texts FROM laws").fetchone()
    sql.execute("UPDATE laws SET texts = ? WHERE digest = ?", (b'{"rulebook.toml":"",' + texts[1:], digest))
    return True


def no_bytes(sql: sqlite3.Connection) -> bool:
    """A record that is no bytes, put in while the table let it in."""
    path = sql.execute("PRAGMA database_list").fetchone()[2]
    sql.commit()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        made = other.execute("SELECT sql FROM sqlite_master WHERE name = 'journal'").fetchone()[0]
        for ddl, then in ((made.replace(" STRICT", ""), "UPDATE journal SET record = 5 WHERE seq = 3"), (made, "")):
            other.execute("PRAGMA writable_schema = ON")
            other.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'journal'", (ddl,))
            other.execute("PRAGMA writable_schema = RESET")
            other.execute(then)
    return True


def law_exchanged(sql: sqlite3.Connection) -> bool:
    """Another law under its own digest, which the adoption then does not name."""
    row = sql.execute("SELECT digest, texts FROM laws").fetchone()
    texts = msgspec.json.decode(row[1], type=dict[str, str])
    name = next(name for name in texts if name.endswith("rulebook.toml"))
    texts[name] = re.sub(r'(version"? = ")', r"\1x", texts[name], count=1)
    other = digest(load_texts({each: text.encode() for each, text in texts.items()}))
    sql.execute("UPDATE laws SET digest = ?, texts = ? WHERE digest = ?", (other, msgspec.json.encode(texts), row[0]))
    return True


def statement(text: str) -> Callable[[sqlite3.Connection], bool]:
    """One statement of SQL."""
    return lambda sql: sql.execute(text) is not None


KINDS: dict[str, Kind] = {
    "penalty-halved": Kind("a penalty is halved", DECIDED, settled(halved_penalty)),
    "makeup-removed": Kind("a make-up is removed", DECIDED, settled(no_makeup)),
    "penalty-price": Kind("a penalty has another price, and fits it", DECIDED, settled(penalty_price)),
    "shortfall-removed": Kind("a firm that fell short did not", DECIDED, altered(no_shortfall, b'"YearClosed"')),
    "fill-price": Kind("a fill at another price, paid so", DECIDED, altered(other_fill, b'"Traded"', last=True)),
    "fee-removed": Kind("a fee that was neither charged nor paid", DECIDED, altered(no_fee, b'"Traded"')),
    "award-moved": Kind("an allowance is allocated to another", DECIDED, altered(other_award, b'"Allocated"')),
    "obligation-lowered": Kind(
        "an obligation is one lower", DECIDED, preferred(was_settled, altered(lower_obligation, b'"YearVerified"'))
    ),
    "report-unequal": Kind("a report is not the sum of its days", DECIDED, altered(other_report, b'"YearReported"')),
    "day-of-25-hours": Kind("a day has 25 hours", DECIDED, altered(long_day, b'"DaySealed"')),
    "refusal-code": Kind("a refusal has another code", DECIDED, altered(refused("why", lambda _: "not_positive"))),
    "refusal-detail": Kind("a refusal says something else", DECIDED, altered(refused("detail", lambda it: it + "!"))),
    "refusal-cite": Kind("a refusal cites another article", DECIDED, altered(refused("cite", lambda _: "art. 99"))),
    "refusal-to-deed": Kind("who was refused got money", DECIDED, altered(not_refused)),
    "deed-to-refusal": Kind(
        "an order that was placed was refused", DECIDED, preferred(was_filled, altered(was_refused, b'"OrderPlaced"'))
    ),
    "event-removed": Kind(
        "an event is gone from its record", DECIDED, preferred(altered(order_gone, b'"Traded"'), altered(event_gone))
    ),
    "event-added": Kind("an event more", DECIDED, altered(event_twice, b'"ActorRegistered"')),
    "command-altered": Kind("a command says other than was done", DECIDED, altered(other_wish, b'"PlaceOrder"')),
    "sender-altered": Kind("somebody else set a cap", DECIDED, altered(other_sender, b'"SetCap"')),
    "command-unreal": Kind("a command that cannot be sent", DECIDED, altered(unreal_day, b'"OpenSession"')),
    "stranger-recorded": Kind("a refusal of somebody unknown, who leaves no record", DECIDED, altered(stranger)),
    "time-backwards": Kind("an instant before what happened last", DECIDED, altered(backwards)),
    "bytes-altered": Kind("a blank within the bytes of a record", DECIDED, blanks),
    "command-twice": Kind("a command is there twice under its key", DECIDED, twice),
    "deposit-removed": Kind("a deposit is gone, what it paid for is not", DECIDED, without(b'"is":"MoneyMoved"')),
    "cap-removed": Kind("a cap was never set", DECIDED, preferred(unset_cap, without(b'"is":"CapSet"'))),
    "empty": Kind("a book without a record", DECIDED, nothing),
    "refusal-dropped": Kind(
        "a refused command is gone as if never sent", HEAD, without(b'"events":[],"refusal":{', last=True)
    ),
    "tail-dropped": Kind("the last three records are gone", HEAD, shorter),
    "instant-moved": Kind("the last command came a second later", HEAD, later),
    "provenance-altered": Kind("a simulation calls itself another one", HEAD, altered(other_provenance)),
    "key-altered": Kind("a command has another key", HEAD, altered(other_key, b'"do":"Deposit"')),
    "commands-exchanged": Kind("two commands in the other order", HEAD, exchanged),
    "command-invented": Kind("an account that nobody opened, decided as the law says", HEAD, put_in, slow=True),
    "history-rewritten": Kind("another deposit, and all that follows from it", HEAD, other_history, slow=True),
}

FILES: dict[str, FileKind] = {
    "law-deleted": FileKind("a law is gone, and the count of laws fits", "record 1: adopts the law", law_gone),
    "law-altered": FileKind("a law has another text under its digest", " law ", law_replaced),
    "law-doubled": FileKind("a file stands twice in the text of a law", "its text was altered", law_doubled),
    "law-exchanged": FileKind("a law in the place of the one adopted", "record 1: adopts the law", law_exchanged),
    "law-miscounted": FileKind(
        "the count of laws is wrong", " laws: ", statement("UPDATE meta SET value = '9' WHERE key = 'laws'")
    ),
    "table-row": FileKind(
        "an account has more money in the read table",
        " table accounts ",
        statement(
            "UPDATE accounts SET cash_fen = cash_fen + 1 WHERE account = (SELECT account FROM accounts WHERE cash_fen)"
        ),
    ),
    "trigger": FileKind(
        "a trigger that writes what no record says",
        " trigger t: does not belong",
        statement("CREATE TRIGGER t AFTER INSERT ON journal BEGIN UPDATE accounts SET cash_fen = 0; END"),
    ),
    "view": FileKind(
        "a view", " view v: does not belong", statement("CREATE VIEW v AS SELECT account, cash_fen * 2 FROM accounts")
    ),
    "table": FileKind("a table of somebody's own", " table t: does not belong", statement("CREATE TABLE t (x)")),
    "index": FileKind(
        "an index of somebody's own", " index i: does not belong", statement("CREATE INDEX i ON trades (price)")
    ),
    "meta-row": FileKind("a word in `meta`", " meta note: ", statement("INSERT INTO meta VALUES ('note', 'x')")),
    "record-zero": FileKind(
        "a row before the first record", "record 1: ", statement("INSERT INTO journal VALUES (0, 'x', x'00')")
    ),
    "record-no-bytes": FileKind("a record that is no bytes", "record 3: is no row of a journal", no_bytes),
}


# --- writing


def chained(raws: list[bytes]) -> list[Line]:
    """Lines whose hashes are consistent."""
    lines: list[Line] = []
    end = GENESIS
    for number, raw in enumerate(raws, 1):
        end = chain(end, raw)
        lines.append(Line(number, end, raw))
    return lines


def write(source: Path, target: Path, raws: list[bytes]) -> bool:
    """A copy of a closed book with other records; False when folding them fails, so that tables stayed as they were."""
    if source != target:
        shutil.copy(source, target)
    lines = chained(raws)
    with closing(sqlite3.connect(target)) as sql, sql:
        sql.execute("DELETE FROM journal")
        sql.executemany("INSERT INTO journal VALUES (?, ?, ?)", lines)
        sql.execute("UPDATE meta SET value = ? WHERE key = 'head'", (str(len(lines)),))
    try:
        with Book.open(target) as book:
            rebuild(book)
    except (Malformed, sqlite3.Error):
        return False
    return True


def tampered(source: Path, target: Path, kind: FileKind) -> None:
    """A copy with something else beside the records."""
    shutil.copy(source, target)
    with closing(sqlite3.connect(target)) as sql, sql:
        kind.make(sql)


def contents(source: Path) -> tuple[list[bytes], dict[str, Rulebook]]:
    """The records of a book and the laws in it."""
    with Book.read(source) as book:
        digests = [row[0] for row in book.sql.execute("SELECT digest FROM laws")]
        return [line.record for line in book.lines()], {each: book.rules(each) for each in digests}


# --- every number, once


class Change(NamedTuple):
    """A number of an event, one more than it was."""

    seq: int
    place: str
    raw: bytes


def number_changes(raws: list[bytes], rng: random.Random, most: int | None = None) -> list[Change]:
    """One change for every number of every kind of event, in a record drawn from those that have it."""
    found: dict[str, list[tuple[int, tuple[str | int, ...]]]] = {}
    for seq, raw in enumerate(raws, 1):
        for number, event in enumerate(msgspec.json.decode(raw)["events"]):
            for path in _numbers(event, ()):
                name = f"{event['is']}.{'.'.join(str(step) for step in path if isinstance(step, str))}"
                if len(found.setdefault(name, [])) < 50:
                    found[name].append((seq, ("events", number, *path)))
    changes = []
    names = sorted(found)
    for name in names if most is None else sorted(rng.sample(names, min(most, len(names)))):
        seq, path = rng.choice(found[name])
        record = copy.deepcopy(msgspec.json.decode(raws[seq - 1]))
        at: Any = record
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] += 1
        changes.append(Change(seq, name, written(record)))
    return changes


def _numbers(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """The path of every whole number; keys of mappings by name count as one field."""
    if type(value) is int:
        yield path
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _numbers(each, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _numbers(each, (*path, number))


def judged(raws: list[bytes], laws: Mapping[str, Rulebook], changes: list[Change]) -> Iterator[tuple[Change, str]]:
    """What deciding anew says of each change, the records before it being as they were; empty when nothing.

    One pass over the book serves all: a change is judged against the state before its record, as in a copy. What is
    not changed is believed.
    """
    lines = chained(raws)
    by_seq: dict[int, list[Change]] = {}
    for change in changes:
        by_seq.setdefault(change.seq, []).append(change)
    anew = Anew(laws.get, lambda seq: lines[seq - 1])
    for line in lines:
        for change in by_seq.get(line.seq, ()):
            forged = Line(line.seq, chain(anew.hash, change.raw), change.raw)
            try:
                anew.judge(forged, decode(forged))
            except Malformed as error:
                yield change, str(error)
            else:
                yield change, ""
        anew.believe(line)


def main() -> None:
    """Forge what is asked for."""
    asked = argparse.ArgumentParser(description="Make forged copies of a book.")
    asked.add_argument("book", nargs="?", type=Path)
    asked.add_argument("--list", action="store_true", help="name every kind and what finds it")
    asked.add_argument("--out", type=Path, help="folder for the copies")
    asked.add_argument("--kind", action="append", choices=[*KINDS, *FILES], help="only these; again for further ones")
    asked.add_argument("--numbers", type=int, default=0, help="change so many numbers by one and judge each")
    asked.add_argument("--seed", type=int, default=7)
    given = asked.parse_args()
    if given.list:
        for name, kind in KINDS.items():
            print(f"{name:<20} {kind.found_by:<22} {kind.what}")
        for name, file_kind in FILES.items():
            print(f"{name:<20} {FILE:<22} {file_kind.what}")
        return
    if given.book is None or not given.book.is_file():
        sys.exit("give a book: forge.py BOOK --out FOLDER")
    raws, laws = contents(given.book)
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        for name in given.kind or [*KINDS, *FILES]:
            target = given.out / f"{name}.book"
            if name in FILES:
                tampered(given.book, target, FILES[name])
                print(f"{target}: {FILES[name].what}")
                continue
            forged = KINDS[name].make(raws, laws)
            if forged is None:
                print(f"{name}: the book has nothing to forge in this way")
                continue
            whole = write(given.book, target, forged.raws)
            tables = "" if whole else "; it cannot be folded, so its read tables are as they were"
            print(f"{target}: {KINDS[name].what}, at record {forged.seq}{tables}")
    if given.numbers:
        named = 0
        changes = number_changes(raws, random.Random(given.seed), given.numbers)
        for change, says in judged(raws, laws, changes):
            named += f"record {change.seq}:" in says
            print(f"record {change.seq} {change.place} + 1: {says or 'NOT NAMED'}")
        print(f"{named} of {len(changes)} are named by their record")


if __name__ == "__main__":
    main()
