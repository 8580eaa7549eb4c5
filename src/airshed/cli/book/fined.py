"""What a statement says of penalties: imposed, paid, owed and late, as of the day of the last record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from airshed.cli.show import table
from airshed.model.measures import yuan

if TYPE_CHECKING:
    from airshed.model.civil import CivilTime
    from airshed.service.book.kept import KeptBook
    from airshed.service.book.penalties import PenaltyLine
    from airshed.service.book.statement import OpenCase


def penalties(opened: KeptBook, account: str) -> list[PenaltyLine]:
    """Of an account; the book is folded for it."""
    from airshed.service.book.penalties import penalties_of
    from airshed.service.book.snapshot import resume

    runner = resume(opened)
    return list(penalties_of(runner.state, runner.rules, account, runner.rules.civil.day_of(runner.state.at)))


def print_cases(found: Sequence[OpenCase], money: str, civil: CivilTime) -> None:
    """A table, where there are any."""
    rows = [
        (
            *(str(each) for each in (case.case, case.source, case.year, case.ground, case.state)),
            yuan(case.proposed_fen if case.fen is None else case.fen),
            civil.clock(case.appeal_until or case.reply_until)[:16],
        )
        for case in found
    ]
    columns = [
        "case",
        "source",
        "year",
        "ground",
        "state",
        f"proposed or decided [{money}]",
        "reply, appeal until 期限",
    ]
    if rows:
        table("Cases 案件", columns, rows)


def print_penalties(found: Sequence[PenaltyLine], money: str) -> None:
    """A table, where there are any."""
    sums = ("imposed", "paid", "interest", "interest paid", "owed", "late")
    columns = ["source", "year", "pollutant", "case #", *(f"{each} [{money}]" for each in sums), "pay by 缴纳期限"]
    if found:
        table("Penalties 罚款", columns, [_row(line) for line in found])


def _row(line: PenaltyLine) -> tuple[str, ...]:
    sums = (line.fen, line.paid_fen, line.interest_fen, line.interest_paid_fen, line.owed_fen, line.late_fen)
    asks = f", asks for {line.asked} 申请分期" if line.asked else ""
    until = f"{line.pay_by or '–'}{', in parts 分期' if line.granted and line.pay_by else ''}{asks}"
    return (line.source, str(line.year), line.pollutant or "–", str(line.case or "–"), *map(yuan, sums), until)
