"""Names that look like others are no names: whoever reads `steel` must not be reading another `steel`."""

from __future__ import annotations

import re
import unicodedata

#: Alphabets whose letters look like each other's.
ALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN")
#: Letters of the others that look like Latin ones: a word of nothing else passes for a Latin word.
LIKE_LATIN = frozenset("авеѕіјкмнорсԁтухԛԝьһӏґзАВЕЅІЈКМНОРСТУХԚԜҮαεικνορτυχωγΑΒΕΖΗΙΚΜΝΟΡΤΥΧօսհոցքզ")
_WORD = re.compile(r"[^\W\d_]+")


def unlike_itself(name: str) -> str | None:
    """Why a name could be taken for another one, or None.

    >>> unlike_itself("曲靖火电3号"), unlike_itself("Śląsk-1"), unlike_itself("Завод")
    (None, None, None)
    >>> unlike_itself("stееl")
    'mixes letters of LATIN and CYRILLIC in one word'
    >>> unlike_itself("сор")
    'has a word of CYRILLIC letters that looks like a LATIN one'
    """
    if name.isascii():
        return None
    if unicodedata.normalize("NFC", name) != name:
        return "is not composed (NFC), so that it could be written in two ways"
    for letter in name:
        if unicodedata.category(letter)[0] in "LN" and unicodedata.name(letter, "").startswith(("FULLWIDTH", "MATH")):
            return f"holds {letter!r}, which looks like {unicodedata.normalize('NFKC', letter)!r}"
    for word in _WORD.findall(name):
        scripts = list(dict.fromkeys(script for letter in word if (script := _script(letter)) is not None))
        if len(scripts) > 1:
            return f"mixes letters of {scripts[0]} and {scripts[1]} in one word"
        if scripts and scripts[0] != "LATIN" and LIKE_LATIN.issuperset(word):
            return f"has a word of {scripts[0]} letters that looks like a LATIN one"
    return None


def _script(letter: str) -> str | None:
    script = unicodedata.name(letter, "").partition(" ")[0]
    return script if script in ALIKE else None
