"""What a rulebook may say: the sum of the sections, which lie beside this by what they are about.

The field comments (`#:`) there and in the tables make the reference page `docs/reference/rulebook.md`.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from airshed.model.civil import CivilTime, civil
from airshed.rulebook.allocation_sections import AllocationRule, BenchmarkRule
from airshed.rulebook.breach_sections import CaseRule, LatePaymentRule
from airshed.rulebook.compliance_sections import BankingRule, ComplianceRule, ShortfallRule
from airshed.rulebook.mrv_sections import (
    ApplicabilityRule,
    LimitRule,
    ManualTestRule,
    MarkingRule,
    MethodsRule,
    MonitoringRule,
    Part75Rule,
    QualityTestRule,
    ReportingRule,
)
from airshed.rulebook.people_sections import FounderRule, PeopleRule, Roles
from airshed.rulebook.price_index import PriceIndexRule
from airshed.rulebook.primary_sections import (
    InstalmentRule,
    NewEntrantRule,
    PaidAllocationRule,
    RepurchaseRule,
    ReserveRule,
    ReverseAuctionRule,
    SalePriceRule,
    WithdrawalGroundRule,
    WithdrawalRule,
    WithholdingRule,
)
from airshed.rulebook.programme_sections import (
    AllowanceRule,
    Calendar,
    CapRule,
    CurrencyRule,
    Jurisdiction,
    MayVary,
    PollutantRule,
    Programme,
    SectorRule,
)
from airshed.rulebook.reading_section import Reading
from airshed.rulebook.tables import Variation
from airshed.rulebook.terms_sections import LeaseRule, PledgeRule, TermsRule
from airshed.rulebook.trading_sections import AuctionRule, SealingRule, TradeRule, TradingRule
from airshed.rulebook.transactions import TransactionRule
from airshed.rulebook.zone_call_section import RatioRule, ReceptorRule, TransferRule, ZoneCallRule


class Rulebook(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, cache_hash=True, dict=True):
    """The law of one programme."""

    programme: Programme
    currency: CurrencyRule
    allowance: AllowanceRule
    jurisdictions: tuple[Jurisdiction, ...]
    sectors: tuple[SectorRule, ...]
    pollutants: tuple[PollutantRule, ...]
    caps: CapRule
    calendar: Calendar
    allocation: AllocationRule
    auction: AuctionRule
    sealing: SealingRule
    trading: TradingRule
    trade_rules: TradeRule
    transactions: TransactionRule
    zone_call: ZoneCallRule
    receptors: ReceptorRule
    transfer: TransferRule
    ratios: RatioRule
    repurchase: RepurchaseRule
    price_index: PriceIndexRule
    terms: TermsRule
    pledge: PledgeRule
    lease: LeaseRule
    paid_allocation: PaidAllocationRule
    sale_prices: tuple[SalePriceRule, ...]
    instalments: tuple[InstalmentRule, ...]
    new_entrants: NewEntrantRule
    reserve: ReserveRule
    reverse_auction: ReverseAuctionRule
    withdrawal: WithdrawalRule
    withdrawal_grounds: tuple[WithdrawalGroundRule, ...]
    withholding: WithholdingRule
    monitoring: MonitoringRule
    part75: Part75Rule
    manual_tests: ManualTestRule
    quality_tests: QualityTestRule
    methods: MethodsRule
    marks: MarkingRule
    reporting: ReportingRule
    limits: LimitRule
    applicability: ApplicabilityRule
    benchmarks: BenchmarkRule
    shortfall: ShortfallRule
    cases: CaseRule
    late_payment: LatePaymentRule
    banking: BankingRule
    compliance: ComplianceRule
    roles: Roles
    reading: Reading
    people: tuple[PeopleRule, ...]
    founders: tuple[FounderRule, ...]
    may_vary: MayVary
    variations: tuple[Variation, ...] = ()

    def __eq__(self, other: object) -> bool:
        """Whether they say the same, compared key by key once and remembered.

        What is looked up in a law is kept by it. A copy, as every job of a pool brings one, would be compared with the
        law that was asked about first at every look.
        """
        if self is other:
            return True
        if not isinstance(other, Rulebook):
            return NotImplemented
        one, another = self._first(), other._first()
        if one is not another:
            if not msgspec.Struct.__eq__(one, another):
                return False
            vars(another)["same"] = one
        return True

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = msgspec.Struct.__hash__

    def __reduce__(self) -> tuple[Callable[[bytes], Rulebook], tuple[bytes]]:
        """Another process is sent what it says.

        A key that says nothing is left out of the digest, and is known by its very object: a copy of that said it.
        """
        return _told, (msgspec.json.encode(self),)

    def _first(self) -> Rulebook:
        """The one of all that were found to say the same as it."""
        first = self
        while found := vars(first).get("same"):
            first = found
        if first is not self:
            vars(self)["same"] = first
        return first

    @property
    def civil(self) -> CivilTime:
        """The time of the region: of its days, sessions and deadlines."""
        return civil(self.programme.time_zone)

    @property
    def standard(self) -> CivilTime:
        """The time in which hours are monitored."""
        return civil(self.programme.time_zone).standard


def _told(raw: bytes) -> Rulebook:
    return msgspec.json.decode(raw, type=Rulebook)
