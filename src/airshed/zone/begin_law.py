"""Begins the law of a zone of one's own: a shipped law with its places, money and time zone, and caps for its works."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from airshed.model.civil import unknown
from airshed.model.refusal import Malformed
from airshed.rulebook.amend import Value, amended, literal
from airshed.rulebook.currencies import named, not_money
from airshed.rulebook.load import MAIN, load_texts, texts
from airshed.rulebook.tables import Cap
from airshed.zone.caps import propose
from airshed.zone.load import load
from airshed.zone.zone import Zone

#: Tables of a law that say something of its own places: a new zone has none of them yet.
OF_PLACES = ("receptors.csv", "transfer.csv", "ratios.csv")
#: What is proposed of a mean baseline year, in hundredths of a percent, for the first two years.
FIRST_CAPS = {2027: 9_000, 2028: 8_700}
_PLACES = re.compile(r"^\[\[jurisdictions\]\]\n(?:(?!\[).*\n)+", re.MULTILINE)
_OURS = "What this programme says of itself (assumed: replace by the article of your own)"


class Wanted(NamedTuple):
    """What a law is to be called, and the options under which it was said."""

    id: str
    time_zone: str
    currency: str

    def faults(self) -> list[Malformed]:
        """Everything that is wrong with it."""
        name = re.fullmatch("[a-z][a-z0-9-]{0,30}", self.id)
        cure = "begin it with a letter; small letters, digits and hyphens"
        found = [
            None if name else Malformed("--law", f"{self.id[:60]!r} is no name for a programme", cure),
            unknown(self.time_zone, "--time-zone"),
            not_money(self.currency, "--currency"),
        ]
        return [fault for fault in found if fault is not None]


def begun(shipped: Mapping[str, bytes], zone: Zone, wanted: Wanted) -> dict[str, bytes]:
    """The texts of a law for a zone. All of its figures but the caps are those of the shipped one: examples."""
    files = {name: text for name, text in shipped.items() if name not in OF_PLACES}
    files[MAIN] = _main(shipped[MAIN].decode(), zone, wanted).encode()
    codes = [rule.code for rule in load_texts(shipped).pollutants]
    series = [(code, place.code, year) for year in FIRST_CAPS for code in codes for place in zone.jurisdictions]
    files["caps.csv"] = _table([(*each, 1) for each in series])
    rules = load_texts(files)
    rows = [row for year, share in FIRST_CAPS.items() for row in propose(zone, share, year, rules)]
    # Of a gas that no works is known to emit the least cap that can be: one allowance.
    caps = [(row.pollutant, row.jurisdiction, row.vintage, row.count or 1) for row in rows]
    return {**files, "caps.csv": _table(caps)}


def write_law(folder: Path, zone: Path, shipped: Path, wanted: Wanted) -> None:
    """Write a law for a zone to a new folder, after a shipped one. `Malformed` where the folder is there."""
    files = begun(texts(shipped), load(zone), wanted)
    try:
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_bytes(text)
    except FileExistsError:
        raise Malformed(str(folder), "is there already", "name a new folder") from None
    except OSError as error:
        raise Malformed(str(folder), f"cannot be written ({error.strerror})", "name a folder that can") from None


def _main(text: str, zone: Zone, wanted: Wanted) -> str:
    old = re.search(r'^\[programme\]\nid = "([a-z0-9-]+)"', text, re.MULTILINE)
    assert old is not None
    first = True

    def places(_: re.Match[str]) -> str:
        nonlocal first
        blocks, first = "".join(map(_block, zone.jurisdictions)) if first else "", False
        return blocks

    text = _PLACES.sub(places, text.replace(f'"{old[1]}-', f'"{wanted.id}-'))
    names = {"name_en": f"Programme of {zone.name_en}", "name_zh": f"{zone.name_zh}排污权交易"}
    programme = {"id": wanted.id, "version": "2027.1", **names, "zone": wanted.id, "time_zone": wanted.time_zone}
    text = amended(text, "programme", {**programme, "cite": _OURS, "status": "to confirm"})
    money = named(wanted.currency)
    currency = {"code": wanted.currency, "name_en": money.en, "name_zh": money.zh, "cite": _OURS}
    text = amended(text, "currency", {**currency, "status": "to confirm"})
    days: dict[str, Value | None] = {
        "closed_days": [],
        "working_days": [],
        "notices": None,
        "cite": f"{_OURS}; no holiday is listed yet",
    }
    text = amended(text, "calendar", {**days, "status": "to confirm"})
    return amended(text, "caps", {"cite": "caps.csv: 90 and 87 percent of a mean baseline year (assumed)"})


def _block(place: object) -> str:
    keys = {key: getattr(place, key) for key in ("code", "name_en", "name_zh")}
    lines = [f"{key} = {literal(value)}" for key, value in {**keys, "cite": _OURS, "status": "to confirm"}.items()]
    return "\n".join(["[[jurisdictions]]", *lines, "", ""])


def _table(rows: list[tuple[str, str, int, int]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(Cap.__struct_fields__)
    writer.writerows(rows)
    return out.getvalue().encode()
