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
from airshed.cli.lab import two_laws as lab_two_laws

app = typer.Typer(
    help="The policy lab: shares, prices, equilibria, futures and a design brief. 政策实验室。", no_args_is_help=True
)


@app.callback()
def lab() -> None:
    """The policy lab: shares, prices, equilibria, futures and a design brief. 政策实验室。"""


for command in (
    lab_brief.brief,
    lab_methods.methods,
    lab_study.study,
    lab_prices.prices,
    lab_tax.tax,
    lab_guide.guide,
    lab_equilibrium.equilibrium,
    lab_equilibrium.check,
    lab_bridge.bridge,
    lab_linking.linking,
    lab_cocontrol.cocontrol,
    lab_two_laws.two_laws,
    lab_collar.collar,
    lab_frictions.frictions,
    lab_agents.agents,
    lab_run.run,
    lab_run.scenarios,
    lab_sensitivity.sensitivity,
    lab_replay.replay,
    lab_formula.formula,
    lab_examples.examples,
):
    app.command()(command)
