"""What commands, their rooms and their fields are called in Chinese, beside the English of the catalogue."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping

#: The rooms of the catalogue in its order: what each is about, in both languages.
ROOMS: Mapping[str, tuple[str, str]] = {
    "people": ("Who may act, accounts, sources, the law", "人员、账户、排放源与规则"),
    "account": ("Accounts, and giving up for good", "账户与自愿注销"),
    "issue": ("Caps and free allocation", "总量与免费分配"),
    "transfer": ("Transfers without money", "无偿划转"),
    "sale": ("Sales at a fixed price", "定价出让"),
    "reserve": ("The government reserve", "政府储备"),
    "withdrawal": ("Grants that come back", "配额收回与暂扣"),
    "auction": ("Auctions by sealed bids", "密封拍卖"),
    "listed": ("The listed market", "挂牌交易"),
    "deal": ("Deals between two, halts, leaves", "协议转让、停市与跨区许可"),
    "call": ("Calls of one series", "集合竞价"),
    "zone_call": ("Calls of the whole zone", "全区集合竞价"),
    "sealed": ("Sealed bids, by commitment or by key", "密封申报（承诺或加密）"),
    "pledge": ("Pledges", "质押"),
    "lease": ("Leases", "租赁"),
    "right": ("Rights over many years", "长期排污权"),
    "mark": ("Hours that operators mark", "时段标记"),
    "day": ("Sealed days and findings", "日数据封存与核查发现"),
    "report": ("Reports of a year, opinions", "年度报告与核查"),
    "settling": ("Giving up, closing a year, penalties", "清缴、结算与罚款"),
    "case": ("Case files: notice, reply, decision, appeal", "案件：告知、申辩、决定、复议"),
    "standing": ("Years that are excluded or corrected later", "年度豁免与结算后更正"),
}

#: Fields by their names; one that means something else in a command has a line `Command.field` before it.
FIELDS: Mapping[str, str] = {
    "accepted": "是否认可",
    "account": "账户",
    "act": "事项编号",
    "activities": "各排放源的历史活动",
    "details": "分配方法所需的其他数据",
    "actor": "行为人",
    "may": "权限",
    "answer": "答复",
    "application": "申请编号",
    "approved": "是否批准",
    "auction": "拍卖名称",
    "base": "基准水平",
    "budget_fen": "预算上限",
    "buyer": "买方账户",
    "call": "竞价名称",
    "capacity": "新增产能",
    "case": "案件编号",
    "comments": "意见说明",
    "count": "数量",
    "day": "日期",
    "deal": "协议编号",
    "declared_g": "申报排放量（按污染物）",
    "digest": "规则文本摘要",
    "event": "所属拍卖场次",
    "every_months": "每期间隔月数",
    "evidence": "证据摘要",
    "explained": "对检查项的说明",
    "fen": "金额",
    "figure": "实际活动水平",
    "findings": "核查发现",
    "first": "首个时段",
    "BuyAllocation.first": "首付比例",
    "GrantRight.first": "首个年份",
    "first_due": "首期缴纳期限",
    "ground": "事由",
    "group": "所属集团",
    "hours": "各污染物的有效、替代、停产小时数",
    "item": "整改事项",
    "jurisdiction": "辖区代码",
    "kind": "类别",
    "knowing": "已知悉的预演警示（数量）",
    "last": "末个时段",
    "GrantRight.last": "末个年份",
    "lease": "租赁编号",
    "lessee": "承租账户",
    "lessor": "出租账户",
    "lift": "取消的限额",
    "limit": "限价",
    "mark": "标记编号",
    "MarkHours.mark": "标记种类",
    "marks": "所依据的标记编号",
    "mass_g": "年排放量（按污染物）",
    "mass_mg": "日排放量（按污染物）",
    "minimum": "最低价",
    "name": "名称",
    "number": "编号",
    "opinion": "核查意见",
    "order": "委托编号",
    "origin": "转出账户",
    "part_of": "上级租赁编号",
    "pay": "付租方式",
    "place": "排放源所在辖区",
    "parts": "分期期数",
    "pledge": "质押编号",
    "pledgee": "质权人账户",
    "pledgor": "出质人账户",
    "pollutant": "污染物",
    "price": "价格",
    "programme": "规则标识",
    "provenance": "账簿性质",
    "purchase": "购买编号",
    "purpose": "用途",
    "reason": "理由",
    "reduced_kg": "年减排量",
    "public_share": "公共资金比例",
    "rent": "年租价",
    "replaces": "被更正的证据摘要",
    "repurchase": "反向拍卖名称",
    "reserve": "底价",
    "right": "排污权编号",
    "role": "角色",
    "rounds": "求解结果",
    "reply": "陈述申辩内容",
    "sale": "出让名称",
    "salt": "盐值",
    "seal": "封存摘要",
    "sector": "行业",
    "secured": "担保债务",
    "seed": "随机种子",
    "seller": "卖方账户",
    "series": "配额系列",
    "side": "买卖方向",
    "simulated": "是否模拟",
    "serials": "指定编号",
    "source": "排放源",
    "stack": "排放口",
    "statement": "公开声明",
    "stacks": "排放口及其监测的污染物",
    "start": "起始年份",
    "target": "转入账户",
    "transfer": "划转编号",
    "trusted": "被信任账户",
    "trusted_above": "单日超过此数只能划给信任账户",
    "two_above": "单日超过此数须两人办理",
    "until": "截止日",
    "upheld": "申诉是否成立",
    "version": "规则版本",
    "vintage": "配额年份",
    "wall": "隔离行业",
    "withdrawal": "收回编号",
    "withholding": "暂扣编号",
    "year": "年度",
    "years": "年份数",
    "venue": "拍卖或竞价",
    "box": "加密申报",
    "guarantee_fen": "保证金",
    "text": "申报原文",
    "public_key": "公钥",
    "private_key": "私钥",
    "CommitBid.digest": "申报摘要",
    "CommitBid.series": "拟售系列",
    "EncryptBid.series": "拟售系列",
    "CommitBid.count": "冻结数量",
    "EncryptBid.count": "冻结数量",
}

_CURE = "write it in airshed/service/forms/chinese.py"
#: The Chinese name of a command, which ends its docstring.
_ENDS = re.compile(r"\s*([\u3400-\u9fff][^A-Za-z]*)。\s*\Z")


def both(kind: type) -> tuple[str, str]:
    """What a command is: its docstring in English, and its name in Chinese; one without is an error.

    >>> from airshed.engine.commands import OfferRepurchase
    >>> both(OfferRepurchase)
    ("Sell leftovers to the government at the rulebook's price.", '向政府出售结余')
    """
    doc = inspect.getdoc(kind) or ""
    found = _ENDS.search(doc)
    if found is None:
        raise LookupError(f"{kind.__name__} has no Chinese name: end its docstring with it, as 入金。")
    return doc[: found.start()], found[1]


def field_zh(command: str, field: str) -> str:
    """A field of a command in Chinese; one without is an error."""
    said = FIELDS.get(f"{command}.{field}") or FIELDS.get(field)
    if said is None:
        raise LookupError(f"{command}.{field} has no Chinese: {_CURE}")
    return said


def room_of(module: str) -> tuple[str, str]:
    """What a room is about in both languages, by the module of its commands."""
    room = module.rpartition(".")[2]
    if room not in ROOMS:
        raise LookupError(f"the room {room} has no words: {_CURE}")
    return ROOMS[room]
