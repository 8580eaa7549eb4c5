"""Why something is not done: a refusal is a value of the market, malformed input is an error of the edge."""

from __future__ import annotations

from enum import StrEnum

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
    """Reasons to refuse a command, in the order in which they are looked for: the first that holds is given."""

    # the command itself
    KEY_REUSED = "key_reused"
    NO_RULEBOOK = "no_rulebook"
    UNKNOWN_ACTOR = "unknown_actor"
    ACTOR_SUSPENDED = "actor_suspended"
    ACCOUNT_SUSPENDED = "account_suspended"
    ROLE_MAY_NOT = "role_may_not"
    OUT_OF_SCOPE = "out_of_scope"
    NOT_YOUR_OWN = "not_your_own"
    RULEBOOK_MISMATCH = "rulebook_mismatch"
    NOT_YOURS_TO_GIVE = "not_yours_to_give"
    OWN_ACT = "own_act"
    NO_PROVENANCE = "no_provenance"
    PROVENANCE_FIXED = "provenance_fixed"
    # the things it names
    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_SERIES = "unknown_series"
    UNKNOWN_SOURCE = "unknown_source"
    UNKNOWN_STACK = "unknown_stack"
    UNKNOWN_ORDER = "unknown_order"
    UNKNOWN_AUCTION = "unknown_auction"
    UNKNOWN_DEAL = "unknown_deal"
    UNKNOWN_CALL = "unknown_call"
    UNKNOWN_BID = "unknown_bid"
    UNKNOWN_SALE = "unknown_sale"
    UNKNOWN_PURCHASE = "unknown_purchase"
    UNKNOWN_APPLICATION = "unknown_application"
    UNKNOWN_REPURCHASE = "unknown_repurchase"
    UNKNOWN_WITHDRAWAL = "unknown_withdrawal"
    UNKNOWN_WITHHOLDING = "unknown_withholding"
    UNKNOWN_MARK = "unknown_mark"
    UNKNOWN_ITEM = "unknown_item"
    UNKNOWN_ACT = "unknown_act"
    UNKNOWN_PLEDGE = "unknown_pledge"
    UNKNOWN_LEASE = "unknown_lease"
    UNKNOWN_RIGHT = "unknown_right"
    UNKNOWN_TRANSFER = "unknown_transfer"
    UNKNOWN_CASE = "unknown_case"
    ALREADY_EXISTS = "already_exists"
    WRONG_KIND = "wrong_kind"
    SIMULATED_SOURCE = "simulated_source"
    # the state they are in
    ACCOUNT_FROZEN = "account_frozen"
    ACCOUNT_RESTRICTED = "account_restricted"
    SESSION_CLOSED = "session_closed"
    AUCTION_CLOSED = "auction_closed"
    CALL_CLOSED = "call_closed"
    BIDS_SEALED = "bids_sealed"
    NOT_OPENED = "not_opened"
    MARKET_HALTED = "market_halted"
    SALE_CLOSED = "sale_closed"
    APPEAL_OPEN = "appeal_open"
    CONDITION_OPEN = "condition_open"
    DAY_SEALED = "day_sealed"
    DAYS_MISSING = "days_missing"
    HOURS_MISSING = "hours_missing"
    MARK_DECIDED = "mark_decided"
    MARKS_OPEN = "marks_open"
    MARKS_DIFFER = "marks_differ"
    NOT_REPORTED = "not_reported"
    REPORT_STALE = "report_stale"
    ACT_LAPSED = "act_lapsed"
    IMPROVEMENTS_OPEN = "improvements_open"
    NOT_VERIFIED = "not_verified"
    NOT_IN_FORCE = "not_in_force"
    TRANSFER_OVER = "transfer_over"
    YEAR_CLOSED = "year_closed"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    EXPIRED_VINTAGE = "expired_vintage"
    # what the air and the market allow
    WALLED_OFF = "walled_off"
    ADDS_LOAD = "adds_load"
    CROSSING = "crossing"
    INFEASIBLE = "infeasible"
    NOT_ELIGIBLE = "not_eligible"
    # what it rests on
    SEAL_MISSING = "seal_missing"
    SEAL_DIFFERS = "seal_differs"
    UNREADABLE = "unreadable"
    UNPROVEN = "unproven"
    SOLVER_FAILED = "solver_failed"
    UNEXPLAINED = "unexplained"
    CHECK_FAILED = "check_failed"
    # the quantities
    NOT_POSITIVE = "not_positive"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    TERM_TOO_LONG = "term_too_long"
    OVER_ENTITLEMENT = "over_entitlement"
    OFF_LOT = "off_lot"
    OFF_TICK = "off_tick"
    UNDER_RESERVE = "under_reserve"
    FIRST_TOO_SMALL = "first_too_small"
    UNDER_TRIGGER = "under_trigger"
    OUTSIDE_BAND = "outside_band"
    OUTSIDE_COLLAR = "outside_collar"
    UNTRUSTED = "untrusted"
    OVER_POSITION = "over_position"
    BOUGHT_TODAY = "bought_today"
    NOT_CONSERVED = "not_conserved"
    SELF_TRADE = "self_trade"
    # what is there to pay with
    SERIALS_GONE = "serials_gone"
    INSUFFICIENT_HOLDING = "insufficient_holding"
    INSUFFICIENT_CASH = "insufficient_cash"
    OVER_GUARANTEE = "over_guarantee"
    STILL_OWED = "still_owed"
    NOTHING_DUE = "nothing_due"
    # what whoever sends it has to know
    UNCONFIRMED = "unconfirmed"


