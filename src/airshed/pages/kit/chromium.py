"""The Chromium on the path that draws pages to files: without a window, and without the network."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from airshed.model.refusal import Malformed

#: Browsers that draw and print, in the order in which they are looked for; the first has no window and begins soonest.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
)
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
#: Seconds for one page.
LONGEST_S = 180
CURE = "install Chromium (apt-get install chromium), or open the page in any browser"


def browser(option: str) -> str:
    """The first browser on the path. Malformed, naming the option that asks for it, if there is none."""
    path = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if path is None:
        raise Malformed(option, f"no browser is on the path ({', '.join(BROWSERS)})", CURE)
    return path


@contextmanager
def drawn(option: str, page: str, name: str, flags: Sequence[str]) -> Iterator[Path]:
    """What the browser writes of a page to `{out}` in a flag, until the block ends. Malformed if it does not."""
    chromium = browser(option)
    with TemporaryDirectory() as folder:
        out = Path(folder) / name
        # A browser started by root refuses its own sandbox; the page loads nothing and asks nobody.
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        own = [flag.format(out=out) for flag in flags]
        command = [chromium, *FLAGS, *sandbox, f"--user-data-dir={folder}/profile", *own, page]
        try:
            done = subprocess.run(command, capture_output=True, timeout=LONGEST_S, check=False)
        except subprocess.TimeoutExpired:
            raise Malformed(option, f"{chromium} does not end in {LONGEST_S} s", CURE) from None
        if done.returncode or not out.is_file() or not out.stat().st_size:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise Malformed(option, f"{chromium} drew nothing: {said[-1][:160] if said else 'no word'}", CURE)
        yield out


def put(drawing: Path, target: Path) -> None:
    """Put what was drawn in its place, whole or not at all. Malformed when the folder is missing."""
    if not target.parent.is_dir():
        raise Malformed(str(target), "its folder does not exist", f"make {target.parent} first")
    half = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copyfile(drawing, half)
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
