"""Takes a picture of a page."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from airshed.model.refusal import Malformed
from airshed.pages.kit.chromium import drawn, put

#: Milliseconds that the scripts of the page get.
SCRIPTS_MS = 10_000


def take(html: str, size: tuple[int, int], path: Path) -> None:
    """Write the page as PNG of `size` pixels at twice the density, whole or not at all."""
    if not path.parent.is_dir():
        raise Malformed(str(path), "its folder does not exist", f"make {path.parent} first")
    flags = (
        "--hide-scrollbars",
        "--force-device-scale-factor=2",
        f"--virtual-time-budget={SCRIPTS_MS}",
        f"--window-size={size[0]},{size[1]}",
        "--screenshot={out}",
    )
    with TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(html, encoding="utf-8", newline="\n")
        with drawn("--png", page.as_uri(), "page.png", flags) as png:
            put(png, path)
