"""How rules of substitution, reasons and states of hours are said in both languages."""

from __future__ import annotations

import re

from airshed.mrv import states
from airshed.pages.kit.words import Phrase, same

STATES = {
    states.MEASURED: Phrase("measured", "实测"),
    states.SUBSTITUTED: Phrase("substituted", "替代"),
    states.STOPPED: Phrase("stopped", "停运"),
    states.MISSING: Phrase("missing, day not sealed", "缺失（当日未封存）"),
}
#: Data flags of HJ 212-2017 table 8.
FLAGS = {
    "N": Phrase("N measured", "N 正常"),
    "F": Phrase("F stopped", "F 停运"),
    "M": Phrase("M maintenance", "M 维护"),
    "S": Phrase("S entered by hand", "S 手工输入"),
    "D": Phrase("D fault", "D 故障"),
    "C": Phrase("C calibration", "C 校准"),
    "T": Phrase("T beyond the range", "T 超测量上限"),
    "B": Phrase("B no communication", "B 通讯异常"),
}
WHYS = {
    "no_frame": Phrase("no frame came", "未收到数据"),
    "contradicted_stop": Phrase("marked as stopped while running", "标记停产但仍在运行"),
    "no_value": Phrase("no value", "无数值"),
    "absurd_value": Phrase("absurd value", "数值失真"),
    "flat_line": Phrase("flat line", "数值恒定不变"),
    "no_flag": Phrase("no flag", "无数据标记"),
    "clock_off": Phrase("clock of the device off", "数采仪时钟偏差"),
    "negative_flow": Phrase("flow below zero", "流量为负"),
    "air_leak": Phrase("analyser breathes air", "采样漏气"),
    "unit_slip": Phrase("measure slipped by a thousand", "量纲错误（相差千倍）"),
    "too_few_minutes": Phrase("too few valid minutes", "有效分钟数不足"),
    "mark_stopped": Phrase("marked by the operator: stopped", "企业标记：停运"),
    "mark_start_up": Phrase("marked by the operator: start-up", "企业标记：启动"),
    "mark_shut_down": Phrase("marked by the operator: shut-down", "企业标记：停机"),
    "mark_maintenance": Phrase("marked by the operator: maintenance", "企业标记：维护"),
    "mark_calibration": Phrase("marked by the operator: calibration", "企业标记：校准"),
    "mark_fault": Phrase("marked by the operator: fault", "企业标记：故障"),
}
KINDS = {
    "out_of_control": Phrase("table 5, out of control", "表5，失控时段"),
    "other": Phrase("table 6, other", "表6，其他缺失"),
}
_MAXIMUM = re.compile(r"maximum_of_(\d+)_hours\Z")
_DETERMINED = re.compile(r"determined_(maximum_of_year|potential)_at_(\d+)_of_10000 \((.*)\)\Z", re.DOTALL)


def counted_by(law: Phrase) -> Phrase:
    """By which law the hours of a page were counted."""
    return Phrase(f"Counted by the law of {law.en}.", f"按{law.zh}的规则计算。")


def why_said(code: int) -> Phrase:
    """Why an hour did not count, by its code in the column of reasons.

    >>> why_said(states.NO_FRAME).en, why_said(ord("D")).zh
    ('no frame came', 'D 故障')
    """
    if code >= states.FIRST_FLAG:
        return FLAGS.get(chr(code), Phrase(f"{chr(code)} unknown flag", f"{chr(code)} 未知标记"))
    return WHYS[states.why_text(code)]


def method_said(method: str) -> Phrase:
    """The rule that set the mass of a gap; one of another law keeps its own name.

    >>> method_said("maximum_of_180_hours").en
    'highest of the 180 valid hours before'
    """
    if found := _MAXIMUM.match(method):
        return Phrase(f"highest of the {found[1]} valid hours before", f"此前{found[1]}个有效小时的最大值")
    if found := _DETERMINED.match(method):
        share, order = f"{int(found[2]) / 100:g} %", found[3]
        if found[1] == "potential":
            return Phrase(
                f"determined: {share} of full load at the limit ({order})",
                f"主管部门核定：满负荷按限值排放的{share}（{order}）",
            )
        return Phrase(
            f"determined: {share} of the year's highest valid hour ({order})",
            f"主管部门核定：全年有效小时最大值的{share}（{order}）",
        )
    if method == "undetermined":
        return Phrase("no rule covers it: to be determined", "无适用规则，待核定")
    if method == "open":
        return Phrase("open until the quarter ends", "季度结束前待定")
    return same(method)
