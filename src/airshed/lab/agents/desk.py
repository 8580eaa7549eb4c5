"""The desk from which agents send their commands, and how a market is opened at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import msgspec

from airshed.engine import commands as c
from airshed.engine.decide import knowing
from airshed.engine.journal import MemoryJournal
from airshed.engine.runner import Answer, Runner
from airshed.lab.agents.market import SessionMarket, Trader
from airshed.lab.second import confirmations, in_effect
from airshed.model.allowance import Series
from airshed.model.provenance import Provenance
from airshed.rulebook import lookup
from airshed.rulebook.digest import digest
from airshed.rulebook.schema import Rulebook
from airshed.zone.entering import reviewer

EXCHANGE_ACTOR, BANK_ACTOR = "lab-exchange", "lab-bank"
#: The second person of the authority.


class AgentsDesk:
    """Sends commands to an engine in memory, numbers them, and counts what is refused.

    Nobody in the lab reads the book before a close, so its bids are open whatever the law says of sealing them.
    """

    def __init__(self, law: Rulebook, provenance: Provenance) -> None:
        law = msgspec.structs.replace(law, sealing=msgspec.structs.replace(law.sealing, auctions="open", calls="open"))
        self.law = law
        self.provenance = provenance
        self.runner = Runner(MemoryJournal(), law, tables=False)
        self.refused: Counter[str] = Counter()
        self.sent = 0
        #: Seeds of zone-wide calls by name, that were sealed when these opened.
        self.seeds: dict[str, int] = {}
        self.at = law.civil.instant(law.programme.effective, 9)

    def tell(self, actor: str, body: c.Body) -> Answer:
        """Send a command at the instant that it is now."""
        self.sent += 1
        body = knowing(self.runner.state, self.law, self.at, actor, body)
        answer = self.runner.send(c.Command(actor, str(self.sent), body), self.at)
        if answer.refusal is not None:
            self.refused[answer.refusal.why] += 1
        return answer

    def must(self, actor: str, body: c.Body) -> Answer:
        """Send a command that may not be refused in a sound market; a second person confirms it where it has to wait.

        The answer is that in which it took effect.
        """
        answer = self._sound(actor, body)
        confirmed = [
            self._sound(second, confirm) for second, confirm in confirmations([answer], self.second, self.runner)
        ]
        return in_effect([answer], confirmed)[0]

    def second(self, actor: str) -> str:
        """Who confirms what somebody proposed."""
        return lookup.fellow(self.law, actor) or reviewer(actor)

    def _sound(self, actor: str, body: c.Body) -> Answer:
        answer = self.tell(actor, body)
        assert answer.refusal is None, f"{actor} {type(body).__name__}: {answer.refusal}"
        return answer


def enter(desk: AgentsDesk, traders: Sequence[Trader]) -> None:
    """Adopt the law, and enter the exchange, the bank and every trader with its money and its source."""
    programme = desk.law.programme
    authority = programme.authority
    desk.must(authority, c.AdoptRulebook(programme.id, programme.version, digest(desk.law), desk.provenance))
    registrar = lookup.founders(desk.law, "RegisterActor")[0]
    desk.must(registrar, c.RegisterActor(EXCHANGE_ACTOR, lookup.role_for(desk.law, "OpenSession")))
    for name in (BANK_ACTOR, reviewer(BANK_ACTOR)):
        desk.must(registrar, c.RegisterActor(name, lookup.role_for(desk.law, "Deposit")))
    for trader in traders:
        enter_one(desk, trader)


def enter_one(desk: AgentsDesk, trader: Trader) -> None:
    """Open the account of a trader, with its actor, its source and its money."""
    authority = desk.law.programme.authority
    registrar = lookup.founders(desk.law, "RegisterActor")[0]
    opened = _account(trader)
    desk.must(registrar, opened)
    role = lookup.role_for(desk.law, "PlaceOrder", opened.kind)
    desk.must(registrar, c.RegisterActor(trader.account, role, trader.account))
    if trader.source:
        desk.must(authority, _source(trader))
    left, most = trader.cash_fen, desk.law.trading.largest_deposit_fen or trader.cash_fen
    while left:  # in as many parts as the law wants
        desk.must(BANK_ACTOR, c.Deposit(trader.account, min(left, most)))
        left -= min(left, most)


def endow(desk: AgentsDesk, market: SessionMarket) -> None:
    """Set the caps and let the law share them out."""
    authority = desk.law.programme.authority
    for name in market.series:
        series = Series.parse(name)
        lines = market.lines(series.jurisdiction)
        desk.must(authority, c.SetCap(series.pollutant, series.jurisdiction, series.vintage))
        desk.must(authority, c.Allocate(series.pollutant, series.jurisdiction, series.vintage, lines))


def _account(trader: Trader) -> c.OpenAccount:
    kind: Literal["operator", "trader"] = "operator" if trader.source else "trader"
    return c.OpenAccount(trader.account, kind, trader.account, trader.place, trader.group)


def _source(trader: Trader) -> c.RegisterSource:
    return c.RegisterSource(trader.source, trader.account, trader.account, trader.place, trader.sector, True, ())
