"""The zone-wide call: greatest gain within every limit, whole allowances, money to the fen, proof."""

from __future__ import annotations

import json
import runpy
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from airshed.market.zonecall import (
    Area,
    CallAir,
    CallOffer,
    CallRules,
    CoverBid,
    NotCleared,
    Receptor,
    Round,
    ZoneCleared,
    certificate,
    check,
    clear,
    clear_in_rounds,
    settle_in_rounds,
    solve_in_rounds,
)
from airshed.market.zonecall import call as call_module
from airshed.market.zonecall.certificate import _digest
from airshed.market.zonecall.groups import could_fill, cover_key, lot_key
from airshed.market.zonecall.read import read_air, read_rules
from airshed.model.allowance import Series
from airshed.model.refusal import Malformed
from zonecalls import PLACES, Call, best_of_all, calls, loads_of, separate_books

SCRIPT = Path(__file__).parents[1] / "scripts" / "verify_call.py"
#: Drawn calls keep limits at zero or above, so that one that trades nothing keeps them all.
property_of_calls = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def cleared(call: Call) -> ZoneCleared:
    done = clear(*call)
    assert isinstance(done, ZoneCleared), done
    return done


def bound_of(call: Call) -> Fraction:
    """What no allocation of the zone gains more than; where cities cleared alone, the bound is that of the cities."""
    done = cleared(call)
    assume(not done.note)
    return done.bound


def moves(done: ZoneCleared) -> list[tuple[CallOffer, CoverBid, int]]:
    offers = {offer.order: offer for offer in done.offers}
    bids = {bid.order: bid for bid in done.bids}
    return [(offers[each.offer], bids[each.bid], each.count) for each in done.deliveries]


def two_zones(limit: str = "0.2") -> Call:
    """The worked example of docs/tutorials/prices/zone-call.md: two zones, one receptor, three orders."""
    offers = (CallOffer("1", "yuxi-steel", "steel", Series("SO2", "YX", 2027), "YX", 1_000, 300_000),)
    bids = (
        CoverBid("2", "kunming-cement", "cement", "SO2", "KM", 2027, 800, 600_000),
        CoverBid("3", "yuxi-cement", "cement", "SO2", "YX", 2027, 600, 400_000),
    )
    loads = {("kunming-air", "KM"): Fraction(1), ("kunming-air", "YX"): Fraction(1, 2)}
    return offers, bids, CallAir((Receptor("kunming-air", Fraction(limit)),), loads), CallRules()


def test_the_worked_example_comes_out_as_with_a_pencil() -> None:
    done = cleared(two_zones())

    assert [(each.offer, each.bid, each.count) for each in done.deliveries] == [("1", "2", 400), ("1", "3", 600)]
    assert [(each.bid.place, each.price, each.paid_fen) for each in done.bought] == [
        ("KM", 600_000, 240_000),
        ("YX", 350_000, 210_000),
    ]
    assert [(each.price, each.received_fen) for each in done.sold] == [(350_000, 350_000)]
    assert list(done.bound_duals) == [500_000]  # lambda: 5,000 yuan per load; the book itself adds 1,000 yuan a tonne
    assert set(done.cover_duals.values()) == {Fraction(100_000)}
    assert [done.zone_fen, done.gain, done.gap] == [100_000, 180_000, 0]
    assert done.loads == (Fraction(1, 5),)


