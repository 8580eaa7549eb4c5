"""How kinds of trade and holders are called in both languages, and the colours of the holders."""

from __future__ import annotations

from airshed.market.tape import Kind
from airshed.pages.kit.words import Phrase

KINDS: dict[Kind, Phrase] = {
    "listed": Phrase("listed trade", "挂牌交易"),
    "call": Phrase("call session", "集合竞价"),
    "zone_call": Phrase("zone-wide call", "全区集合竞价"),
    "block": Phrase("block trade", "大宗交易"),
    "transfer": Phrase("two-sided transfer", "协议转让"),
    "auction": Phrase("auction of a jurisdiction", "政府拍卖"),
    "one_way": Phrase("one-way auction of a holder", "单向竞价"),
    "sale": Phrase("sale at a fixed price", "定价出让"),
    "repurchase": Phrase("government repurchase", "政府回购"),
    "reverse_auction": Phrase("reverse auction of the government", "政府反向拍卖"),
}
#: The parts of a series in the order in which they are stacked: field, name, colour.
PARTS: tuple[tuple[str, Phrase, str], ...] = (
    ("surrendered", Phrase("surrendered", "已清缴"), "var(--soft)"),
    ("cancelled", Phrase("cancelled", "已注销"), "#8b95a0"),
    ("operators", Phrase("free with firms", "企业可用"), "var(--deep)"),
    ("traders", Phrase("free with traders", "贸易商可用"), "#7fa3bd"),
    ("set_aside", Phrase("set aside", "冻结"), "#d0693b"),
    ("reserve", Phrase("government reserve", "政府储备"), "#c4932d"),
    ("for_auction", Phrase("for auction", "待拍卖"), "#e3cf9e"),
    ("unissued", Phrase("not given out", "未发放"), "var(--rule)"),
    ("other", Phrase("other accounts", "其他账户"), "var(--edge)"),
)
