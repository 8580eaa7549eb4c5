"""Market data as files: what they hold, what their columns mean, and what an export never does."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from airshed.cli.market.group import app
from airshed.market.tape import EXCHANGE_KINDS
from airshed.model.refusal import Malformed
from airshed.service.book.sqlite import Book
from airshed.service.marketdata import Market, read_market
from airshed.service.marketdata.export import FORMATS, export
from airshed.service.marketdata.tables import COLUMNS, ROWS
from laws import RULES
from markets import market

DOCS = Path(__file__).parents[1] / "docs" / "reference" / "market-data.md"


@pytest.fixture(scope="module")
def folder(year_market: Market, tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("market")
    for form in FORMATS:
        export(year_market, RULES, where / form, form)
    return where


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_file_a_table_and_one_that_explains_every_column(folder: Path) -> None:
    explained = rows(folder / "csv" / "columns.csv")
    for form in FORMATS:
        names = {path.name for path in (folder / form).iterdir()}
        assert names == {*(f"{name}.{form}" for name in COLUMNS), "columns.csv"}
    for name, columns in COLUMNS.items():
        first = (folder / "csv" / f"{name}.csv").read_text().partition("\n")[0]
        assert first.split(",") == [column.name for column in columns]
        assert [row["column"] for row in explained if row["table"] == name] == [column.name for column in columns]
    assert set(ROWS) == set(COLUMNS)


def test_csv_and_parquet_say_the_same(folder: Path) -> None:
    for name, columns in COLUMNS.items():
        parquet = pl.read_parquet(folder / "parquet" / f"{name}.parquet")
        types = {"int": pl.Int64, "text": pl.String, "flag": pl.Boolean}
        assert dict(parquet.schema) == {column.name: types[column.type] for column in columns}
        assert pl.read_csv(folder / "csv" / f"{name}.csv", schema=parquet.schema).equals(parquet), name


def test_a_cell_is_empty_only_where_its_column_says_when(folder: Path) -> None:
    for name, columns in COLUMNS.items():
        parquet = pl.read_parquet(folder / "parquet" / f"{name}.parquet")
        assert parquet.height
        for column in columns:
            assert column.none or not parquet[column.name].null_count(), f"{name}.{column.name}"


def test_volumes_and_turnover_sum_to_the_tape(folder: Path) -> None:
    trades = [row for row in rows(folder / "csv" / "trades.csv") if row["kind"] in EXCHANGE_KINDS]
    bars = rows(folder / "csv" / "bars.csv")
    for measure in ("count", "fen"):
        whole = sum(int(row[measure]) for row in trades)
        assert whole > 0
        for by in ("session", "week", "month"):
            assert sum(int(row[measure]) for row in bars if row["by"] == by) == whole
        assert sum(int(row[measure]) for row in rows(folder / "csv" / "summary.csv")) == whole


def test_open_interest_sums_to_the_cap_in_every_row(folder: Path) -> None:
    """I2."""
    parts = [column.name for column in COLUMNS["interest"]][4:-1]
    for row in rows(folder / "csv" / "interest.csv"):
        assert sum(int(row[part]) for part in parts) == int(row["cap"])


def test_the_same_book_gives_the_same_bytes(year_market: Market, folder: Path, tmp_path: Path) -> None:
    export(year_market, RULES, tmp_path / "again", "csv")
    for path in (folder / "csv").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_a_market_without_a_trade_has_headers_and_no_zero_prices(tmp_path: Path) -> None:
    counts = export(read_market(market().journal.lines(), history=True), RULES, tmp_path / "none", "csv")

    assert counts["trades"] == counts["quotes"] == counts["index_components"] == 0
    (bar,) = [row for row in rows(tmp_path / "none" / "bars.csv") if row["by"] == "session"]
    assert [bar[name] for name in ("open", "high", "low", "last_price", "vwap", "close", "previous_close")] == [""] * 7
    assert {row["index_hundredths"] for row in rows(tmp_path / "none" / "index.csv")} == {""}


def test_every_column_stands_in_the_manual() -> None:
    text = DOCS.read_text()
    for name, columns in COLUMNS.items():
        chapter = text.partition(f"\n### `{name}`\n")[2].partition("\n### ")[0]
        for column in columns:
            empty = f"; empty when {column.none}" if column.none else ""
            assert f"| `{column.name}` | {column.type} | {column.what}{empty} |" in chapter, f"{name}.{column.name}"


def test_what_lies_there_is_never_overwritten_and_half_an_export_never_stays(tmp_path: Path) -> None:
    with Book.create(tmp_path / "empty.book"):
        pass
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    for out, form, said in (
        ("full", "csv", "exists already"),
        ("no/deeper", "csv", "its folder does not exist"),
        ("new", "xlsx", "there is no format 'xlsx'; there are csv, parquet"),
        ("new", "csv", "no rulebook is adopted up to here"),
    ):
        words = ["export", str(tmp_path / "empty.book"), "--out", str(tmp_path / out), "--format", form]
        done = CliRunner().invoke(app, words)
        assert isinstance(done.exception, Malformed)
        assert said in str(done.exception)
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("empty.book")) == ["full"]
    assert (tmp_path / "full" / "mine.txt").read_text() == "mine"
