"""Single sign-on: a provider of OpenID Connect says who somebody is; what it says is looked at before it is believed.

Authorization code with PKCE (RFC 7636), `state`, `nonce` and the issuer in the answer (RFC 9207); back-channel logout.
Whom of the users a subject is, an administrator has said before: nobody is made a user by a provider.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import httpx
import msgspec
from authlib.oauth2.claims import JWTClaims
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from airshed.model.refusal import Malformed
from airshed.service.sign_in.provider_settings import Away, ProviderSettings, Wrong, is_safe

#: Signatures that are believed: none with a shared secret, and never none at all.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
#: Seconds in which the provider answers, and bytes of an answer.
PATIENCE_S, MOST_BYTES = 10.0, 1 << 20
#: Letters of an ID token that is shown again at sign-out (more do not fit an address), and how many are known.
LONGEST_HINT, MOST_HINTS = 4_000, 5_000
#: How long what the provider says of itself is kept, and how often its keys are asked for anew, in milliseconds.
KNOWN_MS, KEYS_MS = 3_600_000, 60_000
#: Seconds by which the clock of the provider may be off.
LEEWAY_S = 60
#: What may be the matter with what somebody else wrote.
_BROKEN = (JoseError, ValueError, TypeError, AttributeError, KeyError)
#: Event of a logout token, OpenID Connect Back-Channel Logout 1.0, 2.4.
LOGGED_OUT = "http://schemas.openid.net/event/backchannel-logout"


class ProviderPerson(NamedTuple):
    """Who has signed in at the provider."""

    #: The value of the claim by which they are known.
    known_as: str
    #: Subject and session at the provider, which it names when it ends them.
    subject: str
    session: str
    #: The second in which they proved a second factor there; None where they did not.
    proven_s: int | None
    #: The ID token by which they are known.
    id_token: str = ""


class EndedSessions(NamedTuple):
    """Whose sessions the provider has ended: of a subject, of one session, or both."""

    subject: str
    session: str
    #: Number of the message, which counts once.
    number: str
    until_ms: int


class Provider:
    """The provider of one service; `clock` gives milliseconds."""

    def __init__(self, settings: ProviderSettings, clock: Callable[[], int]) -> None:
        self.settings = settings
        self._clock = clock
        authorities = settings.authorities
        try:
            self._tls = ssl.create_default_context(cafile=None if authorities is None else str(authorities))
        except OSError as error:
            raise Malformed("--oidc-authorities", f"cannot be read ({error})", "give certificates as PEM") from None
        self._said: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._said_at = self._keys_at = 0
        #: ID tokens by the session that began with them: in memory alone, for none is kept anywhere.
        self._hints: dict[str, str] = {}

    def remember(self, session: str, id_token: str) -> None:
        """By which token a session began, for as long as this process lives."""
        while len(self._hints) >= MOST_HINTS:
            self._hints.pop(next(iter(self._hints)))
        if len(id_token) <= LONGEST_HINT:
            self._hints[session] = id_token

    def hint(self, session: str) -> str:
        """That token, once; empty where it is not known any more."""
        return self._hints.pop(session, "")

    @property
    def known(self) -> bool:
        """Whether it has said where to go and by which keys it signs."""
        return bool(self._said) and self._keys is not None

    async def discover(self) -> None:
        """Ask it for both, before the first who signs in waits for it; `Away` where it does not answer."""
        await self._key_set()

    async def address(self, back_to: str, state: str, nonce: str, verifier: str, *, prove: bool) -> str:
        """Where a browser is sent to sign in; with `prove` the provider is to ask anew."""
        asked = {
            "response_type": "code",
            "client_id": self.settings.client,
            "redirect_uri": back_to,
            "scope": "openid" if self.settings.claim == "sub" else "openid profile email",
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        if self.settings.acr:
            asked["acr_values"] = self.settings.acr
        if prove:
            asked |= {"prompt": "login", "max_age": "0"}
        return _with(await self._place("authorization_endpoint"), asked)

    async def sign_out_address(self, back_to: str, id_token: str) -> str | None:
        """Where a browser ends the session at the provider; None where it does not say.

        By the ID token it knows whose session that is and need not ask (RP-Initiated Logout 1.0, 2).
        """
        place = (await self._metadata()).get("end_session_endpoint")
        if not isinstance(place, str) or not is_safe(place):
            return None
        hint = {"id_token_hint": id_token} if id_token else {}
        return _with(place, {"client_id": self.settings.client, "post_logout_redirect_uri": back_to, **hint})

    async def look_at_issuer(self, issuer: str | None) -> None:
        """`Wrong` where the answer is another provider's, RFC 9207."""
        said = await self._metadata()
        if issuer is None and said.get("authorization_response_iss_parameter_supported") is not True:
            return
        if issuer != self.settings.issuer:
            raise Wrong("the answer does not come from the issuer that was asked")

    async def person(self, code: str, verifier: str, nonce: str, back_to: str) -> ProviderPerson:
        """Who a code is for, by an ID token that holds."""
        settings = self.settings
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back_to,
            "code_verifier": verifier,
        }
        login: tuple[str, str] | None = None
        if settings.secret is None:
            form["client_id"] = settings.client
        elif "client_secret_basic" in (await self._metadata()).get(
            "token_endpoint_auth_methods_supported", ["client_secret_basic"]
        ):
            login = quote(settings.client, safe=""), quote(settings.secret, safe="")  # RFC 6749, 2.3.1
        else:
            form |= {"client_id": settings.client, "client_secret": settings.secret}
        told = await self._ask("POST", await self._place("token_endpoint"), form, login)
        token = told.get("id_token")
        if not isinstance(token, str):
            raise Wrong("there is no ID token for this code")
        read = await self._signed(token)
        params = {"nonce": nonce, "client_id": settings.client, "access_token": told.get("access_token")}
        claims = self._for_us(read, lambda options: CodeIDToken(read.claims, read.header, options, params))
        return self._person(claims)._replace(id_token=token)

    def _person(self, claims: Mapping[str, Any]) -> ProviderPerson:
        claim = self.settings.claim
        known_as, subject, session = claims.get(claim), claims["sub"], claims.get("sid", "")
        if not (isinstance(known_as, str) and isinstance(subject, str) and isinstance(session, str) and known_as):
            raise Wrong(f"the ID token has no {claim} in letters")
        if claim == "email" and claims.get("email_verified") is not True:
            raise Wrong("the address of the ID token is not verified")
        proven, now_s = claims.get("auth_time"), self._clock() // 1000
        holds = bool(self.settings.acr) and claims.get("acr") == self.settings.acr and isinstance(proven, int)
        return ProviderPerson(known_as, subject, session, min(int(proven or 0), now_s) if holds else None)

    async def ended(self, token: str) -> EndedSessions:
        """What a logout token ends, OpenID Connect Back-Channel Logout 1.0, 2.6."""
        read = await self._signed(token)
        options = {claim: {"essential": True} for claim in ("iat", "exp", "jti")}
        claims = self._for_us(read, lambda more: JWTClaims(read.claims, read.header, {**options, **more}))
        events = claims.get("events")
        if not isinstance(events, dict) or not isinstance(events.get(LOGGED_OUT), dict) or "nonce" in claims:
            raise Wrong("this is no logout token")
        subject, session, number = claims.get("sub", ""), claims.get("sid", ""), claims["jti"]
        if not all(isinstance(each, str) for each in (subject, session, number)) or not (subject or session):
            raise Wrong("the logout token names nobody")
        return EndedSessions(subject, session, number, (int(claims["exp"]) + LEEWAY_S) * 1000)

    async def _signed(self, token: str) -> jwt.Token:
        """A token by a key of the provider; one that is not known yet is asked for, once in a while."""
        try:
            try:
                return jwt.decode(token, await self._key_set(), algorithms=ALGORITHMS)
            except InvalidKeyIdError:
                return jwt.decode(token, await self._key_set(anew=True), algorithms=ALGORITHMS)
        except _BROKEN as error:
            raise Wrong(f"the token does not hold ({type(error).__name__})") from None

    def _for_us(self, read: jwt.Token, claims_of: Callable[[Mapping[str, Any]], Any]) -> dict[str, Any]:
        """The claims of a token by this provider, for this service alone, and for now."""
        settings = self.settings
        wanted = {"iss": settings.issuer, "aud": settings.client}
        try:
            claims_of({name: {"essential": True, "value": value} for name, value in wanted.items()}).validate(
                self._clock() // 1000, LEEWAY_S
            )
        except _BROKEN as error:
            raise Wrong(f"the token does not hold ({error})") from None
        if read.claims["aud"] not in (settings.client, [settings.client]):
            raise Wrong("the token is for others too")
        return dict(read.claims)

    async def _key_set(self, *, anew: bool = False) -> KeySet:
        now = self._clock()
        if self._keys is None or (anew and now - self._keys_at >= KEYS_MS) or now - self._keys_at >= KNOWN_MS:
            found = await self._ask("GET", await self._place("jwks_uri"))
            try:
                public = [key for key in found["keys"] if key.get("kty") != "oct"]
                self._keys = KeySet.import_key_set({"keys": public})
            except _BROKEN:
                raise Away("its keys cannot be read") from None
            self._keys_at = now
        return self._keys

    async def _place(self, name: str) -> str:
        place = (await self._metadata()).get(name)
        if not isinstance(place, str) or not is_safe(place):
            raise Away(f"it names no {name} over TLS")
        return place

    async def _metadata(self) -> Mapping[str, Any]:
        """What the provider says of itself, OpenID Connect Discovery 1.0, 4.3."""
        now = self._clock()
        if not self._said or now - self._said_at >= KNOWN_MS:
            issuer = self.settings.issuer
            found = await self._ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != issuer:
                raise Away(f"it calls itself {str(found.get('issuer'))[:100]!a}, not {issuer}")
            if "S256" not in found.get("code_challenge_methods_supported", ["S256"]):
                raise Away("it does not know PKCE by S256")
            self._said, self._said_at = found, now
        return self._said

    async def _ask(
        self, method: str, place: str, form: Mapping[str, str] | None = None, login: tuple[str, str] | None = None
    ) -> dict[str, Any]:
        """An answer in JSON; the provider is asked directly, and sends nobody elsewhere."""
        raw = b""
        try:
            async with httpx.AsyncClient(
                verify=self._tls, timeout=PATIENCE_S, follow_redirects=False, trust_env=False
            ) as client:
                auth = None if login is None else httpx.BasicAuth(*login)
                async with client.stream(
                    method, place, data=form, auth=auth, headers={"Accept": "application/json"}
                ) as answer:
                    async for part in answer.aiter_bytes():
                        raw += part
                        if len(raw) > MOST_BYTES:
                            raise Away(f"its answer has more than {MOST_BYTES} bytes")
        except (httpx.HTTPError, OSError) as error:
            raise Away(f"it does not answer ({type(error).__name__})") from None
        if form is not None and answer.status_code in (400, 401, 403):
            raise Wrong(f"the provider does not take the code ({answer.status_code})")
        if answer.status_code != 200:
            raise Away(f"it answers {answer.status_code}")
        try:
            return msgspec.json.decode(raw, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise Away("its answer is no JSON") from None


def _with(place: str, asked: Mapping[str, str]) -> str:
    return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"
