"""What is sent and answered where commands are."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from airshed.engine.commands import Body
from airshed.engine.events import Event
from airshed.model.provenance import Provenance
from airshed.service.book.preview import Foreseen
from airshed.service.http.shapes.problem import Problem


class AwaitedAct(msgspec.Struct, frozen=True):
    """An act that waits for a second person."""

    #: Number of the act.
    act: int
    #: Last instant at which it can be confirmed; null when it waits for good.
    until: int | None
    #: Some of those who may confirm it now.
    confirms: tuple[str, ...]


class WaitingAct(msgspec.Struct, frozen=True):
    """An act that waits for who asks: as it was proposed, and by whom."""

    act: int
    #: Who proposed it.
    actor: str
    #: Last instant at which it can be confirmed; null when it waits for good.
    until: int | None
    body: Body


class WaitingActs(msgspec.Struct, frozen=True):
    """The acts that who asks could confirm."""

    acts: tuple[WaitingAct, ...]
    provenance: Provenance


class CommandReceipt(msgspec.Struct, frozen=True):
    """What a command came to, once it is on disk."""

    #: Number of the record.
    seq: int
    #: Hash of the chain up to it.
    hash: str
    #: Instant of the book, in milliseconds since 1970 (UTC).
    at: int
    #: As whom it was sent.
    actor: str
    #: The key under which it counts once.
    key: str
    #: Whether the record stood in the book before: this is the answer that was given then.
    answered: bool
    #: What has happened.
    events: tuple[Event, ...]
    #: Acts that now wait for a second person.
    waits: tuple[AwaitedAct, ...]
    #: What the book is.
    provenance: Provenance


class Preview(msgspec.Struct, frozen=True):
    """What a command would come to as the book stands; nothing is written."""

    foreseen: Foreseen
    #: Number of the record at which the book ends.
    records: int
    provenance: Provenance


class BatchEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One command of several."""

    #: The key under which it counts once.
    key: Annotated[str, Meta(min_length=1, max_length=100)]
    #: The command, named by `do`.
    body: Body


class BatchAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one of several commands: the one or the other."""

    #: What it came to.
    receipt: CommandReceipt | None = None
    #: Why it was refused.
    problem: Problem | None = None


class BatchAnswers(msgspec.Struct, frozen=True):
    """The answers to several commands, in their order."""

    answers: tuple[BatchAnswer, ...]
    provenance: Provenance
