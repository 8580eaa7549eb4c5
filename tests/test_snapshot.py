"""A service begins from a snapshot only where the book, its format and the program are those that it was made of."""

from __future__ import annotations

import ast
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import fields, is_dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from msgspec import inspect

from airshed.engine import commands as c
from airshed.engine import packing
from airshed.engine.apply import report
from airshed.engine.journal import GENESIS, Line, chain
from airshed.engine.packing import digest_of, pack, unpack
from airshed.engine.runner import fold
from airshed.engine.state import State
from airshed.lab.simulator.portrait import portrait
from airshed.lab.simulator.small_market import BANK
from airshed.market.orderbook import OrderBook
from airshed.model.refusal import Malformed
from airshed.service.book import snapshot, snapshot_file
from airshed.service.book.addressed import to_read, to_write
from airshed.service.book.copying import carry
from airshed.service.book.kept import KeptBook
from airshed.service.book.opening import carry_on
from airshed.service.book.snapshot import Unfit, fitting, resume, taken
from airshed.service.book.snapshot_check import Asked, checked
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import verify
from airshed.service.http import run
from airshed.service.http.limits import ServiceLimits
from airshed.service.http.snapshots import Differs
from airshed.service.marketdata.reading import Folding
from markets import AT
from service_crashing import Clients, keys_for, serving
from services import KEPT, kept_book, market_book, served
from shared import Once
from small_books import MANY_SEEDS, MANY_STEPS, played

#: Runs of the simulator in which everything comes that a state can hold, played once for all who look at them.
SEEDS, STEPS = MANY_SEEDS[:6], MANY_STEPS


@pytest.fixture(params=KEPT)
def book(request: pytest.FixtureRequest) -> Path | str:
    """A small market in a file and in a database."""
    return kept_book(request)


def lines_of(records: list[bytes]) -> list[Line]:
    """Records with the chain over them."""
    found, reached = [], GENESIS
    for seq, record in enumerate(records, 1):
        reached = chain(reached, record)
        found.append(Line(seq, reached, record))
    return found


def folded(state: State, reached: str, lines: list[Line]) -> str:
    for line in lines:
        reached = fold(state, line, reached)
    return reached


def things(value: Any, place: str) -> Iterator[tuple[str, object]]:
    """Everything in a state that could be changed, with the places at which it is found."""
    if isinstance(value, (dict, list, OrderBook)) or (is_dataclass(value) and not isinstance(value, type)):
        frozen = is_dataclass(value) and getattr(value, "__dataclass_params__").frozen  # noqa: B009
        if not frozen:
            yield place, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from things(inner, f"{place}[{key!r}]")
    elif isinstance(value, (list, tuple)):
        for number, inner in enumerate(value):
            yield from things(inner, f"{place}[{number}]")
    elif is_dataclass(value):
        for each in fields(value):
            yield from things(getattr(value, each.name), f"{place}.{each.name}")
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from things(getattr(value, name), f"{place}.{name}")


def twins(state: State) -> set[frozenset[str]]:
    """The places that hold one and the same thing that can be changed, but for the series and names in them."""
    found: dict[int, set[str]] = {}
    kept = []
    for place, thing in things(state, "state"):
        kept.append(thing)
        found.setdefault(id(thing), set()).add(place)
    return {frozenset(places) for places in found.values() if len(places) > 1}


def kinds_in(kind: inspect.Type, place: str, seen: set[type]) -> Iterator[tuple[str, inspect.Type]]:
    """Every type in a type, with the place at which it stands."""
    yield place, kind
    if cls := getattr(kind, "cls", None):
        if cls in seen:
            return
        seen.add(cls)
    for field in getattr(kind, "fields", ()):
        yield from kinds_in(field.type, f"{place}.{field.name}", seen)
    inner = [getattr(kind, name, None) for name in ("item_type", "key_type", "value_type", "type")]
    for each in [*inner, *getattr(kind, "types", ()), *(getattr(kind, "item_types", None) or ())]:
        if isinstance(each, inspect.Type):
            yield from kinds_in(each, f"{place}[]", seen)


