"""How laws and ways of losing hours are called in both languages."""

from __future__ import annotations

from airshed.mrv.meter_price import LossScenario
from airshed.mrv.rules import Law
from airshed.pages.kit.colours import DEEP
from airshed.pages.kit.words import Phrase, same

LAWS: dict[Law, Phrase] = {"hj75": same("HJ 75"), "part75": same("Part 75")}
LAW_COLOURS: dict[Law, str] = {"hj75": DEEP, "part75": "#d0693b"}
SCENARIOS = {
    "odd hours": Phrase("odd hours", "零星小时"),
    "short gaps": Phrase("short gaps", "短时缺失"),
    "short gaps when it emits most": Phrase("short gaps when it emits most", "排放最高时短时缺失"),
    "gaps over a day": Phrase("gaps over a day", "超过一天的缺失"),
    "gaps over a day when it emits most": Phrase("gaps over a day when it emits most", "排放最高时缺失超过一天"),
    "the same, flow lost too": Phrase("the same, flow lost too", "同上，且流量缺失"),
    "a neglected monitor": Phrase("a neglected monitor", "疏于维护的监测设备"),
    "a monitor that is rarely there": Phrase("a monitor that is rarely there", "经常不可用的监测设备"),
}


def scenario_name(scenario: LossScenario) -> Phrase:
    """What a way of losing hours is called; one of somebody's own keeps its name."""
    return SCENARIOS.get(scenario.name, same(scenario.name))


def scenario_said(scenario: LossScenario) -> Phrase:
    """What it takes away.

    >>> scenario_said(LossScenario("odd hours", 100, 1, "random")).en
    '1 % of the running hours, 1 h at a time, anywhere; the analyser'
    """
    share = f"{scenario.share_basis_points / 100:g} %"
    highest, everything = scenario.at == "highest", scenario.lost == "all"
    return Phrase(
        f"{share} of the running hours, {scenario.run_hours} h at a time, "
        f"{'where it emits most' if highest else 'anywhere'}; {'analyser and flow' if everything else 'the analyser'}",
        f"运行小时的 {share}，每次 {scenario.run_hours} 小时，"
        f"{'集中在排放最高时' if highest else '随机出现'}；{'分析仪与流量计' if everything else '分析仪'}",
    )
