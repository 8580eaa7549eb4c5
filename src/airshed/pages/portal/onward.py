"""Where a receipt leads on: to the page on which what was done stands, and to what may be done next with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from airshed.engine.commands import Body
from airshed.engine.events import OrderPlaced
from airshed.engine.nouns import Actor
from airshed.engine.state import State
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.authority import DESKS


class Onward(NamedTuple):
    """A link to what comes next."""

    name: Phrase
    href: str


OTHERS = Onward(Phrase("With others", "往来业务"), "/with-others")
MONITORING = Onward(Phrase("Monitoring", "监测"), "/monitoring")
#: Where those who act for an account have what a room of commands does.
OF_FIRMS: Mapping[str, Onward] = {
    **dict.fromkeys(("transfer", "deal", "pledge", "lease", "right"), OTHERS),
    **dict.fromkeys(("mark", "day", "report"), MONITORING),
    "case": Onward(Phrase("Cases", "案件"), "/cases"),
}


def onward(body: Body, events: Iterable[Any], state: State, actor: Actor) -> list[Onward]:
    """What comes next for who did it, the likeliest first."""
    if not actor.account:
        return [Onward(desk.name, desk.href) for desk in DESKS if type(body).__name__ in desk.commands]
    room = type(body).__module__.rpartition(".")[2]
    found = [*_in_market(events, state, actor), *_at_auction(body)]
    return found or [OF_FIRMS[room] for room in (room,) if room in OF_FIRMS]


def _in_market(events: Iterable[Any], state: State, actor: Actor) -> Iterator[Onward]:
    """Back to the series of an order; one that waits still may be cancelled."""
    for event in events:
        if type(event).__module__.endswith(".listed") and getattr(event, "account", "") == actor.account:
            series = event.series
            where = f"/trade?{urlencode({'series': series})}"
            yield Onward(Phrase(f"Back to {series}", f"返回买卖 {series}"), where)
            if isinstance(event, OrderPlaced) and event.order in state.orders:
                yield Onward(Phrase("Cancel the order", "撤销委托"), f"/act/CancelOrder?order={event.order}")
            return


def _at_auction(body: Body) -> Iterator[Onward]:
    """Back to the auction of a bid."""
    sealed = getattr(body, "name", "") if getattr(body, "venue", "") == "auction" else ""
    if name := getattr(body, "auction", "") or sealed:
        yield Onward(Phrase(f"Auction {name}", f"拍卖 {name}"), f"/auctions/{quote(name, safe='')}")
