"""A device that shows a certificate is believed by it, on its line alone; what was guessed outlives a restart."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from airshed.lab.stacks.device import HOURS
from airshed.model.refusal import Malformed
from airshed.service.gateway.devices import read_devices
from airshed.service.gateway.file_modes import GUESSES
from airshed.service.gateway.guesses import GuessFile
from airshed.service.gateway.limits import GatewayLimits
from airshed.service.gateway.lockout import Guessed, Lockout
from airshed.service.gateway.refusals import refused_lines
from airshed.service.gateway.secure import Secure
from certificates import Made, made, trusting
from gateways import MN, NEW_YEAR, NOON, Clock, device, gateway, logger, peer

ONE, OTHER = logger(), logger(mn=MN[:-1] + "7")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def host(folder: Path) -> Made:
    return made(folder, "gateway")


@pytest.fixture(scope="module")
def own(folder: Path) -> Made:
    return made(folder, "device")


@pytest.fixture(scope="module")
def another(folder: Path) -> Made:
    return made(folder, "another")


@pytest.fixture(scope="module")
def known(folder: Path, own: Made, another: Made) -> Path:
    path = folder / "devices.pem"
    path.write_bytes(own.certificate.read_bytes() + another.certificate.read_bytes())
    return path


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def test_a_device_with_a_certificate_is_taken_on_a_line_that_showed_it_and_on_no_other(
    tmp_path: Path, host: Made, own: Made, another: Made, known: Path
) -> None:
    devices = [replace(device(ONE), certificates=frozenset({own.digest})), device(OTHER, "KM-2")]

    async def story() -> None:
        secure = Secure(0, host.certificate, host.private_key, known)
        async with gateway(tmp_path, devices, secure=secure) as gate:
            assert gate.host.tls_port is not None
            async with peer(gate.host.tls_port, tls=trusting(host, own)) as right:
                await right.send(ONE.report(HOURS, NEW_YEAR, NOON))
                assert len(await right.answers(1)) == 1
            lines = (
                (gate.port, None),
                (gate.host.tls_port, trusting(host)),
                (gate.host.tls_port, trusting(host, another)),
            )
            for port, tls in lines:
                async with peer(port, tls=tls) as wrong:
                    await wrong.send(ONE.report(HOURS, NEW_YEAR, NOON + 1) * 3)
                    assert await wrong.ended()
            async with peer(gate.host.tls_port, tls=trusting(host)) as plain:
                await plain.send(OTHER.report(HOURS, NEW_YEAR, NOON))
                assert len(await plain.answers(1)) == 1, "who is registered with none needs none"
            assert gate.host.counts["refused_no_certificate"] == 9

    run(story())
    assert {line.why for _, line in refused_lines(tmp_path)} == {"no_certificate"}


def test_who_has_no_certificate_learns_nothing_of_the_password_and_locks_nobody_out(
    tmp_path: Path, host: Made, own: Made, known: Path
) -> None:
    devices = [replace(device(ONE), certificates=frozenset({own.digest}))]

    async def story() -> None:
        secure = Secure(0, host.certificate, host.private_key, known)
        async with gateway(tmp_path, devices, secure=secure) as gate:
            for place in range(10):
                async with peer(gate.port) as there:
                    await there.send(replace(ONE, password=f"guess{place}").report(HOURS, NEW_YEAR, NOON) * 3)
                    assert await there.ended()
            assert gate.host.counts["refused_wrong_password"] == 0
            assert gate.host.locked() == []
            assert gate.host.tls_port is not None
            async with peer(gate.host.tls_port, tls=trusting(host, own)) as right:
                await right.send(ONE.report(HOURS, NEW_YEAR, NOON))
                assert len(await right.answers(1)) == 1

    run(story())


def test_a_certificate_that_nobody_knows_and_bytes_that_are_no_tls_come_to_nothing(
    tmp_path: Path, folder: Path, host: Made, own: Made, known: Path
) -> None:
    stranger = made(folder, "stranger")

    async def story() -> None:
        secure = Secure(0, host.certificate, host.private_key, known)
        async with gateway(tmp_path, [device(ONE)], secure=secure) as gate:
            assert gate.host.tls_port is not None
            with suppress(ssl.SSLError, ConnectionError):
                async with peer(gate.host.tls_port, tls=trusting(host, stranger)) as there:
                    await there.send(ONE.report(HOURS, NEW_YEAR, NOON))
                    assert await there.answers(1) == []
            async with peer(gate.host.tls_port) as plain:
                await plain.send(ONE.report(HOURS, NEW_YEAR, NOON))
                assert await plain.ended()
            async with peer(gate.host.tls_port, tls=trusting(host, own)) as right:
                await right.send(ONE.report(HOURS, NEW_YEAR, NOON))
                assert len(await right.answers(1)) == 1
            assert gate.host.counts["kept"] == 1

    run(story())


def test_a_certificate_that_was_renewed_is_shown_to_who_comes_next(tmp_path: Path, folder: Path, known: Path) -> None:
    served = made(folder, "renewed")

    async def story() -> None:
        secure = Secure(0, served.certificate, served.private_key, known)
        async with gateway(tmp_path, [device(ONE)], secure=secure) as gate:
            assert gate.host.tls_port is not None
            renewed = made(folder, "renewed")
            secure.read_again()
            async with peer(gate.host.tls_port, tls=trusting(renewed)) as there:
                await there.send(ONE.report(HOURS, NEW_YEAR, NOON))
                assert len(await there.answers(1)) == 1

    run(story())


def test_a_registration_and_files_that_are_wrong_are_named(
    tmp_path: Path, host: Made, own: Made, another: Made
) -> None:
    columns = "mn,stack,version,crc,label,units,password,keys,every_s,certificates\n"
    path = tmp_path / "devices.csv"
    path.write_text(f"{columns}{MN},KM-1,2017,hj212,start,,123456,,,{own.digest} {another.digest.upper()}\n")
    (found,) = read_devices(path, None).values()
    assert found.certificates == {own.digest, another.digest}
    path.write_text(f"{columns}{MN},KM-1,2017,hj212,start,,123456,,,abc\n")
    with pytest.raises(Malformed, match="line 2 column certificates: 'abc' is no SHA-256"):
        read_devices(path, None)
    with pytest.raises(Malformed, match="cannot be used with its key"):
        Secure(0, host.certificate, own.private_key)
    with pytest.raises(Malformed, match="holds no certificates"):
        Secure(0, host.certificate, host.private_key, own.private_key)


# --- what was guessed


def test_a_restart_forgives_nothing(tmp_path: Path) -> None:
    limits, clock = GatewayLimits(), Clock()

    async def guessing(count: int) -> None:
        async with gateway(tmp_path, [device(ONE)], clock=clock, limits=limits) as gate:
            for place in range(count):
                async with peer(gate.port) as there:
                    await there.send(replace(ONE, password=f"guess{place}").report(HOURS, NEW_YEAR, NOON) * 3)
                    assert await there.ended()
            seen.append(gate.host.counts["refused_wrong_password"])

    seen: list[int] = []
    run(guessing(3))
    run(guessing(3))
    assert seen == [limits.wrong_of_pair, 0]
    assert b"guess" not in (tmp_path / GUESSES).read_bytes()
    assert (tmp_path / GUESSES).stat().st_mode & 0o077 == 0


def test_a_file_of_guesses_forgets_what_is_over_and_bears_what_a_crash_left(tmp_path: Path) -> None:
    clock = Clock()
    kept = GuessFile(tmp_path, clock)
    kept.remember(Guessed("10.0.0.7", "", 300.0, 1))
    kept.remember(Guessed("10.0.0.7", MN, 600.0, 2))
    kept.close()
    with (tmp_path / GUESSES).open("ab") as file:
        file.write(b'{"origin": "10.0')
    clock.at += 400_000
    again = GuessFile(tmp_path, clock)
    assert again.known() == [Guessed("10.0.0.7", MN, 200.0, 2)]
    again.close()
    assert len((tmp_path / GUESSES).read_bytes().splitlines()) == 1
    lockout = Lockout(GatewayLimits())
    lockout.restore(
        [Guessed("10.0.0.7", MN, 1_500.0, 5), Guessed("", MN, 0.0, 1), Guessed("10.0.0.7", "", 3.0, 1)], 0.0
    )
    assert lockout.waits("10.0.0.7", MN, 0.0) == 300.0
    assert lockout.waits("10.0.0.8", MN, 0.0) == 0.0
