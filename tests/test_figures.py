"""The chart library that pages carry, and figures as they reach it."""

from __future__ import annotations

import json
import re
from gzip import compress
from pathlib import Path

import msgspec
import pytest

from airshed.model.refusal import Malformed
from airshed.pages.kit import html
from airshed.pages.kit.colours import ALARM
from airshed.pages.kit.figures import bars, beside, days, figure, mark, rows, values
from airshed.pages.kit.html import chart_library, script_json
from airshed.pages.kit.words import Phrase

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
    sheet = (ROOT / "src" / "airshed" / "pages" / "kit" / "templates" / "page.css").read_text()
    light, dark = (
        set(re.findall(r"(--[\w-]+):", part)) for part in re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)[:2]
    )
    assert light - dark <= {"--sans", "--mono"}
    assert dark <= light
    used = {
        name
        for path in (ROOT / "src" / "airshed" / "pages").rglob("*")
        if path.suffix in (".py", ".js", ".j2", ".css") and path.is_file() and "assets" not in path.parts
        for name in re.findall(r"var\((--[\w-]+)\)", path.read_text("utf-8"))
    }
    assert used <= light, sorted(used - light)
