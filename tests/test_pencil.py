"""The chapter for the pencil holds: its commands print what stands there, and its arithmetic comes out."""

from __future__ import annotations

import re
import shutil
from fractions import Fraction
from pathlib import Path

from shells import BLOCK, Shell

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "tutorials" / "with-a-pencil.md"
#: A line of figures alone and, below it, what comes out of it, perhaps with a measure.
WORKED = re.compile(r"^   = ([0-9.,x/()+ ^-]+)\n   = ([0-9.,]+)(?: (?:m3/h|mg/m3|kg|%))?$", re.MULTILINE)
SUMS = re.compile(r"^   = (\d[^\n]*h [a-z]+ [^\n]*)\n   = ([0-9.,]+) kg$", re.MULTILINE)


def worked_out(figures: str) -> Fraction:
    """What such a line comes to, exactly: +, -, x, / and brackets.

    >>> worked_out("1,000.5 x (21-6)/(21-11) x 10^-6")
    Fraction(6003, 4000000)
    """
    said = figures.replace("10^-6", "0.000001").replace(",", "").replace("x", "*")
    assert re.fullmatch(r"[0-9.*/()+ -]+", said), figures
    exact = re.sub(r"\d+(?:\.\d+)?", lambda number: f"Fraction('{number[0]}')", said)
    found = eval(exact, {"__builtins__": {}}, {"Fraction": Fraction})
    assert isinstance(found, Fraction)
    return found


def test_every_command_of_the_page_prints_what_stands_there(tmp_path: Path, shell: Shell) -> None:
    shutil.copytree(ROOT / "rulebooks", tmp_path / "rulebooks")
    assert sum(shell.expect(block[3]) for block in BLOCK.finditer(PAGE.read_text("utf-8"))) > 12


def test_every_line_of_arithmetic_on_the_page_comes_out() -> None:
    text = PAGE.read_text("utf-8")
    found = WORKED.findall(text)
    assert len(found) >= 8
    for figures, value in found:
        decimals = len(value.partition(".")[2])
        exact = worked_out(figures) * (100 if "2160" in figures else 1)
        assert abs(exact - Fraction(value.replace(",", ""))) <= Fraction(1, 10**decimals), (figures, value)


def test_every_sum_on_the_page_is_exact() -> None:
    found = SUMS.findall(PAGE.read_text("utf-8"))
    assert len(found) == 2
    for told, total in found:
        parts = re.findall(r"h [a-z]+ ([0-9.,]+) kg", told)
        assert sum(Fraction(part.replace(",", "")) for part in parts) == Fraction(total.replace(",", ""))


def test_the_asides_of_the_page_are_right() -> None:
    text = PAGE.read_text("utf-8")
    assert "(114.39 + 118.83) / 2 = 116.61 mg/m3" in text
    assert worked_out("(114.39 + 118.83) / 2") == Fraction("116.61")
    assert "105.339992 - 104.659667 = 0.680325 kg" in text
    assert worked_out("105.339992 - 104.659667") == Fraction("0.680325")
