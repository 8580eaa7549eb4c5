"""The file alone does not tell: nothing in a book says before the close what a sealed bid is."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from itertools import count as count_up
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import BANK, EXCHANGE
from airshed.market.sealing import Bound, commitment, encrypt, public_key
from airshed.registry.accounts import TREASURY
from airshed.rulebook.digest import digest
from airshed.rulebook.load import load_texts
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import verify
from laws import FILES
from markets import AT, AUTHORITY, SERIES, done, market
from test_export import verdict

PRIVATE = "77076d0a7318a57d3c16c17251b26645df5fd1b0e4bdf2e4d9f7d1c4c9f6c1aa"
GUARANTEE = 500_000_000
AUCTION, NOON, ROUND, BACK = "spring", "noon", "round", "back"
PLACES: tuple[tuple[c.Venue, str], ...] = (
    ("auction", AUCTION),
    ("call", NOON),
    ("zone_call", ROUND),
    ("repurchase", BACK),
)
Wishes = list[tuple[Any, str]]


def law(way: str) -> dict[str, bytes]:
    """The texts of the shipped law with bids and orders sealed in this way."""
    text = FILES["rulebook.toml"].decode()
    for key in ("auctions", "calls"):
        text, done_once = re.subn(rf'(?m)^{key} = "(open|commitment|key)"$', f'{key} = "{way}"', text)
        assert done_once == 1
    return {**FILES, "rulebook.toml": text.encode()}


def drawn(seed: int) -> Wishes:
    """Bids and orders of the same accounts in the same order for every seed; prices and counts differ."""
    draw = random.Random(seed)

    def limit() -> int:
        return draw.randrange(200, 700) * 1_000

    def count() -> int:
        return draw.randrange(11, 99) * 100

    return [
        (c.PlaceBid(AUCTION, "cement", count(), limit()), ""),
        (c.PlaceBid(AUCTION, "broker", count(), limit()), ""),
        (c.PlaceBid(AUCTION, "cement", count(), limit()), ""),
        (c.PlaceCallOrder(NOON, "cement", "buy", count(), limit()), ""),
        (c.PlaceCallOrder(NOON, "steel", "sell", count(), limit()), SERIES),
        (c.PlaceZoneBid(ROUND, "cement", "KM", 2027, count(), limit()), ""),
        (c.PlaceZoneOffer(ROUND, "steel", SERIES, "KM", count(), limit()), SERIES),
        (c.AskRepurchase(BACK, "steel", count(), draw.randrange(50, 100) * 1_000), SERIES),
    ]


def limit_of(wish: Any) -> int:
    return int(wish.price if isinstance(wish, c.AskRepurchase) else wish.limit)


def place_of(wish: Any) -> tuple[c.Venue, str]:
    if isinstance(wish, c.PlaceBid):
        return "auction", AUCTION
    if isinstance(wish, c.AskRepurchase):
        return "repurchase", BACK
    return ("call", NOON) if isinstance(wish, c.PlaceCallOrder) else ("zone_call", ROUND)


@pytest.fixture(autouse=True)
def _keys_from_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands have the same keys in both books."""
    monkeypatch.setattr("markets._keys", count_up(1))


def opened(path: Path, way: str) -> tuple[Book, Runner]:
    """A book whose auction, call and zone-wide call take sealed bids."""
    book = Book.create(path)
    texts = law(way)
    rules = load_texts(texts)
    book.keep_law(digest(rules), texts)
    runner = market(book, rules, tables=True)
    done(runner, AUTHORITY, c.OpenAuction(AUCTION, SERIES, 100_000))
    done(runner, EXCHANGE, c.OpenCall(NOON, SERIES, ""))
    done(runner, EXCHANGE, c.OpenZoneCall(ROUND, "SO2"))
    done(runner, BANK, c.Deposit(TREASURY, 100_000_000))
    done(runner, AUTHORITY, c.OpenRepurchase(BACK, SERIES, 100_000, 100_000_000))
    if way == "key":
        for venue, name in PLACES:
            done(runner, officer(venue), c.AnnounceKey(venue, name, public_key(PRIVATE)))
    return book, runner


def officer(venue: c.Venue) -> str:
    """Who keeps a venue: the government buys back by itself."""
    return AUTHORITY if venue == "repurchase" else EXCHANGE


def seal(runner: Runner, wishes: Wishes, way: str, seed: int) -> list[tuple[str, str]]:
    """Seal them all with equal guarantees; text and salt of each."""
    draw = random.Random(f"salts {seed}")
    kept: list[tuple[str, str]] = []
    for wish, sold in wishes:
        venue, name = place_of(wish)
        text, salt = msgspec.json.encode(wish).decode(), draw.randbytes(16).hex()
        kept.append((text, salt))
        aside = (0, sold, 20_000) if sold else (GUARANTEE, "", 0)
        if way == "commitment":
            done(runner, wish.account, c.CommitBid(venue, name, wish.account, commitment(text, salt), *aside))
            continue
        box = encrypt(text, public_key(PRIVATE), draw.randbytes(32).hex(), Bound(venue, name, wish.account))
        done(runner, wish.account, c.EncryptBid(venue, name, wish.account, box, *aside))
    return kept


def all_of(path: Path) -> bytes:
    """Every byte that lies beside the book: its pages, those that are free, the write-ahead log."""
    files = sorted(path.parent.glob(f"{path.name}*"))
    assert files
    return b"\n".join(file.read_bytes() for file in files)


