"""The simulator: a small market under random commands and crashes, every invariant checked all along.

One seed gives one run. The same commands go through a book on disk that crashes and is opened again, and through one
in memory that does not; answers, bytes and states have to be the same. Crashes are drawn from a stream of their own, so
that a run in memory only is the same run: its line repeats what it found.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from hashlib import sha256
from typing import Any, get_args

import msgspec

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.edge import WellFormed, well_formed
from airshed.engine.invariants import check as check_state
from airshed.engine.journal import GENESIS, MemoryJournal, decode
from airshed.engine.runner import Answer, Poisoned, Runner, fold
from airshed.engine.state import State
from airshed.lab.second import confirmations
from airshed.lab.simulator.drawn_law import varied
from airshed.lab.simulator.fragile import MOMENTS, Crash, Fragile, FragileStore, Moment
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.lab.simulator.mischief.draws import Mischief
from airshed.lab.simulator.portrait import portrait
from airshed.lab.simulator.small_market import ACCOUNTS, Wish, instants, opening, second
from airshed.model import provenance
from airshed.model.refusal import Malformed, Why
from airshed.rulebook.digest import digest
from airshed.rulebook.schema import Rulebook

#: Steps between two thorough checks, and crashes in a run, about.
CHECK_EVERY = 50
CRASHES = 25


Verify = Callable[[Any, Mapping[str, Rulebook]], object]


class Report(msgspec.Struct, frozen=True):
    """What a run did: commands by outcome, events by kind, crashes, checks by invariant, and where the book ends."""

    seed: int
    steps: int
    commands: int
    malformed: int
    repeated: int
    done: dict[str, int]
    refused: dict[str, int]
    #: Every kind of event, those that did not happen too.
    events: dict[str, int]
    crashes: dict[str, int]
    checks: dict[str, int]
    records: int
    digest: str


class Broken(Exception):
    """An invariant did not hold. The last line repeats the run."""

    def __init__(self, what: str, seed: int, steps: int, law: str = "") -> None:
        of = f" --rulebook {law}" if law else ""
        super().__init__(f"{what}\nairshed sim --seed {seed} --steps {steps}{of}")


def simulate(
    seed: int,
    steps: int,
    rules: Rulebook,
    store: Callable[[], FragileStore] | None = None,
    verify: Verify | None = None,
    progress: Callable[[int], None] = lambda done: None,
    law: str = "",
) -> Report:
    """Play `steps` groups of random commands and check I1 to I14; `Broken` names what failed and how to repeat it.

    `store` makes the book on disk, or opens it when it is there; without it the same run is in memory only. `verify`
    decides that book anew under the laws it is given by digest, and compares its read tables. `law` names the
    rulebook in the line, where it is another one than the command takes by itself.
    """
    run = SimulatedRun(seed, steps, rules, store, verify)
    try:
        return run.play(progress)
    except Exception as error:  # whatever it is, the line that repeats it comes with it
        raise Broken(f"{type(error).__name__}: {error}", seed, steps, law) from error
    finally:
        run.close()


class SimulatedRun:
    """One run."""

    def __init__(
        self,
        seed: int,
        steps: int,
        rules: Rulebook,
        store: Callable[[], FragileStore] | None,
        verify: Verify | None,
    ) -> None:
        self.seed = seed
        self.steps = steps
        self.rng = random.Random(seed)
        self.laws: dict[str, Rulebook] = {}
        self.authority = rules.programme.authority
        self.crash = random.Random(f"{seed} crashes")
        self.mischief = Mischief(random.Random(f"{seed} mischief"), self.authority)
        first = varied(rules, self.rng, "sim-1")
        self.memory = Runner(MemoryJournal(), first, tables=False, laws=self.laws.get)
        self.mirror = Mirror()
        self.opener = store
        self.verify = verify
        self.store: Fragile | None = None
        self.disk: Runner | None = None
        self.sent: list[tuple[c.Command, Answer]] = []
        self.first: dict[tuple[str, str], tuple[c.Command, Answer]] = {}
        self.keys = 0
        self.end = GENESIS
        #: What the lines of the book come to, as far as they were folded anew, and the end of the chain there.
        self.folded, self.folded_to = State(), GENESIS
        self.malformed = self.repeated = 0
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.crashes: Counter[str] = Counter()
        self.checks: Counter[str] = Counter()
        self._reopen()

    # --- playing

    def play(self, progress: Callable[[int], None]) -> Report:
        """All steps, and a thorough check at the end."""
        times = instants(self.rng, self.steps, self.rules.civil)
        first = next(times, 0)
        self._adopt(self.rules, first)
        for wish in opening(self.rules, self.rng):
            self._must(wish, first)
        next_law = self.rng.randrange(max(1, self.steps))
        for step, at in enumerate(times, 1):
            if step == next_law:
                self._adopt(varied(self.rules, self.rng, "sim-2"), at)
            self._step(at)
            if step % CHECK_EVERY == 0:
                self._thorough()
                progress(step)
        self._thorough()
        state = self.memory.state
        return Report(
            seed=self.seed,
            steps=self.steps,
            commands=len(self.sent),
            malformed=self.malformed,
            repeated=self.repeated,
            done=dict(sorted(self.done.items())),
            refused={why: self.refused[why] for why in Why if self.refused[why]},
            events={kind.__name__: self.events[kind.__name__] for kind in get_args(e.Event)},
            crashes=dict(sorted(self.crashes.items())),
            checks=dict(sorted((self.checks + self.mirror.checks).items(), key=lambda each: int(each[0][1:]))),
            records=state.seq,
            digest=self.memory.hash,
        )

    def close(self) -> None:
        """Let go of the book."""
        if self.store is not None:
            self.store.store.close()

    @property
    def rules(self) -> Rulebook:
        """The law in force."""
        return self.memory.rules

    def _adopt(self, rules: Rulebook, at: int) -> None:
        programme = rules.programme
        played = provenance.Simulation(provenance.MISCHIEF, self.seed)
        first = self.memory.state.provenance is None
        body = c.AdoptRulebook(programme.id, programme.version, digest(rules), played if first else None)
        self.laws[body.digest] = rules
        self._must((self.authority, body), at)

    def _must(self, wish: Wish, at: int) -> None:
        """What may not be refused, and is confirmed by a second person where it has to wait."""
        answer = self._send([(WellFormed(well_formed(self._keyed(wish), at)), at)])[0]
        assert answer.refusal is None, f"{wish}: {answer.refusal}"
        for confirmation in confirmations([answer], partial(second, self.rules), self.memory):
            self._must(confirmation, at)

    def _step(self, at: int) -> None:
        group: list[tuple[WellFormed, int]] = []
        for wish in self.mischief.group(self.memory.state, self.rules, at):
            command = self._keyed(wish)
            when = at if self.rng.random() < 0.97 else self.rng.choice((-1, 10**18))
            try:
                looked_at = WellFormed(well_formed(command, when))
            except Malformed:
                self._malformed(command, when)
            else:
                group.append((looked_at, when))
        if self.sent and self.rng.random() < 0.3:
            group.insert(self.rng.randint(0, len(group)), (WellFormed(well_formed(self._again(), at)), at))
        if group:
            self._send(group)

    def _keyed(self, wish: Wish) -> c.Command:
        self.keys += 1
        return c.Command(wish[0], f"k{self.keys}", wish[1])

    def _again(self) -> c.Command:
        """A command that was sent, as it was or with another body under its key."""
        old = self.rng.choice(self.sent[-200:])[0]
        if self.rng.random() < 0.7:
            return old
        return msgspec.structs.replace(old, body=self.rng.choice(self.sent)[0].body)

    def _malformed(self, command: c.Command, at: int) -> None:
        """Raises in every runner, and nothing has happened."""
        self.malformed += 1
        for runner in self._runners():
            before = (runner.state.seq, runner.hash)
            try:
                runner.send(command, at)
            except Malformed:
                self._claim("I12", (runner.state.seq, runner.hash) == before, f"malformed {command} left a trace")
            else:
                self._claim("I12", False, f"malformed {command} was accepted")

    # --- sending, crashing, sending again

    def _send(self, group: list[tuple[WellFormed, int]]) -> list[Answer]:
        """Send to both books until both have answered.

        After each crash the book on disk is opened anew and the same commands come again. If the group was
        committed already, that is its second coming, so the book in memory gets it twice as well; with nothing on
        disk it does so at the same moments, and the run is the same.
        """
        before = self.memory.state.seq
        answers = self._in_memory(group)
        self.sent += [(wish.command, answer) for (wish, _), answer in zip(group, answers, strict=True)]
        writes = self.memory.state.seq > before
        while True:
            moment = self._moment() if writes else None
            self._on_disk(group, answers, moment)
            if moment is None:
                return answers
            if moment == "after the commit":
                before = self.memory.state.seq
                answers = self._in_memory(group)
                writes = self.memory.state.seq > before

    def _moment(self) -> Moment | None:
        """When the next write crashes, if it does."""
        crashes = self.crash.random() < CRASHES / max(self.steps, 2 * CRASHES)
        return self.crash.choice(MOMENTS) if crashes else None

    def _on_disk(self, group: list[tuple[WellFormed, int]], answers: list[Answer], moment: Moment | None) -> None:
        """The same answers from the book on disk, or a crash at that moment and a book that is opened anew."""
        if self.disk is None or self.store is None:
            return
        self.store.moment = moment
        try:
            found = self.disk.send_well_formed(group)
        except Crash:
            self.crashes[str(moment)] += 1
            self._poisoned(self.disk, group)
            self._reopen()
        else:
            self._claim("I14", moment is None and found == answers, "the book on disk answers differently")

    def _in_memory(self, group: list[tuple[WellFormed, int]]) -> list[Answer]:
        before = self.memory.state.seq
        answers = self.memory.send_well_formed(group)
        for line in self.memory.journal.lines(before):
            self.end = sha256(self.end.encode() + line.record).hexdigest()
            self._claim("I12", line.hash == self.end, "the chain is broken")
            record = decode(line)
            self.mirror.follow(record, self.rules)
            self.events.update(type(event).__name__ for event in record.events)
            if record.refusal is None:
                self.done[type(record.body).__name__] += 1
            else:
                self.refused[record.refusal.why] += 1
        for ((command,), _), answer in zip(group, answers, strict=True):
            if answer.refusal is not None and answer.refusal.why is Why.UNKNOWN_ACTOR:
                continue  # a stranger is answered and not recorded, so no key of its stands for anything
            first = self.first.setdefault((command.actor, command.key), (command, answer))
            if first[1] is not answer:
                self._same_key(first, command, answer)
        return answers

    def _poisoned(self, runner: Runner, group: list[tuple[WellFormed, int]]) -> None:
        """A runner that could not write does not go on."""
        try:
            runner.send_well_formed(group)
        except Poisoned:
            self._claim("I13", True, "")
        else:
            self._claim("I13", False, "a runner that could not write goes on")

    def _same_key(self, first: tuple[c.Command, Answer], command: c.Command, answer: Answer) -> None:
        self.repeated += 1
        if first[0] == command:
            self._claim("I13", answer == first[1], f"{command} got another answer")
        else:
            refused = answer.refusal is not None and answer.refusal.why is Why.KEY_REUSED
            self._claim("I13", refused, f"{command} was not refused")

    def _reopen(self) -> None:
        if self.opener is None:
            return
        self.close()
        self.store = Fragile(self.opener())
        self.disk = Runner(self.store, self.rules, laws=self.laws.get)
        if self.disk.state.rulebook is not None:
            self.disk.rules = self.laws[self.disk.state.rulebook.digest]

    def _runners(self) -> list[Runner]:
        return [self.memory] if self.disk is None else [self.memory, self.disk]

    # --- checking

    def _claim(self, number: str, holds: bool, what: str) -> None:
        self.checks[number] += 1
        assert holds, f"{number}: after record {self.memory.state.seq}: {what}"

    def _nothing_else_aside(self, state: State) -> None:
        """What is set aside is what waits by the mirror, so what is over is free again."""
        accounts = {name for name, _, _ in ACCOUNTS}
        ledger = state.ledger
        goods = {place: position.held for place, position in ledger.positions.items() if place[0] in accounts}
        cash = {name: purse.held for name, purse in ledger.purses.items() if name in accounts}
        mine, money = self.mirror.aside(accounts)
        differ = [place for place in {**goods, **mine} if goods.get(place, 0) != mine.get(place, 0)]
        for place in differ[:1]:
            self._claim("I4", False, f"{place}: {goods.get(place)} are set aside, by the mirror {mine.get(place)}")
        short = [name for name in {**cash, **money} if cash.get(name, 0) != money.get(name, 0)]
        self._claim("I4", not short, f"{short}: {cash} fen are set aside, by the mirror {money}")

    def _thorough(self) -> None:
        """The whole state: at rest, folded anew from the lines that came since, on disk, and in the read tables."""
        state = self.memory.state
        check_state(state)
        self._nothing_else_aside(state)
        for number in ("I1", "I2", "I3", "I4", "I6"):
            self.checks[number] += 1
        for line in self.memory.journal.lines(self.folded.seq):
            self.folded_to = fold(self.folded, line, self.folded_to)
        self._claim("I12", self.folded_to == self.memory.hash, "the chain does not end where the runner stands")
        self._claim("I12", portrait(self.folded) == portrait(state), "folding the book gives another state")
        if self.disk is None or self.store is None:
            return
        self._claim("I14", list(self.store.lines()) == list(self.memory.journal.lines()), "other bytes on disk")
        self._claim("I12", portrait(self.disk.state) == portrait(state), "the state that crashed is another one")
        if self.verify is not None:
            self.verify(self.store.store, self.laws)
            self.checks["I12"] += 1
