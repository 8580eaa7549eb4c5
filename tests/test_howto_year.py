"""The how-to of a whole year is run as it stands, command by command, and no JSON is written by hand in it."""

from __future__ import annotations

import re
from pathlib import Path

from shells import BLOCK, Shell

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "run-a-real-year-with-two-firms.md"


def test_a_year_with_two_firms_is_run_without_a_line_of_json(shell: Shell) -> None:
    text = PAGE.read_text("utf-8")
    blocks = list(BLOCK.finditer(text))
    assert [block[2] for block in blocks if block[2]] == []
    commands = re.findall(r"^\$ (.*)$", text, re.MULTILINE)
    assert [command for command in commands if "{" in command or "echo" in command] == []

    assert sum(shell.expect(block[3]) for block in blocks) == len(commands)

    sent = {word for command in commands for word in re.findall(r"airshed act (\w+) ", command)}
    assert sent == {
        *("RegisterActor", "SetCap", "Deposit", "OpenAuction", "CloseAuction", "OfferDeal", "AcceptDeal"),
        *("ReportYear", "VerifyYear", "Surrender", "CloseYear", "PayPenalty"),
    }
