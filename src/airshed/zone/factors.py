"""The factors and fuels that ship with Airshed, read from the package."""

from __future__ import annotations

from importlib.resources import files

from airshed.mrv.co2 import Fuel, fuels_of
from airshed.mrv.factors import EmissionFactor, factors_of


def shipped_factors() -> tuple[EmissionFactor, ...]:
    """The emission factors of `airshed/mrv/factors.csv`."""
    return factors_of(files("airshed.mrv").joinpath("factors.csv").read_text(encoding="utf-8"))


def shipped_fuels() -> tuple[Fuel, ...]:
    """The fuels of `airshed/mrv/fuels.csv`."""
    return fuels_of(files("airshed.mrv").joinpath("fuels.csv").read_text(encoding="utf-8"))
