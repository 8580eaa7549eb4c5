"""The wheel is whole: installed without the source beside it, its commands read laws, zones, scenarios and pages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from airshed import __version__

ROOT = Path(__file__).parents[1]
#: Folders of the project, and where a wheel has them.
INSIDE = {
    "src/airshed": "airshed",
    "rulebooks": "airshed/data/rulebooks",
    "zones": "airshed/data/zones",
    "scenarios": "airshed/data/scenarios",
    "examples": "airshed/data/examples",
}
#: A script that the portal hands out.
SCRIPT = "airshed/data/scripts/verify_proof.py"


def said(*words: str | Path, cwd: Path, **more: str) -> str:
    """What a process prints that ends well."""
    own = {**os.environ, "NO_COLOR": "1", **more}
    done = subprocess.run(words, cwd=cwd, env=own, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    said(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (made,) = folder.glob("airshed-*-py3-none-any.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what pip makes of the wheel."""
    target = tmp_path_factory.mktemp("installed")
    words = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check")
    said(sys.executable, *words, "--target", target, wheel, cwd=target)
    return target


def test_every_file_of_the_source_is_in_it_once(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert len(names) == len(set(names))
    kept = said("git", "ls-files", "--", *INSIDE, cwd=ROOT).splitlines() if (ROOT / ".git").exists() else []
    wanted = [
        f"{inside}/{Path(file).relative_to(folder)}"
        for folder, inside in INSIDE.items()
        for file in kept
        if Path(file).is_relative_to(folder)
    ]
    assert {*wanted, SCRIPT} <= set(names)
    assert "airshed/pages/kit/assets/echarts.js" in names, "what git ignores and users cannot make"
    assert "airshed/pages/portal/scripts/live.js" in names
    assert [name for name in names if Path(name).suffix in {".pyc", ".so"} or name.startswith("tests/")] == []


def test_its_commands_work_where_there_is_no_source(installed: Path, tmp_path: Path) -> None:
    script = installed / "bin" / "airshed"
    # The libraries of this environment as plain files: its own word for where the source lies is not read.
    path = f"{installed}{os.pathsep}{sysconfig.get_paths()['purelib']}"

    def airshed(*words: str) -> str:
        return said(sys.executable, "-P", script, *words, cwd=tmp_path, PYTHONPATH=path)

    where = said(sys.executable, "-P", "-c", "import airshed; print(airshed.__file__)", cwd=tmp_path, PYTHONPATH=path)
    assert Path(where.strip()).is_relative_to(installed)
    assert airshed("--version") == f"airshed {__version__}\n"
    assert airshed("rules", "check", "dianzhong", "acidrain", "shanxi").count("ok ") == 3
    assert (
        "Datang Honghe power plant" in json.loads(airshed("zone", "works", "dianzhong", "--json"))["works"][0].values()
    )
    assert "whip_index" in airshed("lab", "examples")
    airshed("lab", "prices", "--html", "prices.html")
    assert "One language for prices" in (tmp_path / "prices.html").read_text("utf-8")
    assert "draws" in airshed("lab", "run", "dianzhong", "--draws", "1", "--workers", "1", "--out", "draws")
    airshed("book", "new", "small.book")
    assert airshed("book", "verify", "small.book").startswith("ok: 1 record,")
