"""`airshed lab`: what a design would cost, who would abate, and what allowances would be worth, with proof."""

from __future__ import annotations

import typer

from airshed.cli import (
    lab_agents,
    lab_brief,
    lab_cocontrol,
    lab_collar,
    lab_equilibrium,
    lab_examples,
    lab_frictions,
    lab_guide,
    lab_linking,
    lab_methods,
    lab_prices,
    lab_replay,
    lab_run,
    lab_sensitivity,
    lab_tax,
)

app = typer.Typer(
    help="The policy lab: shares, prices, equilibria, futures and a design brief. 政策实验室。", no_args_is_help=True
)


@app.callback()
def lab() -> None:
    """The policy lab: shares, prices, equilibria, futures and a design brief. 政策实验室。"""


for each in (
    lab_brief,
    lab_methods,
    lab_prices,
    lab_tax,
    lab_guide,
    lab_equilibrium,
    lab_linking,
    lab_cocontrol,
    lab_collar,
    lab_frictions,
    lab_agents,
    lab_run,
    lab_sensitivity,
    lab_replay,
    lab_examples,
):
    each.register(app)
