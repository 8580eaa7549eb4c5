"""Names that look like others are no names: whoever reads `steel` must not be reading another `steel`."""

from __future__ import annotations

import re
import unicodedata

#: Alphabets whose letters look like each other's.
ALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU")
#: What counts as printable and shows nothing: fillers, joiners, selectors of a variant.
UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
#: What looks like the hyphen of the keyboard.
DASHES = re.compile("[\u2010-\u2012\u2212\ufe63\uff0d]")
#: Parts of characters, which look like whole ones.
RADICALS = re.compile("[\u2e80-\u2fd5]")
#: Letters of the others that look like Latin ones: a word of nothing else passes for a Latin word.
LIKE_LATIN = frozenset("авеѕіјкмнорсԁтухԛԝьһӏґзАВЕЅІЈКМНОРСТУХԚԜҮαεικνορτυχωγΑΒΕΖΗΙΚΜΝΟΡΤΥΧօսհոցքզ")
_WORD = re.compile(r"[^\W\d_]+")


def unlike_itself(name: str) -> str | None:
    """Why a name could be taken for another one, or None.

    >>> unlike_itself("曲靖火电3号"), unlike_itself("Śląsk-1"), unlike_itself("Завод")
    (None, None, None)
    >>> unlike_itself("stееl")
    'mixes letters of LATIN and CYRILLIC in one word'
    >>> unlike_itself("steel\\ufe0f"), unlike_itself("ﬁrm")
    ("holds '\\\\ufe0f', which cannot be seen", "holds 'ﬁ', which looks like 'fi'")
    >>> unlike_itself("сор")
    'has a word of CYRILLIC letters that looks like a LATIN one'
    """
    if name.isascii():
        return None
    if unicodedata.normalize("NFC", name) != name:
        return "is not composed (NFC), so that it could be written in two ways"
    if (unseen := UNSEEN.search(name)) is not None:
        return f"holds {unseen[0]!a}, which cannot be seen"
    if (dash := DASHES.search(name)) is not None:
        return f"holds {dash[0]!a}, which looks like '-'"
    if (radical := RADICALS.search(name)) is not None:
        return f"holds {radical[0]!a}, a radical that looks like a character"
    for letter in name:
        plain = unicodedata.normalize("NFKC", letter)
        if plain != letter and unicodedata.category(letter)[0] in "LN":
            return f"holds {letter!r}, which looks like {plain!r}"
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
