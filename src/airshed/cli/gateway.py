"""`airshed gateway`: the host that stack monitors report to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def gateway(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="TCP port; 0 takes a free one.", show_default=False)
    ],
    devices: Annotated[Path, typer.Option("--devices", help="CSV of registered devices.", show_default=False)],
    evidence: Annotated[Path, typer.Option("--evidence", help="Folder of evidence.", show_default=False)],
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    keys: Annotated[
        Path | None, typer.Option("--keys", help="Folder of SM4 keys, ID.key; keys beside the CSV if not given.")
    ] = None,
    connections: Annotated[int, typer.Option("--connections", min=1, help="Most connections.")] = 5_000,
    per_address: Annotated[int, typer.Option("--per-address", min=1, help="Most connections of one address.")] = 200,
    json: Annotated[bool, typer.Option("--json", help="Log as JSON, one object a line.")] = False,
) -> None:
    """Listen for stack monitors (HJ 212 of 2005, 2017 and 2025) and keep what they say. 接收污染源在线监测数据。

    A frame is on disk before it is acknowledged. Ctrl-C ends; SIGHUP reads the devices again.

    Example: airshed gateway --port 7212 --devices devices.csv --evidence receipts
    """
    import asyncio

    from airshed.service.gateway.devices import read_devices
    from airshed.service.gateway.limits import Limits
    from airshed.service.gateway.run import run, write_lines

    folder = keys or devices.parent / "keys"
    limits = Limits(connections=connections, per_address=per_address)
    read_devices(devices, folder)
    asyncio.run(run(host, port, devices, folder, evidence, limits, write_lines(json)))
