"""What a brief says, as plain values: the page, the JSON and the tests read the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import msgspec

from airshed.lab.brief.designs import BriefDesign
from airshed.lab.brief.diagnosis import Diagnosis
from airshed.lab.brief.judge import Judged
from airshed.lab.brief.measures import Criterion
from airshed.lab.brief.sessions import SessionFacts
from airshed.zone.origins import RANGES, SESSIONS

Plain = Mapping[str, str]


class CityPrice(msgspec.Struct, frozen=True):
    """Prices of the first year in a city under each border, yuan/t."""

    city: str
    cities: float
    guarded: float | None
    zone: float


class Path(msgspec.Struct, frozen=True):
    """The zone's price in a year, yuan/t: in the central state, the lowest and the highest, without and with a
    collar.
    """

    year: int
    central: float
    low: float
    high: float
    collared: float
    collared_low: float
    collared_high: float


class Load(msgspec.Struct, frozen=True):
    """What a receptor gets over all years in the central state, percent above what the caps would bring."""

    receptor: str
    cities: float
    guarded: float
    zone: float


class Guarded(msgspec.Struct, frozen=True):
    """What a zone costs that lets no receptor get more than so much above what the caps would bring."""

    guard_percent: float
    cost_million: float


class Linking(msgspec.Struct, frozen=True):
    """What cities save by one market, million yuan, discounted: their cost alone and their parts of the saving."""

    cities: tuple[str, ...]
    alone: tuple[float, ...]
    together: float
    shapley: tuple[float, ...]
    nucleolus: tuple[float, ...]

    @property
    def saved(self) -> float:
        """The whole saving."""
        return sum(self.alone) - self.together


class Swing(msgspec.Struct, frozen=True):
    """The brief run again with one assumption moved: its value, the reference price, the saving, the choice."""

    knob: str
    #: Where the assumption lies: percent, or the name of a level of costs.
    at: str
    price: float
    saving_percent: float
    #: The best design of this pollutant then, and by how much, in hundredths, the brief's choice is behind it.
    best: Plain
    behind: float


class Proven(msgspec.Struct, frozen=True):
    """The certificate of a market in the central state: its file beside the page, digest, cost and gap.

    `less_output` says that less output is a step of its curves, since technologies alone cannot keep the caps.
    """

    border: str
    file: str
    digest: str
    cost_million: float
    gap: float
    less_output: bool


class Found(msgspec.Struct, frozen=True):
    """What is found for a pollutant whatever is chosen."""

    years: tuple[int, ...]
    prices: tuple[CityPrice, ...]
    path: tuple[Path, ...]
    loads: tuple[Load, ...]
    frontier: tuple[Guarded, ...]
    #: None, with the reason, where a city cannot keep its caps alone.
    linking: Linking | None
    linking_why: str
    price: float
    saving_percent: float
    #: Part of all abatement that no technology of the tables does, percent: less output.
    less_output_percent: float
    #: Tax on what is emitted that prices are net of, yuan/t.
    tax: float
    ceiling: float
    floor: float
    fee_percent: float
    #: Where listed trade opens, yuan/t, and how far a price may lie from there on the first day, percent.
    reference: float
    band_percent: float
    walled: tuple[str, ...]
    proofs: tuple[Proven, ...]
    origins: tuple[str, ...]
    #: What the transfer matrix rests on; empty without a matrix.
    air_origins: tuple[str, ...]


class BriefPollutant(msgspec.Struct, frozen=True):
    """A pollutant: what was found, how the designs with a name do, and the brief's choice under `choice`."""

    pollutant: str
    found: Found
    #: Measures, and values of criteria from 0 to 1.
    judged: Mapping[str, Judged]
    values: Mapping[str, Mapping[Criterion, float | None]]
    best: Plain
    swings: tuple[Swing, ...]
    diagnoses: tuple[Diagnosis, ...]
    #: Sessions through the engine by reach, wall and way of trading, joined by blanks.
    sessions: Mapping[str, SessionFacts]


class BriefFacts(msgspec.Struct, frozen=True):
    """The whole brief."""

    rulebook: str
    pollutants: tuple[BriefPollutant, ...]
    axes: Mapping[str, tuple[str, ...]]
    many: int
    choice: Plain
    #: The design with a name that the choice is, if it is one.
    same_as: str
    score: float
    #: Scores of designs with a name, of 100, and of the choice.
    scores: Mapping[str, float]
    values: Mapping[str, Mapping[Criterion, float | None]]
    #: Every design by its options, in the order of all choices, and its values by criterion, 0 to 1.
    designs: tuple[tuple[str, ...], ...]
    all_values: tuple[tuple[float | None, ...], ...]
    #: Designs within a point of the choice, with their scores.
    near: tuple[tuple[Plain, float], ...]
    weights: Mapping[Criterion, float]
    #: The best design with other eyes.
    eyes: Mapping[str, Plain]
    wins: float
    behind: float
    accepted: Mapping[str, Mapping[str, float]]
    holds: Mapping[Criterion, tuple[float, float]]
    effects: Mapping[str, Mapping[str, float]]
    #: Runs with one assumption moved: the best of all pollutants together then, by knob and place.
    moved: tuple[tuple[str, str, Plain, float], ...]
    assumed: Mapping[str, float]
    #: The year whose prices all money is in.
    cost_year: int
    #: Sessions played of each kind.
    sessions: int
    observed: bool

    @property
    def origins(self) -> tuple[str, ...]:
        """What all of it rests on, each once: files of the zone, law, matrix, ranges, played sessions."""
        found = [row for each in self.pollutants for row in (*each.found.origins, *each.found.air_origins)]
        return tuple(dict.fromkeys((*found, RANGES, *([SESSIONS] if self.sessions else []))))


def plain(design: BriefDesign) -> dict[str, str]:
    """A design by its choices."""
    return asdict(design)
