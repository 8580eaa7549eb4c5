"""What an operator asks of devices: the channel into a running gateway, new keys, hours that are asked for again."""

from __future__ import annotations

import asyncio
import json
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.lab.stacks.device import HOURS, MINUTES, REAL_TIME, Logger, plan
from airshed.model.period import HOUR_MS
from airshed.model.refusal import Malformed
from airshed.mrv.hj212 import decode, seal
from airshed.mrv.hj212.frame import Frame
from airshed.service.devices.logger import Caller, Manner
from airshed.service.gateway.backfill import fill
from airshed.service.gateway.channel import (
    SOCKET,
    AskDevice,
    AskStatus,
    Find,
    GatewayState,
    NewKey,
    Registered,
    RequestOutcome,
    address,
    tell,
)
from airshed.service.gateway.control import Control
from airshed.service.gateway.devices import DeviceRow, read_devices
from airshed.service.gateway.gaps import ReceiptGap, asks_of, gaps_in, missing_of, said_hours, times_of
from airshed.service.gateway.keyring import Keyring
from airshed.service.gateway.refusals import refused_lines
from airshed.service.gateway.requests import REQUESTS, SETTABLE, RequestOptions, items_of, request_of
from airshed.zone.rows import write_rows
from gateways import KEY, MN, NEW_YEAR, NOON, VERSIONS, Gate, device, gateway, logger, peer, until

HOUR = HOUR_MS
QUICK = Manner(interval_s=0, timeout_s=60, pause_s=0.01)


@dataclass
class Desk:
    """A gateway with its operator's channel, and the registration on disk."""

    gate: Gate
    devices: Path
    keys: Path

    @property
    def folder(self) -> Path:
        return self.gate.folder

    async def tell(self, wish: AskDevice | NewKey | Find | AskStatus) -> RequestOutcome:
        return await asyncio.to_thread(tell, self.folder, wish, RequestOutcome)


@asynccontextmanager
async def desk(folder: Path, *loggers: Logger, renew: bool = False) -> AsyncIterator[Desk]:
    """The loggers registered in a CSV at KM-0, KM-1, ..., and a gateway with its channel."""
    keys = folder / "keys"
    keys.mkdir()
    (keys / "k1.key").write_text(KEY.hex())
    (keys / "k1.key").chmod(0o600)
    rows = [
        DeviceRow(
            one.mn, f"KM-{place}", one.version, one.crc, "start", (), one.password,
            ("k1@2026-01-01",) if one.key else (), None,
        )
        for place, one in enumerate(loggers)
    ]  # fmt: skip
    write_rows(folder / "devices.csv", DeviceRow, rows)
    registry = read_devices(folder / "devices.csv", keys)
    async with gateway(folder / "receipts", list(registry.values())) as gate:

        def note(what: str, **facts: object) -> None:
            gate.log.append((what, facts))

        control = Control(gate.host, Keyring(folder / "devices.csv", keys), gate.folder, gate.clock, note, renew=renew)
        await control.start()
        control.watch_keys()
        try:
            yield Desk(gate, folder / "devices.csv", keys)
        finally:
            await control.stop()


@asynccontextmanager
async def calling(gate: Gate, one: Logger, reports: int = 1, cn: str = HOURS) -> AsyncIterator[Caller]:
    """A device that has sent some reports and stays on the line."""
    caller = Caller(one, "127.0.0.1", gate.port, gate.clock, QUICK)
    task = asyncio.create_task(caller.call(islice(plan(NEW_YEAR, HOUR, (cn,)), reports), 60))
    while caller.counts["answered"] < reports:
        await asyncio.sleep(0.01)
    try:
        yield caller
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


# --- asking


