"""A registered device that floods is read no faster than its cadence allows, and others do not notice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.lab.stacks.device import HOURS, Logger
from airshed.model.refusal import Malformed
from airshed.mrv.hj212 import seal
from airshed.service.gateway.flood import Flood, day_bytes, pace
from airshed.service.gateway.keeper import Keeper
from airshed.service.gateway.limits import GatewayLimits
from airshed.service.gateway.reception import Received, Turned, TurnedAway, judge
from airshed.service.gateway.refusals import counted, refused_lines
from airshed.service.gateway.store import MOST_DAY_BYTES
from gateways import MN, NEW_YEAR, NOON, Clock, device, gateway, logger, peer, stepped

HOUR, DAY = 3_600_000, 86_400_000


def frame(one: Logger, place: int) -> bytes:
    return one.report(HOURS, NEW_YEAR - place * HOUR, NOON + place)


def size(one: Logger, places: range) -> int:
    return sum(len(frame(one, place).strip()) for place in places)


def received(one: Logger) -> tuple[Received, bytes]:
    raw = frame(one, 0).strip()
    verdict = judge(raw, {one.mn: device(one)}, NOON)
    assert isinstance(verdict, Received)
    return verdict, raw


def test_a_device_that_floods_waits_and_another_is_answered_meanwhile(tmp_path: Path) -> None:
    """200 frames at once, of which 100 are allowed at once and then 200 a second; a neighbour reports meanwhile."""
    wild, calm = logger(), logger("2025", MN[:-1] + "5")
    limits = GatewayLimits(flood_burst=100, flood_days=0, flood_least_s=200, flood_times=0)

    async def story(advance: Callable[[float], None]) -> None:
        async with (
            gateway(tmp_path, [device(wild), device(calm, "KM-2")], limits=limits) as gate,
            peer(gate.port) as flood,
            peer(gate.port) as there,
        ):
            sending = asyncio.create_task(flood.send(b"".join(frame(wild, place) for place in range(200))))
            answered = len(await flood.answers(101))
            for place in range(20):
                await there.send(frame(calm, place))
                assert len(await there.answers(1)) == 1
            assert gate.host.counts["kept"] == 121, "the neighbour is answered while the flood waits"
            while answered < 200:
                advance(1 / 200)
                answered += len(await flood.answers(1))
            await sending
            assert gate.host.counts["throttled"] == 100
            assert {(each["mn"], each["why"]) for each in gate.noted("throttled")} == {(wild.mn, "flood")}
            assert gate.host.counts["cut_off"] == 0, "what is only fast is late, not lost"

    stepped(story)


def test_a_device_that_waits_for_long_is_not_taken_for_a_slow_one(tmp_path: Path) -> None:
    """What it sent waits at the gateway, with the beginning of a frame at the end of a piece; longer than `frame_s`."""
    one = logger()
    limits = GatewayLimits(flood_burst=1, flood_days=0, flood_least_s=1, flood_times=0, frame_s=30)

    async def story(advance: Callable[[float], None]) -> None:
        async with gateway(tmp_path, [device(one)], limits=limits) as gate, peer(gate.port) as there:
            raw = b"".join(frame(one, place) for place in range(60))
            await there.send(raw[:-50])
            answered = len(await there.answers(2))
            await there.send(raw[-50:])
            while answered < 60:
                advance(1)
                answered += len(await there.answers(1))
            assert gate.noted("disconnected") == []

    stepped(story)


def test_a_device_with_more_than_a_days_bytes_is_cut_off_until_tomorrow_with_its_reason(tmp_path: Path) -> None:
    wild, calm = logger(), logger(mn=MN[:-1] + "7")
    limits = GatewayLimits(flood_day_bytes=size(wild, range(10)), flood_day_times=0)

    async def story() -> None:
        clock = Clock()
        registered = [device(wild), device(calm, "KM-2")]
        async with gateway(tmp_path, registered, clock=clock, limits=limits) as gate, peer(gate.port) as there:
            async with peer(gate.port) as flood:
                await flood.send(b"".join(frame(wild, place) for place in range(50)))
                assert len(await flood.answers(50)) == 10
                assert await flood.ended()
            async with peer(gate.port) as again:  # a new connection begins nothing anew
                await again.send(frame(wild, 60))
                assert await again.ended()
            assert gate.host.counts["refused_flood"] == 2
            assert [each["why"] for each in gate.noted("disconnected")] == ["flood", "flood"]
            await there.send(frame(calm, 0))
            assert len(await there.answers(1)) == 1
            clock.at += DAY
            async with peer(gate.port) as tomorrow:
                await tomorrow.send(frame(wild, 60))
                assert len(await tomorrow.answers(1)) == 1

    asyncio.run(story())
    ((day, why, kept, beyond, addresses, last),) = counted(tmp_path)
    assert (day, why, kept, beyond, addresses) == ("2027-01-01", "flood", 2, 0, 1)
    assert f"more than {limits.flood_day_bytes:,} bytes of {wild.mn} today" in last


def test_a_restart_does_not_begin_the_day_anew(tmp_path: Path) -> None:
    one = logger()
    most = size(one, range(60, 66)) + size(one, range(40, 44))
    limits = GatewayLimits(flood_day_bytes=most, flood_day_times=0)

    async def story() -> None:
        for expected in (6, 4):
            async with gateway(tmp_path, [device(one)], limits=limits) as gate, peer(gate.port) as there:
                await there.send(b"".join(frame(one, place) for place in range(expected * 10, expected * 10 + 6)))
                assert len(await there.answers(6)) == expected

    asyncio.run(story())


def test_many_devices_of_one_stack_do_not_make_its_day_unreadable() -> None:
    limits = replace(GatewayLimits(), flood_stack_bytes=2_000)
    assert GatewayLimits().flood_stack_bytes < MOST_DAY_BYTES
    flood = Flood(limits)
    outcomes = []
    for place in range(9):
        verdict, raw = received(logger(mn=f"{MN[:-1]}{place}"))
        outcomes.append(flood.bounded(verdict, raw, NOON, 0.0)[0])
    refused = [each for each in outcomes if isinstance(each, TurnedAway)]
    assert refused
    assert {each.why for each in refused} == {Turned.FLOOD}
    assert "bytes at KM-1 today" in refused[0].detail
    assert sum(len(each.plain) for each in outcomes if isinstance(each, Received)) <= 2_000


@given(st.lists(st.floats(0, 5), min_size=1, max_size=60), st.integers(1, 600))
def test_no_span_of_time_lets_more_than_the_burst_and_the_rate_through(pauses: list[float], every_s: int) -> None:
    """A device that waits as it is told sends, from any moment on, at most the burst and so many frames a second."""
    limits = GatewayLimits(flood_burst=5, flood_days=0)
    one = logger()
    registered = replace(device(one), every_s=every_s)
    verdict = replace(received(one)[0], device=registered)
    flood, now, taken = Flood(limits), 0.0, list[float]()
    for pause in pauses:
        now += pause
        outcome, wait = flood.bounded(verdict, b"", NOON, now)
        assert isinstance(outcome, Received)
        taken.append(now)
        now += wait
    rate, burst = pace(registered, limits)
    for first, begun in enumerate(taken):
        for last in range(first, len(taken)):
            assert last - first <= burst + (taken[last] - begun) * rate + 1e-6


def test_a_year_of_hours_and_twenty_days_of_real_time_reports_are_no_flood() -> None:
    """What a device makes up for after an outage stays within the bounds of the standard's cadence."""
    registered = device(logger())
    rate, burst = pace(registered, GatewayLimits())
    assert burst >= 8_784
    assert day_bytes(registered, GatewayLimits()) >= 20 * 2_880 * 700
    assert 20 * 2_880 / rate < 3_600


