"""How often somebody may ask: tokens by name, drawn one a request, that come back one by one."""

from __future__ import annotations

from collections import OrderedDict
from math import ceil

MOST_KEPT = 100_000


class Rates:
    """Buckets of one size; the clock is that of whoever asks, in seconds, and is never set back."""

    def __init__(self, burst: int, every_s: float) -> None:
        self._burst, self._every_s = burst, every_s
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def draw(self, name: str, now_s: float, count: int = 1) -> int:
        """Take tokens: 0, or the seconds until so many are there.

        >>> rates = Rates(2, 0.5)
        >>> [rates.draw("li", 10.0) for _ in range(3)], rates.draw("li", 10.6)
        ([0, 0, 1], 0)
        """
        count = min(count, self._burst)
        full_at = max(self._full_at.get(name, now_s), now_s)
        over = full_at + count * self._every_s - (now_s + self._burst * self._every_s)
        if over > 1e-9:
            return ceil(over)
        self._full_at[name] = full_at + count * self._every_s
        self._full_at.move_to_end(name)
        if len(self._full_at) > MOST_KEPT:
            self._full_at.popitem(last=False)
        return 0

    def give(self, name: str, count: int) -> None:
        """Give tokens back.

        >>> rates = Rates(2, 0.5)
        >>> rates.draw("li", 10.0, 2), rates.give("li", 1), rates.draw("li", 10.0), rates.draw("li", 10.0)
        (0, None, 0, 1)
        """
        if name in self._full_at:
            self._full_at[name] -= min(count, self._burst) * self._every_s
