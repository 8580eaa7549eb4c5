"""`airshed lab`: what a design would cost, who would abate, and what allowances would be worth, with proof."""

from __future__ import annotations

import typer

from airshed.cli.lab import agents as lab_agents
from airshed.cli.lab import bridge as lab_bridge
from airshed.cli.lab import brief as lab_brief
from airshed.cli.lab import cocontrol as lab_cocontrol
from airshed.cli.lab import collar as lab_collar
from airshed.cli.lab import equilibrium as lab_equilibrium
from airshed.cli.lab import examples as lab_examples
from airshed.cli.lab import formula as lab_formula
from airshed.cli.lab import frictions as lab_frictions
from airshed.cli.lab import guide as lab_guide
from airshed.cli.lab import linking as lab_linking
from airshed.cli.lab import methods as lab_methods
from airshed.cli.lab import prices as lab_prices
from airshed.cli.lab import replay as lab_replay
from airshed.cli.lab import run as lab_run
from airshed.cli.lab import sensitivity as lab_sensitivity
from airshed.cli.lab import study as lab_study
from airshed.cli.lab import tax as lab_tax

app = typer.Typer(
    help="The policy lab: shares, prices, equilibria, futures and a design brief. 政策实验室。", no_args_is_help=True
)


@app.callback()
def lab() -> None:
    """The policy lab: shares, prices, equilibria, futures and a design brief. 政策实验室。"""


for each in (
    lab_brief,
    lab_methods,
    lab_study,
    lab_prices,
    lab_tax,
    lab_guide,
    lab_equilibrium,
    lab_bridge,
    lab_linking,
    lab_cocontrol,
    lab_collar,
    lab_frictions,
    lab_agents,
    lab_run,
    lab_sensitivity,
    lab_replay,
    lab_formula,
    lab_examples,
):
    each.register(app)
