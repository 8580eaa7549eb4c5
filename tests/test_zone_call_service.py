"""Closing a zone-wide call of a book on disk: the solver's failure is not the book's, and the proof is in the book."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from airshed.engine import commands as c
from airshed.engine.journal import GENESIS
from airshed.engine.runner import Runner
from airshed.market.zonecall import NotCleared, check
from airshed.market.zonecall import call as solving
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.rulebook.digest import digest
from airshed.rulebook.load import load_texts
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import verify
from airshed.service.book.zone_call import ZoneCallClosed, close, proof
from laws import FILES
from markets import AT
from test_zone_calling import EXCHANGE, worked, zone

#: The shipped law with the receptor of the worked example.
LOADS = {"KM": "1", "QJ": "0", "YX": "0.5", "CX": "0", "HH": "0"}
TEXTS = {
    **FILES,
    "receptors.csv": (
        "pollutant,receptor,name_en,name_zh,limit,standard,cite,status\n"
        "SO2,kunming-air,Kunming,昆明,0.2,met,the worked example,to confirm\n"
    ).encode(),
    "transfer.csv": "\n".join(
        [
            "pollutant,receptor,jurisdiction,coefficient,origin,status",
            *(f"SO2,kunming-air,{place},{load},the worked example,to confirm" for place, load in LOADS.items()),
        ]
    ).encode(),
}
LAW = load_texts(TEXTS)
SCRIPT = Path(__file__).parents[1] / "scripts" / "verify_call.py"


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    with Book.create(tmp_path / "zone.book") as made:
        yield made


@pytest.fixture
def runner(book: Book) -> Runner:
    """The worked example in a book on disk, its law kept there."""
    book.keep_law(digest(LAW), TEXTS)
    found = zone(LAW, tables=True, journal=book)
    worked(found)
    return found


def closed(runner: Runner) -> ZoneCallClosed:
    done = close(runner, EXCHANGE, "spring", AT)
    assert isinstance(done, ZoneCallClosed), done
    assert done.answer.refusal is None
    return done


def test_a_call_is_solved_sent_and_settled_and_what_cleared_is_what_the_book_says(runner: Runner, book: Book) -> None:
    said: list[str] = []
    done = close(runner, EXCHANGE, "spring", AT, progress=said.append)
    assert isinstance(done, ZoneCallClosed)

    assert said == ["spring: SO2, orders to sell 1, to buy 2"]
    assert [each.gain for each in done.rounds] == [180_000]
    assert done.answer.hash == runner.hash
    row = book.sql.execute("SELECT count, zone_fen, open FROM zone_calls").fetchone()
    assert row == (1_000, 100_000, 0)
    assert book.sql.execute("SELECT sum(fen) FROM zone_fills WHERE side = 'buy'").fetchone() == (450_000,)


def test_a_solver_that_runs_out_of_its_time_leaves_the_book_as_it_was_and_the_call_open(
    runner: Runner, book: Book
) -> None:
    before, reached = book.last(), runner.hash
    failed = close(runner, EXCHANGE, "spring", AT, seconds=0.0)

    assert isinstance(failed, Refusal)
    assert (failed.why, failed.cite) == (Why.SOLVER_FAILED, "Demonstration measures (assumed), art. 19")
    assert "spring does not clear: HiGHS is not done after 0 s" in failed.detail
    assert (book.last(), runner.hash) == (before, reached)
    assert runner.state.zone_calls["spring"].open
    assert closed(runner).answer.seq == before + 1


def test_a_solver_that_fails_leaves_the_book_as_it_was(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    reached = runner.hash
    with monkeypatch.context() as patched:
        patched.setattr(solving, "solve", lambda *_: NotCleared("solver", "HiGHS ends with 'Unknown'"))
        failed = close(runner, EXCHANGE, "spring", AT)
    assert isinstance(failed, Refusal)
    assert failed.why is Why.SOLVER_FAILED
    assert runner.hash == reached
    assert closed(runner).rounds


def test_a_call_that_is_unknown_or_over_is_the_books_to_refuse(runner: Runner) -> None:
    for call, why in (("summer", Why.UNKNOWN_CALL), ("spring", Why.CALL_CLOSED)):
        if call == "spring":
            closed(runner)
        done = close(runner, EXCHANGE, call, AT, key=f"again {call}")
        assert isinstance(done, ZoneCallClosed)
        assert done.answer.refusal is not None
        assert (done.answer.refusal.why, done.rounds) == (why, ())


def test_the_same_close_sent_twice_is_answered_once(runner: Runner) -> None:
    """I13: the key is the call's; whoever never heard sends it again and hears the same."""
    first = closed(runner)
    assert first.answer.seq is not None
    assert b"CloseZoneCall" in runner.journal.line(first.answer.seq).record

    assert close(runner, EXCHANGE, "spring", AT) == ZoneCallClosed(first.answer, ())
    assert runner.state.seq == first.answer.seq


def test_a_close_that_the_book_refused_does_not_stand_in_the_way_of_the_next(runner: Runner) -> None:
    """The refusal stands under the usual key; the next attempt is another command, and not the old answer again."""
    refused = runner.send(c.Command(EXCHANGE, "close spring", c.CloseZoneCall("spring", 0, ())), AT)
    assert refused.refusal is not None
    assert refused.refusal.why is Why.UNPROVEN

    assert closed(runner).rounds


def test_the_proof_of_a_call_is_in_the_book(
    runner: Runner, book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(runner)
    found = proof(book, "spring")

    text = json.dumps(found)
    (row,) = check(text).rounds
    assert row.digest == book.sql.execute("SELECT digest FROM zone_rounds").fetchone()[0]
    path = tmp_path / "proof.json"
    path.write_text(text)
    monkeypatch.setattr(sys, "argv", ["verify_call.py", str(path)])
    runpy.run_path(str(SCRIPT))
    with pytest.raises(Malformed, match="there is no zone-wide call 'summer'"):
        proof(book, "summer")


def test_a_book_with_a_call_verifies(runner: Runner, book: Book) -> None:
    closed(runner)
    assert verify(book).hash == runner.hash != GENESIS
