"""What is answered of the book, its laws, its accounts and its records."""

from __future__ import annotations

import msgspec

from airshed.engine.commands import Body
from airshed.engine.events import Event
from airshed.model.provenance import Provenance
from airshed.model.refusal import Refusal
from airshed.service.book.statement import Statement, StatementLine


class LawInForce(msgspec.Struct, frozen=True):
    """The rulebook that was adopted last."""

    programme: str
    version: str
    digest: str


class BookSaid(msgspec.Struct, frozen=True):
    """What book this is, and where it ends."""

    records: int
    #: Hash of the last record.
    hash: str
    #: Number and hash together, as `airshed book head` prints them.
    head: str
    #: Instant of that record, which may be a refused one.
    head_at: int
    #: Hash of the first record, by which a book is told from others.
    first: str
    #: Instant of the book.
    at: int
    law: LawInForce
    provenance: Provenance


class LawTexts(msgspec.Struct, frozen=True):
    """The files of a rulebook that was adopted, or is to be."""

    digest: str
    files: dict[str, str]
    provenance: Provenance


class AccountThen(msgspec.Struct, frozen=True):
    """What lay in an account at a moment, now or past."""

    account: str
    #: Its number in the registry.
    number: str
    kind: str
    name: str
    jurisdiction: str
    #: The moment: the last record that counts, and the instant asked for or that of the book.
    seq: int
    at: int
    cash_fen: int
    #: Allowances by series, those set aside included.
    holdings: dict[str, int]
    #: The last moves up to then.
    moves: tuple[StatementLine, ...]
    provenance: Provenance


class AccountStatement(msgspec.Struct, frozen=True):
    """The statement of an account."""

    statement: Statement
    provenance: Provenance


class SeenRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """A record, as far as it is for who asks: number and hash for everybody, content for those whose it is."""

    seq: int
    hash: str
    at: int | None = None
    actor: str | None = None
    key: str | None = None
    body: Body | None = None
    events: tuple[Event, ...] | None = None
    refusal: Refusal | None = None
    #: It is about sealed bids, which are not told.
    sealed: bool = False
    #: It tells a figure of a year that is not public yet.
    embargoed: bool = False
    #: What it moved in or out of the account of who asks.
    moves: tuple[StatementLine, ...] = ()
    provenance: Provenance | None = None
