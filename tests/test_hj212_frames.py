"""Frames that were published, and what devices do to frames: each is read, or refused with its reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.mrv.hj212 import Fault, Frame, Reading, Rejected, decode, seal
from airshed.mrv.hj212.codes import COMMANDS, DATA_FLAGS, code_2017, factors, factors_of, name_of
from airshed.mrv.hj212.crc import CHECKS, crc_hj212, crc_modbus
from airshed.mrv.hj212.frame import MAX_SEGMENT
from airshed.mrv.hj212.many import BLOCK, crcs_hj212, seals

PUBLISHED: list[dict[str, str]] = json.loads(Path(__file__).with_name("hj212_frames.json").read_text("utf-8"))
HEAD = b"QN=20270101090500123;ST=31;CN=2061;PW=123456;MN=010000A8900016F000169DC0;Flag=4;"


def bitwise(segment: bytes) -> int:
    """HJ 212-2017 appendix A, word for word."""
    register = 0xFFFF
    for byte in segment:
        register = (register >> 8) ^ byte
        for _ in range(8):
            register = (register >> 1) ^ (0xA001 if register & 1 else 0)
    return register


def good(segment: bytes) -> Frame:
    frame = decode(seal(segment))
    assert isinstance(frame, Frame), frame
    return frame


def why(raw: bytes) -> Fault:
    outcome = decode(raw)
    assert isinstance(outcome, Rejected), outcome
    assert outcome.detail
    return outcome.why


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda published: published["frame"][:40])
def test_published_frames_decode_or_are_refused_as_each_says(published: dict[str, str]) -> None:
    raw = published["frame"].encode()

    outcome = decode(raw)

    if published["verdict"] == "ok":
        assert isinstance(outcome, Frame)
        assert (outcome.version, outcome.crc) == (published["version"], "hj212")
    else:
        assert isinstance(outcome, Rejected)
        assert outcome.why == published["verdict"]
    if published["crc"] == "modbus":
        for dialect in ("modbus", "any"):
            read = decode(raw, dialect)
            assert isinstance(read, Frame)
            assert (read.version, read.crc) == (published["version"], "modbus")


@given(st.binary(max_size=2100))
def test_the_folded_crc_is_the_crc_of_the_standard(segment: bytes) -> None:
    assert crc_hj212(segment) == bitwise(segment)
    assert not segment or crc_hj212(segment) in CHECKS


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 512, 1024, 1025, 2048, 4096, 8192, 9999, 40_000])
def test_the_crc_holds_at_the_edges_of_its_folding(size: int) -> None:
    segment = bytes((7 * n + size) % 256 for n in range(size))
    assert crc_hj212(segment) == bitwise(segment)


@given(st.lists(st.binary(max_size=40), max_size=30))
def test_many_segments_at_once_are_framed_as_each_alone(segments: list[bytes]) -> None:
    assert list(crcs_hj212(segments)) == [bitwise(segment) for segment in segments]
    assert seals(segments) == [seal(segment) for segment in segments]


def test_more_segments_than_are_looked_at_together_are_framed_in_their_order() -> None:
    segments = [b"%d" % number for number in range(2 * BLOCK + 1)]
    assert seals(segments) == [seal(segment) for segment in segments]


def test_a_right_crc_is_no_evidence_because_blocks_of_eight_may_change_places() -> None:
    assert crc_hj212(b"SO2=12.5NOx=99.0") == crc_hj212(b"NOx=99.0SO2=12.5")
    assert len(CHECKS) == 256


@given(st.binary(max_size=300))
def test_any_bytes_are_a_frame_or_a_refusal(raw: bytes) -> None:
    for dialect in ("hj212", "modbus", "any"):
        assert isinstance(decode(raw, dialect), Frame | Rejected)


@given(st.lists(st.sampled_from([*b"=;,&-/# \n", *b"aCPQN", 0, 0xE6, 0xFF]), max_size=120).map(bytes), st.booleans())
def test_any_segment_under_a_right_length_and_crc_is_a_frame_or_a_refusal(content: bytes, wrapped: bool) -> None:
    outcome = decode(seal(HEAD + b"CP=&&" + content + b"&&" if wrapped else content))

    assert isinstance(outcome, Frame) or outcome.why in {Fault.SYNTAX, Fault.VERSION}


PLAIN = good(HEAD + b"CP=&&DataTime=20270101080000;a21026-Avg=12.5,a21026-Flag=N&&")


@pytest.mark.parametrize(
    "segment",
    [
        HEAD + b"CP=&&DataTime=20270101080000;a21026-Avg=12.5,a21026-Flag=N;&&",
        HEAD + b"CP=&&DataTime=20270101080000;;a21026-Avg=12.5;a21026-Flag=N&&",
        HEAD + b"CP=&&DataTime=20270101080000,a21026-Avg=12.5,a21026-flag=N&&",
        HEAD + b"CP=&&datatime=20270101080000; a21026-AVG = 12.5,a21026-Flag=N &&",
        HEAD + b"CP=&&DataTime=20270101080000;a21026-Flag=N,a21026-Avg=12.5&&",
        HEAD + b"CP=&&DataTime=20270101080000;a21026-Avg=12.5,a21026-Flag=N;a21026-Flag=N&&",
        HEAD.replace(b"Flag=", b"FLAG=") + b"cp=&&DataTime=20270101080000;a21026-Avg=12.5,a21026-Flag=N&&",
        HEAD.replace(b";MN=", b";,MN=") + b"CP=&&DataTime=20270101080000;a21026-Avg=12.5,a21026-Flag=N&&",
        b"Flag=4;" + HEAD.removesuffix(b"Flag=4;") + b"CP=&&DataTime=20270101080000;a21026-Avg=12.5,a21026-Flag=N&&",
    ],
)
def test_deviations_with_one_meaning_say_what_the_plain_frame_says(segment: bytes) -> None:
    assert good(segment) == PLAIN


def test_the_end_of_a_frame_may_lack_its_line_end_or_have_its_crc_in_lower_case() -> None:
    raw = seal(HEAD + b"CP=&&DataTime=20270101080000;a21026-Avg=12.5,a21026-Flag=N&&")

    assert (
        decode(raw.rstrip()) == decode(raw.lower().replace(raw[:-6].lower(), raw[:-6])) == decode(b" " + raw) == PLAIN
    )


def test_what_the_header_lacks_is_none_and_what_is_empty_is_empty() -> None:
    bare = good(b"CN=2011;CP=&&&&")
    empty = good(b"QN=;ST=31;CN=2011;PW=;MN=;PNO=2;PNUM=3;RF=1;CP=&&&&")

    assert (bare.qn, bare.st, bare.pw, bare.mn, bare.flag, bare.pnum, bare.version) == (None,) * 6 + ("2005",)
    assert (empty.qn, empty.pw, empty.mn, empty.pno, empty.pnum) == ("", "", "", "2", "3")
    assert empty.further == (("rf", "1"),)


def test_a_flag_under_another_code_stays_there() -> None:
    frame = good(b"ST=31;CN=2011;CP=&&05-Rtd=1.5,S05-Flag=N&&")

    assert frame.readings == (Reading("05", {"rtd": "1.5"}), Reading("S05", {}, "N"))


def test_lists_and_logs_are_one_value_each() -> None:
    times = good(b"CN=3014;CP=&&PolId=101,CTime=04,CTime=10&&")
    several = good(b"CN=3020;CP=&&PolId=w01018,w01001;InfoId=i13004&&")
    log = good("CN=3020;CP=&&PolId=w01018;i11001-Info=//清洗;管路,a=1//&&".encode())

    assert times.fields == (("PolId", "101"), ("CTime", "04"), ("CTime", "10"))
    assert several.fields == (("PolId", "w01018,w01001"), ("InfoId", "i13004"))
    assert log.readings == (Reading("i11001", {"info": "//清洗;管路,a=1//"}),)


@pytest.mark.parametrize(
    ("flag", "version"), [(b"0", "2005"), (b"3", "2005"), (b"7", "2017"), (b"8", "2025"), (b"011", "2025")]
)
def test_the_flag_names_the_edition(flag: bytes, version: str) -> None:
    frame = good(b"CN=2011;Flag=" + flag + b";CP=&&&&")

    assert frame.version == version
    assert (frame.answer_wanted, frame.in_parts) == (int(flag) % 2 == 1, int(flag) // 2 % 2 == 1)


@pytest.mark.parametrize(
    ("segment", "reason"),
    [
        (b"", Fault.SYNTAX),
        (b"CP=&&&&", Fault.SYNTAX),
        (b"CN=2011;CP=&&", Fault.SYNTAX),
        (b"CN=2011;CP=&&&", Fault.SYNTAX),
        (b"CN=2011;CP=&&a-Rtd=1", Fault.SYNTAX),
        (b"CN=2011;CP=&&a-Rtd=1&&b-Rtd=2&&", Fault.SYNTAX),
        (b"CN=2011;CN=2061;CP=&&&&", Fault.SYNTAX),
        (b"CN=2011;MN;CP=&&&&", Fault.SYNTAX),
        (b"CN=2011;Flag=x;CP=&&&&", Fault.SYNTAX),
        (b"CN=2011;Flag=9999;CP=&&&&", Fault.SYNTAX),
        (b"CN=2011;Flag=12;CP=&&&&", Fault.VERSION),
        (b"CN=2011;CP=&&a-Rtd=1,a-Rtd=2&&", Fault.SYNTAX),
        (b"CN=2011;CP=&&a-Flag=N;a-flag=D&&", Fault.SYNTAX),
        (b"CN=2011;CP=&&DataTime=20270101000000;DataTime=20270101010000&&", Fault.SYNTAX),
        (b"CN=2011;CP=&&a-Rtd&&", Fault.SYNTAX),
        (b"CN=2011;CP=&&=1&&", Fault.SYNTAX),
        (b"CN=2011;CP=&&-Rtd=1&&", Fault.SYNTAX),
        (b"CN=2011;CP=&&a-=1&&", Fault.SYNTAX),
        (b"CN=2011;CP=&&a-Rtd=1\x00&&", Fault.SYNTAX),
        (b"CN=2011;CP=&&a-Rtd=1\r\n&&", Fault.SYNTAX),
        (b"CN=2011;MN=\xe6\x98\x86;CP=&&&&", Fault.SYNTAX),
        (b"CN=2011;CP=&&\xe6\x98\x86-Rtd=1&&", Fault.SYNTAX),
        (b"CN=2011;CP=&&a-Info=\xc0\xaf&&", Fault.SYNTAX),
        (b"CN=2011;CP=&&a-Info=" + b"x" * MAX_SEGMENT + b"&&", Fault.OVERSIZE),
    ],
)
def test_what_can_be_read_in_two_ways_or_in_none_is_refused(segment: bytes, reason: Fault) -> None:
    assert why(seal(segment)) == reason


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", Fault.SYNTAX),
        (b"\r\n", Fault.SYNTAX),
        (b"hello", Fault.SYNTAX),
        (b"#", Fault.SYNTAX),
        (b"##", Fault.LENGTH),
        (b"##12", Fault.LENGTH),
        (b"##299ST=21;CP=&&&&d042", Fault.LENGTH),
        (b"##-010CN=1;CP=&&&&0000", Fault.LENGTH),
        ("##００１０".encode(), Fault.LENGTH),
        (b"##9999CN=1;CP=&&&&0000", Fault.LENGTH),
        (b"##0000CN=1;CP=&&&&0000", Fault.LENGTH),
        (b"##0014CN=2011;CP=&&&&", Fault.LENGTH),
        (b"##0015CN=2011;CP=&&&&", Fault.CRC),
        (b"##0015CN=2011;CP=&&&&12", Fault.CRC),
        (b"##0015CN=2011;CP=&&&&zzzz", Fault.CRC),
        (b"##0015CN=2011;CP=&&&&+123", Fault.CRC),
        (b"##0015CN=2011;CP=&&&&12345", Fault.LENGTH),
    ],
)
def test_hostile_lengths_and_checks_are_refused(raw: bytes, reason: Fault) -> None:
    assert why(raw) == reason


def test_refusals_come_in_the_documented_order() -> None:
    long_and_wrong = b"##9000" + b"x" * 9000 + b"0000"

    assert [why(long_and_wrong[:-1]), why(long_and_wrong)] == [Fault.LENGTH, Fault.OVERSIZE]
    assert why(seal(b"\x00")[:-6] + b"zzzz") == Fault.CRC
    assert list(Fault)[:5] == [Fault.LENGTH, Fault.OVERSIZE, Fault.CRC, Fault.SYNTAX, Fault.VERSION]


def test_a_segment_above_what_the_standard_allows_is_still_read() -> None:
    items = b";".join(b"a%05d-Avg=%d" % (n, n) for n in range(200))

    assert len(good(HEAD + b"CP=&&" + items + b"&&").readings) == 200


def test_a_refusal_says_when_the_other_checksum_fits() -> None:
    segment = b"CN=2011;CP=&&&&"
    refused = decode(seal(segment, "modbus"))
    other = decode(seal(segment), "modbus")

    assert isinstance(refused, Rejected)
    assert "MODBUS" in refused.detail
    assert isinstance(other, Rejected)
    assert "hj212" in other.detail
    assert f"{crc_modbus(b'123456789'):04X}" == "4B37"


def test_logs_that_open_and_do_not_close_are_plain_text() -> None:
    content = ";".join(f"i{n:05d}-Info=//x" for n in range(400))

    assert {reading.values["info"] for reading in good(f"CN=3020;CP=&&{content}&&".encode()).readings} == {"//x"}


def test_every_factor_of_flue_gas_has_names_and_a_citation() -> None:
    assert len(factors()) == 214
    assert all(factor.name_zh and factor.name_en and factor.cite for factor in factors())
    assert [code_2017(code) for code in ("01", "02", "03", "S01", "B02")] == [
        "a34013",
        "a21026",
        "a21002",
        "a19001",
        "a00000",
    ]
    assert name_of("a21002") == ("氮氧化物", "Nitrogen oxides")
    assert [factor.name_en for factor in factors_of("g20801")] == ["Induced draught fan current"]
    assert (factors_of("zz"), factors_of("")) == ((), ())
    assert set(DATA_FLAGS) == set("NFMSDCTB")
    assert COMMANDS["2061"] == ("污染物小时数据", "hourly readings")
