"""The clock of a book: a programme takes the machine's, a refusal moves none, and a stranger leaves no record."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from airshed.cli.main import run
from airshed.engine import commands as c
from airshed.engine.journal import Line, Record, chain, decode, encode
from airshed.engine.redecide import Anew
from airshed.engine.runner import Runner
from airshed.engine.state import State
from airshed.lab.simulator.small_market import BANK
from airshed.model.period import DAY_MS
from airshed.model.provenance import BY_HAND, Programme, Simulation
from airshed.model.refusal import Malformed, Why
from airshed.rulebook import lookup
from airshed.rulebook.load import find, texts
from airshed.service.book.clock import LONGEST_REST_MS, LONGEST_STEP_BACK_MS, asked_of, instant_for
from airshed.service.book.opening import begin, carry_on
from airshed.service.book.sqlite import Book
from laws import RULES
from markets import AT, done, market, send

FAR = 253_370_000_000_000
"""In the year 9998."""


def test_a_refused_command_moves_no_clock() -> None:
    """One refused command at 9998-12-31 moved a book there for good."""
    runner = market()
    before = runner.state.at
    answer = runner.send(c.Command("steel", "far", c.Deposit("steel", 1)), FAR)
    assert answer.refusal is not None
    assert answer.seq is not None
    assert decode(runner.journal.line(answer.seq)).at == FAR  # when it was sent is a fact
    assert runner.state.at == before
    later = done(runner, BANK, c.Deposit("steel", 1), AT + 1)
    assert later.seq is not None
    assert decode(runner.journal.line(later.seq)).at == AT + 1


def test_a_stranger_is_answered_and_leaves_no_record() -> None:
    """18,221 refused records a second filled 1.1 GB in 20 seconds."""
    runner = market()
    before = (runner.state.seq, runner.hash, runner.state.at)
    group = [(c.Command(f"nobody-{n}", "k", c.Deposit("steel", 1)), FAR) for n in range(50)]
    answers = runner.send_all([*group, (c.Command("nobody-1", "law", c.AdoptRulebook("x", "1", "0" * 64)), FAR)])

    assert {(answer.seq, answer.hash, answer.events) for answer in answers} == {(None, None, ())}
    assert {answer.refusal.why for answer in answers[:-1] if answer.refusal} == {Why.UNKNOWN_ACTOR}
    assert (runner.state.seq, runner.hash, runner.state.at) == before
    # once registered, the same key is decided as if it had never been sent
    assert send(runner, "steel", c.Deposit("steel", 1)).seq == before[0] + 1


def test_a_record_of_a_stranger_is_named_when_the_book_is_decided_anew() -> None:
    runner = market()
    lines = list(runner.journal.lines())
    state: State = runner.state
    refused = runner.send(c.Command("nobody", "k", c.Deposit("steel", 1)), AT).refusal
    forged = Record(state.seq + 1, state.at, "nobody", "k", c.Deposit("steel", 1), (), refused)
    lines.append(Line(forged.seq, chain(lines[-1].hash, encode(forged)), encode(forged)))
    anew = Anew(lambda digest: RULES, lambda seq: lines[seq - 1])
    with pytest.raises(Malformed, match=f"record {forged.seq}: is of nobody, who was not registered"):
        list(map(anew.follow, lines))


def real(at: int) -> State:
    """The state of a programme in which something happened then."""
    state = State()
    state.provenance, state.at, state.seq = Programme(), at, 1
    return state


def test_a_programme_takes_the_clock_of_the_machine() -> None:
    assert instant_for(real(AT), None, AT + DAY_MS) == AT + DAY_MS
    with pytest.raises(Malformed, match="--at: this book is a real programme, and takes the clock of the machine"):
        instant_for(real(AT), AT + DAY_MS, AT + DAY_MS)
    with pytest.raises(Malformed, match="--at: this book is a real programme"):
        asked_of(Programme(), AT, AT)
    played = real(AT)
    played.provenance = Simulation(BY_HAND)
    assert instant_for(played, FAR, AT) == FAR


def test_a_clock_that_jumps_is_asked_about() -> None:
    state = real(AT)
    for near in (-LONGEST_STEP_BACK_MS, 0, LONGEST_REST_MS):
        assert instant_for(state, None, AT + near) == AT + near
    for far, word in ((LONGEST_REST_MS + 1, "after"), (-LONGEST_STEP_BACK_MS - 1, "before"), (FAR - AT, "after")):
        with pytest.raises(Malformed, match=f"{word} what happened last.*--clock-is-right"):
            instant_for(state, None, AT + far)
        assert instant_for(state, None, AT + far, sure=True) == AT + far
    assert instant_for(State(), None, FAR) == FAR  # the first record has none before it


@pytest.mark.parametrize("years", [-100, 8_500])
def test_a_machine_whose_clock_has_no_day_is_asked_about(years: int) -> None:
    """Its date could not even be said."""
    with pytest.raises(Malformed, match="clock of the machine: is not between the years 1970 and 9999; set it right"):
        instant_for(real(AT), None, AT + years * 366 * DAY_MS, sure=True)
    with pytest.raises(Malformed, match="--at: is not between"):
        asked_of(Simulation(BY_HAND), AT + years * 366 * DAY_MS, AT)


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The status of a command of the shell, and what it printed on both streams."""
    monkeypatch.setattr("sys.argv", ["airshed", *words])
    with pytest.raises(SystemExit) as ended:
        run()
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


