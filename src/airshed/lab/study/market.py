"""The two guide prices that the study holds against one another, in one language."""

from __future__ import annotations

from decimal import Decimal

from airshed.lab.prices.quotes import famous, in_one_language
from airshed.lab.study.known import PERCENT, Calculations, Computed, Known


def _said(it: Known) -> Computed:
    once, yearly = it.said("guide_once"), it.said("guide_year")
    return Computed(once / yearly, f"{once} / {yearly}")


def _of_a_year(it: Known) -> Computed:
    rate = it.beside("rate")
    pair = famous(in_one_language(it.quotes, float(rate / PERCENT)))
    assert pair is not None, "both are among the shipped quotes"
    return Computed(
        Decimal(str(round(pair.times, 2))), f"{it.said('guide_once')} x {rate} % / {it.said('guide_year')}", "assumed"
    )


FIGURES: Calculations = {"guide_times": _said, "guide_times_year": _of_a_year}
