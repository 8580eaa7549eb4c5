"""Cells that somebody brings: pasted from a spreadsheet, a CSV file, or a workbook of Excel."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from email.parser import BytesParser
from email.policy import HTTP
from typing import NamedTuple
from xml.etree import ElementTree

from airshed.model.refusal import Malformed

#: Rows, cells of a row, and bytes of a workbook once it is unpacked.
MOST_ROWS, MOST_CELLS, MOST_UNPACKED = 5_000, 40, 8_000_000
#: Rows of a sheet that are looked at, those that hold nothing among them.
MOST_SEEN = 20_000
#: Elements between two rows, or two texts: of cells, their values and runs of letters.
MOST_WITHIN = 2_000
#: What is wrong with a file that is no workbook, or was damaged.
_DAMAGED: tuple[type[Exception], ...] = (zipfile.BadZipFile, zlib.error, EOFError, ElementTree.ParseError)
_DAMAGED += (KeyError, ValueError, IndexError, RuntimeError)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
#: How a part of a workbook begins: with a mark of UTF-8 or none, and no other encoding in its declaration.
_UTF_8 = re.compile(rb"(\xef\xbb\xbf)?\s*<(?!\?xml[^>]*encoding\s*=\s*[\"'](?!utf-8|us-ascii))", re.IGNORECASE)
_COLUMN = re.compile(r"([A-Z]{1,3})\d+")

Rows = list[tuple[int, list[str]]]
"""Rows that hold something, each with the number of its line."""


class SentSheet(NamedTuple):
    """A form that came with a file."""

    fields: dict[str, str]
    #: Name and content of the file; empty where none was chosen.
    name: str
    content: bytes


#: How a form is sent that brings files.
SEVERAL_PARTS = "multipart/form-data"


def parts_of(raw: bytes, content_type: str) -> SentSheet:
    """The fields and the one file of a form of several parts, as a browser sends it."""
    fields, files = files_of(raw, content_type)
    return SentSheet(fields, *(files[-1] if files else ("", b"")))


def files_of(raw: bytes, content_type: str) -> tuple[dict[str, str], list[tuple[str, bytes]]]:
    """The fields of a form of several parts, and every file that is not empty, with its name."""
    told = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(told + raw)
    fields: dict[str, str] = {}
    files: list[tuple[str, bytes]] = []
    for part in message.iter_parts() if message.is_multipart() else ():
        field = part.get_param("name", header="content-disposition")
        body = part.get_payload(decode=True)
        if not isinstance(field, str) or not isinstance(body, bytes):
            continue
        file = part.get_filename()
        if file is None:
            fields[field] = body.decode("utf-8", "replace")
        elif body:
            files.append((str(file)[:200], body))
    return fields, files


def rows_of(name: str, content: bytes) -> Rows:
    """The rows of a file: a workbook of Excel, or text in UTF-8 or GB 18030."""
    if content.startswith(b"PK"):
        return _workbook(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Malformed(name, "is a workbook of the old form (.xls)", "save it as .xlsx or CSV")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return cells_of(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise Malformed(name, "is neither text nor a workbook", "bring CSV or .xlsx")


def cells_of(text: str) -> Rows:
    """The rows of a text: cells parted by tabs as a spreadsheet copies them, else by commas or semicolons.

    >>> cells_of("works\\tyear\\nA\\t2025\\n\\n")
    [(1, ['works', 'year']), (2, ['A', '2025'])]
    >>> cells_of('A;"1,5"')
    [(1, ['A', '1,5'])]
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    head = next((line for line in lines.split("\n") if line.strip()), "")
    parting = next((sign for sign in ("\t", ";", ",") if sign in head), ",")
    found: Rows = []
    reader = csv.reader(io.StringIO(lines), delimiter=parting, strict=False)
    try:
        for cells in reader:
            _take(found, reader.line_num, [cell.strip() for cell in cells])
    except csv.Error as error:
        raise Malformed(f"line {reader.line_num}", str(error), "quote cells that hold the sign between cells") from None
    return found


