"""`airshed gateway status|gaps|refused`: what came, what is missing, and what was turned away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.options import Json
from airshed.cli.show import as_json, console, table
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.service.gateway.channel import LockedRow

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of evidence.", show_default=False)]

SHOWN_KEYS = SHOWN_LOCKED = 40
"""Keys and locked ones that are listed; more of them with --json."""
MOST_NAMED = 10
"""Devices that are named in one line; all of them with --json."""


def instant_option(option: str, text: str) -> int:
    """The instant of a Beijing time on the command line, or `Malformed`."""
    from airshed.mrv.hj212.time import BEIJING

    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed(option, f"{text!r} is no time", "write Beijing time as 2027-01-01T08:00") from None
    wall = said if said.tzinfo is not None else said.replace(tzinfo=BEIJING.zone)
    return round(wall.timestamp()) * 1000


def status(evidence: Folder, json: Json = False) -> None:
    """Say what a running gateway has counted, which devices are connected, who is locked out, and how old keys are.

    Example: airshed gateway status receipts
    """
    from airshed.service.gateway.channel import AskStatus, GatewayState, tell

    state = tell(evidence, AskStatus(), GatewayState)
    if json:
        as_json(state)
        return
    disk = "the disk takes nothing; nothing is acknowledged 磁盘故障" if state.stalled else "the disk works 磁盘正常"
    console.print(f"{len(state.connected)} of {state.devices} devices connected 已连接; {disk}")
    table("Since the start 启动以来", ("what", "count #"), [(name, f"{n:,}") for name, n in state.counts.items()])
    if state.silent:
        console.print(f"{state.silent} connections have not shown whose they are 尚未表明身份", markup=False)
    if state.locked:
        _locked(state.locked)
    if state.keys:
        table(
            "Keys 密钥",
            ("mn", "key", "since", "days #", ""),
            [
                (
                    key.mn,
                    key.key,
                    key.since,
                    key.days,
                    "due 应更换"
                    if key.due
                    else "wanted 设备请求更换"
                    if key.wanted
                    else "in use"
                    if key.spoken
                    else "",
                )
                for key in sorted(state.keys, key=lambda each: -each.days)[:SHOWN_KEYS]
            ],
        )


def _locked(shown: Sequence[LockedRow]) -> None:
    """Whose passwords are not looked at now."""
    table(
        "Locked for wrong passwords 密码错误锁定",
        ("mn", "address", "wrong #", "turned away #", "next look in s #"),
        [
            (row.mn or "any 任意", row.address or "new ones 新地址", f"{row.wrong:,}", f"{row.turned:,}", row.seconds)
            for row in shown[:SHOWN_LOCKED]
        ],
    )


def gaps(
    evidence: Folder,
    devices: Annotated[Path, typer.Option("--devices", help="CSV of registered devices.", show_default=False)],
    report: Annotated[str, typer.Option("--report", help="hours (2061) or minutes (2051).")] = "hours",
    begin: Annotated[
        str, typer.Option("--begin", metavar="TIME", help="Beijing time; the first hour of each device if not given.")
    ] = "",
    end: Annotated[str, typer.Option("--end", metavar="TIME", help="Beijing time; now if not given.")] = "",
    json: Json = False,
) -> None:
    """List the hours of each registered device of which no report is on disk. 列出缺失小时。

    Example: airshed gateway gaps receipts --devices devices.csv --begin 2027-01-01 --end 2027-02-01
    """
    from airshed.service.gateway.backfill import report_of
    from airshed.service.gateway.devices import read_devices
    from airshed.service.gateway.gaps import missing_of
    from airshed.service.gateway.process import now_ms

    if not evidence.is_dir():
        raise Malformed(str(evidence), "is no folder", "name the one given as --evidence")
    first = instant_option("--begin", begin) if begin else None
    last = instant_option("--end", end) if end else now_ms()
    wanted = report_of(report)
    rows = [missing_of(evidence, device, wanted, first, last) for device in read_devices(devices, None).values()]
    if json:
        as_json({"report": wanted, "devices": rows})
        return
    shown = [(row.stack, row.mn, *gap) for row in rows for gap in row.gaps]
    if shown:
        table(f"Missing hours 缺失小时 (CN {wanted})", ("stack", "mn", "first hour", "last hour", "hours #"), shown)
    console.print(f"{sum(row.missing for row in rows):,} hours missing of {len(rows)} devices")
    silent = [row.mn for row in rows if not row.there]
    if silent:
        console.print(f"never reported 从未上报: {', '.join(silent[:MOST_NAMED])}")


def refused(
    evidence: Folder,
    day: Annotated[str, typer.Option("--day", help="One day, as 2027-01-01; all if not given.")] = "",
    lines: Annotated[bool, typer.Option("--lines", help="Each refused chunk instead of the counts.")] = False,
    json: Json = False,
) -> None:
    """Count what was refused by day and reason, or list it; the gateway need not run. 拒收报文统计。

    `counted` is what went beyond the bounds of a day and was counted only.

    Example: airshed gateway refused receipts --day 2027-01-01
    """
    from airshed.service.gateway.refusals import counted, refused_lines

    if lines:
        for of, line in refused_lines(evidence, day):
            if json:
                as_json({"day": of, **{name: getattr(line, name) for name in line.__struct_fields__}})
            else:
                console.print(f"{line.at} {line.peer} {line.mn or '-'} {line.why}: {line.detail}")
        return
    rows = counted(evidence, day)
    columns = ("day", "why", "kept", "counted", "addresses", "last")
    if json:
        for row in rows:
            as_json(dict(zip(columns, row, strict=True)))
        return
    table(
        "Refused 拒收",
        ("day", "reason 原因", "kept #", "counted #", "addresses #", "the last one 最近一条"),
        rows,
    )
