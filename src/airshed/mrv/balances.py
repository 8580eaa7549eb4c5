"""Material balances and leak surveys: what a source emits by what goes in, what stays, and what was found to leak."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

import msgspec

from airshed.model.measures import MG_PER_KG
from airshed.mrv.factors import Estimate, Factor, Status

#: SO2 over the sulphur in it: 64 / 32.
SO2_PER_SULPHUR = 2


class Flow(msgspec.Struct, frozen=True):
    """A material that carries sulphur in or out: tonnes, and the sulphur in it in percent by mass."""

    name: str
    tonnes: Decimal
    sulphur_percent: Decimal


class Survey(msgspec.Struct, frozen=True):
    """Components of one kind in a leak survey: how many, how many of them leak, and for how many hours a year."""

    count: int
    leaking: int
    hours: Decimal


def sulphur_balance(
    inputs: Sequence[Flow], retained: Sequence[Flow] = (), removal_basis_points: int = 0, cite: str = "material balance"
) -> Estimate:
    """SO2 by what sulphur goes in and does not stay in products, ash and slag, less what control takes out.

    mass = 2 x (sum of inputs x S - sum of retained x S) x (1 - removal), exact until one rounding to a milligram, half
    to even. Sulphur that is retained beyond what went in is an error of the figures, and an assert.

    >>> coal, ash = Flow("coal", Decimal(1_000), Decimal("1.5")), Flow("ash", Decimal(250), Decimal("0.9"))
    >>> sulphur_balance([coal], [ash], 9_000).mass_mg
    2550000000
    """
    into, kept = (
        sum((flow.tonnes * flow.sulphur_percent / 100 for flow in flows), Decimal(0)) for flows in (inputs, retained)
    )
    assert 0 <= kept <= into, (into, kept)
    assert 0 <= removal_basis_points <= 10_000, removal_basis_points
    tonnes = SO2_PER_SULPHUR * (into - kept) * (10_000 - removal_basis_points) / 10_000
    told = " + ".join(f"{flow.name} {flow.tonnes:f} t x {flow.sulphur_percent:f} % S" for flow in inputs)
    less = "".join(f" - {flow.name} {flow.tonnes:f} t x {flow.sulphur_percent:f} % S" for flow in retained)
    basis = f"{SO2_PER_SULPHUR} x ({told}{less}) x (1 - {Decimal(removal_basis_points) / 100:f} %)"
    return Estimate("SO2", _mg(tonnes * 1_000), None, basis, cite, "confirmed")


def leak_survey(survey: Survey, leaking: Factor, tight: Factor) -> Estimate:
    """VOC of the components of one kind: those found leaking by one factor, the others by another.

    mass = hours x (leaking x f1 + rest x f2). Without a survey nothing is known to leak, and `tight` is the average
    factor of all components.
    """
    assert 0 <= survey.leaking <= survey.count, survey
    assert leaking.per == tight.per == "component hour", (leaking.per, tight.per)
    rest = survey.count - survey.leaking
    grams = survey.hours * (survey.leaking * leaking.grams + rest * tight.grams)
    basis = f"{survey.hours:f} h x ({survey.leaking} x {leaking.grams:f} g/h + {rest} x {tight.grams:f} g/h)"
    status: Status = "confirmed" if leaking.status == tight.status == "confirmed" else "to confirm"
    return Estimate(tight.pollutant, _mg(grams / 1_000), None, basis, f"{leaking.cite}; {tight.cite}", status)


def _mg(kg: Decimal) -> int:
    return int((kg * MG_PER_KG).to_integral_value(ROUND_HALF_EVEN))
