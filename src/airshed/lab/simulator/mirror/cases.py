"""A second opinion on case files: who is heard before it, who may decide, and that nobody is fined more (I11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.lab.simulator.mirror.figures import day_of, instant_of, paid_in, shown
from airshed.lab.simulator.mirror.late import Late
from airshed.rulebook.schema import Rulebook


@dataclass(slots=True)
class _File:
    """What the book has said of a case."""

    notice: e.CaseNoticed
    replies: int = 0
    deciders: tuple[str, ...] = ()
    fen: int = 0
    until: int = 0
    state: str = "noticed"
    documents: tuple[str, ...] = ()


class Cases:
    """Follows case files; `claim` counts a check, `penalties` is what the mirror says that is to be paid."""

    def __init__(self, claim: Callable[[str, bool, str], None], penalties: Late) -> None:
        self._claim = claim
        self._penalties = penalties
        self._files: dict[int, _File] = {}
        self._lawful: dict[tuple[str, int, str], int] = {}
        self._charged: dict[tuple[str, int, str], int] = {}

    def follow(self, event: e.Event, record: Record, rules: Rulebook) -> None:
        """Take in a fact; anything that is not about a case is passed over."""
        match event:
            case e.YearClosed():
                for each in event.settlements:
                    self._lawful[each.source, event.year, each.pollutant] = each.penalty_fen
                for late in event.late:
                    self._lawful[late.source, late.year, late.pollutant] += late.penalty_fen
            case e.YearAmended():
                for amended in event.amended:
                    self._lawful[event.source, event.year, amended.pollutant] = amended.penalty_fen
            case e.CaseNoticed():
                self._noticed(event, record, rules)
            case e.CaseReplied():
                known = self._files[event.case]
                known.documents += (event.evidence,)
                known.replies += 1
                right = record.at <= known.notice.reply_until and known.replies <= rules.cases.replies
                self._claim("I11", right and known.state == "noticed", f"{event} comes too late or too often")
            case e.CaseDecided():
                self._decided(event, record, rules)
            case e.CaseAppealed():
                known = self._files[event.case]
                known.documents += (event.evidence,)
                right = known.state == "decided" and known.fen > 0 and record.at <= known.until
                self._claim("I11", right, f"{event} comes too late, or about nothing")
                known.state = "appealed"
                self._penalties.waits(self._key(event.case), waits=True)
            case e.CaseAppealDecided():
                known = self._files[event.case]
                known.documents += (event.evidence,)
                right = known.state == "appealed" and event.actor not in known.deciders and 0 <= event.fen <= known.fen
                self._claim("I11", right, f"{event}: {known.deciders} decided {known.fen}")
                known.state, known.fen = "over", event.fen
                self._penalties.waits(self._key(event.case), waits=False)
                paid = paid_in(event.entry)
                self._penalties.redecided(
                    self._key(event.case), event.fen, event.pay_by, paid, day_of(record.at, rules)
                )
            case _:
                pass

    def _key(self, case: int) -> tuple[str, int, str, int]:
        notice = self._files[case].notice
        return notice.source, notice.year, notice.pollutant, case

    def _noticed(self, event: e.CaseNoticed, record: Record, rules: Rulebook) -> None:
        self._claim("I11", event.case not in self._files, f"{event} has the number of another")
        for known in self._files.values():
            if self._same(known.notice, event):
                self._claim("I11", self._anew(known, event), f"{event} is about what {known.notice.case} was about")
        self._files[event.case] = _File(event, documents=(event.evidence,))
        if event.ground == "shortfall":
            place = (event.source, event.year, event.pollutant)
            self._charged[place] = self._charged.get(place, 0) + event.fen
            self._penalties.of_cases.add(event.case)
        else:
            (row,) = (row for row in rules.cases.grounds if row.ground == event.ground)
            self._claim("I11", row.least_fen <= event.fen <= row.most_fen, f"{event} is fined beyond the law")
        day, worked = shown(record.at, rules), 0
        while worked < rules.cases.reply_working_days:
            day += timedelta(days=1)
            iso, law = day.date().isoformat(), rules.calendar
            worked += iso in law.working_days or (day.isoweekday() in law.weekdays and iso not in law.closed_days)
        until = instant_of(datetime.fromisoformat(f"{day.date()}T{rules.transactions.closes}"), rules)
        self._claim("I11", event.reply_until == until, f"{event} can be replied to until {until}")

    @staticmethod
    def _same(one: e.CaseNoticed, other: e.CaseNoticed) -> bool:
        return all(
            getattr(one, name) == getattr(other, name)
            for name in ("source", "year", "ground", "pollutant", "stack", "day")
        )

    @staticmethod
    def _anew(known: _File, event: e.CaseNoticed) -> bool:
        """After a fine only for what a correction added to a shortfall; after none on a document that was not there."""
        if known.state in ("noticed", "appealed"):
            return False
        if known.fen:
            return event.ground == "shortfall"
        return bool(event.evidence) and event.evidence not in known.documents

    def _decided(self, event: e.CaseDecided, record: Record, rules: Rulebook) -> None:
        known = self._files[event.case]
        known.documents += (event.evidence,)
        heard = record.at > known.notice.reply_until or known.replies >= rules.cases.replies
        self._claim("I11", heard and known.state == "noticed", f"{event} is decided unheard")
        self._claim("I11", 0 <= event.fen <= known.notice.fen, f"{event} fines more than {known.notice.fen}")
        second = "" if record.actor == event.actor else record.actor
        self._claim("I11", event.confirmed_by == second, f"{event} was confirmed by {second or 'nobody'}")
        known.deciders, known.fen, known.until = (event.actor, record.actor), event.fen, event.appeal_until
        known.state = "decided" if event.fen else "dropped"
        if event.fen:
            self._penalties.imposed(self._key(event.case), event.fen, event.pay_by)
        place = (known.notice.source, known.notice.year, known.notice.pollutant)
        if known.notice.ground == "shortfall":
            right = event.fen <= self._lawful[place]
            self._claim("I11", right, f"{event} fines {place} more than {self._lawful[place]}")
