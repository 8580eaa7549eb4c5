"""HTTP Message Signatures (RFC 9421) by Ed25519: a machine signs each request, once.

One form is taken and no other: the components below, in any order but each once, with created, keyid, nonce and alg. A
verifier that takes many forms is one that takes a weak one.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from airshed.model.refusal import Malformed

#: What every signature covers; with a body its digest too, with a key of idempotency that.
ALWAYS = ("@method", "@authority", "@path", "@query")
WITH_BODY = "content-digest"
IF_THERE = ("idempotency-key", "airshed-at", "airshed-once")
#: How old a signature may be, and how far in the future, in seconds.
OLDEST_S, AHEAD_S = 120, 30
LABEL = "sig1"
_INPUT = re.compile(
    r'sig1=\(((?:"[@a-z0-9-]{1,40}" ?){1,10})\);created=([0-9]{1,12});keyid="([0-9a-f]{32})"'
    r';nonce="([A-Za-z0-9_-]{16,64})";alg="ed25519"',
    re.ASCII,
)
_SIGNATURE = re.compile(r"sig1=:([A-Za-z0-9+/]{86}==):", re.ASCII)


class Request(NamedTuple):
    """What of a request is signed; header names in small letters."""

    method: str
    authority: str
    path: str
    query: str
    headers: Mapping[str, str]


class SignatureClaim(NamedTuple):
    """A signature as it came, not looked at yet."""

    covered: tuple[str, ...]
    #: What stands behind `sig1=`, which is signed itself.
    parameters: str
    created: int
    key: str
    nonce: str
    signature: bytes


def digest_of(body: bytes) -> str:
    """`Content-Digest` of a body, RFC 9530.

    >>> digest_of(b'{"hello": "world"}')
    'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:'
    """
    return f"sha-256=:{base64.b64encode(sha256(body).digest()).decode()}:"


def claim_of(headers: Mapping[str, str]) -> SignatureClaim | None:
    """The signature of a request; None where it is none of the form that is taken."""
    said, value = headers.get("signature-input", ""), headers.get("signature", "")
    found, mac = _INPUT.fullmatch(said), _SIGNATURE.fullmatch(value)
    if found is None or mac is None:
        return None
    covered = tuple(part.strip('"') for part in found[1].split())
    return SignatureClaim(
        covered,
        said.removeprefix(f"{LABEL}="),
        int(found[2]),
        found[3],
        found[4],
        base64.b64decode(mac[1]),
    )


def wrong_with(claim: SignatureClaim, request: Request, body: bytes, public: bytes, now_s: int) -> str:
    """Why a signature does not hold; empty when it does. Whether its nonce is new is for whoever keeps them."""
    wanted = {*ALWAYS, *(name for name in IF_THERE if name in request.headers)}
    if body or WITH_BODY in request.headers:
        wanted.add(WITH_BODY)
    if len(set(claim.covered)) != len(claim.covered) or set(claim.covered) != wanted:
        return f"covers {' '.join(claim.covered)}, not {' '.join(sorted(wanted))}"
    if not now_s - OLDEST_S <= claim.created <= now_s + AHEAD_S:
        return f"was made at {claim.created}, and it is {now_s} here"
    if WITH_BODY in wanted and not hmac.compare_digest(
        request.headers.get(WITH_BODY, "").encode(), digest_of(body).encode()
    ):
        return "has a content-digest that is not that of the body"
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            claim.signature, base_of(request, claim.covered, claim.parameters)
        )
    except (InvalidSignature, ValueError):
        return "is not by this key over this request"
    return ""


def base_of(request: Request, covered: Sequence[str], parameters: str) -> bytes:
    """What is signed, RFC 9421 2.5."""
    derived = {
        "@method": request.method,
        "@authority": request.authority.lower(),
        "@path": request.path,
        "@query": f"?{request.query}",
    }
    lines = [
        f'"{name}": {derived[name] if name in derived else request.headers.get(name, "").strip()}' for name in covered
    ]
    return "\n".join((*lines, f'"@signature-params": {parameters}')).encode()


def signed(request: Request, body: bytes, private: Ed25519PrivateKey, created: int, nonce: str) -> dict[str, str]:
    """The headers with which a machine sends a request."""
    headers = dict(request.headers)
    added: dict[str, str] = {}
    covered = [*ALWAYS, *(name for name in IF_THERE if name in headers)]
    if body:
        added["content-digest"] = headers[WITH_BODY] = digest_of(body)
        covered.append(WITH_BODY)
    public = private.public_key().public_bytes_raw()
    names = " ".join(f'"{name}"' for name in covered)
    key = sha256(public).hexdigest()[:32]
    parameters = f'({names});created={created};keyid="{key}";nonce="{nonce}";alg="ed25519"'
    base = base_of(request._replace(headers=headers), covered, parameters)
    added["signature-input"] = f"{LABEL}={parameters}"
    added["signature"] = f"{LABEL}=:{base64.b64encode(private.sign(base)).decode()}:"
    return added


def public_of(pem: bytes, place: str) -> bytes:
    """The public key of a machine as it is kept. Malformed, naming the place, where it is none of Ed25519 in PEM."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        found = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):  # of a curve that it does not know, as that of SM2
        found = None
    if not isinstance(found, Ed25519PublicKey):
        raise Malformed(place, "is no public key of Ed25519 in PEM", "airshed user new-key makes a pair")
    return found.public_bytes_raw()
