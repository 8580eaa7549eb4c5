"""Users over HTTP, for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from airshed.model.refusal import Malformed
from airshed.service.book.kept import KeptBook
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service, given
from airshed.service.http.shapes.users import KnownUsers, NewUser, UserChanged
from airshed.service.http.sign_in import form_of, session_of
from airshed.service.http.ways import ADMIN, Way
from airshed.service.http.who import Signed


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


WAYS: Sequence[Way] = (
    Way("/v1/users", "GET", users, "users", "users", answer=KnownUsers, more=ADMIN),
    Way(
        "/v1/users",
        "POST",
        add_user,
        "add_user",
        "users",
        body=NewUser,
        answer=UserChanged,
        status=201,
        more=ADMIN,
    ),
    Way(
        "/v1/users/{user}/{change}",
        "POST",
        change_user,
        "change_user",
        "users",
        answer=UserChanged,
        more=(*ADMIN, "not_there"),
        choices={"change": CHANGES},
    ),
)
