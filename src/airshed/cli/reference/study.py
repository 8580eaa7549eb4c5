"""The page of the founding study: every sentence, what is computed beside it, where it is seen or why not."""

from __future__ import annotations

from airshed.lab.study.answers import Answered, AnsweredFigure, answered

_HEAD = """# The founding study, sentence by sentence

What the 2018 policy study of the Dianzhong zone says, restated, and what `airshed lab study` computes beside it.
`airshed lab study --html study.html` is the same as a page in English and Chinese with charts. What was found:
[the study answered](../explanation/study.md).

**agrees**: rounded to its digits, or within its range, it is what the study prints. **differs**: it is not, and a line
below says why. **built so**: it is counted in the simulated zone, which was built to it. A figure with nothing under
*printed* follows from those above it; one with nothing under *computed* stands as it is printed.
"""
_PARTS = {
    "zone": "The zone 全区",
    "cement": "Cement 水泥",
    "steel": "Iron and steel 钢铁",
    "power": "Thermal power and CO2 火电与二氧化碳",
    "problems": "What is wrong with rights today 排污权现存问题",
}
_ANSWERS = {
    "computed": "computed",
    "shown": "shown",
    "quoted": "quoted, as published",
    "not": "not here",
}


def markdown(generated: str) -> str:
    """The page."""
    study = answered()
    lines = [_HEAD, f"{generated}\n"]
    for part, name in _PARTS.items():
        lines.append(f"## {name}\n")
        for each in study.sentences:
            if each.sentence.part == part:
                lines += _sentence(each)
    lines.append("## What else is used 其他数据来源\n\n| what | figure | source | |\n|---|---:|---|---|")
    lines += [
        f"| {each.name.replace('_', ' ')} | {each.figure:,f} {each.measure} | {each.source} | {each.status} |"
        for each in study.rows.beside
    ]
    lines += [f"| {each.table} | | {each.source} | {each.status} |" for each in study.rows.tables]
    return "\n".join((*lines, ""))


def _sentence(each: Answered) -> list[str]:
    said = each.sentence
    lines = [f"**{said.en}**\n{said.zh} *({_ANSWERS[said.answer]})*\n"]
    if each.figures:
        lines.append("| figure | 数字 | printed | computed | | how |\n|---|---|---:|---:|---|---|")
        lines += [_figure(one) for one in each.figures]
        lines.append("")
    lines += [f"* {one.said.en}: {one.said.because_en}" for one in each.figures if one.agrees is False]
    lines += [f"* {said.because_en}"] if said.because_en else []
    lines += [f"* see {', '.join(f'`{place}`' for place in said.places)}"] if said.places else []
    return [*lines, ""]


def _figure(one: AnsweredFigure) -> str:
    verdict = "built so" if one.agrees and one.built else {True: "agrees", False: "**differs**", None: ""}[one.agrees]
    measure = f" {one.said.measure}" if one.said.measure else ""
    stated = f"{one.said.published}{measure}" if one.said.published else ""
    computed = f"{one.shown}{measure}" if one.computed else ""
    how = one.computed.how if one.computed else ""
    return f"| {one.said.en} | {one.said.zh} | {stated} | {computed} | {verdict} | {how} |"