PRECEDENCE: dict[Why, int] = {why: place for place, why in enumerate(Why)}


#: What each reason says, in English and Chinese.
MEANINGS: dict[Why, tuple[str, str]] = {
    Why.KEY_REUSED: ("The key stands for an earlier command with other content.", "该键已用于内容不同的指令。"),
    Why.NO_RULEBOOK: ("No rulebook is in force yet.", "尚无生效的规则。"),
    Why.UNKNOWN_ACTOR: ("Nobody is registered under this name.", "该行为人未登记。"),
    Why.ACTOR_SUSPENDED: ("The actor is suspended, or revoked for good.", "该行为人已被暂停或撤销权限。"),
    Why.ACCOUNT_SUSPENDED: ("Nobody may act for the account until further notice.", "账户已暂停，任何人不得代其行事。"),
    Why.ROLE_MAY_NOT: ("The actor's role may not send this command.", "该角色无权发出此指令。"),
    Why.OUT_OF_SCOPE: ("The actor is bound to another place or account.", "超出该行为人的辖区或账户范围。"),
    Why.NOT_YOUR_OWN: ("The actor acts for another account.", "行为人不代表该账户。"),
    Why.RULEBOOK_MISMATCH: ("The digest named is not that of the rules at hand.", "所列摘要与现有规则文本不符。"),
    Why.NOT_YOURS_TO_GIVE: ("Nobody gives a right that they may not give.", "不得授予自己无权授予的权利。"),
    Why.OWN_ACT: ("Nobody approves an act of their own.", "不得核准自己的行为。"),
    Why.NO_PROVENANCE: (
        "The first adoption does not say whether the book is a programme or a simulation.",
        "首次采用规则时未说明账簿属实际运行还是模拟。",
    ),
    Why.PROVENANCE_FIXED: ("What a book is stands in its first record for good.", "账簿性质以首条记录为准，不得更改。"),
    Why.UNKNOWN_ACCOUNT: ("There is no such account.", "无此账户。"),
    Why.UNKNOWN_SERIES: ("The series is not issued, or has no cap.", "该系列未发放或无总量。"),
    Why.UNKNOWN_SOURCE: ("There is no such source, or the account has none.", "无此排放源。"),
    Why.UNKNOWN_STACK: ("There is no such stack.", "无此排放口。"),
    Why.UNKNOWN_ORDER: ("The order does not rest in the book.", "该委托不在委托簿中。"),
    Why.UNKNOWN_AUCTION: ("There is no such auction.", "无此拍卖。"),
    Why.UNKNOWN_DEAL: ("There is no such deal, or it is settled or dropped.", "无此协议，或已成交、已撤销。"),
    Why.UNKNOWN_CALL: ("There is no such call, or no such order in it.", "无此集合竞价或委托。"),
    Why.UNKNOWN_BID: ("There is no such sealed bid.", "无此密封申报。"),
    Why.UNKNOWN_SALE: ("There is no such sale.", "无此定价出让。"),
    Why.UNKNOWN_PURCHASE: ("There is no such purchase.", "无此购买合同。"),
    Why.UNKNOWN_APPLICATION: ("There is no such application.", "无此申请。"),
    Why.UNKNOWN_REPURCHASE: ("There is no such reverse auction.", "无此反向拍卖。"),
    Why.UNKNOWN_WITHDRAWAL: ("There is no such withdrawal.", "无此收回事项。"),
    Why.UNKNOWN_WITHHOLDING: ("There is no such withholding.", "无此暂扣事项。"),
    Why.UNKNOWN_MARK: ("There is no such mark.", "无此标记。"),
    Why.UNKNOWN_ITEM: ("There is no such item on the improvement list.", "改进清单中无此事项。"),
    Why.UNKNOWN_ACT: ("No act waits under this number.", "无此待复核事项。"),
    Why.UNKNOWN_PLEDGE: ("There is no such pledge, or it is free again.", "无此质押或已解除。"),
    Why.UNKNOWN_LEASE: ("There is no such lease, or it is over.", "无此租赁或已终止。"),
    Why.UNKNOWN_RIGHT: ("There is no such right.", "无此排污权。"),
    Why.UNKNOWN_TRANSFER: ("There is no transfer of this number.", "无此划转。"),
    Why.UNKNOWN_CASE: ("There is no such case.", "无此案件。"),
    Why.ALREADY_EXISTS: ("It is there, done or in force already.", "已存在、已完成或已生效。"),
    Why.WRONG_KIND: ("The thing exists but is of a kind that does not fit.", "对象类型不符。"),
    Why.SIMULATED_SOURCE: ("A real programme registers no simulated source.", "实际运行的交易体系不得登记模拟排放源。"),
    Why.ACCOUNT_FROZEN: ("The account is frozen.", "账户已冻结。"),
    Why.ACCOUNT_RESTRICTED: (
        "The state of the account lets it not give or take so.",
        "账户处于受限状态，不得进行此类交易。",
    ),
    Why.SESSION_CLOSED: ("No trading session is open, or not this one.", "交易时段未开放。"),
    Why.AUCTION_CLOSED: ("The auction is over.", "拍卖已结束。"),
    Why.CALL_CLOSED: ("The call is over.", "集合竞价已结束。"),
    Why.BIDS_SEALED: ("Bids are taken sealed only, until the close.", "截止前仅接受密封申报。"),
    Why.NOT_OPENED: ("The sealed bid was not opened in its time and is void.", "密封申报未按时揭示,视为无效。"),
    Why.MARKET_HALTED: ("The market of the series stands still.", "该系列已暂停交易。"),
    Why.SALE_CLOSED: ("The sale is over.", "定价出让已结束。"),
    Why.APPEAL_OPEN: ("An appeal waits to be decided.", "申诉尚未裁决。"),
    Why.CONDITION_OPEN: ("The condition is not met yet.", "条件尚未满足。"),
    Why.DAY_SEALED: ("The day is sealed; a correction names what it replaces.", "该日数据已封存。"),
    Why.DAYS_MISSING: ("Days of the year are not sealed.", "年内有未封存的日数据。"),
    Why.HOURS_MISSING: ("Hours or masses are not complete.", "小时数据或排放量不完整。"),
    Why.MARK_DECIDED: ("The mark is decided, or reverted, already.", "该标记已审定或已撤销。"),
    Why.MARKS_OPEN: ("Marks of the year wait for a decision.", "年内尚有未审定的标记。"),
    Why.MARKS_DIFFER: ("The day was sealed with other marks than stand.", "日数据与有效标记不一致。"),
    Why.NOT_REPORTED: ("There is nothing reported or sealed that this could rest on.", "尚未报告或封存。"),
    Why.REPORT_STALE: ("Days or marks changed after the report; make it again.", "报告后数据已更正,须重新报告。"),
    Why.ACT_LAPSED: (
        "The act waited too long, or was proposed under an earlier law; propose it anew.",
        "该事项逾期未复核，或系依原规则提出，须重新提出。",
    ),
    Why.IMPROVEMENTS_OPEN: ("Items of the improvement list are not done.", "改进事项未答复或未完成。"),
    Why.NOT_VERIFIED: ("The emission of the year is not verified.", "年度排放量未经核查。"),
    Why.NOT_IN_FORCE: ("It does not stand yet, or no notice was given.", "尚未生效或尚未通知。"),
    Why.TRANSFER_OVER: ("The transfer was carried out or called off already.", "该划转已执行或已撤销。"),
    Why.YEAR_CLOSED: (
        "The year is reported, verified, settled or excluded already.",
        "该年度已报告、核查、清缴结算或豁免。",
    ),
    Why.TOO_EARLY: ("The day, the year or the deadline is not over.", "日期、年度或期限未到。"),
    Why.TOO_LATE: ("The deadline is over, or the offer does not stand.", "期限已过或已停止办理。"),
    Why.EXPIRED_VINTAGE: ("The vintage counts for no year any more.", "该年份配额已过最后清缴期限，不得再交易。"),
    Why.WALLED_OFF: ("The two sides of a wall between industries do not trade.", "该行业与其他行业之间不得交易。"),
    Why.ADDS_LOAD: ("It would add load where the air fails its standard.", "空气质量未达标区域不得增加排放总量。"),
    Why.CROSSING: ("Allowances of another jurisdiction are not for this buyer.", "不得跨区域购买。"),
    Why.INFEASIBLE: ("No allocation keeps every limit of the air.", "无法满足全部环境约束。"),
    Why.NOT_ELIGIBLE: ("The source is not one of those for whom it is.", "该排放源不符合条件。"),
    Why.SEAL_MISSING: ("The seed is to be sealed before there are orders.", "随机种子须在接受申报前封存。"),
    Why.SEAL_DIFFERS: ("What is shown is not what was sealed.", "所示内容与封存的摘要不符。"),
    Why.UNREADABLE: ("What was sealed is no bid that can be read.", "密封内容无法解读为有效申报。"),
    Why.UNPROVEN: ("The proof is missing.", "缺少证明材料。"),
    Why.SOLVER_FAILED: (
        "The solver failed or ran out of its time.",
        "求解失败或超时，未作任何变动。",
    ),
    Why.UNEXPLAINED: ("A reason or an explanation is missing.", "缺少理由或说明。"),
    Why.CHECK_FAILED: ("A check that the rulebook makes blocking has failed.", "未通过规则规定的强制性检查。"),
    Why.NOT_POSITIVE: ("A quantity is zero or below, or a mass is negative.", "数量须大于零。"),
    Why.TOO_LARGE: ("A quantity is more than the rules or what is owed allow.", "数量超过上限。"),
    Why.TOO_SMALL: ("A quantity is less than the rules ask for.", "数量低于下限。"),
    Why.TERM_TOO_LONG: ("The term is longer than the rules allow.", "期限超过规定。"),
    Why.OVER_ENTITLEMENT: ("It is more than the source is entitled to.", "超出该排放源可购额度。"),
    Why.OFF_LOT: ("The count is not a multiple of the lot.", "数量不是交易单位的整数倍。"),
    Why.OFF_TICK: ("The price is not a multiple of the tick.", "价格不是最小变动价位的整数倍。"),
    Why.UNDER_RESERVE: ("The bid is under the reserve price.", "报价低于保留价。"),
    Why.FIRST_TOO_SMALL: ("The first instalment is less than the least.", "首付低于最低比例。"),
    Why.UNDER_TRIGGER: ("The price has not reached the trigger.", "价格未达到触发水平。"),
    Why.OUTSIDE_BAND: ("The limit lies outside the price band of the session.", "报价超出涨跌幅限制。"),
    Why.OUTSIDE_COLLAR: ("The price lies outside the collar of the programme.", "价格超出价格上下限。"),
    Why.UNTRUSTED: ("So much goes to trusted accounts only.", "超出向非信任账户划转的上限。"),
    Why.OVER_POSITION: ("The corporate group would hold more than it may.", "集团持有量将超过上限。"),
    Why.BOUGHT_TODAY: ("What was bought today is not sold today.", "当日买入不得当日卖出。"),
    Why.NOT_CONSERVED: ("The shares cannot add up to the cap, or a claim has no figure.", "分配不守恒或缺少依据。"),
    Why.SELF_TRADE: ("It would meet an order or an offer of one's own.", "不得与本账户或本集团的委托成交。"),
    Why.SERIALS_GONE: ("The serials to give back have gone on to others.", "原编号配额已转至他人。"),
    Why.INSUFFICIENT_HOLDING: ("Too few allowances are free.", "可用配额不足。"),
    Why.INSUFFICIENT_CASH: ("Too little money is free.", "可用资金不足。"),
    Why.OVER_GUARANTEE: ("The bid is more than its guarantee.", "申报超出其保证金或冻结的配额。"),
    Why.STILL_OWED: ("What is there is owed for emissions.", "现有配额须用于清缴。"),
    Why.NOTHING_DUE: ("There is nothing to pay or to undo.", "无应付或待处理事项。"),
    Why.UNCONFIRMED: ("The command does not say all that its preview warns of.", "指令未确认预演所警示的后果。"),
}


class Refusal(msgspec.Struct, frozen=True):
    """Why a command changes nothing: the reason, the thing and the cure in one sentence, the article it rests on."""

    #: The reason, one of the list below.
    why: Why
    #: The thing, the place and the cure.
    detail: str
    #: The article of the rulebook.
    cite: str
