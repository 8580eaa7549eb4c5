"""Sign-in over HTTP: links for the first time, name with password and code, sessions, and users for administrators."""

from __future__ import annotations

import asyncio
from html import escape
from typing import Any, TypeVar
from urllib.parse import parse_qs

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.edge import said_twice
from airshed.model.refusal import Malformed, in_a_sentence
from airshed.service.book.kept import KeptBook
from airshed.service.http.problems import Stopped
from airshed.service.http.service import JSON, Service, body_of, given
from airshed.service.http.shapes import Code, NewUser, SetUp, SignedIn, SignIn
from airshed.service.http.viewer import viewer_of
from airshed.service.http.who import Signed
from airshed.service.sign_in import codes, passwords
from airshed.service.sign_in.nouns import Session, User

FORM = "application/x-www-form-urlencoded"
NAME = "Airshed"
#: A page may hold its own style and its own form, and nothing else.
PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

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


# --- the first sign-in


async def set_up(service: Service, request: Request) -> Response:
    """Use a link: choose a password, hear the secret of the codes. Once."""
    await service.door.look(request)
    form = await form_of(service, request, SetUp)
    user, secret = await accepted(service, form.token, form.password)
    return given(
        service,
        {"user": user.name, "secret": codes.written(secret), "address": codes.address(secret, user.name, NAME)},
    )


async def accepted(service: Service, token: str, password: str) -> tuple[User, bytes]:
    """Use a link: the user, and the secret of their codes."""
    if service.door.users.invited(token) is None:
        raise Stopped("not_there", "the link is used, over, or none; ask an administrator for another")
    async with service.passwords:
        kept = await asyncio.to_thread(passwords.hashed, password)
    done = service.door.users.accept(token, kept)
    if done is None:
        raise Stopped("not_there", "the link is used, over, or none; ask an administrator for another")
    service.note("set_up", user=done[0].name)
    return done


async def set_up_page(service: Service, request: Request) -> Response:
    """A page with a form for the same, without a script."""
    await service.door.look(request)
    token = request.query_params.get("token", "")
    user = service.door.users.invited(token)
    if user is None:
        return page("This link is used, or over. 链接已使用或已过期。", "", 404)
    form = (
        f'<form method="post" action="/set-up"><input type="hidden" name="token" value="{escape(token)}">'
        "<label>Password 口令 "
        f'<input type="password" name="password" minlength="{passwords.SHORTEST}" required>'
        "</label><button>Set up 设置</button></form>"
    )
    return page(f"{escape(user.name)}: choose a password. 请设置口令。", form)


async def set_up_form(service: Service, request: Request) -> Response:
    """What the form of that page sends."""
    await service.door.look(request)
    service.door.own_page(request)
    raw = await body_of(request, service.limits.form_bytes, service.limits.body_s, FORM)
    try:
        said = parse_qs(raw.decode("utf-8", "replace"), max_num_fields=4)
        user, secret = await accepted(service, said.get("token", [""])[0], said.get("password", [""])[0])
    except Malformed as error:
        return page(f"{escape(str(error))} 口令不符合要求。", "", 400)
    except ValueError:
        return page("The form cannot be read. 表单无法解读。", "", 400)
    address = escape(codes.address(secret, user.name, NAME))
    shown = (
        f"<p>Enter this in your authenticator 请在动态码应用中录入：</p><p><code>{codes.written(secret)}</code></p>"
        f'<p><a href="{address}">{address}</a></p>'
    )
    return page(f"{escape(user.name)} may sign in now. 设置完成。", shown)


def page(title: str, inner: str, status: int = 200) -> Response:
    """A plain page without a script."""
    raw = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Airshed</title><style>body{{font:16px/1.6 sans-serif;margin:3em auto;max-width:34em;padding:0 1em}}"
        f"code{{font-size:1.2em;word-break:break-all}}</style><h1>Airshed</h1><p>{title}</p>{inner}</html>"
    )
    return Response(raw, status, {"Content-Security-Policy": PAGE_POLICY}, "text/html; charset=utf-8")


# --- users, for administrators


async def users(service: Service, request: Request) -> Response:
    """Who may sign in."""
    administrator(service, await service.door.signed(request))
    found = [
        {"user": user.name, "actor": user.actor, "admin": user.admin, "state": user.state, "made_at": user.made_at}
        for user in service.door.users.all()
    ]
    return given(service, {"users": found})


async def add_user(service: Service, request: Request) -> Response:
    """A new user as an actor that the book has, and the word of the link for their first sign-in."""
    form = await form_of(service, request, NewUser)
    administrator(service, await service.door.signed(request), sign=True)
    if form.actor:
        await service.readers.read(lambda book: known_actor(book, form.actor))
    token = service.door.users.add(form.user, form.actor, admin=form.admin)
    service.note("user_added", user=form.user, actor=form.actor, admin=form.admin)
    return given(service, {"user": form.user, "token": token}, 201)


#: What an administrator changes of a user.
CHANGES = ("lock", "unlock", "invite", "unlink")


async def change_user(service: Service, request: Request) -> Response:
    """Lock a user, unlock one, give another link for the first sign-in, or unlink from single sign-on."""
    signed = await service.door.signed(request)
    administrator(service, signed, sign=True)
    name, change = request.path_params["user"], request.path_params["change"]
    kept = service.door.users
    if name == signed.user.name:
        raise Malformed(f"user {name}", "is who asks", "another administrator does it")
    changes: dict[str, Any] = {name: getattr(kept, name) for name in CHANGES}
    if change not in changes:
        raise Stopped("not_there", "a user is changed by lock, unlock, invite or unlink")
    token = changes[change](name)
    service.note(f"user_{change}", user=name, by=signed.user.name)
    return given(service, {"user": name, "token": token} if change == "invite" else {"user": name})


def administrator(service: Service, signed: Signed, *, sign: bool = False) -> None:
    """Users are changed by an administrator, with a second factor of now."""
    if not signed.user.admin:
        raise Stopped("not_yours_to_read", "users are for administrators")
    if sign and not service.door.users.fresh(session_of(signed)):
        raise Stopped("second_factor", "give a code at /v1/me/code first")


def known_actor(book: KeptBook, actor: str) -> None:
    """`Malformed` where the book knows nobody of that name."""
    if book.sql.execute("SELECT 1 FROM actors WHERE actor = ?", (actor,)).fetchone() is None:
        raise Malformed("--actor", f"{actor[:60]!a} is not registered in the book", "register it there first")
