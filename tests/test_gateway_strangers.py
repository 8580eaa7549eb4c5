"""Who guesses passwords, speaks for others or only sits there does not get in, and keeps nobody else out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from airshed.lab.stacks.device import HOURS
from airshed.service.gateway.channel import GatewayState, LockedRow
from airshed.service.gateway.limits import GatewayLimits
from airshed.service.gateway.lockout import Lockout, origin_of
from airshed.service.gateway.refusals import counted, refused_lines
from gateways import MN, NEW_YEAR, NOON, Gate, Peer, device, gateway, logger, peer, stepped, until

HOUR = 3_600_000
HOME, AWAY, THIRD = "127.0.0.2", "127.0.0.3", "127.0.0.4"
Advance = Callable[[float], None]
ONE, OTHER = logger(), logger(mn=MN[:-1] + "7")
BOTH = [device(ONE), device(OTHER, "KM-2")]


async def guesses(gate: Gate, mn: str, count: int, address: str = AWAY) -> None:
    """Wrong passwords of a number, each over a connection of its own."""
    for place in range(count):
        async with peer(gate.port, address) as there:
            await there.send(replace(ONE, mn=mn, password=f"guess{place}").report(HOURS, NEW_YEAR, NOON + place) * 3)
            assert await there.ended()


# --- wrong passwords


def test_a_password_is_not_compared_once_so_many_were_wrong_whatever_connection_they_come_by(tmp_path: Path) -> None:
    limits = GatewayLimits()

    async def story(advance: Advance) -> None:
        async with gateway(tmp_path, BOTH, limits=limits) as gate:
            await guesses(gate, ONE.mn, 10)
            assert gate.host.counts["refused_wrong_password"] == limits.wrong_of_pair
            assert gate.host.counts["refused_locked"] == 30 - limits.wrong_of_pair
            async with peer(gate.port, AWAY) as right:
                await right.send(ONE.report(HOURS, NEW_YEAR, NOON))
                await until(lambda: gate.host.counts["refused_locked"] == 31 - limits.wrong_of_pair)
            advance(limits.wrong_every_s)
            async with peer(gate.port, AWAY) as later:
                await later.send(ONE.report(HOURS, NEW_YEAR, NOON))
                assert len(await later.answers(1)) == 1, "nobody is locked out for ever"
            assert "guess" not in str(gate.log)

    stepped(story)
    rows = {row[1]: row for row in counted(tmp_path)}
    assert rows["locked"][2] == 26
    assert "too many wrong passwords; the next is looked at in 300 s" in rows["locked"][5]
    assert {line.mn for _, line in refused_lines(tmp_path)} == {ONE.mn}


def test_a_device_that_is_connected_or_known_at_its_address_is_not_locked_out_by_a_stranger_elsewhere(
    tmp_path: Path,
) -> None:
    async def story(advance: Advance) -> None:
        async with gateway(tmp_path, BOTH) as gate:
            async with peer(gate.port, HOME) as own:
                await own.send(ONE.report(HOURS, NEW_YEAR, NOON))
                assert len(await own.answers(1)) == 1
                for address in (f"127.0.1.{place}" for place in range(1, 9)):
                    await guesses(gate, ONE.mn, 2, address)
                assert gate.host.counts["refused_wrong_password"] == GatewayLimits().wrong_of_device
                await own.send(ONE.report(HOURS, NEW_YEAR - HOUR, NOON + 1))
                assert len(await own.answers(1)) == 1
            async with peer(gate.port, HOME) as again:
                await again.send(ONE.report(HOURS, NEW_YEAR - 2 * HOUR, NOON + 2))
                assert len(await again.answers(1)) == 1, "from where it was heard before"

    stepped(story)


def test_a_stranger_behind_the_same_router_costs_his_neighbours_nothing(tmp_path: Path) -> None:
    """He empties the bucket of the address with the number of one; another number speaks from there for the first
    time."""
    limits = GatewayLimits(wrong_of_address=5)

    async def story(advance: Advance) -> None:
        async with gateway(tmp_path, BOTH, limits=limits) as gate:
            await guesses(gate, ONE.mn, 5, HOME)
            assert [(each.mn, each.address) for each in gate.host.locked()] == [(ONE.mn, HOME), ("", HOME)]
            async with peer(gate.port, HOME) as neighbour:
                await neighbour.send(OTHER.report(HOURS, NEW_YEAR, NOON))
                assert len(await neighbour.answers(1)) == 1

    stepped(story)


def test_what_is_locked_stands_in_the_state_of_the_gateway(tmp_path: Path) -> None:
    from airshed.service.gateway.control import locked_of

    async def story(advance: Advance) -> None:
        async with gateway(tmp_path, BOTH) as gate:
            await guesses(gate, ONE.mn, 4)
            (row,) = locked_of(gate.host)
            assert row == LockedRow(ONE.mn, AWAY, wrong=5, turned=7, seconds=300)
            advance(300)
            assert locked_of(gate.host) == ()

    stepped(story)
    assert GatewayState.__struct_fields__[-1] == "locked"


names = st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.3"])
mns = st.sampled_from(["A", "B"])


@given(st.lists(st.tuples(names, mns, st.floats(0, 400)), max_size=150))
def test_of_one_number_no_more_is_compared_than_the_buckets_give(told: list[tuple[str, str, float]]) -> None:
    """From any addresses at which it was never heard: the burst of the device, and one more in every 300 s."""
    limits = GatewayLimits()
    lockout, now, compared = Lockout(limits), 0.0, {"A": 0, "B": 0}
    for origin, mn, pause in told:
        now += pause
        if not lockout.waits(origin, mn, now):
            lockout.wrong(origin, mn, now)
            compared[mn] += 1
    for count in compared.values():
        assert count <= limits.wrong_of_device + now / limits.wrong_every_s + 1e-6


def test_memory_is_bounded_whatever_addresses_guess() -> None:
    limits = GatewayLimits(wrong_of_device=10**9)
    lockout = Lockout(limits)
    for place in range(30_000):
        lockout.wrong(origin_of(f"10.{place >> 16}.{place >> 8 & 255}.{place & 255}"), "A", 0.0)
    assert len(list(lockout.locked(0.0))) <= 20_000
    assert max(len(each.kept) for each in (lockout._pairs, lockout._addresses)) == 10_000


# --- one line, one device


def test_a_connection_speaks_for_the_device_that_showed_itself_on_it_and_for_no_other(tmp_path: Path) -> None:
    """Both passwords are right; the second number is another's."""

    async def story(advance: Advance) -> None:
        async with gateway(tmp_path, BOTH) as gate, peer(gate.port) as there:
            await there.send(ONE.report(HOURS, NEW_YEAR, NOON))
            assert len(await there.answers(1)) == 1
            await there.send(OTHER.report(HOURS, NEW_YEAR, NOON))
            await there.send(ONE.report(HOURS, NEW_YEAR - HOUR, NOON + 1))
            (answer,) = await there.answers(1)
            assert answer.mn == ONE.mn
            assert gate.host.connected == [ONE.mn]
            await there.send(OTHER.report(HOURS, NEW_YEAR, NOON) * 2)
            assert await there.ended()
            assert gate.noted("disconnected")[-1]["why"] == "other_mn"

    stepped(story)
    assert [(line.why, line.mn) for _, line in refused_lines(tmp_path)] == [("other_mn", OTHER.mn)] * 3
    assert f"the connection is that of MN {ONE.mn}" in counted(tmp_path)[0][5]


