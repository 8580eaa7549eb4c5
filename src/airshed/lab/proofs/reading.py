"""What all certificates have in common: strict reading, a digest, tables of figures, and figures that agree."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from airshed.model.provenance import Figures
from airshed.model.refusal import Malformed

Floats = NDArray[np.float64]
Kind = TypeVar("Kind", bound=msgspec.Struct)

#: How far sums of floats in another order may differ, as a part of what is added up.
ROUNDING = 1e-9
#: Figures beyond this are no tonnes, yuan or loads: sums of them could run over.
LARGEST = 1e30
#: What to do about an equilibrium that does not hold.
SOLVE_AGAIN = "the equilibrium does not stand; solve it again"
CURE = "give a file that --certificate of an airshed lab command wrote"


class DoesNotHold(Exception):
    """The first thing in a certificate that does not hold."""


def digest(plain: dict[str, Any]) -> str:
    """SHA-256 of what a certificate proves, without digest and provenance: canonical JSON, keys sorted, no blanks."""
    rest = {key: value for key, value in plain.items() if key not in ("digest", "provenance")}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def read(text: bytes | str, kind: type[Kind], place: str) -> Kind:
    """The certificate as its kind. Malformed if it is of no such shape, or its digest is that of another text."""
    try:
        found = msgspec.json.decode(text, type=kind)
        plain = json.loads(text)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise Malformed(place, str(error)[:200], CURE) from None
    own = getattr(found, "provenance", None)
    if isinstance(own, Figures) and not {"law", "measured"}.isdisjoint(own.of):
        raise Malformed(place, f"nothing that the lab solves is {' or '.join(own.of)}", CURE)
    if digest(plain) != plain["digest"]:
        raise Malformed(place, "the digest is that of another text", "ask for the certificate again")
    return found


def held(text: bytes | str, kind: type[Kind], place: str, holds: Callable[[Kind], None], cure: str) -> Kind:
    """The certificate, if it `holds`. Malformed, naming the first thing that does not, otherwise."""
    found = read(text, kind, place)
    try:
        holds(found)
    except DoesNotHold as fault:
        raise Malformed(place, str(fault), cure) from None
    return found


def named(what: str, names: Sequence[object]) -> None:
    """One name at least, and each once."""
    if not names:
        raise DoesNotHold(f"there are no {what}")
    twice = next((name for number, name in enumerate(names) if name in names[:number]), None)
    if twice is not None:
        raise DoesNotHold(f"{twice} stands twice among the {what}")


def figures(name: str, rows: object, shape: tuple[int, ...], said: str = "") -> Floats:
    """A table of finite figures of that shape."""
    if not _fits(rows, shape):
        raise DoesNotHold(f"{name} is not {said or ' by '.join(map(str, shape))}")
    found: Floats = np.array(rows, dtype=np.float64).reshape(shape)
    if not (np.abs(found) <= LARGEST).all():
        raise DoesNotHold(f"{name} has a figure beyond {LARGEST:g}")
    return found


def none_below_zero(name: str, table: Floats) -> None:
    """All from zero up."""
    if (table < 0).any():
        raise DoesNotHold(f"{name} has a figure below zero")


def factors(discount: object, years: int) -> Floats:
    """Discount factors above zero, one a year."""
    found = figures("discount", discount, (years,), f"{years} factors")
    if (found <= 0).any():
        raise DoesNotHold("a discount factor is not above zero")
    return found


def agree(name: str, said: float, is_: float, scale: float) -> None:
    """What is said is what comes out, but for the rounding of sums of that scale."""
    if not abs(said - is_) <= ROUNDING * scale:
        raise DoesNotHold(f"the {name} is {is_:,.6f}, not {said:,.6f}")


def gap_of(cost: float, bound: float) -> float:
    """How far a cost may lie above the least one, as a part of it (of one yuan if it is less)."""
    return (cost - bound) / max(abs(cost), 1.0)


def close(cost: float, bound: float, said: float, scale: float, most: float, rounded: float = 0.0) -> float:
    """The gap that comes out; it is the one that is said, and no more than what counts as proven.

    `scale` is that of the sums of both; `rounded` that of the cost alone, whose rounding is no gap.
    """
    gap = gap_of(cost, bound)
    if not abs(said - max(gap, 0.0)) <= ROUNDING * max(1.0, scale / max(abs(cost), 1.0)):
        raise DoesNotHold(f"the gap is {gap:.6g}, not {said:.6g}")
    if not gap <= most + ROUNDING * rounded / max(abs(cost), 1.0):
        raise DoesNotHold(
            f"it costs {cost:,.2f} yuan, and its prices only show that nothing costs less than {bound:,.2f}:"
            f" a gap of {gap:.2g}, more than {most:g}"
        )
    return gap


def _fits(rows: object, shape: tuple[int, ...]) -> bool:
    if not shape:
        return not isinstance(rows, (tuple, list))
    return isinstance(rows, (tuple, list)) and len(rows) == shape[0] and all(_fits(row, shape[1:]) for row in rows)