def test_nothing_in_a_state_has_an_order_that_two_processes_need_not_share() -> None:
    """The documents of a case were a set, so who checks a snapshot could call a good one altered."""
    found = list(kinds_in(inspect.type_info(State), "state", set()))
    assert len(found) > 500
    assert [place for place, kind in found if isinstance(kind, (inspect.SetType, inspect.FrozenSetType))] == []


def sets_gone_through(tree: ast.AST) -> Iterator[str]:
    """What goes through a set that stands where it is gone through; of what is built by it nobody knows the order."""
    for node in ast.walk(tree):
        through = [node.iter] if isinstance(node, ast.For) else []
        if isinstance(node, (ast.ListComp, ast.DictComp, ast.GeneratorExp)):
            through = [each.iter for each in node.generators]
        for each in through:
            built = isinstance(each, ast.Call) and ast.unparse(each.func) in ("set", "frozenset")
            parted = isinstance(each, ast.BinOp) and isinstance(each.op, (ast.BitOr, ast.BitAnd, ast.Sub))
            if built or parted or isinstance(each, (ast.Set, ast.SetComp)):
                yield ast.unparse(each)


def test_no_event_goes_into_a_state_by_the_order_of_a_set() -> None:
    """What works owe stood in the order of a set: every second start took its own snapshot for an altered one."""
    rooms = Path(report.__file__).parent
    assert [found for file in rooms.glob("*.py") for found in sets_gone_through(ast.parse(file.read_text()))] == []
    assert list(sets_gone_through(ast.parse("for each in {*a, *b}: pass"))) == ["{*a, *b}"]


def test_a_state_that_was_packed_goes_on_as_the_one_that_was_not(once: Once) -> None:
    """I12. In two places at once stands only what is put there again, so that what is changed here is changed there."""
    alike = 0
    for seed in SEEDS:
        lines = lines_of(played(once, seed, STEPS).records)
        half = len(lines) // 2
        whole = State()
        reached = folded(whole, GENESIS, lines[:half])
        packed = pack(whole)
        other = unpack(packed)
        assert portrait(other) == portrait(whole)
        assert twins(other) == twins(whole)
        alike += len(twins(whole))
        assert folded(whole, reached, lines[half:]) == folded(other, reached, lines[half:])
        assert pack(other) == pack(whole)
        assert portrait(other) == portrait(whole)
        assert twins(other) == twins(whole)
    assert alike, "nothing stood in two places"