def without_hashes(path: Path) -> list[str]:
    """Every row of every table of the file, with what looks like a digest, a hash or a box taken out."""
    rows: list[str] = []
    with sqlite3.connect(path) as sql:
        for (table,) in sql.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall():
            for row in sql.execute(f"SELECT * FROM {table}"):
                rows.append(f"{table} {[_plain(value) for value in row]}")
    return rows


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        if len(value) == 32:
            return "#"
        value = value.decode("utf-8", "replace")
    return re.sub(r"\b[0-9a-f]{64,}\b", "#", value) if isinstance(value, str) else value


def says(place: bytes, figure: str) -> bool:
    """Whether a figure stands there by itself, and not as a part of another or of a digest."""
    text = figure.encode()
    return text in place and re.search(rb"(?<![0-9a-f.,])%s(?![0-9a-f])" % re.escape(text), place) is not None


@pytest.mark.parametrize("way", ["commitment", "key"])
@pytest.mark.parametrize("seed", [1, 2])
def test_neither_a_price_nor_a_count_of_a_sealed_bid_is_in_any_byte_of_the_file_or_of_an_export(
    tmp_path: Path, way: str, seed: int
) -> None:
    path = tmp_path / "sealed.book"
    book, runner = opened(path, way)
    before = all_of(path)
    wishes = drawn(seed)
    seal(runner, wishes, way, seed)
    exported = b"\n".join(line.record for line in book.lines())
    assert b"BidSealed" in exported

    told = all_of(path) + exported
    unheard = 0
    for wish, _ in wishes:
        for figure in (limit_of(wish), wish.count, f"{limit_of(wish) / 100:,.2f}"):
            if not says(before, str(figure)):  # a figure that the law or the market has anyway tells nothing
                unheard += 1
                assert not says(told, str(figure)), f"{figure} of {wish}"
        assert msgspec.json.encode(wish) not in told
    assert unheard > len(wishes)
    book.close()


@pytest.mark.parametrize("way", ["commitment", "key"])
def test_books_that_differ_in_hidden_prices_alone_differ_in_digests_and_hashes_alone(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for seed in (1, 2):
        monkeypatch.setattr("markets._keys", count_up(1))
        path = tmp_path / f"{seed}.book"
        book, runner = opened(path, way)
        seal(runner, drawn(seed), way, seed)
        book.close()
        found.append(without_hashes(path))
    assert drawn(1) != drawn(2)

    assert found[0] == found[1]


def test_when_they_are_opened_all_is_told(tmp_path: Path) -> None:
    """So that the tests above would see a price if there were one."""
    path = tmp_path / "opened.book"
    book, runner = opened(path, "commitment")
    wishes = drawn(1)
    kept = seal(runner, wishes, "commitment", 1)
    for venue, name in PLACES:
        done(runner, officer(venue), c.EndBidding(venue, name))
    for (wish, _), (text, salt) in zip(wishes, kept, strict=True):
        venue, name = place_of(wish)
        answer = done(runner, wish.account, c.OpenBid(venue, name, wish.account, text, salt))
        assert isinstance(answer.events[0], e.SealedOpened)
        assert str(limit_of(wish)).encode() in all_of(path)
    book.close()


def test_the_salt_and_not_the_digest_keeps_small_numbers_secret() -> None:
    """Without one every bid of the market is tried in a moment; with one of 128 bits nobody can try."""

    def text(count: int, limit: int) -> str:
        return msgspec.json.encode(c.PlaceBid(AUCTION, "cement", count, limit)).decode()

    every = list(product(range(100, 2_100, 100), range(150_000, 450_000, 1_000)))
    weak = commitment(text(700, 417_000), "0")
    assert [bid for bid in every if commitment(text(*bid), "0") == weak] == [(700, 417_000)]

    strong = commitment(text(700, 417_000), "5f1d9c0be42a77165f1d9c0be42a7716")
    assert not any(commitment(text(*bid), "0") == strong for bid in every)


@pytest.mark.parametrize("way", ["commitment", "key"])
def test_a_book_of_sealed_bids_is_verified_by_us_and_by_a_stranger(tmp_path: Path, way: str) -> None:
    """Read tables too: a key opens many bids in one record."""
    book, runner = opened(tmp_path / "whole.book", way)
    wishes = drawn(1)
    kept = seal(runner, wishes, way, 1)
    for venue, name in PLACES:
        done(runner, officer(venue), c.EndBidding(venue, name, PRIVATE if way == "key" else ""))
    for (wish, _), (text, salt) in list(zip(wishes, kept, strict=True))[1:] if way == "commitment" else ():
        done(runner, wish.account, c.OpenBid(*place_of(wish), wish.account, text, salt))
    late = AT + 3_600_000
    done(runner, EXCHANGE, c.CloseAuction(AUCTION, 1), late)
    done(runner, EXCHANGE, c.CloseCall(NOON, 1), late)
    done(runner, AUTHORITY, c.CloseRepurchase(BACK, 1), late)

    verify(book)
    lines = [line.hash.encode() + b" " + line.record + b"\n" for line in book.lines()]
    assert verdict(lines)[0] == 0
    if way == "commitment":
        forged = [line.replace(b'"count":2', b'"count":3') if b'"is":"BidPlaced"' in line else line for line in lines]
        assert verdict(_chained(forged))[0] != 0
    book.close()


def _chained(lines: list[bytes]) -> Iterator[bytes]:
    """The same records with hashes computed anew."""
    end = "0" * 64
    for line in lines:
        raw = line.partition(b" ")[2].rstrip(b"\n")
        end = sha256(end.encode() + raw).hexdigest()
        yield end.encode() + b" " + raw + b"\n"
