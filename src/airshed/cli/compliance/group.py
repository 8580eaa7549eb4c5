"""`airshed compliance`: what a shortfall and a delay cost, and where a source stands, by stated rules."""

from __future__ import annotations

import typer

from airshed.cli.compliance.penalty import penalty
from airshed.cli.compliance.status import status

app = typer.Typer(help="Penalties and standings by stated rules. 处罚与履约状态测算。", no_args_is_help=True)

app.command()(penalty)
app.command()(status)


@app.callback()
def compliance() -> None:
    """Penalties and standings by stated rules. 处罚与履约状态测算。"""
