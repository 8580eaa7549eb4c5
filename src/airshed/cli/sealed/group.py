"""`airshed sealed`: bids and orders that the book does not tell before the close, without a salt on paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.book.answers import ClockIsRight
from airshed.cli.options import At, BookPath, Json
from airshed.cli.refused import plain_answer
from airshed.cli.show import as_json, lines, showing
from airshed.model.near import near
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.engine.commands import Body, Venue
    from airshed.engine.procedures.sealed import Needed, SealedWish
    from airshed.engine.runner import Runner

app = typer.Typer(help="Sealed bids: commit, open, close. 密封申报。", no_args_is_help=True)

#: A box is too long for a screen; --json has it all.
_BOX = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{68,}\b")
VENUES: tuple[Venue, ...] = ("auction", "call", "zone_call", "repurchase")
As = Annotated[str, typer.Option("--as", metavar="ACTOR", help="Who acts, as the book knows them.", show_default=False)]
VenueName = Annotated[
    str, typer.Argument(metavar="VENUE", help="auction, call, zone_call or repurchase.", show_default=False)
]
Name = Annotated[str, typer.Argument(help="Its name.", show_default=False)]
SecretFile = Annotated[
    Path, typer.Option("--secret", help="File of what must be kept until the close.", show_default=False)
]


@app.callback()
def sealed() -> None:
    """Sealed bids: commit, open, close. 密封申报。"""


@app.command()
def bid(
    book: BookPath,
    venue: VenueName,
    name: Name,
    actor: As,
    account: Annotated[str, typer.Option(help="The account that bids or sells.", show_default=False)],
    count: Annotated[str, typer.Option(help="How much, as '40 t'.", show_default=False)],
    limit: Annotated[str, typer.Option(help="The worst price accepted, as '4,100 yuan/t'.", show_default=False)],
    secret: Annotated[
        Path | None, typer.Option("--secret", help="New file of what opens the bid; where it is committed to.")
    ] = None,
    side: Annotated[str, typer.Option(help="buy or sell, in a call.")] = "buy",
    series: Annotated[str, typer.Option(help="What is sold in a zone-wide call, as SO2-KM-2027.")] = "",
    place: Annotated[str, typer.Option(help="Where the source stands, in a zone-wide call.")] = "",
    year: Annotated[str, typer.Option(help="The year to be covered, of a bid in a zone-wide call.")] = "",
    guarantee: Annotated[
        str, typer.Option(help="Set aside: money of a bid, '40 t' of a sale; rounded up by itself.")
    ] = "",
    at: At = "",
    clock_is_right: ClockIsRight = False,
    json: Json = False,
) -> None:
    """Seal a bid or an order: it is tried on the book as it stands, sealed as the law has it, and sent. 密封申报。

    Of a commitment the book gets a digest; text and salt stand in the file of --secret, with the rights 0600. Keep it:
    without it the bid cannot be opened, and what is not opened is void. The same line sent again uses the same file.

    Only the guarantee shows. Left out, it is what the bid needs rounded up to 1, 2 or 5 times a power of ten, so that
    it tells little.

    Example: airshed sealed bid my.book auction spring --as wang --account forge --count "40 t" --limit 4,100
    --secret spring.secret
    """
    from airshed.engine.procedures.sealed import as_if_open, kind_of
    from airshed.model.refusal import Refusal
    from airshed.service.forms.form import body_of
    from airshed.service.forms.measures import Terms
    from airshed.service.sealing import boxed, commit, keep_secret, sent_before

    place_name = _venue(venue)
    if side not in ("buy", "sell"):
        raise Malformed("--side", f"{side!r} is neither buy nor sell", "write --side buy or --side sell")
    kind = kind_of(place_name, sells=side == "sell" or venue == "repurchase")
    own = {venue if venue in ("auction", "repurchase") else "call": name, "side": side if venue == "call" else ""}
    own |= {"price" if venue == "repurchase" else "limit": limit}
    fields = {**own, "account": account, "count": count, "series": series, "place": place, "year": year}

    def made(runner: Runner, when: int) -> Body:
        sealing = runner.state.sealings.get((place_name, name))
        if sealing is None or sealing.over:
            what = "takes no sealed bids"
            raise Malformed(f"{venue} {name}", what, f"bid in the open, if it is open: airshed act {kind.__name__}")
        terms = Terms.of(runner.rules)
        wish: SealedWish = body_of(kind, [(key, text) for key, text in fields.items() if text], terms)
        if actor not in runner.state.actors:
            raise Malformed("--as", f"{actor} is not registered", "name somebody who acts for the account")
        earlier = sent_before(secret, sealing, wish) if secret is not None else None
        if earlier is not None:
            return earlier
        needed = as_if_open(runner.state, runner.rules, when, actor, wish)
        if isinstance(needed, Refusal):
            cure = "nothing was sealed; mend it now, after the close nobody can"
            raise Malformed(f"{venue} {name}", f"{needed.why}: {needed.detail}", cure)
        fen, kilograms = _aside(runner, wish, needed, guarantee)
        if sealing.way == "key":
            return boxed(sealing, wish, needed, fen, kilograms)
        if secret is None:
            raise Malformed("--secret", "is missing", "name a new file; it alone can open the bid after the close")
        return commit(keep_secret(secret, wish), needed, fen, kilograms)

    _send(book, actor, made, at, clock_is_right, json)


def _aside(runner: Runner, wish: SealedWish, needed: Needed, guarantee: str) -> tuple[int, int]:
    """The guarantee in fen and in allowances: what was said, or what is needed, made coarse within what is free."""
    from airshed.model.allowance import members
    from airshed.model.measures import Unit
    from airshed.service.forms.measures import Terms, read
    from airshed.service.sealing import coarse

    unit = Unit.ALLOWANCES if needed.count else Unit.FEN
    said = read(guarantee, unit, Terms.of(runner.rules), "--guarantee") if guarantee else 0
    ledger = runner.state.ledger
    if needed.count:
        free = min(ledger.held_of(wish.account, series).free for series in members(needed.series))
        return 0, said or min(coarse(needed.count), free)
    return said or min(coarse(needed.fen), ledger.purses[wish.account].free), 0


@app.command("open")
def open_bid(
    book: BookPath,
    actor: As,
    secret: SecretFile,
    at: At = "",
    clock_is_right: ClockIsRight = False,
    json: Json = False,
) -> None:
    """Open one's own commitment after the close, from the file of its secret. 揭示申报。

    Example: airshed sealed open my.book --as wang --secret spring.secret
    """
    from airshed.service.sealing import read_secret

    def made(runner: Runner, when: int) -> Body:
        opening = read_secret(secret).opening
        sealing = runner.state.sealings.get((opening.venue, opening.name))
        if sealing is not None and sealing.until is None and not sealing.over:
            what = f"bids of {opening.venue} {opening.name} are sealed until the close"
            raise Malformed(str(secret), what, "open it then; sent now it would tell the bid, so nothing was written")
        return opening

    _send(book, actor, made, at, clock_is_right, json)


@app.command()
def key(
    book: BookPath,
    venue: VenueName,
    name: Name,
    actor: As,
    secret: SecretFile,
    at: At = "",
    clock_is_right: ClockIsRight = False,
    json: Json = False,
) -> None:
    """Make the key that bids are encrypted to, and announce its public half. 生成并公布密钥。

    The private half lies in the file of --secret alone, with the rights 0600. Whoever has it can read every bid before
    the close; without it no bid can ever be opened.

    Example: airshed sealed key my.book auction spring --as exchange-1 --secret spring.key
    """
    from airshed.engine import commands as c
    from airshed.market.sealing import public_key
    from airshed.service.sealing import make_key

    where = _venue(venue)

    def made(runner: Runner, when: int) -> Body:
        return c.AnnounceKey(where, name, public_key(make_key(secret, where, name).private_key))

    _send(book, actor, made, at, clock_is_right, json)


@app.command()
def end(
    book: BookPath,
    venue: VenueName,
    name: Name,
    actor: As,
    secret: Annotated[
        Path | None, typer.Option("--secret", help="File of the key, where bids are encrypted to one.")
    ] = None,
    at: At = "",
    clock_is_right: ClockIsRight = False,
    json: Json = False,
) -> None:
    """The close: no bid is taken any more, and what is sealed is opened. 截止申报。

    Example: airshed sealed end my.book auction spring --as exchange-1
    """
    from airshed.engine import commands as c
    from airshed.service.sealing import read_key

    where, private = _venue(venue), ""
    if secret is not None:
        held = read_key(secret)
        if (held.venue, held.name) != (where, name):
            what = f"is the key of {held.venue} {held.name}"
            raise Malformed(str(secret), what, "sent for another it would tell those bids, so nothing was written")
        private = held.private_key
    closing = c.EndBidding(where, name, private)
    _send(book, actor, lambda runner, when: closing, at, clock_is_right, json)


def _venue(text: str) -> Venue:
    for venue in VENUES:
        if text == venue:
            return venue
    raise Malformed("VENUE", f"there is no {text!r}", near(text, VENUES))


def _send(book: str, actor: str, made: Callable[[Runner, int], Body], at: str, sure: bool, json: bool) -> None:
    from airshed.cli.book.answers import instant_to_write, say
    from airshed.engine.events import BiddingEnded
    from airshed.service.book.addressed import to_write
    from airshed.service.book.once import once
    from airshed.service.book.snapshot import resume
    from airshed.service.forms.measures import Terms
    from airshed.service.forms.told import told

    with showing(to_write(book)) as opened:
        runner = resume(opened)
        when = instant_to_write(runner.state, at, sure)
        wish = once(runner, actor, made(runner, when), when)
        answer = runner.send(wish.command, when)
        terms = Terms.of(runner.rules)
    if json:
        as_json(plain_answer(answer))
        return
    say([answer], json)
    if answer.refusal is None:
        lines(*(_BOX.sub(r"\1...", line) for line in told(answer.events, terms)))
        for event in answer.events:
            if isinstance(event, BiddingEnded) and not event.key:
                lines(f"{event.name}: bids may be opened until {runner.rules.civil.clock(event.until)[:16]} 揭示截止")
