"""What is sent and answered in JSON, for the service, its OpenAPI document and its client alike."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from airshed.engine.commands import Body
from airshed.engine.events import Event
from airshed.market.interest import Interest
from airshed.model.provenance import Provenance
from airshed.model.refusal import Refusal
from airshed.service.book.preview import Foreseen
from airshed.service.book.statement import Statement

Word = Annotated[str, Meta(max_length=400)]


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An answer that says no: `application/problem+json` (RFC 9457)."""

    #: `urn:airshed:problem:` or `urn:airshed:refusal:` with the code.
    type: str
    #: What the code says, in English.
    title: str
    #: The same in Chinese.
    title_zh: str
    #: The status of the answer.
    status: int
    #: The code: of `docs/reference/refusals.md`, or one of the service's own.
    code: str
    #: The thing, the place and the cure.
    detail: str
    #: The same in Chinese.
    detail_zh: str | None = None
    #: The article that a refusal rests on.
    article: str | None = None
    #: The place of what is malformed, what is wrong there, and the cure.
    place: str | None = None
    what: str | None = None
    cure: str | None = None
    #: Number and hash of the record of a refusal.
    seq: int | None = None
    hash: str | None = None
    #: Who sent the command, under which key, and whether the record stood in the book before.
    actor: str | None = None
    key: str | None = None
    answered: bool | None = None
    #: What the book is.
    provenance: Provenance | None = None


class Waiting(msgspec.Struct, frozen=True):
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
    waits: tuple[Waiting, ...]
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


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who signs in."""

    #: Name of the user.
    user: Word
    password: Word
    #: The one-time code that the authenticator shows.
    code: Word


class HandOver(msgspec.Struct, frozen=True):
    """A sign-in that a browser gives to a shell."""

    #: By which who asked takes the session; nobody else hears it.
    word: str
    #: What is entered in the browser.
    code: str
    #: Where.
    page: str
    #: How long both are good.
    seconds: int


class TakeHandOver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the code was entered."""

    #: The word that came with the code.
    word: Word


class HandOverForm(msgspec.Struct, frozen=True):
    """What the page of a code sends."""

    code: Word
    csrf: Word


class SetUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first sign-in, by a link."""

    #: The word of the link.
    token: Word
    #: The password that is chosen.
    password: Word


class SetUpDone(msgspec.Struct, frozen=True):
    """What an authenticator needs; it is told once."""

    user: str
    #: The secret, as people type it.
    secret: str
    #: The same as an authenticator reads it.
    address: str
    provenance: Provenance


class Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A one-time code: signing acts may follow for five minutes."""

    code: Word


class PasskeyAsked(msgspec.Struct, frozen=True):
    """What a browser needs to make a passkey or to show one."""

    #: A word that is sent back with what the browser made.
    token: str
    #: For `navigator.credentials`, with bytes as base64url.
    options: msgspec.Raw


class NewPasskey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A passkey that a browser has made."""

    #: The word that came with the options.
    token: Word
    #: What the browser made, with bytes as base64url.
    credential: dict[str, Any]
    #: By which its owner knows it again.
    label: Word


class PasskeyShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A passkey that a browser has shown."""

    token: Word
    credential: dict[str, Any]


class KnownPasskey(msgspec.Struct, frozen=True):
    """A passkey that is kept."""

    passkey: str
    label: str
    made_at: int
    #: When it was shown last; 0 for never.
    used_at: int


class KnownPasskeys(msgspec.Struct, frozen=True):
    """The passkeys of a user."""

    passkeys: tuple[KnownPasskey, ...]
    provenance: Provenance


class NewUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who is to sign in."""

    #: Name of the user.
    user: Word
    #: The actor of the book that they act as; empty for an administrator.
    actor: Word = ""
    #: Whether they administer users.
    admin: bool = False


class NewIdentity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As whom the provider of single sign-on knows a user."""

    #: The value of the claim that the service goes by.
    known_as: Annotated[str, Meta(min_length=1, max_length=255)]


class LogoutToken(msgspec.Struct, frozen=True):
    """What a provider sends when somebody has signed out there."""

    logout_token: str


class SignedOut(msgspec.Struct, frozen=True):
    """A session that has ended here."""

    #: Where a browser ends it at the provider too; null where there is nothing to end.
    address: str | None


class SignedIn(msgspec.Struct, frozen=True):
    """Who is signed in, and what they read."""

    user: str
    actor: str
    admin: bool
    #: The token for the header `X-CSRF-Token`; empty for a machine.
    csrf: str
    #: `public`, `zone`, or an account or a jurisdiction.
    reads: str
    provenance: Provenance


