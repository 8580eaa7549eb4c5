"""A receipt in Chinese of every kind of event and refusal of the demo year has no word of the code or of English."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import msgspec
import pytest

from airshed.engine.journal import Line, Record, decode
from airshed.engine.state import State
from airshed.pages.kit.details import reason
from airshed.pages.portal.happening import WRITTEN
from airshed.rulebook.schema import Rulebook
from portals import Browser, Portal, portal

WORD = re.compile(r"[A-Za-z][A-Za-z_]+", re.ASCII)
#: Measures and standards are written so in Chinese too; a law has a name and a place of its clock.
LATIN = {"SHA", "kPa", "mg", "dianzhong", "Asia", "Shanghai", "CSV"}


@pytest.fixture(scope="module")
def year(year_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    book = tmp_path_factory.mktemp("receipts") / "year.book"
    shutil.copyfile(year_book, book)
    with portal(book, demo_users=True, at=None) as found:
        yield found


def of_each_kind(lines: list[Line]) -> dict[str, Record]:
    """The first record of each kind of event and of each cause of a refusal."""
    found: dict[str, Record] = {}
    for line in lines:
        record = decode(line)
        kinds = [type(event).__name__ for event in record.events]
        for kind in kinds if record.refusal is None else [record.refusal.why]:
            found.setdefault(kind, record)
    return found


def names_of(state: State, rules: Rulebook) -> set[str]:
    """What has a name that is the same in every language."""
    stacks = (stack for source in state.sources.values() for stack, _ in source.stacks)
    named = (state.actors, state.ledger.accounts, state.sources, state.auctions, state.calls, state.ledger.caps, stacks)
    codes = [row.code for row in rules.pollutants] + [row.code for row in rules.jurisdictions] + [rules.currency.code]
    return {word for names in (*named, codes) for name in names for word in WORD.findall(name)}


def written_by_people(record: Record) -> Iterator[str]:
    """What somebody put in words of their own: it stays as it was written."""
    for part in (record.body, *record.events):
        for field in part.__struct_fields__:
            text = msgspec.to_builtins(getattr(part, field))
            if field in WRITTEN and isinstance(text, str) and reason(text).zh == text:
                yield text


def test_a_receipt_of_every_kind_is_in_chinese(year: Portal, year_lines: list[Line]) -> None:
    look = year.running.service.market.look(lambda market, rules: names_of(market.state, rules))
    names = year.loop.run_until_complete(look) | LATIN
    browsers: dict[str, Browser] = {}
    wrong = []
    for kind, record in of_each_kind(year_lines).items():
        browser = browsers.setdefault(record.actor, year.rehearsing(record.actor, "zh"))
        page = browser.get(f"/records/{record.seq}").text
        (shown,) = re.findall(r"(?s)<main.*</main>", page)
        text = unescape(re.sub(r"<[^>]*>", "\n", re.sub(r"<code>[^<]*</code>|[0-9a-f]{32,}", "", shown)))
        for own in written_by_people(record):
            text = text.replace(own, "")
        wrong += [(kind, word) for word in WORD.findall(text) if word not in names]
    assert wrong == []
