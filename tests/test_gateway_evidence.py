"""What a host keeps: days that close, chains that show a change, crashes that lose nothing, years that are measured."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from airshed.lab.stacks.device import HOURS, Logger, plan
from airshed.lab.stacks.stacks import simulate
from airshed.model.refusal import Malformed
from airshed.mrv.hj212 import Frame, decode
from airshed.mrv.year import close_year
from airshed.rulebook.shipped import shipped
from airshed.service.devices.logger import Caller, Manner
from airshed.service.gateway import store
from airshed.service.gateway.devices import Device, read_devices
from airshed.service.gateway.gaps import missing_of
from airshed.service.gateway.keeper import Arrived, Keeper
from airshed.service.gateway.limits import GatewayLimits
from airshed.service.gateway.receipt_journal import segments
from airshed.service.gateway.reception import Received, judge
from airshed.service.gateway.refusals import counted
from airshed.service.stacks.measure import measure_zone, simulate_zone
from airshed.zone.load import load
from airshed.zone.monitoring import monitoring_rules, registrations
from gateways import MN, NEW_YEAR, NOON, Clock, FailingDisk, device, frames_of, gateway, logger, peer, read_receipts
from laws import RULES

HOUR, DAY = 3_600_000, 86_400_000
LAW = monitoring_rules(RULES)
QUICK = Manner(interval_s=0, timeout_s=60, pause_s=0.01)


def arrived(one: Logger, begins: int, registered: Device, at: int | None = None) -> Arrived:
    raw = one.report(HOURS, begins, NOON + begins // HOUR % 1_000 if at is None else at).strip()
    verdict = judge(raw, {registered.mn: registered}, NOON)
    assert isinstance(verdict, Received)
    return Arrived(verdict, "127.0.0.1:1")


# --- days


def test_days_close_as_they_pass_also_those_without_a_frame(tmp_path: Path) -> None:
    one = logger()

    async def story() -> None:
        clock = Clock()
        async with gateway(tmp_path, [device(one)], clock=clock) as gate, peer(gate.port) as there:
            await there.send(one.report(HOURS, NEW_YEAR, NOON) + b"noise\r\n")
            assert len(await there.answers(1)) == 1
            assert await gate.host.close_days() == []
            clock.at = NOON + 3 * DAY
            await there.send(one.report(HOURS, NEW_YEAR + 3 * DAY, NOON + 3 * DAY))
            assert len(await there.answers(1)) == 1
            assert await gate.host.close_days() == ["2027-01-01", "2027-01-02", "2027-01-03"]
            assert await gate.host.close_days() == []

    asyncio.run(story())
    names = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert names == [
        "KM-1/2027-01-01.hj212.gz",
        "KM-1/2027-01-04.hj212",
        "KM-1/chain.json",
        "gateway.lock",
        "journal/2027-01-01.1.log.gz",
        "journal/2027-01-04.1.log",
        "lockout.jsonl",
        "refused/2027-01-01.jsonl.gz",
    ]
    chain = store.read_chain(tmp_path, "KM-1")
    assert [(each.day, each.frames) for each in chain.days] == [
        ("2027-01-01", 1), ("2027-01-02", 0), ("2027-01-03", 0),
    ]  # fmt: skip
    assert len(frames_of(tmp_path, "KM-1")) == 2


def test_the_chain_is_checked_by_hand_with_two_commands(tmp_path: Path) -> None:
    clock, one = Clock(), logger()
    keeper = Keeper(tmp_path, clock)
    for day in range(3):
        clock.at = NOON + day * DAY
        keeper.commit([arrived(one, clock.at, device(one), clock.at)])
        keeper.close_days(keeper.turn())
    keeper.close()
    summed = "sha256sum" if shutil.which("sha256sum") else "shasum -a 256"
    before = "0" * 64
    for each in store.read_chain(tmp_path, "KM-1").days:
        said = subprocess.run(
            ["bash", "-c", f"zcat KM-1/{each.day}.hj212.gz | {summed} | cut -c -64"],
            cwd=tmp_path, capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip
        assert said == each.sha256
        linked = subprocess.run(
            ["bash", "-c", f"printf '%s %s %s\\n' {before} {each.day} {said} | {summed} | cut -c -64"],
            capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip
        assert linked == each.chain
        before = linked


def test_a_day_that_was_changed_or_left_out_is_named(tmp_path: Path) -> None:
    clock, one = Clock(), logger()
    keeper = Keeper(tmp_path, clock)
    for day in range(4):
        clock.at = NOON + day * DAY
        keeper.commit([arrived(one, clock.at, device(one), clock.at)])
    keeper.close_days(keeper.turn())
    keeper.close()
    path = tmp_path / "KM-1" / "2027-01-02.hj212.gz"
    sound = path.read_bytes()
    path.write_bytes(gzip.compress(gzip.decompress(sound).replace(b"a21026-Flag=N", b"a21026-Flag=F")))
    with pytest.raises(Malformed, match=r"2027-01-02\.hj212\.gz: its frames are not those of chain\.json"):
        frames_of(tmp_path, "KM-1")
    path.write_bytes(sound[:-9])
    with pytest.raises(Malformed, match="its end is missing"):
        frames_of(tmp_path, "KM-1")
    path.unlink()
    with pytest.raises(Malformed, match="the file is missing"):
        frames_of(tmp_path, "KM-1")
    path.write_bytes(sound)
    chain = json.loads((tmp_path / "KM-1" / "chain.json").read_bytes())
    del chain["days"][1]
    (tmp_path / "KM-1" / "chain.json").write_text(json.dumps(chain))
    with pytest.raises(Malformed, match=r"the chain is broken at 2027-01-03"):
        frames_of(tmp_path, "KM-1")


def test_a_clock_set_back_does_not_write_into_a_day_that_is_over(tmp_path: Path) -> None:
    clock, one = Clock(NOON + DAY), logger()
    keeper = Keeper(tmp_path, clock)
    keeper.commit([arrived(one, NEW_YEAR, device(one), clock.at)])
    clock.at = NOON
    keeper.commit([arrived(one, NEW_YEAR + HOUR, device(one), clock.at)])
    assert keeper.day == "2027-01-02"
    clock.at = NOON + 2 * DAY
    keeper.close_days(keeper.turn())
    keeper.close()
    clock.at = NOON
    again = Keeper(tmp_path, clock)
    assert again.day == "2027-01-03"
    again.close()
    assert [each.frames for each in store.read_chain(tmp_path, "KM-1").days] == [2]


# --- crashes and full disks


def test_a_start_puts_right_what_a_crash_left_and_knows_what_it_had(tmp_path: Path) -> None:
    clock, one = Clock(), logger()
    keeper = Keeper(tmp_path, clock)
    for hour in range(5):
        keeper.commit([arrived(one, NEW_YEAR + hour * HOUR, device(one))])
    keeper.close()
    running = tmp_path / "KM-1" / "2027-01-01.hj212"
    whole = running.read_bytes()
    running.write_bytes(whole[:700] + bytes(100))
    (tmp_path / "KM-1" / "2027-01-01.hj212.part").write_bytes(b"half")
    with (tmp_path / "journal" / "2027-01-01.1.log").open("ab") as file:
        file.write(b"1798776000000 KM-1 010000A8900016F0001 torn")

    again = Keeper(tmp_path, clock)
    assert running.read_bytes() == whole
    assert again.commit([arrived(one, NEW_YEAR + 4 * HOUR, device(one), NOON + 5)]) == ["resent"]
    assert again.commit([arrived(one, NEW_YEAR + 5 * HOUR, device(one))]) == ["kept"]
    again.close()
    assert len(running.read_bytes().split(b"\r\n")) == 7
    assert [path.name for _, path in segments(tmp_path)] == ["2027-01-01.1.log", "2027-01-01.2.log"]


@pytest.mark.parametrize("step", ["packed", "chained", "journal packed"])
def test_a_day_whose_close_was_interrupted_is_closed_the_same_at_the_next_start(tmp_path: Path, step: str) -> None:
    one = logger()

    def played(folder: Path) -> tuple[Keeper, Clock]:
        clock = Clock()
        keeper = Keeper(folder, clock)
        for hour in range(3):
            keeper.commit([arrived(one, NEW_YEAR + hour * HOUR, device(one))])
        clock.at += DAY
        return keeper, clock

    keeper, _ = played(tmp_path / "whole")
    keeper.close_days(keeper.turn())
    keeper.close()
    keeper, clock = played(tmp_path / "cut")
    keeper.close()
    place = tmp_path / "cut" / "KM-1"
    store.pack(place / "2027-01-01.hj212")
    if step != "packed":
        shutil.copy(tmp_path / "whole" / "KM-1" / "chain.json", place)
        (place / "2027-01-01.hj212").unlink()
    if step == "journal packed":
        store.pack(tmp_path / "cut" / "journal" / "2027-01-01.1.log")
    again = Keeper(tmp_path / "cut", clock)
    again.close_days(again.turn())
    again.close()
    for name in ("KM-1/chain.json", "KM-1/2027-01-01.hj212.gz", "journal/2027-01-01.1.log.gz"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    assert not list(tmp_path.rglob("*.part"))


def open_to_others(folder: Path) -> list[str]:
    return [str(path) for path in (folder, *folder.rglob("*")) if path.lstat().st_mode & 0o077]


def test_nobody_else_may_read_the_evidence_where_every_frame_has_a_password(tmp_path: Path) -> None:
    """Files 600, folders 700, whatever the mask of the process; what an earlier version left open is taken back."""
    folder, before = tmp_path / "receipts", os.umask(0)
    one = logger()
    try:
        clock = Clock()
        keeper = Keeper(folder, clock)
        for place in range(2):
            keeper.commit([arrived(one, NEW_YEAR + place * HOUR, device(one))])
            wrong = judge(replace(one, password="guess").report(HOURS, NEW_YEAR, NOON).strip(), {MN: device(one)}, NOON)
            keeper.commit([Arrived(wrong, "127.0.0.1:1")])
            clock.at += DAY
            keeper.close_days(keeper.turn())
        keeper.commit([arrived(one, NEW_YEAR + 9 * HOUR, device(one))])
        keeper.close()
        assert open_to_others(folder) == []
        opened = [folder, folder / "KM-1", *folder.rglob("*.hj212*"), *folder.rglob("*.log*")]
        for path in opened:
            path.chmod(0o755 if path.is_dir() else 0o644)
        again = Keeper(folder, clock)
        again.close()
        assert again.tightened == len(opened)
        assert open_to_others(folder) == []
    finally:
        os.umask(before)
    refused = gzip.decompress((folder / "refused" / "2027-01-01.jsonl.gz").read_bytes())
    raw = base64.b64decode(json.loads(refused.splitlines()[0])["raw"])
    assert b"PW=*****;" in raw
    assert b"guess" not in raw


def test_somebody_else_who_wants_to_look_is_told_so_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Keeper(tmp_path / "receipts", Clock()).close()
    (tmp_path / "receipts").chmod(0)
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65_534)
    try:
        with pytest.raises(Malformed, match="receipts: is for the user of the gateway alone; ask as that user"):
            counted(Path("receipts"))
        with pytest.raises(Malformed, match="is for the user of the gateway alone"):
            missing_of(Path("receipts"), device(logger()), "2061", None, NOON)
    finally:
        os.seteuid(user)
        (tmp_path / "receipts").chmod(0o700)


def test_of_a_folder_with_other_things_in_it_only_what_is_the_gateways_is_taken_from_others(tmp_path: Path) -> None:
    """At each start: `--evidence .` took the scripts of a project from their group, and their right to run."""
    others = [tmp_path / "letter.txt", tmp_path / "bin", tmp_path / "bin" / "tool"]
    others[0].write_text("mine")
    others[1].mkdir()
    others[2].write_text("#!/bin/sh")
    one = logger()
    for _ in range(2):
        for path in (tmp_path, *tmp_path.rglob("*")):
            path.chmod(0o755)
        keeper = Keeper(tmp_path, Clock())
        keeper.commit([arrived(one, NEW_YEAR, device(one))])
        keeper.close()
        assert [path.stat().st_mode & 0o777 for path in (tmp_path, *others)] == [0o755] * 4
        assert open_to_others(tmp_path / "journal") + open_to_others(tmp_path / "KM-1") == []


def test_frames_of_a_failed_tick_do_not_enter_the_files_of_their_day(tmp_path: Path) -> None:
    clock, one, disk = Clock(), logger(), FailingDisk()
    keeper = Keeper(tmp_path, clock, disk.disk)
    keeper.commit([arrived(one, NEW_YEAR, device(one))])
    disk.full, disk.half = True, True
    with pytest.raises(OSError, match=r"space|error"):
        keeper.commit([arrived(one, NEW_YEAR + HOUR, device(one)), arrived(one, NEW_YEAR + 2 * HOUR, device(one))])
    disk.full = False
    assert keeper.commit([arrived(one, NEW_YEAR + 2 * HOUR, device(one))]) == ["kept"]
    clock.at += DAY
    keeper.close_days(keeper.turn())
    keeper.close()
    moments = [moment(frame) for frame in frames_of(tmp_path, "KM-1")]
    assert moments == ["20270101000000", "20270101020000"]


def moment(raw: bytes) -> str | None:
    frame = decode(raw)
    assert isinstance(frame, Frame)
    return frame.field("DataTime")


def test_what_a_file_of_the_running_day_lacks_is_added_as_soon_as_the_disk_takes_it(tmp_path: Path) -> None:
    """The journal took the frame and the file did not: who reads the running day must not lack it until midnight."""
    one, other = logger(), logger(mn=f"{MN[:-2]}99")
    keeper = Keeper(tmp_path, Clock())

    def keep(which: Logger, stack: str, hour: int) -> None:
        keeper.commit([arrived(which, NEW_YEAR + hour * HOUR, device(which, stack))])

    keep(one, "KM-1", 0)
    running = tmp_path / "KM-1" / "2027-01-01.hj212"
    kept, aside = running.read_bytes(), tmp_path / "aside"
    running.rename(aside)
    running.mkdir()  # nothing can be added to it
    keep(one, "KM-1", 1)
    keep(other, "KM-2", 1)
    assert len(frames_of(tmp_path, "KM-2")) == 1
    running.rmdir()
    aside.rename(running)
    keeper.turn()
    assert running.read_bytes().startswith(kept)
    assert [moment(raw) for raw in frames_of(tmp_path, "KM-1")] == ["20270101000000", "20270101010000"]
    keep(one, "KM-1", 2)
    keeper.close()
    assert len(frames_of(tmp_path, "KM-1")) == 3


def test_files_that_could_not_be_written_are_made_from_the_journal_when_their_day_is_over(tmp_path: Path) -> None:
    clock, one = Clock(), logger()
    keeper = Keeper(tmp_path, clock)
    keeper.commit([arrived(one, NEW_YEAR, device(one))])
    running = tmp_path / "KM-1" / "2027-01-01.hj212"
    kept = running.read_bytes()
    running.unlink()
    running.mkdir()  # nothing can be added to it
    assert keeper.commit([arrived(one, NEW_YEAR + HOUR, device(one))]) == ["kept"]
    running.rmdir()
    clock.at += DAY
    keeper.close_days(keeper.turn())
    keeper.close()
    packed = gzip.decompress((tmp_path / "KM-1" / "2027-01-01.hj212.gz").read_bytes())
    assert packed.startswith(kept)
    assert packed.count(b"\r\n") == 2


def test_every_acknowledged_frame_survives_kill_9_under_load(tmp_path: Path) -> None:
    """Three times on one growing folder: SIGKILL while 20 devices report; what was answered is in the evidence."""
    loggers = [logger("2025" if place % 3 == 0 else "2017", f"{MN[:-2]}{place:02X}") for place in range(20)]
    devices, keys = tmp_path / "devices.csv", tmp_path / "keys"
    keys.mkdir()
    (keys / "k1.key").write_text("30" * 16)
    (keys / "k1.key").chmod(0o600)
    rows = [
        f"{one.mn},KM-{place % 7},{one.version},hj212,start,,123456,{'k1@2026-01-01' if one.key else ''},"
        for place, one in enumerate(loggers)
    ]
    devices.write_text("\n".join(["mn,stack,version,crc,label,units,password,keys,every_s", *rows]) + "\n")
    folder = tmp_path / "receipts"
    answered: set[tuple[str, str]] = set()

    for turn in range(3):
        process = subprocess.Popen(
            [sys.executable, "-m", "airshed", "gateway", "--port", "0", "--devices", devices, "--evidence", folder,
             "--json"],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(Path(store.__file__).parents[3])},
        )  # fmt: skip
        assert process.stdout is not None
        try:
            port = json.loads(process.stdout.readline())["port"]
            asyncio.run(load_until_killed(loggers, port, NEW_YEAR - (turn + 1) * 800 * DAY, process, answered))
        finally:
            process.kill()
            process.stdout.close()
        assert process.wait(10) == -signal.SIGKILL

    Keeper(folder, lambda: time.time_ns() // 1_000_000).close()
    filed = [
        (frame.mn or "", frame.field("DataTime") or "")
        for stack in store.stacks_of(folder)
        for raw in frames_of(folder, stack)
        if isinstance(frame := decode(raw), Frame)
    ]
    assert len(answered) > 60
    assert answered <= set(filed)
    assert len(filed) == len(set(filed))


async def load_until_killed(
    loggers: list[Logger], port: int, begin: int, process: subprocess.Popen[str], answered: set[tuple[str, str]]
) -> None:
    def hours(one: Logger) -> Caller:
        return Caller(one, "127.0.0.1", port, lambda: time.time_ns() // 1_000_000, replace(QUICK, attempts=1))

    async def report(caller: Caller) -> None:
        with suppress(Malformed):
            for cn, begins in plan(begin, HOUR, (HOURS,)):
                await caller.deliver(cn, begins)
                answered.add((caller.logger.mn, caller.logger.content(cn, begins)[9:23]))

    callers = [hours(one) for one in loggers]
    tasks = [asyncio.create_task(report(caller)) for caller in callers]
    wanted = len(answered) + 10 * len(loggers)
    while len(answered) < wanted:
        await asyncio.sleep(0.01)
    process.kill()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for caller in callers:
        await caller.hang_up()


# --- from the wire to a year


def test_a_year_that_came_over_tcp_is_measured_like_the_same_year_from_disk(tmp_path: Path) -> None:
    folder = shipped("zones", "dianzhong")
    zone = load(folder)
    stack = next(each for each in zone.stacks if each.stack == "KM-CEM-01-A")
    rules = LAW
    simulate_zone(tmp_path / "disk", zone, 2027, 7, stacks=[stack.stack], workers=1)
    (expected,) = measure_zone(tmp_path / "disk", zone, rules, workers=1)
    registered = Device(stack.mn, stack.stack, "2017", password="123456")

    async def story() -> None:
        clock = Clock(NEW_YEAR + 365 * DAY + HOUR)
        limits = GatewayLimits(clock_off_ms=10**12)
        async with (
            gateway(tmp_path / "tcp", [registered], clock=clock, limits=limits) as gate,
            peer(gate.port) as there,
        ):
            made = simulate(stack, 2027, 7).frames
            sending = asyncio.create_task(there.send(b"".join(made)))
            assert len(await there.answers(len(made), 60)) == len(made)
            await sending
            assert gate.host.counts["kept"] + gate.host.counts["resent"] == len(made)
            assert gate.host.counts["resent"] > 0
            clock.at += DAY
            await gate.host.close_days()

    asyncio.run(story())
    read = read_receipts(tmp_path / "tcp", stack.stack, 2027, {registered.mn: registered}, rules)
    measured = close_year(registrations(zone)[stack.stack], read, rules)
    assert [each.masses for each in measured.days] == [each.masses for each in expected.days]
    assert all(each.evidence for each in measured.days)


def test_dialects_are_put_right_when_a_year_is_read(tmp_path: Path) -> None:
    """The same hours by a device of 2017, one of 2005, one that labels the end, and one that sends pascals."""
    start = logger()
    devices = {
        "plain": (start, device(start)),
        "codes": (logger("2005", MN), device(logger("2005", MN))),
        "end": (start, device(start, end_labelled=True)),
        "pascals": (start, device(start, factors={"a01013": 0.001})),
    }
    years = {}
    for name, (one, registered) in devices.items():
        clock, folder = Clock(), tmp_path / name
        keeper = Keeper(folder, clock)
        keeper.commit([arrived(one, NEW_YEAR + hour * HOUR, registered) for hour in range(1, 5)])
        keeper.close()
        years[name] = read_receipts(folder, "KM-1", 2027, {registered.mn: registered}, LAW)
    plain = years["plain"]
    assert plain.framed[:6].tolist() == [False, True, True, True, True, False]
    for factor in ("a21026", "a01011", "a19001", "a01013"):
        np.testing.assert_array_equal(years["codes"].column(factor), plain.column(factor))
        np.testing.assert_array_equal(years["end"].column(factor)[:4], plain.column(factor)[1:5])
    np.testing.assert_allclose(years["pascals"].column("a01013"), plain.column("a01013") * 0.001)
    with pytest.raises(Malformed, match=f"frames of MN {MN}, which is not registered"):
        read_receipts(tmp_path / "plain", "KM-1", 2027, {}, LAW)


def test_hours_in_parts_and_hours_of_two_devices_become_one_year(tmp_path: Path) -> None:
    one, other = logger(), logger("2017", MN[:-1] + "7")
    keeper = Keeper(tmp_path, Clock())
    registry = {each.mn: device(each) for each in (one, other)}
    parts = [judge(raw.strip(), registry, NOON) for raw in one.report_in_parts(HOURS, NEW_YEAR, NOON, 3)]
    keeper.commit([Arrived(verdict, "127.0.0.1:1") for verdict in parts])
    keeper.commit([arrived(other, NEW_YEAR + HOUR, registry[other.mn])])
    keeper.close()
    year = read_receipts(tmp_path, "KM-1", 2027, registry, LAW)
    assert year.framed[:3].tolist() == [True, True, False]
    assert year.duplicates == ()
    assert set(year.values) >= {"a21026", "a01011", "a19001"}


# --- registration


HEAD = "mn,stack,version,crc,label,units,password,keys,every_s\n"


def test_a_registration_is_read_with_its_dialects_and_keys(tmp_path: Path) -> None:
    (tmp_path / "k1.key").write_text("30" * 16 + "\n")
    (tmp_path / "k2.key").write_text("31" * 16)
    for path in tmp_path.glob("*.key"):
        path.chmod(0o600)
    rows = f"{MN},KM-1,2025,modbus,end,a01013:Pa a00000:m3/h,,k1@2026-01-01 k2@2026-04-01T08:00,60\n"
    (tmp_path / "devices.csv").write_text(HEAD + rows)
    (found,) = read_devices(tmp_path / "devices.csv", tmp_path).values()
    assert (found.crc, found.end_labelled, found.password, found.every_s) == ("modbus", True, None, 60)
    assert found.factors == {"a01013": 0.001, "a00000": 1 / 3600}
    assert [key.name for key in found.keys] == ["k2", "k1"]
    assert [key.name for key in found.keys_at(found.keys[0].valid_from - 1)] == ["k1"]
    assert "30303030" not in repr(found)
    assert "000000" not in repr(found.keys)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"{MN},KM-1,2018,hj212,start,,,", "column version"),
        (f"{MN},../etc,2017,hj212,start,,,", "column stack"),
        (f"{MN},journal,2017,hj212,start,,,", "is the name of another folder"),
        (f"{MN},KM-1,2017,arc,start,,,", "column crc"),
        (f"{MN},KM-1,2017,hj212,middle,,,", "column label"),
        (f"{MN},KM-1,2017,hj212,start,a01013=Pa,,", "'a01013=Pa' is not CODE:MEASURE"),
        (f"{MN},KM-1,2017,hj212,start,a01013:psi,,", "a01013 in 'psi' cannot become kPa; known besides kPa: Pa, hPa"),
        (f"{MN},KM-1,2017,hj212,start,zz:Pa,,", "'zz' is no code of one factor"),
        (f"{MN},KM-1,2017,hj212,start,,a;b,", "column password"),
        (f"{MN},KM-1,2017,hj212,start,,,k1@2026-01-01", "a device of 2017 does not encrypt"),
        (f"{MN},KM-1,2025,hj212,start,,,k1", "'k1' is not ID@DAY"),
        (f"{MN},KM-1,2025,hj212,start,,,k1@soon", "'soon' is no instant"),
        (f"{MN},KM-1,2025,hj212,start,,,none@2026-01-01", "none.key: cannot be read"),
        (f"{MN},KM-1,2025,hj212,start,,,open@2026-01-01", "others may read it (mode 644)"),
        (f"{MN},KM-1,2025,hj212,start,,,bad@2026-01-01", "is not 32 hexadecimal digits"),
        (f"{MN},KM-1,2025,hj212,start,,,k1@2026-01-01 k1@2026-02-01", "two keys have the same name"),
        (f"{MN},KM-1,2017,hj212,start,,,\n{MN},KM-1,2017,hj212,start,,,", "line 3 column mn: 010000A8"),
    ],
)
def test_a_wrong_registration_is_one_line_with_place_and_cure(tmp_path: Path, row: str, said: str) -> None:
    for name, text, mode in (("k1", "30" * 16, 0o600), ("open", "30" * 16, 0o644), ("bad", "secret", 0o600)):
        (tmp_path / f"{name}.key").write_text(text)
        (tmp_path / f"{name}.key").chmod(mode)
    (tmp_path / "devices.csv").write_text(HEAD + row.replace("\n", ",\n") + ",\n")
    with pytest.raises(Malformed) as caught:
        read_devices(tmp_path / "devices.csv", tmp_path)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_sha_of_a_day_is_that_of_its_frames(tmp_path: Path) -> None:
    path = tmp_path / "a.hj212"
    path.write_bytes(b"##0001A4040\r\n" * 3)
    assert store.pack(path) == (3, 39, sha256(path.read_bytes()).hexdigest())
    assert gzip.decompress((tmp_path / "a.hj212.gz").read_bytes()) == path.read_bytes()
