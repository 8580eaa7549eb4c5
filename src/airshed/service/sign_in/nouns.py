"""What is kept of who signs in: users, their sessions, identities and keys."""

from __future__ import annotations

from typing import NamedTuple


class User(NamedTuple):
    """Somebody who may sign in."""

    name: str
    #: As whom they act in the book; empty for who only administers users.
    actor: str
    admin: bool
    #: `invited` until the first sign-in is set up, then `active`; or `locked`.
    state: str
    made_at: int
    password: str | None
    secret: bytes | None
    last_step: int


class Session(NamedTuple):
    """A signed-in user."""

    user: User
    csrf: str
    made_at: int
    #: When a second factor was given last; 0 where none was.
    proven_at: int
    #: Under which it is kept.
    digest: str


class Identity(NamedTuple):
    """As whom a provider of single sign-on knows a user."""

    issuer: str
    claim: str
    known_as: str
    user: str


class Passkey(NamedTuple):
    """A key that a person shows: to sign in with, and as a second factor."""

    id: str
    user: str
    public: bytes
    #: How often it was shown, as it says itself; 0 for keys that do not count.
    shown: int
    label: str
    made_at: int
    #: When it was shown last; 0 for never.
    used_at: int


class Key(NamedTuple):
    """A machine's key."""

    id: str
    user: User
    public: bytes
    made_at: int
    state: str


class Nonce(NamedTuple):
    """What a machine's request has of its own, kept until a signature of that age is refused anyway."""

    key: str
    nonce: str
    until: int