@pytest.mark.parametrize("version", VERSIONS)
def test_every_request_of_an_operator_is_done_by_a_device_of_each_edition(tmp_path: Path, version: str) -> None:
    one = logger(next(known for known in VERSIONS if known == version))
    told = {
        "value": RequestOptions(value="30"),
        "span": RequestOptions(begin="2027-01-01T00:00", end="2027-01-01T05:00"),
        "info": RequestOptions(info="i12001"),
        "parameter": RequestOptions(factor="a21026", info="i13003", value="60", reason="agreed with the operator"),
        "factor": RequestOptions(factor="a21026"),
    }

    async def story() -> None:
        async with desk(tmp_path, one) as at, calling(at.gate, one):
            for request in REQUESTS:
                if request.takes == "key":
                    continue
                outcome = await at.tell(AskDevice("KM-0", request.word, told.get(request.takes, RequestOptions())))
                assert (outcome.outcome, outcome.mn, outcome.cn) == ("answered", one.mn, request.cn), request
                assert outcome.code in ("1", "100")
                assert outcome.zh in ("执行成功", "没有数据")
            hours = await at.tell(AskDevice(one.mn, "2061", told["span"]))
            assert [dict(said.items)["DataTime"] for said in hours.said] == [
                f"2027010100{h}0000"[:8] + f"0{h}0000" for h in range(6)
            ]
            assert len(at.gate.noted("asked")) == len(REQUESTS)
            reasons = [each["reason"] for each in at.gate.noted("asked") if "reason" in each]
            assert reasons == ["agreed with the operator"]

    asyncio.run(story())


def test_refusals_silence_and_absence_are_answers_in_words(tmp_path: Path) -> None:
    one, other = logger(), logger(mn=MN[:-1] + "7")

    async def story() -> None:
        async with desk(tmp_path, one, other) as at:
            away = await at.tell(AskDevice(other.mn, "time"))
            assert (away.outcome, away.en) == ("not_connected", "the device has no connection")
            async with peer(at.gate.port) as mute:
                await mute.send(other.report(HOURS, NEW_YEAR, NOON))
                await mute.answers(1)
                silent = await at.tell(AskDevice(other.mn, "time", timeout_s=0.05, tries=2))
                assert (silent.outcome, silent.zh) == ("silent", "设备无应答")
                asking = asyncio.create_task(at.tell(AskDevice(other.mn, "realtime", timeout_s=0.2)))
                (*_, asked) = await mute.answers(3)
                await mute.send(says(other, asked, "9011", "QnRtn=1"))
                begun = await asking
                assert (begun.outcome, begun.en) == ("unfinished", "the device said ready, and never that it is done")
                assert await mute.answers(1, 0.1) == []
                asking = asyncio.create_task(at.tell(AskDevice(other.mn, "state")))
                (asked,) = await mute.answers(1)
                await mute.send(says(other, asked, "9011", "QnRtn=2"))
                declined = await asking
                assert (declined.outcome, declined.code, declined.zh) == ("declined", "2", "请求被拒绝")

    asyncio.run(story())


def says(one: Logger, asked: Frame, cn: str, content: str) -> bytes:
    """What a device says to a request, whatever its own mind is."""
    return seal(f"QN={asked.qn};ST=91;CN={cn};PW={one.password};MN={one.mn};Flag=4;CP=&&{content}&&".encode(), one.crc)


def test_frames_that_answer_one_request_are_evidence_and_no_reuse_of_a_qn(tmp_path: Path) -> None:
    one = logger()

    async def story() -> None:
        async with desk(tmp_path, one) as at, calling(at.gate, one):
            await at.tell(AskDevice(one.mn, "hours", RequestOptions(begin="2027-01-01T01:00", end="2027-01-01T06:00")))
            await at.tell(AskDevice(one.mn, "info", RequestOptions(info="i12001")))
            await at.tell(AskDevice(one.mn, "info", RequestOptions(info="i11001")))
            counts = at.gate.host.counts
            assert (counts["qn_reused"], counts["restated"]) == (0, 0)
            kept = [entry.plain for entry in at.gate.entries()]
            assert sum(b"CN=2061" in plain for plain in kept) == 7
            assert sum(b"CN=3020" in plain for plain in kept) == 2
            assert sum(b"CN=9012" in plain for plain in kept) == 3

    asyncio.run(story())


