"""No report is taken before what it tells of is over by the clock of the host, so nothing sent ahead stands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from airshed.lab.stacks.device import DAYS, HOURS, MINUTES, REAL_TIME, Logger
from airshed.mrv.hj212 import Frame, decode, seal
from airshed.service.gateway.admission import ends_at
from airshed.service.gateway.gaps import said_hours
from airshed.service.gateway.limits import GatewayLimits
from airshed.zone.monitoring import monitoring_rules
from gateways import NEW_YEAR, NOON, Clock, Gate, Peer, device, gateway, logger, peer, read_receipts, stepped, until
from laws import RULES

HOUR, MINUTE = 3_600_000, 60_000
LAW = monitoring_rules(RULES)


@pytest.mark.parametrize("version", ["2005", "2017", "2025"])
def test_an_hour_that_is_not_over_is_refused_and_the_true_one_holds(tmp_path: Path, version: str) -> None:
    """Forged at 12:30 for 12:00 and for 18:00, under the time of sending that fits; then the hours as they were."""
    one = logger(next(known for known in ("2005", "2017", "2025") if known == version))
    forged = replace(one, seed=99)

    async def story() -> None:
        clock = Clock(NOON + HOUR // 2)
        async with gateway(tmp_path, [device(one)], clock=clock) as gate, peer(gate.port) as there:
            for hour in (0, 6):
                await there.send(forged.report(HOURS, NOON + hour * HOUR, NOON + (hour + 1) * HOUR + 1))
            setting = await there.request()
            assert setting.cn == "1012", "the clock of a device that is ahead is set"
            for hour in range(7):
                clock.at = NOON + (hour + 1) * HOUR
                await there.send(one.report(HOURS, NOON + hour * HOUR, clock.at))
                assert [each.cn for each in await there.answers(1)] == ["9014"]
            assert gate.host.counts["refused_ahead"] == 2
            assert gate.host.counts["restated"] == 0
            assert len(gate.entries()) == 7

    asyncio.run(story())
    lines = [json.loads(line) for line in (tmp_path / "refused" / "2027-01-01.jsonl").read_text().splitlines()]
    assert [line["why"] for line in lines] == ["ahead", "ahead"]
    assert "DataTime 20270101180000 is over at 2027-01-01T19:00:00+08:00; set the clock" in lines[1]["detail"]
    year = read_receipts(tmp_path, "KM-1", 2027, {one.mn: device(one)}, LAW)
    true = decode(one.report(HOURS, NOON + 6 * HOUR, NOON)) if version != "2025" else None
    if isinstance(true, Frame):
        said = next(float(each.values["avg"]) for each in true.readings if each.code in ("a21026", "02"))
        assert year.column("a21026")[18] == said
    assert year.framed[12:19].all()


def test_a_report_that_is_early_by_less_than_the_tolerance_waits_until_its_interval_is_over(tmp_path: Path) -> None:
    """A clock that is 30 s fast loses nothing; what stands in the journal was received after its hour."""
    one, other = logger(), logger(mn="F" * 24)

    async def story(advance: Callable[[float], None]) -> None:
        clock = Clock(NOON - 30_000)
        async with (
            gateway(tmp_path, [device(one), device(other, "KM-2")], clock=clock) as gate,
            peer(gate.port) as there,
            peer(gate.port) as beside,
        ):
            await there.send(one.report(HOURS, NOON - HOUR, NOON + 1))
            await until(lambda: gate.host.counts["early"] == 1)
            await beside.send(other.report(HOURS, NOON - 2 * HOUR, NOON))
            assert len(await beside.answers(1)) == 1, "a neighbour does not wait"
            assert len(gate.entries()) == 1
            clock.at = NOON
            advance(30)
            assert len(await there.answers(1)) == 1
            (entry,) = [entry for entry in gate.entries() if entry.mn == one.mn]
            assert entry.at >= NOON
            clock.at = NOON + HOUR - GatewayLimits().early_ms - 1
            await there.send(one.report(HOURS, NOON, NOON + HOUR))
            await until(lambda: gate.host.counts["refused_ahead"] == 1)

    stepped(story)


def test_real_time_reports_of_a_clock_within_the_tolerance_do_not_wait(tmp_path: Path) -> None:
    one = logger()

    async def story() -> None:
        async with gateway(tmp_path, [device(one)]) as gate, peer(gate.port) as there:
            early = GatewayLimits().early_ms
            await there.send(one.report(REAL_TIME, NOON + early, NOON))
            assert len(await there.answers(1)) == 1
            await there.send(one.report(REAL_TIME, NOON + early + 1000, NOON))
            await until(lambda: gate.host.counts["refused_ahead"] == 1)
            assert gate.host.counts["early"] == 0

    asyncio.run(story())


def test_a_device_whose_clock_is_far_ahead_stays_connected_and_has_its_clock_set(tmp_path: Path) -> None:
    one = logger()

    async def story(advance: Callable[[float], None]) -> None:
        async with gateway(tmp_path, [device(one)]) as gate, peer(gate.port) as there:
            await there.send(one.report(HOURS, NOON, NOON + HOUR))
            asked = await there.request()
            assert (asked.cn, asked.field("SystemTime")) == ("1012", None)  # the head alone
            assert gate.host.connected == [one.mn]
            advance(GatewayLimits().first_frame_s)
            await there.send(one.report(HOURS, NEW_YEAR, NOON))
            assert await heard(there, gate)

    stepped(story)


async def heard(there: Peer, gate: Gate) -> bool:
    await until(lambda: gate.host.counts["kept"] == 1)
    return gate.host.counts["cut_off"] == 0


@pytest.mark.parametrize(
    ("cn", "label", "ends"),  # whether at the end; or minutes of a report, at the beginning
    [
        (HOURS, False, NOON + HOUR),
        (HOURS, True, NOON),
        (MINUTES, False, NOON + MINUTE),
        (MINUTES, True, NOON),
        (MINUTES, 10, NOON + 10 * MINUTE),
        (DAYS, False, NEW_YEAR + 24 * HOUR),
        (REAL_TIME, False, NOON),
    ],
)
def test_when_a_report_is_over_follows_from_its_kind_and_label(cn: str, label: bool | int, ends: int) -> None:
    one: Logger = logger()
    said = (("DataTime", "20270101120000"),)
    frame = Frame(version="2017", crc="hj212", cn=cn, fields=said)
    assert ends_at(replace(device(one, end_labelled=label is True), minutes=int(label) or 1), frame) == ends
    nothing = Frame(version="2017", crc="hj212", cn=cn, fields=(("DataTime", "2027-01-01"),))
    assert ends_at(device(one), nothing) is None


def test_the_end_of_the_calendar_is_refused_like_any_other_time_that_is_not_over(tmp_path: Path) -> None:
    """The hour after the last one has no date; the connection ended with a traceback, and nothing was kept."""
    one = logger()

    async def story() -> None:
        async with gateway(tmp_path, [device(one)]) as gate, peer(gate.port) as there:
            for cn, said in ((HOURS, "99991231235959"), (DAYS, "99991231000000"), (MINUTES, "99991231235900")):
                await there.send(told(one, cn, said))
            await there.send(one.report(HOURS, NEW_YEAR, NOON))
            assert await heard(there, gate)
            assert gate.host.counts["refused_ahead"] == 3

    asyncio.run(story())
    assert "is over at 9999-12-31T23:59:59+08:00" in (tmp_path / "refused" / "2027-01-01.jsonl").read_text()


@pytest.mark.parametrize("end_labelled", [False, True])
@pytest.mark.parametrize("said", ["20270101080000", "20270101080001", "20270101083000", "20270101085959"])
def test_the_hour_that_the_gateway_waits_for_is_the_hour_that_is_read(
    tmp_path: Path, said: str, end_labelled: bool
) -> None:
    """A device that names the end of its hour some seconds late was refused for an hour, and the hour named a gap."""
    one = logger()
    known = device(one, end_labelled=end_labelled)
    hour = 7 if end_labelled else 8

    async def story() -> None:
        clock = Clock(NEW_YEAR + (hour + 1) * HOUR)
        async with gateway(tmp_path, [known], clock=clock) as gate, peer(gate.port) as there:
            await there.send(told(one, HOURS, said))
            await until(lambda: gate.host.counts["kept"] + gate.host.counts["refused_ahead"] == 1)
            assert len(gate.entries()) == 1

    asyncio.run(story())
    year = read_receipts(tmp_path, "KM-1", 2027, {one.mn: known}, LAW)
    assert year.framed.nonzero()[0].tolist() == [hour]
    assert said_hours(tmp_path, known) == {NEW_YEAR + hour * HOUR}


def test_what_is_ahead_is_read_no_faster_than_what_is_not(tmp_path: Path) -> None:
    """Whoever has a password sent as much as the line carried, so long as it was refused."""
    one = logger()
    limits = GatewayLimits(flood_burst=10, flood_days=0, flood_least_s=1, flood_times=0)

    async def story(advance: Callable[[float], None]) -> None:
        async with gateway(tmp_path, [device(one)], limits=limits) as gate, peer(gate.port) as there:
            await there.send(b"".join(one.report(HOURS, NOON + place * HOUR, NOON + place) for place in range(20)))
            await until(lambda: gate.host.counts["throttled"] == 1)
            assert gate.host.counts["refused_ahead"] == 11

    stepped(story)


def told(one: Logger, cn: str, said: str) -> bytes:
    content = f"DataTime={said};a21026-Avg=1,a21026-Flag=N"
    return seal(f"QN=20270101120000000;ST=31;CN={cn};PW={one.password};MN={one.mn};Flag=5;CP=&&{content}&&".encode())
