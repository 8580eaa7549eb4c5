"""The command `airshed`: one group per room of the house, imported only when it is asked for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NoReturn

from airshed.cli.ending import INTERRUPTED, interrupted

if TYPE_CHECKING:
    import typer

#: Command or group: where it lives. A group is a `typer.Typer`, a command a function.
ROOMS: dict[str, str] = {
    "demo": "airshed.cli.demo:demo",
    "rules": "airshed.cli.rules:app",
    "hj212": "airshed.cli.hj212:app",
    "gateway": "airshed.cli.gateway.group:app",
    "zone": "airshed.cli.zone:app",
    "simulate": "airshed.cli.simulate:app",
    "report": "airshed.cli.report:report",
    "mrv": "airshed.cli.mrv.group:app",
    "allocate": "airshed.cli.allocate.command:allocate",
    "auction": "airshed.cli.auction.group:app",
    "call": "airshed.cli.call.group:app",
    "sealed": "airshed.cli.sealed.group:app",
    "market": "airshed.cli.market.group:app",
    "registry": "airshed.cli.registry.group:app",
    "compliance": "airshed.cli.compliance.group:app",
    "book": "airshed.cli.book.group:app",
    "proof": "airshed.cli.proof.group:app",
    "act": "airshed.cli.act.command:act",
    "serve": "airshed.cli.serve.command:serve",
    "user": "airshed.cli.user.group:app",
    "sign-in": "airshed.cli.server.sign_in:sign_in",
    "sign-out": "airshed.cli.server.sign_in:sign_out",
    "lab": "airshed.cli.lab.group:app",
    "replay": "airshed.cli.replay:replay",
    "sim": "airshed.cli.sim:sim",
}

ABOUT = "Airshed: an emission trading system for the air of a region. 区域大气排污权交易系统。"


def build(rooms: dict[str, str], asked: str = "") -> typer.Typer:
    """The command with these rooms; of a group no other commands than the one that is asked for, if it has that."""
    from importlib import import_module

    import typer

    from airshed import __version__

    app = typer.Typer(
        name="airshed",
        help=ABOUT,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @app.callback(invoke_without_command=True)
    def top(version: bool = typer.Option(False, "--version", help="Print the version and end.")) -> None:
        if version:
            print(f"airshed {__version__}")
            raise typer.Exit

    for name, place in rooms.items():
        module, _, attribute = place.partition(":")
        room = import_module(module)
        found: Any = getattr(room, attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(_only(found, asked), name=name)
        else:
            app.command(name, cls=getattr(room, "COMMAND_CLASS", None))(found)
    return app


def _only(group: typer.Typer, asked: str) -> typer.Typer:
    """The group with one of its commands, for what all the others take costs more than many commands do."""
    from copy import copy

    from typer.main import get_command_name

    own = [
        command
        for command in group.registered_commands
        if (command.name or get_command_name(getattr(command.callback, "__name__", ""))) == asked
    ]
    if not own:
        return group
    alone = copy(group)
    alone.registered_commands, alone.registered_groups = own, []
    return alone


def run() -> NoReturn:
    """Run one command. What it cannot go on with ends it with one line and status 2, an interrupt with status 130."""
    from airshed.cli.failing import failing

    with failing():
        from io import TextIOWrapper

        from airshed.cli.files import only_files
        from airshed.cli.origins import of_command
        from airshed.cli.show import telling
        from airshed.model.checked import insist

        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # a file may have half a letter in its name
        insist()
        only_files(sys.argv[1:])
        room, asked = (*sys.argv[1:3], "", "")[:2]
        rooms = {room: ROOMS[room]} if room in ROOMS else ROOMS
        if sys.argv[1:] == ["--version"]:
            rooms = {}  # which takes none of them
        with telling(of_command(sys.argv[1:])):
            status = build(rooms, asked)(prog_name="airshed", standalone_mode=False)
            if status == INTERRUPTED:  # what Typer makes of Ctrl-C
                raise KeyboardInterrupt
        sys.stdout.flush()
    raise SystemExit(status)


def main() -> NoReturn:
    """`run` as a process of its own: Ctrl-C is one line from the first import to the last.

    Everything that takes time is imported inside, where an interrupt is caught.
    """
    try:
        import gc
        import signal

        from airshed.cli.ending import all_streams, on_interrupt

        gc.set_threshold(10_000, 20, 20)  # what a book holds lives as long as the command: look it through seldom
        all_streams()
        signal.signal(signal.SIGINT, on_interrupt)
        from airshed.cli.failing import let_go_of_output, not_in_passing

        sys.unraisablehook = not_in_passing
        try:
            run()
        finally:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            let_go_of_output()
    except KeyboardInterrupt:
        interrupted()


if __name__ == "__main__":
    main()
