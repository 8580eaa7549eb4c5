"""What the sections and keys of a rulebook, and the words that keys may hold, are called in Chinese.

The name of a key ends the comment above it in the schema, as that of a command ends its docstring.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from airshed.rulebook.comments import names_zh
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.strict import kinds

#: The sections, in the order of the law.
SECTIONS: Mapping[str, str] = {
    "programme": "计划",
    "currency": "货币",
    "allowance": "配额",
    "jurisdictions": "辖区",
    "sectors": "行业",
    "pollutants": "污染物与管理价格",
    "caps": "总量",
    "calendar": "履约日程与工作日",
    "allocation": "配额分配",
    "auction": "拍卖",
    "sealing": "申报的密封",
    "trading": "挂牌交易",
    "trade_rules": "交易限制",
    "transactions": "划转与交易类型",
    "zone_call": "全区集合竞价",
    "receptors": "受体点",
    "transfer": "传输矩阵",
    "ratios": "折算比例",
    "repurchase": "政府回购",
    "price_index": "价格指数",
    "terms": "多年期排污权",
    "pledge": "质押",
    "lease": "租赁",
    "paid_allocation": "定价出让",
    "sale_prices": "出让价格",
    "instalments": "分期付款",
    "new_entrants": "新建项目",
    "reserve": "政府储备",
    "reverse_auction": "政府反向拍卖",
    "withdrawal": "配额收回",
    "withdrawal_grounds": "收回事由",
    "withholding": "配额暂扣",
    "monitoring": "监测",
    "part75": "美国第75部替代方法",
    "manual_tests": "手工监测",
    "quality_tests": "质控测试",
    "methods": "排放量核算方法",
    "marks": "时段标记",
    "reporting": "年度报告检查",
    "limits": "排放限值",
    "applicability": "限值适用范围",
    "benchmarks": "排放基准",
    "shortfall": "超额排放处罚",
    "cases": "案件",
    "late_payment": "罚款缴纳与滞纳",
    "banking": "结转",
    "compliance": "履约与公开",
    "roles": "业务权限",
    "reading": "查阅权限",
    "people": "角色",
    "founders": "首任办理人",
    "may_vary": "各市可自行规定的条目",
    "variations": "各市规定",
}

#: Words that a key may hold; one that means something else under a key has a line `key.word` as well.
WORDS: Mapping[str, str] = {
    "account": "账户",
    "all": "全部",
    "after-two-above": "连续两场高于底价后重新投放",
    "allocated": "免费分配量",
    "any": "不限",
    "approval": "须经批准",
    "at_once": "立即",
    "auction": "拍卖",
    "automatic": "随年度结算处罚",
    "average": "均值",
    "before_after": "前后小时均值",
    "benchmark": "基准法",
    "best_1": "最高1年",
    "best_2": "最高2年均值",
    "best_3": "最高3年均值",
    "best_4": "最高4年均值",
    "best_5": "最高5年均值",
    "block": "大宗交易",
    "blocking": "不通过则拒收",
    "by_case": "按案件决定",
    "by_quarter": "按季度利率逐月计",
    "call": "集合竞价",
    "cancel": "取消出售",
    "cancel_resting": "撤销在先挂单",
    "closure": "永久关停",
    "commitment": "承诺（先交摘要）",
    "confirmed": "已核实",
    "cycle": "整个履约周期",
    "daily": "按日单利",
    "daily_compounded": "按日复利",
    "daily mean": "日均值",
    "deadline": "清缴截止日",
    "either": "由质权人选择",
    "equal_cut": "等比例削减",
    "excess": "活动水平低于基准",
    "exempt": "计入排放量，不与限值比较",
    "explain": "须说明理由",
    "failed": "不达标",
    "first": "本辖区优先",
    "consignment.first": "先于政府按比例",
    "rule.first": "取首个可得的方法",
    "first_come": "先到先得",
    "fixed_per_tonne": "每吨定额",
    "flat": "每源定额",
    "flow": "流量",
    "free": "自由",
    "full": "全数值比较法",
    "gas": "浓度（氮氧化物除外）",
    "of.gas": "气态污染物",
    "of.PM": "颗粒物",
    "of.velocity": "流速",
    "test.accuracy": "准确度",
    "test.span_drift": "量程漂移",
    "test.zero_drift": "零点漂移",
    "group": "集团",
    "guarantee": "可用资金",
    "half_up": "四舍五入",
    "down": "向下取整",
    "hand_back": "归还出租方",
    "history": "历史法",
    "hj75": "HJ 75-2017",
    "holding": "持有上限",
    "holdings": "剩余持有量",
    "hourly mean": "小时均值",
    "hours": "按业务时间等待",
    "idle": "闲置",
    "indexed_per_tonne": "每吨定额（按物价指数）",
    "invalid": "数据无效，予以替代",
    "investigation": "正在调查",
    "jurisdiction": "辖区",
    "keep": "归承租方",
    "key": "加密（截止时公布密钥）",
    "larger": "取较大值",
    "last": "在政府之后，自定最低价",
    "limit": "限值法",
    "listed": "挂牌交易",
    "lowest-bid": "最低中标价",
    "make_up": "从下次分配扣减",
    "maximum": "最大值",
    "mean": "平均值",
    "median": "中位数",
    "met": "达标",
    "missing_report": "未提交报告",
    "month_before": "截止日前一个月",
    "monthly share": "月达标比例",
    "moves": "随日历调整",
    "nearest": "取最接近值",
    "never": "禁止",
    "next-auctions": "以后四场各投放四分之一",
    "next_business_day": "顺延至下一工作日",
    "no": "否",
    "none": "无",
    "noon": "至次一工作日中午",
    "nox": "氮氧化物",
    "off": "不检查",
    "one_way": "单向竞价",
    "open": "公开",
    "operator": "排污单位",
    "out_of_control": "失控，予以替代",
    "paid_reduction": "公共资金减排",
    "part75": "美国40 CFR第75部",
    "pass": "一并转让",
    "pay-as-bid": "按各自报价成交",
    "pay_back": "由排放源偿付",
    "percentile": "百分位数",
    "potential": "最大可能值",
    "price_multiple": "均价的倍数",
    "pro-rata": "按比例",
    "pro_rata": "按比例",
    "public": "公众",
    "published": "已公布的年度",
    "purchase": "购买上限",
    "random": "随机",
    "refuse": "拒绝",
    "repurchase": "政府回购",
    "reserve": "转入政府储备",
    "undersubscribed.reserve": "底价",
    "unused_to.reserve": "留在储备",
    "reverse_auction": "政府反向拍卖",
    "rounded": "修约值比较法",
    "sale": "定价出让",
    "yields.sale": "拍卖",
    "settle_first": "先行结算",
    "settlement": "年度结算日",
    "stands": "维持已公布时间",
    "stay": "可随时再投放",
    "stays": "不变",
    "stopped": "停运",
    "surrendered": "已清缴量",
    "take": "按参考价取得",
    "time": "时间优先",
    "to confirm": "待核实",
    "trader": "交易者",
    "transfer": "有偿划转",
    "trim": "削减",
    "uniform": "统一价",
    "unpaid_back": "未偿付已转售部分",
    "unpaid_penalty": "未缴罚款",
    "unverified_year": "年度未核查",
    "up": "向上取整",
    "verified": "认定排放量",
    "when_over": "年度结束时",
    "yes": "是",
    "zone": "全区",
    "zone_call": "全区集合竞价",
    "by_class": "按类别",
    "history_median": "历史中位数法",
    "history_best": "历史最高两年法",
    "heat_input": "热输入法",
    "output_based": "产出基准法",
    "paid": "半数拍卖",
    "entropy": "熵权法",
    "least_gini": "环境基尼系数法",
    "zero_sum_dea": "零和DEA法",
    "shapley": "沙普利值法",
    "nucleolus": "核仁法",
    "proportional": "申请按比例",
    "equal_awards": "等额配给法",
    "equal_losses": "等额削减法",
    "talmud": "塔木德规则",
    "random_arrival": "随机到达规则",
    "method.reserve": "新源预留",
    "early_action": "早期减排奖励",
    "scarcity": "稀缺性加权法",
    "lowest_shortage": "最小最大缺额法",
    "tiers": "分层复合分配",
    "plan": "自定层级",
}

#: Keys whose words are names that the law itself, the commands or the read tables have in Chinese.
NAMED_ELSEWHERE = ("check", "command", "mark", "measured", "second", "table", "type")


def section_zh(section: str) -> str:
    """What a section is called; one without is an error."""
    return _there(SECTIONS, section, section)


def key_zh(section: str, key: str) -> str:
    """What a key is called; one without is an error.

    >>> key_zh("calendar", "surrender_by"), key_zh("banking", "open")
    ('清缴截止日', '可否结转')
    """
    if (section, key) not in _names():
        raise LookupError(f"{section}.{key} has no Chinese name: end the comment above it with one, as 清缴截止日。")
    return _names()[section, key]


@cache
def _names() -> Mapping[tuple[str, str], str]:
    return {(section, key): names_zh(struct)[key] for section, struct, key, _ in _every() if key in names_zh(struct)}


def word_zh(section: str, key: str, word: str) -> str:
    """A word that a key holds; text of one's own stays as it is written.

    >>> word_zh("trade_rules", "crossing", "first"), word_zh("methods", "rule", "first")
    ('本辖区优先', '取首个可得的方法')
    """
    if word not in words_held().get((section, key), ()):
        return word
    return WORDS.get(f"{key}.{word}") or _there(WORDS, word, f"{section}.{key} {word}")


def _there(names: Mapping[str, str], name: str, what: str) -> str:
    if name not in names:
        raise LookupError(f"{what} has no Chinese name: write it in airshed/rulebook/chinese.py")
    return names[name]


@cache
def words_held() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """The words of every key that holds one of a few, by section and key."""
    return {(section, key): words for section, key, words in every_key() if words and key not in NAMED_ELSEWHERE}


def every_key() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every key of a law, those of rows with their section, with the words that it may hold."""
    return ((section, key, words) for section, _, key, words in _every())


def _every() -> Iterator[tuple[str, type[msgspec.Struct], str, tuple[str, ...]]]:
    for section, kind in kinds(Rulebook).items():
        yield from _keys(section, kind)


def _keys(section: str, kind: Any) -> Iterator[tuple[str, type[msgspec.Struct], str, tuple[str, ...]]]:
    struct = _row(kind) or kind
    for key, held in kinds(struct).items():
        yield section, struct, key, tuple(_words(held))
        if _row(held) is not None:
            yield from _keys(section, held)


def _row(kind: Any) -> type[msgspec.Struct] | None:
    """The kind of the rows of a list of tables."""
    inner = get_args(kind)[0] if get_origin(kind) is tuple else None
    return inner if isinstance(inner, type) and issubclass(inner, msgspec.Struct) else None


def _words(kind: Any) -> Iterator[str]:
    if get_origin(kind) is Literal:
        yield from get_args(kind)
    elif get_origin(kind) is Annotated:
        yield from _words(get_args(kind)[0])
    else:
        for part in get_args(kind):
            yield from _words(part)
