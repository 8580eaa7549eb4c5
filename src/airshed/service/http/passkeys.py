"""Passkeys over HTTP (WebAuthn): made by somebody who has signed in, to sign in with, and to prove a second factor.

A passkey is made for the name by which the service was called, and asks its owner for a PIN or a finger: so it is both
factors at once. Which user it is of follows from the key; nobody is asked for a name, so no name is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from airshed.model.refusal import Malformed
from airshed.service.http.problems import Stopped
from airshed.service.http.service import JSON, Service, given
from airshed.service.http.shapes.passkeys import KnownPasskeys, NewPasskey, PasskeyAsked, PasskeyShown
from airshed.service.http.shapes.sign_in import SignedIn
from airshed.service.http.sign_in import NAME, cookie_of, form_of, session_of, told_of
from airshed.service.http.ways import Way
from airshed.service.http.who import Signed
from airshed.service.sign_in.nouns import Passkey, Session, User

if TYPE_CHECKING:
    from airshed.service.sign_in import authenticators

#: What is asked of a browser: to make a key, or to show one.
MAKE, SHOW = "passkey to make", "passkey to show"
_ADDRESS = re.compile(r"[0-9.]+|\[.*\]", re.ASCII)


def _host(request: Request) -> str:
    """The name for which keys are made; an address of numbers can have none."""
    host = request.url.hostname or ""
    if _ADDRESS.fullmatch(host) or ":" in host:
        raise Malformed("host", f"{host[:60]} is an address, and passkeys are made for a name", "call it by its name")
    return host


def _place(service: Service, request: Request) -> authenticators.SignInPage:
    from airshed.service.sign_in.authenticators import SignInPage

    scheme = "https" if service.door.secure else "http"
    return SignInPage(_host(request), f"{scheme}://{request.headers['host']}")


async def to_make(service: Service, request: Request) -> Response:
    """What a browser needs to make a passkey; a second factor of now goes before."""
    from airshed.service.sign_in import authenticators

    user = (await _proven(service, request)).user
    known_as = sha256(f"{service.first} {user.name}".encode()).digest()
    has = [each.id for each in service.door.users.passkeys(user.name)]
    asked = authenticators.to_make(_host(request), NAME, user.name, known_as, has)
    return _asked(service, MAKE, asked, f"{user.name}\n{asked.word}")


async def make(service: Service, request: Request) -> Response:
    """Keep a passkey that a browser made."""
    from airshed.service.sign_in import authenticators

    form = await form_of(service, request, NewPasskey)
    session = await _proven(service, request)
    name, _, challenge = (service.door.users.answered(MAKE, form.token) or "").partition("\n")
    if name != session.user.name:
        raise _wrong(service, "it was not asked for here, is over, or was made")
    try:
        found = authenticators.made(form.credential, challenge, _place(service, request))
    except authenticators.WrongPasskey as error:
        raise _wrong(service, str(error)) from None
    kept = service.door.users.add_passkey(name, found.id, found.public, found.shown, form.label)
    service.note("passkey_made", user=name, passkey=kept)
    return given(service, {"passkeys": _shown(service, session.user)}, 201)


async def mine(service: Service, request: Request) -> Response:
    """The passkeys of who is signed in."""
    return given(service, {"passkeys": _shown(service, (await service.door.signed(request)).user)})


async def remove(service: Service, request: Request) -> Response:
    """A passkey opens nothing any more; a second factor of now goes before."""
    session = await _proven(service, request)
    if not service.door.users.end_passkey(session.user.name, request.path_params["passkey"]):
        raise Stopped("not_there", "this is no passkey of yours")
    service.note("passkey_removed", user=session.user.name, passkey=request.path_params["passkey"][:60])
    return given(service, {"passkeys": _shown(service, session.user)})


async def to_show(service: Service, request: Request) -> Response:
    """What a browser needs to show a passkey, whoever's it is."""
    from airshed.service.sign_in import authenticators

    await service.door.look(request)
    service.door.own_page(request)
    asked = authenticators.to_show(_host(request))
    return _asked(service, SHOW, asked, asked.word)


async def sign_in(service: Service, request: Request) -> Response:
    """Sign in by a passkey alone: it is both factors."""
    service.door.own_page(request)
    await service.door.look(request)
    form = await form_of(service, request, PasskeyShown)
    user = _owner(service, request, form)
    before = await service.door.session(request)
    if before is not None:
        service.door.users.end(before)
    token, session = service.door.users.begin(user)
    service.note("signed_in", user=user.name, actor=user.actor, by="passkey")
    told = await told_of(service, Signed(user, session))
    return Response(msgspec.json.encode(told), 200, {"Set-Cookie": cookie_of(service, token)}, JSON)


