"""What works did in the baseline years, as a table that people keep: a row for each works and year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from statistics import median_low
from typing import NamedTuple
from unicodedata import normalize

from airshed.engine.commands import ActivityLine
from airshed.model.measures import LARGEST, Unit, tonnes
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase
from airshed.pages.portal import cures
from airshed.pages.portal.fields import TwoMeanings, one_way
from airshed.pages.portal.office.sheets import Rows
from airshed.service.forms.measures import Terms, read

#: The columns in their order, with what they are called; a head in either language, or none, is taken.
COLUMNS: Mapping[str, Phrase] = {
    "source": Phrase("works", "企业"),
    "year": Phrase("year", "年度"),
    "emitted": Phrase("emission (t)", "排放量（吨）"),
    "output": Phrase("output", "产量"),
    "entrant": Phrase("new", "新建"),
}
#: What else heads of these columns are called.
OTHERS: Mapping[str, str] = {
    "source": "source",
    "排放源": "source",
    "企业代码": "source",
    "emission": "emitted",
    "emitted": "emitted",
    "排放量": "emitted",
    "排放": "emitted",
    "output": "output",
    "entrant": "entrant",
    "新建源": "entrant",
    "是否新建": "entrant",
    "年份": "year",
}
_YES: Mapping[str, bool] = {
    **dict.fromkeys(("yes", "y", "true", "1", "是", "新建", "new"), True),
    **dict.fromkeys(("no", "n", "false", "0", "否", "", "-", "–"), False),
}
#: Signs that stand for a figure that is not there.
NONE = ("", "-", "–", "—")
#: The first year that a line may have, and after which no year is over that a table is read without a clock.
FIRST, LAST = 1970, 9998
#: So many times what the other years of a works come to, or as small a part of it, is perhaps of another unit.
FAR = 100


class WrongCell(NamedTuple):
    """A cell that cannot be taken."""

    line: int
    what: Phrase


class Stated(NamedTuple):
    """The activities of a table, or what of it cannot be taken."""

    lines: tuple[ActivityLine, ...]
    wrong: Sequence[WrongCell]


class _Year(NamedTuple):
    year: int
    emitted_kg: int
    output: int


def stated(rows: Rows, known: Mapping[str, str], terms: Terms, running: int = LAST) -> Stated:
    """Read a table of works and years; `known` are the sources that share, by what people may call them.

    `running` is the year that is not over yet.

    Every row says by itself what is wrong with it; works stand in the order in which they come.
    """
    wrong: list[WrongCell] = []
    years: dict[str, list[_Year]] = {}
    entrants: dict[str, bool] = {}
    there: set[tuple[str, int]] = set()
    columns, rows = _head(rows)
    for line, cells in rows:
        row = {name: cells[place] if place < len(cells) else "" for name, place in columns.items()}
        try:
            source, year, entrant = _row(row, known, terms, running)
            if entrants.setdefault(source, entrant) != entrant:
                raise Malformed("new", f"{source} is new in one row and not in another", "say the same in each row")
            if (source, year.year) in there:
                raise Malformed("year", f"{source} has {year.year} already", "give each year one row")
            there.add((source, year.year))
            years.setdefault(source, []).append(year)
        except Malformed as error:
            wrong.append(WrongCell(line, said(error)))
        except TwoMeanings as unclear:
            wrong.append(WrongCell(line, unclear.phrase))
    found = []
    for source, own in years.items():
        own.sort()
        found.append(
            ActivityLine(
                source,
                tuple(each.year for each in own),
                tuple(each.emitted_kg for each in own),
                tuple(each.output for each in own),
                entrants[source],
            )
        )
    return Stated(tuple(found), wrong)


def _head(rows: Rows) -> tuple[dict[str, int], Rows]:
    """Which column is where; without a head they stand in their order."""
    usual = {name: place for place, name in enumerate(COLUMNS)}
    if not rows:
        return usual, rows
    names = {phrase.said(language).casefold(): name for name, phrase in COLUMNS.items() for language in ("en", "zh")}
    names |= {name.partition(" (")[0].partition("（")[0]: field for name, field in names.items()}
    names |= OTHERS
    found: dict[str, int] = {}
    for place, cell in enumerate(rows[0][1]):
        name = names.get(normalize("NFKC", cell).strip().casefold()) or names.get(cell.strip().casefold())
        if name is not None:
            found.setdefault(name, place)
    if "source" in found and "emitted" in found:
        return found, rows[1:]
    return usual, rows


def far_apart(lines: Sequence[ActivityLine]) -> list[Phrase]:
    """Years whose emission is far from the others of the same works: perhaps in another unit, perhaps right."""
    found = []
    for line in lines:
        usual = median_low([kg for kg in line.emitted_kg if kg] or [0])
        for year, kg in zip(line.years, line.emitted_kg, strict=True):
            if not kg or (usual < kg * FAR and kg < usual * FAR):
                continue
            found.append(
                Phrase(
                    f"{line.source} {year}: {tonnes(kg)} t is far from what its other years come to. "
                    "See whether it is in tonnes.",
                    f"{line.source} {year}年：{tonnes(kg)}吨与其他年度相差悬殊，请核对单位是否为吨。",
                )
            )
    return found


def _row(row: Mapping[str, str], known: Mapping[str, str], terms: Terms, running: int) -> tuple[str, _Year, bool]:
    name = row.get("source", "").strip()
    source = known.get(name.casefold())
    if source is None:
        raise Malformed(
            "works", f"{name[:60] or 'an empty cell'} is none of these works", "name one of this city by its code"
        )
    text = normalize("NFKC", row.get("year", "")).strip().removesuffix("年")
    if not (text.isascii() and text.isdecimal() and len(text) == 4 and int(text) >= FIRST):
        raise Malformed("year", f"{text[:20] or 'an empty cell'} is not a year", "write it as 2025")
    if int(text) >= running:
        raise Malformed("year", f"{text} is not over", "give years whose emission is verified")
    entrant = _YES.get(normalize("NFKC", row.get("entrant", "")).strip().casefold())
    if entrant is None:
        raise Malformed("new", f"{row['entrant'][:20]} is neither yes nor no", "write yes or no")
    emitted = _amount(row.get("emitted", ""), "emission", "t")
    kg = _kg(emitted, terms)
    output = _amount(row.get("output", ""), "output", "")
    if not (output.isascii() and output.isdecimal() and len(output) <= 15):
        raise Malformed(
            "output", f"{output[:40]} is not a whole number", "write whole products, as the benchmark counts them"
        )
    return source, _Year(int(text), kg, int(output)), entrant


def _kg(text: str, terms: Terms) -> int:
    """A mass within what a book keeps; one in parts of a kilogram was perhaps meant in tonnes."""
    try:
        kg = read(text, Unit.KG, terms, "emission")
    except Malformed as error:
        if not error.what.endswith("is not a whole number of kilograms"):
            raise
        raise Malformed(error.place, error.what, f"{error.cure}; a number without a unit is in tonnes") from None
    if kg > LARGEST:
        raise Malformed("emission", f"it takes at most {tonnes(LARGEST)} t", "see whether digits are too many")
    return kg


def _amount(text: str, place: str, unit: str) -> str:
    plain = normalize("NFKC", text).strip()
    if plain in NONE:
        raise Malformed(place, "there is no figure", "give a verified figure, or leave the row out")
    one_way(plain)
    if not unit:
        return plain.replace(",", "").removesuffix(".0")
    bare = plain.replace(",", "")
    if bare.replace(".", "", 1).isdecimal():
        # A spreadsheet has more digits than a kilogram has; what is beyond is rounded.
        return f"{round(Fraction(bare) * 1000):,} kg"
    return plain


#: What is said of a cell, in Chinese.
CHINESE: Sequence[tuple[str, str]] = (
    (" is none of these works", "不是本地企业"),
    (" is not a year", "不是年度"),
    (" is not over", "年度尚未结束"),
    (" is neither yes nor no", "：请填是或否"),
    ("there is no figure", "缺少数值"),
    (" is not a whole number", "不是整数"),
    (" is new in one row and not in another", "在各行的“新建”不一致"),
    (" already", "年度重复"),
)


def said(error: Malformed) -> Phrase:
    """What is wrong with a cell in both languages."""
    english = f"{error.what[:1].upper()}{error.what[1:]}; {error.cure}."
    for words, chinese in CHINESE:
        if error.what.endswith(words):
            rest = error.what.removesuffix(words).replace("an empty cell", "空单元格").replace(" has ", " ")
            return Phrase(english, f"{rest}{chinese}。")
    return cures.told(error)


def as_text(lines: Sequence[ActivityLine], language: str) -> str:
    """Activities as a table to be copied into a spreadsheet and back: cells parted by tabs."""
    head = "\t".join(phrase.zh if language == "zh" else phrase.en for phrase in COLUMNS.values())
    yes, no = ("是", "否") if language == "zh" else ("yes", "no")
    found = [head]
    for line in lines:
        for year, kg, output in zip(line.years, line.emitted_kg, line.output, strict=True):
            mass = f"{kg / 1000:.3f}".rstrip("0").rstrip(".")
            found.append(f"{line.source}\t{year}\t{mass}\t{output}\t{yes if line.entrant else no}")
    return "\n".join(found)
