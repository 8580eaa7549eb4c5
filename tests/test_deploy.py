"""What is handed to who operates it: units and a recipe that name what there is, and a guide whose commands exist."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UNITS = sorted((ROOT / "deploy").glob("*.service"))
GUIDE = ROOT / "docs/how-to/operate-a-service.md"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_says_what_systemd_and_the_command_know(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    (line,) = re.findall(r"^ExecStart=\S+/airshed (.*)$", text, re.MULTILINE)
    room, _, rest = line.partition(" ")
    known = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    section = known.partition(f"## airshed {room}\n")[2].partition("\n## ")[0]
    for option in re.findall(r"--[a-z-]+", rest):
        assert option in section, option
    for wanted in ("NoNewPrivileges=true", "ProtectSystem=strict", "UMask=0077", "LimitNOFILE=20000", "User=airshed"):
        assert wanted in text
    tool = shutil.which("systemd-analyze")
    if tool is not None:
        said = subprocess.run([tool, "verify", unit], check=False, capture_output=True, text=True, timeout=60)
        wrong = [each for each in said.stderr.splitlines() if "/opt/airshed" not in each and unit.name in each]
        assert wrong == []


def test_the_recipe_copies_and_runs_what_there_is() -> None:
    text = (ROOT / "deploy/Containerfile").read_text(encoding="utf-8")
    for path in re.findall(r"^COPY (\S+)", text, re.MULTILINE):
        assert (ROOT / path).exists(), path
    assert "--require-hashes" in text
    assert re.search(r"^USER airshed$", text, re.MULTILINE), "it does not run as root"
    assert '"--behind-proxy"' in text


def test_the_guide_names_commands_and_options_that_there_are() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    known = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    asked = set(re.findall(r"airshed ((?:book|user|serve|gateway)(?: [a-z][a-z-]*)?)", text))
    assert len(asked) > 8
    for command in asked:
        assert f"airshed {command}" in known, command
    for option in set(re.findall(r"`(--[a-z-]+)`", text)):
        assert option in known, option