def test_devices_that_are_registered_with_one_line_share_a_connection(tmp_path: Path) -> None:
    shared = [replace(each, line="roof") for each in BOTH]

    async def story(advance: Advance) -> None:
        async with gateway(tmp_path, shared) as gate, peer(gate.port) as there:
            for one in (ONE, OTHER, ONE):
                await there.send(one.report(HOURS, NEW_YEAR, NOON))
                assert [each.mn for each in await there.answers(1)] == [one.mn]
            assert gate.host.connected == sorted([ONE.mn, OTHER.mn])

    stepped(story)


# --- who only sits there


def test_silent_connections_make_room_for_a_newcomer(tmp_path: Path) -> None:
    """Six addresses hold all connections in silence; a device from a seventh is heard, and so is one of theirs."""
    limits = GatewayLimits(connections=30, per_address=5)
    addresses = [f"127.0.0.{place}" for place in range(10, 16)]

    async def story(advance: Advance) -> None:
        async with gateway(tmp_path, BOTH, limits=limits) as gate, AsyncExitStack() as held:
            silent: list[Peer] = []
            for address in addresses:
                for _ in range(5):
                    silent.append(await held.enter_async_context(peer(gate.port, address)))
            await until(lambda: gate.host.counts["connections"] == 30)
            async with peer(gate.port, HOME) as newcomer, peer(gate.port, addresses[3]) as neighbour:
                await newcomer.send(ONE.report(HOURS, NEW_YEAR, NOON))
                assert len(await newcomer.answers(1)) == 1
                assert await silent[0].ended(), "the oldest of an address that has most"
                await neighbour.send(OTHER.report(HOURS, NEW_YEAR, NOON))
                assert len(await neighbour.answers(1)) == 1
                assert await silent[15].ended(), "where an address is full, its own oldest"
                for _ in range(20):
                    silent.append(await held.enter_async_context(peer(gate.port, addresses[0])))
                await until(lambda: gate.host.counts["crowded_out"] >= 22)
                await newcomer.send(ONE.report(HOURS, NEW_YEAR - HOUR, NOON + 1))
                assert len(await newcomer.answers(1)) == 1, "whoever has spoken stays"
            assert gate.host.counts["connections_refused"] == 0

    stepped(story)


