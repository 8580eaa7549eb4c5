"""Lines on two logarithmic scales as a small SVG, for the figures of the documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from pathlib import Path

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 640, 340, 64, 44, 16, 190
COLOURS = ("#24506f", "#c4932d", "#9b4a5c", "#2e8087", "#7a6aa0", "#5b8c5a")
Points = Sequence[tuple[float, float]]


def plot(path: Path, lines: Mapping[str, Points], across: str, up: str) -> None:
    """Write the lines, each with its name at its end; `across` and `up` name the axes and their measures."""
    xs = [x for points in lines.values() for x, _ in points]
    ys = [y for points in lines.values() for _, y in points]
    left, right = floor(log10(min(xs))), ceil(log10(max(xs)))
    low, high = floor(log10(min(ys))), ceil(log10(max(ys)))

    def place(x: float, y: float) -> tuple[float, float]:
        across_px = LEFT + (log10(x) - left) / max(1, right - left) * (WIDTH - LEFT - RIGHT)
        up_px = HEIGHT - BOTTOM - (log10(y) - low) / max(1, high - low) * (HEIGHT - BOTTOM - TOP)
        return round(across_px, 1), round(up_px, 1)

    marks = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
        ' font-size="12" fill="#1f2a33">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for power in range(left, right + 1):
        x, y = place(10.0**power, 10.0**low)
        marks.append(f'<path d="M{x} {y}V{TOP}" stroke="#dfe3e6"/>')
        marks.append(f'<text x="{x}" y="{y + 16}" text-anchor="middle">{10**power:,}</text>')
    for power in range(low, high + 1):
        x, y = place(10.0**left, 10.0**power)
        marks.append(f'<path d="M{x} {y}H{WIDTH - RIGHT}" stroke="#dfe3e6"/>')
        marks.append(f'<text x="{x - 6}" y="{y + 4}" text-anchor="end">{10.0**power:g}</text>')
    ends: list[float] = []
    for number, (name, points) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        placed = [place(x, y) for x, y in sorted(points)]
        path_of = "M" + "L".join(f"{x} {y}" for x, y in placed)
        marks.append(f'<path d="{path_of}" fill="none" stroke="{colour}" stroke-width="2"/>')
        marks += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in placed]
        x, y = placed[-1]
        while any(abs(y - other) < 14 for other in ends):
            y += 7
        ends.append(y)
        marks.append(f'<text x="{x + 8}" y="{y + 4}" fill="{colour}">{name}</text>')
    marks.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{across}</text>')
    middle = (HEIGHT - BOTTOM + TOP) / 2
    marks.append(f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">{up}</text>')
    path.write_text("\n".join([*marks, "</svg>"]) + "\n", "utf-8")
