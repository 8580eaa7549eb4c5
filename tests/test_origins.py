"""A figure that is indicative, simulated or assumed says so wherever it is shown: on screen and in JSON."""

import json
import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from airshed.cli.allocate.command import allocate
from airshed.cli.lab.group import app as lab
from airshed.market.sharing.named import NAMED
from airshed.pages.kit.origins import origin
from airshed.pages.methods.words import inputs
from airshed.rulebook.load import find, load
from airshed.zone.origins import of_caps
from test_provenance_shown import BY_ROWS

#: A command over the shipped zone, and what its result rests on beside the caps.
RESULTS = {
    "lab equilibrium --years 3": ("costs", "emissions"),
    "lab bridge --years 3": ("costs", "emissions"),
    "lab linking --years 3": ("costs", "emissions"),
    "lab collar --years 3": ("costs", "emissions"),
    "lab guide": ("costs", "emissions"),
    "lab frictions": ("costs", "emissions"),
    "lab methods": ("costs", "emissions"),
    "lab agents --market zone --strategy officer --days 2 --turns 4 --sessions 1": ("costs", "emissions"),
    "lab run dianzhong --draws 1 --out {folder}/run": ("costs", "emissions"),
    "lab sensitivity dianzhong --size 2": ("costs", "emissions", "ranges"),
    "allocate --pollutant SO2 --jurisdiction CX": ("outputs",),
    "allocate --method early_action": ("outputs",),
    "allocate --method shapley": ("outputs", "costs"),
}
WORDS = {
    "costs": ("abatement costs: indicative", "治理成本为参考值"),
    "emissions": ("emissions: simulated", "排放量为模拟数据"),
    "outputs": ("outputs and emissions: simulated", "产量与排放量为模拟数据"),
    "ranges": ("ranges of growth, costs and caps: assumed", "增长、成本与总量的区间为假设"),
}


def airshed(*words: str) -> str:
    """What a command prints."""
    app = typer.Typer()
    app.add_typer(lab, name="lab")
    app.command()(allocate)
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("command", RESULTS)
def test_what_is_not_measured_says_so_on_screen_and_in_json(command: str, tmp_path: Path) -> None:
    words = command.format(folder=tmp_path).split()
    shown = airshed(*words)
    answer = json.loads(airshed(*words, "--json"))
    origins = answer["origins"]
    if " ".join(words[: 1 + (words[0] == "lab")]) in BY_ROWS:
        assert answer["provenance"] == {"is": "figures", "of": ["assumed", "simulated"]}
    assert any(each.startswith("caps: ") and each.endswith("(to confirm)") for each in origins)
    for key in RESULTS[command]:
        english, chinese = WORDS[key]
        assert english in origins
        assert f"{english} {chinese}" in shown


def test_a_laboratory_market_is_nobodys() -> None:
    assert json.loads(airshed("lab", "agents", "--sessions", "1", "--json"))["origins"] == []


def test_another_law_has_another_money() -> None:
    """Costs of the American law are dollars on every screen, though columns of files are named yuan."""
    for command in ("equilibrium --years 2", "linking --years 2", "collar --years 2", "frictions", "methods"):
        shown = airshed("lab", *command.split(), "--rulebook", "acidrain")
        assert "yuan" not in shown, command
        assert "dollars" in shown, command


@pytest.mark.parametrize("law", ["dianzhong", "shanxi", "acidrain"])
def test_what_a_law_rests_its_caps_on_and_what_a_method_asks_for_are_said_in_chinese(law: str) -> None:
    """Pages of methods and designs had them in English alone."""
    said = origin(of_caps(load(find(law)))).zh
    assert not re.search(r"[a-z]{2,} [a-z]{2,}", said), said
    for each in NAMED.values():
        assert not re.search("[a-z]", inputs(each.inputs).zh), each.inputs
