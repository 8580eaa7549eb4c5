"""The law of a run: the rulebook with other choices where it has some, so that every method is played."""

from __future__ import annotations

import random
from typing import Literal

import msgspec

from airshed.lab.simulator.small_market import YEARS
from airshed.rulebook.breach_sections import CaseRule, LatePaymentRule, LateRate
from airshed.rulebook.kinds import SealingWay, TrimStep
from airshed.rulebook.programme_sections import PollutantRule
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.tables import IndexOf
from airshed.rulebook.trading_sections import AuctionRule, SealingRule
from airshed.rulebook.transactions import FLOWS, TransactionRule
from airshed.rulebook.zone_call_section import RatioRow


def varied(rules: Rulebook, rng: random.Random, version: str) -> Rulebook:
    """The rulebook with other choices where it has some, so that every method is played."""
    replace = msgspec.structs.replace
    apart = random.Random(str(rng.getstate()))  # a stream of its own, so that a choice more moves no other
    allowance = replace(
        rules.allowance,
        admitted=rng.choice(("zone", "jurisdiction")),
        vintages_back=rng.choice((0, 1, 2)),
        rounding=rng.choice(("up", "half_up", "down")),
    )
    auction = _auction(rules, apart)
    return replace(
        rules,
        programme=replace(rules.programme, version=version),
        allowance=allowance,
        allocation=replace(
            rules.allocation,
            method=rng.choice(("history", "benchmark", "limit", "equal_cut")),
            baseline=rng.choice(("mean", "median")),
            auction_basis_points=rng.choice((0, 500, 3_000)),
            advance_basis_points=(part := _advance(f"{version} {allowance}")),
            unclaimed=_unclaimed(f"{version} {allowance}") if part is not None else None,
        ),
        auction=auction,
        sealing=_sealing(rules, random.Random(f"sealing {version} {allowance}")),
        trading=replace(
            rules.trading,
            buyer_fee_basis_points=rng.choice((0, 75, 33)),
            seller_fee_basis_points=rng.choice((0, 75, 10_000)),
            auction_buyer_fee_basis_points=apart.choice((0, 75, 33)),
            auction_seller_fee_basis_points=apart.choice((0, 75, 10_000)),
            block_from=rng.choice((100, 500)),
            transfer_any_time=rng.random() < 0.7,
            resale_same_day=rng.random() < 0.7,
            breaker_basis_points=rng.choice((0, 800)),
            cancel_on_halt=rng.random() < 0.5,
        ),
        trade_rules=replace(
            rules.trade_rules,
            walled_sectors=rng.choice(((), (), ("power",), ("cement",))),
            crossing=rng.choice(("free", "free", "free", "first", "approval", "never")),
            group_limit_basis_points=rng.choice((0, 6_000, 9_000)),
            group_limit_base=random.Random(f"base {version} {allowance}").choice((None, None, 20_000)),
            group_limit_beyond_basis_points=random.Random(f"beyond {version} {allowance}").choice((3_000, 8_000)),
            group_limit_exempts_owed=random.Random(f"owed {version} {allowance}").random() < 0.5,
            self_trade_of=rng.choice(("account", "group")),
            self_trade=rng.choice(("refuse", "cancel_resting")),
            failing=rng.choice(((), (), ("YX SO2", "KM NOx"))),
            no_export=random.Random(f"exports {version} {allowance}").choice((*[()] * 7, ("QJ",))),
        ),
        pollutants=tuple(_collared(rule, rng.choice((0, 103))) for rule in _triggered(rules, auction)),
        transactions=_transactions(rules, random.Random(f"transactions {version} {allowance}")),
        receptors=replace(
            rules.receptors,
            rows=tuple(replace(row, limit=rng.choice(("2", "0.002", "0"))) for row in rules.receptors.rows),
        ),
        ratios=replace(rules.ratios, rows=rng.choice(((), (), _ratios(rules, rng)))),
        new_entrants=replace(
            rules.new_entrants,
            order=rng.choice(("pro_rata", "first_come")),
            price_basis_points=rng.choice((0, 5_000, 12_500)),
            unused_to=rng.choice(("auction", "auction", "reserve")),
        ),
        reverse_auction=replace(
            rules.reverse_auction,
            price_rule=rng.choice(("uniform", "pay-as-bid")),
            tie=rng.choice(("random", "pro-rata")),
        ),
        withdrawal=replace(rules.withdrawal, notice_days=rng.choice((60, 90)), appeal_days=60),
        withdrawal_grounds=tuple(
            replace(
                each,
                price_basis_points=rng.choice((0, 5_000)),
                sold_on=rng.choice(("make_up", "pay_back", "pay_back", "none")),
            )
            for each in rules.withdrawal_grounds
        ),
        withholding=replace(rules.withholding, forfeit_days=rng.choice((0, 180))),
        paid_allocation=replace(rules.paid_allocation, withdraw_after_days=rng.choice((15, 90))),
        repurchase=replace(rules.repurchase, open=rng.random() < 0.8),
        reserve=replace(rules.reserve, trigger_basis_points=apart.choice((9_000, 15_000))),
        shortfall=replace(
            rules.shortfall,
            penalty=apart.choice(("price_multiple", "fixed_per_tonne", "indexed_per_tonne", "flat")),
            flat_fen=apart.choice((0, 2_000_000)),
            tonne_mg=apart.choice((1_000_000_000, 907_184_740)),
            rows=tuple(
                IndexOf(period=year, index_thousandths=apart.randint(500, 3_000), cite="drawn", status="to confirm")
                for year in YEARS
            ),
            makeup_percent=rng.choice((0, 100, 150)),
        ),
        cases=_cases(rules, random.Random(f"cases {version} {allowance}")),
        late_payment=_late_payment(rules, random.Random(f"late {version} {allowance}")),
        roles=replace(
            rules.roles,
            second=rng.choice((rules.roles.second, rules.roles.second, ())),
            act_expires_days=rng.choice((None, 5, 30, rules.roles.act_expires_days)),
        ),
        banking=replace(
            rules.banking,
            open=rng.random() < 0.8,
            of=apart.choice(("holdings", "surrendered", "verified")),
            flow_basis_points=(share := _flow(f"{version} {allowance}")),
            flow_ratio=None if share is None else 2,
        ),
        compliance=replace(
            rules.compliance,
            last_year_excluded=random.Random(f"last year {version} {allowance}").choice(("at_once", "when_over")),
            deducts=random.Random(f"deducts {version} {allowance}").random() < 0.4,
        ),
        calendar=replace(
            rules.calendar,
            surrender_by_in_leap_years=apart.choice(("06-30", "06-29")),
            on_closed_days=apart.choice(("stays", "next_business_day")),
        ),
        pledge=replace(
            rules.pledge,
            open=apart.random() < 0.9,
            surrender=apart.random() < 0.5,
            notice_days=apart.choice((0, 3)),
        ),
        terms=replace(
            rules.terms,
            open_rights=apart.random() < 0.8,
            review_years=apart.choice((1, 5)),
            rights_basis_points=apart.choice((3, 3_000)),
        ),
        lease=replace(
            rules.lease,
            open=apart.random() < 0.9,
            longest_years=apart.choice((1, 2)),
            surrender=apart.random() < 0.8,
            sublease=apart.random() < 0.7,
            notice_days=apart.choice((0, 15)),
            leftovers=apart.choice(("hand_back", "keep")),
        ),
    )


