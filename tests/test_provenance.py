"""What a book is stands in its first record, and goes with everything that is shown of it."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from airshed.cli.main import run
from airshed.cli.show import of, shown, table
from airshed.engine import commands as c
from airshed.engine.journal import MemoryJournal, decode
from airshed.engine.runner import Runner
from airshed.model.provenance import BY_HAND, CHINESE, Figures, Programme, Provenance, Simulation, one_line, said
from airshed.model.refusal import Malformed, Why
from airshed.rulebook.digest import digest
from airshed.service.book.opening import adopt
from airshed.service.book.sqlite import Book
from laws import FILES, RULES
from markets import AT, AUTHORITY, REGISTRAR, send


def adopting(provenance: Provenance | None, rules: object = RULES) -> c.AdoptRulebook:
    """The command that puts the law of the tests in force."""
    return c.AdoptRulebook(RULES.programme.id, RULES.programme.version, digest(RULES), provenance)


@pytest.mark.parametrize("provenance", [Programme(), Simulation("a rehearsal"), Simulation("a drawn year", 7)])
def test_the_first_record_says_what_the_book_is(provenance: Provenance) -> None:
    journal = MemoryJournal()
    runner = Runner(journal, RULES)
    answer = send(runner, AUTHORITY, adopting(provenance))

    assert answer.refusal is None
    assert runner.state.provenance == provenance
    assert decode(journal.line(1)).events == answer.events
    assert Runner(journal, RULES).state.provenance == provenance, "restart is replay"


def test_a_book_that_does_not_say_what_it_is_is_not_begun() -> None:
    refusal = send(Runner(MemoryJournal(), RULES), AUTHORITY, adopting(None)).refusal

    assert refusal is not None
    assert refusal.why == Why.NO_PROVENANCE
    assert refusal.cite


@pytest.mark.parametrize(
    ("provenance", "simulated", "why"),
    [
        (Programme(), True, Why.SIMULATED_SOURCE),
        (Programme(), False, None),
        (Simulation(BY_HAND), True, None),
        (Simulation(BY_HAND), False, None),
    ],
)
def test_a_real_programme_has_no_simulated_source(provenance: Provenance, simulated: bool, why: Why | None) -> None:
    """What is drawn is not mixed with what has happened; a rehearsal may well have works that exist."""
    runner = Runner(MemoryJournal(), RULES)
    send(runner, AUTHORITY, adopting(provenance))
    send(runner, REGISTRAR, c.OpenAccount("kiln", "operator", "Kiln", "KM"))
    answer = send(runner, AUTHORITY, c.RegisterSource("KM-K-1", "Kiln 1", "kiln", "KM", "cement", simulated, ()))

    assert (answer.refusal and answer.refusal.why) == why
    assert answer.refusal is None or answer.refusal.cite
    assert bool(runner.state.sources) == (why is None)


@pytest.mark.parametrize("first", [Programme(), Simulation(BY_HAND)])
@pytest.mark.parametrize("then", [Programme(), Simulation(BY_HAND), Simulation("another", 1)])
def test_what_a_book_is_cannot_be_changed(first: Provenance, then: Provenance) -> None:
    runner = Runner(MemoryJournal(), RULES)
    send(runner, AUTHORITY, adopting(first))
    refusal = send(runner, AUTHORITY, adopting(then)).refusal

    assert refusal is not None
    assert refusal.why == Why.PROVENANCE_FIXED
    assert runner.state.provenance == first


def test_the_law_in_force_once_more_is_the_same_act(tmp_path: Path) -> None:
    """The second call need not repeat what the book is."""
    with Book.create(tmp_path / "a.book") as book:
        _, first = adopt(book, FILES, AT, Simulation("a rehearsal", 3))
        _, again = adopt(book, FILES, AT)

    assert first.refusal is None
    assert again == first


def test_the_book_says_it_to_any_sql_tool(tmp_path: Path) -> None:
    rows = []
    for name, provenance in (("real", Programme()), ("played", Simulation("a drawn year", 7))):
        with Book.create(tmp_path / name) as book:
            adopt(book, FILES, AT, provenance)
            rows += book.sql.execute("SELECT seq, kind, scenario, seed, en, zh FROM provenance").fetchall()

    assert rows == [
        (1, "programme", None, None, *said(Programme())),
        (1, "simulation", "a drawn year", 7, *said(Simulation("a drawn year", 7))),
    ]


def shell(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The command with these words; its status."""
    monkeypatch.setattr("sys.argv", ["airshed", *words])
    with pytest.raises(SystemExit) as ended:
        run()
    return int(ended.value.code or 0)


