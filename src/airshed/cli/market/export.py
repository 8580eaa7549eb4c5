"""`airshed market export` and `page`: market data as files, and as a page with charts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.market.read import read_at
from airshed.cli.options import AsOf, BookPath, Json, Seq
from airshed.cli.show import as_json, console, table
from airshed.model.near import near
from airshed.model.refusal import Malformed


def export(
    book: BookPath,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to make.", show_default=False)],
    form: Annotated[str, typer.Option("--format", help="csv or parquet.")] = "csv",
    seq: Seq = None,
    at: AsOf = "",
    json: Json = False,
) -> None:
    """Write trades, bars, quotes, open interest, index and summary as CSV or Parquet, columns explained. 导出。

    Example: airshed market export demo/dianzhong.book --out market --format parquet
    """
    from airshed.service.marketdata import law_of
    from airshed.service.marketdata.export import FORMATS, check_folder
    from airshed.service.marketdata.export import export as write

    chosen = next((known for known in FORMATS if known == form), None)
    if chosen is None:
        raise Malformed("--format", f"there is no format {form[:40]!r}", near(form, FORMATS))
    check_folder(out)
    with read_at(book, seq, at, history=True) as (opened, market):
        counts = write(market, law_of(opened, market), out, chosen)
    if json:
        as_json({"folder": str(out), "format": chosen, "rows": counts})
        return
    table(str(out), ["file", "rows #"], [(f"{name}.{chosen}", f"{count:,}") for name, count in counts.items()])
    console.print("columns.csv says what every column means 列说明")


def page(
    book: BookPath,
    html: Annotated[Path, typer.Option("--html", metavar="FILE", help="The page to write.", show_default=False)],
    seq: Seq = None,
    at: AsOf = "",
    json: Json = False,
) -> None:
    """The market as one page in English and Chinese: candles, index, depth, open interest. 行情页面。

    Everything is in the file; it loads nothing.

    Example: airshed market page demo/dianzhong.book --html market.html
    """
    from airshed.pages.kit.html import write
    from airshed.pages.market import build, facts_of
    from airshed.service.marketdata import law_of

    if html.is_dir() or not html.parent.is_dir():
        raise Malformed("--out", f"{html} cannot be written", "name a file in a folder that exists")
    with read_at(book, seq, at, history=True) as (opened, market):
        facts = facts_of(market, law_of(opened, market), opened.name)
    write(html, build(facts))
    if json:
        as_json({"file": str(html), "bytes": html.stat().st_size, "seq": facts.seq})
        return
    console.print(f"{html}: {html.stat().st_size:,} bytes")
