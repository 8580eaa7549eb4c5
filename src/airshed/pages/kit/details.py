"""What a finding says in words, in Chinese: the checks write English into evidence and books, the pages show both."""

from __future__ import annotations

import re

from airshed.mrv.findings import SENTENCES
from airshed.pages.kit.words import Phrase

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
    for english, chinese, _ in SENTENCES:
        if found := re.fullmatch(english, text):
            return Phrase(text, chinese.format(*(KINDS.get(each or "", each or "") for each in found.groups())))
    return Phrase(text, text)
