"""What a government reserve holds and why, and the notice of a reverse auction, from the read tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from airshed.market.auction.notice import Dispersion, dispersion, hhi
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.service.book.kept import KeptBook

FLOWS = """
SELECT series, direction, flow, sum(count) FROM flows WHERE ? IN ('', series)
GROUP BY series, direction, flow ORDER BY series, direction, flow
"""
ASKS = "SELECT account, count, price FROM asks WHERE repurchase = ? AND count > 0"
SOLD = """
SELECT coalesce(nullif(corporate_group, ''), buybacks.account), sum(buybacks.count) FROM buybacks
JOIN accounts USING (account) WHERE repurchase = ? GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class ReserveFlow:
    """What came into the reserves of a series, or went out of them, for one reason."""

    series: str
    direction: str
    reason: str
    count: int

    @property
    def signed(self) -> int:
        """What it adds to the holding."""
        return self.count if self.direction == "in" else -self.count


class BuyBack(NamedTuple):
    """What is published of a reverse auction that is over; never who asked what or sold how much."""

    series: str
    wanted: int
    budget_fen: int
    ceiling: int
    price: int | None
    bought: int
    paid_fen: int
    asked: int
    sellers: list[str]
    asks: Dispersion | None
    hhi: int | None


def flows_of(book: KeptBook, series: str = "") -> list[ReserveFlow]:
    """The statement of the reserves, of one series or of all; `Malformed` when they never held any of it."""
    known = [name for (name,) in book.sql.execute("SELECT DISTINCT series FROM flows ORDER BY series").fetchall()]
    if series and series not in known:
        raise Malformed("--series", f"the reserves hold nothing of {series!r}", near(series, known))
    return [ReserveFlow(*row) for row in book.sql.execute(FLOWS, (series,)).fetchall()]


def buy_back_of(book: KeptBook, name: str) -> BuyBack:
    """The notice of a reverse auction; `Malformed` when there is none of that name or its asks are still sealed."""
    tenders = book.sql.execute("SELECT * FROM tenders WHERE repurchase = ?", (name,)).fetchall()
    if not tenders:
        raise Malformed(
            str(book.path), f"there is no reverse auction {name!r}", "airshed book show BOOK tenders lists them"
        )
    _, series, wanted, budget, ceiling, still_open, price, bought, paid = tenders[0]
    if still_open:
        raise Malformed(str(book.path), f"the reverse auction {name} is open and its asks are sealed", "close it first")
    asks = book.sql.execute(ASKS, (name,)).fetchall()
    sold = book.sql.execute(SOLD, (name,)).fetchall()
    return BuyBack(
        series,
        wanted,
        budget,
        ceiling,
        price,
        bought,
        paid,
        sum(count for _, count, _ in asks),
        sorted({account for account, _, _ in asks}),
        dispersion((asked, count) for _, count, asked in asks),
        hhi(count for _, count in sold),
    )
