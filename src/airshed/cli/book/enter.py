"""`airshed book open`: the works, stacks, accounts and people of a zone entered in a book in one batch."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.book.answers import ClockIsRight, instant_or_now, instant_to_write, receipt
from airshed.cli.options import At, BookPath, Json
from airshed.cli.show import as_json, bar, console, lines, showing, table
from airshed.model.provenance import BY_HAND, Programme, Simulation
from airshed.model.refusal import Malformed
from airshed.service.book.places import without_password

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airshed.rulebook.schema import Rulebook
    from airshed.service.book.entering import ZoneEntry
    from airshed.service.book.kept import KeptBook

RULEBOOK = "dianzhong"
KINDS = {
    "OpenAccount": "accounts 账户",
    "RegisterActor": "people 人员",
    "RegisterSource": "works and their stacks 排放源",
}


def open_zone(
    book: BookPath,
    actors: Annotated[
        list[str],
        typer.Option(
            "--as", metavar="ACTOR", help="Who enters it; again for another, who sends what the first may not."
        ),
    ],
    zone: Annotated[
        str, typer.Option("--zone", metavar="NAME|FOLDER", help="The zone; that of the law if left out.")
    ] = "",
    rulebook: Annotated[
        str,
        typer.Option(
            "--rulebook", metavar="NAME|FOLDER", help="Make the book under this law, where there is none yet."
        ),
    ] = "",
    programme: Annotated[bool, typer.Option("--programme", help="A new book: it is a real programme.")] = False,
    scenario: Annotated[str, typer.Option(help="A new book: it is a simulation of this name.")] = BY_HAND,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would be entered; write nothing.")] = False,
    at: At = "",
    clock_is_right: ClockIsRight = False,
    json: Json = False,
) -> None:
    """Enter the works, stacks, accounts and people of a zone in a book, all of them or none. 按区域批量登记。

    What is there already is left as it is, so that a second run enters only what is new; what is there and says
    something else than the zone is told. Acts that take two wait: the same line, sent by the second person, confirms
    those that say word for word what the zone says. So does an account of a group that has one already; what needs it
    is entered by the run after it is confirmed. A real programme takes no simulated works.

    Example: airshed book open my.book --zone mine --rulebook dianzhong --as dianzhong-registrar --as dianzhong-office
    """
    from airshed.service.book.addressed import exists
    from airshed.service.book.entering import EntryStanding, foreseen, plan, real_for, waiting_acts
    from airshed.service.book.once import anew
    from airshed.service.book.snapshot import resume
    from airshed.zone.entering import entered
    from airshed.zone.load import of_law

    made_of = (rulebook, programme, scenario, at)
    with _there(book, *made_of) if exists(book) else _begun(book, *made_of, dry_run=dry_run) as opened:
        showing(opened)
        runner = resume(opened)
        same_law(runner.rules, rulebook)
        found = of_law(runner.rules, zone)
        place = zone or runner.rules.programme.zone
        real_for(found, place, runner.state)
        entries = plan(runner.state, runner.rules, entered(found, runner.rules), actors, place)
        sent = [anew(runner, each.actor, each.body) for each in entries if each.sent]
        when = instant_or_now(at, runner.state.civil) if dry_run else instant_to_write(runner.state, at, clock_is_right)
        with bar(len(sent), json, "acts 登记") as done:
            foreseen(runner, sent, when, done)
        if dry_run:
            _say(entries, json, list_all=True)
            return
        answers = resume(opened).send_all([(wish, when) for wish in sent]) if sent else []
    waits = waiting_acts(answers)
    if json:
        counts = Counter(str(entry.standing) for entry in entries)
        last = answers[-1] if answers else None
        as_json(
            {
                "book": without_password(book),
                **{standing: counts[standing] for standing in EntryStanding},
                "records": [answer.seq for answer in answers],
                "hash": last.hash if last is not None else None,
                "acts": waits,
            }
        )
        return
    _say(entries, json)
    if answers:
        lines(receipt(answers))
    if waits:
        lines(f"{len(waits)} acts wait for a second person, who sends the same line with --as ANOTHER 待他人复核")
    later = sum(entry.standing is EntryStanding.LATER for entry in entries)
    if later:
        lines(
            f"{later} need an account that is not open yet: run the line again once it is confirmed 待账户开立后再登记"
        )


@contextmanager
def _there(book: str, rulebook: str, programme: bool, scenario: str, at: str) -> Iterator[KeptBook]:
    """The book, to be written."""
    from airshed.service.book.addressed import to_write

    if programme or scenario != BY_HAND:
        raise Malformed(
            without_password(book), "is there already, and says what it is", "leave --programme and --scenario out"
        )
    with to_write(book) as opened:
        yield opened


@contextmanager
def _begun(book: str, rulebook: str, programme: bool, scenario: str, at: str, *, dry_run: bool) -> Iterator[KeptBook]:
    """A new book under a law, which is there when everything is entered; after a dry run it is not."""
    from tempfile import TemporaryDirectory
    from time import time

    from airshed.rulebook.load import find, load, texts
    from airshed.service.book.addressed import to_make
    from airshed.service.book.clock import asked_of
    from airshed.service.book.opening import adopt

    if not rulebook:
        raise Malformed(
            without_password(book), "there is no such book", "give --rulebook to make it, or name one that is there"
        )
    if programme and scenario != BY_HAND:
        raise Malformed("--programme", "a real programme has no scenario", "leave one of them out")
    what = Programme() if programme else Simulation(scenario)
    folder = find(rulebook)
    civil = load(folder).civil
    when = asked_of(what, civil.instant_in(at, "--at") if at else None, int(time() * 1000))
    with TemporaryDirectory() as aside, to_make(Path(aside) / "rehearsed.book" if dry_run else book) as opened:
        adopt(opened, texts(folder), when, what)
        yield opened


def same_law(rules: Rulebook, rulebook: str) -> None:
    """`Malformed` for a book that is under another law than the one that was named."""
    from airshed.rulebook.digest import digest
    from airshed.rulebook.load import find, load

    if rulebook and digest(load(find(rulebook))) != digest(rules):
        what = f"the book is under {rules.programme.id} {rules.programme.version}, another text"
        raise Malformed("--rulebook", what, "leave it out, or adopt it first (airshed book adopt)")


def _say(entries: Sequence[ZoneEntry], json: bool, *, list_all: bool = False) -> None:
    """How much of what is new, waits or is there; each by itself where it is asked for."""
    if list_all:
        for entry in entries:
            name = getattr(entry.wish, entry.wish.__struct_fields__[0])
            if json:
                as_json({"standing": entry.standing, "do": type(entry.wish).__name__, "name": name, "as": entry.actor})
            elif entry.standing != "there":
                by = f" as {entry.actor}" if entry.actor else ""
                lines(f"{entry.standing} {type(entry.wish).__name__} {name}{by}")
        if json:
            return
    counts = Counter((type(entry.wish).__name__, str(entry.standing)) for entry in entries)
    columns = ("new", "confirmed", "waits", "there")
    table(
        "",
        ["what", "new 新增 #", "confirmed 已确认 #", "waits 待复核 #", "there already 已有 #"],
        [[said, *(counts[name, standing] for standing in columns)] for name, said in KINDS.items()],
    )
    if list_all:
        console.print("Nothing was written. 未写入账簿。")
