"""Findings: what the checks see in the hours of a stack, in both languages, and what it does to the hours.

A finding has its code, its row and its sentences here, and nowhere else: pages, the reference and the tests read them.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

FindingCode = Literal[
    "pressure_of_another_altitude",
    "idle",
    "absurd_value",
    "contradicted_stop",
    "flat_line",
    "duplicate_hour",
    "outside_year",
    "undetermined",
    "marked_exceedance",
    "marked_less",
    "clock_off",
    "negative_flow",
    "ambient_oxygen",
    "air_leak",
    "unit_slip",
    "too_few_minutes",
    "long_hole",
    "conflicting_frames",
    "identity_cou",
    "identity_converted",
    "hugs_limit",
]


class Finding(msgspec.Struct, frozen=True):
    """Something a verifier must see: what, of which pollutant or factor, when, and in words."""

    code: FindingCode
    #: Pollutant or factor code; empty when it concerns the whole stack.
    subject: str
    #: First and last hour of the year concerned, both included.
    first_hour: int
    last_hour: int
    #: How many hours between them.
    hours: int
    detail: str


class FindingKind(NamedTuple):
    """What a finding is called, what it means, what becomes of its hours, and on what it rests."""

    en: str
    zh: str
    means: str
    effect: str
    rests: str


SEEN: dict[FindingCode, FindingKind] = {
    "absurd_value": FindingKind(
        "Absurd value",
        "数值失真",
        "a reading that cannot be: below zero, or beyond the range of its factor",
        "missing (`absurd_value`)",
        "ranges in `mrv/duct.py` and `mrv/gases.py`; chosen wide, to confirm",
    ),
    "air_leak": FindingKind(
        "Analyser breathes air",
        "采样漏气",
        "the analyser breathes air while hot gas moves past it",
        "missing (`air_leak`)",
        "`ambient_oxygen_percent` 20.9, `leak_celsius` 40, `standstill_velocity_m_s` 2; to confirm",
    ),
    "ambient_oxygen": FindingKind(
        "Oxygen of air, duct still or cold",
        "含氧量等于空气（停运或空转）",
        "oxygen of air in a still or cold duct: the plant stands or idles, and no flag says so",
        "valid",
        "`ambient_oxygen_percent` 20.9; to confirm",
    ),
    "clock_off": FindingKind(
        "Clock of the device off",
        "数采仪时钟偏差",
        "the clock that stamped the report was off, so nobody knows which hour it tells of",
        "missing (`clock_off`), until a true report names the hour",
        "`clock_tolerance_hours` 2; to confirm",
    ),
    "conflicting_frames": FindingKind(
        "Two frames of one QN differ",
        "同一QN的数据包内容不一致",
        "two frames of one QN, device, part and hour say different things",
        "valid: the one received first holds",
        "invariant I9",
    ),
    "contradicted_stop": FindingKind(
        "Marked as stopped while running",
        "标记停产但仍在运行",
        "marked or flagged as stopped while the other readings of the hour show that it was not",
        "missing (`contradicted_stop`)",
        "`flags_stopped` F, `idle_oxygen_percent` 19, `standstill_velocity_m_s` 2",
    ),
    "duplicate_hour": FindingKind(
        "Hour sent twice",
        "小时数据重复",
        "a second report of an hour says something else",
        "valid: what came first holds",
        "invariant I9",
    ),
    "flat_line": FindingKind(
        "Flat line",
        "数值恒定不变",
        "the same value to the last digit, hour after hour",
        "valid; missing (`flat_line`) where the law says `flat_line_invalid`",
        "`flat_line_hours` 12; to confirm",
    ),
    "hugs_limit": FindingKind(
        "Values hug the limit",
        "数值长时间紧贴限值",
        "hour after hour just under the limit, nearer than a stack is steered: perhaps a reading that is cut off",
        "valid",
        "`identity_converted_basis_points` 300 for near, `flat_line_hours` 12 for long; to confirm",
    ),
    "identity_converted": FindingKind(
        "Stated converted mean is not the formula's",
        "折算值与公式不符",
        "the converted mean that the device states is not its measured mean by equation (28)",
        "valid: no mass rests on it",
        "`identity_converted_basis_points` 300; HJ 212-2017 eq. 28, tolerance to confirm",
    ),
    "identity_cou": FindingKind(
        "Stated total is not mean times flow",
        "累计值与均值×流量不符",
        "the total that the device states is not mean times flow",
        "valid: no mass rests on it",
        "`identity_total_basis_points` 500; HJ 212-2017 eq. 33, tolerance to confirm",
    ),
    "idle": FindingKind(
        "Idling: oxygen near that of air",
        "空转：含氧量接近空气",
        "so much oxygen that nothing burns; not converted to reference oxygen",
        "valid: weighed, not compared with the limit",
        "`idle_oxygen_percent` 19; to confirm",
    ),
    "long_hole": FindingKind(
        "A month without a valid hour",
        "连续缺失一个月以上",
        "a month without a valid hour",
        "missing already; filled or determined like any gap",
        "`long_hole_hours` 672, the hours of February",
    ),
    "marked_exceedance": FindingKind(
        "Operator's mark over hours above the limit",
        "企业标记覆盖超标时段",
        "an operator's mark covers hours that read above the limit",
        "none beyond the mark's own",
        "limits of the law",
    ),
    "marked_less": FindingKind(
        "Operator's mark lowers the mass",
        "企业标记使排放量减少",
        "by an operator's mark the hours weigh less than the monitor read, and by how many kilograms",
        "none beyond the mark's own",
        "–",
    ),
    "negative_flow": FindingKind(
        "Flow below zero",
        "流量为负",
        "gas that flows backwards: a turned probe, a drifted zero",
        "velocity: missing (`negative_flow`); stated flow `a00000`: valid, it is not used",
        "0 m/s",
    ),
    "outside_year": FindingKind(
        "Frames of another year",
        "年度以外的数据",
        "reports that name an hour of another year",
        "left out",
        "–",
    ),
    "pressure_of_another_altitude": FindingKind(
        "Air pressure of another altitude",
        "大气压与海拔不符",
        "the reported air pressure is not that of the place",
        "valid: weighed with the pressure of the altitude",
        "`pressure_tolerance_basis_points` 500; barometric formula (ISO 2533)",
    ),
    "too_few_minutes": FindingKind(
        "Too few valid minutes",
        "有效分钟数不足",
        "an hour built of minute reports has fewer than 45 valid minutes",
        "missing (`too_few_minutes`)",
        "`minutes_per_hour` 45; HJ 76-2017 appendix B",
    ),
    "undetermined": FindingKind(
        "No substitution tier applied; determined by the regulator",
        "无替代档适用，由主管部门核定",
        "missing hours that no tier covers",
        "missing, or what the regulator determines",
        "HJ 75-2017 tables 5 and 6",
    ),
    "unit_slip": FindingKind(
        "Measure slipped by a thousand",
        "量纲错误（相差千倍）",
        "the level is a thousandfold or a thousandth of the usual one for hours: another measure",
        "missing (`unit_slip`); stated flow `a00000`: valid, it is not used",
        "`unit_slip_hours` 3, 333 to 3,000 times; to confirm",
    ),
}

N = r"([\d.,eE+-]+)"
#: The sentences of the checks: how each goes, the same in Chinese with its figures in place, and one as an example.
SENTENCES: tuple[tuple[str, str, str], ...] = (
    (rf"{N} mg/m3 in every hour", "每小时均为{0} mg/m3", "12.5 mg/m3 in every hour"),
    (rf"outside {N} to {N}( mg/m3)?", "超出{0}至{1}{2}的范围", "outside 0 to 40"),
    (rf"fewer than {N} valid minutes", "有效分钟数少于{0}", "fewer than 45 valid minutes"),
    (
        r"marked as stopped, other readings of the hour say not",
        "标记为停产，但该小时其他读数表明仍在运行",
        "marked as stopped, other readings of the hour say not",
    ),
    (
        rf"oxygen of {N} % or more: not converted, perhaps stopped",
        "含氧量不低于{0}%：不折算，可能已停运",
        "oxygen of 19.5 % or more: not converted, perhaps stopped",
    ),
    (
        rf"oxygen of {N} % or more while hot gas moves: the analyser breathes air",
        "热烟气流动时含氧量不低于{0}%：采样漏气",
        "oxygen of 20.5 % or more while hot gas moves: the analyser breathes air",
    ),
    (
        rf"oxygen of {N} % or more in a still or cold duct: it stands or idles",
        "烟道静止或已冷却，含氧量不低于{0}%：停运或空转",
        "oxygen of 20.5 % or more in a still or cold duct: it stands or idles",
    ),
    (
        r"gas flows backwards: the probe is turned or drifts",
        "流速为负：探头装反或漂移",
        "gas flows backwards: the probe is turned or drifts",
    ),
    (
        r"the stated flow is below zero; it is not used",
        "上报流量为负，不予采用",
        "the stated flow is below zero; it is not used",
    ),
    (
        rf"stamped by a clock up to {N} h ahead of the time of sending",
        "数采仪时钟最多快{0}小时",
        "stamped by a clock up to 8.0 h ahead of the time of sending",
    ),
    (
        rf"stamped by a clock up to {N} h behind the time of sending",
        "数采仪时钟最多慢{0}小时",
        "stamped by a clock up to 8.0 h behind the time of sending",
    ),
    (
        rf"reported pressure is not that of {N} m; {N} kPa is used instead",
        "上报气压与海拔{0}米不符，改用{1} kPa",
        "reported pressure is not that of 1640 m; 83.15 kPa is used instead",
    ),
    (
        r"a second frame differs; the first one holds",
        "后一数据包内容不同，以先到者为准",
        "a second frame differs; the first one holds",
    ),
    (
        r"two frames of one QN say different things; the one received first holds",
        "同一QN的两个数据包内容不一致，以先收到者为准",
        "two frames of one QN say different things; the one received first holds",
    ),
    (rf"{N} frames are of another year", "{0}个数据包不属于本年度", "24 frames are of another year"),
    (
        rf"{N} (\S+) where {N} is usual, {N} times that: another measure",
        "读数{0} {1}，通常为{2}，相差{3}倍：量纲有误",
        "35000 mg/m3 where 35 is usual, 1,000 times that: another measure",
    ),
    (
        rf"{N} (\S+) where {N} is usual, one {N}th of that: another measure",
        "读数{0} {1}，通常为{2}，仅为其{3}分之一：量纲有误",
        "0.012 m/s where 12 is usual, one 1,000th of that: another measure",
    ),
    (
        rf"stated flow is {N} times that of the duct: another measure; it is not used",
        "上报流量为烟道流量的{0}倍：量纲有误，不予采用",
        "stated flow is 1,000 times that of the duct: another measure; it is not used",
    ),
    (
        rf"furthest off: {N} is stated, {N} m3 by mean x 3600",
        "最大偏差：上报{0}，按均值×3600应为{1} m3",
        "furthest off: 12.5 is stated, 13.75 m3 by mean x 3600",
    ),
    (
        rf"furthest off: {N} is stated, {N} kg by mean x flow x 1e-6",
        "最大偏差：上报{0}，按均值×流量×1e-6应为{1} kg",
        "furthest off: 1e+06 is stated, 13.75 kg by mean x flow x 1e-6",
    ),
    (
        rf"furthest off: {N} is stated, {N} mg/m3 by equation \(28\)",
        "最大偏差：上报{0}，按式（28）应为{1} mg/m3",
        "furthest off: 12.5 is stated, 13.75 mg/m3 by equation (28)",
    ),
    (
        rf"a hole of {N} running hours, {N} days",
        "连续缺失{0}个运行小时，合{1}天",
        "a hole of 744 running hours, 31 days",
    ),
    (
        r"no tier covers it: the capture rate is too low, or no valid hour lies before it",
        "无适用档：数据捕集率过低，或此前没有有效小时",
        "no tier covers it: the capture rate is too low, or no valid hour lies before it",
    ),
    (
        rf"mark {N} \((\w+)\) covers hours above the limit; the highest reads {N} mg/m3, not converted",
        "企业标记{0}（{1}）覆盖超标时段，最高读数{2} mg/m3（未折算）",
        "mark 3 (fault) covers hours above the limit; the highest reads 812.5 mg/m3, not converted",
    ),
    (
        rf"by mark {N} \((\w+)\) they weigh {N} kg less than the monitor read",
        "因企业标记{0}（{1}），核算量比监测读数少{2} kg",
        "by mark 3 (start_up) they weigh 12.345 kg less than the monitor read",
    ),
    (
        rf"{N} to {N} mg/m3, under the limit of {N} in every hour",
        "每小时均为{0}至{1} mg/m3，略低于限值{2}",
        "194.5 to 199.8 mg/m3, under the limit of 200 in every hour",
    ),
)
