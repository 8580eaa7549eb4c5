"""The headline, the key figures, and the notes that say on what law each part of the page rests."""

from __future__ import annotations

import msgspec

from airshed.market.allocation import METHODS
from airshed.pages.kit.words import METHODS as METHOD_NAMES
from airshed.pages.kit.words import Phrase, millions, percent_text, same, tonnes_text
from airshed.pages.report.facts import Facts
from airshed.rulebook.schema import Rulebook


class KeyFigure(msgspec.Struct, frozen=True):
    """One of the figures on the first screen; `exact` is the whole number behind it, in kilograms, fen or pieces."""

    key: str
    value: Phrase
    label: Phrase
    detail: Phrase
    exact: int
    #: Section that it leads to.
    anchor: str


class SectionNote(msgspec.Struct, frozen=True):
    """What a section of the rulebook rests on."""

    key: str
    number: int
    title: Phrase
    cite: str
    status: Phrase


class MethodLine(msgspec.Struct, frozen=True):
    """How one method treats the early abaters, over all of them."""

    method: str
    adopted: bool
    count: int
    emitted: int
    peers_count: int
    peers_emitted: int
    whip_low: float
    whip_high: float


_STATUS = {"confirmed": Phrase("confirmed", "已核实"), "to confirm": Phrase("to confirm", "待核实")}
#: What the sections of a rulebook are called, in the order in which the page needs them.
SECTIONS = {
    "programme": Phrase("Programme", "计划"),
    "currency": Phrase("Currency", "货币"),
    "caps": Phrase("Caps", "总量"),
    "allowance": Phrase("Allowance", "配额"),
    "allocation": Phrase("Allocation", "配额分配"),
    "benchmarks": Phrase("Benchmarks", "排放基准"),
    "auction": Phrase("Auction", "拍卖"),
    "trading": Phrase("Trading", "交易"),
    "monitoring": Phrase("Monitoring", "监测"),
    "limits": Phrase("Limits", "排放限值"),
    "calendar": Phrase("Calendar", "履约日程"),
    "shortfall": Phrase("Penalty for a shortfall", "超额排放处罚"),
    "banking": Phrase("Banking", "结转"),
    "repurchase": Phrase("Repurchase", "政府回购"),
}


def notes(rules: Rulebook) -> tuple[SectionNote, ...]:
    """A note per section of the rulebook, numbered in the order in which the page needs them."""
    return tuple(
        SectionNote(key, number, title, getattr(rules, key).cite, _STATUS[getattr(rules, key).status])
        for number, (key, title) in enumerate(SECTIONS.items(), start=1)
    )


def headline(facts: Facts, rules: Rulebook) -> Phrase:
    """The year in two sentences."""
    totals = facts.totals
    each: list[str] = []
    chinese: list[str] = []
    for rule in rules.pollutants:
        rows = [row for row in facts.caps if row.pollutant == rule.code]
        emitted, cap = sum(row.emitted or 0 for row in rows), sum(row.cap or 0 for row in rows)
        share = percent_text(emitted, cap)
        each.append(f"{rule.code} {tonnes_text(emitted)} t ({share})")
        chinese.append(f"{rule.name_zh}{tonnes_text(emitted)}吨（{share}）")
    if facts.basis == "verified":
        en = f"Emissions of {facts.year} and their part of the caps: {', '.join(each)}."
        zh = f"{facts.year}年排放量及占总量比例：{'，'.join(chinese)}。"
    elif facts.basis == "sealed":
        en = f"Measured in {facts.year} up to {facts.last_day}, not verified yet: {', '.join(each)}."
        zh = f"{facts.year}年截至{facts.last_day}的监测量（尚未核查）及占总量比例：{'，'.join(chinese)}。"
    else:
        en = f"No emission of {facts.year} is known here yet."
        zh = f"{facts.year}年尚无可列示的排放量。"
    failed = totals.obligations - totals.met
    if failed:
        en += (
            f" {totals.met} of {totals.obligations} obligations were met; {failed} fell short, "
            f"at a penalty of {millions(totals.penalty, facts.money).en}."
        )
        zh += (
            f"{totals.obligations}项清缴义务中{totals.met}项完成，{failed}项未足额清缴，"
            f"罚款{millions(totals.penalty, facts.money).zh}。"
        )
    elif totals.obligations:
        en += f" All {totals.obligations} obligations were met."
        zh += f"{totals.obligations}项清缴义务全部完成。"
    elif facts.standing and facts.basis != "none":
        en += " The year is not settled yet."
        zh += "该年度尚未结算。"
    return Phrase(en, zh)


#: What has no figure yet.
NONE = same("–")
_BASIS = {
    "verified": Phrase("verified emission, all pollutants", "核定排放量（各项合计）"),
    "sealed": Phrase("measured to date, all pollutants", "截至目前监测量（各项合计）"),
    "none": Phrase("emission, all pollutants", "排放量（各项合计）"),
}


def key_figures(facts: Facts, rules: Rulebook) -> tuple[KeyFigure, ...]:
    """Eight figures, each with the whole number of the book behind it; what has no figure is a dash and says why."""
    return (*_of_works(facts), *_of_market(facts, rules))


