"""The colours of charts: a quiet palette with one meaning a colour; `page.css` has each by its name, light and dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

INK, GREY, PAPER, RULE = "var(--ink)", "var(--quiet)", "var(--paper)", "var(--rule)"
ALARM = "var(--alarm)"
#: For what belongs to no pollutant, sector or method, quiet and strong.
QUIET_BLUE, DEEP = "#7fa3bd", "var(--deep)"
AMBER, GREEN, SILVER = "#c4932d", "#5b8c5a", "#98a2aa"
#: Sulphur yellow, nitrogen-dioxide brown-red, dust grey, solvent teal; colours beyond these four come from SPARE.
_POLLUTANTS = {"SO2": AMBER, "NOx": "var(--nox)", "PM": "var(--pm)", "VOC": "var(--teal)"}
_SECTORS = {"cement": "#a08c6c", "steel": "var(--steel)", "power": "#d0693b"}
SPARE = ("#7a6aa0", GREEN, "#4d7ea8", "#a86f4d")
#: Pale grounds of the map, one a jurisdiction in the order of the rulebook.
GROUNDS = tuple(f"var(--ground-{number})" for number in range(1, 7))
#: Methods that look at past emissions in warm greys, those that look at output in blues.
METHOD_SHADES = {"history": "#cfc6bd", "benchmark": DEEP, "limit": QUIET_BLUE, "equal_cut": "#98897c"}


def colour_of(code: str, known: Mapping[str, str], codes: Sequence[str]) -> str:
    """The colour of a code: its own, or a spare one by its place among the unknown."""
    if code in known:
        return known[code]
    strangers = [each for each in codes if each not in known]
    return SPARE[strangers.index(code) % len(SPARE)] if code in strangers else GREY


def pollutant_colour(code: str, codes: Sequence[str] = ()) -> str:
    """The one colour of a pollutant on the whole page."""
    return colour_of(code, _POLLUTANTS, codes)


def sector_colour(code: str, codes: Sequence[str] = ()) -> str:
    """The one colour of a sector on the whole page."""
    return colour_of(code, _SECTORS, codes)


def faded(colour: str, opacity: float) -> str:
    """A colour as if through so thin a layer of it.

    >>> faded("var(--nox)", 0.25)
    'color-mix(in srgb, var(--nox) 25%, transparent)'
    """
    return f"color-mix(in srgb, {colour} {100 * opacity:g}%, transparent)"
