"""Which provider of single sign-on is believed, and what may be the matter with it: apart from what asks it.

The libraries that ask it and read its tokens are imported where there is a provider, and not by every start.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from airshed.model.refusal import Malformed

#: Addresses at which there need be no TLS: they do not leave the machine.
LOCAL = ("127.0.0.1", "localhost", "::1")


class Away(Exception):
    """The provider does not answer, or not as one does."""


class Wrong(Exception):
    """What was brought from the provider does not hold."""


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """Which provider is believed, and as whom the service asks it."""

    issuer: str
    client: str
    #: None for a client that has none; PKCE stands in for it.
    secret: str | None = field(default=None, repr=False)
    #: The claim by which a person is known; it must never be given to another person.
    claim: str = "sub"
    #: The `acr` of a sign-in with a second factor; empty where none of the provider's counts for signing.
    acr: str = ""
    #: Certificates to trust beside those of the system.
    authorities: Path | None = None

    def __post_init__(self) -> None:
        if not is_safe(self.issuer) or urlsplit(self.issuer).query or urlsplit(self.issuer).fragment:
            cure = "write the issuer as the provider does, as https://login.example; without TLS on this machine only"
            raise Malformed("--oidc-issuer", f"{self.issuer[:100]!a} is no issuer", cure)
        if not self.client:
            raise Malformed("--oidc-client", "is empty", "give the name under which the provider knows this service")
        if not (self.claim.isascii() and self.claim.isprintable() and 0 < len(self.claim) <= 60):
            raise Malformed("--oidc-claim", f"{self.claim[:60]!a} names no claim", "take sub")


def is_safe(place: str) -> bool:
    """Whether an address is asked over TLS, or on this machine.

    >>> is_safe("https://login.example/a"), is_safe("http://login.example"), is_safe("http://127.0.0.1:3000")
    (True, False, True)
    """
    try:
        parts = urlsplit(place)
        return bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)
        )
    except ValueError:
        return False
