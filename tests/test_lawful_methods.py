"""A law may name every method of the catalogue: it passes `rules check`, and shares each cap out to the allowance."""

from __future__ import annotations

from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import decode
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.market.allocation import Activity, parts
from airshed.market.claims import PowerRule
from airshed.market.sharing.lawful import claims_by_law, plan_of, share_by_law
from airshed.market.sharing.named import NAMED
from airshed.market.sharing.plan import examine
from airshed.model.refusal import Malformed, Why
from airshed.rulebook.amend import amended
from airshed.rulebook.check_allocation import keys_of
from airshed.rulebook.chinese import word_zh
from airshed.rulebook.digest import digest
from airshed.rulebook.kinds import MethodName
from airshed.rulebook.load import find, load, load_texts, read, texts
from airshed.rulebook.schema import Rulebook
from markets import AUTHORITY, done, issued, send

SHIPPED = texts(find("dianzhong"))
RULES = load(find("dianzhong"))
CLASSES = """name,sectors,from_kg,below_kg,first_year_from,first_year_before,claim,cite,status
large,cement steel,500,,,,benchmark,assumed,to confirm
small,cement steel,,500,,,history,assumed,to confirm
power,power,,,,,limit,assumed,to confirm
"""


def written(keys: dict[str, object], **files: str) -> dict[str, bytes]:
    text = amended(SHIPPED["rulebook.toml"].decode(), "allocation", keys)  # type: ignore[arg-type]
    tables = {f"{name}.csv": table.encode() for name, table in files.items()}
    return {**SHIPPED, "rulebook.toml": text.encode(), **tables}


def law_by(method: str) -> Rulebook:
    return load_texts(written(dict(keys_of(method, RULES.allocation))))


def works(sizes: list[tuple[int, int]]) -> list[Activity]:
    """Works of which everything that a method may ask for is known; the last is new."""
    found = []
    for number, (kg, made) in enumerate(sizes):
        entrant = number == len(sizes) - 1
        found.append(
            Activity(
                f"W{number}",
                ("cement", "steel", "power")[number % 3],
                (2024, 2025),
                (kg, kg + 3),
                (made, made + 1),
                benchmark_g=700,
                quota_g=1_100,
                entrant=entrant,
                heat_mmbtu=(made, made),
                power=PowerRule("coal", "air", load_basis_points=8_000),
            )
        )
    return found


def test_the_catalogue_of_the_law_is_that_of_the_calculator() -> None:
    assert (*NAMED, "plan") == get_args(MethodName)
    for name, each in NAMED.items():
        assert word_zh("allocation", "method", name)
        if name not in ("history", "limit", "equal_cut"):  # which the law has called so from the beginning
            assert word_zh("allocation", "method", name) == each.zh, name


@pytest.mark.parametrize("method", list(NAMED))
def test_every_method_written_into_the_law_passes_the_check(method: str) -> None:
    rules, faults = read(written(dict(keys_of(method, RULES.allocation))))
    assert not faults, faults
    assert rules is not None
    assert rules.allocation.method == method
    examine(plan_of(rules.allocation))


@settings(max_examples=25, deadline=None)
@given(
    cap=st.integers(0, 5_000_000),
    sizes=st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)), min_size=2, max_size=8),
    method=st.sampled_from(list(NAMED)),
)
def test_every_method_shares_a_cap_out_to_the_allowance(cap: int, sizes: list[tuple[int, int]], method: str) -> None:
    law = law_by(method).allocation
    split = parts(cap, law.reserve_basis_points, law.auction_basis_points)
    activities = works(sizes) if split.reserved else works(sizes)[:-1] or works(sizes)[:1]
    shared = share_by_law(law, split, activities)
    counts = [share.count for share in shared.shares]
    assert all(type(count) is int and count >= 0 for count in counts)
    assert sum(counts) + shared.reserved + shared.for_auction == cap
    assert shared.for_auction == split.for_auction
    assert shared.method == method
    new = sum(share.count for share in shared.shares if share.source == f"W{len(sizes) - 1}" and split.reserved)
    kept = 0 if law.advance_basis_points is None else split.free - (sum(counts) - new)
    assert shared.reserved == split.reserved - new + kept
    assert all(share.en and share.zh for share in shared.shares)


def test_a_law_that_says_no_more_than_before_keeps_its_digest_and_its_shares() -> None:
    assert digest(load_texts(written({"method": "benchmark"}))) == digest(RULES)


def test_what_a_method_asks_for_is_said_by_the_law_and_nothing_stands_for_nothing() -> None:
    def faults(keys: dict[str, object], **files: str) -> list[str]:
        return [str(fault) for fault in read(written(keys, **files))[1]]

    place = "rulebook.toml [allocation]"
    assert faults({"method": "heat_input"}) == [
        f"{place}: heat_input asks for pounds_per_1000_mmbtu; write pounds_per_1000_mmbtu, as "
        "pounds_per_1000_mmbtu = 2500"
    ]
    assert faults({"pounds_per_1000_mmbtu": 2_500}) == [
        f"{place}: pounds_per_1000_mmbtu is of heat_input, which is not used; "
        "leave it out, or let a claim be heat_input"
    ]
    assert faults({"method": "history_median"}) == [
        f'{place}: history_median does not go with baseline \'mean\'; write baseline = "median", or method = "history"'
    ]
    assert faults({"method": "paid", "auction_basis_points": 0}) == [
        f"{place}: paid asks for a part, and auction_basis_points is 0; write auction_basis_points above 0"
    ]
    assert faults({"method": "plan", "tiers": ["source by_class proportional"]}) == [
        f"{place} tiers: by_class asks for classes; add allocation_classes.csv, a row a class"
    ]
    assert faults({"method": "plan", "tiers": ["source limit talmud", "sector limit talmud"]}) == [
        f"{place} tiers: they are by source, sector; write sector at most once, and source last"
    ]


