"""A zone of one's own: copied, corrected by what was audited, and played by every command of the lab."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from airshed.cli.allocate.command import allocate
from airshed.cli.lab.group import app as lab
from airshed.cli.main import run
from airshed.cli.rules import app as rules
from airshed.cli.zone import app as zone_app
from airshed.cli.zone import caps as zone_caps
from airshed.lab.scenarios import schema
from airshed.model.provenance import Figures, one_line
from airshed.model.refusal import Malformed
from airshed.rulebook.shipped import shipped
from airshed.zone import inventory
from airshed.zone.load import find

#: Every command that looks at a zone, as a short run.
COMMANDS = (
    "lab equilibrium --years 2",
    "lab bridge --years 2",
    "lab linking --years 2",
    "lab collar --years 2",
    "lab guide",
    "lab frictions",
    "lab methods",
    "lab agents --market zone --strategy officer --days 2 --turns 4 --sessions 1",
    "allocate --method early_action",
    "allocate",
)


def airshed(*words: str) -> str:
    """What a command prints; `Malformed` is raised."""
    app = typer.Typer()
    app.add_typer(lab, name="lab")
    app.add_typer(zone_app, name="zone")
    app.add_typer(rules, name="rules")
    app.command()(allocate)
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def told(*words: str) -> Any:
    return json.loads(airshed(*words, "--json"))


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A copy of the Dianzhong zone."""
    airshed("zone", "copy", "dianzhong", str(tmp_path / "mine"))
    return tmp_path / "mine"


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_copy_is_the_zone(mine: Path) -> None:
    assert told("zone", "check", str(mine)) == told("zone", "check", "dianzhong")
    mine_too = told("lab", "equilibrium", "--years", "3", "--zone", str(mine))
    assert mine_too == told("lab", "equilibrium", "--years", "3")


def test_what_was_audited_is_no_longer_called_simulated_or_indicative(mine: Path) -> None:
    edited(mine / "abatement.csv", ",indicative,", ",confirmed,")
    edited(mine / "baseline.csv", ",simulated\n", ",verified 2026\n")
    for command in COMMANDS:
        origins = told(*command.split(), "--zone", str(mine))["origins"]
        assert not any("simulated" in each or "indicative" in each for each in origins), command
        assert any(each.endswith("emissions: verified 2026") for each in origins), command
    shown = airshed("lab", "guide", "--zone", str(mine))
    assert "abatement costs: confirmed 治理成本已核实" in shown


#: Every command whose figures are what its rows are (`test_provenance_shown.BY_ROWS`), and the page that it writes.
RESTING = {
    "allocate": "",
    "allocate --method early_action": "",
    "zone check {zone} --rulebook dianzhong": "",
    "lab equilibrium --years 2": "",
    "lab bridge --years 2": "",
    "lab linking --years 2": "",
    "lab collar --years 2": "",
    "lab frictions": "",
    "lab guide --pollutant SO2 --html {folder}/page.html": "page.html",
    "lab methods --html {folder}/page.html": "page.html",
}


@pytest.mark.parametrize("command", RESTING)
def test_answer_and_page_are_what_the_rows_are(command: str, mine: Path, tmp_path: Path) -> None:
    """Of audited emissions and confirmed costs only the law is assumed still; `test_origins` has the drawn zone."""
    edited(mine / "abatement.csv", ",indicative,", ",confirmed,")
    edited(mine / "baseline.csv", ",simulated\n", ",verified 2026\n")
    words = command.format(folder=tmp_path, zone=mine).split()
    said = told(*words, *(() if words[0] == "zone" else ("--zone", str(mine))))["provenance"]["of"]
    assert said == (["given"] if words[0] == "zone" else ["given", "assumed"])
    page = (tmp_path / RESTING[command]).read_text("utf-8") if RESTING[command] else ""
    assert "模拟" not in line_of(page)
    assert "simulated" not in line_of(page)


def line_of(page: str) -> str:
    """What a page says under its title that its figures are."""
    found = re.findall(r'id="provenance">(.*?)</p>', page)
    assert len(found) == bool(page)
    return found[0] if page else ""


