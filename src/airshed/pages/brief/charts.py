"""The charts of the brief that are about designs: scores, what each choice is worth, and weights."""

from __future__ import annotations

from airshed.lab.brief.facts import BriefFacts
from airshed.lab.brief.measures import Criterion
from airshed.pages.brief.words import AXES, COLOURS, CRITERIA, DESIGNS, option
from airshed.pages.kit.colours import ALARM, AMBER, DEEP, PAPER, QUIET_BLUE
from airshed.pages.kit.figures import Figure, bars, drawn, figure, label, mark, points, rows, totals, values
from airshed.pages.kit.words import Phrase, same

#: Pixels of a bar, and of what lies around the bars.
ROW, EDGES = 30, 76
#: Pixels beside the bars of scores in which a figure has room on a telephone, too.
ROOM = 44
#: Shades of the options of a choice, in their order.
SHADES = (DEEP, QUIET_BLUE, AMBER, "var(--nox)")


def height(count: int) -> int:
    """Pixels that a chart of so many rows needs."""
    return EDGES + ROW * count


def order_of(facts: BriefFacts) -> list[str]:
    """Designs with a name, the best first; a named one that is the choice is shown as the choice alone."""
    shown = [name for name in facts.scores if name != facts.same_as]
    return sorted(shown, key=lambda name: (-round(facts.scores[name], 1), name != "choice", -facts.scores[name]))


def scores(facts: BriefFacts) -> Figure:
    """A bar a design, made up of what each criterion adds under the stated weights."""
    names = order_of(facts)
    there = [each for each in facts.weights if facts.values["choice"][each] is not None]
    total = sum(facts.weights[each] for each in there)

    def part(name: str, criterion: Criterion) -> dict[str, object]:
        value = facts.values[name][criterion] or 0.0
        adds = 100 * facts.weights[criterion] / total * value
        words = CRITERIA[criterion]
        said = Phrase(
            f"{words.en}: {100 * value:.0f} of 100, adds {adds:.1f}", f"{words.zh}：{100 * value:.0f}分，贡献{adds:.1f}"
        )
        return mark(adds, [DESIGNS[name], said])

    return figure(
        [
            *(
                bars(
                    [part(name, criterion) for name in names],
                    COLOURS[criterion],
                    name=CRITERIA[criterion],
                    stack="score",
                    barCategoryGap="28%",
                )
                for criterion in there
            ),
            totals("score", [same(f"{facts.scores[name]:.1f}") for name in names]),
        ],
        x=values(
            Phrase("score of 100 under the stated weights", "按所列权重的得分（满分100）"),
            min=0,
            max=max(facts.scores.values()) * 1.12,
        ),
        y=rows(DESIGNS[name] for name in names),
        grid={"right": ROOM},
    )


def effects(facts: BriefFacts) -> Figure:
    """The mean score of all designs with each option, in groups by choice; the chosen option is filled."""
    lines: list[tuple[str, str]] = []
    for name, options in facts.axes.items():
        lines += [(name, ""), *((name, each) for each in options)]
    amounts = [facts.effects[name][each] for name, each in lines if each]
    low, high = min(amounts), max(amounts)
    room = (high - low or 1.0) * 0.2
    best = {name: max(facts.effects[name].values()) for name in facts.axes}
    marks = []
    for place, (name, each) in enumerate(lines):
        if each:
            amount = f"{facts.effects[name][each]:.1f}"
            chosen = facts.choice[name] == each
            look = {"color": COLOURS["cost"] if chosen else PAPER, "borderColor": COLOURS["cost"], "borderWidth": 2}
            said = [option(name, each), Phrase(f"mean score {amount}", f"平均得分 {amount}")]
            # What is chosen below an alternative says why.
            beaten = chosen and facts.effects[name][each] < best[name]
            text = (
                Phrase(f"{amount}, best with the others", f"{amount}，与其他选择组合最优") if beaten else same(amount)
            )
            side = "left" if beaten and facts.effects[name][each] > (low + high) / 2 else "right"
            shown = label(text, side, narrow=same(amount))
            marks.append(mark([facts.effects[name][each], place], said, itemStyle=look, **shown))
    return figure(
        [points(marks, COLOURS["cost"], size=13)],
        x=values(
            Phrase("mean score with the option", "其他选择相同时，含该选项的平均得分"),
            min=low - room,
            max=high + room,
        ),
        y=rows(option(name, each) if each else _headed(AXES[name]) for name, each in lines),
    )


def _headed(name: Phrase) -> Phrase:
    """The name of a group of rows, set off from the rows."""
    return Phrase(f"{{head|{name.en}}}", f"{{head|{name.zh}}}")


def accepted(facts: BriefFacts) -> Figure:
    """A bar a choice: in which part of all weights the winner has each option."""
    names = list(facts.axes)
    most = max(len(options) for options in facts.axes.values())

    def part(name: str, place: int) -> dict[str, object]:
        if place >= len(facts.axes[name]):
            return mark(None)
        each = facts.axes[name][place]
        share, words = 100 * facts.accepted[name][each], option(name, each)
        ink = "#fff" if place % len(SHADES) != 1 else "#1f2a33"
        if place % len(SHADES) == 0:
            ink = PAPER
        figure_alone = same(f"{share:.0f} %" if share >= 5 else "")
        said = Phrase(f"{words.en} {share:.0f} %", f"{words.zh} {share:.0f} %")
        return mark(share, [AXES[name], said], **label(said, "inside", color=ink, short=figure_alone, share=share))

    return figure(
        [
            bars(
                [part(name, place) for name in names],
                SHADES[place % len(SHADES)],
                stack="weights",
                barCategoryGap="30%",
            )
            for place in range(most)
        ],
        x=values(Phrase("percent of all possible weights", "占全部可能权重的百分比"), min=0, max=100),
        y=rows(AXES[name] for name in names),
    )


def holds(facts: BriefFacts) -> Figure:
    """A bar a criterion: between which weights the choice stays the best; the stated weight is a tick."""
    total = sum(facts.weights[each] for each in facts.holds)
    spans = []
    for place, (each, (low, high)) in enumerate(facts.holds.items()):
        said = Phrase(f"best from {low:.0f} to {high:.0f} %", f"权重在 {low:.0f} 至 {high:.0f} % 之间时仍为最优")
        spans.append(mark([low, high, place], [CRITERIA[each], said]))
    return figure(
        [
            drawn("spans", spans, QUIET_BLUE, thick=16),
            points(
                [[100 * facts.weights[each] / total, place] for place, each in enumerate(facts.holds)],
                ALARM,
                symbol="rect",
                size=[3, 22],
                silent=True,
            ),
        ],
        x=values(Phrase("weight of the criterion, percent", "该准则的权重（%）"), min=0, max=100),
        y=rows(CRITERIA[each] for each in facts.holds),
    )
