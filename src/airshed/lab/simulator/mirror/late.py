"""A second opinion on penalties that are paid late or in parts: what is late on each day is summed day by day (I3)."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

from airshed.engine import events as e
from airshed.lab.simulator.mirror.figures import day_of, half_up, paid_in
from airshed.rulebook.schema import Rulebook

Key = tuple[str, int, str, int]


class _Terms:
    """The parts of a penalty from a day on, and what was paid since."""

    def __init__(self, since: str, parts: list[tuple[str, int]]) -> None:
        self.since = since
        self.parts = parts
        self.paid: list[tuple[str, int]] = []

    def late(self, day: str) -> int:
        due = sum(fen for by, fen in self.parts if by < day)
        return max(0, due - sum(fen for paid, fen in self.paid if paid < day))

    def left(self) -> int:
        return sum(fen for _, fen in self.parts) - sum(fen for _, fen in self.paid)


class Late:
    """Follows penalties; `claim` counts a check."""

    def __init__(self, claim: Callable[[str, bool, str], None]) -> None:
        self._claim = claim
        self._terms: dict[Key, list[_Terms]] = {}
        self._imposed: dict[Key, int] = {}
        self._before: dict[Key, int] = {}
        self._interest: dict[Key, int] = {}
        #: What was paid of the interest.
        self._given: dict[Key, int] = {}
        self._asked: set[Key] = set()
        self._waits: set[Key] = set()
        #: Cases about what was missing.
        self.of_cases: set[int] = set()

    def imposed(self, key: Key, fen: int, pay_by: str) -> None:
        """A penalty is to be paid, or more of one."""
        terms = self._terms.setdefault(key, [])
        if not terms or not terms[-1].left():
            self._before[key] = self._interest.get(key, 0)
            terms[:] = [_Terms("", [])]
        terms[-1].parts.append((pay_by, fen))
        self._imposed[key] = self._imposed.get(key, 0) + fen

    def left(self, key: Key) -> int:
        """What is still to be paid, interest aside."""
        return self._terms[key][-1].left() if key in self._terms and key not in self._waits else 0

    def waits(self, key: Key, *, waits: bool) -> None:
        """Nothing is due while an appeal waits."""
        (self._waits.add if waits else self._waits.discard)(key)

    def missing(self, place: tuple[str, int, str]) -> list[Key]:
        """The penalties for what was missing, the newest first."""
        mine = (key for key in self._terms if key[:3] == place and (not key[3] or key[3] in self.of_cases))
        return sorted(mine, reverse=True)

    def redecided(self, key: Key, fen: int, pay_by: str, back: int, today: str) -> None:
        """An appeal left so much of a penalty; what was paid counts for it, and the rest goes back."""
        given = sum(fen for each in self._terms[key] for _, fen in each.paid) + self._given.get(key, 0)
        self._claim("I3", back == max(0, given - fen), f"{key} gets {back} back of {given} for {fen}")
        self._imposed[key], self._before[key], self._given[key] = fen, 0, 0
        self._asked.discard(key)
        terms = _Terms("", [(pay_by, fen)] if fen else [])
        terms.paid = [(today, min(given, fen))] if min(given, fen) else []
        self._terms[key], self._interest[key] = [terms], 0

    def owing(self, source: str) -> list[Key]:
        """The penalties of a source that are not paid."""
        return [key for key in self._terms if key[0] == source and self.left(key)]

    def lowered(self, place: tuple[str, int, str], due: int) -> None:
        """Less is to be paid for what was missing: the newest penalty and its last parts shrink."""
        for key in self.missing(place):
            gone = min(self.left(key), sum(map(self.left, self.missing(place))) - due)
            self._imposed[key] -= gone
            parts = self._terms[key][-1].parts
            for at in reversed(range(len(parts))):
                by, fen = parts[at]
                taken = min(gone, fen)
                parts[at] = (by, fen - taken)
                gone -= taken

    def paid(self, event: e.PenaltyPaid, at: int, rules: Rulebook) -> None:
        """The penalty first, then interest; as much as late days make of it by the law."""
        key, today = (event.source, event.year, event.pollutant, event.case), day_of(at, rules)
        due, of_it = self.left(key), paid_in(event.entry) - event.interest_fen
        self._claim("I3", 0 <= of_it <= due, f"{event} pays {of_it} of {due}")
        added = self._added(key, today, rules) if due else self._interest.get(key, 0)
        if of_it == due:
            right = event.accrued_fen == added and event.interest_fen <= added
            self._claim("I3", right, f"{event}: late days make {added}")
            self._interest[key] = added
            self._asked.discard(key)
        else:
            self._claim("I3", not event.interest_fen, f"{event} pays interest before the penalty")
        self._given[key] = self._given.get(key, 0) + event.interest_fen
        if of_it:
            self._terms[key][-1].paid.append((today, of_it))

    def asked(self, event: e.InstalmentsAsked) -> None:
        """By somebody for whom it is due, and not while another application waits."""
        key = (event.source, event.year, event.pollutant, event.case)
        self._claim("I11", key not in self._asked and self.left(key) > 0, f"{event}: {self.left(key)} are owed")
        self._asked.add(key)

    def refused(self, event: e.InstalmentsRefused) -> None:
        """Only what was asked is refused."""
        key = (event.source, event.year, event.pollutant, event.case)
        self._claim("I11", key in self._asked and bool(event.reason), f"{event}: nobody asked, or nothing is said")
        self._asked.discard(key)

    def granted(self, event: e.InstalmentsGranted, at: int, rules: Rulebook) -> None:
        """Parts that sum to what is owed, no more and no longer than the law allows."""
        key, law = (event.source, event.year, event.pollutant, event.case), rules.late_payment
        parts = [part.fen for part in event.parts]
        self._claim("I3", sum(parts) == self.left(key), f"{event} is {sum(parts)}, {self.left(key)} are owed")
        self._claim("I3", max(parts) - min(parts) <= 1, f"{event} has parts that differ")
        self._claim("I11", 1 <= len(parts) <= law.most_instalments, f"{event} has more parts than the law allows")
        days = (date.fromisoformat(event.parts[-1].pay_by) - date.fromisoformat(day_of(at, rules))).days
        self._claim("I11", days <= law.longest_months * 31 + 60, f"{event} lasts {days} days")
        self._asked.discard(key)
        self._terms[key].append(_Terms(day_of(at, rules), [(part.pay_by, part.fen) for part in event.parts]))

    def _added(self, key: Key, today: str, rules: Rulebook) -> int:
        law, terms = rules.late_payment, self._terms[key]
        begin = min(by for each in terms for by, _ in each.parts)
        day, grown, month = date.fromisoformat(begin) + timedelta(days=1), Fraction(0), Fraction(0)
        while day.isoformat() <= today and law.interest != "none":
            iso = day.isoformat()
            late = next(each for each in reversed(terms) if each.since < iso).late(iso)
            if law.interest == "by_quarter":
                if day.day == 1:
                    grown, month = grown + month, Fraction(0)
                read = date(day.year, (day.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)
                quarter = read.replace(day=15).isoformat()
                rates = [row for row in law.rates if row.first <= quarter] or [law.rates[0]]
                yearly = Fraction(rates[-1].yearly_basis_points, 10_000)
                month += (late + grown) * yearly / (366 if isleap(day.year) else 365)
            else:
                rate = Fraction(law.daily_basis_points, 10_000)
                grown += (late + (grown if law.interest == "daily_compounded" else 0)) * rate
                if law.cap_times is not None and grown >= law.cap_times * self._imposed[key]:
                    return self._before[key] + law.cap_times * self._imposed[key]
            day += timedelta(days=1)
        return self._before[key] + half_up(grown + month)
