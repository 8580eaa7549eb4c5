"""The charts of a pollutant that are about borders: prices, the saving of linking, loads at receptors."""

from __future__ import annotations

from collections.abc import Mapping

from airshed.lab.brief.designs import AXES as CHOICES
from airshed.lab.brief.designs import GUARD
from airshed.lab.brief.facts import CityPrice, Found
from airshed.pages.brief.words import option
from airshed.pages.kit.colours import DEEP, GREEN, RULE
from airshed.pages.kit.figures import (
    Figure,
    across,
    bars,
    beside,
    drawn,
    figure,
    line,
    mark,
    points,
    rows,
    ruler,
    values,
)
from airshed.pages.kit.words import Phrase, same

BORDERS: Mapping[str, str] = {"cities": "var(--nox)", "guarded": GREEN, "zone": DEEP}
Names = Mapping[str, Phrase]
EDGE = "var(--edge)"


def prices(facts: Found, names: Names, money: Phrase) -> Figure:
    """A row a city: its price of the first year behind closed borders, guarded, and in one market."""
    shown = [border for border in BORDERS if border != "guarded" or facts.prices[0].guarded is not None]
    top = max(max(row.cities, row.zone, row.guarded or 0.0) for row in facts.prices)

    def price(place: int, row: CityPrice, border: str) -> dict[str, object]:
        words, city = option("border", border), names[row.city]
        value = getattr(row, border)
        said = [
            Phrase(f"{city.en}, {words.en}", f"{city.zh}，{words.zh}"),
            Phrase(f"{value:,.0f} {money.en}/t", f"{value:,.0f} {money.zh}/吨"),
        ]
        return mark([value, place], said)

    return figure(
        [
            drawn(
                "spans",
                [[min(row.zone, row.cities), max(row.zone, row.cities), at] for at, row in enumerate(facts.prices)],
                RULE,
                thick=3,
                silent=True,
            ),
            *(
                points(
                    [price(place, row, border) for place, row in enumerate(facts.prices)],
                    BORDERS[border],
                    size=13,
                )
                for border in shown
            ),
        ],
        x=values(Phrase(f"{money.en} per tonne", f"{money.zh}/吨"), min=0, max=top * 1.06),
        y=rows(names[row.city] for row in facts.prices),
    )


def linking(facts: Found, names: Names, money: Phrase) -> Figure:
    """A row a city: its part of the saving by the Shapley value and by the nucleolus."""
    found = facts.linking
    assert found is not None
    top = max(*found.shapley, *found.nucleolus, 1e-9)

    def part(city: str, name: Phrase, saved: float, alone: float) -> dict[str, object]:
        text = f"{saved:,.1f}" + (f" ({100 * saved / alone:.1f} %)" if alone else "")
        said = Phrase(f"{name.en}: {text}", f"{name.zh}：{text}")
        return mark(saved, [names[city], said], **beside(saved, same(text)))

    return figure(
        [
            bars(
                [
                    part(city, name, saved, alone)
                    for city, saved, alone in zip(found.cities, parts, found.alone, strict=True)
                ],
                colour,
                name=name,
                barCategoryGap="30%",
            )
            for name, colour, parts in (
                (Phrase("Shapley value", "沙普利值"), DEEP, found.shapley),
                (Phrase("nucleolus", "核仁"), EDGE, found.nucleolus),
            )
        ],
        x=values(
            Phrase(
                f"saving, million {money.en}, and in percent of the city's own cost",
                f"节省（百万{money.zh}）及占本市成本的百分比",
            ),
            min=min(0.0, *found.shapley) * 1.3,
            max=top * 1.35,
        ),
        y=rows(names[city] for city in found.cities),
    )


def loads(facts: Found, receptors: Names) -> Figure:
    """A row a receptor: its load above what the caps would bring, under each border."""
    called = [receptors.get(row.receptor, same(row.receptor)) for row in facts.loads]

    def load(place: int, border: str) -> dict[str, object]:
        words, value = option("border", border), getattr(facts.loads[place], border)
        name = called[place]
        said = [Phrase(f"{name.en}, {words.en}", f"{name.zh}，{words.zh}"), same(f"{value:+.1f} %")]
        return mark([value, place], said)

    return figure(
        [
            *(
                points(
                    [load(place, border) for place in range(len(facts.loads))],
                    colour,
                    size=13,
                    hollow=border == "cities",
                )
                for border, colour in BORDERS.items()
            ),
            ruler(across(100 * GUARD)),
        ],
        x=values(Phrase("percent above the load of the caps", "高于总量所对应负荷（%）"), scale=True),
        y=rows(called),
    )


def frontier(facts: Found, money: Phrase) -> Figure:
    """What a zone costs by how much more load a receptor may get; closed cities as a line above."""
    return figure(
        [
            line(
                [[each.guard_percent, each.cost_million] for each in facts.frontier],
                GREEN,
                said=[
                    Phrase("+{x} % load", "负荷+{x} %"),
                    Phrase(f"{{y:1}} million {money.en}", f"{{y:1}} 百万{money.zh}"),
                ],
                width=2.5,
                dots=8,
            ),
            ruler(across(100 * GUARD)),
        ],
        x=values(Phrase("percent by which a receptor's load may rise", "受体负荷允许上升的幅度（%）")),
        y=values(Phrase(f"cost, million {money.en}", f"成本（百万{money.zh}）"), scale=True),
    )


assert set(CHOICES["border"]) == set(BORDERS)