def test_a_state_is_packed_in_slices_to_the_bytes_of_the_encoder(once: Once, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nobody waits for a large one, and none of it depends on where a slice ends."""
    state = State()
    folded(state, GENESIS, lines_of(played(once, SEEDS[0], STEPS).records))
    whole = packing._encoder.encode(state)
    for size in (1, 15, 16, 64, 100_000):
        monkeypatch.setattr(packing, "SLICE", size)
        assert pack(state) == whole
    many = {f"key {number}": number for number in range(70_000)}
    assert b"".join(packing._slices(many)) == packing._encoder.encode(many)


def test_a_market_that_was_packed_goes_on_as_the_one_that_was_not(year_lines: list[Line]) -> None:
    folding = Folding(history=True)
    folding.take(year_lines[:4_000])
    raw = taken(folding, year_lines[0].hash)
    of, place = snapshot._whole(raw)
    end = place + of.state_bytes
    other = snapshot.Snapshot(of, raw[place:end], raw[end:]).folding()
    for each in (folding, other):
        each.take(year_lines[4_000:12_000])
    assert taken(folding, year_lines[0].hash) == taken(other, year_lines[0].hash)
    assert folding.market.tape_of == other.market.tape_of
    assert folding.market.interest() == other.market.interest()


def deposit(runner: Any, number: int) -> None:
    """One more record."""
    assert runner.send(c.Command(BANK, f"deposit {number}", c.Deposit("steel", number)), AT).refusal is None


def kept(book: KeptBook) -> bytes:
    """A snapshot of a book as it stands, kept for it."""
    folding = Folding(history=True)
    folding.take(book.lines())
    raw = taken(folding, book.line(1).hash)
    book.keep_snapshot(raw)
    return raw


def why(book: Path | str) -> str:
    """Why a snapshot is not begun from; empty where it is."""
    with to_read(book) as found:
        try:
            fit = fitting(found)
            assert fit is not None
            carry_on(found, fit.begun())
        except Unfit as unfit:
            return str(unfit)
    return ""


def sealed(said: bytes) -> bytes:
    """Bytes under a digest of their own, as whoever forges one makes it."""
    return sha256(said).hexdigest().encode() + b"\n" + said


def test_a_snapshot_that_is_cut_or_altered_anywhere_is_not_begun_from(book: Path | str) -> None:
    with to_read(book) as found:
        raw = kept(found)
        assert why(book) == ""
        for place in (0, 40, 64, 65, 200, len(raw) // 2, len(raw) - 1):
            found.keep_snapshot(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
            assert "is not whole, or altered" in why(book)
        for end in (1, 64, 100, len(raw) // 2, len(raw) - 1):
            found.keep_snapshot(raw[:end])
            assert "is not whole, or altered" in why(book)


def test_a_snapshot_of_another_book_record_format_or_program_is_not_begun_from(
    book: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with to_read(book) as found:
        raw = kept(found)
        head, _, rest = raw[65:].partition(b"\n")
        of = msgspec.json.decode(head, type=snapshot.Of)
        told = (
            (msgspec.structs.replace(of, format="5"), "of a book of format 5"),
            (msgspec.structs.replace(of, code="0" * 64), "another version of the program"),
            (msgspec.structs.replace(of, first="0" * 64), "of another book"),
            (msgspec.structs.replace(of, seq=of.seq + 1), f"the book ends at {of.seq}"),
            (msgspec.structs.replace(of, seq=of.seq - 1), f"of another record {of.seq - 1}"),
            (msgspec.structs.replace(of, hash="0" * 64), f"of another record {of.seq}"),
            (msgspec.structs.replace(of, law="0" * 64), "the state of another record"),
            (msgspec.structs.replace(of, state="0" * 64), "its state does not give its digest"),
            (msgspec.structs.replace(of, state_bytes=5), "its state does not give its digest"),
        )
        for other, said in told:
            found.keep_snapshot(sealed(msgspec.json.encode(other) + b"\n" + rest))
            assert said in why(book)
        found.keep_snapshot(sealed(b"{}\n" + rest))
        assert "does not say what it is of" in why(book)
        state = b"\x80"
        empty = msgspec.structs.replace(of, state=digest_of(state), state_bytes=1)
        found.keep_snapshot(sealed(msgspec.json.encode(empty) + b"\n" + state + rest[of.state_bytes :]))
        assert "the state of another record" in why(book)
        found.keep_snapshot(raw)
        monkeypatch.setattr(snapshot, "program", lambda: "")
        assert "a program without its source" in why(book)


def test_what_lies_under_the_name_of_a_snapshot_and_is_none_is_passed_over(tmp_path: Path) -> None:
    path = market_book(tmp_path)
    with Book.read(path) as found:
        raw = kept(found)
        beside = snapshot_file.beside(path)
        assert beside.stat().st_mode & 0o777 == path.stat().st_mode & 0o666
        elsewhere = tmp_path / "elsewhere"
        beside.rename(elsewhere)
        beside.symlink_to(elsewhere)
        assert fitting(found) is None
        beside.unlink()
        beside.mkdir()
        assert fitting(found) is None
        beside.rmdir()
        os.mkfifo(beside)
        assert fitting(found) is None
        found.keep_snapshot(raw)  # takes its place
        assert why(path) == ""
        found.drop_snapshot()
        assert fitting(found) is None


def test_a_snapshot_that_others_than_those_who_write_the_book_may_write_is_passed_over(tmp_path: Path) -> None:
    path = market_book(tmp_path)
    with Book.read(path) as found:
        kept(found)
        assert fitting(found) is not None
        snapshot_file.beside(path).chmod(0o666)
        assert fitting(found) is None


def test_a_command_of_the_shell_goes_on_from_a_snapshot_and_without_one_alike(
    book: Path | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    with to_write(book) as found:
        lines = found.lines

        def counted(after: int = 0) -> Iterator[Line]:
            read.append(after)
            return lines(after)

        monkeypatch.setattr(found, "lines", counted)
        plain = resume(found)
        deposit(plain, 1)
        kept(found)
        read.clear()
        begun = resume(found)
        assert read == [begun.state.seq], "no record is replayed"
        assert (pack(begun.state), begun.hash) == (pack(plain.state), plain.hash)
        deposit(begun, 2)
        assert verify(found).records == begun.state.seq
        found.keep_snapshot(b"no snapshot at all")
        read.clear()
        assert pack(resume(found).state) == pack(begun.state)
        assert read == [0]


def test_neither_a_copy_nor_a_check_of_a_book_looks_at_its_snapshot(book: Path | str, tmp_path: Path) -> None:
    with to_read(book) as found:
        raw = kept(found)
        found.keep_snapshot(b"no snapshot at all")
        assert verify(found).records == found.last()
    copy = tmp_path / "copy.book"
    carry(str(book), str(copy))
    with to_read(copy) as copied:
        assert fitting(copied) is None
        copied.keep_snapshot(raw)
        assert why(copy) == "", "it is of the same records"


LIMITS = ServiceLimits(stranger_burst=10_000, snapshot_at_stop=1)


def balance(client: httpx.Client) -> Any:
    """What steel has, by the tables and by the fold."""
    seen = client.get("/v1/accounts/steel").json()
    return {name: seen[name] for name in seen if name not in ("at", "record")}


def test_a_service_begins_from_the_snapshot_that_the_one_before_left_and_is_checked_meanwhile(book: Path | str) -> None:
    with served(book, LIMITS) as first:
        bank = first.signed("bank", actor=BANK)
        for number in range(1, 4):
            said = bank.post("/v1/commands/Deposit", json={"account": "steel", "fen": number}, headers=once(number))
            assert said.status_code == 200, said.text
        before, records = balance(first.signed("steel")), first.records()
    assert [event for event, _ in first.noted if "snapshot" in event] == ["snapshot"]
    with served(book, LIMITS) as second:
        begun = [fields for event, fields in second.noted if event == "began_from_snapshot"]
        assert begun == [{"records": records}]
        assert balance(second.signed("steel again", actor="steel")) == before
        checked_by(second)
        assert second.stranger().get("/readyz").json()["unchecked"] == 0
    with to_read(book) as found:
        assert verify(found).records == records


def once(number: int) -> dict[str, str]:
    return {"Idempotency-Key": f"deposit {number}"}


def checked_by(service: Any) -> None:
    """Wait until a service has checked its snapshot."""
    service.running.after.join(120)
    service.running._check._thread.join(120)
    assert "snapshot_checked" in [event for event, _ in service.noted], service.noted


def test_a_snapshot_is_made_anew_while_it_is_served(tmp_path: Path) -> None:
    path = market_book(tmp_path)
    with served(path, ServiceLimits(stranger_burst=10_000, snapshot_every=6)) as service:
        bank = service.signed("bank", actor=BANK)
        for number in range(1, 20):
            bank.post("/v1/commands/Deposit", json={"account": "steel", "fen": number}, headers=once(number))
        service.running.market._pool.submit(lambda: None).result()
        made = [fields["records"] for event, fields in service.noted if event == "snapshot"]
    assert made == sorted(set(made))
    assert len(made) >= 2


def forged(raw: bytes, change: Callable[[State], None]) -> bytes:
    """A snapshot that is whole and holds another state."""
    head, _, rest = raw[65:].partition(b"\n")
    of = msgspec.json.decode(head, type=snapshot.Of)
    state = unpack(rest[: of.state_bytes])
    change(state)
    packed = pack(state)
    other = msgspec.structs.replace(of, state=digest_of(packed), state_bytes=len(packed))
    return sealed(msgspec.json.encode(other) + b"\n" + packed + rest[of.state_bytes :])


def richer(state: State) -> None:
    """Steel has a fen of cement's: every invariant holds."""
    state.ledger.purses["steel"].fen += 1
    state.ledger.purses["cement"].fen -= 1


@pytest.mark.usefixtures("forked_services")
def test_a_snapshot_that_was_forged_whole_ends_the_service_and_is_never_begun_from_again(book: Path | str) -> None:
    with to_read(book) as found:
        found.keep_snapshot(forged(kept(found), richer))
        last = found.last()
    assert why(book) == ""
    with serving(book) as service:
        said = "".join(service.ended())
    assert service.process.returncode == 2
    assert f"comes to another state at record {last}" in said, said
    assert "airshed book verify" in said
    with to_read(book) as found:
        assert fitting(found) is None


def test_a_service_whose_snapshot_differs_ends_even_where_that_cannot_be_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: object) -> None:
        raise Malformed("the folder", "cannot be written", "look after it")

    with served(market_book(tmp_path)) as service:
        monkeypatch.setattr(run, "to_read", away)
        service.running._checked("another state")
        assert isinstance(service.running.broken, Differs)
        assert [event for event, _ in service.noted][-2:] == ["writer_ended", "snapshot_not_dropped"]


