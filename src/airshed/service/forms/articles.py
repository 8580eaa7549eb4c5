"""The provision on which a refusal rests, in Chinese: citations of a law are written in English, in a few forms."""

from __future__ import annotations

import re

#: How a citation begins, and the same in Chinese; `{0}` is what the first bracket holds. What follows is the law's own
#: remark, which pages show as it is written.
CITED: tuple[tuple[str, str], ...] = (
    (
        r"Demonstration measures \(assumed\), art\. (\w+) and caps\.csv: (\d+) percent \((\d+)\) and (\d+) percent "
        r"\((\d+)\) of the mean of the baseline years ([\d-]+)",
        "《示范办法》（假定）第{0}条与caps.csv：{2}年为基准年{5}均值的{1}%，{4}年为{3}%",
    ),
    (
        r"caps\.csv: (\d+) percent \((\d+)\) and (\d+) percent \((\d+)\) of the mean of the baseline years ([\d-]+)"
        r" \(assumed\)",
        "caps.csv：{1}年为基准年{4}均值的{0}%，{3}年为{2}%（假定）",
    ),
    (
        r"caps\.csv: ([\d.]+) lb per mmBtu of the mean heat input of (\d+) to (\d+), 42 USC 7651c, "
        r"and nothing on top of it",
        "caps.csv：{1}至{2}年平均热输入每百万英热单位{0}磅，《美国法典》第42编第7651c条，此外不加",
    ),
    (r"Demonstration measures \(assumed\), art\. (\w+ and \w+|\w+)", "《示范办法》（假定）第{0}条"),
    (r"Demonstration measures \(assumed\), annex (\w+)", "《示范办法》（假定）附件{0}"),
    (r"Regional Measures, art\. (\w+)", "《区域办法》第{0}条"),
    (r"State Council General Office 2014 no\. 38 says nothing of it", "国办发〔2014〕38号未作规定"),
    (r"State Council General Office 2014 no\. 38", "国办发〔2014〕38号"),
    (
        r"Law on administrative penalties of 2021, art\. (\w+(?:, \w+)*(?: and \w+)?)",
        "《行政处罚法》（2021年）第{0}条",
    ),
    (r"Law of the People's Republic of China on the People's Bank of China, art\. (\w+)", "《中国人民银行法》第{0}条"),
    (r"Air pollution law of 2018, art\. (\w+)", "《大气污染防治法》（2018年）第{0}条"),
    (r"State Council Decree (\w+), art\. (\w+)", "国务院令第{0}号第{1}条"),
    (
        r"Regulation on pollutant discharge permits \(State Council order (\w+)\), art\. (\w+)",
        "《排污许可管理条例》（国务院令第{0}号）第{1}条",
    ),
    (r"MEE enforcement letter \(2020\) 21", "生态环境部执法函（2020）21号"),
    (r"MEP rules for accounting total emissions", "原环境保护部总量减排核算规则"),
    (
        r"Huandaqi 2024 no\. 5 of January 2024, opinion on ultra-low emission of the cement industry",
        "环大气〔2024〕5号《关于推进实施水泥行业超低排放的意见》（2024年1月）",
    ),
    (r"Huandaqi 2019 no\. 35 of ([\d-]+)", "环大气〔2019〕35号（{0}）"),
    (r"Work plan Huanfa 2015 no\. 164 of ([\d-]+)", "环发〔2015〕164号工作方案（{0}）"),
    (r"Permit specification 2016", "2016年排污许可技术规范"),
    (r"Permit quota by emission limits", "按排放限值核定的许可排放量"),
    (r"Amendment of (GB [\d-]+)", "{0}修改单"),
    (r"((?:GB/T|GB|HJ/T|HJ) [\d-]+),? table (\w+)", "{0}表{1}"),
    (r"((?:GB/T|GB|HJ/T|HJ) [\d-]+),? appendix (\w+)", "{0}附录{1}"),
    (r"((?:GB/T|GB|HJ/T|HJ) [\d-]+), ([\d.]+\d)", "{0}第{1}条"),
    (r"((?:GB/T|GB|HJ/T|HJ) [\d-]+)(?: held until ([\d-]+))", "{0}（施行至{1}）"),
    (r"((?:GB/T|GB|HJ/T|HJ) [\d-]+)", "{0}"),
    (r"40 CFR part (\w+)", "《美国联邦法规》第40编第{0}部"),
    (r"40 CFR ([\w.]+(?:\(\w+\))*)", "《美国联邦法规》第40编第{0}条"),
    (r"42 USC (\w+(?:\(\w+\))*)", "《美国法典》第42编第{0}条"),
    (r"Consumer price index of all urban consumers", "美国城市消费者价格指数"),
    (r"EMEP/EEA (\d+)", "欧洲EMEP/EEA指南（{0}年）"),
    (r"Framework agreement of March 2011 on the Dianzhong economic zone", "滇中经济区2011年3月框架协议"),
    (r"2018 policy study of the zone", "2018年区域政策研究"),
    (r"Shanxi price bureau", "山西省物价局"),
    (r"Shanxi Department of Environmental Protection, ([\d-]+)", "山西省环境保护厅（{0}）"),
    (r"Shanxi 2017 benchmark prices of the Department of Environmental Protection", "山西省环境保护厅2017年基准价"),
    (r"Shanxi measures on paid use and trade of pollution rights", "山西省排污权有偿使用和交易办法"),
    (r"Shanxi floors of 2017", "山西省2017年底价"),
    (r"Shanxi 2017", "山西省2017年规定"),
    (r"Prefecture of Shanxi", "山西省地级市"),
    (r"State implementation plan", "美国州实施计划"),
    (r"A plan limit of [\d.]+ lb/mmBtu", "美国州计划限值"),
    (r"Practice of annual emission reports", "年度排放报告的通行做法"),
    (r"(?:Form|Days|Order)(?: of the commands)?(?: of|:) this rulebook", "本规则书（形式，假定）"),
    (r"This rulebook", "本规则书"),
    (r"Sectors of the simulated zone", "模拟区域的行业"),
    (r"No receptors", "不设受体点"),
    (r"No tests of monitors", "不设质控测试"),
    (r"No notice of the province holds a call of this kind", "该省无此类竞价的规定"),
    (r"Not found for Shanxi|Whether the province buys back was not found", "未查到山西省的规定"),
    (r"Weight|The only pollutant", "权重与基期价格的取法"),
    (r"Quota", "许可量的取法"),
    (r"One for one", "一比一"),
    (r"One province, one rule", "全省统一"),
    (r"Assumed|assumed", "假定"),
    (r"none", "无"),
    (r"([\w-]+\.csv)", "{0}"),
)
#: What ends that beginning.
_ENDS = r"(?=$|[,;:( ])"


def article_zh(text: str) -> str:
    """How a citation begins, in Chinese; one of another form stays as the law has it.

    >>> article_zh("Demonstration measures (assumed), art. 25a"), article_zh("GB 13223-2011 table 2, special limits")
    ('《示范办法》（假定）第25a条', 'GB 13223-2011表2')
    >>> article_zh("Bylaws of the exchange, 7")
    'Bylaws of the exchange, 7'
    """
    return _begun(text)[0]


def says_more(text: str) -> bool:
    """Whether the law says more than the Chinese of it does, so that a page shows the law's own words beside it.

    >>> says_more("Demonstration measures (assumed), art. 25a"), says_more("GB 13223-2011 table 2, special limits")
    (False, True)
    """
    return _begun(text)[1] < len(text)


def _begun(text: str) -> tuple[str, int]:
    """The Chinese of a citation, and up to where in it that goes."""
    for written, chinese in CITED:
        if found := re.match(f"(?:{written}){_ENDS}", text):
            held = (each or "" for each in found.groups())
            return chinese.format(*(each.replace(" and ", "、").replace(", ", "、") for each in held)), found.end()
    return text, len(text)
