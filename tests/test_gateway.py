"""A host of HJ 212 on real sockets: what is answered is on disk, and nobody who misbehaves can do harm."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.lab.stacks.device import HOURS, MINUTES, REAL_TIME, Logger, plan
from airshed.model.refusal import Malformed
from airshed.mrv.hj212 import Frame, decode, seal
from airshed.mrv.hj212.parts import Assembler
from airshed.mrv.hj212.sm4 import encrypted_frame
from airshed.service.devices.logger import Caller, Manner
from airshed.service.gateway.asking import Declined, NotConnected, RequestDone, Silent
from airshed.service.gateway.devices import Key
from airshed.service.gateway.host import Host
from airshed.service.gateway.keeper import Keeper
from airshed.service.gateway.limits import GatewayLimits
from airshed.service.gateway.lines import MOST_A_MINUTE, Lines
from airshed.service.gateway.receipt_journal import segments
from gateways import (
    KEY,
    MN,
    NEW_YEAR,
    NEXT_KEY,
    NOON,
    VERSIONS,
    Clock,
    FailingDisk,
    device,
    gateway,
    logger,
    peer,
    stepped,
    until,
)

HOUR = 3_600_000
QUICK = Manner(interval_s=0, timeout_s=60, pause_s=0.01)

# --- three editions on one port


def test_devices_of_all_three_editions_report_to_one_port(tmp_path: Path) -> None:
    loggers = [logger(version, f"{MN[:-1]}{place}") for place, version in enumerate(VERSIONS)]

    async def story() -> None:
        devices = [device(one, f"KM-{place}") for place, one in enumerate(loggers)]
        async with gateway(tmp_path, devices) as gate:
            callers = [Caller(one, "127.0.0.1", gate.port, gate.clock, QUICK) for one in loggers]
            await asyncio.gather(
                *(caller.call(islice(plan(NEW_YEAR, HOUR, (REAL_TIME, MINUTES, HOURS)), 20)) for caller in callers)
            )
            assert [caller.counts["answered"] for caller in callers] == [20, 20, 20]
            assert gate.host.counts["kept"] == 60
            assert {entry.key for entry in gate.entries() if entry.mn == loggers[2].mn} == {"k1"}

    asyncio.run(story())
    for place, one in enumerate(loggers):
        frames = (tmp_path / f"KM-{place}" / "2027-01-01.hj212").read_bytes().split(b"\r\n")[:-1]
        assert len(frames) == 20
        for (cn, begins), frame in zip(plan(NEW_YEAR, HOUR, (REAL_TIME, MINUTES, HOURS)), frames, strict=False):
            assert one.content(cn, begins).encode() in frame


@pytest.mark.parametrize("version", VERSIONS)
def test_a_frame_is_answered_wherever_it_was_cut_and_whatever_it_is_glued_to(tmp_path: Path, version: str) -> None:
    one = logger(next(known for known in VERSIONS if known == version))

    async def story() -> None:
        async with (
            gateway(tmp_path, [device(one)], limits=GatewayLimits(per_address=2000)) as gate,
            peer(gate.port) as there,
        ):
            whole = one.report(HOURS, NEW_YEAR, NOON)
            for place in range(1, len(whole)):
                raw = one.report(HOURS, NEW_YEAR - (100 + place) * HOUR, NOON + place)
                await there.send(raw[:place])
                await asyncio.sleep(0)
                await there.send(raw[place:])
            answers = await there.answers(len(whole) - 1)
            assert len(answers) == len(whole) - 1
            glued = [one.report(HOURS, NEW_YEAR - place * HOUR, NOON + 5000 + place).strip() for place in range(1, 30)]
            await there.send(b"".join(glued))
            assert len(await there.answers(29)) == 29
            assert gate.host.counts["kept"] == len(whole) + 28

    asyncio.run(story())


def test_answers_are_those_of_the_edition_and_only_as_the_flag_asks(tmp_path: Path) -> None:
    loggers = [logger(version, f"{MN[:-1]}{place}") for place, version in enumerate(VERSIONS)]

    async def story() -> None:
        shared = [replace(device(one), line="roof") for one in loggers]
        async with gateway(tmp_path, shared) as gate, peer(gate.port) as there:
            for one in loggers:
                await there.send(one.report(HOURS, NEW_YEAR, NOON))
            data = await there.answers(3)
            assert [(each.cn, each.flag, each.mn) for each in data] == [
                ("9014", flag, one.mn) for one, flag in zip(loggers, ("0", "4", "8"), strict=True)
            ]
            assert [each.qn or each.field("QN") for each in data] == ["20270101120000000"] * 3
            await there.send(loggers[1].clock_notice(NOON))
            notice, setting = await there.answers(2)
            assert (notice.cn, notice.qn) == ("9013", "20270101120000000")
            assert (setting.cn, setting.field("SystemTime"), setting.flag) == ("1012", "20270101120000", "5")
            silent = one_without_answer(loggers[1], NEW_YEAR + HOUR)
            await there.send(silent)
            await there.send(loggers[1].report(HOURS, NEW_YEAR + 2 * HOUR, NOON + 7))
            (only,) = await there.answers(1)
            assert only.qn == "20270101120000007"

    asyncio.run(story())


def one_without_answer(one: Logger, begins: int) -> bytes:
    raw = one.report(HOURS, begins, NOON + 1)
    return seal(raw[6 : raw.rindex(b"&&") + 2].replace(b"Flag=5", b"Flag=4"))


def test_a_device_with_the_other_checksum_is_read_and_answered_in_it(tmp_path: Path) -> None:
    one = logger(crc="modbus")

    async def story() -> None:
        async with gateway(tmp_path, [device(one)]) as gate, peer(gate.port) as there:
            await there.send(one.report(HOURS, NEW_YEAR, NOON))
            (answer,) = await there.answers(1)
            assert answer.crc == "modbus"
            await there.send(replace(one, crc="hj212").report(HOURS, NEW_YEAR + HOUR, NOON + 1))
            await until(lambda: gate.host.counts["refused_crc"] == 1)
            assert gate.host.counts["answered"] == 1

    asyncio.run(story())


def test_a_new_key_holds_from_its_instant_and_the_old_one_is_tried_after_it(tmp_path: Path) -> None:
    one = logger("2025")
    registered = replace(device(one), keys=(Key("k2", NOON, NEXT_KEY), Key("k1", 0, KEY)))

    async def story() -> None:
        clock = Clock(NOON - 1)
        async with gateway(tmp_path, [registered], clock=clock) as gate, peer(gate.port) as there:
            early = replace(one, key=NEXT_KEY)
            await there.send(early.report(HOURS, NEW_YEAR, NOON))
            await until(lambda: gate.host.counts["refused_undeciphered"] == 1)
            clock.at = NOON
            await there.send(early.report(HOURS, NEW_YEAR, NOON))
            await there.send(one.report(HOURS, NEW_YEAR + HOUR, NOON + 1))
            assert len(await there.answers(2)) == 2
            await there.send(replace(one, key=b"2" * 16).report(HOURS, NEW_YEAR, NOON + 2))
            await there.send(replace(one, key=None).report(HOURS, NEW_YEAR, NOON + 3))
            await there.send(one.clock_notice(NOON))
            assert (await there.answers(1))[0].cn == "9013"
            assert [entry.key for entry in gate.entries()] == ["k2", "k1", None]
            assert gate.host.counts["refused_undeciphered"] == 2
            assert gate.host.counts["refused_not_encrypted"] == 1

    asyncio.run(story())
    refused = [json.loads(line) for line in (tmp_path / "refused" / "2027-01-01.jsonl").read_text().splitlines()]
    wire = [base64.b64decode(each["raw"]) for each in refused]
    assert wire[0] == replace(one, key=NEXT_KEY).report(HOURS, NEW_YEAR, NOON).strip()
    assert "no key in force opens it (tried: k1)" in refused[0]["detail"]


def test_the_bytes_of_the_wire_can_be_made_again_from_the_evidence(tmp_path: Path) -> None:
    one = logger("2025")

    async def story() -> None:
        async with gateway(tmp_path, [device(one)]) as gate, peer(gate.port) as there:
            raw = one.report(HOURS, NEW_YEAR, NOON)
            await there.send(raw)
            await there.answers(1)
            (entry,) = gate.entries()
            assert decode(entry.plain) != decode(raw)
            assert encrypted_frame(entry.plain, KEY) == raw.strip()

    asyncio.run(story())


# --- parts and repetitions


def test_parts_are_kept_and_answered_each_for_itself_and_read_as_one_message(tmp_path: Path) -> None:
    one = logger()

    async def story() -> None:
        async with gateway(tmp_path, [device(one)]) as gate, peer(gate.port) as there:
            parts = one.report_in_parts(HOURS, NEW_YEAR, NOON, 3)
            for raw in reversed(parts):
                await there.send(raw)
            assert [each.cn for each in await there.answers(3)] == ["9014"] * 3
            assert len(gate.entries()) == 3
            ((mn, whole),) = gate.heard
            assert mn == one.mn
            assert whole.readings == decoded(one.report(HOURS, NEW_YEAR, NOON))
            await there.send(parts[0])
            assert len(await there.answers(1)) == 1
            assert gate.host.counts["resent"] == 1

    asyncio.run(story())


@given(st.permutations(range(4)), st.integers(0, 3))
def test_a_message_in_parts_is_the_same_in_whatever_order_they_come(order: list[int], twice: int) -> None:
    one = logger()
    frames = [decode(raw.strip()) for raw in one.report_in_parts(HOURS, NEW_YEAR, NOON, 4)]
    assembler = Assembler()
    found = []
    for place in (order[twice], *order):
        part = frames[place]
        assert isinstance(part, Frame)
        found.append(assembler.take(part))
    (whole,) = [whole for whole in found if whole is not None]
    assert whole.readings == decoded(one.report(HOURS, NEW_YEAR, NOON))


def test_messages_that_never_end_are_given_up_one_by_one() -> None:
    assembler = Assembler(most=3)
    for hour in range(10):
        raw, *_ = logger().report_in_parts(HOURS, NEW_YEAR + hour * HOUR, NOON, 3)
        frame = decode(raw.strip())
        assert isinstance(frame, Frame)
        assert assembler.take(frame) is None
    assert assembler.given_up == 7


def decoded(raw: bytes) -> object:
    frame = decode(raw)
    return getattr(frame, "readings", frame)


def test_what_is_sent_again_takes_the_place_of_nothing_twice(tmp_path: Path) -> None:
    one, marked = logger(), logger("2025", MN[:-1] + "5")

    async def story() -> None:
        shared = [replace(device(one), line="roof"), replace(device(marked, "KM-2"), line="roof")]
        async with gateway(tmp_path, shared) as gate, peer(gate.port) as there:
            await there.send(one.report(HOURS, NEW_YEAR, NOON))
            await there.send(one.report(HOURS, NEW_YEAR, NOON + 60_000))  # another QN, the same hour
            await there.send(one.report(HOURS, NEW_YEAR, NOON + 60_000) * 2)
            await there.send(marked.report(HOURS, NEW_YEAR, NOON))
            await there.send(marked.report(HOURS, NEW_YEAR, NOON + 1, resent=True))
            assert len(await there.answers(6)) == 6
            assert gate.host.counts["resent"] == 4
            await there.send(replace(one, seed=4).report(HOURS, NEW_YEAR, NOON + 3))  # the same hour, other figures
            await there.send(one.report(HOURS, NEW_YEAR + HOUR, NOON))  # a QN that was given before
            assert len(await there.answers(2)) == 2
            assert {name: gate.host.counts[name] for name in ("kept", "resent", "restated", "qn_reused")} == {
                "kept": 2,
                "resent": 4,
                "restated": 1,
                "qn_reused": 1,
            }
            assert len(gate.entries()) == 4

    asyncio.run(story())


def test_a_report_that_broke_with_the_line_is_sent_again_and_kept_once(tmp_path: Path) -> None:
    one = logger("2025")

    async def story() -> None:
        async with gateway(tmp_path, [device(one)]) as gate:
            caller = Caller(one, "127.0.0.1", gate.port, gate.clock, replace(QUICK, break_every=4, cut=11))
            await caller.call(islice(plan(NEW_YEAR - 40 * HOUR, HOUR, (HOURS,)), 40))
            assert (caller.counts["broken"], caller.counts["answered"]) == (10, 40)
            moments = [frame.field("DataTime") for _, frame in gate.heard]
            assert len(moments) == len(set(moments)) == 40
            assert gate.host.counts["kept"] == 40

    asyncio.run(story())


# --- who is turned away


def test_strangers_and_wrong_passwords_are_kept_with_their_reason_and_cut_off(tmp_path: Path) -> None:
    one = logger()

    async def story() -> None:
        async with gateway(tmp_path, [device(one)]) as gate:
            for wrong, reason in (
                (replace(one, mn="FF" * 12), "unknown_mn"),
                (replace(one, password="guess"), "wrong_password"),
            ):
                async with peer(gate.port) as there:
                    for place in range(3):
                        await there.send(wrong.report(HOURS, NEW_YEAR, NOON + place))
                    assert await there.ended()
                assert gate.host.counts[f"refused_{reason}"] == 3
                assert gate.noted("disconnected")[-1]["why"] == reason
            assert gate.entries() == []
            assert "guess" not in json.dumps(gate.log)
            assert "123456" not in json.dumps(gate.log)

    asyncio.run(story())
    lines = [json.loads(line) for line in (tmp_path / "refused" / "2027-01-01.jsonl").read_text().splitlines()]
    assert [line["why"] for line in lines] == ["unknown_mn"] * 3 + ["wrong_password"] * 3


def test_noise_is_cut_off_and_others_are_served_meanwhile(tmp_path: Path) -> None:
    one = logger()

    async def story() -> None:
        async with gateway(tmp_path, [device(one)]) as gate, peer(gate.port) as noisy, peer(gate.port) as there:
            await there.send(one.report(HOURS, NEW_YEAR, NOON))
            assert len(await there.answers(1)) == 1

            async def shout() -> None:
                for _ in range(1000):
                    await noisy.send(b"\xff" * 65_536)

            shouting = asyncio.gather(shout(), return_exceptions=True)
            assert await noisy.ended()
            await shouting
            await there.send(one.report(HOURS, NEW_YEAR + HOUR, NOON + 1))
            assert len(await there.answers(1)) == 1
            assert gate.noted("disconnected")[0]["why"] == "noise"
            assert gate.host.counts["refused_syntax"] == GatewayLimits().bad_in_a_row

    asyncio.run(story())


def test_oversize_and_damaged_frames_are_refused_by_name_and_the_next_is_taken(tmp_path: Path) -> None:
    one = logger()

    async def story() -> None:
        async with gateway(tmp_path, [device(one)]) as gate, peer(gate.port) as there:
            await there.send(b"##9000" + b"x" * 8998 + b"&&0000\r\n")
            damaged = bytearray(one.report(HOURS, NEW_YEAR, NOON))
            damaged[-10] ^= 1
            await there.send(bytes(damaged))
            await there.send(b"##0011CN=1;CP=&&1234\r\n")
            await there.send(one.report(HOURS, NEW_YEAR, NOON))
            assert len(await there.answers(1)) == 1
            refused = {name: count for name, count in gate.host.counts.items() if name.startswith("refused_") and count}
            assert refused == {"refused_oversize": 1, "refused_crc": 1, "refused_length": 1}

    asyncio.run(story())


def test_slow_and_silent_peers_are_let_go(tmp_path: Path) -> None:
    one = logger()

    async def story(advance: Callable[[float], None]) -> None:
        async with gateway(tmp_path, [device(one)]) as gate:
            limits = gate.host.limits
            async with peer(gate.port) as silent:
                await until(lambda: gate.host.counts["connections"] == 1)
                advance(limits.first_frame_s)
                assert await silent.ended()
            async with peer(gate.port) as slow:
                await slow.send(one.report(HOURS, NEW_YEAR, NOON) + b"##05")
                assert len(await slow.answers(1)) == 1
                advance(limits.frame_s)
                assert await slow.ended()
            async with peer(gate.port) as idle:
                await idle.send(one.report(HOURS, NEW_YEAR, NOON))
                assert len(await idle.answers(1)) == 1
                advance(limits.idle_s)
                assert await idle.ended()
            assert [each["why"] for each in gate.noted("disconnected")] == ["no_frame", "slow_frame", "idle"]

    stepped(story)


def test_a_peer_that_does_not_read_is_cut_off(tmp_path: Path) -> None:
    one = logger()

    async def story() -> None:
        limits = GatewayLimits(unread_bytes=4_096)
        async with gateway(tmp_path, [device(one)], limits=limits) as gate, peer(gate.port) as deaf:
            deaf.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            deaf.writer.transport.pause_reading()  # type: ignore[attr-defined]
            await deaf.send(one.report(HOURS, NEW_YEAR, NOON))
            while not gate.heard:
                await asyncio.sleep(0.01)
            items = [(f"Item{place}", "x" * 200) for place in range(40)]
            for _ in range(3_000):
                if await gate.host.ask(one.mn, "1099", items, timeout=0.0, tries=1) == NotConnected():
                    break
            assert gate.host.connected == []
            assert gate.host.counts["asked"] < 3_000

    asyncio.run(story())


def test_the_log_is_bounded_whatever_a_peer_does() -> None:
    written: list[str] = []
    clock = Clock()
    lines = Lines(written.append, clock)
    for _ in range(1_000):
        lines("refused", address="10.0.0.1")
    lines("refused", address="10.0.0.2")
    assert len(written) == MOST_A_MINUTE + 1
    clock.at += 60_000
    lines("refused", address="10.0.0.1")
    assert json.loads(written[-2]) == {"at": "2027-01-01T12:01:00+08:00", "what": "left_out", "lines": 980}


# --- what the host asks


@pytest.mark.parametrize("version", VERSIONS)
def test_the_host_asks_for_history_and_settings_and_gets_whole_answers(tmp_path: Path, version: str) -> None:
    one = logger(next(known for known in VERSIONS if known == version))

    async def story() -> None:
        async with gateway(tmp_path, [device(one)]) as gate:
            caller = Caller(one, "127.0.0.1", gate.port, gate.clock, QUICK)
            calling = asyncio.create_task(caller.call(islice(plan(NEW_YEAR, HOUR, (REAL_TIME,)), 1), 60))
            while not gate.heard:
                await asyncio.sleep(0.01)
            span = (("BeginTime", "20270101000000"), ("EndTime", "20270101050000"))
            history = await gate.host.ask(one.mn, "2061", span)
            assert isinstance(history, RequestDone)
            assert [frame.field("DataTime") for frame in history.frames] == [
                f"202701010{hour}0000" for hour in range(6)
            ]
            assert history.execution == "1"
            clock = await gate.host.ask(one.mn, "1011")
            assert isinstance(clock, RequestDone)
            assert clock.frames[0].field("SystemTime") == "20270101120000"
            await gate.host.ask(one.mn, "1062", (("RtdInterval", "60"),))
            interval = await gate.host.ask(one.mn, "1061")
            assert isinstance(interval, RequestDone)
            assert interval.frames[0].field("RtdInterval") == "60"
            assert await gate.host.ask(one.mn, "1099") == Declined("8")
            nothing = await gate.host.ask(
                one.mn, "2031", (("BeginTime", "20300101000000"), ("EndTime", "20300102000000"))
            )
            assert nothing == RequestDone("100", ())
            assert await gate.host.ask("FF" * 12, "1011") == NotConnected()
            calling.cancel()
            await asyncio.gather(calling, return_exceptions=True)
            assert await eventually_not_connected(gate.host)

    asyncio.run(story())


async def eventually_not_connected(host: Host) -> bool:
    for _ in range(100):
        if not host.connected:
            return True
        await asyncio.sleep(0.01)
    return False


def test_a_request_is_sent_again_with_the_same_qn_until_it_is_answered(tmp_path: Path) -> None:
    one = logger()

    async def story() -> None:
        async with gateway(tmp_path, [device(one)]) as gate, peer(gate.port) as there:
            await there.send(one.report(HOURS, NEW_YEAR, NOON))
            await there.answers(1)
            asking = asyncio.create_task(gate.host.ask(one.mn, "1011", timeout=0.1, tries=6_000))
            first, second = await there.answers(2)
            assert first.qn == second.qn
            for raw in one.replies(second, NOON):
                await there.send(raw)
            assert isinstance(await asking, RequestDone)
            assert await gate.host.ask(one.mn, "1011", timeout=0.05, tries=2) == Silent(2)

    asyncio.run(story())


def test_a_clock_that_is_off_is_set_on_connect(tmp_path: Path) -> None:
    one = logger()
    one.clock_off_ms = -2 * 24 * HOUR

    async def story() -> None:
        async with gateway(tmp_path, [device(one)]) as gate:
            caller = Caller(one, "127.0.0.1", gate.port, gate.clock, QUICK)
            calling = asyncio.create_task(caller.call(islice(plan(NEW_YEAR, HOUR, (HOURS,)), 3), 60))
            while not gate.noted("clock_set"):
                await asyncio.sleep(0.01)
            assert one.clock_off_ms == 0
            (noted,) = gate.noted("clock_set")
            assert (noted["off_s"], noted["result"]) == (-172_800, "ExeRtn 1")
            calling.cancel()
            await asyncio.gather(calling, return_exceptions=True)

    asyncio.run(story())


# --- the disk


@pytest.mark.parametrize(("fails_at_sync", "half"), [(False, False), (False, True), (True, False)])
def test_a_full_disk_is_not_acknowledged_and_nothing_acknowledged_is_lost(
    tmp_path: Path, fails_at_sync: bool, half: bool
) -> None:
    one, disk = logger(), FailingDisk(fails_at_sync=fails_at_sync)

    async def story() -> None:
        async with gateway(tmp_path, [device(one)], disk=disk.disk) as gate, peer(gate.port) as there:
            await there.send(one.report(HOURS, NEW_YEAR, NOON))
            assert len(await there.answers(1)) == 1
            disk.full, disk.half = True, half
            for again in range(3):
                await there.send(one.report(HOURS, NEW_YEAR + HOUR, NOON + 10 + again))
                await until(lambda wanted=again + 1: gate.host.counts["not_acknowledged"] == wanted)  # type: ignore[misc]
            assert gate.host.stalled
            assert gate.host.counts["answered"] == 1
            assert gate.noted("disk_fails")[0]["cure"].startswith("make room")
            disk.full = False
            await there.send(one.report(HOURS, NEW_YEAR + HOUR, NOON + 2))
            await there.send(one.report(HOURS, NEW_YEAR, NOON + 3))
            assert [each.qn for each in await there.answers(2)] == ["20270101120000002", "20270101120000003"]
            assert not gate.host.stalled
            assert gate.noted("disk_works") == [{"not_acknowledged": 3}]
            said = [moment_of(entry.plain) for entry in gate.entries()]
            assert said == ["20270101000000", "20270101010000"]
            assert gate.host.counts["resent"] == 1
            assert len(segments(tmp_path)) == 2

    asyncio.run(story())


def moment_of(plain: bytes) -> str | None:
    frame = decode(plain)
    assert isinstance(frame, Frame)
    return frame.field("DataTime")


def test_one_sync_serves_all_frames_of_a_tick(tmp_path: Path) -> None:
    one, disk = logger(), FailingDisk()

    async def story() -> None:
        async with gateway(tmp_path, [device(one)], disk=disk.disk) as gate, peer(gate.port) as there:
            raw = b"".join(one.report(HOURS, NEW_YEAR - place * HOUR, NOON + place) for place in range(500))
            await there.send(raw)
            assert len(await there.answers(500)) == 500
            assert disk.syncs < 100

    asyncio.run(story())


def test_a_folder_has_one_gateway_at_a_time(tmp_path: Path) -> None:
    first = Keeper(tmp_path, Clock())
    with pytest.raises(Malformed, match="another gateway writes there"):
        Keeper(tmp_path, Clock())
    first.close()
    Keeper(tmp_path, Clock()).close()
