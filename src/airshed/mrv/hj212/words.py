"""Every part of a frame in words, Chinese and English."""

from __future__ import annotations

from airshed.mrv.hj212.codes import (
    COMMANDS,
    DATA_FLAGS,
    EXECUTION_RESULTS,
    FIELD_NAMES,
    REQUEST_ANSWERS,
    SUFFIX_NAMES,
    SYSTEMS,
    Name,
    factors_of,
    name_of,
)
from airshed.mrv.hj212.frame import Frame, Reading
from airshed.mrv.hj212.items import SECRETS

Row = tuple[str, str, str, str]
"""Item, value as sent, meaning in Chinese, meaning in English."""

UNKNOWN: Name = ("标准未定义", "not in the standard")
HIDDEN = "******"


def both(name: Name) -> str:
    """Chinese and English side by side.

    >>> both(("正常", "normal"))
    '正常 normal'
    """
    return " ".join(part for part in name if part)


def words_of(frame: Frame) -> list[Row]:
    """One row per part of the frame, in the order of the standard; passwords are hidden.

    >>> from airshed.mrv.hj212.frame import Frame
    >>> words_of(Frame(version="2017", crc="hj212", cn="2061", flag="5"))[0]
    ('CN', '2061', '污染物小时数据', 'hourly readings')
    """
    rows: list[Row] = []

    def row(item: str, value: str | None, name: Name) -> None:
        if value is not None:
            rows.append((item, HIDDEN if item in SECRETS and value else value, *name))

    row("CRC", frame.crc, ("校验算法", "checksum that fits"))
    row("QN", frame.qn, ("请求编码（时间戳）", f"request number: {_time(frame.qn or '')}"))
    row("ST", frame.st, SYSTEMS.get(frame.st or "", UNKNOWN))
    row("CN", frame.cn, COMMANDS.get(frame.cn, UNKNOWN))
    row("PW", frame.pw, ("访问密码", "password"))
    row("MN", frame.mn, ("设备唯一标识", "device"))
    row("Flag", frame.flag, _flag(frame))
    row("PNUM", frame.pnum, ("总包数", "parts of the message"))
    row("PNO", frame.pno, ("包号", "number of this part"))
    for name, value in frame.further:
        row(name.upper(), value, UNKNOWN)
    for name, value in frame.fields:
        row(name, value, _field(name, value))
    for reading in frame.readings:
        rows += _reading(reading)
    return sorted(rows, key=lambda one: one[0] == "CRC")


def _flag(frame: Frame) -> Name:
    zh = [f"HJ 212-{frame.version}", "需要应答" if frame.answer_wanted else "无需应答"]
    en = [f"edition {frame.version}", "answer wanted" if frame.answer_wanted else "no answer wanted"]
    if frame.in_parts:
        zh.append("拆分包")
        en.append("in parts")
    return "，".join(zh), ", ".join(en)


def _field(name: str, value: str) -> Name:
    if name == "QnRtn":
        return REQUEST_ANSWERS.get(value, UNKNOWN)
    if name == "ExeRtn":
        return EXECUTION_RESULTS.get(value, UNKNOWN)
    zh, en = FIELD_NAMES.get(name, UNKNOWN)
    if name in {"PolId", "InfoId"} and factors_of(value):
        known_zh, known_en = name_of(value)
        return f"{zh}：{known_zh}", f"{en}: {known_en}"
    return (zh, f"{en}: {_time(value)}") if name.endswith("Time") and _time(value) != value else (zh, en)


def _reading(reading: Reading) -> list[Row]:
    zh, en = name_of(reading.code)
    known = factors_of(reading.code)
    rows: list[Row] = []
    for suffix, value in reading.values.items():
        suffix_zh, suffix_en = SUFFIX_NAMES.get(suffix, (suffix, suffix))
        measure = (known[0].mass_measure if suffix == "cou" else known[0].measure) if len(known) == 1 else ""
        in_measure = f" [{measure}]" if measure not in ("", "1") else ""
        rows.append(
            (f"{reading.code}-{suffix}", value, f"{zh} {suffix_zh}{in_measure}", f"{en}, {suffix_en}{in_measure}")
        )
    if reading.flag is not None:
        flag_zh, flag_en = DATA_FLAGS.get(reading.flag, UNKNOWN)
        rows.append((f"{reading.code}-flag", reading.flag, f"{zh} {flag_zh}", f"{en}, {flag_en}"))
    return rows


def _time(text: str) -> str:
    """A time of the standard as people write it; any other text as it is.

    >>> _time("20160801085857223")
    '2016-08-01 08:58:57.223'
    """
    if not (text.isascii() and text.isdigit() and len(text) in {14, 17}):
        return text
    shown = f"{text[:4]}-{text[4:6]}-{text[6:8]} {text[8:10]}:{text[10:12]}:{text[12:14]}"
    return f"{shown}.{text[14:]}" if len(text) == 17 else shown
