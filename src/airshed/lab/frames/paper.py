"""Frames of the lab for a paper: a table in LaTeX, and a plain figure. CSV is what a frame writes by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import polars as pl

from airshed.lab.frames.reading import frame_in
from airshed.model.near import near
from airshed.model.refusal import Malformed

#: Signs that LaTeX reads as its own.
_SIGNS: Mapping[str, str] = {
    "\\": r"\textbackslash{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def latex(
    frame: pl.DataFrame,
    columns: Mapping[str, str] | None = None,
    *,
    digits: int = 2,
    caption: str = "",
    label: str = "",
) -> str:
    r"""A table of a frame for LaTeX, with the rules of booktabs; numbers stand to the right, null is a dash.

    `columns` says which columns and what their heads are, in this order; all under their own names if None. With a
    caption or a label it floats. `Malformed` for a column that is none and for digits that are not 0 to 12.
    Figures stay in the units of the frame (yuan, kg, fractions): a heading says which.

    >>> print(latex(pl.DataFrame({"method": ["history_3"], "whip": [0.5]}), {"method": "Method", "whip": "Whip"}))
    \begin{tabular}{lr}
    \toprule
    Method & Whip \\
    \midrule
    history\_3 & 0.50 \\
    \bottomrule
    \end{tabular}
    <BLANKLINE>
    """
    frame = frame_in(frame, "frame")
    heads = dict(columns) if columns is not None else {name: name for name in frame.columns}
    _known(frame, list(heads), "columns")
    if not 0 <= digits <= 12:
        raise Malformed("digits", f"{digits} digits", "give 0 to 12")
    chosen = frame.select(list(heads))
    places = "".join("r" if kind.is_numeric() else "l" for kind in chosen.dtypes)
    rows = [" & ".join(_cell(value, digits) for value in row) + r" \\" for row in chosen.iter_rows()]
    body = [
        rf"\begin{{tabular}}{{{places}}}",
        r"\toprule",
        " & ".join(map(_text, heads.values())) + r" \\",
        r"\midrule",
        *rows,
        r"\bottomrule",
        r"\end{tabular}",
    ]
    if caption or label:
        said = [rf"\caption{{{_text(caption)}}}"] * bool(caption) + [rf"\label{{{label}}}"] * bool(label)
        body = [r"\begin{table}", r"\centering", *said, *body, r"\end{table}"]
    return "\n".join(body) + "\n"


def plot(
    frame: pl.DataFrame,
    x: str,
    y: str | Sequence[str],
    *,
    kind: Literal["bar", "line", "points"] = "bar",
    axes: Any = None,
) -> Any:
    """The Axes of a figure of matplotlib: one or several columns against another, drawn into `axes` if given.

    Figures stay in the units of the frame (yuan, kg, fractions); null leaves a gap. The Axes are those of matplotlib,
    with its titles, scales and `axes.figure.savefig(...)`. Malformed if it is not installed, or a column is not there.
    """
    frame = frame_in(frame, "frame")
    names = [y] if isinstance(y, str) else list(y)
    _known(frame, [x, *names], "x and y")
    for name in names:
        if not frame[name].dtype.is_numeric():
            raise Malformed("y", f"{name} holds no numbers", "name a column of figures")
    if kind not in ("bar", "line", "points"):
        raise Malformed("kind", f"no such kind {kind!r}", "there are bar, line, points")
    axes = _axes() if axes is None else axes
    places = frame[x].to_list()
    for number, name in enumerate(names):
        values = [float("nan") if value is None else float(value) for value in frame[name]]
        if kind == "bar":
            width = 0.8 / len(names)
            axes.bar([place + (number - (len(names) - 1) / 2) * width for place in range(len(places))], values, width)
        else:
            axes.plot(places, values, "o" if kind == "points" else "-")
    if kind == "bar":
        axes.set_xticks(range(len(places)), [str(place) for place in places], rotation=30, ha="right")
    axes.set_xlabel(x)
    if len(names) == 1:
        axes.set_ylabel(names[0])
    else:
        axes.legend(names)
    return axes


def _axes() -> Any:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise Malformed("plot", "matplotlib is not installed", "pip install 'airshed[paper]'") from None
    return Figure(figsize=(6.4, 4.0), layout="constrained").add_subplot()


def _known(frame: pl.DataFrame, names: Sequence[str], place: str) -> None:
    for name in names:
        if name not in frame.columns:
            raise Malformed(place, f"no such column {name!r}", near(name, frame.columns))


def _cell(value: object, digits: int) -> str:
    if value is None:
        return "--"
    if isinstance(value, float):
        return f"{value:,.{digits}f}".replace("-", "$-$")
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else _text(str(value))


def _text(text: str) -> str:
    return "".join(_SIGNS.get(sign, sign) for sign in text)
