"""Wrong passwords, counted per device and per address over all connections: who guesses is not listened to.

Each wrong password takes a token of three buckets: of the number at the address, of the number at all addresses where
it was never heard, and of the address. Without a token no password is compared, so that a guess tells nothing; tokens
come back one by one. Nobody is locked out for ever, and a number pays only for what was guessed of it:

* A connection that a device has proved its password on is never asked again.
* A number that was heard from an address is not locked out there by what is guessed elsewhere.
* At an address without tokens a number of which nothing was guessed there is compared as ever: a stranger behind the
  same router costs his neighbours nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Generic, NamedTuple, TypeVar

from airshed.service.gateway.limits import GatewayLimits

MOST_KEPT = 10_000
"""Buckets of a kind; the one that was drawn from longest ago is forgotten, and the bucket of the device holds still."""
MOST_HOMES = 4
"""Addresses remembered at which a device was heard; the latest."""

Name = TypeVar("Name", bound=Hashable)


@dataclass(slots=True)
class _Bucket:
    left: float
    at_s: float
    #: Wrong passwords in all, and what was turned away without a look.
    wrong: int = 0
    turned: int = 0


class _Buckets(Generic[Name]):
    """Buckets of one size by name; a full one need not be kept."""

    def __init__(self, size: int, every_s: float) -> None:
        self.size, self.every_s = size, every_s
        self.kept: OrderedDict[Name, _Bucket] = OrderedDict()

    def left(self, name: Name, now_s: float) -> float:
        """Tokens that are there now."""
        bucket = self.kept.get(name)
        if bucket is None:
            return float(self.size)
        return min(float(self.size), bucket.left + (now_s - bucket.at_s) / self.every_s)

    def draw(self, name: Name, now_s: float) -> tuple[float, int]:
        """Take a token, if one is there; the seconds until all are there again, and how many were wrong."""
        left = max(0.0, self.left(name, now_s) - 1)
        bucket = self.kept.setdefault(name, _Bucket(left, now_s))
        self.put(name, left, now_s, bucket.wrong + 1)
        return (self.size - left) * self.every_s, bucket.wrong

    def put(self, name: Name, left: float, now_s: float, wrong: int) -> None:
        """So many tokens are there now."""
        bucket = self.kept.setdefault(name, _Bucket(left, now_s))
        bucket.left, bucket.at_s, bucket.wrong = left, now_s, wrong
        self.kept.move_to_end(name)
        if len(self.kept) > MOST_KEPT:
            self.kept.popitem(last=False)

    def put_back(self, name: Name, full_in_s: float, now_s: float, wrong: int) -> None:
        """What was taken before a restart."""
        self.put(name, min(float(self.size), max(0.0, self.size - full_in_s / self.every_s)), now_s, wrong)

    def until(self, name: Name, wanted: float, now_s: float) -> float:
        """Seconds until so many tokens are there."""
        return max(0.0, wanted - self.left(name, now_s)) * self.every_s


@dataclass(frozen=True, slots=True)
class LockedOut:
    """Somebody who is not listened to now."""

    #: Empty for an address, whatever number it gives.
    mn: str
    #: Empty for a device, wherever it was not heard before.
    address: str
    wrong: int
    turned: int
    seconds: float


class Guessed(NamedTuple):
    """What was guessed of a number at an address, of a number (no address), or at an address (no number)."""

    origin: str
    mn: str
    #: Seconds until it is as if nothing had been guessed.
    full_in_s: float
    wrong: int


def forget(guessed: Guessed) -> None:
    """Keeps nothing over a restart."""


class Lockout:
    """The buckets of one gateway; `now_s` is a clock that is never set, `homes` numbers and where they were heard.

    `remember` keeps what was guessed, so that a restart forgives nothing; `restore` takes it up again.
    """

    def __init__(
        self,
        limits: GatewayLimits,
        homes: Iterable[tuple[str, str]] = (),
        *,
        remember: Callable[[Guessed], None] = forget,
    ) -> None:
        self._remember = remember
        every = limits.wrong_every_s
        self._pairs: _Buckets[tuple[str, str]] = _Buckets(limits.wrong_of_pair, every)
        self._devices: _Buckets[str] = _Buckets(limits.wrong_of_device, every)
        self._addresses: _Buckets[str] = _Buckets(limits.wrong_of_address, every)
        self._homes: dict[str, OrderedDict[str, None]] = {}
        for mn, address in homes:
            self.right(origin_of(address), mn)

    def waits(self, origin: str, mn: str, now_s: float) -> float:
        """Seconds until a password of `mn` from there is compared; 0 if it is now."""
        pair = (origin, mn)
        wait = self._pairs.until(pair, 1, now_s)
        if origin not in self._homes.get(mn, ()):
            wait = max(wait, self._devices.until(mn, 1, now_s))
            if self._addresses.left(origin, now_s) < 1:
                own = self._pairs.until(pair, self._pairs.size, now_s)
                wait = max(wait, min(own, self._addresses.until(origin, 1, now_s)))
        if wait > 0:
            self._turned(origin, mn, now_s)
        return wait

    def wrong(self, origin: str, mn: str, now_s: float) -> None:
        """A password of `mn` from there was wrong."""
        self._remember(Guessed(origin, mn, *self._pairs.draw((origin, mn), now_s)))
        self._remember(Guessed(origin, "", *self._addresses.draw(origin, now_s)))
        if origin not in self._homes.get(mn, ()):
            self._remember(Guessed("", mn, *self._devices.draw(mn, now_s)))

    def restore(self, guesses: Iterable[Guessed], now_s: float) -> None:
        """What was remembered before a restart."""
        for origin, mn, full_in_s, wrong in guesses:
            if origin and mn:
                self._pairs.put_back((origin, mn), full_in_s, now_s, wrong)
            elif mn:
                self._devices.put_back(mn, full_in_s, now_s, wrong)
            else:
                self._addresses.put_back(origin, full_in_s, now_s, wrong)

    def right(self, origin: str, mn: str) -> None:
        """A password of `mn` from there was right. What was guessed before stays counted: it was not forgotten by
        whoever guesses beside the device."""
        homes = self._homes.setdefault(mn, OrderedDict())
        homes[origin] = None
        homes.move_to_end(origin)
        if len(homes) > MOST_HOMES:
            homes.popitem(last=False)

    def locked(self, now_s: float) -> Iterator[LockedOut]:
        """Who is not listened to now: numbers at an address, devices at new addresses, addresses."""
        for (address, mn), bucket in self._pairs.kept.items():
            if wait := self._pairs.until((address, mn), 1, now_s):
                yield LockedOut(mn, address, bucket.wrong, bucket.turned, wait)
        for mn, bucket in self._devices.kept.items():
            if wait := self._devices.until(mn, 1, now_s):
                yield LockedOut(mn, "", bucket.wrong, bucket.turned, wait)
        for address, bucket in self._addresses.kept.items():
            if wait := self._addresses.until(address, 1, now_s):
                yield LockedOut("", address, bucket.wrong, bucket.turned, wait)

    def _turned(self, origin: str, mn: str, now_s: float) -> None:
        """Count what was turned away where it was locked."""
        for bucket, empty in (
            (self._pairs.kept.get((origin, mn)), self._pairs.until((origin, mn), 1, now_s)),
            (self._devices.kept.get(mn), self._devices.until(mn, 1, now_s)),
            (self._addresses.kept.get(origin), self._addresses.until(origin, 1, now_s)),
        ):
            if bucket is not None and empty:
                bucket.turned += 1


def origin_of(address: str) -> str:
    """Whose an address is: of IPv6 the /64 that one subscriber has, of IPv4 the address, however it is written.

    >>> origin_of("10.0.0.7"), origin_of("::ffff:10.0.0.7"), origin_of("2001:db8:1:2:aaaa::1")
    ('10.0.0.7', '10.0.0.7', '2001:db8:1:2::/64')
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"
