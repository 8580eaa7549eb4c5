"""What becomes of accounts and of what lies in them: cancellation by whoever holds allowances."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from airshed.engine.commands.wish import Name, Whole, Wish

#: What a holder says in public when it cancels; a sentence or two.
Statement = Annotated[str, Meta(max_length=280)]


class CancelAllowances(Wish, frozen=True):
    """Give up allowances for good, for no emission: nobody will emit them. It cannot be undone. 自愿注销配额。"""

    #: The account that gives.
    account: Name
    series: Name
    count: Whole
    #: What the public will read beside it; empty for nothing.
    statement: Statement = ""


AccountBody = CancelAllowances
