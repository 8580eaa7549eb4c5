"""The charts of the brief that are about designs: scores, what each choice is worth, and weights."""

from __future__ import annotations

from airshed.lab.brief.facts import BriefFacts
from airshed.pages.brief.words import AXES, COLOURS, CRITERIA, DESIGNS, option
from airshed.pages.kit.style import ALARM, INK, QUIET_BLUE, Figure, axis, figure, hover, note
from airshed.pages.kit.words import Language, Phrase

#: Pixels of a bar, and of what lies around the bars.
ROW, EDGES = 30, 76
#: Pixels beside the bars of scores in which a figure has room on a telephone, too.
ROOM = 44
#: Shades of the options of a choice, in their order.
SHADES = ("#24506f", "#7fa3bd", "#c4932d", "#9b4a5c")


def height(rows: int) -> int:
    """Pixels that a chart of so many rows needs."""
    return EDGES + ROW * rows


def order_of(facts: BriefFacts) -> list[str]:
    """Designs with a name, the best first; a named one that is the choice is shown as the choice alone."""
    shown = [name for name in facts.scores if name != facts.same_as]
    return sorted(shown, key=lambda name: (-facts.scores[name], name != "choice"))


def scores(facts: BriefFacts, language: Language) -> Figure:
    """A bar a design, made up of what each criterion adds under the stated weights."""
    names = order_of(facts)[::-1]
    labels = [DESIGNS[name].said(language) for name in names]
    there = [each for each in facts.weights if facts.values["choice"][each] is not None]
    total = sum(facts.weights[each] for each in there)
    data = []
    for criterion in there:
        points = [100 * facts.weights[criterion] / total * (facts.values[name][criterion] or 0.0) for name in names]
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": CRITERIA[criterion].said(language),
                "x": points,
                "y": labels,
                "marker": {"color": COLOURS[criterion]},
                "customdata": [[100 * (facts.values[name][criterion] or 0.0)] for name in names],
                "hovertemplate": hover(
                    language,
                    ("<b>%{y}</b>", f"{CRITERIA[criterion].en}: %{{customdata[0]:.0f}} of 100, adds %{{x:.1f}}"),
                    ("<b>%{y}</b>", f"{CRITERIA[criterion].zh}：%{{customdata[0]:.0f}}分，贡献%{{x:.1f}}"),
                ),
            }
        )
    return figure(
        data,
        xaxis=axis(
            Phrase("score of 100 under the stated weights", "按所列权重的得分（满分100）").said(language),
            range=[0, max(facts.scores.values()) * 1.12],
        ),
        yaxis=axis(type="category", showgrid=False),
        barmode="stack",
        bargap=0.28,
        margin={"l": 8, "r": ROOM, "t": 10, "b": 8},
        annotations=[
            note(
                f"<b>{facts.scores[name]:.1f}</b>",
                facts.scores[name],
                label,
                xanchor="left",
                xshift=6,
                font={"size": 12, "color": INK},
            )
            for name, label in zip(names, labels, strict=True)
        ],
    )


def effects(facts: BriefFacts, language: Language) -> Figure:
    """The mean score of all designs with each option, in groups by choice; the chosen option is filled."""
    rows = [(name, each) for name, options in facts.axes.items() for each in options][::-1]
    groups = [[AXES[name].said(language) for name, _ in rows], [option(*row).said(language) for row in rows]]
    amounts = [facts.effects[name][each] for name, each in rows]
    chosen = [facts.choice[name] == each for name, each in rows]
    low, high = min(amounts), max(amounts)
    room = (high - low or 1.0) * 0.15
    data = {
        "type": "scatter",
        "mode": "markers+text",
        "x": amounts,
        "y": groups,
        "marker": {
            "size": 13,
            "color": [COLOURS["cost"] if each else "#ffffff" for each in chosen],
            "line": {"width": 2, "color": COLOURS["cost"]},
        },
        "text": [f"  {amount:.1f}" for amount in amounts],
        "textposition": "middle right",
        "textfont": {"size": 11, "color": INK},
        "cliponaxis": False,
        "hovertemplate": hover(language, ("mean score %{x:.1f}",), ("平均得分 %{x:.1f}",)),
    }
    return figure(
        [data],
        xaxis=axis(
            Phrase("mean score with the option, all else alike", "其他选择相同时，含该选项的平均得分").said(language),
            range=[low - room, high + room],
        ),
        yaxis=axis(type="multicategory", showgrid=True, dividercolor="#9aa5ad"),
    )


def accepted(facts: BriefFacts, language: Language) -> Figure:
    """A bar a choice: in which part of all weights the winner has each option."""
    names = list(facts.axes)[::-1]
    labels = [AXES[name].said(language) for name in names]
    data: list[Figure] = []
    for name, label in zip(names, labels, strict=True):
        for place, each in enumerate(facts.axes[name]):
            part = 100 * facts.accepted[name][each]
            words = option(name, each).said(language)
            data.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "x": [part],
                    "y": [label],
                    "marker": {"color": SHADES[place % len(SHADES)], "line": {"color": "#ffffff", "width": 1}},
                    "text": [f"{words} {part:.0f} %" if part >= 18 else f"{part:.0f} %" if part >= 5 else ""],
                    "textposition": "inside",
                    "insidetextanchor": "middle",
                    "textangle": 0,
                    "textfont": {"size": 11, "color": "#ffffff" if place % len(SHADES) != 1 else INK},
                    "hovertemplate": f"<b>{words}</b> %{{x:.0f}} %<extra></extra>",
                }
            )
    return figure(
        data,
        xaxis=axis(Phrase("percent of all possible weights", "占全部可能权重的百分比").said(language), range=[0, 100]),
        yaxis=axis(type="category", showgrid=False),
        barmode="stack",
        bargap=0.3,
        uniformtext={"mode": "hide", "minsize": 10},
    )


def holds(facts: BriefFacts, language: Language) -> Figure:
    """A bar a criterion: between which weights the choice stays the best; the stated weight is a tick."""
    rows = list(facts.holds)[::-1]
    labels = [CRITERIA[each].said(language) for each in rows]
    total = sum(facts.weights[each] for each in facts.holds)
    lows, highs = [facts.holds[each][0] for each in rows], [facts.holds[each][1] for each in rows]
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "base": lows,
            "x": [high - low for low, high in zip(lows, highs, strict=True)],
            "y": labels,
            "marker": {"color": QUIET_BLUE},
            "customdata": [[low, high] for low, high in zip(lows, highs, strict=True)],
            "hovertemplate": hover(
                language,
                ("<b>%{y}</b>", "best from %{customdata[0]:.0f} to %{customdata[1]:.0f} %"),
                ("<b>%{y}</b>", "权重在 %{customdata[0]:.0f} 至 %{customdata[1]:.0f} % 之间时仍为最优"),
            ),
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": [100 * facts.weights[each] / total for each in rows],
            "y": labels,
            "marker": {"symbol": "line-ns", "size": 16, "line": {"width": 3, "color": ALARM}},
            "hoverinfo": "skip",
        },
    ]
    return figure(
        data,
        xaxis=axis(Phrase("weight of the criterion, percent", "该准则的权重（%）").said(language), range=[0, 100]),
        yaxis=axis(type="category", showgrid=False),
        bargap=0.45,
    )
