"""`airshed lab study`: the founding study, sentence by sentence, with what is computed beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, get_args

import typer

from airshed.cli.options import Json
from airshed.cli.show import as_json, console, table, writable
from airshed.model.near import near
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.lab.study.answers import Answered, AnsweredFigure


def study(
    part: Annotated[
        str, typer.Option(help="One part of it: zone, cement, steel, power or problems; all when left out.")
    ] = "",
    html: Annotated[str, typer.Option(metavar="FILE", help="Write a page with charts there.")] = "",
    json: Json = False,
) -> None:
    """The policy study of the zone, sentence by sentence, with what is computed here beside it. 政策研究逐句对照。

    Each figure stands as it is printed, with the one that is computed here where one can be, and why where the two
    differ; sentences without figures say where they are answered, or why they are not. Real works are named only where
    the study names them. Sources stand in every row of the tables, shown by --json and --html.

    Example: airshed lab study --part power

    Example: airshed lab study --html study.html
    """
    from airshed.lab.study.answers import answered
    from airshed.lab.study.reading import Part

    target = writable(html)
    if part and part not in get_args(Part):
        raise Malformed("--part", f"no such part {part!r}", near(part, get_args(Part)))
    whole = answered()
    shown = [each for each in whole.sentences if part in ("", each.sentence.part)]
    if target is not None:
        from airshed.pages.kit.html import write
        from airshed.pages.study import build

        write(target, build(whole))
    if json:
        as_json(
            {
                "sentences": [_fields(each) for each in shown],
                "counts": whole.counts,
                "beside": whole.rows.beside,
                "tables": whole.rows.tables,
            }
        )
        return
    for each in shown:
        _print(each)
    counts = whole.counts
    console.print(
        f"{counts['agree']} figures agree 一致, {counts['differ']} differ 不一致, {counts['built']} are so in"
        f" the zone that was built to them 按其设定, {counts['follow']} follow 推算,"
        f" {counts['printed']} stand as printed 仅引用"
    )
    if target is not None:
        console.print(f"{target}: {target.stat().st_size:,} bytes")


def _fields(each: Answered) -> dict[str, object]:
    return {
        "sentence": each.sentence,
        "figures": [
            {
                "figure": one.said,
                "computed": one.computed and float(one.computed.value),
                "how": one.computed and one.computed.how,
                "of": one.computed and one.computed.of,
                "agrees": one.agrees,
            }
            for one in each.figures
        ],
    }


def _print(each: Answered) -> None:
    said = each.sentence
    console.print(f"\n{said.en}\n  {said.zh}")
    if each.figures:
        table(
            "",
            ("figure", "数字", "printed 原文#", "computed 计算#", "", "measure", "how 算法"),
            [_row(one) for one in each.figures],
        )
    for one in each.figures:
        if one.agrees is False and one.said.because_en:
            console.print(f"  {one.said.en}: {one.said.because_en}")
    if said.because_en:
        console.print(f"  {said.because_en}\n  {said.because_zh}")
    if said.where:
        console.print(f"  see 见: {said.where}")


def _row(one: AnsweredFigure) -> tuple[str, ...]:
    words = {True: "agrees 一致", False: "differs 不一致", None: ""}
    verdict = "built so 按其设定" if one.agrees and one.built else words[one.agrees]
    how = "" if one.computed is None else one.computed.how
    return one.said.en, one.said.zh, one.said.published or "", one.shown, verdict, one.said.measure or "", how