def test_what_the_cities_of_the_worked_example_gain_by_themselves_and_together() -> None:
    offers, bids, air, rules = two_zones()
    alone = cleared((offers, bids, air, msgspec.structs.replace(rules, trade="city")))
    together = cleared((offers, bids, air, rules))

    assert [alone.gain, together.gain] == [60_000, 180_000]
    for done, expected in ((alone, {"1": 0, "3": 60_000}), (together, {"1": 50_000, "2": 0, "3": 30_000})):
        better = {each.offer.order: each.received_fen - each.offer.limit * each.count // 1000 for each in done.sold}
        better |= {each.bid.order: each.bid.limit * each.count // 1000 - each.paid_fen for each in done.bought}
        assert better == expected
        assert sum(better.values()) + done.zone_fen == done.gain


def test_without_a_receptor_the_zone_has_one_price() -> None:
    offers, bids, _, rules = two_zones()
    done = cleared((offers, bids, CallAir(), rules))

    assert {each.price for each in done.bought} == {each.price for each in done.sold} == {400_000}
    assert [done.zone_fen, done.gap] == [0, 0]


def test_a_receptor_that_fails_its_standard_gets_no_more_load() -> None:
    offers, bids, air, rules = two_zones()
    failed = msgspec.structs.replace(air, receptors=(Receptor("kunming-air", Fraction(9), "failed"),))
    done = cleared((offers, bids, failed, rules))

    assert [each.bid.place for each in done.bought] == ["YX"]
    assert list(done.loads) == [0]


def test_power_plants_and_other_industries_never_meet() -> None:
    offers, bids, air, rules = two_zones()
    power = tuple(msgspec.structs.replace(bid, sector="power") for bid in bids)

    assert cleared((offers, power, air, rules)).deliveries == ()
    assert cleared((offers, power, air, msgspec.structs.replace(rules, walls=()))).deliveries != ()


def test_a_bid_is_filled_from_several_vintages_and_places() -> None:
    offers = tuple(
        CallOffer(name, f"seller-{name}", "steel", Series("SO2", place, year), place, 100, 100_000)
        for name, place, year in (("a", "KM", 2026), ("b", "KM", 2027), ("c", "QJ", 2027), ("old", "KM", 2025))
    )
    bid = CoverBid("x", "buyer", "cement", "SO2", "KM", 2027, 300, 200_000)
    done = cleared((offers, (bid,), CallAir(), CallRules(vintages_back=1)))

    assert sorted(each.offer for each in done.deliveries) == ["a", "b", "c"]


def test_a_ratio_below_one_takes_more_allowances_and_the_price_follows_it() -> None:
    offers, _, _, rules = two_zones()
    bid = CoverBid("2", "kunming-cement", "cement", "SO2", "KM", 2027, 401, 600_000)
    air = CallAir(ratios={("YX", "KM"): Fraction(4, 5), ("KM", "YX"): None})
    done = cleared((offers, (bid,), air, rules))

    (bought,) = done.bought
    assert (bought.count, bought.cover) == (501, Fraction(2004, 5))  # 501 x 0.8 = 400.8; one more would be too many
    assert done.sold[0].price == bought.price * 4 // 5


def test_equal_orders_are_served_in_an_order_that_only_the_seed_decides() -> None:
    bids = [CoverBid(f"b{n}", f"buyer-{n}", "steel", "SO2", "KM", 2027, 10, 50) for n in range(6)]
    offers = [CallOffer("o", "seller", "steel", Series("SO2", "KM", 2027), "KM", 30, 10)]
    winners = set()
    for seed in range(8):
        rules = CallRules(seed=seed)
        done = cleared((tuple(offers), tuple(bids), CallAir(), rules))
        again = cleared((tuple(offers), tuple(reversed(bids)), CallAir(), rules))
        assert done.deliveries == again.deliveries
        winners.add(tuple(sorted(each.bid.order for each in done.bought)))
    assert len(winners) > 1


@property_of_calls
@given(calls())
def test_a_call_conserves_allowances_and_money_and_keeps_every_limit(call: Call) -> None:
    """I2, I3, I5: what is sold is bought, what is paid is received, within each order and each limit of the air."""
    offers, bids, air, rules = call
    done = cleared(call)

    given_away: Counter[str] = Counter()
    cover: dict[str, Fraction] = {}
    for offer, bid, count in moves(done):
        assert count > 0
        given_away[offer.order] += count
        each = air.ratio(offer.series.jurisdiction, bid.place)
        assert each is not None
        cover[bid.order] = cover.get(bid.order, Fraction(0)) + count * each
    assert given_away == Counter({each.offer.order: each.count for each in done.sold})
    assert cover == {each.bid.order: each.cover for each in done.bought}
    assert all(given_away[offer.order] <= offer.count for offer in offers)
    assert all(cover.get(bid.order, 0) <= bid.count for bid in bids)
    assert sum(each.count for each in done.sold) == sum(each.count for each in done.bought)
    paid, received = sum(each.paid_fen for each in done.bought), sum(each.received_fen for each in done.sold)
    assert paid == received + done.zone_fen
    assert all(0 <= each.price <= each.bid.limit for each in done.bought)
    assert all(each.price >= each.offer.limit for each in done.sold)
    assert all(load <= most for load, most in loads_of(moves(done), air, rules))


@property_of_calls
@given(calls())
def test_better_orders_of_a_book_are_served_first(call: Call) -> None:
    """I7 in a call: inside a book nobody is passed over for a worse limit, but for less than one allowance."""
    done = cleared(call)
    got = {each.bid.order: each.cover for each in done.bought}
    gave = {each.offer.order: each.count for each in done.sold}
    for bid in done.bids:
        for other in done.bids:
            alike = (bid.place, bid.year, bid.sector) == (other.place, other.year, other.sector)
            if alike and bid.limit > other.limit and got.get(other.order):
                assert bid.count - got.get(bid.order, 0) < 1
    for offer in done.offers:
        for rival in done.offers:
            alike = (offer.series, offer.place, offer.sector) == (rival.series, rival.place, rival.sector)
            if alike and offer.limit < rival.limit and gave.get(rival.order):
                assert gave.get(offer.order, 0) == offer.count


@property_of_calls
@given(calls(most_orders=2, most_count=3, receptors=1))
def test_no_whole_allocation_gains_more_than_the_bound_says(call: Call) -> None:
    """The naive reference tries every allocation; where nothing forces a fraction, the call gains as much."""
    done = cleared(call)
    best = best_of_all(call)
    assert best is not None

    assert done.gain * 1000 <= best <= done.bound * 1000
    one_for_one = call[2].ratios is None or set(call[2].ratios.values()) <= {None, Fraction(1)}
    if one_for_one and not done.bounds:
        assert done.gap == 0


@property_of_calls
@given(calls())
def test_the_zone_never_gains_less_than_the_best_set_of_separate_books(call: Call) -> None:
    assert cleared(call).gain * 1000 >= separate_books(call)


@property_of_calls
@given(calls(), st.data())
def test_raising_a_limit_or_adding_a_link_never_lowers_the_gain(call: Call, data: st.DataObject) -> None:
    offers, bids, air, rules = call
    before = bound_of(call)
    wider = tuple(
        Receptor(each.receptor, each.limit + Fraction(data.draw(st.integers(0, 50)), 1000), each.standard)
        for each in air.receptors
    )
    assert bound_of((offers, bids, msgspec.structs.replace(air, receptors=wider), rules)) >= before
    if air.ratios is not None:
        closed = sorted(pair for pair, ratio in air.ratios.items() if ratio is None)
        # Where a seller could not use its allowances at its own place, opening that place counts their load there.
        settled = tuple(offer for offer in offers if offer.place == offer.series.jurisdiction)
        if closed:
            pair = data.draw(st.sampled_from(closed))
            opened = msgspec.structs.replace(air, ratios={**air.ratios, pair: Fraction(1, 2)})
            assert bound_of((settled, bids, opened, rules)) >= bound_of((settled, bids, air, rules))


@property_of_calls
@given(calls(), st.integers(0, 99))
def test_the_order_of_the_orders_decides_nothing(call: Call, seed: int) -> None:
    offers, bids, air, rules = call
    mixed_offers, mixed_bids = list(offers), list(bids)
    Random(seed).shuffle(mixed_offers)
    Random(seed).shuffle(mixed_bids)
    done, again = cleared(call), cleared((tuple(mixed_offers), tuple(mixed_bids), air, rules))

    assert (done.sold, done.bought, done.deliveries) == (again.sold, again.bought, again.deliveries)
    assert (done.cover_duals, done.bound_duals) == (again.cover_duals, again.bound_duals)


@property_of_calls
@given(calls(), st.sampled_from((2, 7, 1000)))
def test_a_call_of_larger_orders_under_larger_limits_gains_as_much_more(call: Call, times: int) -> None:
    offers, bids, air, rules = call
    larger: Call = (
        tuple(msgspec.structs.replace(each, count=each.count * times) for each in offers),
        tuple(msgspec.structs.replace(each, count=each.count * times) for each in bids),
        msgspec.structs.replace(
            air, receptors=tuple(msgspec.structs.replace(each, limit=each.limit * times) for each in air.receptors)
        ),
        msgspec.structs.replace(
            rules,
            areas=tuple(
                msgspec.structs.replace(each, most_in=None if each.most_in is None else each.most_in * times)
                for each in rules.areas
            ),
        ),
    )
    assert bound_of(larger) == bound_of(call) * times


# --- the certificate


def script_says(path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What scripts/verify_call.py ends with: "" if the certificate holds."""
    monkeypatch.setattr(sys, "argv", ["verify_call.py", str(path)])
    try:
        runpy.run_path(str(SCRIPT))
    except SystemExit as end:
        return str(end.code)
    return ""


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(call=calls())
def test_every_certificate_holds_for_airshed_and_for_a_stranger(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(certificate([cleared(call)])))

    assert len(check(path.read_bytes()).rounds) == 1
    assert script_says(path, monkeypatch) == ""


RESULTS = ("filled", "price", "fen", "load", "gain", "bound", "gap", "zone_fen")


def one_more(value: Any) -> Any:
    """The value, a little greater."""
    return str(Fraction(value) + 1) if isinstance(value, str) else value + 1


def tampered(proof: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    """A certificate with one result changed and its digest made anew."""
    changed: dict[str, Any] = json.loads(json.dumps(proof))
    row = changed["rounds"][0]
    rows = [row, *row["orders"], *row["bounds"]]
    places: list[tuple[Any, Any]] = [(each, key) for each in rows for key in RESULTS if key in each]
    places += [(moved, 2) for moved in row["deliveries"]]
    holder, key = places[data.draw(st.integers(0, len(places) - 1))]
    holder[key] = one_more(holder[key])
    row["digest"] = _digest(row)
    return changed


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(call=calls(), data=st.data())
def test_a_certificate_with_one_result_changed_does_not_hold(
    call: Call, data: st.DataObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = json.dumps(tampered(certificate([cleared(call)]), data))
    path = tmp_path / "proof.json"
    path.write_text(text)

    with pytest.raises(Malformed):
        check(text)
    assert script_says(path, monkeypatch) != ""


@pytest.mark.parametrize("key", ["most", "dual"])
def test_a_certificate_with_another_limit_or_dual_does_not_hold(key: str) -> None:
    proof = certificate([cleared(two_zones())])
    row = proof["rounds"][0]
    row["bounds"][0][key] = one_more(row["bounds"][0][key])
    row["digest"] = _digest(row)

    with pytest.raises(Malformed):
        check(json.dumps(proof))


def test_a_certificate_whose_text_is_touched_does_not_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = certificate([cleared(two_zones())])
    proof["rounds"][0]["orders"][0]["account"] = "somebody-else"
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(proof))

    with pytest.raises(Malformed, match="digest"):
        check(path.read_bytes())
    assert "digest" in script_says(path, monkeypatch)


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"rounds":[]}', b'{"rounds":[{}]}', b"\xff", b"[" * 2000])
def test_what_is_no_certificate_is_malformed(text: bytes) -> None:
    with pytest.raises(Malformed):
        check(text)


# --- calls that do not clear


def test_a_limit_that_the_orders_cannot_keep_is_infeasible() -> None:
    done = clear(*two_zones("-1"))

    assert isinstance(done, NotCleared)
    assert (done.why, "receptor kunming-air" in done.detail) == ("infeasible", True)


def test_a_limit_below_zero_buys_relief_as_far_as_the_fund_pays() -> None:
    offers = (CallOffer("1", "kunming-forge", "steel", Series("SO2", "KM", 2027), "KM", 1_000, 300_000),)
    bids = (CoverBid("2", "yuxi-cement", "cement", "SO2", "YX", 2027, 1_000, 100_000),)
    loads = {("air", "KM"): Fraction(1), ("air", "YX"): Fraction(0)}
    air = CallAir((Receptor("air", Fraction(-1, 10)),), loads)
    done = clear(offers, bids, air, CallRules())
    assert isinstance(done, ZoneCleared)
    assert [each.count for each in done.deliveries] == [100]
    assert done.zone_fen == -20_000  # 0.1 t bought at 3,000 yuan and sold at 1,000

    poor = clear(offers, bids, air, CallRules(fund_fen=19_999))
    assert isinstance(poor, NotCleared)
    assert poor.why == "unfunded"


def test_relief_that_is_no_whole_allowance_takes_one_more() -> None:
    """0.05025 of load at 0.5 a tonne are 100.5 kg: 100 would miss the limit, 101 keep it."""
    offers = (CallOffer("1", "kunming-forge", "steel", Series("SO2", "KM", 2027), "KM", 1_000, 300_000),)
    bids = (CoverBid("2", "yuxi-cement", "cement", "SO2", "YX", 2027, 1_000, 100_000),)
    air = CallAir((Receptor("air", Fraction("-0.05025")),), {("air", "KM"): Fraction(1), ("air", "YX"): Fraction(1, 2)})
    done = cleared((offers, bids, air, CallRules()))

    assert [each.count for each in done.deliveries] == [101]
    assert done.loads == (Fraction("-0.0505"),)
    check(json.dumps(certificate([done])))


def test_relief_is_found_where_the_dearest_bid_would_take_too_much() -> None:
    """Of two allowances both may not go to Kunming, where they gain more: one must go where it relieves most."""
    offers = (CallOffer("1", "yuxi-steel", "steel", Series("SO2", "YX", 2027), "YX", 2, 0),)
    bids = (
        CoverBid("2", "kunming-steel", "steel", "SO2", "KM", 2027, 2, 1),
        CoverBid("3", "qujing-steel", "steel", "SO2", "QJ", 2027, 1, 0),
    )
    loads = {("air", "KM"): Fraction("0.3"), ("air", "QJ"): Fraction(0), ("air", "YX"): Fraction("0.7")}
    done = cleared((offers, bids, CallAir((Receptor("air", Fraction("-0.001")),), loads), CallRules()))

    assert [(each.bid, each.count) for each in done.deliveries] == [("2", 1), ("3", 1)]
    assert done.loads == (Fraction("-0.0011"),)
    check(json.dumps(certificate([done])))


def test_relief_that_nobody_offers_is_infeasible_even_if_nobody_comes() -> None:
    air = CallAir((Receptor("air", Fraction(-1)),), {("air", "KM"): Fraction(1)})
    done = clear((), (), air, CallRules())

    assert isinstance(done, NotCleared)
    assert done.why == "infeasible"


@property_of_calls
@given(calls(limits=(-1, -2, -3), most_orders=2, most_count=6, receptors=1))
def test_a_receptor_is_relieved_whenever_any_whole_allocation_relieves_it(call: Call) -> None:
    """Against every allocation that there is; never more than the limit, whatever was rounded."""
    offers, bids, air, rules = call
    rules = msgspec.structs.replace(rules, areas=())
    done = clear(offers, bids, air, rules)

    assert isinstance(done, ZoneCleared) == (best_of_all((offers, bids, air, rules)) is not None)
    if isinstance(done, ZoneCleared):
        assert all(load <= most for load, most in loads_of(moves(done), air, rules))
        check(json.dumps(certificate([done])))


def test_a_solver_that_runs_out_of_its_time_clears_nothing() -> None:
    done = clear(*two_zones(), seconds=0.0)

    assert isinstance(done, NotCleared)
    assert done.why == "timeout"


def test_a_solver_that_fails_clears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = NotCleared("solver", "HiGHS ends with 'Unknown'")
    monkeypatch.setattr(call_module, "solve", lambda *_: failed)

    assert clear(*two_zones()) == failed
    assert clear_in_rounds(*two_zones()) == failed


def test_nobody_coming_is_a_call_that_clears_nothing_at_no_price() -> None:
    done = cleared(((), (), CallAir(), CallRules()))

    assert not done.deliveries
    assert [done.gain, done.gap, done.zone_fen] == [0, 0, 0]
    check(json.dumps(certificate([done])))


# --- the city first


def test_the_city_is_served_first_and_the_zone_has_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offers, bids, air, rules = two_zones()
    done = clear_in_rounds(offers, bids, air, msgspec.structs.replace(rules, trade="city_first"))
    assert not isinstance(done, NotCleared)
    city, zone = done

    assert [(each.bid, each.count) for each in city.deliveries] == [("3", 600)]
    assert [(each.bid, each.count) for each in zone.deliveries] == [("2", 400)]
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(certificate(done)))
    assert len(check(path.read_bytes()).rounds) == 2
    assert script_says(path, monkeypatch) == ""


def test_a_second_round_with_other_orders_than_the_first_left_does_not_hold() -> None:
    offers, bids, air, rules = two_zones()
    done = clear_in_rounds(offers, bids, air, msgspec.structs.replace(rules, trade="city_first"))
    assert not isinstance(done, NotCleared)
    proof = certificate(done)

    with pytest.raises(Malformed, match="round 2"):
        check(json.dumps({"rounds": [proof["rounds"][0], proof["rounds"][0]]}))


@property_of_calls
@given(calls())
def test_the_city_first_gains_no_less_than_separate_books(call: Call) -> None:
    offers, bids, air, rules = call
    done = clear_in_rounds(offers, bids, air, msgspec.structs.replace(rules, trade="city_first"))
    assert not isinstance(done, NotCleared)

    assert sum(each.gain for each in done) * 1000 >= separate_books(call)
    check(json.dumps(certificate(done)))


# --- what does not fit


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"air": {"loads": {("kunming-air", "KM"): Fraction(-1), ("kunming-air", "YX"): Fraction(1)}}}, "negative"),
        ({"air": {"loads": {}}}, "is empty"),
        ({"air": {"receptors": ()}}, "no such receptor"),
        ({"air": {"receptors": (Receptor("kunming-air", Fraction(1)),) * 2}}, "stands twice"),
        ({"air": {"ratios": {("YX", "KM"): Fraction(1)}}}, "the pair is missing"),
        ({"air": {"ratios": {("YX", "KM"): Fraction(0), ("KM", "YX"): None}}}, "above zero"),
        ({"air": {"ratios": {("YX", "YX"): Fraction(2)}}}, "at home"),
        (
            {"air": {"ratios": {("YX", "KM"): Fraction(6, 5), ("KM", "YX"): Fraction(9, 10)}}},
            "KM -> YX -> KM makes 1.08",
        ),
        ({"rules": {"lot": 7}}, "no multiple of the lot"),
        ({"rules": {"walls": ("pwoer",)}}, "no such sector 'pwoer'"),
        ({"rules": {"sectors": ("power", "cement")}}, "no such sector 'steel'"),
        ({"rules": {"areas": (Area("KM"), Area("KM"))}}, "stands twice"),
        ({"rules": {"areas": (Area("KM", "failed", 5),)}}, "most_in is 5"),
        ({"rules": {"areas": (Area("ZZ"),)}}, "no jurisdiction 'ZZ'"),
        ({"bid": {"place": "ZZ"}}, "no jurisdiction 'ZZ'"),
        ({"bid": {"order": "1"}}, "stands twice"),
        ({"bid": {"count": 0}}, "count 0"),
        ({"bid": {"limit": -1}}, "limit -1"),
        ({"bid": {"pollutant": "NOx"}}, "one pollutant at a time"),
        ({"bid": {"account": "yuxi-steel"}}, "nobody trades with itself"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_fit_is_malformed_with_its_place(change: dict[str, dict[str, Any]], said: str) -> None:
    offers, bids, air, rules = two_zones()
    replace = msgspec.structs.replace
    with pytest.raises(Malformed, match=said):
        clear(
            offers,
            (replace(bids[0], **change.get("bid", {})), *bids[1:]),
            replace(air, **change.get("air", {})),
            replace(rules, **change.get("rules", {})),
        )


def test_the_rules_of_a_call_are_a_file_read_strictly() -> None:
    text = '[call]\ntrade = "city_first"\nlot = 100\n[[areas]]\njurisdiction = "KM"\nmost_in = 5\n'
    assert read_rules(text, "rules.toml") == CallRules(trade="city_first", lot=100, areas=(Area("KM", most_in=5),))
    for wrong, said in (
        ("call = 5", r"\[call\] is no table|\[call\]: is no table"),
        ("[[areas]]\njurisdiction = 5", "jurisdiction"),
        ("areas = 5", r"rules.toml \[\[areas\]\]: is .*, not a list"),
        ("[[areas]]\njurisdiction = 'KM'\nmost = 5", "no such key 'most'"),
        ("[call]\nlot = 0", "lot"),
        ("[call", "write TOML"),
        ("[other]", "no such section"),
    ):
        with pytest.raises(Malformed, match=said):
            read_rules(wrong, "rules.toml")


def test_a_matrix_is_read_as_a_transport_model_writes_it() -> None:
    """Floats with all their digits, small ones with an exponent; never rounded on the way."""
    receptors = ("receptor,limit,standard\nair,2.5e-01,met\n", "receptors.csv")
    head = "receptor,jurisdiction,coefficient,origin\n"

    def read(load: str) -> Fraction:
        air, origin = read_air((f"{head}air,KM,{load},CALPUFF 7\n", "matrix.csv"), receptors, None)
        assert (origin, air.receptors[0].limit) == ("CALPUFF 7", Fraction(1, 4))
        return air.loads["air", "KM"]

    for load in (3.2881e-05, 0.1 + 0.2, 1 / 3, 12_345_678.9, 1e-9, 0.0):
        assert read(repr(load)) == Fraction(repr(load))
        assert read(f"{load:.6e}") == Fraction(f"{load:.6e}")
    for wrong in ("nan", "inf", "1e9", "1e308", "1e-300", "0x1p3", "1_000", "٣", "", "0.1g/m3"):
        with pytest.raises(Malformed, match=r"matrix\.csv line 2"):
            read(wrong)


def test_a_missing_pair_of_the_matrix_is_named() -> None:
    offers, bids, air, rules = two_zones()
    receptors = (*air.receptors, Receptor("yuxi-air", Fraction(1)))
    loads = {**air.loads, ("yuxi-air", "KM"): Fraction(1)}
    with pytest.raises(Malformed, match="matrix yuxi-air, YX: the pair is missing"):
        clear(offers, bids, CallAir(receptors, loads), rules)


def test_an_account_may_stand_on_both_sides_where_its_orders_cannot_meet() -> None:
    offers, bids, air, rules = two_zones()
    apart = msgspec.structs.replace(bids[0], account="yuxi-steel", limit=299_999)

    assert isinstance(clear(offers, (apart, *bids[1:]), air, rules), ZoneCleared)


def owned(random: Random) -> Call:
    """Two owners among power plants, dear offers and cheap bids; others trade across the same scarce receptor."""
    offers, bids = [], []
    for number in range(4):
        place = random.choice(PLACES)
        owner, sector = (f"owner-{random.randrange(2)}", "power") if number % 2 else (f"other-{number}", "steel")
        ask, pay = (random.randint(40, 60), random.randint(30, 50)) if number % 2 else (10, 100)
        series = Series("SO2", place, 2027)
        offers.append(CallOffer(f"o{number}", owner, sector, series, place, random.randint(1, 9), ask))
        owner = f"owner-{random.randrange(2)}" if number % 2 else f"another-{number}"
        where = random.choice(PLACES)
        bids.append(CoverBid(f"b{number}", owner, sector, "SO2", where, 2027, random.randint(1, 9), pay))
    loads = {("air", place): Fraction(random.randint(0, 9), 10) for place in PLACES}
    return tuple(offers), tuple(bids), CallAir((Receptor("air", Fraction(0)),), loads), CallRules()


def test_nobody_is_sold_to_itself_by_the_answer_to_any_call() -> None:
    """The bids that an offer of their own owner could fill are not there; no other one is filled by it."""
    for seed in range(120):
        offers, bids, air, rules = owned(Random(seed))
        apart = tuple(
            bid
            for bid in bids
            if not any(
                could_fill(lot_key(offer, rules), offer.limit, cover_key(bid, rules), bid.limit, air, rules)
                for offer in offers
                if offer.account == bid.account
            )
        )
        done = cleared((offers, apart, air, rules))

        assert all(offer.account != bid.account for offer, bid, _ in moves(done)), seed


@pytest.mark.parametrize("whose", ["yuxi-steel", "yuxi-power"])
def test_a_scarce_receptor_makes_a_dearer_offer_meet_a_cheaper_bid(whose: str) -> None:
    """Two pairs that trade among themselves: what the one takes from the air of Kunming, the other may add."""
    at = Series("SO2", "KM", 2027)
    offers = (
        CallOffer("1", "yuxi-steel", "steel", Series("SO2", "YX", 2027), "YX", 100, 100_000),
        CallOffer("2", whose, "power", at, "KM", 100, 420_000),
    )
    bids = (
        CoverBid("3", "kunming-cement", "cement", "SO2", "KM", 2027, 100, 900_000),
        CoverBid("4", "yuxi-power", "power", "SO2", "YX", 2027, 100, 410_000),
    )
    loads = {("kunming-air", "KM"): Fraction(1), ("kunming-air", "YX"): Fraction(0)}
    air = CallAir((Receptor("kunming-air", Fraction(0)),), loads)
    if whose == "yuxi-power":
        with pytest.raises(Malformed, match="order 4: yuxi-power could be filled from its own order 2"):
            clear(offers, bids, air, CallRules())
    else:
        done = cleared((offers, bids, air, CallRules()))
        assert [(offer.order, bid.order, count) for offer, bid, count in moves(done)] == [
            ("1", "3", 100),
            ("2", "4", 100),
        ]


@given(st.dictionaries(st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES)), st.integers(1, 30)))
def test_a_money_machine_is_found_wherever_a_cycle_makes_more_than_one(found: dict[tuple[str, str], int]) -> None:
    """Against the six cycles that three places have."""
    from airshed.rulebook.check_air import money_machine

    ratios = {pair: Fraction(value, 10) for pair, value in found.items() if pair[0] != pair[1]}
    assume(ratios)
    a, b, c = PLACES
    cycles = [(a, b), (a, c), (b, c), (a, b, c), (a, c, b)]
    products = []
    for cycle in cycles:
        product = Fraction(1)
        for origin, target in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            product *= ratios.get((origin, target), Fraction(0))
        products.append(product)
    machine = money_machine(ratios)

    assert (machine is not None) == (max(products) > 1)
    if machine is not None:
        assert machine[1] > 1


# --- the solver's answer, judged and settled by somebody who has no solver


@property_of_calls
@given(calls(), st.sampled_from(("zone", "city", "city_first")))
def test_from_the_answers_anybody_comes_to_the_same_call(call: Call, trade: Any) -> None:
    offers, bids, air, rules = call
    rules = msgspec.structs.replace(rules, trade=trade)
    found = solve_in_rounds(offers, bids, air, rules)
    assert not isinstance(found, NotCleared)

    rounds, done = [each for each, _ in found], tuple(each for _, each in found)
    assert done == clear_in_rounds(offers, bids, air, rules)
    assert settle_in_rounds(offers, bids, air, rules, rounds) == done


def unproven(call: Call, *rounds: Round) -> str:
    """What is wrong with an answer."""
    done = settle_in_rounds(*call, rounds)
    assert isinstance(done, NotCleared), done
    assert done.why == "unproven"
    return done.detail


def test_an_answer_that_is_none_to_this_call_is_named() -> None:
    call = two_zones()
    found = solve_in_rounds(*call)
    assert not isinstance(found, NotCleared)
    ((right, _),) = found
    given = right.answer
    (book, other) = sorted(given.covers)
    (lot,) = {lot for lot, _ in given.flows}
    (limit,) = given.bounds

    def changed(**parts: Any) -> Round:
        return Round(given._replace(**parts))

    assert unproven(call) == "0 rounds, the rules have 1"
    assert unproven(call, right, right) == "2 rounds, the rules have 1"
    assert "no price for KM 2027 open" in unproven(call, changed(covers={other: given.covers[other]}))
    beyond = book._replace(year=2031)
    assert "no book KM 2031 open" in unproven(call, changed(covers={**given.covers, beyond: Fraction(0)}))
    assert "speaks of the limits none" in unproven(call, changed(bounds={}))
    assert "a price below zero" in unproven(call, changed(bounds={limit: Fraction(-1)}))
    assert "nothing may go" in unproven(call, changed(flows={(lot, beyond): 1}))
    assert "0 allowances" in unproven(call, changed(flows={**given.flows, (lot, book): 0}))
    assert "1600 of YX 2027 go, 1000 are offered" in unproven(call, changed(flows={**given.flows, (lot, book): 1000}))
    assert "700 kg of cover go to YX" in unproven(call, changed(flows={(lot, other): 700}))
    assert "receptor kunming-air would get 0.225" in unproven(
        call, changed(flows={(lot, book): 450, (lot, other): 550})
    )
    assert "less than the best there is" in unproven(call, changed(flows={}))
    assert "less than the best there is" in unproven(call, changed(bounds={limit: given.bounds[limit] * 2}))


@property_of_calls
@given(calls(most_count=3000), st.data())
def test_no_answer_that_passes_gains_much_less_than_the_best(call: Call, data: st.DataObject) -> None:
    """Whoever tampers with flows or duals may win an allowance of a link, and no more."""
    found = solve_in_rounds(*call)
    assert not isinstance(found, NotCleared)
    ((right, done),) = found
    given = right.answer
    flows = {key: max(0, flow + data.draw(st.integers(-50, 50))) for key, flow in given.flows.items()}
    covers = {key: max(Fraction(0), dual + data.draw(st.integers(-9, 9))) for key, dual in given.covers.items()}
    tampered_with = given._replace(flows={key: flow for key, flow in flows.items() if flow}, covers=covers)
    other = settle_in_rounds(*call, [Round(tampered_with, right.alone)])

    if isinstance(other, ZoneCleared):
        dearest = max((bid.limit for bid in call[1]), default=0)
        links = len(call[0]) * len(call[1])
        assert other.bound - done.bound <= Fraction(dearest * links, 1000)
        check(json.dumps(certificate([other])))