def _advance(seed: str) -> int | None:
    """The part of each share that is given before output is verified, where the law keeps any."""
    return random.Random(f"advance {seed}").choice((None, None, None, 7_000))


def _unclaimed(seed: str) -> Literal["shared", "cancelled"]:
    """What becomes of what nobody claims, where output is verified after the year."""
    return "cancelled" if random.Random(f"unclaimed {seed}").random() < 0.5 else "shared"


def _flow(seed: str) -> int | None:
    """Flow control of what was banked, where the law has it."""
    return random.Random(f"flow {seed}").choice((None, 10, 100))


def _cases(rules: Rulebook, rng: random.Random) -> CaseRule:
    """A shortfall is fined at once or by case; replies and appeals have more time or less."""
    return msgspec.structs.replace(
        rules.cases,
        shortfall=rng.choice(("automatic", "by_case")),
        reply_working_days=rng.choice((1, 5, 10)),
        replies=rng.choice((1, 2)),
        lowest_basis_points=rng.choice((0, 5_000)),
        appeal_days=rng.choice((30, 60)),
    )


def _late_payment(rules: Rulebook, rng: random.Random) -> LatePaymentRule:
    """Every way in which late days cost, or do not."""
    interest: Literal["none", "daily", "daily_compounded", "by_quarter"] = rng.choice(
        ("none", "daily", "daily_compounded", "by_quarter")
    )
    rates = tuple(
        LateRate(
            first=f"{year}-{day}", yearly_basis_points=rng.choice((0, 795, 720)), cite="drawn", status="to confirm"
        )
        for year in (YEARS[0], YEARS[0] + 1)
        for day in ("01-01", "09-15")
    )
    return msgspec.structs.replace(
        rules.late_payment,
        pay_from=rng.choice(("deadline", "settlement")),
        pay_days=rng.choice((0, 3, 15)),
        interest=interest,
        daily_basis_points=38 if interest.startswith("daily") else 0,
        cap_times=rng.choice((None, 1, 3)),
        most_instalments=rng.choice((0, 2, 6, 6)),
        longest_months=rng.choice((2, 12)),
        rates=rates,
    )


