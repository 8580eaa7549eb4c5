"""`airshed book reconcile`: hold the state and the read tables to a second fold, and stop the accounts that differ."""

from __future__ import annotations

from typing import Annotated

import typer

from airshed.cli.book.answers import ClockIsRight, instant_to_write
from airshed.cli.book.verify import steps
from airshed.cli.options import At, BookPath, Json
from airshed.cli.show import as_json, console, showing
from airshed.model.refusal import Malformed


def register(app: typer.Typer) -> None:
    """Add the command to a room."""
    app.command()(reconcile)


def reconcile(
    book: BookPath,
    block: Annotated[
        str,
        typer.Option(
            "--block", metavar="ACTOR", help="Freeze the accounts that differ, as this actor.", show_default=False
        ),
    ] = "",
    at: At = "",
    clock_is_right: ClockIsRight = False,
    json: Json = False,
) -> None:
    """Fold the book a second time by other code, and name the accounts of which state or read tables differ. 对账。

    Money by account and serials by holder, from the text of the records. With --block each account that differs, and
    that people trade from, is frozen with the difference as the reason; all others go on. The status is 0 when all
    agree and 1 when some differ, blocked or not.

    Example: airshed book reconcile demo/dianzhong.book
    """
    from airshed.service.book.addressed import to_read, to_write
    from airshed.service.book.reconcile import block as stop
    from airshed.service.book.reconcile import reconcile as look

    with showing(to_read(book)) as opened, steps(json) as step:
        found = look(opened, lambda done, total: step("records folded twice", done, total))
    blocked: dict[str, str] = {}
    failed: Malformed | None = None
    if block and found.private - found.frozen:
        try:
            with showing(to_write(book)) as opened:
                answers = stop(opened, found, block, lambda state: instant_to_write(state, at, clock_is_right))
        except Malformed as error:  # as while another process writes; what differs is told first
            failed, answers = error, {}
        for account, answer in answers.items():
            no = answer.refusal
            blocked[account] = f"not frozen: {no.why} ({no.detail})" if no else f"frozen by record {answer.seq}"
    names = sorted({each.account for each in found.differences})
    standing = {name: blocked.get(name) or _standing(name, found.frozen, found.private, block) for name in names}
    if json:
        for each in found.differences:
            as_json({**each._asdict(), "standing": standing[each.account]})
        counts = {"records": found.records, "digest": found.hash, "accounts": found.accounts, "different": len(names)}
        as_json({"ok": not names, **counts})
    else:
        for name in names:
            console.print(f"{name}  {standing[name]}")
            for each in found.differences:
                if each.account == name:
                    console.print(f"  {each}")
        agree = f"{found.accounts:,} accounts after {found.records:,} records"
        console.print(f"{len(names):,} of {agree} differ" if names else f"ok: {agree} agree: records, state, tables")
        console.print(f"digest {found.hash}")
    if failed is not None:
        raise failed
    if names:
        raise typer.Exit(1)


def _standing(account: str, frozen: frozenset[str], private: frozenset[str], block: str) -> str:
    if account in frozen:
        return "frozen already"
    if account not in private:
        return "the programme's own, or unknown: cannot be frozen, stop the writer"
    return "not frozen" if block else "not frozen: give --block ACTOR"
