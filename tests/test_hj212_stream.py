"""Streams of frames however they are cut, frames written and read again, hours as columns, the command."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from airshed.cli.hj212 import app
from airshed.model.refusal import Malformed
from airshed.mrv.hj212 import Fault, Frame, Reading, Rejected, Splitter, chunks, decode, encode, seal
from airshed.mrv.hj212.frame_hours import UNKNOWN_FLAG, hour_rows
from airshed.mrv.hj212.stream import MAX_CHUNK

WANTED = ("a21026", "a21002", "a19001")
ANSWER = b"##0087QN=20160801085857223;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&&&3240"

# --- streams

CIPHER = seal(b"CN=2061;Flag=9;CP=&&\x00##0101\r\n&&\xff&&").strip()
LYING = b"##0192CN=2011;CP=&&&&1234"
PARTS = st.sampled_from(
    [
        ANSWER,
        ANSWER + b"\r\n",
        ANSWER.lower(),
        CIPHER,
        LYING,
        LYING + b"\n",
        b"##299ST=21&&d042\r\n",
        b"noise",
        b"#",
        b"##",
        b"##00",
        b"\n",
        b"\r\n ",
        b"##9999",
        b"##8000",
        b"\x00\xff",
    ]
)


def cut(stream: bytes, places: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[begin:end] for begin, end in pairwise(edges)]


@given(st.lists(PARTS, max_size=12).map(b"".join), st.lists(st.integers(0, 2000), max_size=12))
def test_frames_do_not_depend_on_how_the_stream_was_cut(stream: bytes, places: list[int]) -> None:
    whole = list(chunks([stream]))

    assert list(chunks(cut(stream, places))) == whole
    assert list(chunks([bytes([byte]) for byte in stream])) == whole
    assert all(stream[place : place + len(chunk)] == chunk for place, chunk in whole)
    assert b"".join(chunk for _, chunk in whole).translate(None, b" \r\n") == stream.translate(None, b" \r\n")


@given(st.lists(st.sampled_from([ANSWER, CIPHER]), max_size=8), st.lists(st.integers(0, 2000), max_size=8))
def test_frames_glued_without_line_ends_come_apart(frames: list[bytes], places: list[int]) -> None:
    assert [chunk for _, chunk in chunks(cut(b"".join(frames), places))] == frames


def test_a_frame_whose_length_lies_does_not_swallow_the_next() -> None:
    stream = LYING + ANSWER + b"junk\r\n" + LYING + b"\r\n" + ANSWER

    outcomes = [decode(chunk) for _, chunk in chunks([stream])]

    assert [outcome.why if isinstance(outcome, Rejected) else "ok" for outcome in outcomes] == [
        Fault.LENGTH,
        "ok",
        Fault.SYNTAX,
        Fault.LENGTH,
        "ok",
    ]


def test_noise_without_end_is_handed_out_in_bounded_chunks() -> None:
    splitter = Splitter()
    sizes = [len(chunk) for _ in range(40) for chunk in splitter.feed(b"x" * 4096)]
    rest = [len(chunk) for chunk in splitter.finish()]

    assert set(sizes) == {MAX_CHUNK}
    assert sum(sizes) + sum(rest) == 40 * 4096
    assert splitter.offset == 40 * 4096


# --- writing

names = st.text("abcXYZ0159_", min_size=1, max_size=6)
values = st.one_of(
    st.from_regex(r"[-+]?[0-9]{1,5}(\.[0-9]{1,4})?", fullmatch=True), st.text("aZ09.:/=#清洗", max_size=8)
)
suffixes = st.sampled_from(["rtd", "min", "avg", "max", "cou", "zsrtd", "zsavg", "eflag", "info", "validnum", "madeup"])


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    flag = draw(st.one_of(st.none(), st.integers(0, 11)))
    codes = draw(st.lists(names, unique=True, max_size=5))
    others = draw(
        st.lists(st.sampled_from(["DataTime", "PolId", "CTime", "OverTime", "Vendor"]), unique=True, max_size=4)
    )
    text = st.text("ABC0123456789", max_size=12)
    return Frame(
        version=("2005", "2017", "2025")[(flag or 0) >> 2],
        crc=draw(st.sampled_from(["hj212", "modbus"])),
        cn=draw(st.from_regex(r"[0-9]{4}", fullmatch=True)),
        flag=None if flag is None else str(flag),
        **{name: draw(st.one_of(st.none(), text)) for name in ("qn", "st", "pw", "mn", "pnum", "pno")},
        further=draw(st.sampled_from([(), (("rf", "1"),)])),
        fields=tuple((name, draw(values)) for name in others),
        readings=tuple(
            Reading(
                code,
                draw(st.dictionaries(suffixes, values, min_size=1, max_size=4)),
                draw(st.sampled_from([None, *"NDTB"])),
            )
            for code in codes
        ),
    )


@given(frames())
def test_reading_what_was_written_gives_the_same_frame(frame: Frame) -> None:
    try:
        raw = encode(frame)
    except Malformed:  # a text that would be read as something else, such as a log that opens and does not close
        assert any("//" in value for reading in frame.readings for value in reading.values.values()) or any(
            "//" in value for _, value in frame.fields
        )
        return
    assert decode(raw, frame.crc) == frame
    assert [chunk for _, chunk in chunks([raw])] == [raw.rstrip()]


@pytest.mark.parametrize(
    "frame",
    [
        Frame(version="2017", crc="hj212", cn="2061", flag="0"),
        Frame(version="2005", crc="hj212", cn="2061", fields=(("DataTime", "2027;x=1"),)),
        Frame(version="2005", crc="hj212", cn="2061", readings=(Reading("a21026", {"avg": " 1"}),)),
        Frame(version="2005", crc="hj212", cn="2061", readings=(Reading("a21026", {}),)),
        Frame(version="2005", crc="hj212", cn="2061", fields=(("PolId", "x" * 1020),)),
        Frame(version="2005", crc="hj212", cn=""),
    ],
)
def test_a_frame_that_would_be_read_as_another_is_not_written(frame: Frame) -> None:
    with pytest.raises(Malformed, match="frame CN="):
        encode(frame)


# --- hours

numbers = st.one_of(
    st.floats(-50, 500).map(lambda value: f"{value:.3f}"),
    st.sampled_from(["", "-", "1e999", "1.", ".5", "nan", "1_0", "+3", "x"]),
)


@st.composite
def hourly(draw: st.DrawFn) -> bytes:
    """Hourly reports: mostly of one layout, some with other values, times, items, commands or damage."""
    stamp = draw(
        st.sampled_from(["20270101080000"] * 6 + ["20270229080000", "20280229235959", "2027010108", "20271301000000"])
    )
    items = [f"DataTime={stamp}"]
    for code in WANTED[: draw(st.sampled_from([3, 3, 3, 2, 0]))]:
        flag = draw(st.sampled_from(["N"] * 5 + ["D", "n", "N1", "", "维"]))
        totals = draw(st.sampled_from(["", f",{code}-Cou={draw(numbers)},{code}-ZsAvg={draw(numbers)}"]))
        items.append(f"{code}-Min=1,{code}-Avg={draw(numbers)},{code}-Max=9{totals},{code}-Flag={flag}")
    if draw(st.integers(0, 9)) == 0:
        items.append(draw(st.sampled_from(["a21026-Flag=N", "a21026-Avg=7", "x-Info=//a//", "", "junk"])))
    cn = draw(st.sampled_from(["2061"] * 9 + ["2051"]))
    qn = draw(st.sampled_from(["QN=20270101090500123;", "QN=20270101100500123;", ""]))
    raw = bytearray(
        seal(
            f"{qn}ST=31;CN={cn};MN=A1;Flag=4;CP=&&{';'.join(items)}&&".encode(),
            draw(st.sampled_from(["hj212", "hj212", "hj212", "modbus"])),
        )
    )
    if draw(st.integers(0, 9)) == 0:
        raw[draw(st.integers(0, len(raw) - 1))] ^= draw(st.integers(1, 255))
    return bytes(raw)


@given(st.lists(hourly(), max_size=12), st.sampled_from(["hj212", "modbus", "any"]))
def test_the_fast_path_agrees_with_the_decoder_on_every_frame(sent: list[bytes], dialect: str) -> None:
    rows = hour_rows(sent, WANTED, dialect, WANTED)  # type: ignore[arg-type]

    refused = {one.position: one.rejected for one in rows.refused}
    assert sorted([*rows.position.tolist(), *refused]) == list(range(len(sent)))
    for position, rejected in refused.items():
        frame = decode(sent[position], dialect)  # type: ignore[arg-type]
        assert frame == rejected if isinstance(frame, Rejected) else rejected.why == Fault.NOT_AN_HOUR
    for row, position in enumerate(rows.position):
        frame = decode(sent[position], dialect)  # type: ignore[arg-type]
        assert isinstance(frame, Frame)
        assert (frame.cn, frame.mn) == ("2061", rows.mn[row])
        stamp = frame.field("DataTime") or ""
        assert str(rows.hour[row]) == f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T{stamp[8:10]}"
        said = {reading.code: reading for reading in frame.readings}
        for code in WANTED:
            flag = (said[code].flag or "") if code in said else ""
            assert str(rows.flag[code][row]) == (flag if len(flag) <= 1 else UNKNOWN_FLAG)
            for suffix, column in (("avg", rows.avg), ("cou", rows.total), ("zsavg", rows.converted)):
                text = said[code].values.get(suffix, "") if code in said else ""
                wanted = math.nan if text in {"", "-", "1e999", "nan", "1_0", "x"} else naive_number(text)
                assert np.array_equal(column[code][row], wanted, equal_nan=True)
        digits = "".join(letter for letter in str(rows.sent[row]) if letter.isdigit())
        assert digits == (frame.qn or "")


def naive_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def test_a_query_for_hours_and_an_impossible_hour_are_no_hours() -> None:
    query = seal(b"CN=2061;CP=&&BeginTime=20270101000000;EndTime=20270102000000&&")
    leap = seal(b"CN=2061;CP=&&DataTime=20270229000000&&")

    rows = hour_rows([query, leap], WANTED)

    assert len(rows) == 0
    assert [(one.position, one.rejected.why) for one in rows.refused] == [
        (0, Fault.NOT_AN_HOUR),
        (1, Fault.NOT_AN_HOUR),
    ]


# --- the command


def lines_of(file: Path, *options: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(app, ["decode", str(file), "--json", *options])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_every_line_gives_one_object_and_glued_frames_give_several(tmp_path: Path) -> None:
    file = tmp_path / "frames.txt"
    hour = seal(b"ST=31;CN=2061;MN=A1;Flag=4;CP=&&DataTime=20270101080000;a21026-ZsAvg=12.5,a21026-Flag=N&&")
    file.write_bytes(
        b"\xef\xbb\xbf" + hour + b"\n  \n" + ANSWER + ANSWER + b"\nhello ## world\n" + LYING + b"\n" + CIPHER
    )

    said = lines_of(file)

    assert [line.get("why", "ok") for line in said] == ["ok", "ok", "ok", "syntax", "length", "syntax"]
    assert said[0] == {
        "ok": True,
        "version": "2017",
        "crc": "hj212",
        "qn": None,
        "st": "31",
        "cn": "2061",
        "mn": "A1",
        "flag": "4",
        "readings": [{"code": "a21026", "zsavg": "12.5", "flag": "N"}],
        "datatime": "20270101080000",
    }


def test_packed_files_are_read_and_the_checksum_can_be_chosen(tmp_path: Path) -> None:
    file = tmp_path / "frames.gz"
    file.write_bytes(gzip.compress(seal(b"CN=9013;Flag=0;CP=&&QN=20170516010101001&&", "modbus")))

    assert [line["ok"] for line in lines_of(file)] == [False]
    assert lines_of(file, "--crc", "any")[0]["crc"] == "modbus"
    assert lines_of(file, "--crc", "modbus")[0]["cp_qn"] == "20170516010101001"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    damaged = tmp_path / "frames.gz"
    damaged.write_bytes(gzip.compress(ANSWER * 9)[:-9])

    for file in (damaged, tmp_path / "none.txt", tmp_path):
        result = CliRunner().invoke(app, ["decode", str(file), "--json"])
        assert isinstance(result.exception, Malformed)
        assert result.exception.place == str(file)


def test_people_read_names_in_both_languages_and_no_password(tmp_path: Path) -> None:
    file = tmp_path / "frames.txt"
    hour = seal(
        b"ST=31;CN=2061;PW=secret;MN=[b]A1;Flag=4;CP=&&DataTime=20270101080000;a21026-Avg=12.5,a21026-Flag=D;NewPW=hush&&"
    )
    file.write_bytes(hour + b"noise\n")

    shown = CliRunner().invoke(app, ["decode", str(file)])
    words = CliRunner().invoke(app, ["explain", hour.decode().strip(), "--json"])

    assert (shown.exit_code, words.exit_code) == (2, 0), "noise is refused, which people learn by the status too"
    for text in (shown.stdout, words.stdout, json.dumps(lines_of(file))):
        assert "[b]A1" in text
        assert not any(password in text for password in ("secret", "hush"))
    assert all(word in words.stdout for word in ("二氧化硫", "Sulphur dioxide", "故障", "fault"))
    assert isinstance(CliRunner().invoke(app, ["explain", "##0001"]).exception, Malformed)


def test_short_noise_costs_no_more_than_its_bytes() -> None:
    """Each of these was looked through for a line end up to the longest line: 50 MB did not end."""
    noise = b"##0000" * 20_000
    assert sum(len(chunk) for _, chunk in chunks([noise], 1 << 24)) == len(noise)


def test_a_file_of_broken_heads_is_left_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """50 MB of them took half a minute of one core, and said nothing that the first thousand had not."""
    monkeypatch.setattr("airshed.cli.hj212.MOST_SCRAPS", 2_000)
    file = tmp_path / "noise"
    file.write_bytes(b"##0000" * 1_500 + ANSWER + b"##0000" * 50_000)
    for words in (["decode", str(file)], ["decode", str(file), "--json"]):
        result = CliRunner().invoke(app, words)
        assert isinstance(result.exception, Malformed)
        assert "holds 2,000 broken heads in a row, up to byte" in result.exception.what
        assert result.exception.cure.endswith("1 were read before")
