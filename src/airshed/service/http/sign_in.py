"""Sign-in over HTTP: name with password and code, sessions, and who is signed in."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.edge import said_twice
from airshed.model.refusal import Malformed, in_a_sentence
from airshed.service.book.kept import KeptBook
from airshed.service.http.problems import Stopped
from airshed.service.http.service import JSON, Service, body_of
from airshed.service.http.shapes.sign_in import Code, SignedIn, SignIn
from airshed.service.http.viewer import viewer_of
from airshed.service.http.ways import Way
from airshed.service.http.who import Signed
from airshed.service.sign_in import passwords
from airshed.service.sign_in.nouns import Session, User

FORM = "application/x-www-form-urlencoded"
NAME = "Airshed"
Form = TypeVar("Form", bound=msgspec.Struct)


async def form_of(service: Service, request: Request, kind: type[Form]) -> Form:
    """A body of a shape, or `Malformed` with its place."""
    limits = service.limits
    raw = await body_of(request, limits.form_bytes, limits.body_s)
    return _read(raw, kind)


def _read(raw: bytes, kind: type[Form]) -> Form:
    try:
        found = msgspec.json.decode(raw, type=kind)
        twice = said_twice(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        what, _, where = str(error).partition(" - at `$.")
        raise Malformed(where.rstrip("`") or "body", in_a_sentence(what), "see docs/reference/api.md") from None
    if twice is not None:
        raise Malformed("body", f"{twice[:60]!a} is given twice in one object", "give it once")
    return found


async def sign_in(service: Service, request: Request) -> Response:
    """Name, password and code at once: which of them was wrong is not told."""
    service.door.own_page(request)
    await service.door.look(request)
    form = await form_of(service, request, SignIn)
    user = await proven(service, request, form.user, form.password, form.code)
    before = await service.door.session(request)
    if before is not None:
        service.door.users.end(before)
    token, session = service.door.users.begin(user)
    service.note("signed_in", user=user.name, actor=user.actor)
    told = await told_of(service, Signed(user, session))
    return Response(msgspec.json.encode(told), 200, {"Set-Cookie": cookie_of(service, token)}, JSON)


async def proven(service: Service, request: Request, name: str, password: str, code: str) -> User:
    """Whose name, password and code these are."""
    door, origin = service.door, service.door.origin(request)
    async with service.passwords:  # those who wait here are held to what was guessed meanwhile
        now_s = door.ticks()
        user = door.users.get(name)
        told = "one that is not there" if user is None else name  # who types a password here is not noted
        blinded = await asyncio.to_thread(passwords.blinded, name, door.salt)  # takes as long whoever it is
        called = name if user is not None else blinded
        try:
            door.listened_to(origin, called, now_s)
        except Stopped:
            service.note("locked_out", user=told, address=origin)
            raise
        kept = user.password if user is not None and user.state == "active" else None
        right = await asyncio.to_thread(passwords.right, kept, password)
        if not (right and user is not None and door.users.use_code(user, code)):
            door.lockout.wrong(origin, called, now_s)
            service.note("wrong_sign_in", user=told, address=origin)
            raise Stopped("wrong_sign_in", "all three are looked at together")
    door.lockout.right(origin, name)
    return user


def cookie_of(service: Service, token: str) -> str:
    """Not read by scripts, not sent from other sites; gone with the browser, and at the latest with the session."""
    secure = "; Secure" if service.door.secure else ""
    return f"{service.door.cookie}={token}; Path=/; HttpOnly; SameSite=Strict{secure}"


async def sign_out(service: Service, request: Request) -> Response:
    """End the session."""
    signed = await service.door.signed(request)
    if signed.session is not None:
        service.door.users.end(signed.session)
    service.note("signed_out", user=signed.user.name)
    return Response(status_code=204, headers={"Set-Cookie": cookie_of(service, "") + "; Max-Age=0"})


async def me(service: Service, request: Request) -> Response:
    """Who is signed in."""
    signed = await service.door.signed(request)
    return Response(msgspec.json.encode(await told_of(service, signed)), 200, media_type=JSON)


async def code(service: Service, request: Request) -> Response:
    """A one-time code of now, so that signing acts may follow."""
    form = await form_of(service, request, Code)
    session = session_of(await service.door.signed(request))
    service.door.use_code(request, session, form.code)
    return Response(status_code=204)


def session_of(signed: Signed) -> Session:
    """The session of a person; no machine has one."""
    if signed.session is None:
        raise Stopped("second_factor", "this is for a person with a one-time code, not for a key")
    return signed.session


async def told_of(service: Service, signed: Signed) -> SignedIn:
    """Who is signed in, as they are told it."""
    user = signed.user

    def look(book: KeptBook) -> str:
        return str(viewer_of(book, user.actor, service.clock()))

    csrf = signed.session.csrf if signed.session is not None else ""
    reads = await service.readers.read(look)
    return SignedIn(user.name, user.actor, user.admin, csrf, reads, service.provenance)


WAYS: Sequence[Way] = (
    Way(
        "/v1/sign-in",
        "POST",
        sign_in,
        "sign_in",
        "sign-in",
        "open",
        SignIn,
        SignedIn,
        more=("wrong_sign_in", "csrf"),
        tells=("Set-Cookie",),
    ),
    Way(
        "/v1/sign-out",
        "POST",
        sign_out,
        "sign_out",
        "sign-in",
        status=204,
        gives=(),
        more=("csrf",),
        tells=("Set-Cookie",),
    ),
    Way("/v1/me", "GET", me, "me", "sign-in", answer=SignedIn),
    Way(
        "/v1/me/code",
        "POST",
        code,
        "give_code",
        "sign-in",
        body=Code,
        status=204,
        gives=(),
        more=("csrf", "second_factor"),
    ),
)
