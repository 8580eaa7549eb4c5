"""What becomes of accounts and of what lies in them: states that hold them back, cancellation by whoever holds."""

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


class CancelAllowances(Wish, frozen=True):
    """Give up allowances for good, for no emission: nobody will emit them. It cannot be undone. 自愿注销配额。"""

    #: The account that gives.
    account: Name
    series: Name
    count: Whole
    #: What the public will read beside it; empty for nothing.
    statement: Statement = ""


AccountBody = RestrictAccount | SuspendAccount | CancelAllowances
