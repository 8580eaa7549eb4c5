"""A signature within a PDF (ISO 32000-1, 12.8), which any reader of PDF checks: no byte before it changes.

It reads the files that our own printing makes, one table of places and one trailer, and no others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

#: Bytes that are kept free for the signature with its certificate.
ROOM = 6_000
_BLANK = b"[0 0000000000 0000000000 0000000000]"


def signed(pdf: bytes, sign: Callable[[bytes], bytes], reason: str, now_ms: int) -> bytes:
    """The file with a signature of all of it; `sign` gives a detached one (CMS) of the bytes that it is handed."""
    size, root, info = (_last(rb"/%s (\d+)" % name, pdf) for name in (b"Size", b"Root", b"Info"))
    start = _last(rb"startxref\s+(\d+)", pdf)
    there = _places(pdf, start)
    page = next(number for number in there if _object(pdf, there, number).startswith(b"<</Type /Page\n"))
    field, value = size, size + 1
    objects = {
        root: _with(_object(pdf, there, root), b"/AcroForm <</SigFlags 3 /Fields [%d 0 R]>>" % field),
        page: _annotated(_object(pdf, there, page), field),
        field: b"<</Type /Annot /Subtype /Widget /FT /Sig /T (Signature) /F 132 /Rect [0 0 0 0] /P %d 0 R /V %d 0 R>>"
        % (page, value),
        value: b"<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange %s /Contents <%s> "
        b"/M (D:%s) /Reason <%s>>>"
        % (
            _BLANK,
            b"0" * (2 * ROOM),
            datetime.fromtimestamp(now_ms // 1000, UTC).strftime("%Y%m%d%H%M%S+00'00'").encode(),
            (b"\xfe\xff" + reason.encode("utf-16-be")).hex().encode(),
        ),
    }
    out = bytearray(pdf if pdf.endswith(b"\n") else pdf + b"\n")
    places = dict[int, int]()
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n"
    for number, place in sorted(places.items()):
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /Prev %d>>\n" % (size + 2, root, info, start)
    out += b"startxref\n%d\n%%%%EOF\n" % table
    return _filled(out, places[value], sign)


def _filled(out: bytearray, place: int, sign: Callable[[bytes], bytes]) -> bytes:
    """The signature put into its room, of all bytes but those of the room."""
    begin = out.index(b"/Contents <", place) + len(b"/Contents ")
    end = begin + 2 * ROOM + 2
    where = out.index(_BLANK, place)
    out[where : where + len(_BLANK)] = b"[0 %010d %010d %010d]" % (begin, end, len(out) - end)
    made = sign(bytes(out[:begin] + out[end:]))
    assert len(made) <= ROOM, len(made)
    out[begin + 1 : begin + 1 + 2 * len(made)] = made.hex().encode()
    return bytes(out)


def _last(pattern: bytes, pdf: bytes) -> int:
    found = re.findall(pattern, pdf[pdf.rindex(b"trailer") :])
    return int(found[-1])


def _places(pdf: bytes, start: int) -> dict[int, int]:
    """Where each object begins, by the table of the file."""
    head = re.compile(rb"xref\s+0 (\d+)\s+").match(pdf, start)
    assert head is not None, "a table of places, and not a stream of them"
    lines = (pdf[head.end() + 20 * number :][:20] for number in range(int(head[1])))
    return {number: int(line[:10]) for number, line in enumerate(lines) if line[17:18] == b"n"}


def _object(pdf: bytes, there: dict[int, int], number: int) -> bytes:
    """What stands in an object; of a stream, what it says of itself."""
    found = re.compile(rb"%d 0 obj\s*(.*?)\s*(?:endobj|stream)\s" % number, re.DOTALL).match(pdf, there[number])
    assert found is not None, number
    return found[1]


def _with(body: bytes, entry: bytes) -> bytes:
    return body[:-2] + b"\n" + entry + b">>"


def _annotated(body: bytes, field: int) -> bytes:
    if b"/Annots [" in body:
        return body.replace(b"/Annots [", b"/Annots [%d 0 R " % field, 1)
    return _with(body, b"/Annots [%d 0 R]" % field)
