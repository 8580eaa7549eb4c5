"""From the wire to a year: what came over TCP, broken off and sent again, is measured as if it was written down."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import replace
from itertools import islice
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace as replace_struct

from airshed.cli.mrv.shown import measuring_law
from airshed.lab.stacks.device import HOURS, MINUTES, Logger, instant_of, plan
from airshed.model.provenance import STACKS, Programme, Simulation, Told, of_evidence
from airshed.model.refusal import Malformed
from airshed.rulebook.shipped import shipped
from airshed.service.book.opening import adopt
from airshed.service.book.sealing import closed_years
from airshed.service.book.sqlite import Book
from airshed.service.devices.logger import Caller, Manner
from airshed.service.gateway.devices import Device
from airshed.service.gateway.keeper import Arrived, Keeper
from airshed.service.gateway.limits import GatewayLimits
from airshed.service.gateway.measure_receipts import readings_of_receipts, refused_path
from airshed.service.gateway.reception import judge
from airshed.service.stacks import reading_files as hourly
from airshed.service.stacks.recompute import recompute_readings
from airshed.service.stacks.recomputed import hours_path, result_path
from airshed.service.stacks.stack_folder import provenance_of
from airshed.zone.load import load
from airshed.zone.monitoring import monitoring_rules
from gateways import NEW_YEAR, NOON, Clock, device, gateway
from laws import FILES, RULES
from stack_years import readings_from_rows

HOUR = 3_600_000
DAYS = 6
STACK = "KM-CEM-01-A"
ZONE = load(shipped("zones", "dianzhong"))
LAW = monitoring_rules(RULES)
OWN = next(each.mn for each in ZONE.stacks if each.stack == STACK)


def received(folder: Path, *told: tuple[Logger, int], stack: str = STACK) -> dict[str, Device]:
    """A folder in which each of these loggers reported so many hours of the new year, and its registry."""
    registry = {one.mn: device(one, stack) for one, _ in told}
    keeper = Keeper(folder, Clock())
    for one, hours in told:
        for hour in range(hours):
            verdict = judge(one.report(HOURS, NEW_YEAR + hour * HOUR, NOON + hour).strip(), registry, NOON)
            keeper.commit([Arrived(verdict, "127.0.0.1:1")])
    keeper.close()
    return registry


@pytest.mark.parametrize("version", ["2017", "2025"])
def test_days_that_came_over_a_bad_line_are_measured_like_the_same_readings(tmp_path: Path, version: str) -> None:
    """The line breaks after every seventh report, frames come in pieces, an outage is asked for: the same bytes."""
    one = Logger(OWN, "2025" if version == "2025" else "2017", 3, key=b"0" * 16 if version == "2025" else None)
    one.since = NEW_YEAR
    registered = device(one, STACK)
    hours = DAYS * 24

    async def story() -> None:
        clock = Clock(NEW_YEAR + (DAYS + 1) * 24 * HOUR)
        limits = GatewayLimits(clock_off_ms=10**12)
        async with gateway(tmp_path / "tcp", [registered], clock=clock, limits=limits) as gate:
            manner = Manner(interval_s=0, timeout_s=60, pause_s=0.01, break_every=7, cut=40)
            caller = Caller(one, "127.0.0.1", gate.port, clock, manner)
            reports = [each for place, each in enumerate(islice(plan(NEW_YEAR, HOUR, (HOURS,)), hours)) if place % 31]
            task = asyncio.create_task(caller.call(iter(reports), 60))
            while caller.counts["answered"] < len(reports):
                await asyncio.sleep(0.01)
            assert caller.counts["broken"] > 10
            for place in range(0, hours, 31):
                said = one.content(HOURS, NEW_YEAR + place * HOUR)[9:23]
                await gate.host.ask(one.mn, HOURS, (("BeginTime", said), ("EndTime", said)))
            assert sum(frame.cn == HOURS for _, frame in gate.heard) == hours
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())
    rules, registry = LAW, {one.mn: registered}
    (taken,) = readings_of_receipts(
        tmp_path / "tcp", ZONE, registry, 2027, tmp_path / "out", LAW, through=hours, workers=1
    )
    assert (taken.hours, taken.refused) == (hours, {})
    ((summary,), _) = recompute_readings(tmp_path / "out" / "readings", ZONE, rules, tmp_path / "out", workers=1)

    rows = [one.content(HOURS, NEW_YEAR + hour * HOUR) for hour in range(hours)]
    direct = replace(readings_from_rows(2027, [row_of(text) for text in rows]), through=hours)
    written = hourly.write_readings(tmp_path / "direct", STACK, direct, Simulation(STACKS))
    hourly.write_manifest(tmp_path / "direct", Simulation(STACKS), [written])
    recompute_readings(tmp_path / "direct", ZONE, rules, tmp_path / "expected", workers=1)

    there, expected = (hours_path(tmp_path / name, 2027, STACK).read_bytes() for name in ("out", "expected"))
    assert there == expected
    assert without_evidence(tmp_path / "out") == without_evidence(tmp_path / "expected")
    assert [total.measured for total in summary.totals] == [hours] * 3


@pytest.mark.parametrize(
    ("origin", "told"),
    [("simulated", Simulation(STACKS)), ("discharge permit of 2019", of_evidence(None))],
)
def test_what_comes_from_a_stack_that_was_drawn_is_not_measured(tmp_path: Path, origin: str, told: Told) -> None:
    """A stack that exists nowhere has no monitor, whoever sends its frames."""
    own = [replace_struct(each, origin=origin) if each.stack == STACK else each for each in ZONE.stacks]
    zone = replace_struct(ZONE, stacks=tuple(own))
    registry = received(tmp_path / "tcp", (Logger(OWN, "2017", 3), 3))
    readings_of_receipts(tmp_path / "tcp", zone, registry, 2027, tmp_path / "out", LAW, through=24, workers=1)
    recompute_readings(tmp_path / "out" / "readings", zone, LAW, tmp_path / "out", workers=1)

    assert provenance_of(tmp_path / "out") == told
    sealing = closed_years(tmp_path / "out", 2027, Programme())
    if told == of_evidence(None):
        assert [year.stack for year in sealing] == [STACK]
    else:
        with pytest.raises(Malformed, match="and the book is a real programme"):
            list(sealing)


@pytest.mark.parametrize(("wanted", "measured"), [(45, 0), (30, 1)])
def test_minutes_make_an_hour_by_the_law_that_the_year_is_measured_by(
    tmp_path: Path, wanted: int, measured: int
) -> None:
    """Three reports of ten minutes in an hour and two in the next: enough under a law that asks for 30 minutes."""
    one = Logger(OWN, "2017", 3)
    registry = {one.mn: device(one, STACK)}
    keeper = Keeper(tmp_path / "tcp", Clock())
    for minute in (0, 10, 20, 60, 70):
        raw = one.report(MINUTES, NEW_YEAR + minute * 60_000, NOON + minute).strip()
        keeper.commit([Arrived(judge(raw, registry, NOON), "127.0.0.1:1")])
    keeper.close()
    law = msgspec.structs.replace(LAW, minutes_per_hour=wanted)
    readings_of_receipts(tmp_path / "tcp", ZONE, registry, 2027, tmp_path / "out", law, through=2, workers=1)
    ((summary,), _) = recompute_readings(tmp_path / "out" / "readings", ZONE, law, tmp_path / "out", workers=1)
    assert [total.measured for total in summary.totals] == [measured] * 3


def test_the_law_of_a_book_is_the_one_that_its_receipts_are_measured_by(tmp_path: Path) -> None:
    """The one that it adopted last, unless another is named."""
    text = FILES["rulebook.toml"].decode().replace("minutes_per_hour = 45", "minutes_per_hour = 30")
    files = {**FILES, "rulebook.toml": text.encode()}
    path = tmp_path / "year.book"
    with Book.create(path) as book:
        adopt(book, files, NEW_YEAR, Simulation("a rehearsal", 3))
    assert monitoring_rules(measuring_law("", path, "dianzhong")).minutes_per_hour == 30
    assert monitoring_rules(measuring_law("dianzhong", path, "dianzhong")).minutes_per_hour == 45
    assert monitoring_rules(measuring_law("", None, "dianzhong")) == LAW


def row_of(content: str) -> tuple[str, dict[str, tuple[float, str]]]:
    """A report as DataTime and means with flags, read in the plainest way."""
    time, *items = content.split(";")
    reading = {}
    for item in items:
        said = dict(pair.split("=") for pair in item.split(","))
        code = next(iter(said)).partition("-")[0]
        reading[code] = (float(said[f"{code}-Avg"]), said[f"{code}-Flag"])
    assert instant_of(time.removeprefix("DataTime=")) is not None
    return time.removeprefix("DataTime="), {code: reading[code] for code in reading if code != "a00000"}


def without_evidence(out: Path) -> object:
    result = json.loads(result_path(out, 2027, STACK).read_bytes())
    assert len(result["days"]) == DAYS
    for day in result["days"]:
        del day["evidence"]
    return result


def test_a_frame_of_another_device_gives_no_hour_and_is_kept_with_its_reason(tmp_path: Path) -> None:
    own, other = Logger(OWN, "2017", 3), Logger("F" * 24, "2017", 4)
    registry = received(tmp_path / "tcp", (own, 5), (other, 9))
    (taken,) = readings_of_receipts(tmp_path / "tcp", ZONE, registry, 2027, tmp_path / "out", LAW, workers=1)
    assert (taken.frames, taken.hours, taken.refused) == (14, 5, {"other_device": 9})
    lines = [json.loads(line) for line in refused_path(tmp_path / "out", 2027, STACK).read_text().splitlines()]
    assert [line["position"] for line in lines] == list(range(5, 14))
    assert lines[0]["detail"] == f"MN {'F' * 24} is not the device of {STACK}, which is {OWN} by the inventory"
    whole = other.report(HOURS, NEW_YEAR, NOON).strip()
    assert base64.b64decode(lines[0]["raw"]) == whole.replace(b"PW=123456", b"PW=******"), "it may be handed on"
    chain = hourly.read_manifest(tmp_path / "out" / "readings").holdings[0]
    days = hourly.read_chain(tmp_path / "out" / "readings", chain).days
    alone = received(tmp_path / "alone", (own, 5))
    readings_of_receipts(tmp_path / "alone", ZONE, alone, 2027, tmp_path / "second", LAW, workers=1)
    (second,) = hourly.read_manifest(tmp_path / "second" / "readings").holdings
    assert hourly.read_chain(tmp_path / "second" / "readings", second).days != days, "what is refused is evidence, too"


def test_another_year_is_added_and_the_same_again_changes_nothing(tmp_path: Path) -> None:
    registry = received(tmp_path / "tcp", (Logger(OWN, "2017", 3), 5))
    ended = {OWN: replace(registry[OWN], end_labelled=True)}  # then the first of them tells of the old year
    for year in (2027, 2026, 2027):
        readings_of_receipts(tmp_path / "tcp", ZONE, ended, year, tmp_path / "out", LAW, workers=1)
    with pytest.raises(Malformed, match="--year: no frame tells of an hour of 2028"):
        readings_of_receipts(tmp_path / "tcp", ZONE, ended, 2028, tmp_path / "out", LAW, workers=1)
    assert not list(tmp_path.rglob("*year=2028*/**/*.parquet"))
    holdings = hourly.read_manifest(tmp_path / "out" / "readings").holdings
    assert [(one.stack, one.year) for one in holdings] == [(STACK, 2026), (STACK, 2027)]


@pytest.mark.parametrize(
    ("folder", "out", "stack", "said"),
    [
        ("nowhere", "out", STACK, "nowhere: is no folder of a gateway"),
        ("tcp", "tcp/out", STACK, "--out: .*lies in the evidence"),
        ("tcp", "out", "SIM-1", "SIM-1: no such stack in"),
    ],
)
def test_what_cannot_be_measured_is_one_line(tmp_path: Path, folder: str, out: str, stack: str, said: str) -> None:
    registry = received(tmp_path / "tcp", (Logger(OWN, "2017", 3), 2), stack=stack)
    with pytest.raises(Malformed, match=said):
        readings_of_receipts(tmp_path / folder, ZONE, registry, 2027, tmp_path / out, LAW, workers=1)
    assert not (tmp_path / "out").exists()


def test_a_device_whose_registration_is_gone_stops_the_year(tmp_path: Path) -> None:
    received(tmp_path / "tcp", (Logger(OWN, "2017", 3), 2))
    with pytest.raises(Malformed, match=f"frames of MN {OWN}, which is not registered"):
        readings_of_receipts(tmp_path / "tcp", ZONE, {}, 2027, tmp_path / "out", LAW, workers=1)
