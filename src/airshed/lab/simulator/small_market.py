"""The market of the simulator: who is there, and when things happen."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

from airshed.engine import commands as c
from airshed.model.civil import CivilTime
from airshed.model.period import DAY_MS, HOUR_MS
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

Wish = tuple[str, c.Body]

EXCHANGE, BANK, HOST = "small-exchange", "small-bank", "small-host"
#: The second person at the bank.
TELLER = "small-teller"
VERIFIERS = ("verifier-1", "verifier-2")
#: The authority's second pair of eyes.
INSPECTOR = "small-inspector"
#: A bureau that is bound to Kunming.
BUREAU = "small-bureau"
#: Accounts with kind and jurisdiction. Operators have a source of the same name with an `s` in front.
ACCOUNTS = (
    ("steel", "operator", "KM"),
    ("cement", "operator", "KM"),
    ("power", "operator", "QJ"),
    ("kiln", "operator", "YX"),
    ("broker", "trader", "KM"),
    ("fund", "trader", "HH"),
)
#: The corporate group of those who have one.
GROUPS = {"kiln": "lime", "fund": "lime"}
SECTORS = {"steel": "steel", "cement": "cement", "power": "power", "kiln": "cement"}
#: Stacks by source, with what each measures; a source without stacks declares everything.
STACKS: dict[str, tuple[c.StackEntry, ...]] = {
    "steel": (c.StackEntry("steel-1", ("SO2", "NOx")), c.StackEntry("steel-2", ("SO2", "NOx", "PM"))),
    "cement": (),
    "power": (c.StackEntry("power-1", ("NOx", "PM", "SO2")),),
    "kiln": (),
}
YEARS = (2027, 2028)
#: Days on which something ends: rents, reports, verification, surrender, applications, what is unused.
LAST_DAYS = ("01-31", "03-31", "04-30", "06-29", "06-30", "09-30", "12-30")


def lacking(rules: Rulebook) -> list[str]:
    """Jurisdictions of the small market that a law does not have, in their order; without them it cannot open."""
    known = {each.code for each in rules.jurisdictions}
    return [place for place in dict.fromkeys(place for _, _, place in ACCOUNTS) if place not in known]


def second(rules: Rulebook, actor: str) -> str:
    """Who may confirm what somebody proposed: another in the same role."""
    pairs = ((rules.programme.authority, INSPECTOR), (BANK, TELLER), VERIFIERS)
    other = next((one for pair in pairs if actor in pair for one in pair if one != actor), None)
    return other or lookup.fellow(rules, actor) or rules.programme.authority


def opening(rules: Rulebook, rng: random.Random) -> list[Wish]:
    """Actors, accounts, sources and money: none of these may be refused."""
    authority, registrar = rules.programme.authority, lookup.founders(rules, "RegisterActor")[0]
    wishes: list[Wish] = [
        (registrar, c.RegisterActor(INSPECTOR, lookup.founder_role(rules, authority))),
        (registrar, c.RegisterActor(EXCHANGE, "exchange")),
        *((registrar, c.RegisterActor(name, "bank")) for name in (BANK, TELLER)),
        (registrar, c.RegisterActor(HOST, "monitor")),
        *((registrar, c.RegisterActor(name, "verifier")) for name in VERIFIERS),
    ]
    for account, kind, jurisdiction in ACCOUNTS:
        wishes += [
            (registrar, _account(account, kind, jurisdiction)),
            (registrar, c.RegisterActor(account, kind, account)),
            (BANK, c.Deposit(account, rng.choice((10**6, 10**11, 10**12)))),
        ]
        if account in SECTORS:
            wishes.append(
                (
                    authority,
                    c.RegisterSource(
                        f"s-{account}", account, account, jurisdiction, SECTORS[account], True, STACKS[account]
                    ),
                )
            )
    wishes.append((BANK, c.Deposit("treasury", 10**11)))
    return wishes


def _account(account: str, kind: str, jurisdiction: str) -> c.OpenAccount:
    group = GROUPS.get(account, "")
    return c.OpenAccount(account, "operator" if kind == "operator" else "trader", account, jurisdiction, group)


def instants(rng: random.Random, steps: int, time: CivilTime) -> Iterator[int]:
    """Instants from December before the first year to August after the last one, spread over the steps.

    Most are on a day from Monday to Friday; some come late, and some run backwards. A run that is long enough has one
    on each of the days on which something ends, and on the day after.
    """
    first, last = time.instant(f"{YEARS[0] - 1}-12-05", 9), time.instant(f"{YEARS[-1] + 1}-08-15")
    ends = [time.instant(f"{year}-{day}", 9) for year in (*YEARS, YEARS[-1] + 1) for day in LAST_DAYS]
    ends = [at + later for at in ends for later in (0, DAY_MS) if at < last] if steps > 100 else []
    drawn = max(steps - len(ends), 1)
    at, stride = first, (last - first) // drawn
    found = ends
    for _ in range(drawn):
        at += rng.randint(0, 2 * stride)
        weekday = date.fromisoformat(time.day_of(at)).isoweekday()
        found.append(at + (8 - weekday) * DAY_MS if weekday > 5 and rng.random() < 0.9 else at)
    for each in sorted(found)[:steps]:
        yield each - rng.choice((0, 0, 0, 0, 1, DAY_MS if steps <= 100 else HOUR_MS))