@pytest.mark.parametrize(
    ("word", "told", "said"),
    [
        ("reboot", RequestOptions(), "COMMAND: no request 'reboot'"),
        ("1000", RequestOptions(), "COMMAND: no request '1000'"),
        ("hours", RequestOptions(), "--begin: '' is no time"),
        ("hours", RequestOptions(begin="2027-01-02", end="2027-01-01"), "--end: 2027-01-01 is before 2027-01-02"),
        ("time", RequestOptions(value="3"), "--value: time (1011) does not take it"),
        ("set-realtime-interval", RequestOptions(value="29"), "give 30 to 3600"),
        ("set-minute-interval", RequestOptions(value="7"), "give 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30"),
        ("serial", RequestOptions(factor="zz"), "--factor: 'zz' is no code of a factor"),
        ("info", RequestOptions(info="a21026"), "--info: 'a21026' is no code of device information"),
        (
            "set-parameter",
            RequestOptions(factor="a21026", info="i13008", value="1.2", reason="x"),
            "is not set from a host",
        ),
        (
            "set-parameter",
            RequestOptions(factor="a21026", info="i13003", value="60"),
            "--reason: who sets a parameter says why",
        ),
        (
            "set-parameter",
            RequestOptions(factor="a21026", info="i13003", value="1;2", reason="x"),
            "--value: '1;2' is no number",
        ),
        (
            "set-parameter",
            RequestOptions(factor="a21026", info="i13003", value="nan", reason="x"),
            "--value: 'nan' is no number",
        ),
    ],
)
def test_a_request_that_the_law_does_not_know_is_one_line_and_never_sent(
    word: str, told: RequestOptions, said: str
) -> None:
    with pytest.raises(Malformed) as caught:
        items_of(request_of(word), told)
    assert said in str(caught.value)


def test_no_parameter_that_bends_a_reading_is_set_from_a_host() -> None:
    assert SETTABLE.isdisjoint({"i13001", "i13002", "i13007", "i13008", "i13009", "i23001"})


# --- the channel


def test_the_channel_is_for_the_user_of_the_gateway_alone_and_leaves_nothing(tmp_path: Path) -> None:
    one = logger()

    async def story() -> None:
        async with desk(tmp_path, one) as at:
            assert stat.S_IMODE((at.folder / SOCKET).stat().st_mode) == 0o600
            state = await asyncio.to_thread(tell, at.folder, AskStatus(), GatewayState)
            assert (state.devices, state.connected, state.stalled) == (1, (), False)
        assert not (tmp_path / "receipts" / SOCKET).exists()

    asyncio.run(story())
    with pytest.raises(Malformed, match="no gateway is running there"):
        tell(tmp_path / "receipts", AskStatus(), GatewayState)


def test_what_a_killed_gateway_left_is_no_gateway_and_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "receipts").mkdir()
    left = socket.socket(socket.AF_UNIX)
    with address(tmp_path / "receipts") as path:
        left.bind(path)
    left.close()
    with pytest.raises(Malformed, match="no gateway is running there"):
        tell(tmp_path / "receipts", AskStatus(), GatewayState)

    async def story() -> None:
        async with desk(tmp_path, logger()) as at:
            assert (await asyncio.to_thread(tell, at.folder, AskStatus(), GatewayState)).devices == 1

    asyncio.run(story())


