"""Every flue gas factor that a rulebook may cap: its code, in which measure devices send it, and how it becomes mg/m3.

Inside Airshed a concentration is always mg/m3, dry, standard state. HJ 212-2017 prints NH3, CH4 and a second code for
mercury in ng/m3, so those columns are divided by a million; a device that sends another measure says so in its
registration (`a21001:mg/m3`), and a device that sends ppm is converted by equation (20).
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

#: L/mol in standard state.
MOLAR_VOLUME = 22.4
#: Highest concentration that a reading can be, mg/m3; 100 g/m3 of dust stand before no filter.
HIGHEST_MG_M3 = 100_000.0
#: CO2 is a tenth of the gas itself: 30 % by volume are 589 g/m3.
HIGHEST_CO2_MG_M3 = 600_000.0
NG_PER_MG = 1_000_000


class Gas(msgspec.Struct, frozen=True):
    """A factor of table B.2 that is a concentration in flue gas."""

    #: As registrations and rulebooks name it.
    pollutant: str
    code: str
    #: g/mol for equation (20), rounded as the standard rounds; None for mixtures and dust, which have no ppm.
    molar_mass: float | None
    #: What table B.2 prints.
    printed: str = "mg/m3"
    highest_mg_m3: float = HIGHEST_MG_M3

    @property
    def printed_to_mg_m3(self) -> float:
        """By what a value in the printed measure is multiplied to be mg/m3."""
        return 1 / NG_PER_MG if self.printed == "ng/m3" else 1.0


#: HJ 212-2017 table B.2. SO2 64, NO 30, NO2 46 and NOx as NO2 are of the standard's appendix D; the others are rounded
#: the same way. VOC is capped as non-methane hydrocarbons, which are reported as such and not as one molecule.
GASES: tuple[Gas, ...] = (
    Gas("SO2", "a21026", 64.0),
    Gas("NOx", "a21002", 46.0),
    Gas("PM", "a34013", None),
    Gas("VOC", "a24088", None),
    Gas("NO", "a21003", 30.0),
    Gas("NO2", "a21004", 46.0),
    Gas("CO", "a21005", 28.0),
    Gas("CO2", "a05001", 44.0, highest_mg_m3=HIGHEST_CO2_MG_M3),
    Gas("NH3", "a21001", 17.0, "ng/m3"),
    Gas("HCl", "a21024", 36.5),
    Gas("F", "a21018", 19.0),
    Gas("Cl2", "a21022", 71.0),
    Gas("H2S", "a21028", 34.0),
    Gas("CS2", "a99051", 76.0),
    Gas("Hg", "a20057", 200.6),
    Gas("Hg vapour", "a20058", 200.6, "ng/m3"),
    Gas("Pb", "a20043", None),
    Gas("Cd", "a20025", None),
    Gas("THC", "a24087", None),
    Gas("CH4", "a05002", 16.0, "ng/m3"),
    Gas("benzene", "a25002", 78.0),
    Gas("toluene", "a25003", 92.0),
    Gas("xylene", "a25005", 106.0),
    Gas("styrene", "a25038", 104.0),
    Gas("formaldehyde", "a31001", 30.0),
    Gas("H2SO4 mist", "a34039", None),
)
BY_POLLUTANT: Mapping[str, Gas] = {gas.pollutant: gas for gas in GASES}
BY_CODE: Mapping[str, Gas] = {gas.code: gas for gas in GASES}


def gas_code(pollutant: str) -> str:
    """The code under which a pollutant is reported.

    >>> gas_code("SO2"), gas_code("Hg")
    ('a21026', 'a20057')
    """
    return BY_POLLUTANT[pollutant].code


def mg_m3_per_ppm(gas: Gas) -> float | None:
    """Equation (20): M / 22.4; None where the gas is no single molecule.

    >>> round(mg_m3_per_ppm(BY_POLLUTANT["SO2"]) * 100, 3), mg_m3_per_ppm(BY_POLLUTANT["PM"])
    (285.714, None)
    """
    return None if gas.molar_mass is None else gas.molar_mass / MOLAR_VOLUME
