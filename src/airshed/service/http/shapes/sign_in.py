"""What is sent and answered at the sign-in, single sign-on and the hand-over of a session."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from airshed.model.provenance import Provenance

#: What somebody types.
Word = Annotated[str, Meta(max_length=400)]


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who signs in."""

    #: Name of the user.
    user: Word
    password: Word
    #: The one-time code that the authenticator shows.
    code: Word


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


class HandedOver(msgspec.Struct, frozen=True):
    """What became of a code."""

    #: Who has entered it; null while nobody has, and once it was taken.
    signed_in: SignedIn | None = None


class LogoutToken(msgspec.Struct, frozen=True):
    """What a provider sends when somebody has signed out there."""

    logout_token: str


class SignedOut(msgspec.Struct, frozen=True):
    """A session that has ended here."""

    #: Where a browser ends it at the provider too; null where there is nothing to end.
    address: str | None
