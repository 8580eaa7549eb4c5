"""Random commands under laws with keys that no drawn law has: supply, cuts, sectors that owe later."""

from __future__ import annotations

from pathlib import Path

import pytest

from airshed.lab.simulator import sim
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import verify
from keyed_laws import keyed
from laws import RULES


@pytest.mark.parametrize("seed", [8])
def test_every_invariant_holds_on_disk_under_them(seed: int, tmp_path: Path) -> None:
    """I1 to I14: the second opinion follows, crashes alter nothing, and read tables are the state."""
    path = tmp_path / "sim.book"

    def on_disk() -> Book:
        return Book.open(path) if path.exists() else Book.create(path)

    with keyed():
        report = sim.simulate(seed, 150, RULES, on_disk, lambda book, laws: verify(book, laws=laws))
    assert {
        "CirculationStated",
        "HoldingsCut",
        "ObligationDeferred",
        "CreditsIssued",
        "GroupSettled",
        "SourceOptedIn",
    } <= {name for name, times in report.events.items() if times}
