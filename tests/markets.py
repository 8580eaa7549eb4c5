"""A small market for tests: the shipped law adopted, accounts with money, one series shared out, a session open."""

from __future__ import annotations

import pickle
import random
from collections.abc import Sequence
from functools import cache
from itertools import count

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.decide import knowing
from airshed.engine.journal import NO_CHANGES, Journal, Line, MemoryJournal
from airshed.engine.runner import Answer, Begun, Runner
from airshed.lab.second import confirmer
from airshed.lab.simulator.small_market import ACCOUNTS, EXCHANGE, GROUPS, opening, second
from airshed.model.period import DAY_MS
from airshed.model.provenance import Simulation
from airshed.model.refusal import Why
from airshed.rulebook import lookup
from airshed.rulebook.digest import digest
from airshed.rulebook.schema import Rulebook
from airshed.service.book.sqlite import Book
from beijing import instant
from laws import FILES, RULES

AUTHORITY = RULES.programme.authority
REGISTRAR = lookup.founders(RULES, "RegisterActor")[0]
DAY = "2027-03-01"
AT = instant(DAY, 10)
#: When the market was set up: so long ago that whom its holders named as trusted counts as that by now.
BEFORE = AT - 20 * DAY_MS
SERIES = "SO2-KM-2027"

_keys = count(1)


def send(runner: Runner, actor: str, body: c.Body, at: int = AT) -> Answer:
    """One command under a key of its own."""
    return runner.send(c.Command(actor, f"t{next(_keys)}", body), at)


def done(runner: Runner, actor: str, body: c.Body, at: int = AT) -> Answer:
    """One command that must take effect; a second person of the small market confirms it where the law wants two.

    What is warned of is known. The answer is what the command did, without the line that says who confirmed.
    """
    answer = send(runner, actor, knowing(runner.state, runner.rules, at, actor, body), at)
    assert answer.refusal is None, answer.refusal
    if isinstance(answer.events[-1], e.ActProposed):
        return confirmed(runner, answer.events[-1], at)
    return answer


def confirmed(runner: Runner, act: e.ActProposed, at: int = AT) -> Answer:
    """What an act that waited does, once the second person of the small market confirms it."""
    other = confirmer(runner.state, runner.rules, act.actor, act.body, second(RULES, act.actor))
    answer = send(runner, other, c.ConfirmAct(act.act), at)
    assert answer.refusal is None, answer.refusal
    assert answer.events[0] == e.ActConfirmed(act.act, act.actor, other)
    return answer._replace(events=answer.events[1:])


def proposed(runner: Runner, actor: str, body: c.Body, at: int = AT) -> e.ActProposed:
    """An act of two that waits now."""
    answer = send(runner, actor, knowing(runner.state, runner.rules, at, actor, body), at)
    assert answer.refusal is None, answer.refusal
    (event,) = answer.events
    assert isinstance(event, e.ActProposed)
    return event


def why(runner: Runner, actor: str, body: c.Body, at: int = AT) -> Why:
    """The reason why a command is refused."""
    answer = send(runner, actor, body, at)
    assert answer.refusal is not None, answer.events
    return answer.refusal.why


def adopting(rules: Rulebook = RULES) -> c.AdoptRulebook:
    """The command that puts these rules in force."""
    return c.AdoptRulebook(rules.programme.id, rules.programme.version, digest(rules), Simulation("test"))


def issued(rules: Rulebook) -> Runner:
    """A book under a law with the firms of the small market and NOx of Kunming issued."""
    runner = Runner(MemoryJournal(), rules, tables=False)
    done(runner, AUTHORITY, adopting(rules))
    for actor, body in opening(rules, random.Random(3)):
        done(runner, actor, body)
    done(runner, AUTHORITY, c.SetCap("NOx", "KM", 2027))
    return runner


def adopting_next(rules: Rulebook) -> c.AdoptRulebook:
    """The command that puts these rules in force where others are: what the book is was said before."""
    return c.AdoptRulebook(rules.programme.id, rules.programme.version, digest(rules))


def trusting() -> list[tuple[str, c.TrustAccount]]:
    """Everybody trusts everybody else, so that a transfer need not wait in a test of something else."""
    names = [name for name, _, _ in ACCOUNTS]
    return [
        (name, c.TrustAccount(name, other))
        for name in names
        for other in names
        if other != name and not (name in GROUPS and GROUPS[name] == GROUPS.get(other))
    ]


def market(journal: Journal | None = None, rules: Rulebook = RULES, *, tables: bool = False) -> Runner:
    """A runner with the market in it, in a session; a book on disk keeps the shipped law."""
    if journal is None and rules is RULES and not tables:
        lines, state, reached = _usual()
        journal = MemoryJournal()
        journal.write(lines, NO_CHANGES)
        return Runner(journal, rules, tables=False, begun=Begun(pickle.loads(state), reached))
    return _set_up(journal, rules, tables=tables)


@cache
def _usual() -> tuple[Sequence[Line], bytes, str]:
    """The records and the state of the market that most tests begin with: set up once, and copied."""
    runner = _set_up(None, RULES, tables=False)
    return tuple(runner.journal.lines()), pickle.dumps(runner.state), runner.hash


def _set_up(journal: Journal | None, rules: Rulebook, *, tables: bool) -> Runner:
    if isinstance(journal, Book) and rules is RULES:
        journal.keep_law(digest(RULES), FILES)
    runner = Runner(journal if journal is not None else MemoryJournal(), rules, tables=tables)
    done(runner, AUTHORITY, adopting(rules), BEFORE)
    for actor, body in (*opening(rules, random.Random(3)), *trusting()):
        done(runner, actor, body, BEFORE)
    done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2027))
    lines = tuple(c.ActivityLine(source, (2024,), (800,), (10**6,)) for source in ("s-steel", "s-cement"))
    done(runner, AUTHORITY, c.Allocate("SO2", "KM", 2027, lines))
    done(runner, EXCHANGE, c.OpenSession(DAY))
    return runner


_usual()  # before any test puts something else in the place of what decides
_SHARED: list[Runner] = []


def shared() -> Runner:
    """One market for all examples, made anew when it has grown long or old."""
    if not _SHARED or _SHARED[-1].state.seq > 400 or _SHARED[-1].state.at > AT:
        _SHARED[:] = [market()]
    return _SHARED[-1]
