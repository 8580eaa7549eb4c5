"""A page as a picture, taken by a Chromium that is on the path."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from airshed.model.refusal import Malformed

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
#: Nothing of the browser may reach for the network.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=2",
    "--virtual-time-budget=10000",
)
LONGEST_S = 120


def browser() -> str:
    """The Chromium that takes pictures; `Malformed` when there is none on the path."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise Malformed("--png", "no Chromium on the path to draw it", "install chromium, or leave --png out")
    return found


def take(html: str, size: tuple[int, int], path: Path) -> None:
    """Write the page as PNG of `size` pixels at twice the density, whole or not at all."""
    chromium = browser()
    if not path.parent.is_dir():
        raise Malformed(str(path), "its folder does not exist", f"make {path.parent} first")
    with TemporaryDirectory() as folder:
        page, taken = Path(folder) / "page.html", Path(folder) / "page.png"
        page.write_text(html, encoding="utf-8", newline="\n")
        command = [
            chromium,
            *FLAGS,
            f"--user-data-dir={folder}/profile",
            f"--window-size={size[0]},{size[1]}",
            f"--screenshot={taken}",
            page.as_uri(),
        ]
        try:
            subprocess.run(command, capture_output=True, timeout=LONGEST_S, check=False)
        except subprocess.TimeoutExpired:
            raise Malformed("--png", f"{chromium} took longer than {LONGEST_S} s", "leave --png out") from None
        if not taken.is_file():
            raise Malformed("--png", f"{chromium} drew no picture", "see that it runs, or leave --png out")
        half = path.with_name(f".{path.name}.part")
        try:
            shutil.copyfile(taken, half)
            half.replace(path)
        finally:
            half.unlink(missing_ok=True)
