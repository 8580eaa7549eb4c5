"""What is due when for a firm, and what waits for it: deadlines of the law, payments, offers, proofs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

from airshed.engine.nouns import PenaltyKey, Source
from airshed.engine.procedures.penalty import breach_of, owed_of
from airshed.engine.state import State
from airshed.model.allowance import Series
from airshed.model.counted import counted
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.between import opens
from airshed.pages.portal.calendar import Date, dates
from airshed.pages.portal.happening import amount, ground_of, mass_of
from airshed.pages.portal.names import called_in, works_called
from airshed.pages.portal.sealed_bids import sealing_page
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.seasons import due_day, running
from airshed.service.book.position import positions

#: Days before a deadline from which it is shown as near.
NEAR_DAYS = 30


class Due(NamedTuple):
    """Something with a day, or that waits for somebody."""

    #: Its last day; empty where it has none.
    day: str
    what: Phrase
    href: str
    #: "late", "near" or empty.
    how: str = ""


def dues(state: State, rules: Rulebook, account: str, at: int, waiting: int) -> list[Due]:
    """What is due when, and what waits for whom, the earliest first."""
    today = rules.civil.day_of(at)
    found = [
        *_surrenders(state, rules, account, at),
        *_of_sources(state, rules, account, at),
        *_payments(state, rules, account),
        *_penalties(state, rules, account, today),
        *_cases(state, rules, account, at),
        *_offers(state, rules, account),
        *_marks(state, account),
        *_transfers(state, rules, account),
        *_bids(state, rules, account, at),
    ]
    if not any(due.day >= today for due in found):
        days = (each for each in dates(state, rules, today) if each.day >= today)
        coming = next((each for each in days if not _done(state, rules, account, at, each)), None)
        if coming is not None:
            found.append(Due(coming.day, coming.what, "/calendar"))
    shown = sorted((due._replace(how=_how(due.day, today)) for due in found), key=lambda due: (due.day, due.what.en))
    if waiting:
        acts = Phrase(f"{counted(waiting, 'act waits', 'acts wait')} for you", f"{waiting}项业务待您复核")
        return [Due("", acts, "/waiting", "near"), *shown]
    return shown


def _done(state: State, rules: Rulebook, account: str, at: int, date: Date) -> bool:
    """Whether an account has done already what a deadline of the law is for."""
    if not date.step or (account, date.year) in state.closed:
        return bool(date.step)
    mine = [source.id for source in state.sources.values() if source.account == account]
    known = [state.years.get((source, date.year)) for source in mine]
    if date.step == "report":
        return all(each is not None and each.version for each in known)
    if not all(each is not None and each.verified_mg is not None for each in known):
        return False
    if date.step == "verify":
        return True
    of_year = [each for each in positions(state, rules, account, at) if each.year == date.year]
    return all(each.surrendered >= (each.owed or 0) for each in of_year)


def _how(day: str, today: str) -> str:
    if not day:
        return "near"
    left = (date.fromisoformat(day) - date.fromisoformat(today)).days
    return "late" if left < 0 else "near" if left <= NEAR_DAYS else ""


def _surrenders(state: State, rules: Rulebook, account: str, at: int) -> Iterator[Due]:
    for each in positions(state, rules, account, at):
        if each.basis == "verified" and each.owed is not None and each.owed > each.surrendered:
            left = amount(each.owed - each.surrendered, Unit.ALLOWANCES, rules)
            what = Phrase(
                f"Surrender {left.en} of {each.pollutant} for {each.year}",
                f"清缴{each.year}年度{each.pollutant} {left.zh}",
            )
            yield Due(each.until, what, f"/act/Surrender?year={each.year}&pollutant={each.pollutant}")


def _of_sources(state: State, rules: Rulebook, account: str, at: int) -> Iterator[Due]:
    for source in state.sources.values():
        if source.account == account:
            yield from _report(state, rules, source, at)
            yield from _of_years(state, rules, source, works_called(state, rules, source.id))


def _report(state: State, rules: Rulebook, source: Source, at: int) -> Iterator[Due]:
    year = running(rules, rules.civil.day_of(at)) - 1
    known = state.years.get((source.id, year))
    begun = int(rules.civil.day_of(source.registered)[:4]) <= year
    begun = begun and any(Series.parse(name).vintage == year for name in state.ledger.caps)  # else nothing is owed
    if begun and (known is None or not known.version) and (source.account, year) not in state.closed:
        works = works_called(state, rules, source.id)
        what = Phrase(f"Report {year} of {works.en}", f"提交{works.zh}的{year}年度报告")
        due = due_day(rules, year, rules.calendar.report_by)
        yield Due(due, what, f"/act/ReportYear?source={source.id}&year={year}")


def _of_years(state: State, rules: Rulebook, source: Source, works: Phrase) -> Iterator[Due]:
    for (name, year), known in state.years.items():
        if name != source.id:
            continue
        of_year = f"source={name}&year={year}"
        for item in known.improvements:
            if item.state == "open":
                what = Phrase(
                    f"Answer item {item.number} of {works.en}, {year}",
                    f"答复{works.zh} {year}年度第{item.number}项整改",
                )
                yield Due("", what, f"/act/AnswerImprovement?{of_year}&number={item.number}")
        for code, count in known.extra.items():
            if count:
                # a correction, a group above its level, or credits that were found void
                left = amount(count, Unit.ALLOWANCES, rules)
                what = Phrase(
                    f"Surrender {left.en} of {code} for {year}, added after it was settled: {works.en}",
                    f"补缴{works.zh} {year}年度结算后增加的{code} {left.zh}",
                )
                yield Due(known.extra_until, what, f"/act/Surrender?{of_year}&pollutant={code}")


def _payments(state: State, rules: Rulebook, account: str) -> Iterator[Due]:
    for purchase in state.purchases.values():
        if purchase.account == account and purchase.due and purchase.state not in ("paid", "withdrawn"):
            money = amount(purchase.due[0].fen, Unit.FEN, rules)
            what = Phrase(f"Pay an instalment of {money.en}", f"支付分期款{money.zh}")
            yield Due(purchase.due[0].on, what, f"/act/PayInstalment?purchase={purchase.id}")


def _penalties(state: State, rules: Rulebook, account: str, today: str) -> Iterator[Due]:
    """What is owed of each, with the interest until today, by the last day of its oldest part."""
    for key, known in state.penalties.items():
        due, added = owed_of(state, rules, key, today)
        if known.account != account or known.suspended or not due + added:
            continue
        source, year, pollutant, _ = key
        money, works = amount(due + added, Unit.FEN, rules), works_called(state, rules, source)
        of = same(pollutant) if pollutant else ground_of(rules, breach_of(state, key))
        what = Phrase(
            f"Pay the penalty of {money.en}: {works.en}, {of.en} {year}",
            f"缴纳罚款{money.zh}：{works.zh} {year}年度{of.zh}",
        )
        if added:
            late = amount(added, Unit.FEN, rules)
            what = Phrase(f"{what.en} (of it {late.en} for lateness)", f"{what.zh}（含逾期加处罚款{late.zh}）")
        yield Due(known.next_day() or "", what, paying(key))


def paying(key: PenaltyKey) -> str:
    """The form by which a penalty is paid."""
    source, year, pollutant, case = key
    return f"/act/PayPenalty?{urlencode({'source': source, 'year': year, 'pollutant': pollutant, 'case': case})}"


def _cases(state: State, rules: Rulebook, account: str, at: int) -> Iterator[Due]:
    """What may be replied to or appealed, and until when."""
    for case in state.cases.values():
        if case.account != account:
            continue
        ground, of = ground_of(rules, case.ground), case.day or str(case.year)
        about, room = Phrase(f"{ground.en}, {of}", f"{ground.zh}，{of}"), f"/cases/{case.id}"
        if case.state == "noticed" and case.replies < rules.cases.replies and at <= case.reply_until:
            what = Phrase(f"Reply to case {case.id}: {about.en}", f"就第{case.id}号案件陈述申辩：{about.zh}")
            yield Due(rules.civil.day_of(case.reply_until), what, room)
        elif case.state == "decided" and at <= case.appeal_until:
            what = Phrase(f"Case {case.id} is decided; it may be appealed", f"第{case.id}号案件已决定，可申请复议")
            yield Due(rules.civil.day_of(case.appeal_until), what, room)


def _offers(state: State, rules: Rulebook, account: str) -> Iterator[Due]:
    called = called_in(state, rules)
    for deal in state.deals.values():
        if deal.buyer == account:
            count, seller = mass_of(deal.count, rules, deal.series), called(deal.seller)
            what = Phrase(
                f"{seller.en} offers {count.en} of {deal.series}", f"{seller.zh}要约出售{deal.series} {count.zh}"
            )
            yield Due("", what, f"/act/AcceptDeal?deal={deal.id}")
    for lease in state.leases.values():
        if lease.lessee == account and lease.state == "offered":
            count, lessor = mass_of(lease.count, rules, lease.series), called(lease.lessor)
            what = Phrase(
                f"{lessor.en} offers a lease of {count.en} of {lease.series}",
                f"{lessor.zh}要约出租{lease.series} {count.zh}",
            )
            yield Due("", what, f"/act/AcceptLease?lease={lease.id}")
    for pledge in state.pledges.values():
        if pledge.pledgee == account and pledge.state == "offered":
            count, pledgor = mass_of(pledge.left, rules), called(pledge.pledgor)
            what = Phrase(
                f"{pledgor.en} offers {count.en} of {pledge.series} as a pledge",
                f"{pledgor.zh}申请以{pledge.series} {count.zh}设立质押",
            )
            yield Due("", what, f"/act/AcceptPledge?pledge={pledge.id}")
    for transfer in state.passing.values():
        if transfer.target == account and transfer.state == "offered":
            origin, works = called(transfer.origin), works_called(state, rules, transfer.source)
            what = Phrase(f"{origin.en} offers {works.en}", f"{origin.zh}提出转移{works.zh}")
            yield Due("", what, f"/act/ClaimSource?source={transfer.source}")


def _transfers(state: State, rules: Rulebook, account: str) -> Iterator[Due]:
    """What leaves an account or comes to it when its delay is over, and until then may be called off."""
    called = called_in(state, rules)
    for transfer in state.waiting_transfers.values():
        count = mass_of(transfer.count, rules, transfer.series)
        origin, target = called(transfer.origin), called(transfer.target)
        if transfer.origin == account:
            what = Phrase(
                f"{count.en} of {transfer.series} go to {target.en}; until then it may be called off",
                f"{transfer.series} {count.zh}将划往{target.zh}，执行前可撤销",
            )
        elif transfer.target == account:
            what = Phrase(
                f"{count.en} of {transfer.series} come from {origin.en}",
                f"{origin.zh}划入{transfer.series} {count.zh}",
            )
        else:
            continue
        yield Due(rules.civil.day_of(transfer.due), what, "/with-others")


def _bids(state: State, rules: Rulebook, account: str, at: int) -> Iterator[Due]:
    """Sealed bids that are to be opened, and what takes bids."""
    for (venue, name), sealing in state.sealings.items():
        own = any(bid.account == account for bid in sealing.bids.values())
        if own and sealing.until is not None and at < sealing.until and not sealing.over:
            by = rules.civil.clock(sealing.until)[11:16]
            what = Phrase(
                f"Open your sealed bid in {name} by {by}, or it is void", f"请于{by}前揭示{name}的密封申报，逾期作废"
            )
            yield Due(rules.civil.day_of(sealing.until), what, sealing_page(venue, name))
    ended = {name for (_, name), sealing in state.sealings.items() if sealing.until is not None}
    for found in opens(state, rules, account, frozenset()):
        if found.name not in ended:
            what = Phrase(
                f"{found.name} ({found.series}) takes bids: {found.kind.en}",
                f"{found.kind.zh}{found.name}（{found.series}）正在接受申报",
            )
            yield Due("", what, "/with-others#h-auctions")


def _marks(state: State, account: str) -> Iterator[Due]:
    stacks = {stack for source in state.sources.values() if source.account == account for stack, _ in source.stacks}
    for mark in state.marks.values():
        if mark.stack in stacks and mark.state == "entered" and not mark.evidence:
            what = Phrase(f"Prove mark {mark.id} on {mark.stack}", f"提交{mark.stack}标记{mark.id}的证明")
            yield Due(state.civil.day_of(mark.prove_by), what, f"/act/ProveMark?mark={mark.id}")
