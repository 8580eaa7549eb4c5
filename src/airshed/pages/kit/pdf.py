"""Prints a page to PDF, in one of its languages."""

from __future__ import annotations

from pathlib import Path

from airshed.pages.kit.chromium import drawn, put
from airshed.pages.kit.words import Language

#: Milliseconds that the scripts of the page get.
SCRIPTS_MS = 20_000


def printed_at(page: Path, language: Language) -> str:
    """The address under which a page shows itself as it is printed, in a language."""
    return f"{page.resolve().as_uri()}#paper-{language}"


def print_page(page: Path, target: Path, language: Language) -> None:
    """The page as a PDF, whole or not at all. Malformed if no browser prints it."""
    flags = (
        "--no-pdf-header-footer",
        "--run-all-compositor-stages-before-draw",
        f"--virtual-time-budget={SCRIPTS_MS}",
        "--print-to-pdf={out}",
    )
    with drawn("--pdf", printed_at(page, language), "page.pdf", flags) as pdf:
        put(pdf, target)
