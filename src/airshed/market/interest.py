"""Open interest: where the allowances of a series are. Every one is somewhere, so the parts sum to the cap (I2)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from airshed.registry.accounts import PRIVATE, AccountKind

WHOLE = 10_000


class Interest(msgspec.Struct, frozen=True):
    """The allowances of one series by who holds them."""

    series: str
    cap: int
    #: In the issuance account: not given out yet.
    unissued: int
    #: In the auction account of the jurisdiction.
    for_auction: int
    #: In the government reserve.
    reserve: int
    #: Free in operators' accounts.
    operators: int
    #: Free in traders' accounts.
    traders: int
    #: Set aside in operators' and traders' accounts: for orders, deals, auctions of a holder; not for what is sealed.
    set_aside: int
    #: Given up for an emission.
    surrendered: int
    #: Given up for good by who held them.
    cancelled: int
    #: In any other account.
    other: int

    @property
    def circulating(self) -> int:
        """In the hands of operators and traders, set aside or not."""
        return self.operators + self.traders + self.set_aside

    @property
    def given_out(self) -> int:
        """What has come into the hands of operators and traders and was not taken back: circulating or given up."""
        return self.circulating + self.surrendered + self.cancelled

    def turnover_basis_points(self, volume: int) -> int | None:
        """A volume in hundredths of a percent of what was given out, half upwards; None when nothing was."""
        most = self.given_out
        return (2 * volume * WHOLE + most) // (2 * most) if most else None


#: Where a holding counts; operators' and traders' count as free or set aside.
_PLACES = {
    AccountKind.ISSUANCE: "unissued",
    AccountKind.AUCTION: "for_auction",
    AccountKind.RESERVE: "reserve",
    AccountKind.SURRENDERED: "surrendered",
    AccountKind.CANCELLED: "cancelled",
    AccountKind.OPERATOR: "operators",
    AccountKind.TRADER: "traders",
}


def interest(series: str, cap: int, holdings: Iterable[tuple[AccountKind, int, int]]) -> Interest:
    """Where the allowances of a series are; `holdings` are kind of account, count, and how much of it is set aside.

    >>> found = interest("SO2-KM-2027", 9, [(AccountKind.OPERATOR, 6, 2), (AccountKind.RESERVE, 3, 0)])
    >>> found.operators, found.set_aside, found.reserve, found.circulating
    (4, 2, 3, 6)
    """
    parts = dict.fromkeys((*_PLACES.values(), "set_aside", "other"), 0)
    for kind, count, held in holdings:
        place = _PLACES.get(kind, "other")
        private = kind in PRIVATE
        parts[place] += count - held if private else count
        parts["set_aside"] += held if private else 0
    assert sum(parts.values()) == cap, f"I2: {series} has {sum(parts.values())}, its cap is {cap}"
    return Interest(series, cap, **parts)
