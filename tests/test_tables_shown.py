"""What the shell prints of tables: in tonnes, yuan and instants, and never with a number or a name cut."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest
from rich.console import Console

from airshed.cli import show
from airshed.cli.book.columns import cell, heading
from airshed.engine.tables import TABLES
from airshed.engine.tables.table import Column
from airshed.model.measures import Unit
from beijing import TIME
from shells import Shell

#: A table that fits in no page, with a heading and a name that are long.
WIDE = ["account", "mass [t]", "a very long heading", "digest", *(f"price {number} [yuan/t]" for number in range(6))]
NAME, DIGEST, PRICE = "lincang-sugar-refinery-of-the-north-east-03", "0123456789abcdef" * 4, "1,234,567,890.12"


@pytest.mark.parametrize("width", [80, 100, 150])
@pytest.mark.parametrize("columns", [1, 2, 3, 4, 6, 10])
def test_no_number_and_no_name_is_cut_however_narrow_the_page(
    width: int, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(show, "console", Console(width=width, soft_wrap=True, markup=False, highlight=False))
    cells = [NAME, "12,345.678901234", "企业 works " * 12 + NAME, DIGEST, *[PRICE] * 6][:columns]
    show.table("title", WIDE[:columns], [cells, cells])
    printed = capsys.readouterr().out
    for word in chain.from_iterable(text.split() for text in (*WIDE[:columns], *cells)):
        assert word in printed, word
    assert "…" not in printed


def test_a_page_is_as_wide_as_columns_says_also_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    for said, wide in (("100", 100), ("", show.PAGE), ("0", show.PAGE), ("many", show.PAGE)):
        monkeypatch.setenv("COLUMNS", said)
        assert show.page_width(terminal=False) == wide


def test_every_column_that_counts_allowances_money_or_instants_says_in_what() -> None:
    """By its words and its name: what is forgotten would be printed in kilograms and fen."""
    told = re.compile(r"^allowances|\b(price|fee|instant|penalty|interest|emission|debt|fen)\b")
    for table in TABLES:
        for column in table.parts:
            if column.sql.endswith(" INTEGER") and told.search(column.holds):
                assert column.unit is not None, (table.name, column.name)
            if column.unit is not None:
                assert not re.search(r"\b(fen|milli\w+|per tonne)\b", column.holds), (table.name, column.name)


@pytest.mark.parametrize(
    ("column", "value", "shown", "raw"),
    [
        (Column("count INTEGER"), 1_234_567, ("count [t]", "1,234.567"), ("count [kg]", "1234567")),
        (Column("cash_fen INTEGER"), -5, ("cash [franc]", "-0.05"), ("cash_fen", "-5")),
        (Column("fen INTEGER"), 100, ("value [franc]", "1.00"), ("fen", "100")),
        (Column("price INTEGER"), 165_000, ("price [franc/t]", "1,650.00"), ("price [fen/t]", "165000")),
        (Column("mass_mg INTEGER"), 1, ("mass [t]", "0.000000001"), ("mass_mg", "1")),
        (Column("at INTEGER"), 0, ("at [Beijing]", "1970-01-01T08:00:00"), ("at [ms]", "0")),
        (Column("gap TEXT", "", Unit.FEN), "400/3", ("gap [franc]", "1.333333"), ("gap [fen]", "400/3")),
        (Column("due_on TEXT"), None, ("due on", ""), ("due_on", "None")),
        (Column("seq INTEGER"), 12_345, ("seq #", "12345"), ("seq #", "12345")),
        (Column("blocks TEXT"), "1-5,7-9", ("blocks", "1-5, 7-9"), ("blocks", "1-5,7-9")),
    ],
)
def test_a_column_is_headed_by_its_measure_and_shown_in_it(
    column: Column, value: object, shown: tuple[str, str], raw: tuple[str, str]
) -> None:
    assert (heading(column, "franc", TIME), cell(value, column.unit, TIME)) == shown
    if value is not None:
        assert (heading(column, "franc", TIME, raw=True), cell(value, column.unit, TIME, raw=True)) == raw


def test_every_read_table_of_a_year_is_printed_whole_at_a_hundred_columns(
    year_book: Path, tmp_path: Path, shell: Shell
) -> None:
    (tmp_path / "y.book").symlink_to(year_book)
    for table in TABLES:
        said, status = shell.run(f"COLUMNS=100 airshed book show y.book {table.name} --limit 3")
        assert status == 0, said
        assert "…" not in said, said
        assert all(len(line) <= 100 for line in said.splitlines() if line.startswith(("┃", "│"))), said
        assert all(part.name not in said for part in table.parts if part.name.endswith(("_fen", "_mg"))), said
