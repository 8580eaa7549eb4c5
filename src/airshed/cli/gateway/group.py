"""`airshed gateway`: the host that stack monitors report to, and what its operator does with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.gateway import ask as gateway_ask
from airshed.cli.gateway import measure as gateway_measure
from airshed.cli.gateway import status as gateway_look
from airshed.model.refusal import Malformed

app = typer.Typer(invoke_without_command=True)


@app.callback()
def gateway(
    context: typer.Context,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="TCP port; 0 takes a free one.")] = None,
    devices: Annotated[Path | None, typer.Option("--devices", help="CSV of registered devices.")] = None,
    evidence: Annotated[Path | None, typer.Option("--evidence", help="Folder of evidence.")] = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    keys: Annotated[
        Path | None, typer.Option("--keys", help="Folder of SM4 keys, ID.key; keys beside the CSV if not given.")
    ] = None,
    connections: Annotated[int, typer.Option("--connections", min=1, help="Most connections.")] = 5_000,
    per_address: Annotated[int, typer.Option("--per-address", min=1, help="Most connections of one address.")] = 200,
    early: Annotated[
        int, typer.Option("--early", min=0, max=600, help="Seconds by which a report may come before it is over.")
    ] = 60,
    wrong_passwords: Annotated[
        int, typer.Option("--wrong-passwords", min=1, help="Of one number at one address, before none is looked at.")
    ] = 5,
    unlock: Annotated[
        int, typer.Option("--unlock", min=1, help="Seconds after which one more password is looked at.")
    ] = 300,
    renew_keys: Annotated[
        bool, typer.Option("--renew-keys", help="Renew keys that are 90 days old, or that a device asks to renew.")
    ] = False,
    tls_port: Annotated[
        int | None, typer.Option("--tls-port", min=0, max=65535, help="A second port, for devices that speak TLS.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="Certificate of the gateway for it, as PEM.")
    ] = None,
    private_key: Annotated[Path | None, typer.Option("--private-key", help="Its private key, as PEM.")] = None,
    device_certificates: Annotated[
        Path | None,
        typer.Option("--device-certificates", help="Certificates of devices, or of who issues them, as PEM."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Log as JSON, one object a line.")] = False,
) -> None:
    """Listen for stack monitors (HJ 212 of 2005, 2017 and 2025) and keep what they say. 接收污染源在线监测数据。

    A frame is on disk before it is acknowledged. Ctrl-C ends; SIGHUP reads the devices again.

    Example: airshed gateway --port 7212 --devices devices.csv --evidence receipts
    """
    if context.invoked_subcommand is not None:
        if (port, devices, evidence) != (None, None, None):
            name = context.invoked_subcommand
            raise Malformed(
                "command line", f"options before {name!r} are those of the host", f"write them after {name}"
            )
        return
    given = {"--port": port, "--devices": devices, "--evidence": evidence}
    if port is None or devices is None or evidence is None:
        missing = next(name for name, value in given.items() if value is None)
        raise Malformed("command line", f"Missing option '{missing}'", "airshed gateway --help shows how")
    import asyncio

    from airshed.service.gateway.devices import read_devices
    from airshed.service.gateway.limits import GatewayLimits
    from airshed.service.gateway.process import run, write_lines
    from airshed.service.gateway.secure import Secure

    folder = keys or devices.parent / "keys"
    limits = GatewayLimits(
        connections=connections,
        per_address=per_address,
        early_ms=early * 1000,
        wrong_of_pair=wrong_passwords,
        wrong_of_device=4 * wrong_passwords,
        wrong_of_address=4 * wrong_passwords,
        wrong_every_s=unlock,
    )
    registry = read_devices(devices, folder)
    secure = None
    if tls_port is not None:
        if certificate is None or private_key is None:
            raise Malformed("--tls-port", "goes with --certificate and --private-key", "give both as PEM")
        secure = Secure(tls_port, certificate, private_key, device_certificates)
    elif certificate or private_key or device_certificates:
        raise Malformed("--certificate", "goes with --tls-port", "say on which port TLS is spoken")
    if device_certificates is None and any(device.certificates for device in registry.values()):
        what = "has devices that show a certificate, and none is asked for"
        raise Malformed(str(devices), what, "give --tls-port and --device-certificates")
    ready = run(host, port, devices, folder, evidence, limits, write_lines(json), renew_keys=renew_keys, secure=secure)
    asyncio.run(ready)


for command in (gateway_ask.ask, gateway_look.status, gateway_look.gaps, gateway_look.refused, gateway_measure.measure):
    app.command()(command)
