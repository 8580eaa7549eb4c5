"""What the rooms of `airshed market` share: reading a book up to a place, kinds of trade, figures on a screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.show import showing
from airshed.market.tape import KINDS
from airshed.market.tenor import year_price_fen
from airshed.model.allowance import is_strip
from airshed.model.measures import tonnes, yuan
from airshed.model.near import near
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.market.bars import By
    from airshed.service.book.kept import KeptBook
    from airshed.service.marketdata import Market

KindNames = Annotated[
    list[str] | None,
    typer.Option(
        "--kind", help=f"Which trades count, as often as needed: {', '.join(KINDS)}, or all.", show_default=False
    ),
]

#: Names of the spans in Chinese.
SPANS: dict[By, str] = {"session": "日", "week": "周", "month": "月"}
#: What stands where there is nothing: never a zero.
NOTHING = "–"


def opened_at(book: str, seq: int | None, at: str, *, history: bool = False) -> Market:
    """The market of a book up to its end, a record or an instant."""
    with read_at(book, seq, at, history=history) as (_, market):
        return market


@contextmanager
def read_at(book: str, seq: int | None, at: str, *, history: bool = False) -> Iterator[tuple[KeptBook, Market]]:
    """The same with the book still open."""
    from airshed.service.book.addressed import to_read
    from airshed.service.marketdata import Until, read_market

    if seq is not None and at:
        raise Malformed("--seq", "it stands beside --at", "give one of them")
    with showing(to_read(book)) as opened, opened.named():
        until = Until(seq, opened.civil.instant_in(at, "--at") if at else None)
        yield opened, read_market(opened.lines(), until, history=history)


def price(fen_per_t: int | None) -> str:
    """A price for a screen, a dash where there is none."""
    return NOTHING if fen_per_t is None else yuan(fen_per_t)


def year_price(series: str, fen_per_t: int | None) -> str:
    """What a price of a strip is for a tonne and year, half a fen upwards; nothing for a series, which is one year."""
    yearly = None if fen_per_t is None or not is_strip(series) else year_price_fen(series, fen_per_t)
    return "" if yearly is None else yuan(yearly)


def amount(count: int | None) -> str:
    """Allowances in tonnes for a screen, a dash where nothing is known."""
    return NOTHING if count is None else tonnes(count)


def share(basis_points: int | None) -> str:
    """Hundredths of a percent for a screen."""
    return NOTHING if basis_points is None else f"{basis_points / 100:,.2f}"


def span_kind(text: str) -> By:
    """The span of that name, or `Malformed`."""
    for span in SPANS:
        if text == span:
            return span
    raise Malformed("--by", f"there is no span {text[:40]!r}", near(text, SPANS))
