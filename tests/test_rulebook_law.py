"""What a rulebook says: variations, digest, comparison, answers, and that it fits the zone and the engine."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any, get_args

import msgspec

from airshed.model.allowance import Series
from airshed.model.measures import tonnes
from airshed.rulebook import lookup
from airshed.rulebook.check import variable_keys
from airshed.rulebook.diff import diff
from airshed.rulebook.digest import canonical, digest
from airshed.rulebook.kinds import MethodName
from airshed.rulebook.load import load_texts, read
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import shipped
from airshed.zone import load as inventory
from airshed.zone.caps import propose
from laws import FILES, LAW, RULES, SO2_KM, as_files


def test_a_jurisdiction_varies_only_what_the_rulebook_lists() -> None:
    files = {**FILES, "vary/KM.toml": b'cite = "Kunming notice 3"\n[allocation]\nmethod = "history"\n'}
    rules = load_texts(files)

    assert lookup.allocation_method(rules, "KM") == "history"
    assert lookup.allocation_method(rules, "QJ") == "benchmark"
    assert [change.sentence for change in diff(RULES, rules)] == ["[variations] KM allocation.method: new, history"]
    assert digest(rules) != digest(RULES)

    files["vary/KM.toml"] = b'cite = "Kunming notice 3"\n[trading]\nlot = 1\n'
    assert [str(fault) for fault in read(files)[1]] == [
        "vary/KM.toml [trading]: 'lot' is not for a jurisdiction to vary; it may vary allocation.method, "
        "allocation.baseline (Demonstration measures (assumed), art. 2: one system; a city may choose how its own free "
        "allowances are shared)"
    ]
    files["vary/KM.toml"] = b"[allocation]\nmethod = 3\n"
    assert [str(fault) for fault in read(files)[1]] == [
        "vary/KM.toml: key 'cite' is missing; add cite, the source of what varies, as the first line",
        f"vary/KM.toml [allocation] method: no such choice 3; there are {', '.join(get_args(MethodName))}",
    ]


def test_a_copy_of_a_law_is_that_law_and_its_change_is_not() -> None:
    """As jobs of a pool bring copies, which must find what was looked up in the first."""
    copy, again = (pickle.loads(pickle.dumps(RULES)) for _ in range(2))
    assert (copy == RULES, again == copy, again == RULES, copy != RULES) == (True, True, True, False)
    assert lookup.caps(copy) is lookup.caps(RULES) is lookup.caps(again)
    assert canonical(copy) == canonical(RULES)

    later = msgspec.structs.replace(copy, programme=msgspec.structs.replace(copy.programme, version="later"))
    assert (later == RULES, later == copy, later != RULES, later == "later") == (False, False, True, False)


def test_what_a_jurisdiction_varies_may_contradict_nothing() -> None:
    law = FILES["rulebook.toml"].replace(b'"allocation.baseline"', b'"allocation.auction_basis_points"')
    vary = b'cite = "Kunming notice 3"\n[allocation]\nauction_basis_points = 9_800\n'

    found = read({**FILES, "rulebook.toml": law, "vary/KM.toml": vary})[1]

    assert [fault.place for fault in found] == ["vary/KM.toml [allocation]"]


def test_comments_order_and_layout_do_not_change_the_digest() -> None:
    upside_down = {section: LAW[section] for section in reversed(LAW)}
    for section, held in upside_down.items():
        if isinstance(held, dict):
            upside_down[section] = {key: held[key] for key in reversed(held)}
    files = as_files(upside_down)
    files["rulebook.toml"] = b"\xef\xbb\xbf# a comment\r\n" + files["rulebook.toml"].replace(b"\n", b"\r\n")
    head, *rows = FILES["caps.csv"].decode().splitlines()
    files["caps.csv"] = "\r\n".join([head, "", *reversed(rows)]).encode()

    assert load_texts(files) == RULES
    assert digest(load_texts(files)) == digest(RULES)


def perturbed(value: Any) -> Iterator[Any]:
    """The value with one thing changed in it, once for every thing in it."""
    match value:
        case msgspec.Struct():
            for key in value.__struct_fields__:
                for changed in perturbed(getattr(value, key)):
                    yield msgspec.structs.replace(value, **{key: changed})
        case tuple():
            for number, each in enumerate(value):
                for changed in perturbed(each):
                    yield (*value[:number], changed, *value[number + 1 :])
        case bool():
            yield not value
        case int() | float():
            yield value + 1
        case str():
            yield value + "x"
        case None:
            yield 1
        case _:
            raise AssertionError(value)


def thinned(value: Any) -> Any:
    """The value with one row of a table for each way in which its rows are filled in."""
    if isinstance(value, msgspec.Struct):
        parts = {key: getattr(value, key) for key in value.__struct_fields__}
        return msgspec.structs.replace(value, **{key: thinned(each) for key, each in parts.items()})
    if isinstance(value, tuple) and all(isinstance(each, msgspec.Struct) for each in value):
        ways = {tuple((type(part), not part) for part in msgspec.structs.astuple(each)): each for each in value}
        return tuple(thinned(each) for each in ways.values())
    return value


def test_any_changed_value_changes_the_digest_and_shows_in_the_comparison() -> None:
    rules = thinned(RULES)
    seen = {digest(rules)}
    for changed in perturbed(rules):
        assert diff(rules, changed), changed
        seen.add(digest(changed))
    assert len(seen) > 700
    assert len(seen) == 1 + sum(1 for _ in perturbed(rules))


def test_a_change_reads_as_a_lawyer_would_write_it() -> None:
    law = FILES["rulebook.toml"].decode()
    law = law.replace("band_basis_points = 1_000", "band_basis_points = 1_250")
    law = law.replace("reserve_fen_per_t = 150_000", "reserve_fen_per_t = 180_000")
    roles = FILES["roles.csv"].replace(b"\nTransfer,,,,,,,,,account,", b"\nTransfer,,,,,,,,,,")
    roles = roles.replace(b"FreezeAccount,,zone,jurisdiction,,,,", b"FreezeAccount,,zone,jurisdiction,,,zone,")
    caps = FILES["caps.csv"].replace(SO2_KM.encode(), b"SO2,KM,2027,6000000")
    tiers = FILES["substitution.csv"].replace(b"9000,24,180,maximum\n", b"")

    files = {"rulebook.toml": law.encode(), "roles.csv": roles, "caps.csv": caps, "substitution.csv": tiers}
    new = load_texts({**FILES, **files})

    assert [change.sentence for change in diff(RULES, new)] == [
        "[pollutants] SO2 reserve_fen_per_t: 1,500.00 yuan/t becomes 1,800.00 yuan/t",
        f"[caps] SO2-KM-2027 count: {tonnes(RULES.caps.rows[0].count)} t becomes 6,000.000 t",
        "[trading] band_basis_points: 10 % becomes 12.5 %",
        "[monitoring] capture from 90 %, runs up to 24 h: repealed (was look_back_hours 180 h, statistic maximum)",
        "[roles] operator Transfer: repealed (was account)",
        "[roles] bank FreezeAccount: new, zone",
    ]
    assert diff(RULES, new)[2].cite.startswith("Demonstration measures (assumed), art. 18;")
    assert diff(RULES, RULES) == []


def test_codes_in_another_order_are_a_change() -> None:
    turned = msgspec.structs.replace(RULES, sectors=RULES.sectors[::-1])

    assert [change.sentence for change in diff(RULES, turned)] == [
        "[sectors] order: cement, steel, power becomes power, steel, cement"
    ]


def test_answers_from_the_rulebook() -> None:
    assert lookup.cap(RULES, "SO2-KM-2027") == lookup.cap(RULES, Series("SO2", "KM", 2027)) == RULES.caps.rows[0].count
    assert lookup.cap(RULES, "SO2-KM-2099") is None
    assert lookup.article(RULES, "trading") == "Demonstration measures (assumed), art. 18"
    assert lookup.may(RULES, "operator", "PlaceOrder")
    assert not lookup.may(RULES, "operator", "SetCap")
    assert not lookup.may(RULES, "nobody", "SetCap")
    assert lookup.pollutant(RULES, "NOx").reference_fen_per_t == 700_000
    assert lookup.benchmark(RULES, "cement", "SO2").benchmark_g == 250
    held = lookup.limit(RULES, "gb4915-kiln-general", "NOx", "2027-01-01")
    assert held is not None
    assert held.limit_mg_m3 == 400
    assert lookup.limit(RULES, "gb4915-kiln-general", "NOx", "2014-02-28") is None


def test_the_caps_are_what_the_zone_emitted_less_a_tenth() -> None:
    """Art. 5: 90 percent of the baseline mean in 2027, 87 percent in 2028."""
    zone = inventory.load(shipped("zones", RULES.programme.zone))

    assert list(RULES.caps.rows) == propose(zone, 9_000, 2027, RULES) + propose(zone, 8_700, 2028, RULES)


def test_rulebook_and_zone_speak_of_the_same_things() -> None:
    zone = inventory.of_law(RULES)

    assert [(each.code, each.name_en, each.name_zh) for each in RULES.jurisdictions] == [
        (each.code, each.name_en, each.name_zh) for each in zone.jurisdictions
    ]
    assert {each.sector for each in zone.sources} == {each.code for each in RULES.sectors}
    assert {each.limit_set for each in zone.stacks} <= {row.limit_set for row in RULES.limits.rows}
    sector_of = {each.source: each.sector for each in zone.sources}
    products = {(row.sector, row.product) for row in RULES.benchmarks.rows}
    assert {(sector_of[year.source], year.product) for year in zone.baseline} == products


def test_only_single_values_of_the_law_may_ever_be_varied() -> None:
    keys = variable_keys()

    assert "allocation.method" in keys
    assert not [key for key in keys if key.startswith(("programme.", "roles.", "may_vary."))]
    assert not [key for key in keys if key.endswith((".cite", ".status", ".rows", ".tiers"))]


def test_a_rulebook_survives_the_wire() -> None:
    assert msgspec.json.decode(msgspec.json.encode(RULES), type=Rulebook) == RULES
