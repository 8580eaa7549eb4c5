"""`airshed lab linking`: what cities save by one market."""

from __future__ import annotations

from airshed.cli.lab.apart import apart_asked
from airshed.cli.lab.case import (
    CapsOption,
    CurvesOption,
    DeclineOption,
    GrowthOption,
    PollutantOption,
    RateOption,
    RulebookOption,
    YearsOption,
    ZoneOption,
    asked,
    millions,
)
from airshed.cli.options import Json
from airshed.cli.show import as_json, console, resting, say, table


def linking(
    curves: CurvesOption = "",
    caps: CapsOption = "",
    rulebook: RulebookOption = "",
    region: ZoneOption = "",
    pollutant: PollutantOption = "",
    years: YearsOption = 10,
    growth: GrowthOption = 1.0,
    decline: DeclineOption = 3.0,
    rate: RateOption = 5.0,
    json: Json = False,
) -> None:
    """What cities save by one market, and each one's part: the case against closed borders. 联通收益。

    Every coalition of cities is cleared; the saving is shared by the Shapley value, and by the nucleolus beside it.

    Example: airshed lab linking --pollutant NOx --years 5
    """
    from airshed.lab.linking import saving

    case = asked(curves, caps, rulebook, pollutant, years, (rate, growth, decline), region=region)
    resting(case.origins)
    found = saving(case)
    if json:
        as_json(
            {**{name: getattr(found, name) for name in found.__slots__}, "saved": found.saved, "origins": case.origins}
        )
        return
    if not (curves or caps):
        apart_asked(rulebook, region, pollutant, years, (rate, growth, decline))
    total = sum(found.alone)
    rows = [
        (zone, millions(alone), millions(part), f"{100 * part / alone if alone else 0.0:.2f} %", millions(other))
        for zone, alone, part, other in zip(found.zones, found.alone, found.shapley, found.nucleolus, strict=True)
    ]
    table(
        f"Who saves by one market 联通收益 (million {case.money[0]}, discounted)",
        ("city 地区", "alone 单独#", "saves (Shapley)#", "of its cost#", "saves (nucleolus)#"),
        rows,
    )
    console.print(
        f"closed borders {millions(total)}, one market {millions(found.together)}: {millions(found.saved)} million"
        f" {case.money[0]} saved, {100 * found.saved / total if total else 0.0:.2f} %"
    )
    say(case.origins)
