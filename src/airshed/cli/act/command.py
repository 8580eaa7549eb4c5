"""`airshed act`: any command of the catalogue from options, previewed or sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
import typer
from typer.core import TyperCommand

from airshed.cli.book.answers import ClockIsRight
from airshed.cli.options import At, Json
from airshed.cli.refused import plain_refusal
from airshed.cli.server.kept import Server, SigningCode, no_file_too
from airshed.cli.show import as_json, lines, showing
from airshed.model.refusal import Malformed
from airshed.service.book.places import without_password

if TYPE_CHECKING:
    from airshed.engine.runner import Runner
    from airshed.service.book.once import Once

#: Options of every command, which are no fields: those that take a word, and those that take none.
WITH_WORD = ("--as", "--key", "--again", "--at", "--server", "--code")
ALONE = ("--dry-run", "--clock-is-right", "--json")
FIELDS, HELP = "airshed.fields", "airshed.help"


class ActCommand(TyperCommand):
    """Takes the options that are fields of the command out of the line, whichever they are, and leaves the others."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Part the words."""
        rest, ctx.meta[FIELDS], ctx.meta[HELP] = parted(args)
        return super().parse_args(ctx, rest)


#: How the shell makes the command of this module.
COMMAND_CLASS = ActCommand


def parted(words: Sequence[str]) -> tuple[list[str], list[tuple[str, str]], bool]:
    """The words of every command, the options with their texts, and whether help is asked for.

    >>> parted(["SetCap", "my.book", "--as", "office", "--vintage", "2027", "--dry-run"])
    (['SetCap', 'my.book', '--as', 'office', '--dry-run'], [('vintage', '2027')], False)
    """
    rest: list[str] = []
    fields: list[tuple[str, str]] = []
    given: list[str] = []
    asked = False
    left = list(reversed(words))
    while left:
        word = left.pop()
        name, equals, text = word.partition("=")
        if word == "--help":
            asked = True
        elif not word.startswith("--") or word == "--" or name in ALONE:
            rest.append(word)
        else:
            if not equals:
                if not left or left[-1].startswith("--"):
                    raise Malformed(name[:60], "has no value", f"write {name[:60]} VALUE, or {name[:60]}=VALUE")
                text = left.pop()
            if name not in WITH_WORD:
                fields.append((name.removeprefix("--"), text))
                continue
            rest += [name, text]
        if name in (*ALONE, *WITH_WORD):
            if name in given:
                raise Malformed(name, "is given twice", "give it once, with the value that is meant")
            given.append(name)
    return rest, fields, asked


def act(
    ctx: typer.Context,
    command: Annotated[
        str, typer.Argument(metavar="COMMAND", help="Its name in the catalogue, as FreezeAccount; none lists them all.")
    ] = "",
    book: Annotated[
        str | None,
        typer.Argument(help="The book: a file, or postgresql://HOST/DATABASE#BOOK.", show_default=False),
    ] = None,
    actor: Annotated[str, typer.Option("--as", metavar="ACTOR", help="Who acts, as the book knows them.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen, or why not; write nothing.")
    ] = False,
    key: Annotated[str, typer.Option("--key", help="Key under which it counts once; made from the content.")] = "",
    again: Annotated[
        int | None,
        typer.Option("--again", metavar="N", min=2, help="It was done before, and is meant for the Nth time."),
    ] = None,
    at: At = "",
    clock_is_right: ClockIsRight = False,
    server: Server = "",
    code: SigningCode = "",
    json: Json = False,
) -> None:
    """Send any command of the catalogue, without writing JSON; its fields are options in people's units. 办理业务。

    Masses are written in t, kg or g, money in the money of the law, prices as 4,100 yuan/t, shares in %, days as
    2027-12-31; what has several parts as 'ST1: SO2, NOx', given again for the next. airshed act alone lists the
    commands, airshed act COMMAND --help shows the options of one. Where a document is named by its digest, @FILE stands
    for the digest of a file.

    The same line sent again on the same day gets the answer that the book gave: after a crash nothing is done twice. On
    another day it is not sent without --again 2, which means it for the second time. With --server it goes to a service
    instead of a file, and who acts is who has signed in there.

    Example: airshed act OfferRepurchase my.book --as wang --account forge --series SO2-KM-2027 --count "40 t" --dry-run
    """
    from airshed.cli.act import help as helps
    from airshed.cli.act.documents import with_digests
    from airshed.service.forms.form import body_named

    fields: list[tuple[str, str]] = ctx.meta[FIELDS]
    if not command and (ctx.meta[HELP] or not fields):
        _say_catalogue(ctx, json)
        return
    if not command:
        raise Malformed("act", "names no command", "write airshed act COMMAND BOOK --as ACTOR; airshed act lists them")
    kind = body_named(command)
    if ctx.meta[HELP] or (book is None and not fields and not server):
        for said in helps.explained(kind):
            typer.echo(said)
        return
    fields = with_digests(kind, fields)
    if server:
        from airshed.cli.act.remote import ServerLine, send_to

        no_file_too(server, book=book, clock_is_right=clock_is_right)
        if key and again is not None:
            raise Malformed("--again", "goes without --key", "leave one of them out")
        send_to(ServerLine(kind, fields, server, actor, key, again or 1, at, code, dry_run), json)
        return
    if code:
        raise Malformed("--code", "goes with --server", "leave it out")
    if book is None or not actor:
        lacking = "names no book" if book is None else "does not say who acts"
        raise Malformed(f"act {command}", lacking, f"write airshed act {command} BOOK --as ACTOR ...")
    if key and again is not None:
        raise Malformed("--again", "goes without --key", "leave one of them out")
    line = ActLine(kind, fields, book, actor, key, again or 1, at)
    if dry_run:
        _preview(line, json)
    else:
        _send(line, clock_is_right, json)


