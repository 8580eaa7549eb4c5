"""Whatever is shown of a book says what the book is: screens, JSON, market files, pages. No command is forgotten."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from random import Random

import polars as pl
import pytest
import typer

from airshed.cli import show
from airshed.cli.main import ROOMS, build, run
from airshed.cli.origins import OF_COMMAND, entry_of, of_command
from airshed.cli.reference.shell import leaves
from airshed.engine.tables import TABLES
from airshed.model.provenance import (
    DEMO,
    KINDS,
    STACKS,
    Figures,
    Programme,
    Simulation,
    of_evidence,
    one_line,
    said,
    together,
)  # fmt: skip
from airshed.model.refusal import Malformed
from airshed.pages.market import build as market_page
from airshed.pages.market.facts import facts_of
from airshed.rulebook.shipped import shipped
from airshed.service.marketdata import Market
from airshed.service.marketdata.export import export
from airshed.service.stacks.measure import simulate_zone
from airshed.service.stacks.stack_folder import provenance_of
from airshed.zone.load import load as load_zone
from laws import RULES

SAMPLE = 8
#: Commands whose figures are what the rows are that they compute with; `test_own_zone` runs every one of them.
BY_ROWS = (
    "allocate",
    "zone check",
    "zone caps",
    *(
        f"lab {name}"
        for name in ("brief", "methods", "guide", "equilibrium", "bridge", "linking", "collar", "frictions")
    ),
)
ZONE = load_zone(shipped("zones", "dianzhong"))


@pytest.fixture(scope="module")
def year(year_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The played year, as a closed book."""
    return Path(shutil.copy(year_book, tmp_path_factory.mktemp("year")))


#: Commands whose book or evidence says it, beside those of the rooms `book` and `market`.
OF_WHAT_IS_READ = ("demo", "report", "replay", "lab replay", "gateway measure")
#: Groups and commands that say it of what they read, or show no figure.
TOLD_INSIDE = ("act", "market", "book", "proof", "sealed", "serve", "user", "sign-in", "sign-out")
PLAYED = Simulation(DEMO, 7)


