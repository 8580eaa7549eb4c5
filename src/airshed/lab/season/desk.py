"""The desk of a season: who plays by which rules in which zone, what is to come, and how commands are sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from airshed.engine import commands as c
from airshed.engine.decide import SAYS_WHAT_IT_KNOWS, knowing
from airshed.engine.runner import Answer, Runner
from airshed.lab.sealed_bids import SealedBidders, closed_by, opened_by
from airshed.lab.season.firms import Firm
from airshed.lab.season.guide import Guide
from airshed.lab.season.marking import PlannedMark
from airshed.lab.second import confirmations, in_effect
from airshed.model.allowance import Series
from airshed.model.provenance import DEMO, Simulation
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.zone.entering import reviewer
from airshed.zone.regulated import regulated
from airshed.zone.zone import Zone

#: How long the second person takes to look at what another proposed.
LOOK_MS = 60_000


@dataclass(slots=True)
class SeasonDesk:
    """What everybody who plays a season needs to know.

    `sealed` gives the monitoring host's commands by day, `corrections` those that it sends on a later day, `findings`
    what it notes by stack; `marks` are the operators', `doubts` what a verifier sees by source.
    """

    runner: Runner
    rules: Rulebook
    zone: Zone
    seed: int
    year: int
    firms: list[Firm] = field(default_factory=list)
    guide: Guide = field(default_factory=dict)
    sealed: Mapping[str, Sequence[c.SealDay]] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[str, c.NoteFindings] = field(default_factory=dict)
    marks: Sequence[PlannedMark] = ()
    corrections: Mapping[str, Sequence[c.SealDay]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    bidders: SealedBidders = field(init=False)

    def __post_init__(self) -> None:
        self.zone = regulated(self.zone, self.rules)
        self.bidders = SealedBidders(self.seed)

    @property
    def inspector(self) -> str:
        """The authority's second pair of eyes."""
        return self.second(self.rules.programme.authority)

    def second(self, actor: str) -> str:
        """Who confirms what somebody proposed."""
        return lookup.fellow(self.rules, actor) or reviewer(actor)

    @property
    def provenance(self) -> Simulation:
        """What its book says of itself."""
        return Simulation(DEMO, self.seed)

    def series(self) -> dict[str, tuple[str, ...]]:
        """The series that count for the year, by pollutant."""
        issued = [Series.parse(name) for name in self.runner.state.ledger.caps]
        return {
            rule.code: tuple(
                str(series) for series in issued if series.pollutant == rule.code and series.vintage <= self.year
            )
            for rule in self.rules.pollutants
        }

    def owed(self, firm: Firm, pollutant: str) -> int | None:
        """What a firm still has to give up; None before its year is verified."""
        year = self.runner.state.years.get((firm.source.source, self.year))
        if year is None or year.verified_mg is None:
            return None
        return year.obligation[pollutant] - year.surrendered.get(pollutant, 0)

    # --- sending

    def tell(self, at: int, wishes: Sequence[tuple[str, c.Body]]) -> list[Answer]:
        """Send commands as one group at one instant; keys number them, refusals are counted.

        What is warned of is confirmed, one command after the other, for each changes what the next is warned of.
        """
        if not wishes:
            return []
        if len(wishes) > 1 and any(isinstance(body, SAYS_WHAT_IT_KNOWS) for _, body in wishes):
            return [answer for wish in wishes for answer in self.tell(at, [wish])]
        at = self._closed(at, wishes)
        group = []
        state = self.runner.state
        for actor, wish in wishes:
            body = self.bidders.sealed(state, self.rules, at, actor, knowing(state, self.rules, at, actor, wish))
            self.sent += 1
            group.append((c.Command(actor, f"{self.year}-{self.sent}", body), at))
        answers = self.runner.send_all(group)
        for answer in answers:
            if answer.refusal is not None:
                self.refused[answer.refusal.why] += 1
        opened = [(actor, opened_by(body)) for actor, body in wishes]
        keys = [(actor, self.bidders.key(state, *place)) for actor, place in opened if place is not None]
        self.tell(at, [(actor, key) for actor, key in keys if key is not None])
        return answers

    def _closed(self, at: int, wishes: Sequence[tuple[str, c.Body]]) -> int:
        """Where bids are sealed the close comes first, and the time to open them: when it is over."""
        state, began, over = self.runner.state, at, at
        for actor, body in wishes:
            place = closed_by(body)
            end = self.bidders.close(state, *place) if place is not None else None
            if place is None or end is None:
                continue
            self.tell(began, [(actor, end)])
            self.tell(began, list(self.bidders.openings(state, *place)))
            over = max(over, state.sealings[place].until or over)
        return over

    def must(self, at: int, wishes: Sequence[tuple[str, c.Body]]) -> list[Answer]:
        """Send commands of which none may be refused in a sound programme; a second person confirms what waits.

        The answers are those in which the commands took effect.
        """
        answers = self._sound(at, wishes)
        return in_effect(answers, self._sound(at + LOOK_MS, confirmations(answers, self.second, self.runner)))

    def _sound(self, at: int, wishes: Sequence[tuple[str, c.Body]]) -> list[Answer]:
        answers = self.tell(at, wishes)
        for (actor, body), answer in zip(wishes, answers, strict=True):
            assert answer.refusal is None, f"{actor} {type(body).__name__}: {answer.refusal}"
        return answers
