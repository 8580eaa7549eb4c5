"""What a law says that moves the price of an allowance: every article by its name, to be honoured or left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from airshed.compliance.banking import Base
from airshed.compliance.shortfall import MG_PER_T
from airshed.lab.equilibrium.following import SupplyLine, lines_of
from airshed.model.measures import FEN_PER_YUAN
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.compliance_sections import ShortfallRule
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.tables import ShortfallPeriod

WHOLE = 10_000
#: The articles, in the order in which they are told. `all` is every one of them.
Article = Literal[
    "walls",
    "borders",
    "banking",
    "vintages",
    "auction",
    "supply",
    "reserve",
    "containment",
    "repurchase",
    "penalty",
    "collar",
]
ARTICLES: tuple[Article, ...] = get_args(Article)
ALL = "all"
#: Penalties that put a price on a missing tonne; and how many years back are all.
PER_TONNE = ("fixed_per_tonne", "indexed_per_tonne")
FOR_EVER = 100
#: What each is, in English and Chinese, and the sections of a rulebook that say it.
TOLD: Mapping[Article, tuple[str, str, str]] = {
    "walls": ("walls between sectors", "行业壁垒", "trade_rules"),
    "borders": ("borders between cities", "地区边界", "trade_rules"),
    "banking": ("limit on what is banked", "结转限额", "banking"),
    "vintages": ("years for which a vintage counts", "配额有效年份", "allowance"),
    "auction": ("reserve price of what is auctioned", "拍卖保留价", "auction"),
    "supply": ("supply that follows the number in circulation", "随流通数量调节供应", "reserve"),
    "reserve": ("set-aside for new entrants", "新建项目预留", "new_entrants"),
    "containment": ("reserve that contains prices", "平抑价格储备", "reserve"),
    "repurchase": ("government that buys back", "政府回购", "repurchase"),
    "penalty": ("fixed penalty for a missing tonne", "每吨定额罚款", "shortfall"),
    "collar": ("lowest and highest price of a trade", "交易价格上下限", "pollutants"),
}


@dataclass(frozen=True, slots=True)
class LawTerms:
    """The articles of a law for one pollutant, as figures; prices in yuan/t, shares as parts of one.

    A field that says nothing is what the law would be without the article.
    """

    pollutant: str
    walled: tuple[str, ...]
    #: Whether no city may buy of another; cities that let nothing out, and those that take nothing in.
    closed: bool
    no_export: tuple[str, ...]
    failing: tuple[str, ...]
    #: Part of `bank_of` that may be kept; None for all of what is left.
    bank_share: float | None
    bank_of: Base
    #: Part of a year's caps up to which what was banked counts one for one, and how many of the rest make one.
    flow_share: float | None
    flow_ratio: int
    #: Years for which a vintage counts after its own; None for ever.
    vintages_back: int | None
    #: Lowest price at auction; None where what is auctioned is there at any price.
    reserve_price: float | None
    #: Under `lean_price` a `lean_share` of what is offered is kept back.
    lean_price: float
    lean_share: float
    #: Rows of `supply.csv`: what the number in circulation does to later auctions.
    following: tuple[SupplyLine, ...]
    #: Whether the set-aside is apart from the cap that works have, and is auctioned once nobody has asked for it.
    set_aside: bool
    unused_auctioned: bool
    #: What may be drawn of the reserve to contain prices: from which price on, which part of the cap.
    containment: tuple[tuple[float, float], ...]
    #: At which price the government takes back, and which part of what was given.
    buy_back: tuple[float, float] | None
    #: The section on shortfalls; None where a missing tonne has no price of its own.
    shortfall: ShortfallRule | None
    floor: float
    ceiling: float | None
    #: Part of what is held that one notice may cut; when there is one no law says, so it is not in the reckoning.
    cut_most: float = 0.0
    left_out: tuple[Article, ...] = ()

    def penalty(self, year: int) -> tuple[float, float] | None:
        """What a missing tonne of a year costs, and which part of it is made up; None where it follows a price."""
        law = self.shortfall
        if law is None:
            return None
        begun = [each for each in law.periods if each.period <= year]
        own: ShortfallRule | ShortfallPeriod = max(begun, key=lambda each: each.period) if begun else law
        if own.penalty not in PER_TONNE:
            return None
        grown = 1.0
        if own.penalty == "indexed_per_tonne":
            known = {row.period: row.index_thousandths for row in law.rows}
            last = max((period for period in known if period <= year), default=None)
            grown = known[last] / law.index_base_thousandths if last is not None else 1.0
        return own.fixed_fen_per_t / FEN_PER_YUAN * MG_PER_T / law.tonne_mg * grown, own.makeup_percent / 100

    def without(self, articles: Iterable[Article]) -> LawTerms:
        """The law with some of its articles left out."""
        found = self
        for article in articles:
            found = replace(found, **_NOTHING[article])
        return replace(found, left_out=tuple(each for each in ARTICLES if each in {*self.left_out, *articles}))

    @property
    def in_force(self) -> tuple[Article, ...]:
        """The articles by which this law moves a price; those that it does not have are not among them."""
        return tuple(each for each in ARTICLES if self.without((each,)) != replace(self, left_out=_with(self, each)))


def _with(terms: LawTerms, article: Article) -> tuple[Article, ...]:
    return tuple(each for each in ARTICLES if each in {*terms.left_out, article})


#: What each article is where there is none.
_NOTHING: Mapping[Article, dict[str, Any]] = {
    "walls": {"walled": ()},
    "borders": {"closed": False, "no_export": (), "failing": ()},
    "banking": {"bank_share": None, "bank_of": "holdings", "flow_share": None},
    "vintages": {"vintages_back": None},
    "auction": {"reserve_price": None, "lean_share": 0.0},
    "supply": {"following": ()},
    "reserve": {"set_aside": False},
    "containment": {"containment": ()},
    "repurchase": {"buy_back": None},
    "penalty": {"shortfall": None},
    "collar": {"floor": 0.0, "ceiling": None},
}


def terms_of(rules: Rulebook, pollutant: str) -> LawTerms:
    """What a law says of a pollutant's allowances.

    >>> from airshed.rulebook.load import find, load
    >>> found = terms_of(load(find("dianzhong")), "SO2")
    >>> found.bank_share, found.vintages_back, found.walled, found.penalty(2027)
    (0.2, 1, ('power',), None)
    """
    rule, trade, bank, auction = lookup.pollutant(rules, pollutant), rules.trade_rules, rules.banking, rules.auction
    # what a works may keep for having sold is no limit of a market: another has bought it, and may keep or use it
    all_kept = bank.of == "net_sold" or (bank.of == "holdings" and bank.limit_basis_points == WHOLE)
    share = 0.0 if not bank.open else None if all_kept else bank.limit_basis_points / WHOLE
    lean = rule.emissions_containment_fen_per_t
    rich = rule.cost_containment_fen_per_t
    trigger = rule.reference_fen_per_t * rules.reserve.trigger_basis_points / WHOLE / FEN_PER_YUAN
    drawn = [(trigger, rules.reserve.containment_basis_points / WHOLE)]
    if rich is not None:
        offered = rules.allocation.auction_basis_points / WHOLE
        drawn.append((rich / FEN_PER_YUAN, offered * auction.cost_containment_basis_points / WHOLE))
    back, here = rules.repurchase, [lookup.local(rules, place.code).allocation for place in rules.jurisdictions]
    sold = any(law.auction_basis_points for law in here)
    back_price = rule.repurchase_fen_per_t / FEN_PER_YUAN
    own: tuple[ShortfallRule | ShortfallPeriod, ...] = (rules.shortfall, *rules.shortfall.periods)
    return LawTerms(
        pollutant=pollutant,
        walled=trade.walled_sectors,
        closed=rules.allowance.admitted == "jurisdiction" or trade.crossing in ("approval", "never"),
        no_export=trade.no_export,
        failing=tuple(each.split()[0] for each in trade.failing if each.split()[1] == pollutant),
        bank_share=share,
        bank_of=bank.of,
        flow_share=None if bank.flow_basis_points is None else bank.flow_basis_points / WHOLE,
        flow_ratio=bank.flow_ratio or 1,
        vintages_back=None if rules.allowance.vintages_back >= FOR_EVER else rules.allowance.vintages_back,
        reserve_price=rule.reserve_fen_per_t / FEN_PER_YUAN if sold and auction.reserve_price else None,
        lean_price=0.0 if lean is None else lean / FEN_PER_YUAN,
        lean_share=0.0 if lean is None else auction.emissions_containment_basis_points / WHOLE,
        following=lines_of(rules, pollutant),
        set_aside=any(law.reserve_basis_points for law in here),
        unused_auctioned=rules.new_entrants.unused_to == "auction",
        containment=tuple(each for each in drawn if each[1] > 0),
        buy_back=(back_price, back.limit_basis_points / WHOLE) if back.open and back_price else None,
        shortfall=rules.shortfall if any(each.penalty in PER_TONNE for each in own) else None,
        floor=rule.floor_fen_per_t / FEN_PER_YUAN,
        ceiling=rule.ceiling_fen_per_t / FEN_PER_YUAN if rule.ceiling_fen_per_t else None,
        cut_most=(bank.haircut_most_basis_points or 0) / WHOLE,
    )


def articles_of(said: str, place: str = "--without") -> tuple[Article, ...]:
    """Articles by their names, divided by commas; `all` is every one. Malformed for one that is not there.

    >>> articles_of("walls, banking")
    ('walls', 'banking')
    """
    known: dict[str, Article] = {each: each for each in ARTICLES}
    names = [name.strip() for name in said.split(",") if name.strip()]
    for name in names:
        if name not in (ALL, *known):
            raise Malformed(place, f"no such article {name!r}", near(name, (*ARTICLES, ALL)))
    if ALL in names:
        return ARTICLES
    return tuple(each for each in ARTICLES if each in names)
