"""Material balances and leak surveys: what a source emits by what goes in, what stays, and what was found to leak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

import msgspec

from airshed.model.measures import MG_PER_KG
from airshed.model.refusal import Malformed
from airshed.mrv.factors import RANGE_STEP, EmissionFactor, Estimate, FactorSpread, Status, added

#: What of a material is emitted, and the mass that a part of it becomes: SO2 over the sulphur in it is 64 / 32.
CARRIED: Mapping[str, tuple[str, int]] = {"SO2": ("S", 2), "VOC": ("VOC", 1)}


class MaterialFlow(msgspec.Struct, frozen=True):
    """A material that carries sulphur or solvent in or out: tonnes, and how much of that is in it, percent by mass."""

    name: str
    tonnes: Decimal
    percent: Decimal
    #: Half-width of the 95 % range of what it carries as a share; None where nobody stated one.
    spread: Decimal | None = None

    @property
    def carried_t(self) -> Decimal:
        """What it carries, in tonnes."""
        return self.tonnes * self.percent / 100


class Survey(msgspec.Struct, frozen=True):
    """Components of one kind: how many, how many of them were found leaking, and for how many hours a year."""

    count: int
    #: None where nobody looked.
    leaking: int | None
    hours: Decimal
    #: As in the names of the factors: `leak-KIND`, `leak-KIND-leaking`, `leak-KIND-tight`.
    kind: str = ""
    #: Half-width of the 95 % range of factors whose source states none, as a share.
    spread: Decimal | None = None


def material_balance(
    pollutant: str,
    inputs: Sequence[MaterialFlow],
    retained: Sequence[MaterialFlow] = (),
    removal_basis_points: int = 0,
    cite: str = "material balance",
) -> Estimate:
    """SO2 by the sulphur, or VOC by the solvent, that goes in and does not stay, less what control takes out.

    What stays is in products, ash and slag, or is recovered. mass = k x (sum of what goes in - sum of what stays) x
    (1 - removal), k 2 for SO2 and 1 for VOC, exact until one rounding to a milligram, half to even. More that stays
    than went in is an error of the figures, and an assert. The range is the root of the sum of squares of those of the
    flows (IPCC 2006, volume 1, equation 3.2); that of the removal is not in it.

    >>> coal = MaterialFlow("coal", Decimal(1_000), Decimal("1.5"))
    >>> ash = MaterialFlow("ash", Decimal(250), Decimal("0.9"))
    >>> material_balance("SO2", [coal], [ash], 9_000).mass_mg
    2550000000
    >>> material_balance("VOC", [MaterialFlow("primer", Decimal(100), Decimal(48))], [], 9_000).mass_mg
    4800000000
    """
    carried, becomes = CARRIED[pollutant]
    into, kept = (sum((flow.carried_t for flow in flows), Decimal(0)) for flows in (inputs, retained))
    assert 0 <= kept <= into, (into, kept)
    assert 0 <= removal_basis_points <= 10_000, removal_basis_points
    tonnes = becomes * (into - kept) * (10_000 - removal_basis_points) / 10_000
    told = " + ".join(f"{flow.name} {flow.tonnes:f} t x {flow.percent:f} % {carried}" for flow in inputs)
    less = "".join(f" - {flow.name} {flow.tonnes:f} t x {flow.percent:f} % {carried}" for flow in retained)
    basis = f"{becomes} x ({told}{less}) x (1 - {Decimal(removal_basis_points) / 100:f} %)"
    return Estimate(
        pollutant, _mg(tonnes * 1_000), _balance_spread([*inputs, *retained], into - kept), basis, cite, "confirmed"
    )


def _balance_spread(flows: Sequence[MaterialFlow], net: Decimal) -> FactorSpread | None:
    halves = [flow.carried_t * flow.spread for flow in flows if flow.spread is not None]
    if len(halves) < len(flows) or not net:
        return None
    half = (sum((each**2 for each in halves), Decimal(0)).sqrt() / net).quantize(RANGE_STEP, ROUND_HALF_EVEN)
    return FactorSpread(half, half)


def leak_survey(survey: Survey, leaking: EmissionFactor, tight: EmissionFactor) -> Estimate:
    """VOC of the components of one kind: those found leaking by one factor, the others by another.

    mass = hours x (leaking x f1 + rest x f2). Where nobody looked, `tight` is the average factor of all components.
    """
    found = survey.leaking or 0
    assert 0 <= found <= survey.count, survey
    assert leaking.per == tight.per == "component hour", (leaking.per, tight.per)
    parts = [(found, leaking)] if found else []
    parts += [(survey.count - found, tight)] if found < survey.count or not parts else []
    stated = None if survey.spread is None else FactorSpread(min(survey.spread, Decimal(1)), survey.spread)
    masses = [
        Estimate(
            one.pollutant, _mg(survey.hours * n * one.grams / 1_000), one.spread or stated, "", one.cite, one.status
        )
        for n, one in parts
    ]
    total = added(masses)
    told = " + ".join(f"{count} x {each.grams:f} g/h" for count, each in parts)
    basis = f"{survey.hours:f} h x ({told})"
    status: Status = "confirmed" if all(each.status == "confirmed" for _, each in parts) else "to confirm"
    cite = "; ".join(dict.fromkeys(each.cite for _, each in parts))
    return Estimate(tight.pollutant, total.mass_mg, total.spread, basis, cite, status)


def leaks(surveys: Sequence[Survey], library: Sequence[EmissionFactor], places: Sequence[str]) -> tuple[Estimate, ...]:
    """VOC of each kind of component by the factors of the library.

    `Malformed` names of `places`, one for each survey, the first whose kind the library does not have.
    """
    named = {each.name: each for each in library}
    found = []
    for where, survey in zip(places, surveys, strict=True):
        average, leaking, tight = (named.get(f"leak-{survey.kind}{end}") for end in ("", "-leaking", "-tight"))
        if average is None and tight is None:
            there = sorted(
                name.removeprefix("leak-") for name in named if name.startswith("leak-") and f"{name}-tight" in named
            )
            raise Malformed(
                where, f"no factor of component {survey.kind!r}", f"there are {', '.join(there)} and others"
            )
        if survey.leaking is None:
            if average is None:
                raise Malformed(where, f"{survey.kind} has no average factor", "say how many were found leaking")
            found.append(leak_survey(survey, average, average))
        elif leaking is None or tight is None:
            raise Malformed(where, f"{survey.kind} has no factor of a leaking one", "leave leaking empty")
        else:
            found.append(leak_survey(survey, leaking, tight))
    return tuple(found)


def _mg(kg: Decimal) -> int:
    return int((kg * MG_PER_KG).to_integral_value(ROUND_HALF_EVEN))
