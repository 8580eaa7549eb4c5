"""The charts of a pollutant that are about borders: prices, the saving of linking, loads at receptors."""

from __future__ import annotations

from collections.abc import Mapping

from airshed.lab.brief.designs import AXES as CHOICES
from airshed.lab.brief.designs import GUARD
from airshed.lab.brief.facts import Found
from airshed.pages.brief.words import option
from airshed.pages.kit.style import ALARM, INK, Figure, axis, figure, hover
from airshed.pages.kit.words import Language, Phrase

BORDERS: Mapping[str, str] = {"cities": "#9b4a5c", "guarded": "#5b8c5a", "zone": "#24506f"}
Names = Mapping[str, Phrase]


def prices(facts: Found, names: Names, money: Phrase, language: Language) -> Figure:
    """A row a city: its price of the first year behind closed borders, guarded, and in one market."""
    rows = facts.prices[::-1]
    labels = [names[row.city].said(language) for row in rows]
    data: list[Figure] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [row.zone, row.cities],
            "y": [label, label],
            "line": {"color": "#d3d9de", "width": 3},
            "hoverinfo": "skip",
        }
        for row, label in zip(rows, labels, strict=True)
    ]
    shown = [border for border in BORDERS if border != "guarded" or rows[0].guarded is not None]
    for border in shown:
        words = option("border", border)
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [getattr(row, border) for row in rows],
                "y": labels,
                "marker": {"size": 13, "color": BORDERS[border], "line": {"color": "#ffffff", "width": 1.5}},
                "hovertemplate": hover(
                    language,
                    (f"<b>%{{y}}</b>, {words.en}", f"%{{x:,.0f}} {money.en}/t"),
                    (f"<b>%{{y}}</b>，{words.zh}", f"%{{x:,.0f}} {money.zh}/吨"),
                ),
            }
        )
    top = max(max(row.cities, row.zone, row.guarded or 0.0) for row in rows)
    return figure(
        data,
        xaxis=axis(Phrase(f"{money.en} per tonne", f"{money.zh}/吨").said(language), range=[0, top * 1.06], nticks=6),
        yaxis=axis(type="category", showgrid=False),
    )


def linking(facts: Found, names: Names, money: Phrase, language: Language) -> Figure:
    """A row a city: its part of the saving by the Shapley value and by the nucleolus."""
    found = facts.linking
    assert found is not None
    labels = [names[city].said(language) for city in found.cities][::-1]
    data = []
    for name, colour, parts in (
        (Phrase("nucleolus", "核仁"), "#c3cad0", found.nucleolus),
        (Phrase("Shapley value", "沙普利值"), "#24506f", found.shapley),
    ):
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name.said(language),
                "x": list(parts[::-1]),
                "y": labels,
                "marker": {"color": colour},
                "text": [
                    f"{part:,.1f}" + (f" ({100 * part / alone:.1f} %)" if alone else "")
                    for part, alone in zip(parts[::-1], found.alone[::-1], strict=True)
                ],
                "textposition": "outside",
                "textfont": {"size": 11, "color": INK},
                "cliponaxis": False,
                "hovertemplate": f"<b>%{{y}}</b> {name.said(language)}: %{{text}}<extra></extra>",
            }
        )
    top = max(*found.shapley, *found.nucleolus, 1e-9)
    return figure(
        data,
        xaxis=axis(
            Phrase(
                f"saving, million {money.en}, and in percent of the city's own cost",
                f"节省（百万{money.zh}）及占本市成本的百分比",
            ).said(language),
            range=[min(0.0, *found.shapley) * 1.3, top * 1.35],
            nticks=5,
        ),
        yaxis=axis(type="category", showgrid=False),
        barmode="group",
        bargap=0.3,
    )


def loads(facts: Found, receptors: Names, language: Language) -> Figure:
    """A row a receptor: its load above what the caps would bring, under each border."""
    rows = facts.loads[::-1]
    labels = [receptors.get(row.receptor, Phrase(row.receptor, row.receptor)).said(language) for row in rows]
    data = []
    for border, colour in BORDERS.items():
        words = option("border", border).said(language)
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [getattr(row, border) for row in rows],
                "y": labels,
                "marker": {
                    "size": 13,
                    "color": colour,
                    "symbol": "circle-open" if border == "cities" else "circle",
                    "line": {
                        "width": 2 if border == "cities" else 1.5,
                        "color": colour if border == "cities" else "#fff",
                    },
                },
                "hovertemplate": f"<b>%{{y}}</b>, {words}<br>%{{x:+.1f}} %<extra></extra>",
            }
        )
    return figure(
        data,
        xaxis=axis(
            Phrase("percent above the load of the caps", "高于总量所对应负荷（%）").said(language), tickformat="+,"
        ),
        yaxis=axis(type="category", showgrid=False),
        shapes=[upright(100 * GUARD)],
    )


def frontier(facts: Found, money: Phrase, language: Language) -> Figure:
    """What a zone costs by how much more load a receptor may get; closed cities as a line above."""
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": [each.guard_percent for each in facts.frontier],
            "y": [each.cost_million for each in facts.frontier],
            "line": {"color": "#5b8c5a", "width": 2.5},
            "marker": {"size": 8, "color": "#5b8c5a"},
            "hovertemplate": hover(
                language,
                (f"+%{{x:g}} % load: %{{y:,.1f}} million {money.en}",),
                (f"负荷+%{{x:g}} %：%{{y:,.1f}} 百万{money.zh}",),
            ),
        }
    ]
    return figure(
        data,
        xaxis=axis(Phrase("percent by which a receptor's load may rise", "受体负荷允许上升的幅度（%）").said(language)),
        yaxis=axis(Phrase(f"cost, million {money.en}", f"成本（百万{money.zh}）").said(language), nticks=5),
        shapes=[upright(100 * GUARD)],
    )


def upright(x: float) -> dict[str, object]:
    """A dotted line where something is set."""
    return {
        "type": "line",
        "x0": x,
        "x1": x,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": ALARM, "width": 1.2, "dash": "dot"},
    }


assert set(CHOICES["border"]) == set(BORDERS)