class HandedOver(msgspec.Struct, frozen=True):
    """What became of a code."""

    #: Who has entered it; null while nobody has, and once it was taken.
    signed_in: SignedIn | None = None


class KnownUser(msgspec.Struct, frozen=True):
    """Somebody who may sign in."""

    user: str
    actor: str
    admin: bool
    #: `invited`, `active` or `locked`.
    state: str
    made_at: int


class KnownUsers(msgspec.Struct, frozen=True):
    """Everybody who may sign in."""

    users: tuple[KnownUser, ...]
    provenance: Provenance


class UserChanged(msgspec.Struct, frozen=True):
    """A user that was made or changed."""

    user: str
    provenance: Provenance
    #: The word of a link for the first sign-in, where there is one.
    token: str | None = None


class TableColumn(msgspec.Struct, frozen=True):
    """A column of a read table."""

    name: str
    #: INTEGER, TEXT or BLOB.
    type: str
    #: What its numbers are counted in.
    unit: str | None
    holds: str


class KnownTable(msgspec.Struct, frozen=True):
    """A read table."""

    table: str
    shows: str
    #: Whether everybody reads it, signed in or not.
    public: bool
    #: Columns that tell its rows apart.
    key: tuple[str, ...]
    columns: tuple[TableColumn, ...]


class KnownTables(msgspec.Struct, frozen=True):
    """The read tables that there are."""

    tables: tuple[KnownTable, ...]
    provenance: Provenance


class TablePage(msgspec.Struct, frozen=True):
    """A page of a read table."""

    table: str
    rows: tuple[dict[str, Any], ...]
    #: Rows that are there, on all pages.
    total: int
    #: Where the next page begins; null at the end.
    cursor: str | None
    #: By name of what is open: how many rows of it are sealed.
    sealed: dict[str, int]
    #: Accounts whose figure, or refusals whose sentence, is left out.
    silent: tuple[str, ...]
    #: Of which years figures are left out that are not public yet, and from when they are.
    embargoed: tuple[str, ...]
    #: Number and hash of the record up to which it is.
    head: str
    provenance: Provenance


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


class AccountMove(msgspec.Struct, frozen=True, omit_defaults=True):
    """One move in or out: allowances of a series, or money."""

    seq: int
    at: int
    #: The event.
    what: str
    #: The other account.
    other: str
    series: str | None
    count: int
    #: Allowances of the series after it.
    balance: int
    fen: int
    #: Money after it.
    cash: int
    #: It tells a figure of a year that is not public yet: what it was, with whom and how much is left out.
    embargoed: bool = False


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
    moves: tuple[AccountMove, ...]
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
    moves: tuple[AccountMove, ...] = ()
    provenance: Provenance | None = None


class MarketColumn(msgspec.Struct, frozen=True):
    """A column of market data."""

    name: str
    #: int, text or flag.
    type: str
    what: str
    #: When it is null.
    none: str


class MarketTables(msgspec.Struct, frozen=True):
    """The tables of market data that there are."""

    tables: dict[str, tuple[MarketColumn, ...]]
    provenance: Provenance


class MarketPage(msgspec.Struct, frozen=True):
    """Rows of market data, folded from the book up to its head."""

    table: str
    rows: tuple[dict[str, Any], ...]
    total: int
    cursor: str | None
    head: str
    provenance: Provenance


class Level(msgspec.Struct, frozen=True):
    """What waits at one price."""

    price: int
    count: int
    orders: int


class DepthNow(msgspec.Struct, frozen=True):
    """What waits in the order book of a series, best first."""

    series: str
    #: Sector behind a wall whose order book it is; empty for all others.
    wall: str
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


class Depths(msgspec.Struct, frozen=True):
    """The order books of a series."""

    books: tuple[DepthNow, ...]
    #: Instant of the book.
    at: int
    head: str
    provenance: Provenance


class InterestNow(msgspec.Struct, frozen=True):
    """Where the allowances of each series are."""

    parts: tuple[Interest, ...]
    #: Instant of the book.
    at: int
    head: str
    provenance: Provenance


class Healthy(msgspec.Struct, frozen=True):
    """The process answers."""

    healthy: bool
    provenance: Provenance


class Ready(msgspec.Struct, frozen=True):
    """Commands are decided."""

    ready: bool
    records: int
    #: Instant of the book.
    at: int
    #: The record up to which it answers from a snapshot that is being checked; 0 once it was.
    unchecked: int
    #: `known` or `away`: whether the provider of single sign-on has answered; null where there is none.
    provider: str | None
    provenance: Provenance
