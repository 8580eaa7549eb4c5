"""A second opinion on who may do what: registered, in the role, for an account of its own that is not frozen (I5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.lab.simulator.mirror.figures import kind_of
from airshed.rulebook.schema import Rulebook

Claim = Callable[[str, bool, str], None]

#: What a command acts on, and the field that names it; it is whose the mirror says.
BY_NUMBER: Mapping[type[Any], tuple[str, str]] = {
    c.CancelOrder: ("order", "order"),
    c.AcceptDeal: ("deal to accept", "deal"),
    c.DropDeal: ("deal", "deal"),
    c.AcceptPledge: ("pledge held", "pledge"),
    c.CallPledge: ("pledge held", "pledge"),
    c.EnforcePledge: ("pledge held", "pledge"),
    c.SellPledge: ("pledge held", "pledge"),
    c.RedeemPledge: ("pledge given", "pledge"),
    c.AcceptLease: ("lease taken", "lease"),
    c.PayRent: ("lease taken", "lease"),
    c.AppealWithdrawal: ("withdrawal", "withdrawal"),
    c.PayBack: ("withdrawal", "withdrawal"),
    c.ReplyCase: ("case", "case"),
    c.AppealCase: ("case", "case"),
    c.PayInstalment: ("purchase", "purchase"),
    c.ProveMark: ("mark", "mark"),
    c.OfferRight: ("right", "right"),
    c.AcceptRight: ("right to accept", "right"),
    c.CancelTransfer: ("transfer", "transfer"),
}
#: The field that names the account, of commands that name one.
BY_FIELD: Mapping[type[Any], str] = {
    c.PlaceOrder: "account",
    c.PlaceCallOrder: "account",
    c.PlaceBid: "account",
    c.ConsignLot: "account",
    c.OfferRepurchase: "account",
    c.OfferAuction: "account",
    c.PlaceZoneOffer: "account",
    c.PlaceZoneBid: "account",
    c.CommitBid: "account",
    c.EncryptBid: "account",
    c.OpenBid: "account",
    c.AskRepurchase: "account",
    c.OfferDeal: "seller",
    c.Transfer: "origin",
    c.CancelAllowances: "account",
    c.TrustAccount: "account",
    c.DistrustAccount: "account",
    c.SetTransferLimits: "account",
    c.PledgeAllowances: "pledgor",
    c.OfferLease: "lessor",
}
#: Commands of whoever operates the source.
BY_SOURCE = (
    c.FileEstimate,
    c.ReportYear,
    c.AnswerImprovement,
    c.Surrender,
    c.PayPenalty,
    c.BuyAllocation,
    c.ApplyForReserve,
    c.ReturnExcess,
)
#: What the owner of a frozen account may still do: take back, answer for its emissions in words, and pay what it owes.
THOUGH_FROZEN = (
    c.CancelOrder,
    c.DropDeal,
    c.AppealWithdrawal,
    c.ReplyCase,
    c.AppealCase,
    c.AskInstalments,
    c.PayPenalty,
    c.PayBack,
    c.CancelTransfer,
    c.DistrustAccount,
    c.WithdrawBid,
)


class People:
    """Follows who is registered and what is whose; `claim` counts a check and ends the run when it fails."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self.roles: dict[str, tuple[str, str]] = {}
        self.frozen: set[str] = set()
        self._suspended: set[str] = set()
        #: By act that waits: the account for which it was proposed.
        self._proposed: dict[int, str] = {}
        self._law: Rulebook | None = None
        self._held: set[tuple[str, str]] = set()
        self.out: set[str] = set()
        self.mays: dict[str, str] = {}
        self._bound: dict[str, str] = {}
        self._lies: dict[str, str] = {}
        self._stands: dict[str, str] = {}
        self._stacks: dict[str, str] = {}
        #: The group of each account, or the firm where none is known, with what it is; nothing once it is closed.
        self._kin: dict[str, tuple[str, str]] = {}
        self._whose: dict[tuple[str, int], tuple[str, ...]] = {}

    def follow(self, record: Record, rules: Rulebook) -> None:
        """Check who sent a record against everything before it, then take it in."""
        if self.roles:
            self._claim("I5", record.actor in self.roles, f"{record.actor} has a record and is not registered")
        if record.refusal is None and kind_of(record) != "AdoptRulebook":
            self._may(record, rules)
        for event in record.events:
            self._take(event)

    def may(self, actor: str, command: str, rules: Rulebook) -> bool:
        """Whether somebody may send a command now."""
        return actor in self.roles and (self.roles[actor][0], command) in self._table(rules)

    def confirms(self, actor: str, body: c.Body, rules: Rulebook) -> bool:
        """Whether somebody may confirm a command of another now; who is let in, also by whom it concerns."""
        if self.may(actor, type(body).__name__, rules):
            return True
        role, account = self.roles.get(actor, ("", ""))
        if isinstance(body, c.OpenAccount) and role:
            return account in self._kin_of(body)
        if not isinstance(body, c.RegisterActor) or not role:
            return False
        by = {each.code: each.confirmed_by for each in rules.people}.get(body.role)
        return account == body.account if body.account else role == by

    def joins(self, body: c.Body) -> bool:
        """Whether a command opens an account that counts as another's own."""
        return isinstance(body, c.OpenAccount) and bool(self._kin_of(body))

    def _kin_of(self, body: c.OpenAccount) -> list[str]:
        kin = ("group", body.group) if body.group else ("firm", body.name)
        return [account for account, other in self._kin.items() if other == kin]

    def _table(self, rules: Rulebook) -> set[tuple[str, str]]:
        """The roles and commands of the law's table, read anew when the law is another."""
        if self._law is not rules:
            self._law, self._held = rules, {(row.role, row.command) for row in rules.roles.rows}
        return self._held

    def _may(self, record: Record, rules: Rulebook) -> None:
        what = f"{record.actor} sends {record.body}"
        self._claim("I5", record.actor in self.roles, f"{what}, and is not registered")
        role, account = self.roles[record.actor]
        self._claim("I5", (role, kind_of(record)) in self._table(rules), f"{what} as {role}")
        self._claim("I5", record.actor not in self.out, f"{what}, and is suspended or revoked")
        self._claim("I5", account not in self._suspended, f"{what}, for an account that is suspended")
        if isinstance(record.body, c.ConfirmAct | c.RejectAct):
            theirs = self._proposed.get(record.body.act, account)
            self._claim("I5", account == theirs, f"{what}, which somebody proposed for {theirs}")
        else:
            self._claim("I5", self.mays[record.actor] in ("", "initiate"), f"{what}, and may not initiate")
        bound = self._bound[record.actor]
        for name in ("jurisdiction", "account", "source") if bound else ():
            named = getattr(record.body, name, None)
            if named is not None:
                lies = named if name == "jurisdiction" else self._lies.get(f"{name} {named}")
                self._claim("I5", lies == bound, f"{what}, which lies in {lies}, and is bound to {bound}")
        owners = self._owners(record.body)
        if owners is None or not account:
            return
        self._claim("I5", account in owners, f"{what}, which is of {owners}")
        allowed = {row.type for row in rules.transactions.rows if row.frozen == "yes"}
        surrenders = isinstance(record.body, c.Surrender) and "surrender" in allowed
        still = account not in self.frozen or isinstance(record.body, THOUGH_FROZEN) or surrenders
        self._claim("I5", still, f"{what}, though frozen")

    def _owners(self, body: c.Body) -> tuple[str, ...] | None:
        """The accounts for which a command may be sent; None where that is not asked here."""
        kind = type(body)
        if kind in BY_FIELD:
            return (getattr(body, BY_FIELD[kind]),)
        if kind in BY_NUMBER:
            what, field = BY_NUMBER[kind]
            return self._whose.get((what, getattr(body, field)), ())
        if isinstance(body, BY_SOURCE):
            return (self._stands.get(body.source, ""),)
        if isinstance(body, c.WithdrawBid):
            return self._whose.get((f"sealed {body.venue} {body.name}", body.number), ())
        if isinstance(body, c.MarkHours | c.RecordTest):
            return (self._stands.get(self._stacks.get(body.stack, ""), ""),)
        return None

    def _take(self, event: e.Event) -> None:
        whose = self._whose
        match event:
            case e.ActorRegistered():
                self._claim("I5", event.actor not in self.roles, f"{event.actor} is registered twice")
                self.roles[event.actor] = (event.role, event.account)
                self._bound[event.actor], self.mays[event.actor] = event.jurisdiction, event.may
            case e.ActorSuspended() | e.ActorRevoked():
                self.out.add(event.actor)
            case e.ActorResumed():
                self.out.discard(event.actor)
            case e.ActProposed():
                theirs = self.roles[event.actor][1]
                if theirs and not isinstance(event.body, c.OpenAccount | c.RegisterActor):
                    self._proposed[event.act] = theirs
            case e.AccountOpened():
                account = event.account
                self._lies[f"account {account.id}"] = account.jurisdiction
                self._kin[account.id] = ("group", account.group) if account.group else ("firm", account.name)
            case e.AccountClosed():
                self._kin.pop(event.account, None)
            case e.AccountFrozen():
                self.frozen.add(event.account)
            case e.AccountSuspended():
                self.frozen.add(event.account)
                self._suspended.add(event.account)
            case e.AccountThawed():
                self.frozen.discard(event.account)
                self._suspended.discard(event.account)
            case e.SourceRegistered():
                self._stands[event.source] = event.account
                self._lies[f"source {event.source}"] = event.jurisdiction
                self._stacks.update({entry.stack: event.source for entry in event.stacks})
            case e.SourceTransferred():
                self._claim("I5", self._stands[event.source] == event.origin, f"{event} of {self._stands}")
                self._stands[event.source] = event.target
            case e.OrderPlaced():
                whose["order", event.order] = (event.account,)
            case e.BidSealed():
                whose[f"sealed {event.venue} {event.name}", event.number] = (event.account,)
            case e.DealOffered():
                whose["deal to accept", event.deal] = (event.buyer,)
                whose["deal", event.deal] = (event.seller, event.buyer)
            case e.TransferDelayed():
                whose["transfer", event.transfer] = (event.origin,)
            case e.PledgeOffered():
                whose["pledge held", event.pledge] = (event.pledgee,)
                whose["pledge given", event.pledge] = (event.pledgor,)
            case e.LeaseOffered():
                whose["lease taken", event.lease] = (event.lessee,)
            case e.WithdrawalNoticed():
                whose["withdrawal", event.withdrawal] = (event.account,)
            case e.CaseNoticed():
                whose["case", event.case] = (event.account,)
            case e.AllocationBought():
                whose["purchase", event.purchase] = (event.account,)
            case e.HoursMarked():
                whose["mark", event.mark] = (self._stands[self._stacks[event.stack]],)
            case e.RightGranted():
                whose["right", event.right] = (event.account,)
            case e.RightOffered():
                whose["right to accept", event.right] = (event.buyer,)
            case e.RightSold():
                whose["right", event.right] = (event.buyer,)
            case _:
                pass
