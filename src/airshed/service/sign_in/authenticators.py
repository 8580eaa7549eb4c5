"""What a browser's authenticator is asked and what it answers (WebAuthn), as plain words.

Imported by what needs it and not by every start: the library looks at many kinds of authenticators.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

#: What may be the matter with what a browser sends.
_BROKEN = (WebAuthnException, ValueError, TypeError, KeyError, IndexError, AttributeError)


class WrongPasskey(Exception):
    """What a browser sent does not hold."""


class Challenge(NamedTuple):
    """What a browser is asked, as JSON, and the word in it that counts once."""

    word: str
    options: bytes


class SignInPage(NamedTuple):
    """The name for which passkeys are made, and the address of the page that asks for them."""

    host: str
    origin: str


class MadePasskey(NamedTuple):
    """A passkey that a browser has made."""

    id: str
    public: bytes
    shown: int


def to_make(host: str, service: str, user: str, known_as: bytes, has: Sequence[str]) -> Challenge:
    """What makes a passkey of a user who has some already."""
    options = generate_registration_options(
        rp_id=host,
        rp_name=service,
        user_id=known_as,
        user_name=user,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(each)) for each in has],
    )
    return Challenge(bytes_to_base64url(options.challenge), options_to_json(options).encode())


def made(credential: dict[str, Any], word: str, place: SignInPage) -> MadePasskey:
    """The passkey in an answer to `to_make`; `Wrong` where that does not hold."""
    try:
        found = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(word),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except _BROKEN as error:
        raise WrongPasskey(type(error).__name__) from None
    return MadePasskey(bytes_to_base64url(found.credential_id), found.credential_public_key, found.sign_count)


def to_show(host: str) -> Challenge:
    """What shows a passkey, whoever's it is."""
    options = generate_authentication_options(rp_id=host, user_verification=UserVerificationRequirement.REQUIRED)
    return Challenge(bytes_to_base64url(options.challenge), options_to_json(options).encode())


def shown(credential: dict[str, Any], word: str, place: SignInPage, public: bytes, before: int) -> int:
    """How often a passkey was shown by an answer to `to_show`; `Wrong` where that does not hold."""
    try:
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(word),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=public,
            credential_current_sign_count=before,
            require_user_verification=True,
        )
    except _BROKEN as error:
        raise WrongPasskey(type(error).__name__) from None
    return found.new_sign_count