def test_the_shell_asks_no_instant_of_a_programme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, wishes = tmp_path / "real.book", tmp_path / "wishes.jsonl"
    wishes.write_text('{"actor":"nobody","key":"1","body":{"do":"Deposit","account":"x","fen":1}}\n')
    far = ("--at", "9998-12-31T00:00")
    status, _, error = said(monkeypatch, capsys, "book", "new", str(path), "--programme", *far)
    assert (status, path.exists()) == (2, False)
    assert "takes the clock of the machine" in error
    assert said(monkeypatch, capsys, "book", "new", str(path), "--programme")[0] == 0
    for words in (("send", str(path), str(wishes)), ("adopt", str(path), "--rulebook", "shanxi")):
        status, _, error = said(monkeypatch, capsys, "book", *words, *far)
        assert (status, error.count("\n")) == (2, 1)
        assert "takes the clock of the machine" in error
    status, told, _ = said(monkeypatch, capsys, "book", "send", str(path), str(wishes))
    assert (status, told.splitlines()[0][:36]) == (0, "not recorded, refused: unknown_actor")
    status, told, _ = said(monkeypatch, capsys, "book", "send", str(path), str(wishes), "--json")
    answer = msgspec.json.decode(told)
    assert (status, answer["seq"], answer["hash"], answer["refusal"]["why"]) == (0, None, None, "unknown_actor")


def test_a_programme_that_has_rested_is_carried_on_when_somebody_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, wishes = tmp_path / "real.book", tmp_path / "wishes.jsonl"
    begin(path, texts(find("dianzhong")), 1_000_000, Programme())  # in 1970
    office = lookup.founders(RULES, "RegisterActor")[0]
    wishes.write_text(f'{{"actor":"{office}","key":"1","body":{{"do":"RegisterActor","actor":"b","role":"bank"}}}}\n')
    words = ("book", "send", str(path), str(wishes))
    status, _, error = said(monkeypatch, capsys, *words)
    assert (status, error.count("\n")) == (2, 1)
    assert error.startswith("error: clock: this machine says 20")
    status, printed, _ = said(monkeypatch, capsys, *words, "--clock-is-right")
    assert (status, printed.splitlines()[0]) == (0, "2 ActProposed")
    with Book.open(path) as book:
        runner: Runner = carry_on(book)
        assert runner.state.at > 1_000_000
