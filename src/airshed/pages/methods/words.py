"""What a method asks of works, in Chinese: the columns of a sheet of sources by what they hold."""

from __future__ import annotations

import re

#: What may be asked for, the longer before what it holds.
INPUTS = {
    "or capacity and quota_g": "或产能与许可排放绩效",
    "capacity of entrants": "新源产能",
    "steps of abatement": "减排措施",
    "exposure_basis_points": "贸易暴露度",
    "load_basis_points": "负荷率",
    "benchmark_g": "基准值",
    "emitted_kg": "历史排放量",
    "heat_mmbtu": "热输入",
    "quota_kg": "许可排放量",
    "heat_gj": "供热量",
    "criteria": "城市指标",
    "weights": "权重",
    "cooling": "冷却方式",
    "output": "产量",
    "fuel": "燃料",
}


def inputs_zh(asked: str) -> str:
    """The inputs of a method, in Chinese.

    >>> inputs_zh("output, benchmark_g, fuel"), inputs_zh("quota_kg or capacity and quota_g; output")
    ('产量、基准值、燃料', '许可排放量或产能与许可排放绩效；产量')
    """
    for word, chinese in INPUTS.items():
        asked = asked.replace(word, chinese)
    return re.sub(r"\s*,\s*", "、", asked).replace("; ", "；").replace(" 或", "或").replace("、或", "或")