def test_connections_of_devices_are_bounded_per_address_and_in_total(tmp_path: Path) -> None:
    loggers = [logger(mn=f"{MN[:-1]}{place}") for place in range(4)]

    async def story(advance: Advance) -> None:
        for limits, why in (
            (GatewayLimits(per_address=3), "too_many_of_address"),
            (GatewayLimits(connections=3, per_address=9), "too_many"),
        ):
            async with (
                gateway(tmp_path / why, [device(one) for one in loggers], limits=limits) as gate,
                AsyncExitStack() as held,
            ):
                for one in loggers[:3]:
                    there = await held.enter_async_context(peer(gate.port))
                    await there.send(one.report(HOURS, NEW_YEAR, NOON))
                    assert len(await there.answers(1)) == 1
                async with peer(gate.port) as fourth:
                    assert await fourth.ended()
                assert gate.noted("connection_refused") == [{"address": "127.0.0.1", "why": why}]
                there.writer.close()
                await until(lambda: len(gate.noted("disconnected")) == 1)
                async with peer(gate.port) as again:
                    await again.send(loggers[3].report(HOURS, NEW_YEAR, NOON))
                    assert len(await again.answers(1)) == 1

    stepped(story)


def test_one_device_holds_few_connections_the_newest(tmp_path: Path) -> None:
    async def story(advance: Advance) -> None:
        async with gateway(tmp_path, BOTH, limits=GatewayLimits(per_device=2)) as gate, AsyncExitStack() as held:
            peers = [await held.enter_async_context(peer(gate.port)) for _ in range(3)]
            for place, there in enumerate(peers):
                await there.send(ONE.report(HOURS, NEW_YEAR - place * HOUR, NOON + place))
                assert len(await there.answers(1)) == 1
            assert await peers[0].ended()
            assert gate.host.counts["replaced"] == 1
            await peers[1].send(ONE.report(HOURS, NEW_YEAR - 9 * HOUR, NOON + 9))
            assert len(await peers[1].answers(1)) == 1

    stepped(story)


def test_a_stranger_in_plain_text_does_not_push_out_a_device_that_shows_its_key(tmp_path: Path) -> None:
    keyed = logger("2025")

    async def story(advance: Advance) -> None:
        limits = GatewayLimits(per_device=2)
        async with gateway(tmp_path, [device(keyed)], limits=limits) as gate, AsyncExitStack() as held:
            own = await held.enter_async_context(peer(gate.port))
            await own.send(keyed.report(HOURS, NEW_YEAR, NOON))
            assert len(await own.answers(1)) == 1
            for place in range(4):
                there = await held.enter_async_context(peer(gate.port))
                await there.send(replace(keyed, key=None).clock_notice(NOON + place))
                assert len(await there.answers(1)) == 1
            await own.send(keyed.report(HOURS, NEW_YEAR - HOUR, NOON + 9))
            assert len(await own.answers(1)) == 1

    stepped(story)


def test_a_connection_that_drips_bytes_is_silent_all_the_same(tmp_path: Path) -> None:
    async def story(advance: Advance) -> None:
        async with gateway(tmp_path, BOTH, limits=GatewayLimits(connections=1)) as gate, peer(gate.port, AWAY) as slow:
            await slow.send(ONE.report(HOURS, NEW_YEAR, NOON)[:100])
            await until(lambda: gate.host.counts["connections"] == 1)
            async with peer(gate.port, HOME) as newcomer:
                await newcomer.send(OTHER.report(HOURS, NEW_YEAR, NOON))
                assert len(await newcomer.answers(1)) == 1
                assert await slow.ended()

    stepped(story)
