"""What is asked of the writer of a book, what its sender hears, and why it may not be taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from airshed.engine.commands import Command
from airshed.engine.edge import WellFormed
from airshed.engine.runner import Answer, Runner

#: What makes the commands of a request once the writer comes to it: a key may be made from what the book says by then.
Asked = Callable[[Runner, int], Sequence[WellFormed]]


class Busy(Exception):
    """So much waits that this is better sent again, after so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"busy for {seconds} s")
        self.seconds = seconds


class Ended(Exception):
    """The writer has stopped: nobody is answered by it any more, and the next start replays the book."""


class StandsBy(Exception):
    """Another process writes the book; this one waits until it is gone."""


class Waits(NamedTuple):
    """An act that waits for a second person."""

    act: int
    until: int | None
    #: Some of those who may confirm it now.
    confirms: tuple[str, ...]


class Receipt(NamedTuple):
    """What the sender of a command hears, once it is on disk."""

    command: Command
    answer: Answer
    #: Whether the record stood in the book before: this command was sent again.
    earlier: bool
    #: The instant of the book after the group.
    at: int
    waits: tuple[Waits, ...]
