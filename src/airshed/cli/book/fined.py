"""What a statement says of penalties: imposed, paid, owed and late, as of the day of the last record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airshed.cli.show import table
from airshed.model.measures import yuan
from airshed.model.period import clock, day_of

if TYPE_CHECKING:
    from airshed.service.book.kept import KeptBook
    from airshed.service.book.penalties import PenaltyLine


def penalties(opened: KeptBook, account: str) -> list[PenaltyLine]:
    """Of an account; a book is folded only where there are any."""
    from airshed.service.book.penalties import penalties_of
    from airshed.service.book.snapshot import resume

    if opened.sql.execute("SELECT 1 FROM penalties WHERE account = ?", (account,)).fetchone() is None:
        return []
    runner = resume(opened)
    return list(penalties_of(runner.state, runner.rules, account, day_of(runner.state.at)))


def open_cases(opened: KeptBook, account: str) -> list[dict[str, Any]]:
    """The cases about the account that are not over, with what there is until when to be done."""
    names = ("case", "source", "year", "ground", "state", "proposed_fen", "reply_until", "fen", "appeal_until")
    rows = opened.sql.execute(
        "SELECT case_number, source, year, ground, state, proposed_fen, reply_until, fen, appeal_until FROM cases"
        " WHERE account = ? AND state IN ('noticed', 'decided', 'appealed') ORDER BY case_number",
        (account,),
    )
    return [{"is": "case", **dict(zip(names, row, strict=True))} for row in rows]


def print_cases(found: list[dict[str, Any]], money: str) -> None:
    """A table, where there are any."""
    rows = [
        (
            *(str(case[name]) for name in ("case", "source", "year", "ground", "state")),
            yuan(case["proposed_fen"] if case["fen"] is None else case["fen"]),
            clock(case["appeal_until"] or case["reply_until"])[:16],
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


def print_penalties(found: list[PenaltyLine], money: str) -> None:
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
