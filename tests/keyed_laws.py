"""Runs of the simulator under laws with keys that no drawn law has: supply, cuts, seasons, periods, credits, others."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine.state import State
from airshed.lab.simulator import sim
from airshed.lab.simulator.drawn_law import varied
from airshed.lab.simulator.mischief.draws import Mischief
from airshed.lab.simulator.small_market import Wish
from airshed.rulebook import lookup
from airshed.rulebook.credit_tables import CreditRow
from airshed.rulebook.group_table import AssuranceGroup
from airshed.rulebook.people_sections import RoleRight
from airshed.rulebook.period_table import ControlPeriod
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.supply_table import SupplyRow

replace = msgspec.structs.replace


def with_keys(rules: Rulebook, rng: random.Random, version: str) -> Rulebook:
    """The drawn law with thresholds of supply, a bound of cuts, sectors that owe later, a season, a period of years."""
    law = varied(rules, rng, version)
    own, kept = (random.Random(f"{what} {version} {law.allowance}") for what in ("keys", "kept"))
    upper = own.choice((0, 1_000, 1_000_000))
    rows = tuple(
        SupplyRow(
            period=2027,
            pollutant=rule.code,
            upper=upper,
            lower=upper // 2,
            held_basis_points=own.choice((1_200, 10_000)),
            released=own.choice((500, 1_000_000)),
            cite="drawn",
            status="to confirm",
        )
        for rule in law.pollutants
    )
    return replace(
        law,
        reserve=replace(
            law.reserve,
            supply_stated_on=own.choice(("01-15", "04-01")),
            supply=rows,
            supply_lapses_from=2028,
            supply_most=kept.choice((None, 1, 10**6)),
        ),
        calendar=replace(law.calendar, season=own.choice((None, ("01-01", "03-01"), ("02-01", "09-30")))),
        banking=replace(
            law.banking,
            haircut_most_basis_points=own.choice((500, 3_000)),
            of=kept.choice((law.banking.of, "net_sold")),
            basic_count=kept.choice((None, 1_000)),
        ),
        compliance=replace(
            law.compliance,
            control_periods=_periods(law, version),
            credits=_credits(version),
            assurance_groups=_groups(law, version),
            credits_void_years=8,
            credits_replace_days=60,
        ),
        new_entrants=replace(law.new_entrants, unused_to="sources"),
        roles=replace(law.roles, rows=(*law.roles.rows, *_issuers(law))),
        sectors=tuple(
            replace(each, owes_from=own.choice((None, None, 2028)), voluntary=each.code == "power")
            for each in law.sectors
        ),
    )


def _periods(law: Rulebook, version: str) -> tuple[ControlPeriod, ...]:
    """Both years are one period, where an allowance of the first counts for the second."""
    share = random.Random(f"periods {version} {law.allowance}").choice((0, 3_333, 5_000))
    if not law.allowance.vintages_back:
        return ()
    return (ControlPeriod(first=2027, last=2028, interim_basis_points=share, cite="drawn", status="to confirm"),)


def _credits(version: str) -> tuple[CreditRow, ...]:
    """One credit for each of two pollutants, in another order of use in every law."""
    uses = random.Random(f"credits {version}").sample(("first", "last", "named"), 2)
    return tuple(
        CreditRow(
            credit=f"{code}C",
            name_en=f"{code} credit",
            name_zh=f"{code}信用",
            pollutant=code,
            limit_basis_points=share,
            vintages_back=1,
            use=use,  # type: ignore[arg-type]
            reference_fen_per_t=100_000,
            cite="drawn",
            status="to confirm",
        )
        for code, share, use in zip(("SO2", "NOx"), (3_000, 10_000), uses, strict=True)
    )


def _groups(law: Rulebook, version: str) -> tuple[AssuranceGroup, ...]:
    """Kunming answers together for little of its cap, two works of it for a count."""
    own = random.Random(f"groups {version}")
    places = {"city": ("KM", None, 100, None), "plan": (None, "s-steel s-kiln", None, own.choice((1, 10**9)))}
    return tuple(
        AssuranceGroup(
            group=name,
            period=2027,
            pollutant=rule.code,
            jurisdiction=place,
            sources=sources,
            level_basis_points=share,
            level_count=level,
            factor_basis_points=own.choice((5_000, 20_000)),
            surrender_by=own.choice(("08-01", "11-01")),
            cite="drawn",
            status="to confirm",
        )
        for rule, (name, (place, sources, share, level)) in zip(law.pollutants, places.items(), strict=False)
    )


def _issuers(law: Rulebook) -> tuple[RoleRight, ...]:
    """Who sets caps issues credits, settles groups, lets works in."""
    kinds = ("IssueCredits", "SettleGroup", "OptIn", "OptOut", "VoidCredits")
    return tuple(replace(row, command=kind) for row in law.roles.rows if row.command == "SetCap" for kind in kinds)


def cutting(mischief: Mischief, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """What is due, groups whose year is settled, and now and then a notice that cuts, or a project with credits."""
    return [*_joining(mischief, state, rules), *_drawn(mischief, state, rules, at), *_together(mischief, state, rules)]


def _joining(mischief: Mischief, state: State, rules: Rulebook) -> list[Wish]:
    """The power plant opts in as soon as it is there, and leaves with 2028."""
    if "s-power" not in state.sources:
        return []
    lines = tuple(
        c.OptInBaseline(rule.code, (2024, 2025), (700, 800), (10**6, 10**6)) for rule in lookup.owed(rules, "power")
    )
    if "s-power" not in state.opted:
        return [(mischief.authority, c.OptIn("s-power", 2027, lines, "application 7"))]
    leaves = (mischief.authority, c.OptOut("s-power", 2028, "application 8"))
    return [leaves] if state.opted["s-power"][-1].last is None else []


def _together(mischief: Mischief, state: State, rules: Rulebook) -> list[Wish]:
    """Groups of which a works is settled, whether the others are or not."""
    return [
        (mischief.authority, c.SettleGroup(row.group, year))
        for row in rules.compliance.assurance_groups
        for year in sorted({year for account, year in state.closed if account == "steel"})
        if (row.group, year) not in state.groups_settled
    ]


def _drawn(mischief: Mischief, state: State, rules: Rulebook, at: int) -> list[Wish]:
    rng = mischief.rng
    if rng.random() < 0.1:
        account, code = rng.choice(sorted(state.sources.values(), key=lambda each: each.id)).account, rng.choice("SN")
        credit = {"S": "SO2C", "N": "NOxC"}[code]
        issue = c.IssueCredits(
            account,
            credit,
            rng.choice(("KM", "QJ")),
            rng.choice((2027, 2028)),
            rng.choice((0, 500, 9_000)),
            "P 7",
            "a" * 64,
        )
        return [*DUE(mischief, state, rules, at), (mischief.authority, issue)]
    if state.credits and rng.random() < 0.1:
        series = rng.choice([name for name in state.ledger.caps if name.split("-")[0] in state.credits])
        first = rng.randint(1, state.ledger.caps[series])
        void = c.VoidCredits(series, first, first + rng.choice((0, 40, 9_000)), "counted twice", "b" * 64)
        return [*DUE(mischief, state, rules, at), (mischief.authority, void)]
    if rng.random() > 0.15:
        return DUE(mischief, state, rules, at)
    body = c.CutHoldings(rng.choice(("SO2", "NOx")), rng.choice((2027, 2028)), rng.choice((0, 100, 9_000)), "notice 7")
    return [*DUE(mischief, state, rules, at), (mischief.authority, body)]


DUE = Mischief._due


@contextmanager
def keyed() -> Iterator[None]:
    """The simulator draws such laws, and authorities cut, as long as it is open."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sim, "varied", with_keys)
        patch.setattr(Mischief, "_due", cutting)
        yield
