"""What a method asks of works, in words: the columns of a sheet of sources by what they hold."""

from __future__ import annotations

import re

from airshed.pages.kit.words import Phrase

#: What may be asked for, the longer before what it holds.
INPUTS = {
    "or capacity and quota_g": Phrase("or capacity and permitted rate", "或产能与许可排放绩效"),
    "capacity of entrants": Phrase("capacity of entrants", "新源产能"),
    "steps of abatement": Phrase("steps of abatement", "减排措施"),
    "exposure_basis_points": Phrase("exposure to trade", "贸易暴露度"),
    "load_basis_points": Phrase("load", "负荷率"),
    "benchmark_g": Phrase("benchmark per product", "基准值"),
    "emitted_kg": Phrase("past emissions", "历史排放量"),
    "heat_mmbtu": Phrase("heat input", "热输入"),
    "quota_kg": Phrase("quantity of the permit", "许可年排放量"),
    "heat_gj": Phrase("heat sold", "供热量"),
    "criteria": Phrase("criteria of cities", "城市指标"),
    "weights": Phrase("weights", "权重"),
    "cooling": Phrase("kind of cooling", "冷却方式"),
    "output": Phrase("output", "产量"),
    "fuel": Phrase("fuel", "燃料"),
}


def inputs(asked: str) -> Phrase:
    """The inputs of a method in words.

    >>> inputs("output, benchmark_g, fuel").en, inputs("quota_kg or capacity and quota_g; output").zh
    ('output, benchmark per product, fuel', '许可年排放量或产能与许可排放绩效；产量')
    """
    words = re.compile("|".join(map(re.escape, INPUTS)))
    english = words.sub(lambda it: INPUTS[it[0]].en, asked)
    chinese = words.sub(lambda it: INPUTS[it[0]].zh, asked)
    chinese = re.sub(r"\s*,\s*", "、", chinese).replace("; ", "；")
    return Phrase(english, chinese.replace(" 或", "或").replace("、或", "或"))