def test_what_is_refused_beyond_the_bounds_is_counted_by_reason_and_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("airshed.service.gateway.refused.MOST_OF_ADDRESS", 1_000)

    async def story() -> None:
        async with gateway(tmp_path, [device(logger())], limits=GatewayLimits(bad_in_a_row=1_000)) as gate:
            async with peer(gate.port) as noisy:
                await noisy.send(b"".join(b"noise %d\r\n" % place for place in range(300)))
                await noisy.send(frame(logger(), 0))
                assert len(await noisy.answers(1)) == 1
            assert gate.host.counts["refused_syntax"] == 300

    asyncio.run(story())
    Keeper(tmp_path, Clock()).close()
    ((_, why, kept, beyond, _, _),) = counted(tmp_path)
    assert (why, kept + beyond) == ("syntax", 300)
    assert 0 < kept < 10


def test_refused_lines_are_read_from_running_and_from_packed_days(tmp_path: Path) -> None:
    async def story() -> None:
        clock = Clock()
        async with gateway(tmp_path, [device(logger())], clock=clock) as gate:
            for place in range(2):
                async with peer(gate.port) as there:
                    await there.send(logger(mn="F" * 24).report(HOURS, NEW_YEAR, NOON) * 3)
                    assert await there.ended()
                while sum(1 for _ in refused_lines(tmp_path)) < 3 * (place + 1):
                    await asyncio.sleep(0.01)
                clock.at += DAY
                await gate.host.close_days()

    asyncio.run(story())
    assert [(row[0], row[1], row[2]) for row in counted(tmp_path)] == [
        ("2027-01-01", "unknown_mn", 3), ("2027-01-02", "unknown_mn", 3),
    ]  # fmt: skip
    assert [row[0] for row in counted(tmp_path, "2027-01-02")] == ["2027-01-02"]
    assert len(list(refused_lines(tmp_path))) == 6
    (tmp_path / "refused" / "2027-01-03.jsonl").write_text(json.dumps({"at": 1}) + "\n")
    with pytest.raises(Malformed, match=r"2027-01-03\.jsonl line 1"):
        counted(tmp_path)
    with pytest.raises(Malformed, match="is no folder of a gateway"):
        counted(tmp_path / "refused")