class ActLine(NamedTuple):
    """What somebody wrote."""

    kind: type[msgspec.Struct]
    fields: list[tuple[str, str]]
    book: str
    actor: str
    key: str
    time: int
    at: str

    def command(self, runner: Runner, when: int) -> Once:
        """The command under its key, and the record that has answered it already."""
        from airshed.service.book.numbered import ACCOUNT_FIELDS, account_named
        from airshed.service.book.once import keyed, once
        from airshed.service.forms.form import body_of, named
        from airshed.service.forms.measures import Terms

        for option, text in (("--as", self.actor), ("--key", self.key or "key")):
            named(text, option)
        numbers = runner.state.ledger.numbers
        fields = [
            (option, account_named(text, numbers, f"--{option}") if option in ACCOUNT_FIELDS else text)
            for option, text in self.fields
        ]
        body = body_of(self.kind, fields, Terms.of(runner.rules))
        if self.key:
            return keyed(runner, self.actor, self.key, body)
        return once(runner, self.actor, body, when, self.time)


def _say_catalogue(ctx: typer.Context, json: bool) -> None:
    from airshed.cli.act import help as helps
    from airshed.service.forms.chinese import both, room_of
    from airshed.service.forms.form import BODIES, slots

    if ctx.meta[HELP]:
        typer.echo(ctx.get_help())
    elif json:
        for name, kind in BODIES.items():
            said = {"command": name, "room": room_of(kind.__module__)[0], "en": helps.first_line(kind)}
            as_json({**said, "zh": both(kind)[1], "options": [slot.place for slot in slots(kind)]})
    else:
        for line in helps.catalogue():
            typer.echo(line)
        typer.echo("\nairshed act COMMAND --help shows its options 各指令的选项")


def _preview(line: ActLine, json: bool) -> None:
    from airshed.cli.book.answers import instant_or_now
    from airshed.cli.book.preview import plain, say_figures, say_foreseen, say_unconfirmed, say_unwritten
    from airshed.service.book.addressed import to_read
    from airshed.service.book.preview import foresee
    from airshed.service.book.snapshot import resume
    from airshed.service.forms.measures import Terms
    from airshed.service.forms.told import told

    with showing(to_read(line.book)) as opened:
        runner = resume(opened)
        ends, rules = runner.state.seq, runner.rules
        when = instant_or_now(line.at, rules.civil)
        found = list(foresee(runner, [line.command(runner, when).command], when))
    if json:
        for each in found:
            as_json({**plain(each), "key": each.record.key})
        return
    say_foreseen(found)
    for each in found:
        if each.record.refusal is None and not (each.sealed or each.waits):
            lines(*told(each.record.events, Terms.of(rules)))
    say_figures(found, rules.currency.name_en)
    say_unconfirmed(found, rules)
    say_unwritten(ends)


def _send(line: ActLine, sure: bool, json: bool) -> None:
    from airshed.cli.book.answers import instant_to_write, say, say_waiting, waiting
    from airshed.service.book.acts import may_confirm
    from airshed.service.book.addressed import to_write
    from airshed.service.book.snapshot import resume
    from airshed.service.forms.measures import Terms
    from airshed.service.forms.told import told

    with showing(to_write(line.book)) as opened:
        runner = resume(opened)
        when = instant_to_write(runner.state, line.at, sure)
        wish = line.command(runner, when)
        answer = runner.send(wish.command, when)
        terms, now = Terms.of(runner.rules), runner.state.at
        confirms = {event.act: list(may_confirm(runner, event.act, now)) for event in waiting([answer], runner)}
    if json:
        said = {"seq": answer.seq, "hash": answer.hash, "key": wish.command.key, "answered": wish.earlier is not None}
        acts = [{"act": act, "confirms": who} for act, who in confirms.items()]
        as_json({**said, "events": answer.events, "refusal": plain_refusal(answer.refusal), "waits": acts})
        return
    if answer.refusal is not None:
        say([answer], json)
        return
    if wish.earlier is not None:
        at = runner.rules.civil.clock(wish.earlier.at)[:16]
        lines(f"record {answer.seq} of {at} answered this already; nothing new was written. 已有答复，未重复办理。")
        if not line.key:
            lines(f"  if it is meant once more: --again {line.time + 1}")
    else:
        lines(f"record {answer.seq} of {runner.rules.civil.clock(now)[:16]} 已入账", f"hash {answer.hash}")
    lines(*told(answer.events, terms))
    say_waiting([answer], runner, without_password(line.book))
