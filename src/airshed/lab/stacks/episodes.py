"""What is made to happen at stacks of a simulated year: the truth that a verifier is to find."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from airshed.model.refusal import Malformed
from airshed.zone.rows import read_rows
from airshed.zone.zone import Zone

Kind = Literal["peak", "outage", "slope", "flat", "pressure", "false_stop"]
"""peak: the hourly mean at reference oxygen climbs to `value` in the middle hour. outage: the analysers fail.
slope: the monitor says `value` times what is emitted. flat: it says `value` in every hour. pressure: it reports
`value` kPa of air pressure. false_stop: the hours are marked as stopped while the fire burns."""

VALUED: tuple[Kind, ...] = ("peak", "slope", "flat", "pressure")
OF_ONE_POLLUTANT: tuple[Kind, ...] = ("peak", "slope", "flat")


class Episode(msgspec.Struct, frozen=True):
    """One row of `episodes.csv`."""

    stack: str
    kind: Kind
    pollutant: str | None
    #: First hour, in any year, as 02-14T09.
    begins: Annotated[str, msgspec.Meta(pattern=r"^[01][0-9]-[0-3][0-9]T[0-2][0-9]\Z")]
    hours: Annotated[int, msgspec.Meta(ge=1, le=8760)]
    value: Annotated[float, msgspec.Meta(ge=0)] | None
    #: Whether a verifier should object, and why it is there.
    tampering: Literal["yes", "no"]
    note: str

    def first_hour(self, year: int) -> int:
        """The first hour as index in a year.

        >>> Episode("A", "outage", None, "01-02T03", 5, None, "no", "").first_hour(2027)
        27
        """
        since = datetime.fromisoformat(f"{year:04}-{self.begins}:00") - datetime(year, 1, 1)
        return since.days * 24 + since.seconds // 3600


def read_episodes(folder: Path, zone: Zone) -> tuple[Episode, ...]:
    """The rows of `episodes.csv` in the folder of a zone, each about a stack and a pollutant that there is."""
    path = folder / "episodes.csv"
    episodes = read_rows(path, Episode)
    monitors = {stack.stack: stack.monitors for stack in zone.stacks}
    for line, episode in enumerate(episodes, start=2):
        place = f"{path} line {line} column"
        if episode.stack not in monitors:
            raise Malformed(f"{place} stack", f"no such stack {episode.stack!r}", "name one of stacks.csv")
        wanted = episode.kind in OF_ONE_POLLUTANT
        if wanted != (episode.pollutant is not None):
            cure = f"name one of {' '.join(monitors[episode.stack])}" if wanted else "leave it empty"
            raise Malformed(
                f"{place} pollutant", f"{episode.kind} concerns {'one' if wanted else 'no'} pollutant", cure
            )
        if episode.pollutant is not None and episode.pollutant not in monitors[episode.stack]:
            raise Malformed(
                f"{place} pollutant",
                f"{episode.stack} does not measure {episode.pollutant}",
                f"name one of {' '.join(monitors[episode.stack])}",
            )
        if (episode.kind in VALUED) != (episode.value is not None):
            cure = "give its value" if episode.kind in VALUED else "leave it empty"
            raise Malformed(f"{place} value", f"{episode.kind} with value {episode.value}", cure)
        try:
            first = episode.first_hour(2027)
        except ValueError:
            raise Malformed(f"{place} begins", f"{episode.begins!r} is no hour", "write it as 02-14T09") from None
        if first + episode.hours > 8760:
            raise Malformed(f"{place} hours", "the episode goes beyond the year", "let it end by 31 December")
    return episodes


def episodes_of(episodes: Iterable[Episode], stack: str) -> tuple[Episode, ...]:
    """Those of one stack, in the order of the file."""
    return tuple(episode for episode in episodes if episode.stack == stack)
