"""The how-to of a region from nothing is run as it stands; its book keeps the days of Berlin, its portal shows them."""

from __future__ import annotations

import re
from pathlib import Path

from portals import portal, text_of
from shells import BLOCK, Shell

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "own-region-in-an-hour.md"


def test_a_region_elsewhere_is_played_from_a_skeleton_to_a_portal(shell: Shell) -> None:
    text = PAGE.read_text("utf-8")
    commands = re.findall(r"^\$ (.*)$", text, re.MULTILINE)
    ran = 0
    for block in BLOCK.finditer(text):
        if block[2]:
            (shell.folder / block[2]).write_text(block[3], "utf-8")
        else:
            ran += shell.expect(block[3])

    assert ran == len(commands)
    with portal(shell.folder / "year" / "rhein.book", demo_users=True) as served:
        public, official = served.stranger(), served.rehearsing("rhein-office", "zh-CN")
        prices = text_of(public.get("/prices"))
        assert "(Berlin time)" in prices
        assert "€" in prices
        assert "yuan" not in prices
        assert "（Europe/Berlin时间）" in text_of(official.get("/"))
