"""`airshed mrv`: the group of what is measured, substituted, estimated and recomputed."""

from __future__ import annotations

import typer

from airshed.cli.mrv import estimate as mrv_estimate
from airshed.cli.mrv import estimates as mrv_estimates
from airshed.cli.mrv import explain as mrv_explain
from airshed.cli.mrv import page as mrv_page
from airshed.cli.mrv import price as mrv_price
from airshed.cli.mrv import quality as mrv_quality
from airshed.cli.mrv import records as mrv_records
from airshed.cli.mrv import run as mrv_run

app = typer.Typer(help="Measured, substituted and estimated masses. 监测、替代与核算。", no_args_is_help=True)


@app.callback()
def mrv() -> None:
    """Measured, substituted and estimated masses. 监测、替代与核算。"""


for command in (
    mrv_run.run,
    mrv_run.readings,
    mrv_explain.explain,
    mrv_explain.limits,
    mrv_page.page,
    mrv_page.completeness,
    mrv_page.exceedances,
    mrv_price.meter_price,
    mrv_estimate.factors,
    mrv_estimate.estimate,
    mrv_estimate.co2,
    mrv_records.manual,
    mrv_records.balance,
    mrv_records.leaks,
    mrv_quality.quality,
    mrv_estimates.estimates,
):
    app.command()(command)
