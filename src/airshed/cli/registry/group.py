"""`airshed registry`: what a registry reckons beside its book: when an act takes effect, check digits of numbers."""

from __future__ import annotations

import typer

from airshed.cli.registry.check_digits import check_digits
from airshed.cli.registry.delay import delay

app = typer.Typer(help="Reckon as a registry does: delays, check digits. 登记系统测算。", no_args_is_help=True)

app.command()(delay)
app.command("check-digits")(check_digits)


@app.callback()
def registry() -> None:
    """Reckon as a registry does: delays, check digits. 登记系统测算。"""