def _take(found: Rows, line: int, cells: list[str]) -> None:
    if not any(cells):
        return
    if len(found) == MOST_ROWS:
        raise Malformed(f"line {line}", f"is beyond {MOST_ROWS:,} rows", "split the table")
    if len(cells) > MOST_CELLS:
        raise Malformed(f"line {line}", f"has {len(cells)} cells", f"leave it at {MOST_CELLS}")
    found.append((line, cells))


# --- a workbook


def _workbook(content: bytes) -> Rows:
    """The cells of the first sheet; formulas count with the value that was last computed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            if sum(each.file_size for each in file.infolist()) > MOST_UNPACKED:
                raise Malformed("workbook", f"unpacks to more than {MOST_UNPACKED:,} bytes", "bring one sheet")
            if any(each.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for each in file.infolist()):
                raise Malformed("workbook", "is packed as no spreadsheet packs", "save it as .xlsx again")
            names = sorted(each for each in file.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", each))
            if not names:
                raise Malformed("workbook", "holds no sheet", "save it as .xlsx or CSV")
            first = min(names, key=lambda each: int(re.sub(r"\D", "", each)))
            shared = _strings(file.read("xl/sharedStrings.xml")) if "xl/sharedStrings.xml" in file.namelist() else []
            sheet = file.read(first)
        found: Rows = []
        for line, cells in _sheet(sheet, shared):
            _take(found, line, cells)
        return found
    except _DAMAGED as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed("workbook", f"cannot be read ({error})"[:200], "save it as .xlsx or CSV again") from None


def _each(raw: bytes, name: str) -> Iterator[ElementTree.Element]:
    """The elements of a name, each let go of before the next is read."""
    if not _UTF_8.match(raw):
        raise Malformed("workbook", "is not written in UTF-8", "save it as .xlsx again")
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise Malformed("workbook", "declares entities, which no spreadsheet does", "save it as .xlsx again")
    above: list[ElementTree.Element] = []
    within = 0
    for event, element in ElementTree.iterparse(io.BytesIO(raw), ("start", "end")):
        if event == "start":
            above.append(element)
            within += 1
            if within > MOST_WITHIN:
                what = f"has more than {MOST_WITHIN:,} parts in one row"
                raise Malformed("workbook", what, "bring a sheet with the table alone")
            continue
        above.pop()
        if element.tag == f"{_MAIN}{name}":
            yield element
            within = 0
            if above:
                above[-1].clear()


def _strings(raw: bytes) -> list[str]:
    return ["".join(text.text or "" for text in each.iter(f"{_MAIN}t")) for each in _each(raw, "si")]


def _sheet(raw: bytes, shared: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(_each(raw, "row"), 1):
        if number > MOST_SEEN:
            raise Malformed(f"line {number}", f"is beyond {MOST_SEEN:,} rows", "remove rows that hold nothing")
        cells: list[str] = []
        for count, cell in enumerate(row.iter(f"{_MAIN}c")):
            place = _place(cell.get("r", ""), len(cells))
            if max(place, count) >= MOST_CELLS:
                raise Malformed(f"line {number}", "has cells too far to the right", f"leave it at {MOST_CELLS}")
            cells += [""] * (place + 1 - len(cells))
            cells[place] = _value(cell, shared).strip()
        yield int(row.get("r", str(number))), cells


def _place(name: str, usual: int) -> int:
    found = _COLUMN.fullmatch(name)
    if found is None:
        return usual
    place = 0
    for letter in found[1]:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _value(cell: ElementTree.Element, shared: Sequence[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{_MAIN}t"))
    text = cell.findtext(f"{_MAIN}v") or ""
    if kind == "s":
        return shared[int(text)]
    if kind == "b":
        return "yes" if text == "1" else "no"
    if kind == "n" and re.fullmatch(r"-?\d+\.0+", text):
        return text.partition(".")[0]
    return _plain(text) if kind == "n" else text


def _plain(text: str) -> str:
    """A number without the noise of binary fractions: 120.10000000000001 was entered as 120.1.

    >>> _plain("120.10000000000001"), _plain("1.5E3"), _plain("")
    ('120.1', '1500', '')
    """
    if not text:
        return ""
    value = float(text)
    shown = format(value, ".15g")
    return shown if "e" not in shown else format(value, "f").rstrip("0").rstrip(".")