def test_a_plan_whose_classes_do_not_cover_a_works_is_refused_with_place_and_cure() -> None:
    keys: dict[str, object] = {
        "method": "plan",
        "tiers": ["sector by_class equal_losses", "source by_class proportional"],
    }
    holes = CLASSES.replace("small,cement steel,,500", "small,cement steel,,400").replace("power,power", "power,steel")
    assert [str(fault) for fault in read(written(keys, allocation_classes=holes))[1]] == [
        "allocation_classes.csv: no class covers works of cement from 400 kg a year to under 500 kg a year; "
        "add a row that does, or widen one",
        "allocation_classes.csv: no class covers works of power from 0 kg a year to under 400 kg a year; "
        "add a row that does, or widen one",
    ]
    gaps = CLASSES.replace("power,power,,,,,limit", "power,power,,,2025,,limit")
    assert "works of power from 0 kg a year to under 500 kg a year that began from 0 to under 2,025" in str(
        read(written(keys, allocation_classes=gaps))[1][0]
    )


def test_each_class_claims_by_its_own_method() -> None:
    law = load_texts(
        written({"method": "plan", "tiers": ["source by_class proportional"]}, allocation_classes=CLASSES)
    ).allocation
    rows = [each for each in works([(300, 10), (900, 40), (700, 50)]) if not each.entrant]
    rows.append(Activity("P", "power", (2024,), (800,), (20,), benchmark_g=1, quota_g=2_000))
    claims = claims_by_law(law, rows)
    assert claims == {"W0": Fraction(603, 2), "W1": Fraction(81, 2) * 700 / 1_000, "P": Fraction(40)}
    shared = share_by_law(law, parts(1_000, 300, 500), rows)
    assert sum(share.count for share in shared.shares) == 920
    assert "small: History: mean emission" in shared.shares[1].en


def test_what_is_not_stated_is_refused_and_never_zero() -> None:
    bare = [Activity("A", "power", (2024,), (800,), (20,), benchmark_g=1, quota_g=2_000)]
    for method, lacks in (
        ("heat_input", r"source A: 0 years of heat input \(heat_mmbtu\) for 1 baseline years"),
        ("output_based", "source A: fuel and cooling are not given"),
    ):
        law = law_by(method).allocation
        with pytest.raises(Malformed, match=lacks):
            share_by_law(law, parts(1_000, 300, 500), bare)


LINES = (
    c.ActivityLine("s-steel", (2025, 2026), (600, 600), (10, 10)),
    c.ActivityLine("s-cement", (2025, 2026), (700, 500), (10, 30)),
)


def test_a_book_shares_out_by_what_works_state_beside_their_lines() -> None:
    rules = law_by("heat_input")
    runner = issued(rules)
    refused = send(runner, AUTHORITY, c.Allocate("NOx", "KM", 2027, LINES)).refusal
    assert refused is not None
    assert refused.why is Why.NOT_CONSERVED
    assert "heat input" in refused.detail

    stranger = (c.ActivityDetail("s-other", heat_mmbtu=(1, 1)),)
    refused = send(runner, AUTHORITY, c.Allocate("NOx", "KM", 2027, LINES, details=stranger)).refusal
    assert refused is not None
    assert "details of s-other: it has no line" in refused.detail

    details = (c.ActivityDetail("s-steel", heat_mmbtu=(100, 100)), c.ActivityDetail("s-cement", heat_mmbtu=(300, 300)))
    above = {"above NOx-KM-2027": 0}
    body = c.Allocate("NOx", "KM", 2027, LINES, details=details)
    (allocated,) = done(runner, AUTHORITY, body).events
    assert isinstance(allocated, e.Allocated), above
    steel, cement = sorted(allocated.awards, key=lambda award: award.count)
    assert allocated.method == "heat_input"
    assert (steel.source, cement.source) == ("s-steel", "s-cement")
    assert abs(3 * steel.count - cement.count) <= 3

    mirror = Mirror()
    for record in (decode(line) for line in runner.journal.lines()):
        mirror.follow(record, rules)


def test_an_advance_is_given_at_once_and_the_rest_lies_in_the_reserve() -> None:
    whole, part = law_by("benchmark"), load_texts(written({"advance_basis_points": 7_000}))
    runners = [issued(whole), issued(part)]
    events = [done(runner, AUTHORITY, c.Allocate("NOx", "KM", 2027, LINES)).events[0] for runner in runners]
    full, advanced = events
    assert isinstance(full, e.Allocated)
    assert isinstance(advanced, e.Allocated)
    assert [each.count for each in advanced.awards] == [each.count * 7_000 // 10_000 for each in full.awards]
    assert advanced.reserved - full.reserved == sum(each.count for each in full.awards) - sum(
        each.count for each in advanced.awards
    )
    for runner, rules in zip(runners, (whole, part), strict=True):
        mirror = Mirror()
        for record in (decode(line) for line in runner.journal.lines()):
            mirror.follow(record, rules)