def test_a_folder_with_a_long_path_has_a_channel_too(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    deep.mkdir()

    async def story() -> None:
        async with desk(deep, logger()) as at:
            assert (await asyncio.to_thread(tell, at.folder, AskStatus(), GatewayState)).devices == 1

    asyncio.run(story())


@pytest.mark.parametrize("raw", [b"", b"\n", b"{}\n", b"\xff" * 100_000, b'{"do":"format"}\n', b'{"do":"ask"}\n'])
def test_nonsense_on_the_channel_is_answered_and_harms_nothing(tmp_path: Path, raw: bytes) -> None:
    async def story() -> None:
        async with desk(tmp_path, logger()) as at:
            with address(at.folder) as path:
                reader, writer = await asyncio.open_unix_connection(path)
            writer.write(raw)
            writer.write_eof()
            assert json.loads(await reader.readline())["is"] == "wrong"
            writer.close()
            assert (await asyncio.to_thread(tell, at.folder, AskStatus(), GatewayState)).devices == 1

    asyncio.run(story())


def test_a_stack_names_its_device_if_it_has_one(tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path, logger()) as at:
            found = await asyncio.to_thread(tell, at.folder, Find("KM-0"), Registered)
            assert (found.mn, found.end_labelled) == (MN, False)
            with pytest.raises(Malformed, match="DEVICE: no device 'KM-9' is registered"):
                await asyncio.to_thread(tell, at.folder, Find("KM-9"), Registered)
            at.gate.host.registry = {**at.gate.host.registry, "B": replace(at.gate.host.registry[MN], mn="B")}
            with pytest.raises(Malformed, match="2 devices stand at KM-0"):
                await asyncio.to_thread(tell, at.folder, Find("KM-0"), Registered)

    asyncio.run(story())


# --- keys


def everything_kept(folder: Path, log: object) -> str:
    """All that a gateway keeps and says, as one text; but for the keys' own folder."""
    texts = [path.read_bytes().decode("latin-1") for path in sorted(folder.rglob("*")) if path.is_file()]
    return "".join((*texts, json.dumps(log, default=str)))


def test_a_new_key_is_handed_over_registered_from_its_day_on_and_never_told(tmp_path: Path) -> None:
    one = logger("2025")

    async def story() -> None:
        async with desk(tmp_path, one) as at, calling(at.gate, one) as caller:
            outcome = await at.tell(NewKey(one.mn, "k2"))
            assert (outcome.outcome, outcome.code, outcome.key) == ("answered", "1", "k2")
            assert one.key not in (None, KEY)
            await caller.deliver(HOURS, NEW_YEAR + 9 * HOUR)
            assert [entry.key for entry in at.gate.entries() if b"CN=2061" in entry.plain] == ["k1", "k2"]
            asked = await at.tell(
                AskDevice(one.mn, "hours", RequestOptions(begin="2027-01-01T01:00", end="2027-01-01T02:00"))
            )
            assert (asked.outcome, len(asked.said)) == ("answered", 2)
            state = await asyncio.to_thread(tell, at.folder, AskStatus(), GatewayState)
            (age,) = state.keys
            assert (age.key, age.days, age.due, age.spoken) == ("k2", 0, False, True)
            kept = everything_kept(at.folder, at.gate.log)
            secret = (at.keys / "k2.key").read_text().strip()
            assert len(secret) == 32
            assert secret not in kept.lower()
            assert secret not in repr(at.gate.host.registry)
            assert bytes.fromhex(secret).decode("latin-1") not in kept

    asyncio.run(story())
    (found,) = read_devices(tmp_path / "devices.csv", tmp_path / "keys").values()
    assert [(key.name, key.valid_from) for key in found.keys] == [("k2", NOON), ("k1", 1767196800000)]
    assert stat.S_IMODE((tmp_path / "keys" / "k2.key").stat().st_mode) == 0o600


def test_a_key_that_a_device_refuses_is_taken_out_of_the_registration_again(tmp_path: Path) -> None:
    one = logger("2025")

    async def story() -> None:
        async with desk(tmp_path, one) as at, peer(at.gate.port) as there:
            before = at.devices.read_text()
            await there.send(one.report(HOURS, NEW_YEAR, NOON))
            await there.answers(1)
            for cn, content in (("9011", "QnRtn=2"), ("9012", "ExeRtn=3")):
                asking = asyncio.create_task(at.tell(NewKey(one.mn, "k2")))
                asked = await there.request()
                assert "k2@" in at.devices.read_text()
                await there.send(says(one, asked, cn, content))
                outcome = await asking
                assert (outcome.outcome, outcome.key) == ("declined" if cn == "9011" else "answered", "k1")
                assert at.devices.read_text() == before
                assert not (at.keys / "k2.key").exists()

    asyncio.run(story())


def test_a_lost_answer_leaves_both_keys_good_and_the_same_key_is_handed_over_again(tmp_path: Path) -> None:
    one = logger("2025")

    async def story() -> None:
        async with desk(tmp_path, one) as at, peer(at.gate.port) as there:
            await there.send(one.report(HOURS, NEW_YEAR, NOON))
            await there.answers(1)
            lost = await at.tell(NewKey(one.mn, "k2", timeout_s=0.05, tries=1))
            assert (lost.outcome, lost.key) == ("silent", "k2")
            for key in (KEY, at.gate.host.registry[one.mn].keys[0].secret):
                await there.send(replace(one, key=key).report(HOURS, NEW_YEAR + HOUR, NOON))
            await there.send(one.report(HOURS, NEW_YEAR + 2 * HOUR, NOON))
            await until(lambda: sum(at.gate.host.counts[name] for name in ("kept", "resent", "qn_reused")) == 4)
            assert at.gate.host.counts["refused_undeciphered"] == 0
            again = await at.tell(NewKey(one.mn, "k3", timeout_s=0.05, tries=1))
            assert again.key == "k2"
            assert sorted(path.name for path in at.keys.iterdir()) == ["k1.key", "k2.key"]

    asyncio.run(story())


def test_a_device_without_a_key_or_that_has_not_spoken_in_one_gets_none(tmp_path: Path) -> None:
    plain, silent = logger(), logger("2025", MN[:-1] + "5")

    async def story() -> None:
        async with desk(tmp_path, plain, silent) as at, peer(at.gate.port) as there:
            with pytest.raises(Malformed, match="has no key yet, so the first would go in plain text"):
                await at.tell(NewKey(plain.mn))
            assert (await at.tell(NewKey(silent.mn))).outcome == "not_connected"
            await there.send(silent.clock_notice(NOON))
            await there.answers(1)
            assert (await at.tell(NewKey(silent.mn))).outcome == "not_connected", "it has not shown who it is"
            async with peer(at.gate.port) as other:
                await other.send(plain.report(HOURS, NEW_YEAR, NOON))
                assert len(await other.answers(1)) == 1
                known = at.gate.host.registry
                keyed = replace(known[plain.mn], keys=known[silent.mn].keys)
                at.gate.host.registry = {**known, plain.mn: keyed}  # its first key, set at the device
                with pytest.raises(Malformed, match="has not spoken in a key since the gateway started"):
                    await at.tell(NewKey(plain.mn))
            assert [path.name for path in at.keys.iterdir()] == ["k1.key"]

    asyncio.run(story())


def test_a_device_that_asks_for_a_key_is_answered_and_its_wish_stands_until_it_has_one(tmp_path: Path) -> None:
    one = logger("2025")

    async def story() -> None:
        async with desk(tmp_path, one) as at, peer(at.gate.port) as there:
            await there.send(one.key_notice(NOON, NEW_YEAR))
            assert [answer.cn for answer in await there.answers(1)] == ["9013"]
            assert at.gate.noted("key_wanted")[0]["made"] == "20270101000000000"
            state = await asyncio.to_thread(tell, at.folder, AskStatus(), GatewayState)
            assert [key.wanted for key in state.keys] == [True]
            await there.send(one.report(HOURS, NEW_YEAR + 3 * HOUR, NOON))
            await there.answers(1)
            asking = asyncio.create_task(at.tell(NewKey(one.mn)))
            await there.send(says(one, await there.request(), "9012", "ExeRtn=1"))
            await asking
            state = await asyncio.to_thread(tell, at.folder, AskStatus(), GatewayState)
            assert [key.wanted for key in state.keys] == [False]

    asyncio.run(story())


def test_a_key_that_a_device_tells_is_masked_before_it_is_kept(tmp_path: Path) -> None:
    one, secret = replace(logger("2025"), key=None), "00112233445566778899AABBCCDDEEFF"

    async def story() -> None:
        async with gateway(tmp_path, [device(one), device(logger("2025", MN[:-1] + "5"), "KM-2")]) as gate:
            async with peer(gate.port) as there:
                for mn in (one.mn, MN[:-1] + "5", "F" * 24):  # taken, not encrypted, unknown
                    text = f"QN=20270101120000000;ST=31;CN=1014;PW=123456;MN={mn};Flag=9;CP=&&NewSK={secret}&&"
                    await there.send(seal(text.encode()))
                await there.answers(1)
                await until(lambda: sum(1 for _ in refused_lines(tmp_path)) == 2)
            assert gate.host.counts["kept"] == 1
            assert secret not in everything_kept(tmp_path, gate.log)
            assert "NewSK=********" in everything_kept(tmp_path, gate.log)

    asyncio.run(story())


def test_keys_older_than_the_standard_allows_are_named_in_the_log(tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path, logger("2025")) as at:
            await asyncio.sleep(0)
            (due,) = at.gate.noted("key_due")
            assert (due["key"], due["days"]) == ("k1", 365)

    asyncio.run(story())


def test_keys_that_are_due_are_renewed_by_themselves_if_that_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("airshed.service.gateway.control.KEY_WATCH_S", 0.02)
    one, plain = logger("2025"), logger(mn=MN[:-1] + "7")

    async def story() -> None:
        async with desk(tmp_path, one, plain, renew=True) as at, calling(at.gate, one) as caller:
            while not at.gate.noted("asked"):
                await asyncio.sleep(0.01)
            (asked,) = at.gate.noted("asked")
            assert (asked["mn"], asked["cn"], asked["outcome"]) == (one.mn, "1014", "answered")
            await caller.deliver(HOURS, NEW_YEAR + 5 * HOUR)
            await asyncio.sleep(0.1)
            assert len(at.gate.noted("asked")) == 1, "a key that is new is left alone"
            assert [entry.key for entry in at.gate.entries() if b"CN=2061" in entry.plain] == ["k1", asked["key"]]

    asyncio.run(story())


# --- gaps


@given(st.sets(st.integers(0, 60)), st.integers(0, 30), st.integers(0, 60), st.integers(1, 9))
def test_gaps_and_what_is_said_tile_the_span(said: set[int], begin: int, end: int, most: int) -> None:
    gaps = gaps_in({hour * HOUR for hour in said}, begin * HOUR, end * HOUR)
    missing = [gap.begin // HOUR + place for gap in gaps for place in range(gap.hours)]
    assert missing == [hour for hour in range(begin, end) if hour not in said]
    asks = asks_of(gaps, most)
    assert [ask.begin // HOUR + place for ask in asks for place in range(ask.hours)] == missing
    assert all(1 <= ask.hours <= most for ask in asks)


def test_half_an_hour_of_parts_is_missing_still(tmp_path: Path) -> None:
    one = logger()

    async def story() -> None:
        async with gateway(tmp_path, [device(one)]) as gate, peer(gate.port) as there:
            first, second, third = one.report_in_parts(HOURS, NEW_YEAR, NOON, 3)
            await there.send(first + third)
            await there.answers(2)
            registered = gate.host.registry[one.mn]
            assert said_hours(tmp_path, registered) == set()
            await there.send(second)
            await there.answers(1)
            assert said_hours(tmp_path, registered) == {NEW_YEAR}
            missing = missing_of(tmp_path, registered, "2061", NEW_YEAR - HOUR, NEW_YEAR + 2 * HOUR)
            assert missing.gaps == (("2026-12-31T23", "2026-12-31T23", 1), ("2027-01-01T01", "2027-01-01T01", 1))
            assert missing_of(tmp_path, replace(registered, mn="B"), "2061", None, NOON).gaps == ()

    asyncio.run(story())


@pytest.mark.parametrize("version", VERSIONS)
def test_hours_that_an_outage_lost_are_asked_for_and_come(tmp_path: Path, version: str) -> None:
    one = logger(next(known for known in VERSIONS if known == version))
    one.since = NEW_YEAR

    async def story() -> None:
        async with desk(tmp_path, one) as at:
            caller = Caller(one, "127.0.0.1", at.gate.port, at.gate.clock, QUICK)
            reports = [
                report
                for place, report in enumerate(islice(plan(NEW_YEAR, HOUR, (HOURS,)), 12))
                if place not in (2, 3, 7)
            ]
            task = asyncio.create_task(caller.call(iter(reports), 60))
            while caller.counts["answered"] < len(reports):
                await asyncio.sleep(0.01)
            registered = at.gate.host.registry[one.mn]
            before = missing_of(at.folder, registered, "2061", None, NOON)
            assert [gap[2] for gap in before.gaps] == [2, 1]
            filled = await asyncio.to_thread(fill, at.folder, "KM-0", "2061", None, NOON)
            assert [(span.hours, span.outcome, span.messages) for span in filled.asked] == [
                (2, "answered", 2), (1, "answered", 1),
            ]  # fmt: skip
            assert (filled.missing_before, filled.missing_after) == (3, 0)
            assert missing_of(at.folder, registered, "2061", None, NOON).missing == 0
            assert at.gate.host.counts["resent"] == 0
            earlier = await asyncio.to_thread(fill, at.folder, "KM-0", "2061", NEW_YEAR - 3 * HOUR, NOON)
            assert (earlier.asked[0].code, earlier.asked[0].en) == ("100", "no readings")
            assert earlier.missing == (("2026-12-31T21", "2026-12-31T23", 3),)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            away = await asyncio.to_thread(fill, at.folder, "KM-0", "2061", NEW_YEAR - 900 * HOUR, NOON)
            assert [span.outcome for span in away.asked] == ["not_connected"]

    asyncio.run(story())


def test_a_device_that_labels_the_end_is_asked_in_its_own_label() -> None:
    plain, end = device(logger()), device(logger(), end_labelled=True)
    gap = ReceiptGap(NEW_YEAR, 3)
    assert times_of(gap, plain, "2061") == (NEW_YEAR, NEW_YEAR + 2 * HOUR)
    assert times_of(gap, end, "2061") == (NEW_YEAR + HOUR, NEW_YEAR + 3 * HOUR)
    assert times_of(gap, plain, "2051") == (NEW_YEAR, NEW_YEAR + 3 * HOUR - 1000)
    assert times_of(gap, end, "2051") == (NEW_YEAR + 1000, NEW_YEAR + 3 * HOUR)


def test_minutes_of_an_hour_are_asked_for_as_well(tmp_path: Path) -> None:
    one = logger()

    async def story() -> None:
        async with desk(tmp_path, one) as at, calling(at.gate, one, 6, MINUTES):
            filled = await asyncio.to_thread(fill, at.folder, "KM-0", "2051", NEW_YEAR, NEW_YEAR + 3 * HOUR)
            assert (filled.missing_before, filled.asked[0].messages, filled.missing_after) == (2, 12, 0)

    asyncio.run(story())


def test_a_device_that_is_told_to_stop_its_real_time_reports_stops_them() -> None:
    one = logger()
    asked = decode(seal(b"QN=20270101120000000;ST=31;CN=2012;PW=123456;MN=A;Flag=5;CP=&&&&").strip())
    assert isinstance(asked, Frame)
    assert [reply.cn for raw in one.replies(asked, NOON) if isinstance(reply := decode(raw.strip()), Frame)] == [
        "9011",
        "9012",
    ]
    assert not one.shown[REAL_TIME]
