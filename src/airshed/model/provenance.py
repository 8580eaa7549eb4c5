"""What a book or a figure is: the doings of a real programme, or a simulation of a scenario from a seed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from airshed.model.measures import LARGEST

#: The scenario of a book that somebody fills by hand without saying what for.
BY_HAND = "by hand"
#: A compliance year that the demo plays.
DEMO = "demo year"
#: Agents of the lab that trade.
AGENTS = "trading agents"
#: The simulator's random market.
MISCHIEF = "random market"
#: Frames that simulated stacks report.
STACKS = "stacks that report"
#: The commands that the reference shows.
EXAMPLES = "examples of the reference"
#: A book played again under another law.
OTHER_LAW = "another law"
#: Scenarios that have a Chinese name; that of a file is its name in both languages.
CHINESE = {
    BY_HAND: "手工录入",
    DEMO: "示范履约年",
    AGENTS: "智能体交易",
    MISCHIEF: "随机市场",
    STACKS: "模拟排放口监测",
    EXAMPLES: "参考手册示例",
    OTHER_LAW: "另一规则下重演",
}


class Programme(msgspec.Struct, frozen=True, tag="programme", tag_field="is", forbid_unknown_fields=True):
    """A real programme: what is written here has happened, to firms that exist."""


class Simulation(msgspec.Struct, frozen=True, tag="simulation", tag_field="is", forbid_unknown_fields=True):
    """A simulation, a rehearsal or an example: no real firm did what is written here."""

    #: What is played, by name.
    scenario: Annotated[str, Meta(min_length=1, max_length=100)]
    #: The seed from which the same comes again; null when nothing was drawn.
    seed: Annotated[int, Meta(ge=-LARGEST, le=LARGEST)] | None = None


Provenance = Programme | Simulation


#: The word for each: what figures may be that come from no book.
Kind = Literal["law", "measured", "published", "given", "assumed", "simulated"]
#: What a row of a zone or a catalogue says of itself that nobody measured.
SIMULATED: Final = "simulated"

#: What each says in English and Chinese. One vocabulary for the whole house.
KINDS: dict[Kind, tuple[str, str]] = {
    "law": ("the text of a rulebook", "规则文本"),
    "measured": ("measured, as monitors reported it", "监测设备上报的数据"),
    "published": ("published, with its source", "公开发布的数据（注明来源）"),
    "given": ("computed from what was given", "由所给数据计算"),
    "assumed": ("assumed", "假设"),
    "simulated": ("simulated", "模拟数据"),
}


class Figures(msgspec.Struct, frozen=True, tag="figures", tag_field="is", forbid_unknown_fields=True):
    """Figures that come from no book: each a word of `KINDS`."""

    of: Annotated[tuple[Kind, ...], Meta(min_length=1)]


#: What anything that is shown may say of itself.
Told = Provenance | Figures


def of_evidence(seed: int | None) -> Told:
    """What evidence is: simulated from a seed, or, without one, measured.

    >>> of_evidence(7), of_evidence(None)
    (Simulation(scenario='stacks that report', seed=7), Figures(of=('measured',)))
    """
    return Figures(("measured",)) if seed is None else Simulation(STACKS, seed)


def is_measured(told: Told) -> bool:
    """Whether monitors measured all of it: what alone a real programme may seal.

    >>> is_measured(of_evidence(None)), is_measured(of_evidence(7)), is_measured(Figures(("measured", "simulated")))
    (True, False, False)
    """
    return told == of_evidence(None)


def together(found: Iterable[Told]) -> Told:
    """What several things are that are shown, summed or kept as one; of none of them, what is given.

    >>> together([Simulation(STACKS, 7), Simulation(STACKS, 8)])
    Simulation(scenario='stacks that report', seed=None)
    >>> together([of_evidence(7), of_evidence(None)])
    Figures(of=('measured', 'simulated'))
    """
    apart = list(dict.fromkeys(found))
    if len(apart) == 1:
        return apart[0]
    played = {each.scenario for each in apart if isinstance(each, Simulation)}
    if len(played) == 1 and all(isinstance(each, Simulation) for each in apart):
        return Simulation(played.pop())
    kinds = {kind for each in apart for kind in _kinds(each)} or {"given"}
    return Figures(tuple(kind for kind in KINDS if kind in kinds))


def _kinds(told: Told) -> tuple[Kind, ...]:
    match told:
        case Figures(of=kinds):
            return kinds
        case Simulation():
            return ("simulated",)
        case Programme():
            return ("given",)


def said(provenance: Told | None) -> tuple[str, str]:
    """The line that every table, file and page carries, in English and Chinese.

    >>> said(Simulation(DEMO, 7))[0]
    'Simulated: demo year, seed 7. No real firm did this.'
    >>> said(Simulation(BY_HAND))[1]
    '模拟数据：手工录入。不反映任何真实企业的行为。'
    """
    match provenance:
        case None:
            return "Nothing says what these figures are.", "未说明数据性质。"
        case Programme():
            return "Programme: records of a real programme.", "实际运行：真实交易体系的记录。"
        case Simulation(scenario=scenario, seed=seed):
            name = CHINESE.get(scenario, scenario)
            drawn_en, drawn_zh = ("", "") if seed is None else (f", seed {seed}", f"，随机种子{seed}")
            return (
                f"Simulated: {scenario}{drawn_en}. No real firm did this.",
                f"模拟数据：{name}{drawn_zh}。不反映任何真实企业的行为。",
            )
        case Figures(of=kinds):
            played = "simulated" in kinds
            return (
                f"Figures: {', '.join(KINDS[kind][0] for kind in kinds)}." + " No real firm did this." * played,
                f"数据性质：{'、'.join(KINDS[kind][1] for kind in kinds)}。" + "不反映任何真实企业的行为。" * played,
            )


def one_line(provenance: Told) -> str:
    """Both languages in one line."""
    return " ".join(said(provenance))