def test_caps_proposed_say_beside_the_table_what_they_were_reckoned_from(
    mine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    zone_caps(str(mine), ["2027=90"])
    assert capsys.readouterr().err == one_line(Figures(("simulated",))) + "\n"
    edited(mine / "baseline.csv", ",simulated\n", ",verified 2026\n")
    zone_caps(str(mine), ["2027=90"])
    assert capsys.readouterr().err == one_line(Figures(("given",))) + "\n"


@pytest.mark.parametrize("command", ["lab equilibrium", "lab linking", "lab collar --floor 10"])
def test_of_ones_own_tables_nothing_is_called_simulated(command: str, tmp_path: Path) -> None:
    (tmp_path / "curves.csv").write_text(
        "zone,source,technology,cost_yuan_per_t,potential_t\nKM,a,fgd,1000,60\nQJ,b,fgd,900,60\n"
    )
    (tmp_path / "caps.csv").write_text("zone,year,baseline_t,cap_t\nKM,2027,100,50\nQJ,2027,100,50\n")
    files = ("--curves", str(tmp_path / "curves.csv"), "--caps", str(tmp_path / "caps.csv"))
    assert told(*command.split(), *files)["provenance"] == {"is": "figures", "of": ["given"]}
    if command == "lab equilibrium":
        (tmp_path / "air.csv").write_text("receptor,zone,coefficient,origin\nR,KM,1,assumed\nR,QJ,1,assumed\n")
        with_air = told(*command.split(), *files, "--matrix", str(tmp_path / "air.csv"))
        assert with_air["provenance"]["of"] == ["given", "assumed"]


def test_what_nobody_knows_is_no_zero_in_the_sums(tmp_path: Path) -> None:
    folder = tmp_path / "begun"
    airshed("zone", "new", str(folder))
    for line in ("AA-PWR-01,2025,VOC,32400,factor,example\n", "AA-PWR-01,2026,VOC,33300,factor,example\n"):
        edited(folder / "baseline.csv", line, "")
    said = told("zone", "check", str(folder))
    known = {"SO2": 1_510_000, "NOx": 905_000, "PM": 182_500, "VOC": None}
    assert said["cities"][0]["baseline_kg"] == {**known, "CO2": 3_023_853_475, "CF4": 0, "CO2e": 3_023_853_475}
    assert said["not_known"] == [{"source": "AA-PWR-01", "pollutant": "VOC"}]
    shown = airshed("zone", "check", str(folder))
    assert shown.count("not known 未知") == 2
    assert "VOC: not known of AA-PWR-01" in shown


def test_one_indicative_cost_keeps_all_of_them_indicative(mine: Path) -> None:
    first, second, rest = (mine / "abatement.csv").read_text("utf-8").split("\n", 2)
    changed = rest.replace(",indicative,", ",confirmed,")
    (mine / "abatement.csv").write_text(f"{first}\n{second}\n{changed}", "utf-8")
    assert "abatement costs: indicative" in told("zone", "check", str(mine))["origins"]


def test_its_figures_move_the_result(mine: Path) -> None:
    """Works that emit a tenth more under the same caps pay more; a criterion of one city moves its share."""
    lines = (mine / "baseline.csv").read_text("utf-8").splitlines()
    at = lines[0].split(",").index("amount")
    cells = [line.split(",") for line in lines[1:]]
    more = [
        ",".join([*row[:at], str(int(row[at]) * 11 // 10) if "SO2" in row else row[at], *row[at + 1 :]])
        for row in cells
    ]
    (mine / "baseline.csv").write_text("\n".join([lines[0], *more]) + "\n", "utf-8")
    ours = told("lab", "equilibrium", "--years", "2", "--zone", str(mine))["price_yuan_per_t"][0][0]
    assert ours > told("lab", "equilibrium", "--years", "2")["price_yuan_per_t"][0][0]

    rows = (mine / "criteria.csv").read_text("utf-8").splitlines()
    target = next(number for number, row in enumerate(rows) if row.startswith("CX,"))
    head = rows[0].split(",")
    cells_of = rows[target].split(",")
    cells_of[head.index("figure")] = "1"
    rows[target] = ",".join(cells_of)
    (mine / "criteria.csv").write_text("\n".join(rows) + "\n", "utf-8")

    def of_cx(*words: str) -> int:
        shares = told("allocate", "--method", "least_gini", *words)["shares"]
        return sum(each["count"] for each in shares if each["source"].startswith("CX-"))

    assert of_cx("--zone", str(mine)) != of_cx()


def test_a_scenario_names_its_zone(mine: Path, tmp_path: Path) -> None:
    text = shipped("scenarios", "dianzhong.toml").read_text("utf-8").replace("years = 5\n", "years = 2\n")
    named = tmp_path / "mine.toml"
    named.write_text(text.replace('rulebook = "dianzhong"\n', f'rulebook = "dianzhong"\nzone = "{mine}"\n'), "utf-8")
    assert schema.read(named).zone == str(mine)
    edited(mine / "baseline.csv", ",simulated\n", ",verified 2026\n")
    found = told("lab", "run", str(named), "--draws", "1", "--out", str(tmp_path / "out"))
    assert "emissions: verified 2026" in found["origins"]
    edited(mine / "baseline.csv", ",verified 2026\n", ",verified again\n")
    with pytest.raises(Malformed, match="holds draws of another zone"):
        told("lab", "run", str(named), "--draws", "1", "--out", str(tmp_path / "out"))


def test_a_zone_that_does_not_fit_is_refused(mine: Path, tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="KM is no jurisdiction of the rulebook shanxi; there are TY"):
        airshed("zone", "check", str(mine), "--rulebook", "shanxi")
    with pytest.raises(Malformed, match="no such folder is shipped"):
        airshed("lab", "guide", "--zone", "nowhere")
    with pytest.raises(Malformed, match="is there already"):
        airshed("zone", "copy", "dianzhong", str(mine))
    with pytest.raises(Malformed, match="cannot be written"):
        airshed("zone", "copy", "dianzhong", str(tmp_path / ("x" * 300)))
    edited(mine / "abatement.csv", ",indicative,", ",guessed,")
    with pytest.raises(Malformed, match="column status"):
        airshed("lab", "methods", "--zone", str(mine))
    edited(mine / "abatement.csv", ",guessed,", ",indicative,")
    (mine / "sources.csv").unlink()
    with pytest.raises(Malformed, match="the file is missing"):
        airshed("zone", "check", str(mine))
    with pytest.raises(Malformed, match="--zone: it goes only without"):
        airshed("lab", "equilibrium", "--curves", "a.csv", "--caps", "b.csv", "--zone", str(mine))


def test_laws_and_scenarios_are_copied_too(tmp_path: Path) -> None:
    """What ships is a beginning for whoever has only installed it."""
    draft = tmp_path / "draft"
    airshed("rules", "copy", "shanxi", str(draft))
    assert told("rules", "diff", "shanxi", str(draft))["changes"] == []
    with pytest.raises(Malformed, match="is there already"):
        airshed("rules", "copy", "shanxi", str(draft))
    mine = tmp_path / "mine.toml"
    mine.write_text(airshed("lab", "scenarios", "boom"), "utf-8")
    assert schema.read(mine) == schema.read(schema.find("boom"))
    assert told("lab", "scenarios", str(mine)) == told("lab", "scenarios", "boom")
    with pytest.raises(Malformed, match="no such file is shipped"):
        airshed("lab", "scenarios", "bust")


def test_caps_are_proposed_and_what_was_verified_is_not_drawn_over(mine: Path, tmp_path: Path) -> None:
    shipped_caps = shipped("rulebooks", "dianzhong") / "caps.csv"
    assert airshed(
        "zone", "caps", str(mine), "2027=90", "2028=87", "--rulebook", "dianzhong"
    ) == shipped_caps.read_text("utf-8")
    for share, what in (
        ("2027", "is not a number"),
        ("27=90", "no vintage"),
        ("2027=-1", "no part"),
        ("2027=900", "no part"),
    ):
        with pytest.raises(Malformed, match=what):
            airshed("zone", "caps", str(mine), share)
    with pytest.raises(Malformed, match="stands twice"):
        airshed("zone", "caps", str(mine), "2027=90", "2027=91")

    drawn = tmp_path / "drawn"
    airshed("zone", "draw", str(mine), "--out", str(drawn))
    for name in inventory.FILES:
        assert (drawn / name).read_bytes() == (mine / name).read_bytes()
    edited(mine / "baseline.csv", ",simulated\n", ",verified 2026\n")
    kept = (mine / "baseline.csv").read_bytes()
    with pytest.raises(Malformed, match="'verified 2026' was not drawn; name a new folder with --out"):
        airshed("zone", "draw", str(mine))
    assert (mine / "baseline.csv").read_bytes() == kept
    airshed("zone", "draw", str(mine), "--out", str(drawn), "--seed", "8")
    assert (drawn / "baseline.csv").read_bytes() != kept


def test_every_fault_of_a_zone_is_named_at_once_with_file_line_and_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(find("dianzhong"), folder)
    stacks, sources = folder / "stacks.csv", folder / "sources.csv"
    good = stacks.read_text(), sources.read_text()

    def checked(*faults: tuple[Path, int, str, str]) -> str:
        for path, text in zip((stacks, sources), good, strict=True):
            rows = list(csv.reader(text.splitlines()))
            for _, line, column, cell in (fault for fault in faults if fault[0] == path):
                rows[line - 1][rows[0].index(column)] = cell
            with path.open("w", newline="") as file:
                csv.writer(file).writerows(rows)
        monkeypatch.setattr("sys.argv", ["airshed", "zone", "check", str(folder)])
        with pytest.raises(SystemExit) as end:
            run()
        assert end.value.code == 2
        return capsys.readouterr().err

    area, place = "area_m2", "jurisdiction"
    said = checked((stacks, 3, area, "wide"), (stacks, 9, area, ""), (sources, 4, "sector", "pwer"))
    (folder / "abatement.csv").rename(folder / "away")
    assert said.count("\nerror: ") == 2
    for where in ("stacks.csv line 3 column area_m2", "stacks.csv line 9 column area_m2", "sources.csv line 4 column"):
        assert where in said
    said = checked((stacks, 3, area, "wide"))
    assert "abatement.csv: the file is missing" in said
    assert "stacks.csv line 3" in said
    (folder / "away").rename(folder / "abatement.csv")
    said = checked((sources, 3, place, "XX"), (sources, 5, place, "km"))
    assert "line 3 column jurisdiction: no such jurisdiction 'XX'; there are KM, QJ, YX, CX, HH" in said
    assert "line 5 column jurisdiction: no such jurisdiction 'km'" in said
    assert "(did you mean 'KM'?)" in said
