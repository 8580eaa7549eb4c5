"""`airshed book call` and `proof`: solve a zone-wide call of a book and send it; its certificate, from the book."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from airshed.cli.book.answers import ClockIsRight
from airshed.cli.options import At, BookPath, Json
from airshed.cli.refused import in_both, plain_refusal
from airshed.cli.show import as_json, console, lines, showing, with_provenance
from airshed.model.refusal import Malformed
from airshed.service.book.places import without_password

CallName = Annotated[str, typer.Argument(metavar="CALL", help="Name of the zone-wide call.", show_default=False)]


def call(
    book: BookPath,
    name: CallName,
    actor: Annotated[str, typer.Option(help="Who closes it.", show_default=False)],
    seed: Annotated[int, typer.Option(min=0, help="Orders equal limits; sealed or published beforehand.")] = 0,
    salt: Annotated[str, typer.Option(help="What was sealed with the seed when the call opened.")] = "",
    seconds: Annotated[float, typer.Option(min=0, help="Time the solver has for each programme.")] = 60.0,
    certificate: Annotated[str, typer.Option(metavar="FILE", help="Write the proof there.")] = "",
    html: Annotated[str, typer.Option(metavar="FILE", help="Also write it as a page.")] = "",
    key: Annotated[
        str, typer.Option(help="Key of the command; 'close CALL' if left out, and a new one after a refusal.")
    ] = "",
    at: At = "",
    clock_is_right: ClockIsRight = False,
    json: Json = False,
) -> None:
    """Solve a zone-wide call that is open in a book, and send what comes of it. 求解并收盘。

    The book judges the answer without a solver and settles it in one entry, or refuses it. A call that is infeasible,
    or whose solver fails or runs out of its time, ends with status 1: the book is as it was, and the call is open.

    Example: airshed book call my.book spring --actor zone-exchange --seed 20270401
    """
    from airshed.cli.book.answers import instant_to_write, say
    from airshed.cli.call.group import show_rounds, write_page
    from airshed.engine.events import ZoneCallCleared
    from airshed.model.refusal import Refusal
    from airshed.service.book.addressed import to_write
    from airshed.service.book.snapshot import resume
    from airshed.service.book.zone_call import close

    target, page = _target(certificate), _target(html)
    said: Callable[[str], None] = (lambda text: None) if json else console.print
    with showing(to_write(book)) as opened:
        runner = resume(opened)
        when = instant_to_write(runner.state, at, clock_is_right)
        found = close(runner, actor, name, when, seed=seed, salt=salt, key=key, seconds=seconds, progress=said)
    if isinstance(found, Refusal):
        if json:
            as_json({"seq": None, "refusal": plain_refusal(found)})
        else:
            console.print(f"refused: {found.why} ({found.cite})")
            for sentence in in_both(found.detail):
                console.print(f"  {sentence}")
        raise typer.Exit(1)
    if target is not None and found.rounds:
        from airshed.market.zonecall import certificate as proven

        _written(target, proven(found.rounds))
    if page is not None and found.rounds:
        pollutant = found.rounds[0].pollutant
        origins = {row.origin: None for row in runner.rules.transfer.rows if row.pollutant == pollutant}
        names = {each.code: (each.name_en, each.name_zh) for each in runner.rules.jurisdictions}
        write_page(
            page,
            found.rounds,
            ", ".join(origins),
            f"airshed book proof {without_password(book)} {name} --out proof.json",
            runner.rules.currency,
            names,
        )
    if not json and found.rounds:
        show_rounds(found.rounds, runner.rules.currency)
    say([found.answer], json)
    for event in found.answer.events if not json else ():
        if isinstance(event, ZoneCallCleared):
            for each in event.refused:
                why = each.refusal
                console.print(f"left out: order {each.number} of {each.account}, {why.why} ({why.cite})")
                for sentence in in_both(why.detail):
                    console.print(f"  {sentence}")


def proof(
    book: BookPath,
    name: CallName,
    out: Annotated[str, typer.Option(metavar="FILE", help="Where to write it.", show_default=False)],
) -> None:
    """The certificate of a zone-wide call that is over, worked out again from the book alone. 由账簿重算证书。

    `airshed call check` and `scripts/verify_call.py` check it.

    Example: airshed book proof my.book spring --out proof.json
    """
    from airshed.service.book.addressed import to_read
    from airshed.service.book.zone_call import proof as of_book

    target = _target(out)
    assert target is not None
    with showing(to_read(book)) as opened:
        found = of_book(opened, name)
    _written(target, found)
    for number, each in enumerate(found["rounds"], 1):
        lines(f"round {number}: {len(each['orders'])} orders, digest {each['digest']}")


def _target(file: str) -> Path | None:
    target = Path(file) if file else None
    if target is not None and (target.is_dir() or not target.parent.is_dir()):
        raise Malformed(file, "cannot be written", "name a file in a folder that exists")
    return target


def _written(target: Path, certificate: dict[str, Any]) -> None:
    import json

    target.write_text(json.dumps(with_provenance(certificate), ensure_ascii=False, indent=1) + "\n", "utf-8")
