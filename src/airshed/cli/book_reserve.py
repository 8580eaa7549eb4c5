"""`airshed book reserve`: where what the government reserves hold came from, and where it went."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.show import as_json, table
from airshed.model.measures import tonnes

BookPath = Annotated[Path, typer.Argument(help="The book, a file that airshed wrote.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

SQL = """
SELECT series, direction, flow, sum(count) FROM flows WHERE ? IN ('', series)
GROUP BY series, direction, flow ORDER BY series, direction, flow
"""


def reserve(
    book: BookPath,
    series: Annotated[str, typer.Option(help="One series only, as SO2-KM-2027.")] = "",
    json: Json = False,
) -> None:
    """The statement of the government reserves: what came in and went out, by series and reason.

    Example: airshed book reserve demo/dianzhong.book --series SO2-KM-2027
    """
    from airshed.engine.reserve import REASONS
    from airshed.service.book import Book

    with Book.read(book) as opened, opened.named():
        rows = opened.sql.execute(SQL, (series,)).fetchall()
    left: dict[str, int] = {}
    shown: dict[str, list[tuple[str, ...]]] = {}
    for name, direction, flow, count in rows:
        left[name] = left.get(name, 0) + (count if direction == "in" else -count)
        en, zh = REASONS[flow]
        if json:
            as_json({"series": name, "direction": direction, "flow": flow, "count": count, "en": en, "zh": zh})
        came, went = (tonnes(count), "") if direction == "in" else ("", tonnes(count))
        shown.setdefault(name, []).append((name, f"{en} {zh}", came, went, ""))
    for name, count in left.items():
        shown[name].append((name, "held 结存", "", "", tonnes(count)))
        if json:
            as_json({"series": name, "held": count})
    if not json:
        lines = [line for each in shown.values() for line in each]
        table("Government reserve 政府储备", ["series", "why", "in [t]", "out [t]", "held [t]"], lines)


def register(app: typer.Typer) -> None:
    """Add the command to `airshed book`."""
    app.command()(reserve)
