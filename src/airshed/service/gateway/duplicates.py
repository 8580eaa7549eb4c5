"""What was received before: a frame sent again is known by what it says, not by its QN."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from airshed.mrv.hj212.frame import Frame
from airshed.mrv.hj212.head import OPENING


class FrameFate(StrEnum):
    """What became of a frame that was received: all but `RESENT` are added to the evidence."""

    KEPT = "kept"
    RESENT = "resent"  # the same MN, CN, DataTime, part and content as one on disk: nothing is added
    RESTATED = "restated"  # the same MN, CN, DataTime and part with other content
    QN_REUSED = "qn_reused"  # the QN of an earlier frame with other content


#: Frames remembered per device and command: half an hour of real-time frames, two days of 10-minute ones, a month of
#: hours, two months of days. What is sent again after longer is kept twice, and read once (`readings_from_columns`).
REMEMBERED: Mapping[str, int] = {"2011": 64, "2051": 288, "2061": 744, "2031": 62}
REPORT = "2"
"""First digit of the commands that tell of a time; others may say different things at one time (3020: of each part)."""
REMEMBERED_OTHERS = 64
REMEMBERED_QNS = 128
MOST_CONTENTS = 4
"""Different contents remembered for one DataTime."""

Moment = tuple[str, str | None]


@dataclass(slots=True)
class _Device:
    moments: dict[str, OrderedDict[Moment, tuple[bytes, ...]]] = field(default_factory=dict)
    qns: OrderedDict[tuple[str, str, str | None], bytes] = field(default_factory=OrderedDict)


class ReceiptMemory:
    """The memory of one gateway. `judge` looks, `learn` remembers; both are cheap and bounded per device."""

    def __init__(self) -> None:
        self._devices: dict[str, _Device] = {}

    def judge(self, mn: str, frame: Frame, digest: bytes, *, asked: bool = False) -> FrameFate:
        """What a frame is in the light of what was learned; `digest` is that of its content (`content_digest`).

        The frames that answer one request are `asked` for, and have its QN in common.
        """
        known = self._devices.get(mn)
        if known is None:
            return FrameFate.KEPT
        contents: tuple[bytes, ...] = ()
        time = frame.field("DataTime")
        if time is not None and frame.cn in known.moments:
            contents = known.moments[frame.cn].get((time, frame.pno), ())
            if digest in contents:
                return FrameFate.RESENT
        if not asked and frame.qn and known.qns.get((frame.qn, frame.cn, frame.pno), digest) != digest:
            return FrameFate.QN_REUSED
        return FrameFate.RESTATED if contents and frame.cn.startswith(REPORT) else FrameFate.KEPT

    def learn(self, mn: str, frame: Frame, digest: bytes) -> None:
        """Remember a frame that is on disk."""
        known = self._devices.setdefault(mn, _Device())
        time = frame.field("DataTime")
        if time is not None:
            moments = known.moments.setdefault(frame.cn, OrderedDict())
            contents = moments.get((time, frame.pno), ())
            moments[time, frame.pno] = (*contents, digest)[-MOST_CONTENTS:]
            if len(moments) > REMEMBERED.get(frame.cn, REMEMBERED_OTHERS):
                moments.popitem(last=False)
        if frame.qn:
            known.qns[frame.qn, frame.cn, frame.pno] = digest
            if len(known.qns) > REMEMBERED_QNS:
                known.qns.popitem(last=False)

    def unlearn(self, mn: str, frame: Frame, digest: bytes) -> None:
        """Forget a frame that was learned and did not come to the disk after all."""
        known = self._devices[mn]
        moment = (frame.field("DataTime") or "", frame.pno)
        contents = known.moments.get(frame.cn, OrderedDict()).pop(moment, ())
        if left := tuple(each for each in contents if each != digest):
            known.moments[frame.cn][moment] = left
        if frame.qn and known.qns.get((frame.qn, frame.cn, frame.pno)) == digest:
            del known.qns[frame.qn, frame.cn, frame.pno]


def content_digest(plain: bytes) -> bytes:
    """A digest of what a plain frame says between `CP=&&` and `&&`; header and CRC do not count.

    >>> content_digest(b"##0019QN=1;CP=&&a-Avg=1&&AAAA") == content_digest(b"##0019QN=2;CP=&&a-Avg=1&&BBBB")
    True
    """
    opening = OPENING.search(plain)
    assert opening is not None, "a frame that was decoded has content"
    return sha256(plain[opening.end() : -6]).digest()[:16]
