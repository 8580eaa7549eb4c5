"""The chart library that pages carry, and figures as they reach it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from gzip import compress
from pathlib import Path

import msgspec
import pytest

from airshed.model.refusal import Malformed
from airshed.pages.kit import html
from airshed.pages.kit.colours import ALARM
from airshed.pages.kit.figures import bars, beside, days, figure, mark, rows, values
from airshed.pages.kit.html import chart_library, environment, script_json
from airshed.pages.kit.words import Phrase
from browsers import Seen, opened, show_at

ROOT = Path(__file__).parent.parent
#: Bytes, gzipped, that the library may weigh so that a screen with charts stays under 350 KB.
LARGEST = 250_000
LOCK = json.loads((ROOT / "charts" / "package-lock.json").read_text())


def test_the_lock_pins_every_package_by_its_hash_and_names_no_address() -> None:
    packages = {name: each for name, each in LOCK["packages"].items() if name}
    assert {"node_modules/echarts", "node_modules/zrender", "node_modules/esbuild"} <= set(packages)
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
    assert not any("resolved" in each for each in packages.values())


def test_the_bundle_is_what_the_lock_pins_with_its_licences_and_small_enough_for_a_screen() -> None:
    bundle = chart_library()
    assert bundle.startswith(f"/*!\necharts {LOCK['packages']['node_modules/echarts']['version']}\n")
    for said in ("Apache ECharts", "Apache License", "Copyright (c) 2017, Baidu Inc.", "Mike Bostock", "tslib"):
        assert said in bundle
    assert "</script" not in bundle
    code = re.sub(r"/\*!.*?\*/", "", bundle, flags=re.DOTALL)
    assert set(re.findall(r"https?://[\w.]+", code)) == {"http://www.w3.org"}
    assert len(compress(bundle.encode())) < LARGEST


def test_a_page_drawn_without_the_bundle_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "files", lambda package: tmp_path)
    with pytest.raises(Malformed, match="not bundled in this checkout; run make charts first"):
        chart_library()


def test_a_figure_is_plain_json_with_its_texts_in_both_languages() -> None:
    made = figure(
        [bars([mark(-2, [Phrase("two short", "缺二")], **beside(-2, "−2")), 3], ALARM, name="a")],
        x=values(Phrase("mass (t)", "质量（吨）")),
        y=rows([Phrase("one", "一"), "b"]),
    )
    said = msgspec.json.decode(str(script_json({"a": made})))["a"]
    assert said["xAxis"] == {"type": "value", "name": {"en": "mass (t)", "zh": "质量（吨）"}}
    assert said["yAxis"]["data"] == [{"en": "one", "zh": "一"}, "b"]
    first, second = said["series"][0]["data"]
    assert first["value"] == -2
    assert first["said"] == [{"en": "two short", "zh": "缺二"}]
    assert first["label"]["position"] == "left"
    assert second == 3


def test_days_are_counted_as_browsers_count_them() -> None:
    assert days("1970-01-02", "1970-01-03") == {"type": "time", "min": 86_400_000, "max": 172_800_000}
    assert "min" not in days()


def test_every_colour_that_figures_name_is_in_the_style_sheet_light_and_dark() -> None:
    light: set[str] = set()
    for sheet in (ROOT / "src" / "airshed" / "pages").rglob("*.css"):
        parts = re.findall(r":root \{(.*?)\}", sheet.read_text("utf-8"), re.DOTALL)
        own, dark = (set(re.findall(r"(--[\w-]+):", part)) for part in parts[:2])
        assert own - dark <= {"--sans", "--mono"}, sheet
        assert dark <= own, sheet
        light |= own
    used = {
        name
        for path in (ROOT / "src" / "airshed" / "pages").rglob("*")
        if path.suffix in (".py", ".js", ".j2", ".css") and path.is_file() and "assets" not in path.parts
        for name in re.findall(r"var\((--[\w-]+)\)", path.read_text("utf-8"))
    }
    counted = {"--pollutants"}  # a number of columns, which the brief's own table sets
    assert used <= light | counted, sorted(used - light)


# --- how they are drawn


EVIL = "<img src=x onerror=alert(1)>"
BELOW = Phrase("-1 t (-5.0 %)", "-1吨（-5.0%）")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """A page of one chart whose names try to be more than text."""
    marks = [mark(3, [Phrase(EVIL, "坏"), "{x} as it stands"]), mark(1, [Phrase("good", "好"), "1 t"])]
    marks.append(mark(-1, [Phrase("SO2-KM-2027", "2027-01-01"), "-1 t"], **beside(-1, BELOW)))
    named = rows([EVIL, Phrase("b", "乙"), "c"])
    made = figure([bars(marks, ALARM)], x=values(Phrase("mass (t)", "质量（吨）")), y=named)
    skeleton = environment("airshed.pages.kit").from_string(PAGE)
    path = tmp_path_factory.mktemp("figures") / "figures.html"
    path.write_text(skeleton.render(charts=script_json({"a": made}), provenance=Phrase("", "")), "utf-8")
    with opened(path) as found:
        yield found


PAGE = """{% extends "base.html.j2" %}{% block main %}
<div class="chart" role="img" aria-label="Masses / 质量" data-chart="a" style="height:300px"></div>{% endblock %}"""


def test_what_is_shown_over_a_mark_is_text_in_the_language_shown(seen: Seen) -> None:
    for language, said in (("zh", "坏"), ("en", EVIL)):
        show_at(seen.page, 1280, language)
        box = seen.page.locator(".chart").bounding_box()
        assert box is not None
        seen.page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 55)
        seen.page.wait_for_function("said => document.querySelector('.chart').innerText.includes(said)", arg=said)
        assert "{x} as it stands" in seen.page.inner_text(".chart")
        seen.page.mouse.move(0, 0)
    assert seen.page.locator(".chart img").count() == 0
    assert seen.complaints == []


def test_a_screen_reader_is_told_name_measure_and_marks_in_its_language(seen: Seen) -> None:
    show_at(seen.page, 1280, "en")
    assert seen.page.get_attribute(".chart", "aria-label") == (
        f"Masses; mass (t); {EVIL}, {{x}} as it stands; good, 1 t; SO2-KM-2027, −1 t"
    )
    show_at(seen.page, 1280, "zh")
    said = seen.page.get_attribute(".chart", "aria-label")
    assert said == "质量；质量（吨）；坏，{x} as it stands；好，1 t；2027-01-01，−1 t"


def test_a_label_below_zero_has_the_minus_sign_and_a_name_keeps_its_hyphens(seen: Seen) -> None:
    for language, said in (("zh", "−1吨（−5.0%）"), ("en", "−1 t (−5.0 %)")):
        show_at(seen.page, 1280, language)
        drawn = seen.page.locator(".chart svg text").all_text_contents()
        assert said in drawn
        assert "−1" in drawn, "the axis too"
        assert not [text for text in drawn if text.startswith("-")]


def test_colours_follow_a_dark_scheme_and_paper_is_light(seen: Seen) -> None:
    page = seen.page
    drawn_in = (
        "colour => [...document.querySelectorAll('.chart path')].some(path => path.getAttribute('fill') === colour)"
    )
    page.wait_for_function(drawn_in, arg="#b3392f")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(drawn_in, arg="#e8796e")
    page.emulate_media(color_scheme="dark", media="print")
    page.wait_for_function(drawn_in, arg="#b3392f")
    page.emulate_media(color_scheme="light", media="screen")