async def prove(service: Service, request: Request) -> Response:
    """Show a passkey instead of a code, so that signing acts may follow."""
    form = await form_of(service, request, PasskeyShown)
    session = session_of(await service.door.signed(request))
    if _owner(service, request, form).name != session.user.name:
        raise _wrong(service, "it is another user's")
    service.door.users.proven(session)
    return Response(status_code=204)


def _owner(service: Service, request: Request, form: PasskeyShown) -> User:
    """Whose passkey was shown here and now; it is told to nobody why not."""
    from airshed.service.sign_in import authenticators

    users = service.door.users
    challenge = users.answered(SHOW, form.token)
    kept = users.passkey(str(form.credential.get("id", "")))
    if challenge is None or kept is None:
        raise _wrong(service, "it is not known here, or was not asked for")
    try:
        count = authenticators.shown(form.credential, challenge, _place(service, request), kept.public, kept.shown)
    except authenticators.WrongPasskey as error:
        raise _wrong(service, str(error)) from None
    user = users.get(kept.user)
    if user is None or user.state != "active":
        raise _wrong(service, "its user is locked")
    users.used_passkey(kept.id, count)
    return user


async def _proven(service: Service, request: Request) -> Session:
    session = session_of(await service.door.signed(request))
    if not service.door.users.fresh(session):
        raise Stopped("second_factor", "give a code at /v1/me/code first, or show a passkey")
    return session


def _asked(service: Service, what: str, asked: authenticators.Challenge, said: str) -> Response:
    token = service.door.users.ask(what, said)
    raw = msgspec.json.encode(PasskeyAsked(token, msgspec.Raw(asked.options)))
    return Response(raw, 200, media_type=JSON)


def _shown(service: Service, user: User) -> list[dict[str, Any]]:
    found: list[Passkey] = service.door.users.passkeys(user.name)
    return [
        {"passkey": each.id, "label": each.label, "made_at": each.made_at, "used_at": each.used_at} for each in found
    ]


def _wrong(service: Service, why: str) -> Stopped:
    service.note("wrong_passkey", why=why)
    return Stopped("wrong_passkey", "begin again, with a passkey that was made for this service")


# --- the script of the page


async def script(service: Service, request: Request) -> Response:
    """The script of the page on which passkeys are made, shown and removed."""
    await service.door.look(request)
    return Response(_file("passkeys.js"), 200, {"Cache-Control": "no-cache"}, "text/javascript; charset=utf-8")


def _file(name: str) -> bytes:
    return (files("airshed.service.http") / "page" / name).read_bytes()


WAYS: Sequence[Way] = (
    Way("/v1/me/passkeys", "GET", mine, "passkeys", "sign-in", answer=KnownPasskeys),
    Way(
        "/v1/me/passkeys/to-make",
        "POST",
        to_make,
        "passkey_to_make",
        "sign-in",
        answer=PasskeyAsked,
        more=("csrf", "second_factor"),
    ),
    Way(
        "/v1/me/passkeys",
        "POST",
        make,
        "make_passkey",
        "sign-in",
        body=NewPasskey,
        answer=KnownPasskeys,
        status=201,
        more=("csrf", "second_factor", "wrong_passkey"),
    ),
    Way(
        "/v1/me/passkeys/{passkey}/remove",
        "POST",
        remove,
        "remove_passkey",
        "sign-in",
        answer=KnownPasskeys,
        more=("csrf", "second_factor", "not_there"),
    ),
    Way(
        "/v1/passkeys/to-show",
        "POST",
        to_show,
        "passkey_to_show",
        "sign-in",
        "open",
        answer=PasskeyAsked,
        more=("csrf",),
    ),
    Way(
        "/v1/passkeys/sign-in",
        "POST",
        sign_in,
        "sign_in_by_passkey",
        "sign-in",
        "open",
        PasskeyShown,
        SignedIn,
        more=("csrf", "wrong_passkey"),
        tells=("Set-Cookie",),
    ),
    Way(
        "/v1/me/passkey",
        "POST",
        prove,
        "show_passkey",
        "sign-in",
        body=PasskeyShown,
        status=204,
        gives=(),
        more=("csrf", "wrong_passkey", "second_factor"),
    ),
    Way("/passkeys.js", "GET", script, "passkeys_script", "sign-in", "open", gives=("text/javascript",)),
)
