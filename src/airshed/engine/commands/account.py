"""What becomes of accounts and of what lies in them: states, the sale of a works, closure, cancellation."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from airshed.engine.commands.wish import Name, Text, Whole, Wish

#: What a holder says in public when it cancels; a sentence or two.
Statement = Annotated[str, Meta(max_length=280)]


class RestrictAccount(Wish, frozen=True):
    """Let an account give only by the transactions that the law leaves to a restricted one. 限制账户交易。"""

    account: Name
    #: Why, as the account holder will read it.
    reason: Text


class SuspendAccount(Wish, frozen=True):
    """Let nobody act for an account, and freeze it, until further notice. 暂停账户。"""

    account: Name
    #: Why, as the account holder will read it.
    reason: Text


class NoticeClosure(Wish, frozen=True):
    """Give notice that an account is to be closed: its holder empties it by then, and it takes nothing. 预告注销。"""

    account: Name
    #: Why, as the account holder will read it.
    reason: Text


class OfferSource(Wish, frozen=True):
    """Offer a source to the account of who has bought the works; that account claims it. 提出排放源转移。"""

    source: Name
    #: The operator's account that is to answer for the source.
    target: Name


class ClaimSource(Wish, frozen=True):
    """Claim a source that is offered to one's account, with what is owed; the authority transfers it. 认领排放源。"""

    source: Name


class TransferSource(Wish, frozen=True):
    """Let a source that is offered and claimed pass to its new account, from now on. 准予排放源转移。"""

    source: Name


class DropSource(Wish, frozen=True):
    """Take an offer of a source back, decline it, or refuse it: the source stays where it is. 撤回排放源转移。"""

    source: Name
    #: Why, as the other side will read it.
    reason: Text


class CancelAllowances(Wish, frozen=True):
    """Give up allowances for good, for no emission: nobody will emit them. It cannot be undone. 自愿注销配额。"""

    #: The account that gives.
    account: Name
    series: Name
    count: Whole
    #: What the public will read beside it; empty for nothing.
    statement: Statement = ""


AccountBody = (
    RestrictAccount
    | SuspendAccount
    | NoticeClosure
    | OfferSource
    | ClaimSource
    | TransferSource
    | DropSource
    | CancelAllowances
)
