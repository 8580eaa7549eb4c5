"""Prints a page of the brief to PDF with a Chromium that is found on the path, without a window."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Language

#: Browsers that print, in the order in which they are looked for.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
#: Seconds for one page, and milliseconds that its scripts get.
LONGEST_S, SCRIPTS_MS = 180, 20_000
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--run-all-compositor-stages-before-draw",
)
CURE = "install Chromium (apt-get install chromium), or open the page in any browser and print it"


def browser() -> str:
    """The first browser on the path. Malformed, with the cure, if there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise Malformed("--pdf", f"no browser is on the path ({', '.join(BROWSERS)})", CURE)
    return found


def print_page(page: Path, target: Path, language: Language) -> None:
    """The page as a PDF in one language, whole or not at all. Malformed if no browser prints it."""
    with tempfile.TemporaryDirectory() as profile:
        half = Path(profile) / "page.pdf"
        # A browser started by root refuses its own sandbox; the page loads nothing and asks nobody.
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        command = [
            browser(),
            *FLAGS,
            *sandbox,
            f"--user-data-dir={profile}/profile",
            f"--virtual-time-budget={SCRIPTS_MS}",
            f"--print-to-pdf={half}",
            f"{page.resolve().as_uri()}#paper-{language}",
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=LONGEST_S, check=False)
        except subprocess.TimeoutExpired:
            raise Malformed("--pdf", f"{command[0]} does not end in {LONGEST_S} s", CURE) from None
        if done.returncode or not half.is_file() or not half.stat().st_size:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise Malformed("--pdf", f"{command[0]} printed nothing: {said[-1][:160] if said else 'no word'}", CURE)
        shutil.move(half, target)
