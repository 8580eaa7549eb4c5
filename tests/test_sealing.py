"""Bids that the book itself does not tell before the close: by commitment, or encrypted to a key that is released."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check as check_state
from airshed.engine.runner import Runner
from airshed.engine.tables import NOTES, gathering
from airshed.lab.simulator.small_market import BANK, EXCHANGE
from airshed.market.sealing import Bound, commitment, decrypt, encrypt, public_key
from airshed.model.refusal import Malformed, Why
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.trading_sections import SealingRule
from laws import RULES
from markets import AT, AUTHORITY, SERIES, adopting_next, done, market, send, why

replace = msgspec.structs.replace
MINUTE = 60_000
SALT = "5f1d9c0be42a77165f1d9c0be42a7716"
PRIVATE = "77076d0a7318a57d3c16c17251b26645df5fd1b0e4bdf2e4d9f7d1c4c9f6c1aa"
GUARANTEE = 2_000_000


def law(**sealing: Any) -> Rulebook:
    """The shipped law with other rules for sealed bids."""
    programme = replace(RULES.programme, version="2027.2")
    return replace(RULES, programme=programme, sealing=replace(RULES.sealing, **sealing))


def sealed_market(way: str = "commitment", **sealing: Any) -> Runner:
    return market(rules=law(**{"auctions": way, "calls": way} | sealing))


def text_of(body: c.Body) -> str:
    return msgspec.json.encode(body).decode()


def commit(runner: Runner, body: Any, salt: str = SALT, fen: int = GUARANTEE, **aside: Any) -> None:
    """Commit to a bid or an order."""
    done(runner, body.account, commitment_of(body, salt, fen, **aside))


def commitment_of(body: Any, salt: str = SALT, fen: int = GUARANTEE, **aside: Any) -> c.CommitBid:
    venue, name = place_of(body)
    return c.CommitBid(venue, name, body.account, commitment(text_of(body), salt), fen, **aside)


def place_of(body: Any) -> tuple[c.Venue, str]:
    if isinstance(body, c.PlaceBid):
        return "auction", body.auction
    if isinstance(body, c.AskRepurchase):
        return "repurchase", body.repurchase
    return ("call" if isinstance(body, c.PlaceCallOrder) else "zone_call"), body.call


def opening(body: Any, salt: str = SALT) -> c.OpenBid:
    venue, name = place_of(body)
    return c.OpenBid(venue, name, body.account, text_of(body), salt)


def auction(runner: Runner, name: str = "spring", count: int = 1_000) -> None:
    done(runner, AUTHORITY, c.OpenAuction(name, SERIES, count))


BID = c.PlaceBid("spring", "cement", 300, 400_000)
LOWER = c.PlaceBid("spring", "broker", 300, 390_000)


def test_a_commitment_shows_its_guarantee_alone_and_the_bid_counts_when_it_is_opened() -> None:
    runner = sealed_market()
    auction(runner)
    free = runner.state.ledger.purses["cement"].free

    commit(runner, BID)
    assert runner.state.ledger.purses["cement"].free == free - GUARANTEE
    assert not runner.state.auctions["spring"].bids
    check_state(runner.state)

    done(runner, EXCHANGE, c.EndBidding("auction", "spring"))
    done(runner, "cement", opening(BID))
    assert runner.state.ledger.purses["cement"].free == free - 120_000, "what the bid needs, and no more, is set aside"
    check_state(runner.state)

    (cleared,) = done(runner, AUTHORITY, c.CloseAuction("spring", 1), AT + 60 * MINUTE).events
    assert isinstance(cleared, e.AuctionCleared)
    assert [(award.account, award.count) for award in cleared.awards] == [("cement", 300)]
    check_state(runner.state)


def test_what_is_never_opened_is_void_by_rule_and_a_share_of_its_guarantee_is_forfeited() -> None:
    runner = sealed_market(forfeit_basis_points=1_000)
    auction(runner)
    commit(runner, BID)
    commit(runner, LOWER)
    done(runner, EXCHANGE, c.EndBidding("auction", "spring"))
    done(runner, "broker", opening(LOWER))
    purse, treasury = runner.state.ledger.purses["cement"], runner.state.ledger.purses["treasury"].fen
    before = purse.fen

    void, cleared = done(runner, AUTHORITY, c.CloseAuction("spring", 1), AT + 60 * MINUTE).events

    assert isinstance(void, e.SealedVoided)
    assert (void.account, void.refusal.why, void.forfeited) == ("cement", Why.NOT_OPENED, GUARANTEE // 10)
    assert isinstance(cleared, e.AuctionCleared)
    assert [award.account for award in cleared.awards] == ["broker"]
    assert (purse.fen, purse.held) == (before - GUARANTEE // 10, 0)
    paid = sum(award.fen for award in cleared.awards)
    assert runner.state.ledger.purses["treasury"].fen == treasury + GUARANTEE // 10 + paid
    check_state(runner.state)


def test_who_is_frozen_cannot_open_and_forfeits_nothing() -> None:
    runner = sealed_market()
    auction(runner)
    commit(runner, BID)
    done(runner, EXCHANGE, c.EndBidding("auction", "spring"))
    done(runner, AUTHORITY, c.FreezeAccount("cement", "an enquiry"))

    assert why(runner, "cement", opening(BID)) is Why.ACCOUNT_FROZEN
    void, _ = done(runner, AUTHORITY, c.CloseAuction("spring", 1), AT + 60 * MINUTE).events
    assert isinstance(void, e.SealedVoided)
    assert void.forfeited == 0


@pytest.mark.parametrize(
    ("attempt", "reason"),
    [
        (lambda runner: why(runner, "cement", BID), Why.BIDS_SEALED),
        (lambda runner: why(runner, "cement", opening(BID)), Why.TOO_EARLY),
        (lambda runner: why(runner, AUTHORITY, c.CloseAuction("spring", 1)), Why.TOO_EARLY),
        (lambda runner: why(runner, "broker", replace(commitment_of(BID), account="broker")), Why.ALREADY_EXISTS),
        (lambda runner: why(runner, "cement", commitment_of(BID)), Why.ALREADY_EXISTS),
        (lambda runner: why(runner, "cement", commitment_of(LOWER)), Why.NOT_YOUR_OWN),
        (lambda runner: why(runner, "broker", commitment_of(LOWER, fen=0)), Why.NOT_POSITIVE),
        (lambda runner: why(runner, "broker", commitment_of(LOWER, fen=2**52)), Why.INSUFFICIENT_CASH),
        (lambda runner: why(runner, "broker", c.WithdrawBid("auction", "spring", 1)), Why.NOT_YOUR_OWN),
        (lambda runner: why(runner, "broker", c.WithdrawBid("auction", "spring", 7)), Why.UNKNOWN_BID),
        (lambda runner: why(runner, EXCHANGE, c.EndBidding("auction", "autumn")), Why.UNKNOWN_AUCTION),
        (lambda runner: why(runner, EXCHANGE, c.EndBidding("auction", "spring", PRIVATE)), Why.WRONG_KIND),
        (lambda runner: why(runner, EXCHANGE, c.AnnounceKey("auction", "spring", PRIVATE)), Why.WRONG_KIND),
    ],
)
def test_before_the_close_nothing_is_opened_copied_or_bid_in_the_open(
    attempt: Callable[[Runner], Why], reason: Why
) -> None:
    runner = sealed_market()
    auction(runner)
    commit(runner, BID)

    assert attempt(runner) is reason


@pytest.mark.parametrize(
    ("body", "salt", "at", "reason"),
    [
        (BID, SALT, 60, Why.TOO_LATE),
        (BID, SALT[::-1], 1, Why.SEAL_DIFFERS),
        (replace(BID, limit=390_000), SALT, 1, Why.SEAL_DIFFERS),
        (replace(BID, account="broker"), SALT, 1, Why.SEAL_DIFFERS),
    ],
)
def test_a_commitment_is_opened_in_its_time_word_for_word_by_its_owner(
    body: c.PlaceBid, salt: str, at: int, reason: Why
) -> None:
    runner = sealed_market()
    auction(runner)
    commit(runner, BID)
    done(runner, EXCHANGE, c.EndBidding("auction", "spring"))

    assert why(runner, body.account, opening(body, salt), AT + at * MINUTE) is reason
    assert why(runner, "broker", commitment_of(LOWER), AT + at * MINUTE) is Why.TOO_LATE
    assert why(runner, "cement", c.WithdrawBid("auction", "spring", 1), AT + at * MINUTE) is Why.TOO_LATE
    check_state(runner.state)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (replace(BID, limit=400_001), Why.OFF_TICK),
        (replace(BID, count=350), Why.OFF_LOT),
        (replace(BID, count=5_000), Why.TOO_LARGE),
        (replace(BID, count=900, limit=4_000_000), Why.OVER_GUARANTEE),
        (replace(BID, auction="autumn"), Why.UNREADABLE),
        (replace(BID, account="broker"), Why.UNREADABLE),
        (c.PlaceCallOrder("spring", "cement", "buy", 300, 400_000), Why.UNREADABLE),
    ],
)
def test_what_breaks_a_rule_is_refused_when_it_is_opened_and_cannot_be_mended(body: Any, reason: Why) -> None:
    runner = sealed_market()
    auction(runner)
    done(runner, "cement", c.CommitBid("auction", "spring", "cement", commitment(text_of(body), SALT), GUARANTEE))
    done(runner, EXCHANGE, c.EndBidding("auction", "spring"))

    assert why(runner, "cement", c.OpenBid("auction", "spring", "cement", text_of(body), SALT)) is reason
    void, _ = done(runner, AUTHORITY, c.CloseAuction("spring", 1), AT + 60 * MINUTE).events
    assert isinstance(void, e.SealedVoided)
    check_state(runner.state)


def test_a_text_that_is_no_bid_is_unreadable() -> None:
    runner = sealed_market()
    auction(runner)
    done(runner, "cement", c.CommitBid("auction", "spring", "cement", commitment("a high price", SALT), GUARANTEE))
    done(runner, EXCHANGE, c.EndBidding("auction", "spring"))

    assert why(runner, "cement", c.OpenBid("auction", "spring", "cement", "a high price", SALT)) is Why.UNREADABLE


def test_a_sealed_bid_is_withdrawn_where_the_law_allows_it() -> None:
    for allowed in (True, False):
        runner = sealed_market(withdrawal=allowed)
        auction(runner)
        free = runner.state.ledger.purses["cement"].free
        commit(runner, BID)
        if not allowed:
            assert why(runner, "cement", c.WithdrawBid("auction", "spring", 1)) is Why.WRONG_KIND
            continue
        done(runner, "cement", c.WithdrawBid("auction", "spring", 1))
        assert runner.state.ledger.purses["cement"].free == free
        assert why(runner, "cement", commitment_of(BID)) is Why.ALREADY_EXISTS, "a salt is used once"
        check_state(runner.state)


def test_the_auctions_of_an_event_close_together_and_are_sealed_alike() -> None:
    runner = sealed_market()
    done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028))
    lines = tuple(c.ActivityLine(source, (2024,), (800,), (10**6,)) for source in ("s-steel", "s-cement"))
    done(runner, AUTHORITY, c.Allocate("SO2", "KM", 2028, lines))
    done(runner, AUTHORITY, c.OpenAuction("spot", SERIES, 1_000, "both"))
    other = law(auctions="open", calls="open")
    runner.rules = replace(other, programme=replace(other.programme, version="2027.3"))
    done(runner, AUTHORITY, adopting_next(runner.rules))
    assert why(runner, AUTHORITY, c.OpenAuction("ahead", "SO2-KM-2028", 1_000, "both")) is Why.WRONG_KIND
    runner.rules = replace(law(auctions="commitment"), programme=replace(other.programme, version="2027.4"))
    done(runner, AUTHORITY, adopting_next(runner.rules))
    done(runner, AUTHORITY, c.OpenAuction("ahead", "SO2-KM-2028", 1_000, "both"))

    ended = done(runner, EXCHANGE, c.EndBidding("auction", "ahead")).events

    assert [event.name for event in ended if isinstance(event, e.BiddingEnded)] == ["spot", "ahead"]
    assert why(runner, "cement", commitment_of(replace(BID, auction="spot"))) is Why.TOO_LATE
    cleared = done(runner, AUTHORITY, c.CloseAuction("spot", 1), AT + 60 * MINUTE).events
    assert [type(event) for event in cleared] == [e.AuctionCleared, e.AuctionCleared]


def test_where_the_earlier_bid_goes_first_the_earlier_commitment_does() -> None:
    rules = law(auctions="commitment")
    runner = market(rules=replace(rules, auction=replace(rules.auction, tie="time")))
    auction(runner, count=400)
    commit(runner, BID)
    tied = replace(LOWER, limit=BID.limit)
    commit(runner, tied)
    done(runner, EXCHANGE, c.EndBidding("auction", "spring"))
    done(runner, "broker", opening(tied))
    done(runner, "cement", opening(BID))

    (cleared,) = done(runner, AUTHORITY, c.CloseAuction("spring", 1), AT + 60 * MINUTE).events

    assert isinstance(cleared, e.AuctionCleared)
    assert {award.account: award.count for award in cleared.awards} == {"cement": 300, "broker": 100}


def test_orders_of_a_call_are_committed_to_with_money_or_with_allowances() -> None:
    runner = sealed_market()
    done(runner, EXCHANGE, c.OpenCall("noon", SERIES, ""))
    sale = c.PlaceCallOrder("noon", "steel", "sell", 200, 390_000)
    want = c.PlaceCallOrder("noon", "cement", "buy", 200, 400_000)
    assert why(runner, "steel", sale) is Why.BIDS_SEALED
    assert why(runner, "steel", commitment_of(sale, fen=5, series=SERIES, count=500)) is Why.WRONG_KIND
    assert why(runner, "steel", commitment_of(sale, fen=0, series=SERIES, count=10**9)) is Why.INSUFFICIENT_HOLDING
    free = runner.state.ledger.held_of("steel", SERIES).free
    commit(runner, sale, fen=0, series=SERIES, count=500)
    commit(runner, want)
    assert runner.state.ledger.held_of("steel", SERIES).free == free - 500
    check_state(runner.state)
    done(runner, EXCHANGE, c.EndBidding("call", "noon"))
    done(runner, "steel", opening(sale))
    done(runner, "cement", opening(want))
    assert why(runner, "steel", c.DropCallOrder("noon", 1)) is Why.TOO_LATE, "now that it has seen the others"
    assert why(runner, EXCHANGE, c.CloseCall("noon", 1)) is Why.TOO_EARLY

    (cleared,) = done(runner, EXCHANGE, c.CloseCall("noon", 1), AT + 60 * MINUTE).events

    assert isinstance(cleared, e.CallCleared)
    assert cleared.count == 200
    check_state(runner.state)


def test_a_sale_beyond_what_was_set_aside_is_refused_and_comes_back_whole() -> None:
    runner = sealed_market()
    done(runner, EXCHANGE, c.OpenCall("noon", SERIES, ""))
    sale = c.PlaceCallOrder("noon", "steel", "sell", 200, 390_000)
    free = runner.state.ledger.held_of("steel", SERIES).free
    commit(runner, sale, fen=0, series=SERIES, count=100)
    done(runner, EXCHANGE, c.EndBidding("call", "noon"))
    assert why(runner, "steel", opening(sale)) is Why.OVER_GUARANTEE

    void, _ = done(runner, EXCHANGE, c.CloseCall("noon", 1), AT + 60 * MINUTE).events

    assert isinstance(void, e.SealedVoided)
    assert (void.forfeited, runner.state.ledger.held_of("steel", SERIES).free) == (0, free)
    check_state(runner.state)


def test_orders_of_a_zone_wide_call_are_sealed_too() -> None:
    runner = sealed_market()
    done(runner, EXCHANGE, c.OpenZoneCall("round", "SO2"))
    offer = c.PlaceZoneOffer("round", "steel", SERIES, "KM", 200, 390_000)
    want = c.PlaceZoneBid("round", "cement", "KM", 2027, 200, 400_000)
    assert why(runner, "steel", offer) is Why.BIDS_SEALED
    assert why(runner, "cement", want) is Why.BIDS_SEALED
    commit(runner, offer, fen=0, series=SERIES, count=300)
    commit(runner, want)
    check_state(runner.state)
    assert why(runner, EXCHANGE, c.CloseZoneCall("round", 1, ())) is Why.TOO_EARLY
    done(runner, EXCHANGE, c.EndBidding("zone_call", "round"))
    done(runner, "steel", opening(offer))
    done(runner, "cement", opening(want))
    assert len(runner.state.zone_calls["round"].orders) == 2
    assert why(runner, "steel", c.DropZoneOrder("round", 1)) is Why.TOO_LATE
    check_state(runner.state)


def test_a_halt_takes_sealed_orders_off_and_keeps_nobody_from_opening_a_bid() -> None:
    runner = sealed_market()
    done(runner, EXCHANGE, c.OpenCall("noon", SERIES, ""))
    commit(runner, c.PlaceCallOrder("noon", "cement", "buy", 200, 400_000))
    halted = done(runner, EXCHANGE, c.HaltMarket("", "a storm")).events
    assert any(isinstance(event, e.SealedDropped) for event in halted)
    assert runner.state.ledger.purses["cement"].held == 0
    check_state(runner.state)


# --- by key


def key_market() -> Runner:
    runner = sealed_market("key")
    auction(runner)
    done(runner, EXCHANGE, c.AnnounceKey("auction", "spring", public_key(PRIVATE)))
    return runner


def boxed(body: Any, once: str = "22" * 32, fen: int = GUARANTEE, private: str = PRIVATE) -> c.EncryptBid:
    venue, name = place_of(body)
    box = encrypt(text_of(body), public_key(private), once, Bound(venue, name, body.account))
    return c.EncryptBid(venue, name, body.account, box, fen)


def test_at_the_close_the_key_opens_every_bid_and_voids_what_it_does_not_open() -> None:
    runner = key_market()
    done(runner, "cement", boxed(BID))
    done(runner, "broker", boxed(LOWER, "33" * 32, private="44" * 32))
    done(runner, "fund", c.EncryptBid("auction", "spring", "fund", "ab" * 560, 1))
    done(runner, "steel", boxed(replace(BID, account="steel", limit=390_001), "55" * 32, 900_000))
    assert why(runner, EXCHANGE, c.EndBidding("auction", "spring")) is Why.SEAL_DIFFERS
    assert why(runner, EXCHANGE, c.EndBidding("auction", "spring", "66" * 32)) is Why.SEAL_DIFFERS

    events = done(runner, EXCHANGE, c.EndBidding("auction", "spring", PRIVATE)).events

    assert [type(event) for event in events] == [
        e.BiddingEnded,
        e.SealedOpened,
        e.BidPlaced,
        e.SealedVoided,
        e.SealedVoided,
        e.SealedVoided,
    ]
    reasons = [(event.account, event.refusal.why) for event in events if isinstance(event, e.SealedVoided)]
    assert reasons == [("broker", Why.UNREADABLE), ("fund", Why.UNREADABLE), ("steel", Why.OFF_TICK)]
    check_state(runner.state)
    (cleared,) = done(runner, AUTHORITY, c.CloseAuction("spring", 1)).events
    assert isinstance(cleared, e.AuctionCleared)
    assert [award.account for award in cleared.awards] == ["cement"]


def test_bids_of_one_account_are_opened_one_after_the_other() -> None:
    """What the first has set aside and asked for counts against the second, as it would in the open."""
    runner = key_market()
    left = runner.state.ledger.purses["broker"].free
    done(runner, "broker", boxed(replace(LOWER, count=200), "31" * 32, left - 10))
    done(runner, "broker", boxed(replace(LOWER, count=200), "32" * 32, 10))

    events = done(runner, EXCHANGE, c.EndBidding("auction", "spring", PRIVATE)).events

    assert [type(event) for event in events[1:]] == [e.SealedOpened, e.BidPlaced, e.SealedVoided]
    check_state(runner.state)


def test_there_is_one_key_before_there_is_a_bid() -> None:
    runner = sealed_market("key")
    auction(runner)
    assert why(runner, "cement", boxed(BID)) is Why.SEAL_MISSING
    done(runner, EXCHANGE, c.AnnounceKey("auction", "spring", public_key(PRIVATE)))
    assert why(runner, EXCHANGE, c.AnnounceKey("auction", "spring", "ab" * 32)) is Why.ALREADY_EXISTS
    done(runner, "cement", boxed(BID))
    copied = replace(boxed(BID), account="broker")
    assert why(runner, "broker", copied) is Why.ALREADY_EXISTS
    assert why(runner, "cement", commitment_of(BID)) is Why.WRONG_KIND


def test_a_box_opens_for_its_auction_and_account_only_and_all_have_one_length() -> None:
    bound = Bound("auction", "spring", "cement")
    draw = random.Random(5)
    for _ in range(50):
        text = text_of(c.PlaceBid("spring", "cement", draw.randrange(10**9), draw.randrange(10**9)))
        box = encrypt(text, public_key(PRIVATE), draw.randbytes(32).hex(), bound)
        assert len(box) == 1_120
        assert decrypt(box, PRIVATE, bound) == text
        assert decrypt(box, PRIVATE, bound._replace(account="broker")) is None
        assert decrypt(box, "11" * 32, bound) is None
        flipped = ("0" if box[200] != "0" else "1").join((box[:200], box[201:]))
        assert decrypt(flipped, PRIVATE, bound) is None
    with pytest.raises(Malformed, match="a box takes 510 bytes"):
        encrypt("a" * 511, public_key(PRIVATE), "22" * 32, bound)
    with pytest.raises(Malformed, match="no point"):
        encrypt("a", "00" * 32, "22" * 32, bound)
    assert decrypt("00" * 560, PRIVATE, bound) is None


def test_a_halt_does_not_keep_a_holders_bidders_from_opening() -> None:
    runner = sealed_market()
    done(runner, "steel", c.OfferAuction("own", "steel", SERIES, 500, 300_000))
    mine = replace(BID, auction="own")
    commit(runner, mine)
    done(runner, EXCHANGE, c.EndBidding("auction", "own"))
    done(runner, EXCHANGE, c.HaltMarket(SERIES, "a storm"))

    assert send(runner, "cement", opening(mine)).refusal is None


def test_the_law_says_how_bids_are_sealed_with_its_source() -> None:
    assert isinstance(RULES.sealing, SealingRule)
    assert RULES.sealing.cite


# --- reverse auctions: who sells to the government


ASK = c.AskRepurchase("back", "steel", 300, 390_000)
DEARER = c.AskRepurchase("back", "cement", 300, 400_000)


def tender(way: str) -> Runner:
    runner = sealed_market(way)
    done(runner, BANK, c.Deposit("treasury", 1_000_000))
    done(runner, AUTHORITY, c.OpenRepurchase("back", SERIES, 300, 500_000))
    return runner


def aside(runner: Runner, account: str) -> int:
    return runner.state.ledger.held_of(account, SERIES).held


def test_asks_of_a_reverse_auction_are_sealed_as_bids_are() -> None:
    runner = tender("commitment")
    assert why(runner, "steel", ASK) is Why.BIDS_SEALED
    for ask in (ASK, DEARER):
        commit(runner, ask, fen=0, series=SERIES, count=500)
    assert (aside(runner, "steel"), runner.state.repurchases["back"].asks) == (500, [])
    close = c.CloseRepurchase("back", 1)
    assert why(runner, AUTHORITY, close) is Why.TOO_EARLY
    assert why(runner, "steel", opening(ASK)) is Why.TOO_EARLY
    done(runner, EXCHANGE, c.EndBidding("repurchase", "back"))
    for ask in (ASK, DEARER):
        done(runner, ask.account, opening(ask))
    assert aside(runner, "steel") == 300
    assert why(runner, AUTHORITY, close) is Why.TOO_EARLY  # bids may still be opened
    later = AT + RULES.sealing.opening_minutes * MINUTE
    (cleared,) = done(runner, AUTHORITY, close, later).events
    assert isinstance(cleared, e.RepurchaseCleared)
    assert [(award.account, award.count) for award in cleared.awards] == [("steel", 300)]
    assert aside(runner, "cement") == 0
    check_state(runner.state)


def test_an_ask_that_is_never_opened_is_void_and_its_allowances_come_back() -> None:
    runner = tender("commitment")
    commit(runner, ASK, fen=0, series=SERIES, count=300)
    done(runner, EXCHANGE, c.EndBidding("repurchase", "back"))
    later = AT + RULES.sealing.opening_minutes * MINUTE
    assert why(runner, "steel", opening(ASK), later) is Why.TOO_LATE
    void, cleared = done(runner, AUTHORITY, c.CloseRepurchase("back", 1), later).events
    assert isinstance(void, e.SealedVoided)
    assert isinstance(cleared, e.RepurchaseCleared)
    assert (cleared.awards, aside(runner, "steel")) == ((), 0)
    check_state(runner.state)


def test_an_ask_sets_allowances_of_the_series_aside_and_no_money() -> None:
    runner = tender("commitment")
    assert why(runner, "steel", commitment_of(ASK)) is Why.WRONG_KIND
    assert why(runner, "steel", commitment_of(ASK, fen=0, series="SO2-QJ-2027", count=300)) is Why.UNKNOWN_SERIES
    unknown = c.CommitBid("repurchase", "nothing", "steel", "0" * 64, 0, SERIES, 300)
    assert why(runner, "steel", unknown) is Why.UNKNOWN_REPURCHASE
    commit(runner, ASK, fen=0, series=SERIES, count=100)
    done(runner, EXCHANGE, c.EndBidding("repurchase", "back"))
    assert why(runner, "steel", opening(ASK)) is Why.OVER_GUARANTEE


def test_a_freeze_takes_a_sealed_ask_off() -> None:
    runner = tender("commitment")
    commit(runner, ASK, fen=0, series=SERIES, count=300)
    dropped, _ = done(runner, AUTHORITY, c.FreezeAccount("steel", "inquiry 7")).events
    assert isinstance(dropped, e.SealedDropped)
    assert aside(runner, "steel") == 0


def test_the_key_opens_asks_too() -> None:
    runner = tender("key")
    done(runner, EXCHANGE, c.AnnounceKey("repurchase", "back", public_key(PRIVATE)))
    for ask in (ASK, DEARER):
        box = encrypt(text_of(ask), public_key(PRIVATE), "22" * 32, Bound("repurchase", "back", ask.account))
        done(runner, ask.account, c.EncryptBid("repurchase", "back", ask.account, box, 0, SERIES, 300))
    answer: Any = done(runner, EXCHANGE, c.EndBidding("repurchase", "back", PRIVATE))
    assert [type(event) for event in answer.events] == [e.BiddingEnded, *(e.SealedOpened, e.AskPlaced) * 2]
    tables = gathering()
    for event in answer.events:
        NOTES[type(event)](tables, runner.state, answer, event)
    assert {("back", 1), ("back", 2)} == set(tables.touched["asks"])
    (cleared,) = done(runner, AUTHORITY, c.CloseRepurchase("back", 1)).events
    assert isinstance(cleared, e.RepurchaseCleared)
    assert [award.account for award in cleared.awards] == ["steel"]
