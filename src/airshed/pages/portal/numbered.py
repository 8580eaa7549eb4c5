"""What acts and events name by a number: where it lies, what it is called, what is said of it, and whose it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from airshed.engine import events as e
from airshed.engine.state import State
from airshed.pages.kit.words import Phrase
from airshed.pages.portal import stands_for
from airshed.pages.portal.stands_for import SentenceSight


class Numbered(NamedTuple):
    """A kind of thing that has numbers."""

    things: Callable[[State], Mapping[int, Any]]
    #: What one is called in Chinese.
    name_zh: str
    sentence: Callable[[Any, SentenceSight], Phrase]
    #: Events that name it by its number alone, and neither the account nor what is its own.
    events: tuple[type, ...] = ()
    #: How the read tables say whose it is, by account or stack, and of what, for those events.
    whose: str = ""


_CASES = (e.CaseReplied, e.CaseDecided, e.CaseAppealed, e.CaseAppealDecided)
_MARKS = (e.MarkProven, e.MarkApproved, e.MarkReverted)
_WITHDRAWALS = (e.WithdrawalAppealed, e.AppealDecided, e.WithdrawalRestored)
_WITHHOLDINGS = (e.WithholdingReleased, e.WithheldForfeited)
#: By the name of the field that holds the number.
NUMBERED: Mapping[str, Numbered] = {
    "mark": Numbered(
        lambda state: state.marks,
        "第{}号标记",
        stands_for.mark,
        _MARKS,
        "SELECT stack, stack FROM marks WHERE mark = ?",
    ),
    "case": Numbered(
        lambda state: state.cases,
        "第{}号案件",
        stands_for.case,
        _CASES,
        "SELECT account, source FROM cases WHERE case_number = ?",
    ),
    "withdrawal": Numbered(
        lambda state: state.withdrawals,
        "第{}号收回告知",
        stands_for.withdrawal,
        _WITHDRAWALS,
        "SELECT account, source FROM withdrawals WHERE withdrawal = ?",
    ),
    "pledge": Numbered(lambda state: state.pledges, "第{}号质押", stands_for.pledge),
    "lease": Numbered(lambda state: state.leases, "第{}号租赁", stands_for.lease),
    "part_of": Numbered(lambda state: state.leases, "第{}号租赁", stands_for.lease),
    "deal": Numbered(lambda state: state.deals, "第{}号要约", stands_for.deal),
    "transfer": Numbered(lambda state: state.transfers, "第{}号划转", stands_for.transfer),
    "order": Numbered(lambda state: state.orders, "第{}号委托", stands_for.order),
    "right": Numbered(lambda state: state.rights, "第{}号排污权", stands_for.right),
    "purchase": Numbered(lambda state: state.purchases, "第{}号购买", stands_for.purchase),
    "application": Numbered(
        lambda state: state.applications,
        "第{}号申请",
        stands_for.application,
        (e.ApplicationDropped,),
        "SELECT account, source FROM applications WHERE application = ?",
    ),
    "withholding": Numbered(
        lambda state: state.withholdings,
        "第{}号暂扣",
        stands_for.withholding,
        _WITHHOLDINGS,
        "SELECT account, source FROM withholdings WHERE withholding = ?",
    ),
}
