"""What tells cities apart: people, product, area, and what abating costs them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from airshed.market.sharing.division import RuleTerms
from airshed.model.refusal import Malformed
from airshed.zone.rows import read_rows

#: Statuses; the first that a row of a criterion has is that of the criterion.
LEAST_SURE = ("indicative", "to confirm", "confirmed")
Steps = dict[str, tuple[tuple[float, float], ...]]


class Criterion(msgspec.Struct, frozen=True):
    """A figure of a group, one row of `criteria.csv`."""

    group: str
    name: str
    measure: str
    figure: Annotated[float, msgspec.Meta(ge=0, le=1e15)]
    origin: str
    status: Literal["confirmed", "to confirm", "indicative"]


def read_criteria(path: Path) -> RuleTerms:
    """Criteria of all groups, names in the order of the file. Malformed, with its line, if one is missing or twice."""
    rows = read_rows(path, Criterion)
    names = tuple(dict.fromkeys(row.name for row in rows))
    found: dict[str, dict[str, float]] = {}
    for line, row in enumerate(rows, start=2):
        own = found.setdefault(row.group, {})
        if row.name in own:
            raise Malformed(f"{path} line {line}", f"{row.name} of {row.group} stands twice", "keep one")
        own[row.name] = row.figure
    for group, own in found.items():
        for name in names:
            if name not in own:
                raise Malformed(str(path), f"{name} of {group} is missing", "give every criterion of every group")
    said: dict[str, set[str]] = {}
    for row in rows:
        said.setdefault(row.name, set()).add(row.status)
    return RuleTerms(
        names=names,
        criteria={group: tuple(own[name] for name in names) for group, own in found.items()},
        status={name: next(each for each in LEAST_SURE if each in own) for name, own in said.items()},
    )
