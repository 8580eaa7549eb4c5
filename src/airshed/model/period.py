"""Days, years and instants. The zone keeps Beijing time; instants are milliseconds since 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from airshed.model.refusal import Malformed

BEIJING = timezone(timedelta(hours=8))
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_EPOCH = date(1970, 1, 1).toordinal()


def instant(day: str, hour: int = 0, minute: int = 0) -> int:
    """The millisecond of a Beijing wall time.

    >>> instant("2027-01-01")
    1798732800000
    """
    if not (0 <= hour < 24 and 0 <= minute < 60):
        raise ValueError(f"there is no {hour:02d}:{minute:02d} on {day}")
    return _midnight(day) + hour * HOUR_MS + minute * 60_000


@lru_cache(maxsize=8192)
def _midnight(day: str) -> int:
    """The first millisecond of a day, which is asked for again and again."""
    return round(datetime.fromisoformat(day).replace(hour=0, minute=0, tzinfo=BEIJING).timestamp() * 1000)


def day_of(at: int) -> str:
    """The Beijing day of an instant, as ISO date.

    >>> day_of(1798732799999), day_of(1798732800000)
    ('2026-12-31', '2027-01-01')
    """
    return date.fromordinal((at + 8 * HOUR_MS) // DAY_MS + _EPOCH).isoformat()


def day_end(at: int) -> int:
    """The first millisecond after the Beijing day of an instant.

    >>> day_end(1798732799999), day_end(1798732800000)
    (1798732800000, 1798819200000)
    """
    return (at + 8 * HOUR_MS) // DAY_MS * DAY_MS + DAY_MS - 8 * HOUR_MS


def days_after(at: int, days: int) -> str:
    """The Beijing day `days` after an instant; the last that the calendar has when it ends before.

    >>> days_after(1798732799999, 30), days_after(1798732799999, 10**9)
    ('2027-01-30', '9999-12-31')
    """
    return date.fromordinal(min(date.fromisoformat(day_of(at)).toordinal() + days, date.max.toordinal())).isoformat()


def clock(at: int) -> str:
    """An instant as people read it.

    >>> clock(1798732800000)
    '2027-01-01T00:00:00+08:00'
    """
    return datetime.fromtimestamp(at // 1000, UTC).astimezone(BEIJING).isoformat()


def hour_instant(hour: str) -> int:
    """The first millisecond of an hour written as its start.

    >>> hour_instant("2027-01-01T00"), hour_instant("2027-01-01T01")
    (1798732800000, 1798736400000)
    """
    return instant(hour[:10], int(hour[11:]))


def hour_of(at: int) -> str:
    """The Beijing hour of an instant, written as its start.

    >>> hour_of(1798736400000)
    '2027-01-01T01'
    """
    return f"{day_of(at)}T{(at + 8 * HOUR_MS) % DAY_MS // HOUR_MS:02d}"


def instant_in(text: str, place: str) -> int:
    """Milliseconds of an instant that somebody wrote, Beijing time where no zone is named; else `Malformed`.

    >>> instant_in("2027-01-01T00:00", "--at"), instant_in("2026-12-31T16:00Z", "--at")
    (1798732800000, 1798732800000)
    """
    try:
        wall = datetime.fromisoformat(text)
        return int((wall if wall.tzinfo else wall.replace(tzinfo=BEIJING)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Malformed(place, f"{text[:60]!a} is not an instant", "write it as 2027-03-01T10:00") from None


@lru_cache(maxsize=32)
def days_of(year: int) -> tuple[str, ...]:
    """Every day of a year as ISO dates."""
    first = date(year, 1, 1)
    return tuple((first + timedelta(days=n)).isoformat() for n in range((date(year + 1, 1, 1) - first).days))


def month_before(day: str) -> str:
    """The month before that of an ISO date, as `YYYY-MM`.

    >>> month_before("2028-01-31"), month_before("2028-06-30")
    ('2027-12', '2028-05')
    """
    return (date.fromisoformat(day).replace(day=1) - timedelta(days=1)).isoformat()[:7]
