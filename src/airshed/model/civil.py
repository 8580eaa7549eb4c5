"""The time of a region: the days and hours that its clocks show, and the instants at which those begin.

Instants are milliseconds since 1970 in UTC. Deadlines, sessions and vintages follow civil time, summer time included.
Monitors count hours in standard time, so that no hour of a year is missing or doubled (docs/decisions/0114).
Rules of zones are those of the library `tzdata`, never the machine's own, so that two machines agree.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from airshed.model.near import near
from airshed.model.period import DAY_MS, HOUR_MS
from airshed.model.refusal import Malformed

#: The time zone of a law that names none.
DEFAULT = "Asia/Shanghai"
#: A year after all changes that the rules of a zone list singly: what holds then holds for good.
_FOR_GOOD = 2037
_KEPT = 20_000


class CivilTime:
    """The time that a region keeps, summer time included, or its standard time."""

    __slots__ = ("_days", "_last", "name", "zone")

    def __init__(self, name: str, zone: tzinfo) -> None:
        self.name, self.zone = name, zone
        #: Begin, end and ISO date: of the day that was asked for last, and of all that share an instant with a UTC day.
        self._last = (0, 0, "")
        self._days: dict[int, tuple[tuple[int, int, str], ...]] = {}

    @property
    def place(self) -> str:
        """What the time is called after: the place that its zone is named for, and in China Beijing.

        >>> civil("Europe/Berlin").place, civil("America/New_York").place, civil("Asia/Shanghai").place
        ('Berlin', 'New York', 'Beijing')
        """
        return "Beijing" if self.name == DEFAULT else self.name.rpartition("/")[2].replace("_", " ")

    @property
    def name_en(self) -> str:
        """What it is called in English."""
        return f"{self.place} time"

    @property
    def name_zh(self) -> str:
        """What it is called in Chinese."""
        return "北京时间" if self.name == DEFAULT else f"{self.name}时间"

    def instant(self, day: str, hour: int = 0, minute: int = 0) -> int:
        """The millisecond at which a time of day begins; where the clock is set on over it, that of the change.

        >>> civil("Asia/Shanghai").instant("2027-01-01"), civil("Europe/Berlin").instant("2027-07-01", 9)
        (1798732800000, 1814425200000)
        """
        if not (0 <= hour < 24 and 0 <= minute < 60):
            raise ValueError(f"there is no {hour:02d}:{minute:02d} on {day}")
        midnight, even = _midnight(self, day)
        if even:
            return midnight + hour * HOUR_MS + minute * 60_000
        return _instant(self.zone, datetime.fromisoformat(day).replace(hour=hour, minute=minute))

    def at(self, wall: datetime) -> int:
        """The millisecond of a time that clocks show, written without a zone; the first of two."""
        return _instant(self.zone, wall)

    def wall(self, at: int) -> datetime:
        """What clocks show at an instant, without a zone.

        >>> civil("Europe/Berlin").wall(1814425200000)
        datetime.datetime(2027, 7, 1, 9, 0)
        """
        seconds, milliseconds = divmod(at, 1000)
        shown = datetime.fromtimestamp(seconds, UTC).astimezone(self.zone).replace(tzinfo=None, fold=0)
        return shown + timedelta(milliseconds=milliseconds)

    def day_of(self, at: int) -> str:
        """The day of an instant, as ISO date.

        >>> civil("Asia/Shanghai").day_of(1798732799999), civil("Europe/Berlin").day_of(1798757999999)
        ('2026-12-31', '2026-12-31')
        """
        return self._day(at)[2]

    def day_end(self, at: int) -> int:
        """The first millisecond after the day of an instant; a day may have 23 or 25 hours.

        >>> berlin = civil("Europe/Berlin")
        >>> (berlin.day_end(berlin.instant("2027-03-28", 12)) - berlin.instant("2027-03-28")) / HOUR_MS
        23.0
        """
        return self._day(at)[1]

    def over(self, day: str) -> int:
        """The first millisecond after a day.

        >>> civil("Asia/Shanghai").over("2026-12-31")
        1798732800000
        """
        return self._day(self.instant(day))[1]

    def days_after(self, at: int, days: int) -> str:
        """The day `days` after that of an instant; the last that the calendar has when it ends before.

        >>> civil("Asia/Shanghai").days_after(1798732799999, 30), civil("UTC").days_after(0, 10**9)
        ('2027-01-30', '9999-12-31')
        """
        day = date.fromisoformat(self.day_of(at)).toordinal() + days
        return date.fromordinal(min(day, date.max.toordinal())).isoformat()

    def clock(self, at: int) -> str:
        """An instant as people read it, with its distance from UTC.

        >>> civil("Asia/Shanghai").clock(1798732800000), civil("Europe/Berlin").clock(1798732800000)
        ('2027-01-01T00:00:00+08:00', '2026-12-31T17:00:00+01:00')
        """
        return datetime.fromtimestamp(at // 1000, UTC).astimezone(self.zone).isoformat()

    def hour_of(self, at: int) -> str:
        """The hour of an instant, written as its start; of standard time, where each hour has one name.

        >>> civil("Asia/Shanghai").hour_of(1798736400000), civil("Europe/Berlin").standard.hour_of(1814425200000)
        ('2027-01-01T01', '2027-07-01T08')
        """
        begins, _, day = self._day(at)
        return f"{day}T{(at - begins) // HOUR_MS:02d}"

    def hour_instant(self, hour: str) -> int:
        """The first millisecond of an hour written as its start.

        >>> civil("Europe/Berlin").standard.hour_instant("2027-07-01T08")
        1814425200000
        """
        return self.instant(hour[:10], int(hour[11:]))

    def instant_in(self, text: str, place: str) -> int:
        """Milliseconds of an instant that somebody wrote, of this time where no zone is named; else `Malformed`.

        >>> shanghai = civil("Asia/Shanghai")
        >>> shanghai.instant_in("2027-01-01T00:00", "--at"), shanghai.instant_in("2026-12-31T16:00Z", "--at")
        (1798732800000, 1798732800000)
        """
        try:
            wall = datetime.fromisoformat(text)
            return int((wall if wall.tzinfo else wall.replace(tzinfo=self.zone)).timestamp() * 1000)
        except (ValueError, OverflowError):
            raise Malformed(place, f"{text[:60]!a} is not an instant", "write it as 2027-03-01T10:00") from None

    @property
    def standard(self) -> CivilTime:
        """The standard time of the region: what its clocks show in winter, all year.

        >>> civil("Europe/Berlin").standard.clock(1814425200000), civil("Asia/Shanghai").standard.name
        ('2027-07-01T08:00:00+01:00', 'Asia/Shanghai')
        """
        return self if isinstance(self.zone, timezone) else _standard(self.name)

    def __reduce__(self) -> tuple[object, ...]:
        return (civil, (self.name,)) if self.zone is civil(self.name).zone else (_standard, (self.name,))

    def _day(self, at: int) -> tuple[int, int, str]:
        """When the day of an instant begins and ends, and its ISO date; often the same day again."""
        last = self._last
        if not last[0] <= at < last[1]:
            self._last = last = self._day_among(at)
        return last

    def _day_among(self, at: int) -> tuple[int, int, str]:
        days = self._days.get(at // DAY_MS)
        if days is None:
            if len(self._days) >= _KEPT:
                self._days = {}
            days = self._days[at // DAY_MS] = self._days_in(at // DAY_MS)
        return next(day for day in days if day[0] <= at < day[1])

    def _days_in(self, utc_day: int) -> tuple[tuple[int, int, str], ...]:
        """The days that share an instant with a day of UTC."""
        first = self.wall(utc_day * DAY_MS).date()
        dates = [first + timedelta(days=n) for n in range(3) if first.toordinal() + n <= date.max.toordinal()]
        midnights = [_instant(self.zone, datetime(day.year, day.month, day.day)) for day in dates]
        ends = [*midnights[1:], midnights[-1] + DAY_MS]
        return tuple(zip(midnights, ends, (day.isoformat() for day in dates), strict=True))


@lru_cache(maxsize=8192)
def _midnight(time: CivilTime, day: str) -> tuple[int, bool]:
    """The first millisecond of a day, and whether the clock runs on evenly to its end."""
    begun = datetime.fromisoformat(day).replace(hour=0, minute=0)
    midnight = _instant(time.zone, begun)
    even = _instant(time.zone, begun.replace(hour=23)) - midnight == 23 * HOUR_MS
    return midnight, even and time.wall(midnight) == begun


def _instant(zone: tzinfo, wall: datetime) -> int:
    return round(wall.replace(tzinfo=zone).timestamp() * 1000)


@lru_cache(maxsize=64)
def civil(name: str) -> CivilTime:
    """The civil time of a zone of the time-zone database, as Europe/Berlin; KeyError where there is none."""
    if name not in names():
        raise KeyError(name)
    place = files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with place.open("rb") as rules:
        return CivilTime(name, ZoneInfo.from_file(rules, key=name))


@lru_cache(maxsize=64)
def _standard(name: str) -> CivilTime:
    whole = civil(name)
    ahead = [datetime(_FOR_GOOD, month, 15, tzinfo=whole.zone).utcoffset() or timedelta() for month in (1, 7)]
    return whole if ahead[0] == ahead[1] else CivilTime(name, timezone(min(ahead)))


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """The zones that the database has."""
    return frozenset(files("tzdata").joinpath("zones").read_text().split())


def unknown(name: str, place: str) -> Malformed | None:
    """What is wrong with the name of a time zone.

    >>> print(unknown("Europe/Berln", "here").what)
    there is no time zone 'Europe/Berln'
    """
    if name in names():
        return None
    return Malformed(place, f"there is no time zone {name!r}", near(name, sorted(names())))