def test_whoever_makes_a_book_says_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a word it is a rehearsal: that is the mistake that does no harm."""
    for name, words in (("a", []), ("b", ["--programme"]), ("c", ["--scenario", "winter", "--seed", "4"])):
        at = [] if "--programme" in words else ["--at", "2026-12-01T09:00"]  # a programme takes the machine's time
        assert shell(monkeypatch, "book", "new", str(tmp_path / name), *words, *at) == 0
    capsys.readouterr()
    found = []
    for name in "abc":
        with Book.read(tmp_path / name) as book:
            found.append(decode(book.line(1)).body.provenance)  # type: ignore[union-attr]

    assert found == [Simulation(BY_HAND), Programme(), Simulation("winter", 4)]
    assert shell(monkeypatch, "book", "new", str(tmp_path / "d"), "--programme", "--seed", "4") == 2
    assert "a real programme has no scenario and no seed" in capsys.readouterr().err
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("scenario", ["", "x" * 101, "a\x07bell"])
def test_a_scenario_has_a_name_that_can_be_shown(scenario: str) -> None:
    with pytest.raises(Malformed):
        send(Runner(MemoryJournal(), RULES), AUTHORITY, adopting(Simulation(scenario)))


def test_the_line_is_there_in_both_languages() -> None:
    for scenario, name in CHINESE.items():
        english, chinese = said(Simulation(scenario, 5))
        assert scenario in english
        assert "seed 5" in english
        assert "No real firm" in english
        assert name in chinese
        assert "种子5" in chinese
    assert "seed" not in said(Simulation(BY_HAND))[0]
    assert not {*said(Programme())} & {*said(Simulation(BY_HAND))}


def test_nothing_of_a_command_outlives_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether it ended in the middle, or was run past the entry: the next in the same process begins clean."""
    (tmp_path / "bids.csv").write_text("bidder,price,quantity\nsteel,30.5,100\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def broken() -> None:
        """A table is printed, and then the command cannot go on."""
        of(Programme())
        table("half", ["kg #"], [[1]])
        raise Malformed("bids.csv", "ends here", "give the rest")

    with monkeypatch.context() as within:
        within.setattr("airshed.cli.main.build", lambda rooms, asked: lambda **given: broken())
        assert shell(within, "auction", "clear") == 2
    assert shown() is None
    of(Programme())
    table("past the entry", ["kg #"], [[1]])
    capsys.readouterr()

    assert shell(monkeypatch, "auction", "clear", "bids.csv", "--supply", "50", "--json") == 0
    (answer,) = capsys.readouterr().out.splitlines()
    assert json.loads(answer)["provenance"] == {"is": "figures", "of": ["given"]}
    assert shell(monkeypatch, "--version") == 0
    assert one_line(Programme()) not in capsys.readouterr().out


def test_a_certificate_says_what_it_is_of_to_whoever_checks_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not what the file of a stranger would be: the word goes from the book to the certificate, and to the screen."""
    text = (
        "order,side,account,sector,pollutant,jurisdiction,year,place,count,limit\n"
        "o1,offer,a,power,SO2,KM,2027,KM,1000,1000\n"
        "b1,bid,b,power,SO2,KM,2027,KM,1000,2000\n"
    )
    (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert shell(monkeypatch, "call", "clear", "orders.csv", "--certificate", "proof.json") == 0
    proof = json.loads(Path("proof.json").read_text())
    for told in (Simulation("a rehearsal", 3), Programme(), Figures(("measured",))):
        Path("proof.json").write_text(json.dumps(proof | {"provenance": msgspec.to_builtins(told)}))
        capsys.readouterr()
        assert shell(monkeypatch, "call", "check", "proof.json") == 0
        assert capsys.readouterr().out.splitlines()[-1] == one_line(told)
        assert shell(monkeypatch, "call", "check", "proof.json", "--json") == 0
        assert json.loads(capsys.readouterr().out)["provenance"] == json.loads(msgspec.json.encode(told))
