"""What is sent and answered where users are administered."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from airshed.model.provenance import Provenance
from airshed.service.http.shapes.sign_in import Word


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
