"""The head of a frame, read in one way: what the decoder finds there decides whose it is and what it must show."""

from __future__ import annotations

import re

from airshed.mrv.hj212.items import Unclear, header_items

OPENING = re.compile(rb"(?<![A-Za-z])CP=&&", re.IGNORECASE)
"""Where the content begins; the first one ends the head."""

_START = 6  # '##' and four digits
_BLANKS = b" \t\r\n"


def head_of(raw: bytes) -> dict[str, str] | Unclear:
    """The items of the head of a frame by name in lower case, without blanks around them; or why they are not clear.

    It stands in plain text, encrypted or not. Length and CRC are for `decode` to check.

    >>> head_of(b"##0040ST=31; CN = 2061 ;MN=A1;Flag=4;CP=&&CN=9014&&0000")
    {'st': '31', 'cn': '2061', 'mn': 'A1', 'flag': '4'}
    >>> head_of(b"##0040CN=9014;CN=2061;CP=&&&&0000")
    Unclear(detail="CN is said twice, as '9014' and as '2061'")
    """
    text = raw.strip(_BLANKS)
    opening = OPENING.search(text)
    if opening is None:
        return Unclear("there is no 'CP=&&'")
    return head_items(text[_START : opening.start()])


def head_items(head: bytes) -> dict[str, str] | Unclear:
    """The items of a head that was cut out: between the length and `CP=&&`."""
    if b"&&" in head:
        return Unclear("'&&' stands before 'CP=&&': where the content begins is not clear")
    try:
        return header_items(head.decode("ascii"))
    except UnicodeDecodeError as error:
        return Unclear(f"byte {error.start} is not ASCII")
