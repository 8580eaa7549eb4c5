"""`airshed book reconcile`: hold the state and the read tables to a second fold, and stop the accounts that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.book.answers import ClockIsRight, instant_to_write
from airshed.cli.book.verify import steps
from airshed.cli.options import At, BookPath, Json
from airshed.cli.show import as_json, console, showing
from airshed.model.counted import counted
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.service.book.reconcile import Reconciled


def reconcile(
    book: BookPath,
    block: Annotated[
        str,
        typer.Option(
            "--block", metavar="ACTOR", help="Freeze the accounts that differ, as this actor.", show_default=False
        ),
    ] = "",
    server: Annotated[
        str,
        typer.Option(
            "--server",
            metavar="URL",
            help="The service that writes the book: freeze over it, as who has signed in there.",
            show_default=False,
        ),
    ] = "",
    at: At = "",
    clock_is_right: ClockIsRight = False,
    json: Json = False,
) -> None:
    """Fold the book a second time by other code, and name the accounts of which state or read tables differ. 对账。

    Money by account and serials by holder, from the text of the records. With --block each account that differs, and
    that people trade from, is frozen with the difference as the reason; all others go on. While a service writes the
    book, --server does that over it. The status is 0 when all agree and 1 when some differ, blocked or not.

    Example: airshed book reconcile demo/dianzhong.book
    """
    from airshed.service.book.addressed import to_read, to_write
    from airshed.service.book.reconcile import block as stop
    from airshed.service.book.reconcile import reconcile as look

    with showing(to_read(book)) as opened, steps(json) as step:
        found = look(opened, lambda done, total: step("records folded twice", done, total))
    blocked: dict[str, str] = {}
    failed: Malformed | None = None
    differ = found.private - found.frozen
    if at and server:
        raise Malformed("--at", "goes without --server", "the service has its clock")
    if server:
        try:
            blocked = _over(server, block, found)
        except Malformed as error:  # what differs is told first
            failed = error
    elif block and differ:
        try:
            with showing(to_write(book)) as opened:
                answers = stop(opened, found, block, lambda state: instant_to_write(state, at, clock_is_right))
        except Malformed as error:  # as while another process writes; what differs is told first
            failed, answers = error, {}
        for account, answer in answers.items():
            no = answer.refusal
            blocked[account] = f"not frozen: {no.why} ({no.detail})" if no else f"frozen by record {answer.seq}"
    names = sorted({each.account for each in found.differences})
    standing = {
        name: blocked.get(name) or _standing(name, found.frozen, found.private, block or server) for name in names
    }
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
        agree = f"{counted(found.accounts, 'account')} after {counted(found.records, 'record')}"
        console.print(f"{len(names):,} of {agree} differ" if names else f"ok: {agree} agree: records, state, tables")
        console.print(f"digest {found.hash}")
    if failed is not None:
        raise failed
    if names:
        raise typer.Exit(1)


def _over(server: str, actor: str, found: Reconciled) -> dict[str, str]:
    """Freeze the accounts that differ over the service that writes the book."""
    from airshed.cli.server.kept import client_of
    from airshed.client import Refused
    from airshed.engine.commands import FreezeAccount
    from airshed.service.book.reconcile import key_of, reason

    blocked: dict[str, str] = {}
    with client_of(server) as client:
        if actor and actor != (mine := client.me().actor):
            raise Malformed("--block", f"{actor[:60]!a} is not {mine}, who has signed in", "leave it out with --server")
        for account in sorted(found.private - found.frozen):
            try:
                receipt = client.send(FreezeAccount(account, reason(found, account)), key=key_of(found, account))
                blocked[account] = f"frozen by record {receipt.seq}"
            except Refused as refused:
                blocked[account] = f"not frozen: {refused.problem.code} ({refused.problem.detail})"
    return blocked


def _standing(account: str, frozen: frozenset[str], private: frozenset[str], block: str) -> str:
    if account in frozen:
        return "frozen already"
    if account not in private:
        return "the programme's own, or unknown: cannot be frozen, stop the writer"
    return "not frozen" if block else "not frozen: give --block ACTOR"
