"""`airshed gateway ask`: what an operator asks of devices through a running gateway."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.options import Json
from airshed.cli.show import as_json, console, table
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.service.gateway.backfill import Filled
    from airshed.service.gateway.channel import DeviceMessage, RequestOutcome

SHOWN_VALUES = 6
"""Values of a message that are printed one by one."""


def ask(
    device: Annotated[str, typer.Argument(help="MN of a device, or a stack with one device.", show_default=False)],
    command: Annotated[
        str, typer.Argument(help="What to ask, by word or number: time, hours, 2061, ...", show_default=False)
    ],
    evidence: Annotated[Path, typer.Option("--evidence", help="Folder of the running gateway.", show_default=False)],
    begin: Annotated[str, typer.Option("--begin", metavar="TIME", help="Beijing time; first of a history.")] = "",
    end: Annotated[str, typer.Option("--end", metavar="TIME", help="Beijing time; last of a history.")] = "",
    value: Annotated[str, typer.Option("--value", metavar="NUMBER", help="What to set.")] = "",
    factor: Annotated[str, typer.Option("--factor", metavar="CODE", help="Factor, as a21026 (PolId).")] = "",
    info: Annotated[str, typer.Option("--info", metavar="CODE", help="Device information, as i12001 (InfoId).")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why a parameter is set; it goes into the log.")] = "",
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="Time to set; that of the gateway if none.")] = "",
    name: Annotated[str, typer.Option("--name", help="Name of a new key; made of MN and time if none.")] = "",
    fill: Annotated[bool, typer.Option("--fill", help="Ask for exactly the hours that are missing on disk.")] = False,
    timeout: Annotated[float, typer.Option("--timeout", min=0.1, max=600, help="Seconds to wait for a frame.")] = 10.0,
    tries: Annotated[int, typer.Option("--tries", min=1, max=10, help="How often to ask.")] = 3,
    json: Json = False,
) -> None:
    """Ask a device through the running gateway, and say what it answers; what it sends becomes evidence. 反控现场机。

    COMMAND is time, set-time, new-key, realtime-interval, set-realtime-interval, minute-interval,
    set-minute-interval, realtime, realtime-off, state, state-off, days, equipment-hours, minutes, hours,
    sampling-cycle, sampling-time, serial, info or set-parameter. No answer is an answer: the status is 0.

    Example: airshed gateway ask KM-CEM-01-A hours --fill --evidence receipts
    """
    from airshed.service.gateway.channel import AskDevice, NewKey, RequestOutcome, tell
    from airshed.service.gateway.requests import RequestOptions, items_of, request_of

    if fill:
        _fill(device, command, evidence, begin, end, timeout, tries, json)
        return
    told = RequestOptions(begin, end, value, factor, info, reason, at)
    wanted = request_of(command)
    items_of(wanted, told)
    if name and wanted.takes != "key":
        raise Malformed("--name", f"{wanted.word} ({wanted.cn}) does not take it", "leave it out")
    new_key = wanted.takes == "key"
    wish = NewKey(device, name, timeout, tries) if new_key else AskDevice(device, wanted.word, told, timeout, tries)
    outcome = tell(evidence, wish, RequestOutcome)
    if json:
        as_json(outcome)
    else:
        _print(outcome)


def _fill(
    device: str, command: str, evidence: Path, begin: str, end: str, timeout: float, tries: int, json: bool
) -> None:
    from airshed.cli.gateway.status import instant_option
    from airshed.service.gateway.backfill import fill, report_of
    from airshed.service.gateway.process import now_ms

    report = report_of(command)
    first = instant_option("--begin", begin) if begin else None
    last = instant_option("--end", end) if end else now_ms()
    filled = fill(evidence, device, report, first, last, timeout_s=timeout, tries=tries)
    if json:
        as_json(filled)
        return
    _print_filled(filled)


def _print(outcome: RequestOutcome) -> None:
    from airshed.mrv.hj212.codes import COMMANDS
    from airshed.mrv.hj212.words import both

    said = {"answered": "ExeRtn", "declined": "QnRtn"}.get(outcome.outcome, "")
    console.print(f"{outcome.mn} {outcome.stack}: CN {outcome.cn} {both(COMMANDS.get(outcome.cn, ('', '')))}")
    code = f" {said} {outcome.code or '-'}" if said else ""
    console.print(f"{outcome.outcome}{code}: {outcome.zh} {outcome.en}")
    for message in outcome.said:
        console.print(f"  {_line(message)}")
    if outcome.key:
        console.print(f"newest key registered 已登记的最新密钥: {outcome.key}")


def _line(message: DeviceMessage) -> str:
    items = [f"{name}={value}" for name, value in message.items]
    if len(message.readings) <= SHOWN_VALUES:
        items += [f"{code}-{suffix}={value}" for code, suffix, value in message.readings]
    else:
        items.append(f"{len({code for code, _, _ in message.readings})} factors, {len(message.readings)} values")
    return "  ".join(items)


def _print_filled(filled: Filled) -> None:
    if filled.asked:
        table(
            f"{filled.mn} {filled.stack}: {filled.missing_before} hours missing 缺失小时 (CN {filled.report})",
            ("first hour", "last hour", "hours #", "messages #", "outcome", "code", "含义", "meaning"),
            [
                (each.first, each.last, each.hours, each.messages, each.outcome, each.code, each.zh, each.en)
                for each in filled.asked
            ],
        )
    console.print(f"{filled.missing_before} missing before, {filled.missing_after} after 补传后仍缺失")
    for first, last, hours in filled.missing:
        console.print(f"  {first} to {last}: {hours} h")
