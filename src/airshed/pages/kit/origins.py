"""What a result rests on, as pages say it: in both languages, a citation in the words that it was given in."""

from __future__ import annotations

from airshed.pages.kit.words import Phrase
from airshed.service.forms.articles import article_zh, says_more
from airshed.zone.origins import CHINESE

MATRIX = {"indicative: built-in Gaussian plume": "参考值，内置高斯烟羽模型"}
#: What stands before a citation, or before the word of one's own rows.
HEADS = {
    "caps": "总量",
    "emissions": "排放",
    "outputs and emissions": "产量与排放",
    "abatement costs": "减排成本",
    "benchmarks and quotas at the limit": "基准与限值配额",
    "factors of the output-based claim": "产出基准系数",
    "criteria": "准则",
    "matrix": "传输矩阵",
    "tax": "税额",
}

#: How sure a row is.
STATUSES = {
    "indicative": Phrase("indicative", "参考值"),
    "to confirm": Phrase("to confirm", "待核实"),
    "confirmed": Phrase("confirmed", "已核实"),
}
#: The criteria of cities that zones ship with.
CRITERIA = {"gdp": "生产总值", "people": "人口", "area": "面积"}


def origin(said: str) -> Phrase:
    """What figures rest on, in both languages; a citation stays in the words of the law or of the files, and says so.

    >>> origin("emissions: simulated").zh, origin("emissions: verified 2026").zh
    ('排放量为模拟数据', '排放：verified 2026（原文）')
    >>> origin("criteria: gdp to confirm, people confirmed").zh
    '准则：生产总值待核实，人口已核实'
    >>> origin("caps: Demonstration measures (assumed), art. 5 (to confirm)").zh
    '总量：《示范办法》（假定）第5条（待核实）'
    """
    known = {**CHINESE, **MATRIX}
    if said in known:
        return Phrase(said, known[said])
    what, _, cite = said.partition(": ")
    if what == "criteria":
        rows = [each.partition(" ") for each in cite.split(", ")]
        return Phrase(
            said, f"准则：{'，'.join(f'{CRITERIA.get(name, name)}{_status(sure)}' for name, _, sure in rows)}"
        )
    return Phrase(said, f"{HEADS[what]}：{_cited(cite)}" if what in HEADS else f"{said}（原文）")


def _cited(cite: str) -> str:
    """A citation in its Chinese form, with how sure it is; what of it has none is there in its own words too."""
    text, _, status = cite.removesuffix(")").rpartition(" (")
    text, sure = (text, f"（{_status(status)}）") if status in STATUSES else (cite, "")
    chinese = article_zh(text)
    own = "" if not says_more(text) and chinese != text else "（原文）" if chinese == text else f"，原文：{text}"
    return f"{chinese}{own}{sure}"


def _status(sure: str) -> str:
    return STATUSES[sure].zh if sure in STATUSES else sure
