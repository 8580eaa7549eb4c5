"""What is sent and answered where passkeys are."""

from __future__ import annotations

from typing import Any

import msgspec

from airshed.model.provenance import Provenance
from airshed.service.http.shapes.sign_in import Word


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
