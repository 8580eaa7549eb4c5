"""What a finding says in words, in Chinese: the checks write English into evidence and books, the pages show both."""

from __future__ import annotations

import re

from airshed.pages.kit.words import Phrase

N = r"([\d.,eE+-]+)"
#: How each sentence of the checks begins and goes on, and the same in Chinese with its figures in place.
SENTENCES: tuple[tuple[str, str], ...] = (
    (rf"{N} mg/m3 in every hour", "每小时均为{0} mg/m3"),
    (rf"outside {N} to {N}( mg/m3)?", "超出{0}至{1}{2}的范围"),
    (rf"fewer than {N} valid minutes", "有效分钟数少于{0}"),
    (r"marked as stopped, other readings of the hour say not", "标记为停产，但该小时其他读数表明仍在运行"),
    (rf"oxygen of {N} % or more: not converted, perhaps stopped", "含氧量不低于{0}%：不折算，可能已停运"),
    (
        rf"oxygen of {N} % or more while hot gas moves: the analyser breathes air",
        "热烟气流动时含氧量不低于{0}%：采样漏气",
    ),
    (
        rf"oxygen of {N} % or more in a still or cold duct: it stands or idles",
        "烟道静止或已冷却，含氧量不低于{0}%：停运或空转",
    ),
    (r"gas flows backwards: the probe is turned or drifts", "流速为负：探头装反或漂移"),
    (r"the stated flow is below zero; it is not used", "上报流量为负，不予采用"),
    (rf"stamped by a clock up to {N} h ahead of the time of sending", "数采仪时钟最多快{0}小时"),
    (rf"stamped by a clock up to {N} h behind the time of sending", "数采仪时钟最多慢{0}小时"),
    (rf"reported pressure is not that of {N} m; {N} kPa is used instead", "上报气压与海拔{0}米不符，改用{1} kPa"),
    (r"a second frame differs; the first one holds", "后一数据包内容不同，以先到者为准"),
    (
        r"two frames of one QN say different things; the one received first holds",
        "同一QN的两个数据包内容不一致，以先收到者为准",
    ),
    (rf"{N} frames are of another year", "{0}个数据包不属于本年度"),
    (rf"{N} (\S+) where {N} is usual, {N} times that: another measure", "读数{0} {1}，通常为{2}，相差{3}倍：量纲有误"),
    (
        rf"{N} (\S+) where {N} is usual, one {N}th of that: another measure",
        "读数{0} {1}，通常为{2}，仅为其{3}分之一：量纲有误",
    ),
    (
        rf"stated flow is {N} times that of the duct: another measure; it is not used",
        "上报流量为烟道流量的{0}倍：量纲有误，不予采用",
    ),
    (rf"furthest off: {N} is stated, {N} m3 by mean x 3600", "最大偏差：上报{0}，按均值×3600应为{1} m3"),
    (rf"furthest off: {N} is stated, {N} kg by mean x flow x 1e-6", "最大偏差：上报{0}，按均值×流量×1e-6应为{1} kg"),
    (rf"furthest off: {N} is stated, {N} mg/m3 by equation \(28\)", "最大偏差：上报{0}，按式（28）应为{1} mg/m3"),
    (rf"a hole of {N} running hours, {N} days", "连续缺失{0}个运行小时，合{1}天"),
    (
        r"no tier covers it: the capture rate is too low, or no valid hour lies before it",
        "无适用档：数据捕集率过低，或此前没有有效小时",
    ),
    (
        rf"mark {N} \((\w+)\) covers hours above the limit; the highest reads {N} mg/m3, not converted",
        "企业标记{0}（{1}）覆盖超标时段，最高读数{2} mg/m3（未折算）",
    ),
    (
        rf"by mark {N} \((\w+)\) they weigh {N} kg less than the monitor read",
        "因企业标记{0}（{1}），核算量比监测读数少{2} kg",
    ),
)
#: Kinds of operators' marks within a sentence.
KINDS = {
    "stopped": "停运",
    "start_up": "启动",
    "shut_down": "停机",
    "maintenance": "维护",
    "calibration": "校准",
    "fault": "故障",
}


def detail(text: str) -> Phrase:
    """A finding's detail in both languages; as it stands where a book of before says it otherwise.

    >>> detail("outside 0 to 40").zh, detail("outside 0 to 5000 mg/m3").zh
    ('超出0至40的范围', '超出0至5000 mg/m3的范围')
    """
    for english, chinese in SENTENCES:
        if found := re.fullmatch(english, text):
            return Phrase(text, chinese.format(*(KINDS.get(each or "", each or "") for each in found.groups())))
    return Phrase(text, text)
