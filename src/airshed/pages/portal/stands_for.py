"""A sentence about each thing that acts name by a number: what it is, whose, how much, what for, until when."""

from __future__ import annotations

from typing import Any, NamedTuple

from airshed.engine import nouns
from airshed.engine.state import State
from airshed.model.measures import Unit, value_fen
from airshed.pages.kit.details import reason
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.happening import amount, ground_of, mass_of, word_zh
from airshed.pages.portal.names import Called, works_called
from airshed.rulebook.schema import Rulebook

EVIDENCE = Phrase("evidence", "证据")
PAID = {"once": Phrase("paid once", "一次付清"), "yearly": Phrase("paid year by year", "按年支付")}


class SentenceSight(NamedTuple):
    """By what sentences are made."""

    state: State
    rules: Rulebook
    called: Called

    def money(self, fen: int) -> Phrase:
        """A sum."""
        return amount(fen, Unit.FEN, self.rules)

    def price(self, fen: int) -> Phrase:
        """A price by the tonne."""
        return amount(fen, Unit.FEN_PER_T, self.rules)

    def mass(self, count: int) -> Phrase:
        """Allowances."""
        return amount(count, Unit.ALLOWANCES, self.rules)

    def ground(self, code: str) -> Phrase:
        """On which of the grounds of the law something is taken or held back."""
        return Phrase(code.replace("_", " "), word_zh("ground", code, self.rules))

    def works(self, source: str) -> Phrase:
        """A works by its name, with its code."""
        return works_called(self.state, self.rules, source)


def mark(mark: nouns.Mark, sight: SentenceSight) -> Phrase:
    """Hours that somebody marked."""
    kind = Phrase(mark.kind.replace("_", " "), word_zh("kind", mark.kind, sight.rules))
    first, why = sight.rules.standard.hour_of(mark.first).replace("T", " ") + ":00", reason(mark.reason)
    proof = [f"; {EVIDENCE.en} {mark.evidence}", f"；{EVIDENCE.zh}{mark.evidence}"] if mark.evidence else ["", ""]
    return Phrase(
        f"{mark.stack}, {kind.en}, {mark.hours} h from {first}: {why.en}{proof[0]}",
        f"{mark.stack}，{kind.zh}，自{first}起{mark.hours}小时：{why.zh}{proof[1]}",
    )


def case(case: nouns.Case, sight: SentenceSight) -> Phrase:
    """What is held against a source."""
    ground, fen, works = ground_of(sight.rules, case.ground), sight.money(case.proposed_fen), sight.works(case.source)
    of = " ".join(part for part in (case.stack, case.pollutant, case.day or str(case.year)) if part)
    return Phrase(
        f"{ground.en}, {works.en} {of}; proposed {fen.en}; replies: {case.replies}",
        f"{ground.zh}，{works.zh} {of}；拟处{fen.zh}；陈述申辩{case.replies}次",
    )


def withdrawal(taken: nouns.Withdrawal, sight: SentenceSight) -> Phrase:
    """Part of a grant that goes back."""
    count, works = sight.mass(taken.count), sight.works(taken.source)
    ground = sight.ground(taken.ground)
    return Phrase(
        f"{works.en}: {count.en} of {taken.series}, {ground.en}; notice until {taken.notice_until}",
        f"{works.zh}：{taken.series} {count.zh}，{ground.zh}；告知期至{taken.notice_until}",
    )


def pledge(pledge: nouns.Pledge, sight: SentenceSight) -> Phrase:
    """Who pledges what to whom, for which debt, until when it is to be paid."""
    gives, takes = sight.called(pledge.pledgor), sight.called(pledge.pledgee)
    mass, owed = mass_of(pledge.left, sight.rules), sight.money(pledge.secured)
    called = ["", ""]
    if pledge.state == "called":
        called = [
            f"; notice given, may be enforced from {pledge.enforce_from}",
            f"；已通知，自{pledge.enforce_from}起可处置",
        ]
    return Phrase(
        f"{gives.en} pledges {mass.en} of {pledge.series} to {takes.en}, for a debt of {owed.en} to be paid by "
        f"{pledge.until}{called[0]}",
        f"{gives.zh}以{pledge.series} {mass.zh}质押给{takes.zh}，担保债务{owed.zh}，清偿期限{pledge.until}{called[1]}",
    )


def lease(lease: nouns.Lease, sight: SentenceSight) -> Phrase:
    """Who lets what to whom, at which rent, until when, and what is to be paid next."""
    gives, takes = sight.called(lease.lessor), sight.called(lease.lessee)
    mass = mass_of({**lease.leased, **lease.waiting}, sight.rules)
    rent, pay = amount(lease.rent, Unit.FEN_PER_T_YEAR, sight.rules), PAID[lease.pay]
    due = sorted(lease.waiting) if lease.pay == "once" else sorted(lease.waiting)[:1]
    following = sight.money(value_fen(sum(lease.waiting[series] for series in due), lease.rent))
    when = Phrase("upon acceptance", "接受时支付") if lease.state == "offered" else Phrase("next", "下期应付")
    paid = Phrase("all rent is paid", "租金已付清")
    left = Phrase(f"{following.en} {when.en}", f"{when.zh}{following.zh}") if due else paid
    return Phrase(
        f"{gives.en} lets {mass.en} of {lease.series} to {takes.en} until {lease.ends}; rent {rent.en}, {pay.en}; "
        f"{left.en}",
        f"{gives.zh}将{lease.series} {mass.zh}租给{takes.zh}，至{lease.ends}；租金{rent.zh}，{pay.zh}；{left.zh}",
    )


