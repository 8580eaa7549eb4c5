"""When a transfer may be carried out and from when an account counts as trusted, by the business clock of the law."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache, partial

from airshed.compliance.deadline import next_business_day
from airshed.engine.state import State
from airshed.registry.business_clock import BusinessClock
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook


@lru_cache(maxsize=lookup.RULEBOOKS_KEPT)
def office(rules: Rulebook) -> BusinessClock:
    """Opening hours of the law, on the working days of its calendar."""

    def worked(day: date) -> bool:
        return lookup.worked(rules, day.isoformat())

    law = rules.transactions
    return BusinessClock(time.fromisoformat(law.opens), time.fromisoformat(law.closes), worked)


def same_holder(state: State, account: str, other: str) -> bool:
    """Whether two accounts are of one corporate group, or where none is known of one holder."""
    one, two = state.ledger.accounts[account], state.ledger.accounts[other]
    return one.group == two.group if one.group or two.group else one.name == two.name


def trusts(state: State, account: str, other: str, at: int) -> bool:
    """Whether an account trusts another by now; accounts of one holder always do."""
    since = state.trusted.get(account, {}).get(other)
    return same_holder(state, account, other) or (since is not None and since <= at)


def due(rules: Rulebook, kind: str, at: int, *, trusted: bool) -> int:
    """The instant from which a transfer that is asked for at `at` may be carried out; `at` where it need not wait.

    `Malformed` where the calendar of the law has no working day for it.
    """
    row = lookup.transaction(rules, kind)
    if row is None or (row.trusted if trusted else row.delay) == "none":
        return at
    clock, wall = office(rules), rules.civil.wall(at)
    if trusted:
        return rules.civil.at(clock.due(wall, 0))
    if row.delay == "noon":
        return rules.civil.at(clock.next_noon(wall))
    assert row.delay_minutes is not None, row
    return rules.civil.at(clock.due(wall, row.delay_minutes))


def trusted_from(rules: Rulebook, at: int) -> int:
    """The instant from which an account counts as trusted that is named at `at`; `Malformed` as with `due`."""
    law = rules.transactions
    if not law.trust_working_days:
        return at
    day = office(rules).noon(rules.civil.wall(at), law.trust_working_days).date()
    return rules.civil.at(datetime.combine(day, time.fromisoformat(law.trust_at)))


def noon_after(rules: Rulebook, at: int, days: int) -> int:
    """Noon of so many working days from now; `Malformed` as with `due`."""
    return rules.civil.at(office(rules).noon(rules.civil.wall(at), days))


def closing_after(rules: Rulebook, at: int, days: int) -> int:
    """When the office closes on the so many-th working day from now; `Malformed` as with `due`."""
    return closing_on(rules, office(rules).noon(rules.civil.wall(at), days).date().isoformat())


def closing_on(rules: Rulebook, day: str) -> int:
    """When the office closes on a day, or on the next one that is worked; `Malformed` as with `due`."""
    last = date.fromisoformat(next_business_day(day, partial(lookup.worked, rules)))
    return rules.civil.at(datetime.combine(last, office(rules).closes))
