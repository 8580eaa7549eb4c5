"""What a statement says of penalties: imposed, paid, owed and late, as of the day of the last record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airshed.cli.show import table
from airshed.model.measures import yuan
from airshed.model.period import day_of

if TYPE_CHECKING:
    from airshed.service.book.kept import KeptBook
    from airshed.service.book.penalties import PenaltyLine


def penalties(opened: KeptBook, account: str) -> list[PenaltyLine]:
    """Of an account; a book is folded only where there are any."""
    from airshed.service.book.opening import carry_on
    from airshed.service.book.penalties import penalties_of

    if opened.sql.execute("SELECT 1 FROM penalties WHERE account = ?", (account,)).fetchone() is None:
        return []
    runner = carry_on(opened)
    return list(penalties_of(runner.state, runner.rules, account, day_of(runner.state.at)))


def print_penalties(found: list[PenaltyLine], money: str) -> None:
    """A table, where there are any."""
    sums = ("imposed", "paid", "interest", "owed", "late")
    columns = ["source", "year", "pollutant", *(f"{each} [{money}]" for each in sums), "pay by 缴纳期限"]
    if found:
        table("Penalties 罚款", columns, [_row(line) for line in found])


def _row(line: PenaltyLine) -> tuple[str, ...]:
    sums = (line.fen, line.paid_fen + line.interest_paid_fen, line.interest_fen, line.owed_fen, line.late_fen)
    until = f"{line.pay_by or '–'}{', in parts 分期' if line.granted and line.pay_by else ''}"
    return (line.source, str(line.year), line.pollutant, *map(yuan, sums), until)
