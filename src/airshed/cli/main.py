"""The command `airshed`: one group per room of the house, imported only when it is asked for."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import typer

from airshed import __version__
from airshed.cli.show import fail
from airshed.model.refusal import Malformed

#: Command or group: where it lives. A group is a `typer.Typer`, a command a function.
ROOMS: dict[str, str] = {
    "demo": "airshed.cli.demo:demo",
    "rules": "airshed.cli.rules:app",
    "hj212": "airshed.cli.hj212:app",
    "gateway": "airshed.cli.gateway.group:app",
    "zone": "airshed.cli.zone:app",
    "simulate": "airshed.cli.simulate:app",
    "mrv": "airshed.cli.mrv.group:app",
    "allocate": "airshed.cli.allocate.command:allocate",
    "auction": "airshed.cli.auction.group:app",
    "call": "airshed.cli.call.group:app",
    "market": "airshed.cli.market.group:app",
    "book": "airshed.cli.book.group:app",
    "lab": "airshed.cli.lab.group:app",
    "replay": "airshed.cli.replay:replay",
    "sim": "airshed.cli.sim:sim",
}

#: What Typer raises at a command line that it cannot read.
UNREADABLE: Any = typer.BadParameter.__mro__[1]
#: What Typer returns when Ctrl-C ends a command.
INTERRUPTED = 130

ABOUT = "Airshed: an emission trading system for the air of a region. 区域大气排污权交易系统。"


def build(rooms: dict[str, str]) -> typer.Typer:
    """The command with these rooms."""
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
        found: Any = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def run() -> None:
    """Run one command. Malformed input ends with one line and status 2, an interrupt with status 130."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    rooms = {asked: ROOMS[asked]} if asked in ROOMS else ROOMS
    try:
        status = build(rooms)(prog_name="airshed", standalone_mode=False)
    except Malformed as error:
        fail(error)
    except UNREADABLE as error:
        said = error.format_message()
        if "\n" in said:  # a group without a command says its whole help
            print(said, file=sys.stderr)
            raise SystemExit(2) from None
        fail(Malformed("command line", said.rstrip("."), f"{error.ctx.command_path} --help shows how"))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141) from None
    if status == INTERRUPTED:
        print("interrupted: what was answered is on disk", file=sys.stderr)
    raise SystemExit(status)


if __name__ == "__main__":
    run()
