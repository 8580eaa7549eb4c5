"""Puts the page together: one HTML file in English and Chinese that loads nothing."""

from __future__ import annotations

from airshed.lab.study.answers import Answered, AnsweredFigure, StudyAnswer
from airshed.lab.study.known import ZONE
from airshed.model.provenance import Figures
from airshed.pages.kit.html import environment, script_json
from airshed.pages.kit.words import Phrase, told
from airshed.pages.study.charts import cement, co2
from airshed.zone.facts import SAID as FACTS_SAID
from airshed.zone.quoted import SAID as QUOTED_SAID

PACKAGE = "airshed.pages.study"
#: Parts of the study in its order.
PARTS = {
    "zone": Phrase("The zone", "全区"),
    "cement": Phrase("Cement", "水泥"),
    "steel": Phrase("Iron and steel", "钢铁"),
    "power": Phrase("Thermal power and CO2", "火电与二氧化碳"),
    "problems": Phrase("What is wrong with rights today", "排污权现存问题"),
}
#: What a sentence is answered with.
ANSWERS = {
    "computed": Phrase("computed", "已计算"),
    "shown": Phrase("shown", "已实现"),
    "quoted": Phrase("quoted", "引用"),
    "not": Phrase("not here", "未涉及"),
}
AGREES, DIFFERS = Phrase("agrees", "一致"), Phrase("differs", "不一致")
BUILT = Phrase("built so", "按其设定")


def build(study: StudyAnswer) -> str:
    """The page of the study. The same rows give the same bytes."""
    return (
        environment(PACKAGE)
        .get_template("study.html.j2")
        .render(
            provenance=told(Figures(("published", "assumed"))),
            study=study,
            parts=[(code, name, _of(study, code)) for code, name in PARTS.items()],
            answers=ANSWERS,
            headline=headline(study),
            said=(Phrase(*QUOTED_SAID), Phrase(*FACTS_SAID)),
            charts=script_json({"co2": co2(study), "cement": cement(study)}),
            verdict=verdict,
            quoted=study.known.quoted,
            command=f"airshed lab study --html study.html\nairshed zone quoted {ZONE}",
        )
    )


def _of(study: StudyAnswer, part: str) -> list[Answered]:
    return [each for each in study.sentences if each.sentence.part == part]


def headline(study: StudyAnswer) -> Phrase:
    """How many figures agree, and the largest thing that was found."""
    counts = study.counts
    unit = study.known.said("intensity")
    return Phrase(
        f"Of the study's figures that can be computed here {counts['agree']} agree and {counts['differ']} differ, each"
        f" with its reason; {counts['built']} are so in the simulated zone, which was built to them. Its {unit}"
        " “million tons CO2/GWh” are 100,000 times too large as printed: 万吨/TWh was meant.",
        f"可在此计算的数字中，{counts['agree']}个一致，{counts['differ']}个不一致并注明原因；"
        f"{counts['built']}个为模拟区域的设定。其“百万吨/吉瓦时”的{unit}按原文单位偏大十万倍，应为万吨/太瓦时。",
    )


def verdict(one: AnsweredFigure) -> Phrase | None:
    """Whether a figure agrees; None where there is nothing to compare."""
    if one.agrees is None:
        return None
    return DIFFERS if not one.agrees else BUILT if one.built else AGREES
