"""`airshed registry`: what a registry reckons beside its book: when an act takes effect."""

from __future__ import annotations

import typer

from airshed.cli.registry.delay import delay

app = typer.Typer(help="Reckon as a registry does: delays. 登记系统测算。", no_args_is_help=True)

app.command()(delay)


@app.callback()
def registry() -> None:
    """Reckon as a registry does: delays. 登记系统测算。"""
