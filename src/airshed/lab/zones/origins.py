"""Where the figures of a shipped zone come from: said wherever a result of theirs is shown, in words or in JSON."""

from __future__ import annotations

from collections.abc import Sequence

from airshed.rulebook.schema import Rulebook

COSTS = "abatement costs: indicative"
EMISSIONS = "emissions: synthetic"
OUTPUTS = "outputs and emissions: synthetic"
RANGES = "ranges of growth, costs and caps: assumed"
CHINESE = {
    COSTS: "治理成本为参考值",
    EMISSIONS: "排放量为合成数据",
    OUTPUTS: "产量与排放量为合成数据",
    RANGES: "增长、成本与总量的区间为假设",
}


def of_caps(rules: Rulebook) -> str:
    """The citation of a rulebook's caps, and whether it stands.

    >>> from airshed.rulebook.load import find, load
    >>> of_caps(load(find("dianzhong")))[:38]
    'caps: Demonstration measures, art. 5 a'
    """
    law = rules.caps
    return f"caps: {law.cite}" + ("" if law.status == "confirmed" else f" ({law.status})")


def of_shares(rules: Rulebook) -> tuple[str, ...]:
    """What an allocation among the works of a shipped zone rests on."""
    return (OUTPUTS, of_caps(rules))


def of_zone(rules: Rulebook) -> tuple[str, ...]:
    """What a result rests on that takes costs, emissions and caps of a shipped zone."""
    return (COSTS, EMISSIONS, of_caps(rules))


def said(origins: Sequence[str]) -> list[str]:
    """Each of them as a line, with its Chinese where there is one.

    >>> said([EMISSIONS])
    ['emissions: synthetic 排放量为合成数据']
    """
    return [f"{each} {CHINESE[each]}" if each in CHINESE else each for each in origins]