def test_the_password_of_a_refused_frame_is_kept_only_where_length_or_crc_are_in_question(tmp_path: Path) -> None:
    """A frame that arrived whole and cannot be read, or names no edition, needs no password to be looked at."""
    one = logger()
    end = f"CN=2061;PW={one.password};MN={one.mn};"
    sound = [f"{end}Flag=255;CP=&&&&", f"{end}Flag=4;CP=&&a;b;c&&", f"{end}Flag=4;CN=2011;CP=&&&&", f"{end}Flag=4;&&"]
    noise = f"no frame, PW={one.password}\r\n".encode()
    broken = seal(f"{end}Flag=4;CP=&&&&".encode()).strip()[:-4] + b"0000"

    async def story(advance: Callable[[float], None]) -> None:
        async with gateway(tmp_path, [device(one)]) as gate, peer(gate.port) as there:
            await there.send(b"".join(seal(each.encode()) for each in sound) + noise + broken)
            there.writer.write_eof()
            assert await there.ended()

    stepped(story)
    lines = [line for _, line in refused_lines(tmp_path)]
    assert [line.why for line in lines] == ["version", "syntax", "syntax", "syntax", "syntax", "crc"]
    assert [one.password.encode() in line.raw for line in lines] == [False] * 5 + [True]


@pytest.mark.parametrize(
    ("head", "content", "said"),
    [
        ("PW=SESAME;PW=123;", "", "PW is said twice, and not the same"),
        ("pw = SESAME;PW=123;", "", "PW is said twice, and not the same"),
        ("PW:SESAME;", "", "'PW ...' is not NAME=VALUE"),
        ("", "NewPW=SESAME;NewPW=1", "NewPW is said twice, and not the same"),
        ("", "x=1;NewSK SESAME", "'NewSK ...' is not NAME=VALUE"),
        ("Flag=4;Flag=5;", "", "Flag is said twice, as '4' and as '5'"),
    ],
)
def test_why_a_frame_cannot_be_read_tells_no_password(head: str, content: str, said: str) -> None:
    """The sentence is kept beside the bytes, and shown by `gateway refused`."""
    verdict = judge(seal(f"CN=2061;{head}CP=&&{content}&&".encode()).strip(), {}, NOON)
    assert isinstance(verdict, TurnedAway)
    assert said in verdict.detail
    assert "SESAME" not in verdict.detail