def test_a_state_that_breaks_an_invariant_is_not_begun_from(tmp_path: Path) -> None:
    path = market_book(tmp_path)

    def rich(state: State) -> None:
        state.ledger.purses["steel"].fen += 1

    with Book.read(path) as found:
        found.keep_snapshot(forged(kept(found), rich))
    assert "holds no state that can be (I3" in why(path)
    with served(path, LIMITS) as service:
        assert [fields["why"] for event, fields in service.noted if event == "snapshot_unfit"]


def test_a_check_names_a_record_that_is_altered_behind_a_snapshot(tmp_path: Path) -> None:
    path = market_book(tmp_path)
    with Book.read(path) as found:
        kept(found)
        fit = fitting(found)
        assert fit is not None
        asked = Asked(str(path), fit.of.seq, fit.of.hash, fit.of.state)
        assert checked(found, asked) == ""
        assert "another hash" in checked(found, msgspec.structs.replace(asked, hash="0" * 64))
        assert "the book ends at" in checked(found, msgspec.structs.replace(asked, seq=asked.seq + 1))
    with closing(sqlite3.connect(path)) as sql:
        (record,) = sql.execute("SELECT record FROM journal WHERE seq = 9").fetchone()
        sql.execute("UPDATE journal SET record = ? WHERE seq = 9", (record.replace(b'"at":', b'"at": '),))
        sql.commit()
    with Book.read(path) as found:
        assert "record 9" in checked(found, asked)


@pytest.mark.usefixtures("forked_services")
def test_a_writer_that_is_killed_after_its_snapshot_is_made_goes_on_from_it_with_all_that_was_answered(
    book: Path | str,
) -> None:
    keys = keys_for(book)
    with to_read(book) as found:
        kept(found)
        at = found.last()
    with serving(book) as service, Clients(service.url, keys, 2, seed=1) as sending:
        sending.hear(6)
        service.kill()
    with serving(book) as again:
        with Clients(again.url, keys, 2, seed=2) as after:
            after.hear(4)
        again.process.terminate()
        noted = again.ended()[1]
    assert f'"event":"began_from_snapshot","records":{at}' in noted
    with to_read(book) as found:
        heard = {**sending.fired.heard, **after.fired.heard}
        assert all(found.line(seq).hash == digest for seq, digest in heard.values() if seq is not None)
        verify(found)


def test_a_process_says_of_which_program_it_is_before_another_is_put_in_its_place(book: Path | str) -> None:
    snapshot.program.cache_clear()
    with to_read(book) as opened:
        assert fitting(opened) is None
    assert snapshot.program.cache_info().currsize == 1, "what it keeps when it stops is of the files that it began from"
