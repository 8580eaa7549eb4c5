"""From a folder of receipts to a folder of hourly readings: each frame checked against the inventory, stack by stack.

readings/...                     what `airshed mrv run` takes, with the evidence digest of every day
refused/2027/KM-CEM-01-A.jsonl   frames at the stack that are not of its device, with the reason, as they came
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np

from airshed.model.provenance import Told, together
from airshed.model.refusal import Malformed
from airshed.mrv.hj212.head import head_of
from airshed.mrv.hj212.items import Unclear
from airshed.mrv.rules import MonitoringRules
from airshed.service.gateway import receipt_journal, store
from airshed.service.gateway.devices import Device
from airshed.service.gateway.file_modes import look_into
from airshed.service.gateway.receipts import dated_frames, readings_of
from airshed.service.gateway.reception import without_password
from airshed.service.run.lock import only_writer
from airshed.service.run.parts import put, sweep
from airshed.service.run.pool import each
from airshed.service.stacks import reading_files as hourly
from airshed.service.stacks.measure import Progress
from airshed.zone.origins import of_frames
from airshed.zone.zone import Zone

READINGS, REFUSED = "readings", "refused"

OTHER_DEVICE = "other_device"
"""Why a frame gives no hour: the inventory has another device at the stack than the MN that it gives."""
NO_MN = "no_mn"


class NotOfStack(msgspec.Struct, frozen=True):
    """One frame that gives no hour."""

    #: Place among the frames of the stack, in order of receipt, from 0.
    position: int
    mn: str
    why: str
    detail: str
    #: The frame as it lies in the evidence, in base64, with `*` for the password.
    raw: bytes


class MeasuredReceipts(msgspec.Struct, frozen=True):
    """What was made of the receipts of one stack."""

    stack: str
    frames: int
    #: Hours of the year that a frame tells of.
    hours: int
    #: Frames that give no hour, by reason; they are kept.
    refused: dict[str, int]


class ReceiptsJob(msgspec.Struct, frozen=True):
    """All that a worker needs to read one stack's receipts of a year and write its readings."""

    receipts: Path
    stack: str
    #: Its device by the inventory.
    mn: str
    year: int
    rules: MonitoringRules
    through: int | None
    devices: Mapping[str, Device]
    out: Path
    #: What its frames are.
    provenance: Told


def read_stack(job: ReceiptsJob) -> tuple[hourly.YearOfReadings, MeasuredReceipts]:
    """Read the receipts of one stack and write its readings, and beside them what was refused."""
    frames, days = dated_frames(job.receipts, job.stack)
    numbers = [mn_of(raw) for raw in frames]
    taken = np.array([mn == job.mn for mn in numbers], np.bool_)
    place = job.receipts / job.stack
    readings = readings_of(frames, place, job.year, job.devices, job.rules, job.through, taken, days)
    refused = [
        NotOfStack(position, mn, *_why(job, mn), without_password(frames[position]))
        for position, mn in enumerate(numbers)
        if mn != job.mn
    ]  # fmt: skip
    path = refused_path(job.out, job.year, job.stack)
    if refused:
        put(job.out, path, b"".join(msgspec.json.encode(each) + b"\n" for each in refused))
    else:
        path.unlink(missing_ok=True)
    holding = hourly.write_readings(job.out / READINGS, job.stack, readings, job.provenance)
    why = dict(sorted(Counter(each.why for each in refused).items()))
    return holding, MeasuredReceipts(job.stack, len(frames), int(np.count_nonzero(readings.framed)), why)


def readings_of_receipts(
    receipts: Path,
    zone: Zone,
    devices: Mapping[str, Device],
    year: int,
    out: Path,
    rules: MonitoringRules,
    *,
    through: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> tuple[MeasuredReceipts, ...]:
    """Read a year of all stacks in a folder of receipts into `out/readings`; other years that are there stay.

    `through` says how many hours of the year have passed, None that it is over. What comes from the device of a stack
    that the zone calls simulated is simulated, whoever sent it. `Malformed` for a folder that is none
    of a gateway, a stack of elsewhere, a device that is not registered any more, evidence that was changed, or a year
    that no frame tells of.
    """
    look_into(receipts)
    if not (receipts / receipt_journal.FOLDER).is_dir():
        raise Malformed(str(receipts), "is no folder of a gateway", "name the one given as --evidence")
    if receipts.resolve() in (out.resolve(), *out.resolve().parents):
        raise Malformed("--out", f"{out} lies in the evidence", "name a folder outside of it")
    known = {stack.stack: stack for stack in zone.stacks}
    jobs = []
    for stack in store.stacks_of(receipts):
        if stack not in known:
            raise Malformed(str(receipts / stack), f"no such stack in {zone.name_en}", "name its own zone")
        told = of_frames(known[stack])
        jobs.append(ReceiptsJob(receipts, stack, known[stack].mn, year, rules, through, devices, out, told))
    folder = out / READINGS
    with only_writer(folder, "gateway measure"):
        before = hourly.read_manifest(folder) if hourly.is_readings(folder) else None
        there = before.holdings if before else ()
        done = tuple(each(read_stack, jobs, workers, progress and (lambda job: progress(job.stack))))
        if not any(taken.hours for _, taken in done):
            for holding, _ in done:
                for path in (hourly.readings_path, hourly.chain_path):
                    path(folder, year, holding.stack).unlink(missing_ok=True)
            others = sum(sum(taken.refused.values()) for _, taken in done)
            more = f" ({others} are not of their stack's device: {out / REFUSED})" if others else ""
            raise Malformed("--year", f"no frame tells of an hour of {year}{more}", "give the year that was reported")
        mine = {(holding.stack, holding.year): holding for holding, _ in done}
        kept = [one for one in there if (one.stack, one.year) not in mine]
        holdings = sorted((*kept, *mine.values()), key=lambda one: (one.stack, one.year))
        both = together([*([before.told] if before and kept else []), *(job.provenance for job in jobs)])
        hourly.write_manifest(folder, both, holdings)
        sweep(folder)
    return tuple(taken for _, taken in done)


def refused_path(out: Path, year: int, stack: str) -> Path:
    """Where the frames at a stack lie that are not of its device."""
    return out / REFUSED / str(year) / f"{stack}.jsonl"


def mn_of(raw: bytes) -> str:
    """The MN in the head of a frame; empty if it has none.

    >>> mn_of(b"##0040ST=31;CN=2061;MN=A1;Flag=4;CP=&&MN=B&&0000")
    'A1'
    """
    head = head_of(raw)
    return "" if isinstance(head, Unclear) else head.get("mn", "")


def _why(job: ReceiptsJob, mn: str) -> tuple[str, str]:
    if not mn:
        return NO_MN, f"the frame gives no MN; the device of {job.stack} is {job.mn}"
    return OTHER_DEVICE, f"MN {mn} is not the device of {job.stack}, which is {job.mn} by the inventory"
