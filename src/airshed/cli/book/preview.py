"""`airshed book preview`: what commands would do, before anybody sends them."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from airshed.cli.book.answers import instant_or_now
from airshed.cli.files import whole_file
from airshed.cli.options import BookPath, Json
from airshed.cli.refused import in_both, plain_refusal
from airshed.cli.show import as_json, console, lines, showing, table
from airshed.model.measures import tonnes, yuan
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airshed.engine.events import Event
    from airshed.rulebook.schema import Rulebook
    from airshed.service.book.preview import Closing, Foreseen, PreviewedShares


def preview(
    book: BookPath,
    commands: Annotated[
        str,
        typer.Argument(help="File with one command a line as JSON, or - for standard input; none with --close."),
    ] = "",
    close: Annotated[
        int | None,
        typer.Option(
            min=1970, max=9998, help="Preview CloseYear of every account for this year, instead of a file of commands."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="A new file of these commands, each saying that what it warns of is known, to be sent."
        ),
    ] = None,
    at: Annotated[
        str, typer.Option(help="Instant at which they would come, as 2028-07-01T09:00; now if left out.")
    ] = "",
    json: Json = False,
) -> None:
    """What commands would do to a book: events or the refusal, decided on its real state, written nowhere. 预演。

    Each command is decided on what those before it would leave. Of CloseYear it says who is short, what the penalty and
    the make-up will be, and what is lost over the banking limit or expires; of Allocate what each source claims and
    gets, and whether the pool is above all claims. What is warned of has to be confirmed in the command: the preview
    says how, and --out writes the commands with it. What opens sealed bids is not told before it is sent.

    Example: airshed book preview demo/dianzhong.book commands.jsonl

    Example: airshed book preview demo/dianzhong.book --close 2028 --at 2029-07-01T09:00
    """
    from airshed.service.book.addressed import to_read
    from airshed.service.book.preview import foresee, settling
    from airshed.service.book.sending import for_this, read_commands
    from airshed.service.book.snapshot import resume

    if bool(commands) == (close is not None):
        what = "--close stands beside a file of commands" if commands else "there is nothing to preview"
        raise Malformed("book preview", what, "give a file of commands, or --close YEAR")
    sent = read_commands(commands) if commands else []
    with showing(to_read(book)) as opened:
        runner = resume(opened)
        when = instant_or_now(at, runner.state.civil)
        wishes = for_this(sent, opened)
        ends, money = runner.state.seq, runner.rules.currency.name_en
        if close is not None:
            wishes = list(settling(runner.state, runner.rules, close))
        told = list(foresee(runner, wishes, when))
    if out is not None:
        _write(told, out)
    if json:
        for each in told:
            as_json(plain(each))
        return
    say_foreseen(told)
    say_figures(told, money)
    say_unconfirmed(told, runner.rules)
    if len(told) < len(wishes):
        console.print(
            f"{len(wishes) - len(told)} more not previewed: they come after sealed bids are opened. 其后命令不作预演。"
        )
    say_unwritten(ends)


def _write(told: Sequence[Foreseen], path: Path) -> None:
    with whole_file(path) as file:
        file.writelines(msgspec.json.encode(each.command) + b"\n" for each in told if not each.answered)


def say_foreseen(told: Sequence[Foreseen]) -> None:
    """What each command would come to, in a line; commands that come to the same in one."""
    for (line, *more), group in groupby([_said(each) for each in told]):
        times = sum(1 for _ in group)
        lines(f"{line} ({times} times)" if times > 1 else line)
        for detail in more:
            console.print(f"  {detail}")


def say_figures(told: Sequence[Foreseen], money: str) -> None:
    """The tables of what would be settled and shared out."""
    _say_closings([closing for each in told for closing in each.closings], money)
    for each in told:
        if each.sharing is not None:
            _say_sharing(each.sharing)


def say_unconfirmed(told: Sequence[Foreseen], rules: Rulebook) -> None:
    """What has to be confirmed in each command, as `airshed act` takes it, and as it stands in a file of commands."""
    from shlex import join

    from airshed.service.forms.form import options_of
    from airshed.service.forms.measures import Terms

    for each in told:
        if each.knowing is None:
            continue
        body = each.record.body
        options = [(option, text) for option, text in options_of(body, Terms.of(rules)) if option != "activity"]
        words = [word for option, text in options for word in (f"--{option}", text)]
        lines(
            f"to confirm what is known of {type(body).__name__} 确认已知悉: {join(words)}",
            f'  in a file of commands: "knowing":{msgspec.json.encode(each.knowing).decode()}',
        )


def say_unwritten(ends: int) -> None:
    """That the book is as it was."""
    console.print(f"Nothing was written: the book ends at record {ends:,}. 未写入账簿。")


def plain(told: Foreseen) -> dict[str, Any]:
    """What a command would come to, for programs."""
    record = told.record
    return {
        "seq": record.seq if told.recorded else None,
        "actor": record.actor,
        "do": type(record.body).__name__,
        "happens": record.refusal is None and told.unconfirmed is None,
        "answered": told.answered,
        "waits": told.waits,
        "sealed": told.sealed,
        "events": () if told.sealed else record.events,
        "refusal": plain_refusal(told.unconfirmed or record.refusal),
        "knowing": told.knowing,
        "then": plain_refusal(told.then),
        "comes": told.comes,
        "closings": told.closings,
        "sharing": told.sharing,
    }


def _said(told: Foreseen) -> tuple[str, ...]:
    """What the book would say, a line each."""
    record = told.record
    what = type(record.body).__name__
    refusal = record.refusal
    if told.answered:
        return (f"{what}: record {record.seq} answers it already 已有答复",)
    if refusal is not None:
        return (f"{what} would be refused 将被拒绝: {refusal.why} ({refusal.cite})", *in_both(refusal.detail))
    if told.sealed:
        return (f"{what} would happen; what it opens is sealed until then 将执行，开封前不公开结果",)
    first = "" if told.unconfirmed is None else ", once it says what is known 须先确认"
    if told.waits and told.then is not None:
        then = f"and be refused then: {told.then.why} ({told.then.cite})"
        return (f"{what} would wait for another to confirm it 待他人确认{first}", then, *in_both(told.then.detail))
    if told.waits:
        after = [f"and then happen 复核后将执行: {_kinds(told.comes)}"] if told.comes else []
        return (f"{what} would wait for another to confirm it 待他人确认{first}", *after)
    return (f"{what} would happen 将执行: {_kinds(record.events)}{first}",)


def _kinds(events: Sequence[Event]) -> str:
    """Each kind of event once."""
    return ", ".join(dict.fromkeys(type(event).__name__ for event in events))


def _say_closings(closings: Sequence[Closing], money: str) -> None:
    if not closings:
        return
    settled = [(closing, each) for closing in closings for each in closing.settlements]
    short = [
        (
            closing.account,
            each.source,
            each.pollutant,
            tonnes(each.obligation),
            tonnes(each.surrendered),
            tonnes(each.shortfall),
            yuan(each.price),
            yuan(each.penalty_fen),
            tonnes(each.makeup),
        )
        for closing, each in settled
        if each.shortfall
    ]
    if short:
        columns = ["owed [t]", "given [t]", "short [t]", f"price [{money}/t]", f"penalty [{money}]", "made up [t]"]
        table("Who would be short 缺口、罚款与扣回", ["account", "source", "pollutant", *columns], short)
    lost = [
        (
            closing.account,
            each.series,
            tonnes(each.held),
            tonnes(each.banked),
            tonnes(each.over_limit),
            tonnes(each.expired),
            tonnes(each.blocked),
        )
        for closing in closings
        for each in closing.left
        if each.over_limit or each.expired or each.blocked
    ]
    if lost:
        columns = ["held [t]", "banked [t]", "over the limit [t]", "expired [t]", "blocked [t]"]
        table("What would be lost 结转上限外与失效配额", ["account", "series", *columns], lost)
    over = sum(each.over_limit for closing in closings for each in closing.left)
    ended = sum(each.expired for closing in closings for each in closing.left)
    penalties, makeup = sum(each.penalty_fen for each in closings), sum(each.makeup for each in closings)
    poor = [each.account for each in closings if each.free_fen is not None and each.penalty_fen > each.free_fen]
    console.print(
        f"{len(settled) - len(short)} of {len(settled)} obligations met, {tonnes(sum(each.short for each in closings))}"
        f" t short: penalties {yuan(penalties)} {money}, {tonnes(makeup)} t made up from the next allocation"
        f" 清缴{len(settled)}项中完成{len(settled) - len(short)}项"
    )
    console.print(f"lost: {tonnes(over)} t over the banking limit, {tonnes(ended)} t expired 失去的配额")
    if poor:
        console.print(f"penalty above the free money of 罚款超过可用资金: {', '.join(poor)}")
    taken = sum(each.offers_off for each in closings)
    if taken:
        console.print(f"{taken} offers, pledges or leases taken back or cut first 先行撤回")


def _say_sharing(sharing: PreviewedShares) -> None:
    table(
        f"{sharing.series} by {sharing.method} 分配",
        ["source", "claims [t]", "share [t]", "share of claim [%]", "made up [t]", "gets [t]"],
        [
            (
                each.source + (" (new)" if each.entrant else ""),
                tonnes(each.claimed_kg),
                tonnes(each.count),
                f"{100 * each.count / each.claimed_kg:.1f}" if each.claimed_kg else "–",
                tonnes(each.made_up),
                tonnes(each.count - each.made_up),
            )
            for each in sharing.awards
        ],
    )
    console.print(
        f"cap {tonnes(sharing.cap)} t: reserve {tonnes(sharing.reserve)}, auction {tonnes(sharing.auction)}, pool "
        f"{tonnes(sharing.pool)} t for claims of {tonnes(sharing.claimed_kg)} t; "
        f"{tonnes(sharing.reserved)} t end in the government reserve"
    )
    if sharing.above:
        console.print(
            f"the pool is {tonnes(sharing.above)} t above all claims: every source would get more than it claims "
            "配额池高于全部申请"
        )
    if sharing.entrants_claimed_kg > sharing.reserve:
        console.print("new entrants claim more than the reserve: they are cut pro rata 新建源申请超过储备")
