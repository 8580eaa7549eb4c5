"""What trades once the market opens: each series that counts still, with its reference and the band about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from airshed.engine.commands import OpenSession
from airshed.engine.nouns import Actor, AllowanceTransfer
from airshed.engine.procedures.deadlines import ends
from airshed.engine.procedures.trade_rules import not_halted, reference_price
from airshed.engine.state import State
from airshed.market.fees import band
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.fields import possible
from airshed.pages.portal.happening import in_column
from airshed.rulebook.schema import Rulebook
from airshed.service.forms.form import BODIES

#: The act that begins a session, and the one that ends it: their day is today, and only one makes sense.
OPENS, CLOSES = UPON_DAY = ("OpenSession", "CloseSession")
#: The act that carries out transfers whose hour has come.
CARRIES_OUT = "ExecuteTransfers"


class Session(NamedTuple):
    """The session of the market as who looks finds it: its day, empty where there is none."""

    day: str
    #: Whether it takes orders. One whose day is over takes none, though it is not closed.
    open: bool

    @property
    def over(self) -> bool:
        """Whether it waits for its exchange to close it."""
        return bool(self.day) and not self.open

    @property
    def said(self) -> Phrase:
        """What it is, and what it waits for."""
        if self.over:
            return Phrase(
                f"the session of {self.day} is over and waits to be closed by the exchange",
                f"{self.day}交易时段已结束，待交易机构收市",
            )
        return same(self.day) if self.day else Phrase("no session now", "当前无交易时段")


def session_of(state: State, at: int) -> Session:
    """The session at an instant."""
    return Session(state.session or "", state.session is not None and at < state.session_end)


class Trades(NamedTuple):
    """A series of a session."""

    series: str
    reference: Phrase
    lowest: Phrase
    highest: Phrase


def trading(body: Any, state: State, rules: Rulebook, at: int) -> list[Trades]:
    """What would trade in a session; nothing of any other act."""
    if not isinstance(body, OpenSession):
        return []
    names = sorted(state.ledger.caps, key=lambda name: (-int(name.rpartition("-")[2]), name))
    return [
        _trades(name, state, rules) for name in names if at <= ends(rules, name) and not not_halted(state, rules, name)
    ]


def _trades(name: str, state: State, rules: Rulebook) -> Trades:
    law, reference = rules.trading, reference_price(state, rules, name)
    prices = (reference, *band(reference, law.band_basis_points, law.tick_fen_per_t))
    return Trades(name, *(in_column(price, Unit.FEN_PER_T, rules) for price in prices))


def sensible(names: Iterable[str], state: State, rules: Rulebook, actor: Actor, at: int) -> list[str]:
    """Of acts those that can be done as things stand: who has the market open does not open it, what an act has to
    name is there, and transfers that are to be carried out are due."""
    senseless = {OPENS if state.session else CLOSES}
    if not due_transfers(state, at):
        senseless.add(CARRIES_OUT)
    return [name for name in names if name not in senseless and possible(BODIES[name], state, rules, actor)]


def due_transfers(state: State, at: int) -> list[AllowanceTransfer]:
    """Transfers that wait though their hour has come, the earliest first."""
    return sorted((each for each in state.waiting_transfers.values() if each.due <= at), key=lambda each: each.due)