def deal(deal: nouns.Deal, sight: SentenceSight) -> Phrase:
    """What is offered to whom, and what it comes to without fees."""
    gives, takes = sight.called(deal.seller), sight.called(deal.buyer)
    mass, price = mass_of(deal.count, sight.rules, deal.series), sight.price(deal.price)
    value = sight.money(value_fen(deal.count, deal.price))
    return Phrase(
        f"{gives.en} offers {mass.en} of {deal.series} to {takes.en} at {price.en}, together {value.en} before fees",
        f"{gives.zh}向{takes.zh}要约出售{deal.series} {mass.zh}，价格{price.zh}，合计{value.zh}（不含手续费）",
    )


def transfer(transfer: nouns.AllowanceTransfer, sight: SentenceSight) -> Phrase:
    """What goes from whom to whom, and when."""
    gives, takes = sight.called(transfer.origin), sight.called(transfer.target)
    mass = mass_of(transfer.count, sight.rules, transfer.series)
    at = transfer.due if transfer.ended is None else transfer.ended
    when = sight.rules.civil.clock(at)[:16].replace("T", " ")
    how = {
        "waiting": Phrase(f"carried out {when}", f"{when}执行"),
        "done": Phrase(f"carried out {when}", f"已于{when}执行"),
        "cancelled": Phrase(f"called off {when}", f"已于{when}撤销"),
        "reversed": Phrase("taken back", "已冲正"),
    }[transfer.state]
    return Phrase(
        f"{mass.en} of {transfer.series} from {gives.en} to {takes.en}, {how.en}",
        f"{gives.zh}向{takes.zh}划转{transfer.series} {mass.zh}，{how.zh}",
    )


def order(order: nouns.Order, sight: SentenceSight) -> Phrase:
    """What an order asks for, and what of it is open."""
    who, side = sight.called(order.account), Phrase(order.side, word_zh("side", order.side, sight.rules))
    left, count = (mass_of(each, sight.rules, order.series) for each in (order.left, order.count))
    limit = sight.price(order.limit)
    return Phrase(
        f"{who.en}: {side.en} {count.en} of {order.series} at {limit.en}; {left.en} open",
        f"{who.zh}：{side.zh}{order.series} {count.zh}，限价{limit.zh}；未成交{left.zh}",
    )


def right(right: nouns.Right, sight: SentenceSight) -> Phrase:
    """Whose right it is, to how much of which vintages, and what it is on offer for."""
    who, mass = sight.called(right.holder), sight.mass(right.count)
    last = Phrase(f"to {right.last}", f"至{right.last}年") if right.last else Phrase("without an end", "，无期限")
    english = f"{who.en}: {mass.en} a year of {right.pollutant}-{right.jurisdiction} from {right.first} {last.en}"
    chinese = f"{who.zh}：{right.pollutant}-{right.jurisdiction} 每年{mass.zh}，{right.first}年{last.zh}"
    if (offer := right.offer) is not None:
        buyer, fen = sight.called(offer.buyer), sight.money(offer.fen)
        english += f"; on offer to {buyer.en} from vintage {offer.start} for {fen.en}"
        chinese += f"；自{offer.start}年份起以{fen.zh}要约转让给{buyer.zh}"
    return Phrase(english, chinese)


def purchase(bought: nouns.Purchase, sight: SentenceSight) -> Phrase:
    """What was bought, what of it is paid, and what is due next."""
    works, mass = sight.works(bought.source), sight.mass(bought.count)
    whole, paid, series = sight.money(bought.fen), sight.money(bought.paid_fen), ", ".join(bought.series)
    english = f"{works.en}: {mass.en} of {series} for {whole.en}, {paid.en} paid"
    chinese = f"{works.zh}：{series} {mass.zh}，价款{whole.zh}，已付{paid.zh}"
    if bought.due:
        due = sight.money(bought.due[0].fen)
        english, chinese = f"{english}; {due.en} by {bought.due[0].on}", f"{chinese}；{bought.due[0].on}前付{due.zh}"
    return Phrase(english, chinese)


def application(asked: nouns.Application, sight: SentenceSight) -> Phrase:
    """What a works asks of the reserve."""
    works, mass, price = sight.works(asked.source), sight.mass(asked.wanted), sight.price(asked.price)
    return Phrase(
        f"{works.en} asks for {mass.en} of {asked.series} at {price.en}",
        f"{works.zh}申请{asked.series} {mass.zh}，价格{price.zh}",
    )


def withholding(held: nouns.Withholding, sight: SentenceSight) -> Phrase:
    """What of a grant is blocked, why, and until when."""
    works, mass = sight.works(held.source), sight.mass(held.blocked)
    ground = sight.ground(held.ground)
    return Phrase(
        f"{works.en}: {mass.en} of {held.series} withheld until {held.until}, {ground.en} {held.year}",
        f"{works.zh}：{held.series} {mass.zh}暂扣至{held.until}，{held.year}年{ground.zh}",
    )


def passing(sale: nouns.SourceTransfer, sight: SentenceSight) -> Phrase:
    """Which works goes from whom to whom: whoever takes it answers for what it owes."""
    works, gives, takes = sight.works(sale.source), sight.called(sale.origin), sight.called(sale.target)
    state = Phrase(sale.state, {"offered": "待接受", "claimed": "已接受，待审批"}.get(sale.state, sale.state))
    return Phrase(
        f"{gives.en} passes {works.en} to {takes.en}, with all that it owes; {state.en}",
        f"{gives.zh}将{works.zh}转移给{takes.zh}，其应缴义务一并转移；{state.zh}",
    )


def improvement(item: Any) -> Phrase:
    """What is to be improved, and what was answered."""
    wanted, answer = reason(item.item), reason(item.answer) if item.answer else None
    if answer is None:
        return wanted
    return Phrase(f"{wanted.en}; answered: {answer.en}", f"{wanted.zh}；答复：{answer.zh}")
