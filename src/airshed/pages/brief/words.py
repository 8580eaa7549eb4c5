"""How designs, choices, criteria and measures are called in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from airshed.lab.brief.designs import GUARD, SOLD
from airshed.model.beside import rows_beside
from airshed.pages.kit.colours import AMBER, DEEP, GREEN, QUIET_BLUE
from airshed.pages.kit.words import Phrase

_ROWS = rows_beside("airshed.pages.brief", "words.csv")
_FIGURES = {"guard": f"{100 * GUARD:g} %", "part": f"{100 * SOLD['part']:g} %"}


def _words(of: str) -> Mapping[str, Phrase]:
    mine = (row for row in _ROWS if row["of"] == of)
    return {row["name"]: Phrase(row["en"].format(**_FIGURES), row["zh"].format(**_FIGURES)) for row in mine}


def _pairs(of: str) -> Mapping[tuple[str, str], Phrase]:
    split = ((name.partition("."), phrase) for name, phrase in _words(of).items())
    return {(first, second): phrase for (first, _, second), phrase in split}


AXES = _words("axes")
#: Options by axis, and the same as they stand in a sentence.
OPTIONS, SPOKEN = _pairs("options"), _pairs("spoken")
DESIGNS = _words("designs")
#: Criteria, and what each asks.
CRITERIA, QUESTIONS = _words("criteria"), _words("questions")
COLOURS: Mapping[str, str] = {
    "cost": DEEP,
    "fairness": AMBER,
    "incentives": "var(--nox)",
    "prices": QUIET_BLUE,
    "liquidity": "var(--teal)",
    "air": GREEN,
    "revenue": "#a86f4d",
    "gaming": "#7a6aa0",
}


#: Assumptions that are moved, where each is put, and the same beside a bar.
KNOBS, PLACES, SHORT = _words("knobs"), _pairs("places"), _pairs("short")
CAUSES = _words("causes")
#: Causes whose figure has a sign.
SIGNED = ("too many allowances", "market power")
VERDICTS, EYES = _words("verdicts"), _words("eyes")


def figure(cause: str, said: str) -> Phrase:
    """What the figure of a suspect says."""
    return {
        "too many allowances": Phrase(f"caps {said} % against emissions", f"总量较排放{said} %"),
        "costs of trading": Phrase(f"{said} % left at the fee", f"计入手续费后剩{said} %"),
        "too few parties": Phrase(f"{said} firms alike", f"等效{said}家"),
        "market power": Phrase(f"price {said} %", f"价格{said} %"),
    }[cause]


def option(axis: str, chosen: str) -> Phrase:
    """An option of a choice."""
    return OPTIONS[axis, chosen]


def said(design: Mapping[str, str], axes: Mapping[str, object]) -> Phrase:
    """A design in words, as far as there is something to choose."""
    words = [
        SPOKEN[axis, design[axis]]
        for axis in AXES
        if axis in axes and not (axis == "method" and design["sale"] == "paid")
    ]
    return Phrase("; ".join(each.en for each in words), "；".join(each.zh for each in words))


def differs(design: Mapping[str, str], other: Mapping[str, str], axes: Mapping[str, object]) -> Phrase:
    """In what a design differs from another."""
    words = [SPOKEN[axis, design[axis]] for axis in AXES if axis in axes and design[axis] != other[axis]]
    return Phrase("; ".join(each.en for each in words), "；".join(each.zh for each in words))


def eye(name: str) -> Phrase:
    """Who looks: the stated weights, equal ones, or one criterion first."""
    if name in EYES:
        return EYES[name]
    return Phrase(f"{CRITERIA[name].en} first (half of all weight)", f"{CRITERIA[name].zh}优先（占一半权重）")


def knob(name: str, at: str) -> Phrase:
    """An assumption and where it is put."""
    place = PLACES[name, at]
    return Phrase(f"{KNOBS[name].en} {place.en}", f"{KNOBS[name].zh}{place.zh}")
