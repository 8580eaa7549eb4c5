"""What is handed to who operates it: units and a recipe that name what there is, and a guide whose commands exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
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
        said = subprocess.run([tool, "verify", unit], check=False, capture_output=True, text=True, timeout=600)
        wrong = [each for each in said.stderr.splitlines() if "/opt/airshed" not in each and unit.name in each]
        assert wrong == []


def instructions() -> list[tuple[str, str]]:
    """The recipe, an instruction and its words each."""
    text = (ROOT / "deploy/Containerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def test_the_recipe_copies_and_runs_what_there_is() -> None:
    """`scripts/container` builds it and tries what it made; this holds what can be said without that."""
    copied = [rest.split()[:-1] for word, rest in instructions() if word == "COPY" and "--from" not in rest]
    for path in (path for paths in copied for path in paths):
        assert (ROOT / path).exists(), path
        kept = subprocess.run(["git", "ls-files", path], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        assert kept, f"{path} is in no clean checkout"
    whole = {each for paths in copied for path in paths for each in (path, path.split("/")[0])}
    built = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert set(built["targets"]["wheel"]["force-include"]) | {"src", "pyproject.toml", "README.md", "LICENSE"} <= whole
    for word, rest in instructions():
        if word == "RUN" and "pip install" in rest:
            assert "--require-hashes" in rest or "--no-index" in rest, rest
            for file in re.findall(r"-r (\S+)", rest):
                assert (ROOT / file).is_file(), file


def test_the_recipe_installs_every_library_by_its_digest_and_the_driver_of_the_database() -> None:
    pinned = {
        file: set(re.findall(r"^([a-z0-9-]+)==", (ROOT / f"requirements/{file}.txt").read_text("utf-8"), re.MULTILINE))
        for file in ("run", "postgresql", "build", "charts", "dev")
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for wanted in project["project"]["dependencies"]:
        assert re.split(r"[>=\[]", wanted)[0] in pinned["run"], wanted
    assert {"psycopg", "psycopg-binary"} <= pinned["postgresql"]
    assert "hatchling" in pinned["build"]
    for file in ("postgresql", "build", "charts"):
        lines = (ROOT / f"requirements/{file}.txt").read_text("utf-8")
        assert set(lines.splitlines()) <= set((ROOT / "requirements/dev.txt").read_text("utf-8").splitlines()), file


def test_what_the_recipe_makes_is_no_administrator_and_begins_the_service() -> None:
    last = {word: rest for word, rest in instructions()}
    assert last["USER"] == "airshed", "it does not run as root"
    assert json.loads(last["ENTRYPOINT"]) == ["airshed"]
    assert "airshed" in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    room, book, *options = json.loads(last["CMD"])
    section = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8").partition(f"## airshed {room}\n")[2]
    for option in (word for word in options if word.startswith("--")):
        assert option in section.partition("\n## ")[0], option
    assert book.startswith(last["VOLUME"])
    assert "--behind-proxy" in options


def test_the_guide_names_commands_and_options_that_there_are() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    known = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    asked = set(re.findall(r"airshed ((?:book|user|serve|gateway)(?: [a-z][a-z-]*)?)", text))
    assert len(asked) > 8
    for command in asked:
        assert f"airshed {command}" in known, command
    for option in set(re.findall(r"`(--[a-z-]+)`", text)):
        assert option in known, option
