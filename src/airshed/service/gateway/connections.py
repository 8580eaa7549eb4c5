"""Who is connected, and who makes room: silent connections for newcomers, old ones of a device for its new ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from airshed.service.gateway.connection import Connection
from airshed.service.gateway.limits import GatewayLimits


class Crowd:
    """The open connections of one gateway.

    A connection is silent until a frame of a registered device came over it. Only silent ones make room: that of the
    address which has most of them, the oldest first, so that who opens many pushes out his own.
    """

    def __init__(self, limits: GatewayLimits) -> None:
        self._limits = limits
        self._open: dict[Connection, None] = {}
        self._of_origin: Counter[str] = Counter()
        #: Connections by address, and by device, in the order in which they came.
        self._silent: dict[str, dict[Connection, None]] = {}
        self._of_device: dict[str, dict[Connection, None]] = {}

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Connection]:
        return iter(tuple(self._open))

    def __contains__(self, connection: Connection) -> bool:
        return connection in self._open

    @property
    def silent(self) -> int:
        """How many have not shown yet whose they are."""
        return sum(map(len, self._silent.values()))

    def enter(self, connection: Connection) -> Connection | str | None:
        """Let a connection in: None, or the silent one that must go for it, or why there is no room."""
        origin, room = connection.origin, None
        if self._of_origin[origin] >= self._limits.per_address:
            room = next(iter(self._silent.get(origin, ())), None)
            if room is None:
                return "too_many_of_address"
        elif len(self._open) >= self._limits.connections:
            if not self._silent:
                return "too_many"
            most = max(len(there) for there in self._silent.values())
            room = next(iter(next(there for there in self._silent.values() if len(there) == most)))
        if room is not None:
            self.leave(room)
        self._open[connection] = None
        self._of_origin[origin] += 1
        self._silent.setdefault(origin, {})[connection] = None
        return room

    def speaks(self, connection: Connection, mn: str) -> Connection | None:
        """A frame of a device came over it: it is silent no longer. An older connection of the device that must go.

        Those go first on which a device that has a key has not shown it.
        """
        if connection not in self._open:
            return None
        self._no_longer_silent(connection)
        there = self._of_device.setdefault(mn, {})
        there[connection] = None
        if len(there) <= self._limits.per_device:
            return None
        oldest = min(there, key=lambda each: mn in each.proved)  # the first of the least
        self.leave(oldest)
        return oldest

    def leave(self, connection: Connection) -> None:
        """It has ended, or is about to; a second time is nothing."""
        if connection not in self._open:
            return
        del self._open[connection]
        self._of_origin[connection.origin] -= 1
        if not self._of_origin[connection.origin]:
            del self._of_origin[connection.origin]
        self._no_longer_silent(connection)
        for mn in connection.mns:
            there = self._of_device.get(mn, {})
            there.pop(connection, None)
            if not there:
                self._of_device.pop(mn, None)

    def _no_longer_silent(self, connection: Connection) -> None:
        there = self._silent.get(connection.origin, {})
        there.pop(connection, None)
        if not there:
            self._silent.pop(connection.origin, None)
