"""From which day everybody may see what a source emitted in a year, and how it stands."""

from __future__ import annotations


def public_from(year: int, month_day: str | None) -> str | None:
    """The first day on which a figure of `year` is public; None where it is at once.

    >>> public_from(2027, "05-31"), public_from(2027, None)
    ('2028-05-31', None)
    """
    return None if month_day is None else f"{year + 1}-{month_day}"


def embargoed(year: int, month_day: str | None, day: str) -> bool:
    """Whether a figure of `year` is not public yet on a day.

    >>> [embargoed(2027, "05-31", day) for day in ("2028-05-30", "2028-05-31")], embargoed(2027, None, "2027-12-31")
    ([True, False], False)
    """
    first = public_from(year, month_day)
    return first is not None and day < first