def _of_works(facts: Facts) -> tuple[KeyFigure, ...]:
    totals = facts.totals
    emitted, cap = totals.emitted, tonnes_text(totals.cap)
    caps = Phrase(f"caps of {cap} t", f"总量 {cap} 吨") if totals.cap else Phrase("no cap is set", "尚未设定总量")
    part = percent_text(emitted or 0, totals.cap)
    settled = totals.obligations > 0
    open_yet = (
        Phrase("the year is not settled", "该年度尚未结算") if facts.standing else Phrase("not public yet", "尚未公开")
    )
    return (
        KeyFigure(
            "emitted",
            NONE if emitted is None else Phrase(f"{tonnes_text(emitted)} t", f"{tonnes_text(emitted)} 吨"),
            _BASIS[facts.basis],
            Phrase(f"{part} of the {caps.en}", f"占{caps.zh}的 {part}") if totals.cap and emitted is not None else caps,
            emitted or 0,
            "cap",
        ),
        KeyFigure(
            "sources",
            same(f"{totals.sources} / {totals.stacks}"),
            Phrase("sources / stacks", "企业 / 排放口"),
            Phrase(
                f"{totals.simulated_sources} of the sources are simulated",
                f"其中{totals.simulated_sources}家企业为模拟",
            )
            if totals.simulated_sources
            else Phrase("entered in the book", "已登记"),
            totals.sources,
            "zone",
        ),
        KeyFigure(
            "met",
            same(percent_text(totals.met, totals.obligations)),
            Phrase("of obligations met in full", "清缴义务完成率"),
            Phrase(
                f"{totals.met} of {totals.obligations}, per source and pollutant",
                f"{totals.obligations}项中的{totals.met}项",
            )
            if settled
            else open_yet,
            totals.met,
            "compliance",
        ),
        KeyFigure(
            "penalty",
            millions(totals.penalty, facts.money) if settled else NONE,
            Phrase("penalties", "罚款"),
            Phrase(f"for {tonnes_text(totals.shortfall)} t short", f"缺口 {tonnes_text(totals.shortfall)} 吨")
            if settled
            else open_yet,
            totals.penalty,
            "compliance",
        ),
    )


def _of_market(facts: Facts, rules: Rulebook) -> tuple[KeyFigure, ...]:
    totals = facts.totals
    hours = totals.measured_hours + totals.substituted_hours
    auctions = len(facts.market.auctions)
    # That nothing of a trade or two crosses is no share to the tenth of a percent.
    none = Phrase("none", "无")
    across = Phrase("there is one jurisdiction", "仅有一个市州")
    if len(rules.jurisdictions) > 1:
        across = Phrase(
            f"by value, between {len(rules.jurisdictions)} jurisdictions",
            f"按金额计，共{len(rules.jurisdictions)}个市州",
        )
    held = Phrase(f"in {auctions} auction{'s' * (auctions != 1)}", f"{auctions}场拍卖")
    return (
        KeyFigure(
            "auction",
            millions(totals.auction_fen, facts.money) if auctions else NONE,
            Phrase("auction revenue", "拍卖收入"),
            Phrase(
                f"{tonnes_text(totals.auctioned)} t sold {held.en}",
                f"{held.zh}售出 {tonnes_text(totals.auctioned)} 吨",
            )
            if auctions
            else Phrase("no auction was held", "未举行拍卖"),
            totals.auction_fen,
            "auctions",
        ),
        KeyFigure(
            "traded",
            Phrase(f"{tonnes_text(totals.traded)} t", f"{tonnes_text(totals.traded)} 吨") if totals.trades else NONE,
            Phrase("traded between firms", "企业间交易量"),
            Phrase(
                f"{totals.trades:,} trade{'s' * (totals.trades != 1)}, {millions(totals.traded_fen, facts.money).en}",
                f"{totals.trades:,}笔，{millions(totals.traded_fen, facts.money).zh}",
            )
            if totals.trades
            else Phrase("nothing was traded", "无成交"),
            totals.traded,
            "market",
        ),
        KeyFigure(
            "crossing",
            none if totals.trades and not totals.crossing else same(percent_text(totals.crossing, totals.traded_fen)),
            Phrase("of trade crosses jurisdictions", "跨市州交易占比"),
            across if totals.trades else Phrase("nothing was traded", "无成交"),
            totals.crossing,
            "market",
        ),
        KeyFigure(
            "measured",
            same(percent_text(totals.measured_hours, hours, 2)),
            Phrase("of running hours measured", "运行小时实测率"),
            Phrase(f"{totals.substituted_hours:,} h substituted", f"替代 {totals.substituted_hours:,} 小时")
            if hours
            else Phrase("no day is sealed", "尚无封存日数据")
            if facts.emissions
            else Phrase("not public yet", "尚未公开"),
            totals.measured_hours,
            "monitoring",
        ),
    )


def method_lines(facts: Facts) -> tuple[MethodLine, ...]:
    """The four methods as the early abaters feel them."""
    found: list[MethodLine] = []
    if facts.sharing is None:
        return ()
    for method in METHODS:
        rows = [row for row in facts.sharing.early if row.method == method]
        if rows:
            assert method in METHOD_NAMES, method
            found.append(
                MethodLine(
                    method,
                    method in facts.sharing.adopted,
                    sum(row.count for row in rows),
                    sum(row.emitted for row in rows),
                    sum(row.peers_count for row in rows),
                    sum(row.peers_emitted for row in rows),
                    min(row.whip for row in rows),
                    max(row.whip for row in rows),
                )
            )
    return tuple(found)
