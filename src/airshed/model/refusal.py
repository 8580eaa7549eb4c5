"""Why something is not done: a refusal is a value of the market, malformed input is an error of the edge."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

import msgspec


class Malformed(ValueError):
    """Input that cannot be read. It names the place, what is wrong there, and the cure."""

    def __init__(self, place: str, what: str, cure: str) -> None:
        super().__init__(f"{place}: {what}; {cure}")
        self.place = place
        self.what = what
        self.cure = cure

    def __reduce__(self) -> tuple[type[Malformed], tuple[str, str, str]]:
        """So that it comes back whole from a worker of another process."""
        return type(self), (self.place, self.what, self.cure)


def in_a_sentence(what: str) -> str:
    """What a library says, as it goes on behind a place: with a small letter, but for letters that stand for words.

    >>> in_a_sentence("Expected `int`, got `str`"), in_a_sentence("JSON is malformed")
    ('expected `int`, got `str`', 'JSON is malformed')
    """
    return what if what[1:2].isupper() else what[:1].lower() + what[1:]


class Why(StrEnum):
    """Reasons to refuse a command, in the order in which they are looked for: the first that holds is given.

    Each has its code, and what it says in English and in Chinese.
    """

    _value_: str
    english: str
    chinese: str

    def __new__(cls, code: str, english: str, chinese: str) -> Self:
        why = str.__new__(cls, code)
        why._value_, why.english, why.chinese = code, english, chinese
        return why

    # the command itself
    KEY_REUSED = "key_reused", "The key stands for an earlier command with other content.", "该键已用于内容不同的指令。"
    NO_RULEBOOK = "no_rulebook", "No rulebook is in force yet.", "尚无生效的规则。"
    UNKNOWN_ACTOR = "unknown_actor", "Nobody is registered under this name.", "该行为人未登记。"
    ACTOR_SUSPENDED = "actor_suspended", "The actor is suspended, or revoked for good.", "该行为人已被暂停或撤销权限。"
    ACCOUNT_SUSPENDED = (
        "account_suspended",
        "Nobody may act for the account until further notice.",
        "账户已暂停，任何人不得代其行事。",
    )
    ROLE_MAY_NOT = "role_may_not", "The actor's role may not send this command.", "该角色无权发出此指令。"
    OUT_OF_SCOPE = "out_of_scope", "The actor is bound to another place or account.", "超出该行为人的辖区或账户范围。"
    NOT_YOUR_OWN = "not_your_own", "The actor acts for another account.", "行为人不代表该账户。"
    RULEBOOK_MISMATCH = (
        "rulebook_mismatch",
        "The digest named is not that of the rules at hand.",
        "所列摘要与现有规则文本不符。",
    )
    NOT_YOURS_TO_GIVE = (
        "not_yours_to_give",
        "Nobody gives a right that they may not give.",
        "不得授予自己无权授予的权利。",
    )
    OWN_ACT = "own_act", "Nobody approves an act of their own.", "不得核准自己的行为。"
    NO_PROVENANCE = (
        "no_provenance",
        "The first adoption does not say whether the book is a programme or a simulation.",
        "首次采用规则时未说明账簿属实际运行还是模拟。",
    )
    PROVENANCE_FIXED = (
        "provenance_fixed",
        "What a book is stands in its first record for good.",
        "账簿性质以首条记录为准，不得更改。",
    )
    # the things it names
    UNKNOWN_ACCOUNT = "unknown_account", "There is no such account.", "无此账户。"
    UNKNOWN_SERIES = "unknown_series", "The series is not issued, or has no cap.", "该系列未发放或无总量。"
    UNKNOWN_SOURCE = "unknown_source", "There is no such source, or the account has none.", "无此排放源。"
    UNKNOWN_STACK = "unknown_stack", "There is no such stack.", "无此排放口。"
    UNKNOWN_ORDER = "unknown_order", "The order does not rest in the book.", "该委托不在委托簿中。"
    UNKNOWN_AUCTION = "unknown_auction", "There is no such auction.", "无此拍卖。"
    UNKNOWN_DEAL = "unknown_deal", "There is no such deal, or it is settled or dropped.", "无此协议，或已成交、已撤销。"
    UNKNOWN_CALL = "unknown_call", "There is no such call, or no such order in it.", "无此集合竞价或委托。"
    UNKNOWN_BID = "unknown_bid", "There is no such sealed bid.", "无此密封申报。"
    UNKNOWN_SALE = "unknown_sale", "There is no such sale.", "无此定价出让。"
    UNKNOWN_PURCHASE = "unknown_purchase", "There is no such purchase.", "无此购买合同。"
    UNKNOWN_APPLICATION = "unknown_application", "There is no such application.", "无此申请。"
    UNKNOWN_REPURCHASE = "unknown_repurchase", "There is no such reverse auction.", "无此反向拍卖。"
    UNKNOWN_WITHDRAWAL = "unknown_withdrawal", "There is no such withdrawal.", "无此收回事项。"
    UNKNOWN_WITHHOLDING = "unknown_withholding", "There is no such withholding.", "无此暂扣事项。"
    UNKNOWN_MARK = "unknown_mark", "There is no such mark.", "无此标记。"
    UNKNOWN_ITEM = "unknown_item", "There is no such item on the improvement list.", "改进清单中无此事项。"
    UNKNOWN_ACT = "unknown_act", "No act waits under this number.", "无此待复核事项。"
    UNKNOWN_PLEDGE = "unknown_pledge", "There is no such pledge, or it is free again.", "无此质押或已解除。"
    UNKNOWN_LEASE = "unknown_lease", "There is no such lease, or it is over.", "无此租赁或已终止。"
    UNKNOWN_RIGHT = "unknown_right", "There is no such right.", "无此排污权。"
    UNKNOWN_TRANSFER = "unknown_transfer", "There is no transfer of this number.", "无此划转。"
    UNKNOWN_CASE = "unknown_case", "There is no such case.", "无此案件。"
    ALREADY_EXISTS = "already_exists", "It is there, done or in force already.", "已存在、已完成或已生效。"
    WRONG_KIND = "wrong_kind", "The thing exists but is of a kind that does not fit.", "对象类型不符。"
    SIMULATED_SOURCE = (
        "simulated_source",
        "A real programme registers no simulated source.",
        "实际运行的交易体系不得登记模拟排放源。",
    )
    # the state they are in
    ACCOUNT_FROZEN = "account_frozen", "The account is frozen.", "账户已冻结。"
    ACCOUNT_RESTRICTED = (
        "account_restricted",
        "The state of the account lets it not give or take so.",
        "账户处于受限状态，不得进行此类交易。",
    )
    SESSION_CLOSED = "session_closed", "No trading session is open, or not this one.", "交易时段未开放。"
    AUCTION_CLOSED = "auction_closed", "The auction is over.", "拍卖已结束。"
    CALL_CLOSED = "call_closed", "The call is over.", "集合竞价已结束。"
    BIDS_SEALED = "bids_sealed", "Bids are taken sealed only, until the close.", "截止前仅接受密封申报。"
    NOT_OPENED = "not_opened", "The sealed bid was not opened in its time and is void.", "密封申报未按时揭示,视为无效。"
    MARKET_HALTED = "market_halted", "The market of the series stands still.", "该系列已暂停交易。"
    SALE_CLOSED = "sale_closed", "The sale is over.", "定价出让已结束。"
    APPEAL_OPEN = "appeal_open", "An appeal waits to be decided.", "申诉尚未裁决。"
    CONDITION_OPEN = "condition_open", "The condition is not met yet.", "条件尚未满足。"
    DAY_SEALED = "day_sealed", "The day is sealed; a correction names what it replaces.", "该日数据已封存。"
    DAYS_MISSING = "days_missing", "Days of the year are not sealed.", "年内有未封存的日数据。"
    HOURS_MISSING = "hours_missing", "Hours or masses are not complete.", "小时数据或排放量不完整。"
    MARK_DECIDED = "mark_decided", "The mark is decided, or reverted, already.", "该标记已审定或已撤销。"
    MARKS_OPEN = "marks_open", "Marks of the year wait for a decision.", "年内尚有未审定的标记。"
    MARKS_DIFFER = "marks_differ", "The day was sealed with other marks than stand.", "日数据与有效标记不一致。"
    NOT_REPORTED = "not_reported", "There is nothing reported or sealed that this could rest on.", "尚未报告或封存。"
    REPORT_STALE = (
        "report_stale",
        "Days or marks changed after the report; make it again.",
        "报告后数据已更正,须重新报告。",
    )
    ACT_LAPSED = (
        "act_lapsed",
        "The act waited too long, or was proposed under an earlier law; propose it anew.",
        "该事项逾期未复核，或系依原规则提出，须重新提出。",
    )
    IMPROVEMENTS_OPEN = "improvements_open", "Items of the improvement list are not done.", "改进事项未答复或未完成。"
    NOT_VERIFIED = "not_verified", "The emission of the year is not verified.", "年度排放量未经核查。"
    NOT_IN_FORCE = "not_in_force", "It does not stand yet, or no notice was given.", "尚未生效或尚未通知。"
    TRANSFER_OVER = "transfer_over", "The transfer was carried out or called off already.", "该划转已执行或已撤销。"
    YEAR_CLOSED = (
        "year_closed",
        "The year is reported, verified, settled or excluded already.",
        "该年度已报告、核查、清缴结算或豁免。",
    )
    TOO_EARLY = "too_early", "The day, the year or the deadline is not over.", "日期、年度或期限未到。"
    TOO_LATE = "too_late", "The deadline is over, or the offer does not stand.", "期限已过或已停止办理。"
    EXPIRED_VINTAGE = (
        "expired_vintage",
        "The vintage counts for no year any more.",
        "该年份配额已过最后清缴期限，不得再交易。",
    )
    # what the air and the market allow
    WALLED_OFF = (
        "walled_off",
        "The two sides of a wall between industries do not trade.",
        "该行业与其他行业之间不得交易。",
    )
    ADDS_LOAD = (
        "adds_load",
        "It would add load where the air fails its standard.",
        "空气质量未达标区域不得增加排放总量。",
    )
    CROSSING = "crossing", "Allowances of another jurisdiction are not for this buyer.", "不得跨区域购买。"
    INFEASIBLE = "infeasible", "No allocation keeps every limit of the air.", "无法满足全部环境约束。"
    NOT_ELIGIBLE = "not_eligible", "The source is not one of those for whom it is.", "该排放源不符合条件。"
    # what it rests on
    SEAL_MISSING = "seal_missing", "The seed is to be sealed before there are orders.", "随机种子须在接受申报前封存。"
    SEAL_DIFFERS = "seal_differs", "What is shown is not what was sealed.", "所示内容与封存的摘要不符。"
    UNREADABLE = "unreadable", "What was sealed is no bid that can be read.", "密封内容无法解读为有效申报。"
    UNPROVEN = "unproven", "The proof is missing.", "缺少证明材料。"
    SOLVER_FAILED = "solver_failed", "The solver failed or ran out of its time.", "求解失败或超时，未作任何变动。"
    UNEXPLAINED = "unexplained", "A reason or an explanation is missing.", "缺少理由或说明。"
    CHECK_FAILED = (
        "check_failed",
        "A check that the rulebook makes blocking has failed.",
        "未通过规则规定的强制性检查。",
    )
    # the quantities
    NOT_POSITIVE = "not_positive", "A quantity is zero or below, or a mass is negative.", "数量须大于零。"
    TOO_LARGE = "too_large", "A quantity is more than the rules or what is owed allow.", "数量超过上限。"
    TOO_SMALL = "too_small", "A quantity is less than the rules ask for.", "数量低于下限。"
    TERM_TOO_LONG = "term_too_long", "The term is longer than the rules allow.", "期限超过规定。"
    OVER_ENTITLEMENT = "over_entitlement", "It is more than the source is entitled to.", "超出该排放源可购额度。"
    OFF_LOT = "off_lot", "The count is not a multiple of the lot.", "数量不是交易单位的整数倍。"
    OFF_TICK = "off_tick", "The price is not a multiple of the tick.", "价格不是最小变动价位的整数倍。"
    UNDER_RESERVE = "under_reserve", "The bid is under the reserve price.", "报价低于保留价。"
    FIRST_TOO_SMALL = "first_too_small", "The first instalment is less than the least.", "首付低于最低比例。"
    UNDER_TRIGGER = "under_trigger", "The price has not reached the trigger.", "价格未达到触发水平。"
    OUTSIDE_BAND = "outside_band", "The limit lies outside the price band of the session.", "报价超出涨跌幅限制。"
    OUTSIDE_COLLAR = "outside_collar", "The price lies outside the collar of the programme.", "价格超出价格上下限。"
    UNTRUSTED = "untrusted", "So much goes to trusted accounts only.", "超出向非信任账户划转的上限。"
    OVER_POSITION = "over_position", "The corporate group would hold more than it may.", "集团持有量将超过上限。"
    BOUGHT_TODAY = "bought_today", "What was bought today is not sold today.", "当日买入不得当日卖出。"
    NOT_CONSERVED = (
        "not_conserved",
        "The shares cannot add up to the cap, or a claim has no figure.",
        "分配不守恒或缺少依据。",
    )
    SELF_TRADE = "self_trade", "It would meet an order or an offer of one's own.", "不得与本账户或本集团的委托成交。"
    # what is there to pay with
    SERIALS_GONE = "serials_gone", "The serials to give back have gone on to others.", "原编号配额已转至他人。"
    INSUFFICIENT_HOLDING = "insufficient_holding", "Too few allowances are free.", "可用配额不足。"
    INSUFFICIENT_CASH = "insufficient_cash", "Too little money is free.", "可用资金不足。"
    OVER_GUARANTEE = "over_guarantee", "The bid is more than its guarantee.", "申报超出其保证金或冻结的配额。"
    STILL_OWED = "still_owed", "What is there is owed for emissions.", "现有配额须用于清缴。"
    NOTHING_DUE = "nothing_due", "There is nothing to pay or to undo.", "无应付或待处理事项。"
    # what whoever sends it has to know
    UNCONFIRMED = (
        "unconfirmed",
        "The command does not say all that its preview warns of.",
        "指令未确认预演所警示的后果。",
    )


class Refusal(msgspec.Struct, frozen=True):
    """Why a command changes nothing: the reason, the thing and the cure in one sentence, the article it rests on."""

    #: The reason, one of the list below.
    why: Why
    #: The thing, the place and the cure.
    detail: str
    #: The article of the rulebook.
    cite: str