def printed(words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """What a command prints, and its status."""
    monkeypatch.setattr("sys.argv", ["airshed", *words])
    with pytest.raises(SystemExit) as ended:
        run()
    return int(ended.value.code or 0), capsys.readouterr().out


def test_every_command_of_the_shell_says_what_its_figures_are() -> None:
    """Generated from the shell itself: a new command stands in the catalogue, or the build fails."""
    commands = [path.removeprefix("airshed ") for path, _ in leaves(typer.main.get_command(build(ROOMS)), "airshed")]

    entries = {path: entry_of(path.split()) for path in commands}
    assert [path for path, entry in entries.items() if path.split()[0] != entry.split()[0]] == []
    assert set(entries.values()) == set(OF_COMMAND), "an entry that no command has"
    kinds_of_commands = {kind for kinds in OF_COMMAND.values() for kind in kinds}
    assert kinds_of_commands == {*KINDS} - {"measured"}, "what is measured, the evidence says of itself"
    for path, entry in entries.items():
        told_inside = entry in TOLD_INSIDE or path in (*OF_WHAT_IS_READ, *BY_ROWS)
        kinds = OF_COMMAND[entry]
        assert told_inside != bool(kinds), path
        assert of_command([*path.split(), "--json"]) == (Figures(kinds) if kinds else None)


@pytest.mark.usefixtures("year_read_once")
@pytest.mark.parametrize(
    "words",
    [
        ["book", "show", "BOOK"],
        ["book", "show", "BOOK", "record"],
        ["book", "statement", "BOOK", "qj-pwr-02"],
        ["book", "reserve", "BOOK"],
        ["book", "head", "BOOK"],
        ["market", "tape", "BOOK"],
        ["market", "summary", "BOOK"],
        ["market", "interest", "BOOK"],
        ["market", "index", "BOOK"],
        ["market", "bars", "BOOK", "--series", "SO2-KM-2027"],
        ["replay", "BOOK"],
    ],
    ids=lambda words: "-".join(words).lower(),
)
def test_every_line_of_json_of_a_book_carries_it(
    words: list[str], year: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out = printed([word.replace("BOOK", str(year)) for word in [*words, "--json"]], monkeypatch, capsys)

    assert status == 0
    assert out
    for line in out.splitlines():
        assert json.loads(line)["provenance"] == {"is": "simulation", "scenario": DEMO, "seed": 7}


def test_a_copy_says_what_the_book_is(
    year: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, line = printed(["book", "copy", str(year), str(tmp_path / "a.book"), "--json"], monkeypatch, capsys)
    assert json.loads(line)["provenance"] == {"is": "simulation", "scenario": DEMO, "seed": 7}


def test_a_random_sample_of_read_tables_says_it_on_screen_and_in_json(
    year: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in Random(11).sample([table.name for table in TABLES], SAMPLE):
        _, screen = printed(["book", "show", str(year), name], monkeypatch, capsys)
        _, lines = printed(["book", "show", str(year), name, "--json"], monkeypatch, capsys)
        assert screen.rstrip().endswith(one_line(PLAYED)), name
        assert all("provenance" in json.loads(line) for line in lines.splitlines()), name


def test_a_programme_is_called_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "real.book")
    _, made = printed(["book", "new", path, "--programme", "--json"], monkeypatch, capsys)
    assert json.loads(made)["provenance"] == {"is": "programme"}
    assert printed(["book", "show", path, "accounts"], monkeypatch, capsys)[1].rstrip().endswith(one_line(Programme()))


def test_what_one_command_said_is_not_said_by_the_next(
    year: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    printed(["book", "show", str(year)], monkeypatch, capsys)
    _, other = printed(["hj212", "explain", "##0001", "--json"], monkeypatch, capsys)
    assert "demo" not in other
    assert show.shown() in (None, Figures(("given",)))


def test_every_file_of_the_market_carries_it(year_market: Market, tmp_path: Path) -> None:
    export(year_market, RULES, tmp_path / "csv", "csv")
    export(year_market, RULES, tmp_path / "parquet", "parquet")
    for path in (tmp_path / "csv").iterdir():
        if path.name != "columns.csv":
            assert set(pl.read_csv(path)["provenance"]) <= {said(PLAYED)[0]}, path.name
    for path in (tmp_path / "parquet").glob("*.parquet"):
        assert json.loads(pl.read_parquet_metadata(path)["provenance"])["seed"] == 7, path.name
        assert set(pl.read_parquet(path)["provenance"]) <= {said(PLAYED)[0]}, path.name


def test_the_page_of_the_market_carries_it_in_both_languages(year_market: Market) -> None:
    html = market_page(facts_of(year_market, RULES, "year.book"))
    for line in said(PLAYED):
        assert line in html


def test_every_template_of_a_page_has_the_line() -> None:
    """A page that forgets to pass it cannot be made: an unknown name of a template is an error."""
    pages = Path(show.__file__).parents[1] / "pages"
    templates = sorted(pages.glob("*/templates/*.j2"))
    assert sum("<html" in path.read_text("utf-8") for path in templates) > 1
    assert len(templates) > 10
    for path in templates:
        text = path.read_text("utf-8")
        line = re.search(r"\{\{ (provenance(\|both|\.said\(language\))|said\(provenance\)) \}\}", text)
        assert line or "<html" not in text, path.name


def test_evidence_that_was_drawn_says_so() -> None:
    assert of_evidence(7) == Simulation("stacks that report", 7)
    assert of_evidence(None) == Figures(("measured",))


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One stack's simulated year."""
    folder = tmp_path_factory.mktemp("evidence") / "evidence"
    simulate_zone(folder, ZONE, 2027, 7, stacks=["KM-CEM-01-B"], workers=1)
    return folder


def test_simulated_evidence_says_so_in_its_manifest_and_in_all_that_is_made_of_it(
    evidence: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = {"is": "simulation", "scenario": STACKS, "seed": 7}
    frames, hours, out = str(evidence), str(tmp_path / "hours"), tmp_path / "out"
    assert json.loads((evidence / "evidence.json").read_bytes())["provenance"] == told
    for words in (
        ["mrv", "run", frames, "--out", str(out), "--workers", "1"],
        ["mrv", "readings", frames, "--out", hours, "--workers", "1"],
        ["mrv", "run", hours, "--out", str(tmp_path / "again"), "--workers", "1"],
        ["mrv", "explain", frames, "KM-CEM-01-B", "2027-03-03"],
        ["mrv", "page", hours, "KM-CEM-01-B", "--html", str(tmp_path / "page.html")],
        ["mrv", "completeness", frames, "--html", str(tmp_path / "map.html"), "--workers", "1"],
    ):
        status, line = printed([*words, "--json"], monkeypatch, capsys)
        assert (status, json.loads(line)["provenance"]) == (0, told), words
    for name in ("page.html", "map.html"):
        assert all(each in (tmp_path / name).read_text("utf-8") for each in said(Simulation(STACKS, 7))), name
    written = [*out.rglob("*.parquet"), *Path(hours).rglob("*.parquet")]
    assert len(written) == 2
    for path in written:
        assert json.loads(pl.read_parquet_metadata(path)["provenance"]) == told, path
    for path in (*out.glob("summary-*.json"), *out.glob("*/2027/*.json"), Path(hours) / "readings.json"):
        assert json.loads(path.read_bytes())["provenance"] == told, path


def test_old_evidence_is_told_by_its_seed_and_a_manifest_that_says_two_things_is_refused(
    evidence: Path, tmp_path: Path
) -> None:
    said_there = json.loads((evidence / "evidence.json").read_bytes())
    for name, change, told in (
        ("old", {"provenance": None}, of_evidence(7)),
        ("receipts", {"provenance": None, "seed": None}, of_evidence(None)),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "evidence.json").write_text(json.dumps({**said_there, **change}))
        assert provenance_of(tmp_path / name) == told
    (tmp_path / "old" / "evidence.json").write_text(json.dumps({**said_there, "seed": None}))
    with pytest.raises(Malformed, match="its seed is None"):
        provenance_of(tmp_path / "old")


def test_readings_of_two_seeds_are_not_taken_for_measured() -> None:
    """They have no one seed, which used to be the mark of a monitor."""
    assert together([of_evidence(7), of_evidence(8)]) == Simulation(STACKS)
    assert together([of_evidence(7), of_evidence(None)]) == Figures(("measured", "simulated"))


def test_a_certificate_says_what_its_figures_are_beside_what_it_proves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The digest is of what is proved; a certificate of before, which says nothing, still holds."""
    (tmp_path / "curves.csv").write_text("zone,source,technology,cost_yuan_per_t,potential_t\nKM,a,fgd,1000,60\n")
    (tmp_path / "caps.csv").write_text("zone,year,baseline_t,cap_t\nKM,2027,100,50\n")
    monkeypatch.chdir(tmp_path)
    words = ["lab", "equilibrium", "--curves", "curves.csv", "--caps", "caps.csv", "--certificate", "proof.json"]
    status, _ = printed(words, monkeypatch, capsys)
    proof = json.loads(Path("proof.json").read_text())

    assert status == 0
    assert proof["provenance"] == json.loads(printed([*words, "--json"], monkeypatch, capsys)[1])["provenance"]
    assert proof["provenance"] == {"is": "figures", "of": ["given"]}, "nothing of one's own tables was simulated"
    status, held = printed(["lab", "check", "proof.json", "--json"], monkeypatch, capsys)
    assert (status, json.loads(held)["provenance"]) == (0, proof.pop("provenance"))
    for claimed in ({"is": "programme"}, {"is": "figures", "of": ["measured"]}, {"is": "figures", "of": []}):
        Path("claims.json").write_text(json.dumps({**proof, "provenance": claimed}))
        assert printed(["lab", "check", "claims.json", "--json"], monkeypatch, capsys) == (2, ""), claimed
    Path("old.json").write_text(json.dumps(proof))
    status, held = printed(["lab", "check", "old.json", "--json"], monkeypatch, capsys)
    assert (status, json.loads(held)["digest"]) == (0, proof["digest"])
