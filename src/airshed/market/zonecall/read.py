"""The files of a call, read strictly: orders, matrix, receptors, ratios, rules."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from airshed.market.zonecall.checks import examine_air, examine_orders, examine_rules
from airshed.market.zonecall.nouns import Area, CallAir, CallOffer, CallRules, CoverBid, Receptor, Standard
from airshed.model.allowance import Series
from airshed.model.measures import FEN_PER_YUAN, exact
from airshed.model.refusal import Malformed
from airshed.rulebook.strict import misfits, rows_of
from airshed.rulebook.zone_call_section import DECIMAL

Row = TypeVar("Row", bound=msgspec.Struct)
Word = Annotated[str, msgspec.Meta(pattern=r"^[^\s,>]{1,64}$", examples=["km-cem-01"])]
Place = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2,4}$", examples=["KM"])]
Year = Annotated[int, msgspec.Meta(ge=1990, le=2200)]

_DECIMAL = re.compile(DECIMAL, re.ASCII)


class OrderLine(msgspec.Struct, frozen=True):
    """A line of the orders."""

    #: Its name, given by the house.
    order: Word
    #: What it is.
    side: Literal["offer", "bid"]
    #: Whose it is.
    account: Word
    #: The account's sector, for the wall.
    sector: Word
    #: Such as SO2.
    pollutant: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.]{1,8}$", examples=["SO2"])]
    #: Of an offer where the allowances were issued, of a bid where the cover is needed.
    jurisdiction: Place
    #: Of an offer the vintage, of a bid the year whose emission is to be covered.
    year: Year
    #: Of an offer where its source stands; empty: where they were issued. Of a bid empty.
    place: Place | None
    #: Allowances, or kilograms of cover.
    count: int
    #: Yuan per tonne: the least a seller takes, the most a buyer gives.
    limit: str


class MatrixLine(msgspec.Struct, frozen=True):
    """A line of the matrix."""

    receptor: Word
    jurisdiction: Place
    #: The load at the receptor of a tonne emitted in the jurisdiction.
    coefficient: str
    #: Who says so.
    origin: str


class ReceptorLine(msgspec.Struct, frozen=True):
    """A line of the receptors."""

    receptor: Word
    #: The load that a call may add, in the measure of the matrix times tonnes.
    limit: str
    standard: Literal["met", "failed"]


class RatioTableRow(msgspec.Struct, frozen=True):
    """A line of the ratios."""

    origin: Place
    target: Place
    #: The cover that an allowance issued in the origin gives in the target; empty: it may not go there.
    ratio: str | None


def read_orders(text: str, file: str, rules: CallRules) -> tuple[tuple[CallOffer, ...], tuple[CoverBid, ...]]:
    """The offers and bids of a CSV text. Malformed, with the line or the order, for whatever is none."""
    offers: list[CallOffer] = []
    bids: list[CoverBid] = []
    for line, row in _lines(text, OrderLine, file):
        limit = exact(row.limit, FEN_PER_YUAN, f"{file} line {line}, column limit", "limit")
        if row.side == "offer":
            series = Series(row.pollutant, row.jurisdiction, row.year)
            place = row.place or row.jurisdiction
            offers.append(CallOffer(row.order, row.account, row.sector, series, place, row.count, limit))
        elif row.place not in (None, row.jurisdiction):
            raise Malformed(
                f"{file} line {line}, column place",
                f"a bid for cover in {row.jurisdiction} stands in {row.place}",
                "leave the place of a bid empty",
            )
        else:
            bids.append(
                CoverBid(
                    row.order, row.account, row.sector, row.pollutant, row.jurisdiction, row.year, row.count, limit
                )
            )
    with _placed(file):
        examine_orders(offers, bids, rules)
    return tuple(offers), tuple(bids)


def read_air(
    matrix: tuple[str, str] | None, receptors: tuple[str, str] | None, ratios: tuple[str, str] | None
) -> tuple[CallAir, str]:
    """What the air allows, from (text, file) of each table that there is, and who says so of the matrix."""
    loads: dict[tuple[str, str], Fraction] = {}
    found: list[Receptor] = []
    table: dict[tuple[str, str], Fraction | None] | None = None
    origins: list[str] = []
    if receptors is not None:
        text, file = receptors
        for line, row in _lines(text, ReceptorLine, file):
            where = f"{file} line {line}"
            if row.receptor in [each.receptor for each in found]:
                raise Malformed(f"{where}, column receptor", f"{row.receptor!r} stands twice", "name it once")
            standard: Standard = row.standard
            found.append(Receptor(row.receptor, _decimal(row.limit, f"{where}, column limit"), standard))
    if matrix is not None:
        text, file = matrix
        known = [each.receptor for each in found]
        for line, cell in _lines(text, MatrixLine, file):
            where = f"{file} line {line}"
            pair = (cell.receptor, cell.jurisdiction)
            if cell.receptor not in known:
                cure = f"there are {', '.join(known)}" if known else "give the receptors their file"
                raise Malformed(f"{where}, column receptor", f"no such receptor {cell.receptor!r}", cure)
            if pair in loads:
                raise Malformed(where, f"{' and '.join(pair)} stand twice", "write each pair once")
            load = _decimal(cell.coefficient, f"{where}, column coefficient")
            if load < 0:
                raise Malformed(
                    f"{where}, column coefficient", f"{cell.coefficient} is negative", "a load is zero or more"
                )
            loads[pair] = load
            if cell.origin not in origins:
                origins.append(cell.origin)
    if ratios is not None:
        text, file = ratios
        table = {}
        for line, entry in _lines(text, RatioTableRow, file):
            way = (entry.origin, entry.target)
            if way in table:
                raise Malformed(f"{file} line {line}", f"{' to '.join(way)} stands twice", "write each pair once")
            table[way] = None if entry.ratio is None else _decimal(entry.ratio, f"{file} line {line}, column ratio")
    air = CallAir(tuple(found), loads, table)
    with _placed(", ".join(each[1] for each in (matrix, receptors, ratios) if each is not None)):
        examine_air(air)
    return air, ", ".join(origins)


def read_rules(text: str, file: str) -> CallRules:
    """The rules of a call from a TOML text with one table [call] and any number of [[areas]]."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Malformed(file, str(error).rstrip("."), "write TOML: [call] and [[areas]]") from None
    for name in raw:
        if name not in ("call", "areas"):
            raise Malformed(f"{file} [{name}]", "no such section", "there are [call], [[areas]]")
    table, areas = raw.get("call", {}), raw.get("areas", [])
    if not isinstance(table, dict):
        raise Malformed(f"{file} [call]", "is no table", "write [call] with keys below")
    for fault in (*misfits(table, CallRules, f"{file} [call]"), *misfits(areas, tuple[Area, ...], file, "[[areas]]")):
        raise fault
    rules = msgspec.convert({**table, "areas": areas}, CallRules)
    with _placed(file):
        examine_rules(rules)
    return rules


class _placed:
    """Name the file in front of what is malformed in it."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Malformed):
            raise Malformed(f"{self.file} {error.place}", error.what, error.cure) from None


def _lines(text: str, kind: type[Row], file: str) -> list[tuple[int, Row]]:
    """The rows of a CSV text with their lines; the first misfit is raised."""
    rows, faults = rows_of(text, kind, file)
    for fault in faults:
        raise fault
    return [(line, _made(row, kind)) for line, row in rows]


def _made(row: Mapping[str, Any], kind: type[Row]) -> Row:
    return msgspec.convert(dict(row), kind)


def _decimal(text: str, place: str) -> Fraction:
    """A decimal number, exactly as its digits say."""
    if _DECIMAL.fullmatch(text.strip()) is None:
        shown = text if len(text) <= 40 else text[:37] + "..."
        raise Malformed(place, f"{shown!r} is no measured number", "write digits, as in 0.125 or 3.2881e-05")
    return Fraction(text.strip())