def _transactions(rules: Rulebook, rng: random.Random) -> TransactionRule:
    """Transfers wait not at all, by the hour or until noon; a new law moves those that wait, or does not."""
    replace = msgspec.structs.replace
    delay: Literal["none", "hours", "noon"] = rng.choice(("none", "hours", "hours", "noon"))
    minutes = rng.choice((0, 120, 1_440, 14_407, 43_207)) if delay == "hours" else None
    rows = tuple(
        replace(
            row,
            delay=delay,
            delay_minutes=minutes,
            trusted=rng.choice(("none", "hours")),
            approvals=rng.choice((1, 1, 1, 2)),
            reversible_days=200,
            restricted=rng.choice(("yes", "no")),
        )
        if row.type == "transfer"
        else replace(row, restricted=rng.choice(("yes", "no")) if FLOWS[row.type].own else row.restricted)
        for row in rules.transactions.rows
    )
    return replace(
        rules.transactions,
        rows=tuple(
            replace(row, targets=f"{row.targets} cancelled") if FLOWS[row.type].flow_control else row for row in rows
        ),
        moved_holidays=rng.choice(("stands", "moves", "moves")),
        trust_working_days=rng.choice((0, 1, 4, 10)),
        largest_untrusted=rng.choice((None, 1_000)),
        write_off_years=random.Random(f"written off {rng.getstate()}").choice((0, 0, 0, 0, 1, None)),
        closure_working_days=(days := random.Random(f"notice {rng.getstate()}")).choice((1, 10, 40)),
        unsettled_years=days.choice(("pass", "settle_first")),
    )


def _ratios(rules: Rulebook, rng: random.Random) -> tuple[RatioRow, ...]:
    """An allowance of SO2 covers less across a border, or nothing."""
    codes = [each.code for each in rules.jurisdictions]
    return tuple(
        RatioRow(
            pollutant="SO2",
            origin=origin,
            target=target,
            ratio=rng.choice(("0.9", "0.75", "1", None)),
            cite="simulated",
            status="to confirm",
        )
        for origin in codes
        for target in codes
        if origin != target
    )


def _collared(rule: PollutantRule, percent: int) -> PollutantRule:
    """With a ceiling so far above the reference price, or with none."""
    return msgspec.structs.replace(rule, ceiling_fen_per_t=rule.reference_fen_per_t * percent // 100)


def _auction(rules: Rulebook, rng: random.Random) -> AuctionRule:
    rule: Literal["uniform", "pay-as-bid"] = rng.choice(("uniform", "pay-as-bid"))
    trimming: list[TrimStep] = ["purchase", "holding", "guarantee"]
    rng.shuffle(trimming)
    return msgspec.structs.replace(
        rules.auction,
        rule=rule,
        guarantee_basis_points=rng.choice((10_000, 10_000, 10_000, 3_000)),
        undersubscribed=rng.choice(("lowest-bid", "reserve", "cancel")),
        tie=rng.choice(("random", "random", "pro-rata", "time")),
        purchase_basis_points=rng.choice((10_000, 10_000, 10_000, 4_000)),
        holding_basis_points=rng.choice((10_000, 10_000, 10_000, 500)),
        over_limit=rng.choice(("trim", "refuse")),
        trimming=tuple(trimming),
        consignment=rng.choice(("none", "first", "last" if rule == "pay-as-bid" else "first")),
        cost_containment_basis_points=rng.choice((0, 2_000)),
        emissions_containment_basis_points=rng.choice((0, 2_000)),
        unsold=rng.choice(("stay", "reserve", "next-auctions", "after-two-above")),
    )


def _triggered(rules: Rulebook, auction: AuctionRule) -> tuple[PollutantRule, ...]:
    """The pollutants with triggers a few ticks above their reserve price, where the rules of auctions use them."""
    tick = auction.tick_fen_per_t
    return tuple(
        msgspec.structs.replace(
            rule,
            emissions_containment_fen_per_t=rule.reserve_fen_per_t + tick
            if auction.emissions_containment_basis_points
            else None,
            cost_containment_fen_per_t=rule.reserve_fen_per_t + 3 * tick
            if auction.cost_containment_basis_points
            else None,
        )
        for rule in rules.pollutants
    )


def _sealing(rules: Rulebook, rng: random.Random) -> SealingRule:
    """How bids are kept from readers of the book."""
    ways: tuple[SealingWay, ...] = ("open", "commitment", "key")
    return msgspec.structs.replace(
        rules.sealing,
        auctions=rng.choice(ways),
        calls=rng.choice((*ways, *ways, "open", "open", "open")),
        opening_minutes=rng.choice((1, 60, 1_440)),
        withdrawal=rng.random() < 0.7,
        forfeit_basis_points=rng.choice((0, 1_000, 10_000)),
    )
