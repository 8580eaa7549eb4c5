"""What of a provider is not believed: tokens that are forged, for others or of another time, and other names."""

from __future__ import annotations

import asyncio
import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from airshed.model.refusal import Malformed
from airshed.service.sign_in.provider import LOGGED_OUT, Provider, ProviderPerson
from airshed.service.sign_in.provider_settings import Away, ProviderSettings, Wrong

NOW_S = 1_800_000_000
KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("1", "2"))


class Forger:
    """A provider that says whatever a test wants."""

    def __init__(self, address: str) -> None:
        self.issuer = address
        self.said: dict[str, Any] = {
            "issuer": address,
            "authorization_endpoint": f"{address}/auth",
            "token_endpoint": f"{address}/token",
            "jwks_uri": f"{address}/keys",
        }
        self.keys: dict[str, Any] = {
            "keys": [KEY.as_dict(private=False), {"kty": "oct", "k": "c2VjcmV0IG9mIGEgcHJvdmlkZXI", "kid": "3"}]
        }
        self.token = ""
        self.asked: list[str] = []

    def answer(self, path: str) -> Any:
        """What stands at a path."""
        self.asked.append(path)
        return {"/token": {"id_token": self.token}, "/keys": self.keys}.get(path, self.said)

    def claims(self, **more: Any) -> dict[str, Any]:
        """Claims that hold, but for what a test says; None leaves one out."""
        usual = {"iss": self.issuer, "aud": "airshed", "sub": "li", "iat": NOW_S, "exp": NOW_S + 300, "nonce": "n"}
        return {name: value for name, value in {**usual, **more}.items() if value is not None}

    def sign(self, claims: Mapping[str, Any], key: Any = KEY, **header: Any) -> None:
        """The token that is answered next."""
        self.token = jwt.encode({"alg": "RS256", "kid": "1", **header}, dict(claims), key)

    def person(self, **settings: Any) -> ProviderPerson:
        """Who the service believes has signed in."""
        provider = Provider(ProviderSettings(self.issuer, "airshed", **settings), lambda: NOW_S * 1000)
        return asyncio.run(provider.person("code", "verifier", "n", "http://127.0.0.1/oidc/return"))


@pytest.fixture
def forger() -> Iterator[Forger]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            raw = json.dumps(found.answer(self.path)).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(raw)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Forger(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield found
        server.shutdown()


def test_a_token_that_holds_names_a_person(forger: Forger) -> None:
    forger.sign(forger.claims(sid="s"))
    assert forger.person()._replace(id_token="") == ProviderPerson("li", "li", "s", None)
    forger.sign(forger.claims(acr="mfa", auth_time=NOW_S - 5))
    assert forger.person().proven_s is None, "an acr that nobody asked for proves nothing"
    assert forger.person(acr="mfa").proven_s == NOW_S - 5
    forger.sign(forger.claims(acr="mfa", auth_time=NOW_S + 50))
    assert forger.person(acr="mfa").proven_s == NOW_S, "nobody has proved anything in times to come"
    forger.sign(forger.claims(acr="mfa"))
    assert forger.person(acr="mfa").proven_s is None


@pytest.mark.parametrize(
    "more",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": ["airshed", "another"], "azp": "airshed"},
        {"aud": None},
        {"azp": "another"},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": NOW_S - 61},
        {"exp": None},
        {"exp": "soon"},
        {"iat": NOW_S + 61},
        {"iat": None},
        {"nbf": NOW_S + 61},
        {"sub": None},
        {"sub": 7},
        {"sub": ""},
        {"sid": 7},
    ],
    ids=repr,
)
def test_a_token_for_others_of_another_time_or_of_another_sign_in_names_nobody(
    forger: Forger, more: Mapping[str, Any]
) -> None:
    forger.sign(forger.claims(**more))
    with pytest.raises(Wrong):
        forger.person()


