"""What a finding says in words, in Chinese: the checks write English into evidence and books, the pages show both."""

from __future__ import annotations

import re

from airshed.mrv.findings import SENTENCES
from airshed.mrv.hj212.codes import name_of
from airshed.pages.kit.words import FINDINGS, Phrase

#: Kinds of operators' marks within a sentence.
KINDS = {
    "stopped": "停运",
    "start_up": "启动",
    "shut_down": "停机",
    "maintenance": "维护",
    "calibration": "校准",
    "fault": "故障",
}


#: Why a sealed day is corrected or a mark lapses, as the system itself writes it.
REASONS = (
    (r"mark (\d+) was reverted", "企业标记{0}已撤销"),
    (r"other hours look back on those of a mark", "其他小时的替代取值涉及标记时段"),
    (r"no proof came by ([\d-]+)[ T](\d\d:\d\d)\S*", "截至{0} {1}未提交证明材料"),
    # What firms and verifiers of the demo year write, who all are simulated.
    (r"simulated: the kiln is lit after the winter repair", "模拟：冬季检修后点火"),
    (r"simulated: a fan trips and NOx climbs; .*", "模拟：风机跳停，NOx升高；该时段计入排放量，不参与限值比较"),
    (r"simulated: the protocol of a calibration never comes", "模拟：校准记录始终未提交"),
    (
        r"simulated: the hours of a peak are called maintenance; the log shows a running analyser",
        "模拟：峰值时段被标记为维护，而日志显示分析仪正常运行",
    ),
    (
        r"the maker of the monitor has been called; the log shows the repair",
        "已联系监测设备厂家，维修情况见运维记录",
    ),
)
#: A finding as a verifier asks about it: code, subject, hours, detail.
ITEM = r"(\w+) (\S*) ?over (\d+) hours: (.*)"
#: The same as an authority quotes it, which determines a year for it: stack, code, hours, detail.
FOR_IT = r"(\S+): (\w+) over (\d+) hours \((.*)\)"


def subject_name(code: str) -> Phrase:
    """What a finding is about: a pollutant by its code, a factor of HJ 212 by its name.

    >>> subject_name("SO2").zh, subject_name("i23001").zh
    ('SO2', '本地大气压力')
    """
    chinese, english = name_of(code)
    return Phrase(english, chinese)


def item(text: str) -> Phrase:
    """What a verifier asks to be improved; in Chinese where it quotes a finding, and else as it was written.

    >>> item("flat_line SO2 over 40 hours: 4.2 mg/m3 in every hour").zh
    'SO2数值恒定不变，共40小时：每小时均为4.2 mg/m3'
    """
    found = re.fullmatch(ITEM, text)
    if found is None or found[1] not in FINDINGS:
        return Phrase(text, text)
    return Phrase(text, f"{subject_name(found[2]).zh}{FINDINGS[found[1]].zh}，共{found[3]}小时：{detail(found[4]).zh}")


def reason(text: str) -> Phrase:
    """Why something is done; in Chinese where the system wrote it or it quotes a finding, and else as it was written.

    >>> reason("mark 3 was reverted").zh, reason("a typing error").zh
    ('企业标记3已撤销', 'a typing error')
    >>> reason("KM-1-A: flat_line over 40 hours (outside 0 to 40)").zh
    'KM-1-A数值恒定不变，共40小时：超出0至40的范围'
    """
    for english, chinese in REASONS:
        if found := re.fullmatch(english, text):
            return Phrase(text, chinese.format(*found.groups()))
    quoted = re.fullmatch(FOR_IT, text)
    if quoted is None or quoted[2] not in FINDINGS:
        return item(text)
    return Phrase(text, f"{quoted[1]}{FINDINGS[quoted[2]].zh}，共{quoted[3]}小时：{detail(quoted[4]).zh}")


def detail(text: str) -> Phrase:
    """A finding's detail in both languages; as it stands where a book of before says it otherwise.

    >>> detail("outside 0 to 40").zh, detail("outside 0 to 5000 mg/m3").zh
    ('超出0至40的范围', '超出0至5000 mg/m3的范围')
    """
    for english, chinese, _ in SENTENCES:
        if found := re.fullmatch(english, text):
            return Phrase(text, chinese.format(*(KINDS.get(each or "", each or "") for each in found.groups())))
    return Phrase(text, text)
