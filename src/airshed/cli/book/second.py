"""`airshed book confirm` and `reject`: the second person looks at what another proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.book.answers import ClockIsRight, instant_to_write, say
from airshed.cli.options import At, BookPath, Json
from airshed.cli.show import showing
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airshed.engine.commands import Body
    from airshed.engine.runner import Runner

Acts = Annotated[list[int] | None, typer.Argument(help="Numbers of acts that wait.", show_default=False)]
Actor = Annotated[str, typer.Option("--actor", help="Who looks: not who proposed it.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands to a room."""
    app.command()(confirm)
    app.command()(reject)


def confirm(
    book: BookPath,
    actor: Actor,
    acts: Acts = None,
    every: Annotated[bool, typer.Option("--all", help="Everything that waits and that this person may.")] = False,
    at: At = "",
    clock_is_right: ClockIsRight = False,
    json: Json = False,
) -> None:
    """Confirm what another proposed, so that it takes effect: the second person of an act of two. 复核。

    `airshed book show BOOK acts` lists what waits, who proposed it and until when. Each act is decided anew, as things
    stand now; a refusal is an answer, and the act waits on.

    Example: airshed book confirm my.book 3 --actor dianzhong-inspector
    """
    from airshed.engine.commands import ConfirmAct
    from airshed.service.book.acts import waiting_for
    from airshed.service.book.opening import carry_on
    from airshed.service.book.sqlite import Book

    with showing(Book.open(book)) as opened:
        runner = carry_on(opened)
        if bool(acts) == every:
            raise Malformed("book confirm", "which acts must be said once", "give their numbers, or --all")
        when = instant_to_write(runner.state, at, clock_is_right)
        chosen = waiting_for(runner, actor, when) if every else acts or []
        if not chosen:
            raise Malformed(str(book), f"nothing waits that {actor} may confirm", "see airshed book show BOOK acts")
        _send(runner, actor, [ConfirmAct(act) for act in chosen], when, json)


def reject(
    book: BookPath,
    acts: Annotated[list[int], typer.Argument(help="Numbers of acts that wait.", show_default=False)],
    actor: Actor,
    reason: Annotated[str, typer.Option("--reason", help="Why, as it will stand in the book.", show_default=False)],
    at: At = "",
    clock_is_right: ClockIsRight = False,
    json: Json = False,
) -> None:
    """Let an act that waits fall; whoever proposed it may take it back so. 驳回。

    Example: airshed book reject my.book 3 --actor dianzhong-inspector --reason "the sum is another"
    """
    from airshed.engine.commands import RejectAct
    from airshed.service.book.opening import carry_on
    from airshed.service.book.sqlite import Book

    with showing(Book.open(book)) as opened:
        runner = carry_on(opened)
        when = instant_to_write(runner.state, at, clock_is_right)
        _send(runner, actor, [RejectAct(act, reason) for act in acts], when, json)


def _send(runner: Runner, actor: str, bodies: Sequence[Body], when: int, json: bool) -> None:
    """A key of its own for every look: what was refused today may be confirmed tomorrow."""
    from airshed.engine.commands import Command

    seq = runner.state.seq
    wishes = [(Command(actor, f"{type(body).__name__} {seq + n}", body), when) for n, body in enumerate(bodies, 1)]
    say(runner.send_all(wishes), json)
