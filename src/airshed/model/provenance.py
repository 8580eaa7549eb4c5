"""What a book or a figure is: the doings of a real programme, or a simulation of a scenario from a seed."""

from __future__ import annotations

from typing import Annotated

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


def said(provenance: Provenance) -> tuple[str, str]:
    """The line that every table, file and page carries, in English and Chinese.

    >>> said(Simulation(DEMO, 7))[0]
    'Simulated: demo year, seed 7. No real firm did this.'
    >>> said(Simulation(BY_HAND))[1]
    '模拟数据：手工录入。不反映任何真实企业的行为。'
    """
    match provenance:
        case Programme():
            return "Programme: records of a real programme.", "实际运行：真实交易体系的记录。"
        case Simulation(scenario=scenario, seed=seed):
            name = CHINESE.get(scenario, scenario)
            drawn_en, drawn_zh = ("", "") if seed is None else (f", seed {seed}", f"，随机种子{seed}")
            return (
                f"Simulated: {scenario}{drawn_en}. No real firm did this.",
                f"模拟数据：{name}{drawn_zh}。不反映任何真实企业的行为。",
            )