def test_a_token_that_the_provider_did_not_sign_names_nobody(forger: Forger) -> None:
    claims = forger.claims()
    public = OctKey.import_key(json.dumps(KEY.as_dict(private=False)))
    none = ".".join(
        [*(urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({"alg": "none"}, claims)), ""]
    )
    confused = jwt.encode({"alg": "HS256", "kid": "1"}, claims, public)
    shared = jwt.encode(
        {"alg": "HS256", "kid": "3"}, claims, OctKey.import_key({"kty": "oct", "k": "c2VjcmV0IG9mIGEgcHJvdmlkZXI"})
    )
    strange = jwt.encode({"alg": "RS256", "kid": "2"}, claims, OTHER_KEY)
    named = jwt.encode({"alg": "RS256", "kid": "1"}, claims, OTHER_KEY)
    forger.sign(claims)
    head, body, mac = forger.token.split(".")
    altered = f"{head}.{body[:-4]}AAAA.{mac}"
    for token in (none, confused, shared, strange, named, altered, "", "a.b.c", 7, None):
        forger.token = token  # type: ignore[assignment]
        with pytest.raises(Wrong):
            forger.person()


def test_a_key_that_is_new_is_asked_for_once_in_a_while(forger: Forger) -> None:
    clock = [NOW_S * 1000]
    provider = Provider(ProviderSettings(forger.issuer, "airshed"), lambda: clock[0])

    def person() -> ProviderPerson:
        return asyncio.run(provider.person("code", "verifier", "n", "http://127.0.0.1/oidc/return"))

    forger.sign(forger.claims())
    person()
    forger.keys = {"keys": [OTHER_KEY.as_dict(private=False)]}
    forger.sign(forger.claims(), OTHER_KEY, kid="2")
    with pytest.raises(Wrong):
        person()
    clock[0] += 60_000
    person()
    assert forger.asked.count("/keys") == 2


def test_a_claim_that_is_no_text_or_an_address_that_is_not_verified_names_nobody(forger: Forger) -> None:
    forger.sign(forger.claims(email="li@example.com", preferred_username=["li"]))
    for claim in ("email", "preferred_username", "upn"):
        with pytest.raises(Wrong):
            forger.person(claim=claim)
    forger.sign(forger.claims(email="li@example.com", email_verified=True))
    assert forger.person(claim="email").known_as == "li@example.com"


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"code_challenge_methods_supported": ["plain"]},
    ],
    ids=repr,
)
def test_a_provider_that_calls_itself_another_or_sends_elsewhere_is_not_asked(
    forger: Forger, said: Mapping[str, Any]
) -> None:
    forger.sign(forger.claims())
    forger.said |= said
    with pytest.raises(Away):
        forger.person()


def test_a_logout_token_ends_sessions_and_no_other_token_does(forger: Forger) -> None:
    provider = Provider(ProviderSettings(forger.issuer, "airshed"), lambda: NOW_S * 1000)
    events: dict[str, dict[str, str]] = {LOGGED_OUT: {}}
    forger.sign(forger.claims(nonce=None, events=events, jti="1", sid="s"))
    found = asyncio.run(provider.ended(forger.token))
    assert (found.subject, found.session, found.number) == ("li", "s", "1")
    wrong: tuple[Mapping[str, Any], ...] = (
        {"events": events, "jti": "1"},
        {"nonce": None, "jti": "1"},
        {"nonce": None, "jti": "1", "events": {"another": {}}},
        {"nonce": None, "events": events},
        {"nonce": None, "events": events, "jti": "1", "sub": None},
        {"nonce": None, "events": events, "jti": "1", "aud": "another"},
        {"nonce": None, "events": events, "jti": "1", "exp": NOW_S - 61},
    )
    for more in wrong:
        forger.sign(forger.claims(**more))
        with pytest.raises(Wrong):
            asyncio.run(provider.ended(forger.token))


@pytest.mark.parametrize("issuer", ["", "login.example", "http://login.example", "https://", "https://a.example?b=c"])
def test_an_issuer_that_is_none_is_named_at_the_start(issuer: str) -> None:
    with pytest.raises(Malformed, match="is no issuer"):
        ProviderSettings(issuer, "airshed")
