"""`airshed book confirm` and `reject`: the second person looks at what another proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.book.answers import ClockIsRight, instant_or_now, instant_to_write, say
from airshed.cli.options import At, BookOrArgument, Json
from airshed.cli.server.kept import Server, SigningCode, no_file_too
from airshed.cli.show import as_json, lines, showing
from airshed.model.refusal import Malformed
from airshed.service.book.places import without_password

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airshed.engine.commands import Body, Command
    from airshed.engine.runner import Runner

Acts = Annotated[list[str] | None, typer.Argument(help="Numbers of acts that wait.", show_default=False)]
Actor = Annotated[
    str,
    typer.Option("--actor", help="Who looks: not who proposed it; at a service who has signed in.", show_default=False),
]


def confirm(
    book: BookOrArgument = "",
    acts: Acts = None,
    actor: Actor = "",
    every: Annotated[bool, typer.Option("--all", help="Everything that waits and that this person may.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what each act would do, or why not; write nothing.")
    ] = False,
    at: At = "",
    clock_is_right: ClockIsRight = False,
    server: Server = "",
    code: SigningCode = "",
    json: Json = False,
) -> None:
    """Confirm what another proposed, so that it takes effect: the second person of an act of two. 复核。

    `airshed book show BOOK acts` lists what waits, who proposed it and until when; --dry-run says what each would do.
    An act is decided anew, as things stand now; a refusal is an answer, and the act waits on.

    Example: airshed book confirm my.book 3 --actor dianzhong-inspector
    """
    from airshed.engine.commands import ConfirmAct
    from airshed.service.book.acts import waiting_for
    from airshed.service.book.addressed import to_read, to_write
    from airshed.service.book.snapshot import resume

    if server:
        from airshed.cli.book.remote import confirm_there

        no_file_too(server, actor=actor, clock_is_right=clock_is_right)
        if dry_run:
            raise Malformed("--dry-run", "is for a book at hand", "see airshed book show --server URL acts")
        confirm_there(server, [*([book] if book else []), *(acts or [])], every, at, code, json)
        return
    chosen_acts = _numbers(acts or [])
    if bool(chosen_acts) == every:
        raise Malformed("book confirm", "which acts must be said once", "give their numbers, or --all")
    place = _book(book, actor, "book confirm")
    with showing(to_read(place) if dry_run else to_write(place)) as opened:
        runner = resume(opened)
        when = instant_or_now(at, runner.state.civil) if dry_run else instant_to_write(runner.state, at, clock_is_right)
        chosen = waiting_for(runner.state, runner.rules, actor, when) if every else chosen_acts
        if not chosen:
            raise Malformed(
                without_password(book), f"nothing waits that {actor} may confirm", "see airshed book show BOOK acts"
            )
        confirmations = [ConfirmAct(act) for act in chosen]
        if dry_run:
            _preview(runner, actor, confirmations, when, json)
        else:
            _send(runner, actor, confirmations, when, json)


def reject(
    reason: Annotated[str, typer.Option("--reason", help="Why, as it will stand in the book.", show_default=False)],
    book: BookOrArgument = "",
    acts: Acts = None,
    actor: Actor = "",
    at: At = "",
    clock_is_right: ClockIsRight = False,
    server: Server = "",
    json: Json = False,
) -> None:
    """Let an act that waits fall; whoever proposed it may take it back so. 驳回。

    Example: airshed book reject my.book 3 --actor dianzhong-inspector --reason "the sum is another"
    """
    from airshed.engine.commands import RejectAct
    from airshed.service.book.addressed import to_write
    from airshed.service.book.snapshot import resume

    if server:
        from airshed.cli.book.remote import reject_there

        no_file_too(server, actor=actor, clock_is_right=clock_is_right)
        reject_there(server, [*([book] if book else []), *(acts or [])], reason, at, json)
        return
    numbers = _numbers(acts or [])
    if not numbers:
        raise Malformed("book reject", "names no act", "give their numbers")
    with showing(to_write(_book(book, actor, "book reject"))) as opened:
        runner = resume(opened)
        when = instant_to_write(runner.state, at, clock_is_right)
        _send(runner, actor, [RejectAct(act, reason) for act in numbers], when, json)


def _book(book: str, actor: str, command: str) -> str:
    if not book or not actor:
        lacking = "names no book" if not book else "does not say who looks"
        raise Malformed(command, lacking, f"write airshed {command} BOOK ACTS --actor ACTOR, or --server URL")
    return book


def _numbers(acts: Sequence[str]) -> list[int]:
    for text in acts:
        if not (text.isascii() and text.isdecimal() and len(text) < 16):
            raise Malformed("acts", f"{text[:40]!a} is no number of an act", "airshed book show BOOK acts has them")
    return [int(text) for text in acts]


def _wishes(runner: Runner, actor: str, bodies: Sequence[Body]) -> list[Command]:
    """A key of its own for every look: what was refused today may be confirmed tomorrow."""
    from airshed.engine.commands import Command

    seq = runner.state.seq
    return [Command(actor, f"{type(body).__name__} {seq + n}", body) for n, body in enumerate(bodies, 1)]


def _send(runner: Runner, actor: str, bodies: Sequence[Body], when: int, json: bool) -> None:
    say(runner.send_all([(wish, when) for wish in _wishes(runner, actor, bodies)]), json)


def _preview(runner: Runner, actor: str, bodies: Sequence[Body], when: int, json: bool) -> None:
    """What each act would do, one after the other, as the book stands."""
    from airshed.cli.book.preview import plain, say_foreseen, say_unwritten
    from airshed.service.book.preview import foresee
    from airshed.service.forms.measures import Terms
    from airshed.service.forms.told import told

    ends, terms = runner.state.seq, Terms.of(runner.rules)
    for each in foresee(runner, _wishes(runner, actor, bodies), when):
        if json:
            as_json(plain(each))
            continue
        say_foreseen([each])
        if each.record.refusal is None:
            lines(*told(each.record.events, terms))
    if not json:
        say_unwritten(ends)
