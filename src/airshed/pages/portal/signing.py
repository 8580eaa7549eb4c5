"""Signing in and out, setting up, and going on where a session ended with a form half written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from airshed.model.provenance import Programme
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.frame import (
    Visitor,
    bound_to,
    chosen_language,
    fields_of,
    local,
    on,
    page,
    visitor_of,
)
from airshed.pages.portal.second_factor import code_in
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.http.set_up import accepted
from airshed.service.http.sign_in import NAME, cookie_of, proven
from airshed.service.http.who import Signed
from airshed.service.marketdata.reading import Market
from airshed.service.sign_in import codes, passwords
from airshed.service.sign_in.nouns import User

#: Fields of a form that are not its content.
OWN = ("csrf", "step", "language", "code")
#: The field with the name of whose form it is: nobody else is shown what was written in it.
WRITER = "writer"


def kept(fields: Mapping[str, str]) -> str:
    """What was written in a form, to be carried over a sign-in."""
    return msgspec.json.encode({name: text for name, text in fields.items() if name not in OWN}).decode()


def unkept(text: str) -> dict[str, str]:
    """The same back; nothing where it cannot be read."""
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except msgspec.MsgspecError:
        return {}


async def sign_in_page(service: Service, request: Request) -> Response:
    """Where people sign in."""
    visitor = await visitor_of(service, request)
    target = local(request.query_params.get("next", "/"))
    if visitor.signed is not None:
        return on(target)
    return await shown(visitor, target)


async def passkeys(service: Service, request: Request) -> Response:
    """Where passkeys are made, shown and removed, and people sign in by one."""
    return page(await visitor_of(service, request), "passkeys.html.j2")


async def shown(
    visitor: Visitor, target: str, *, carried: str = "", name: str = "", wrong: Phrase | None = None, status: int = 200
) -> Response:
    """The page of the sign-in; `carried` is a form that goes on afterwards."""
    demo: Any = await visitor.look(_everybody) if visitor.service.demo else ()
    return page(
        visitor,
        "sign_in.html.j2",
        status,
        target=target,
        carried=carried,
        name=name,
        wrong=wrong,
        roles=demo,
        single=visitor.service.provider is not None,
    )


async def over(visitor: Visitor, fields: Mapping[str, str]) -> Response:
    """The session ended while somebody wrote: they sign in, and what they wrote is there again."""
    return await shown(
        visitor,
        visitor.request.url.path,
        carried=kept(fields),
        wrong=Phrase(
            "You are not signed in any more. What you wrote is kept: sign in as before, and it is there again.",
            "登录已失效。您填写的内容已保留，以原身份重新登录后继续。",
        ),
        status=401,
    )


async def sign_in(service: Service, request: Request) -> Response:
    """Name, password and code; then on, to where somebody was."""
    service.door.own_page(request)
    fields = await fields_of(service, request)
    visitor = await visitor_of(service, request, chosen_language(fields))
    target, carried, name = local(fields.get("next", "/")), fields.get("carried", ""), fields.get("user", "").strip()
    if "language" in fields:
        return await shown(visitor, target, carried=carried, name=name)
    try:
        if "as" in fields:
            user = await _demo_user(visitor, fields["as"])
        else:
            code = code_in(fields.get("code", ""))
            user = await proven(service, request, name, fields.get("password", ""), code)
    except Stopped as stop:
        if stop.code not in ("wrong_sign_in", "too_many"):
            raise
        wrong = (
            Phrase(
                "Name, password or code is wrong. A code counts once.",
                "用户名、口令或动态码有误。每个动态码只能使用一次。",
            )
            if stop.code == "wrong_sign_in"
            else Phrase(
                f"Too many attempts. Try again in {stop.headers.get('Retry-After', '60')} seconds.",
                f"尝试次数过多，请{stop.headers.get('Retry-After', '60')}秒后再试。",
            )
        )
        return await shown(visitor, target, carried=carried, name=name, wrong=wrong, status=401)
    before = await service.door.session(request)
    if before is not None:
        service.door.users.end(before)
    token, session = service.door.users.begin(user)
    service.note("signed_in", user=user.name, actor=user.actor)
    headers = {"Set-Cookie": cookie_of(service, token)}
    written = unkept(carried) if carried else {}
    if written and written.pop(WRITER, "") == user.name:
        there = page(visitor._replace(signed=Signed(user, session)), "carried.html.j2", target=target, fields=written)
        there.headers.append("Set-Cookie", headers["Set-Cookie"])
        return there
    return on(target, headers)


class Somebody(NamedTuple):
    """One as whom anybody may sign in to a rehearsal."""

    actor: str
    #: Their firm; of an office what it is and where.
    name: Phrase


def _everybody(market: Market, rules: Rulebook) -> list[tuple[Phrase, list[Somebody]]]:
    """Everybody who may act, by role."""
    known = {code: Phrase(row.name_en, row.name_zh) for code, row in lookup.people(rules).items()}
    by_role: dict[str, list[Somebody]] = {}
    for actor in sorted(market.state.actors.values(), key=lambda each: each.id):
        if actor.state == "active" and actor.role in known:
            bound, role = bound_to(market, rules, actor), known[actor.role]
            office = Phrase(f"{role.en}, {bound.en}", f"{role.zh}·{bound.zh}") if actor.jurisdiction else role
            by_role.setdefault(actor.role, []).append(Somebody(actor.id, bound if actor.account else office))
    return [(known[code], by_role[code]) for code in known if code in by_role]


async def _demo_user(visitor: Visitor, name: str) -> User:
    """A user for an actor of a simulated book, where the service was started so."""
    service = visitor.service
    if not service.demo or isinstance(service.provenance, Programme):
        raise Stopped("not_there", "nobody signs in here without a password")
    actors = await visitor.look(lambda market, rules: set(market.state.actors))
    if name not in actors:
        raise Stopped("not_there", "nobody of this name is registered in the book")
    return service.door.users.rehearsing(name)


async def sign_out(service: Service, request: Request) -> Response:
    """End the session."""
    fields = await fields_of(service, request)
    visitor = await visitor_of(service, request)
    if visitor.signed is None or visitor.signed.session is None:
        return on("/")
    if not service.door.own_form(request, visitor.signed.session, fields.get("csrf", "")):
        raise Stopped("csrf", "go back, and sign out from a page that is not older than the sign-in")
    service.door.users.end(visitor.signed.session)
    service.note("signed_out", user=visitor.signed.user.name)
    return on("/", {"Set-Cookie": cookie_of(service, "") + "; Max-Age=0"})


async def set_up_page(service: Service, request: Request) -> Response:
    """Where a link leads: choose a password."""
    visitor = await visitor_of(service, request)
    token = request.query_params.get("token", "")
    user = service.door.users.invited(token)
    return page(
        visitor,
        "set_up.html.j2",
        404 if user is None else 200,
        user=user,
        token=token,
        shortest=passwords.SHORTEST,
        wrong=None,
    )


async def set_up(service: Service, request: Request) -> Response:
    """Keep the password, and show the secret of the codes, once."""
    service.door.own_page(request)
    fields = await fields_of(service, request)
    visitor = await visitor_of(service, request, chosen_language(fields))
    token, password = fields.get("token", ""), fields.get("password", "")
    wrong: Phrase | None = None
    status = 200
    if "language" not in fields:
        if password != fields.get("again", password):
            wrong = Phrase("The two passwords are not the same.", "两次输入的口令不一致。")
        else:
            try:
                user, secret = await accepted(service, token, password)
            except Malformed as error:
                wrong = Phrase(
                    f"The password {error.what}: {error.cure}.", "口令不符合要求：请使用更长且不常见的口令。"
                )
            else:
                told = codes.address(secret, user.name, NAME)
                return page(visitor, "set_up_done.html.j2", user=user, secret=codes.written(secret), address=told)
        status = 422
    user_named = service.door.users.invited(token)
    return page(
        visitor,
        "set_up.html.j2",
        404 if user_named is None else status,
        user=user_named,
        token=token,
        shortest=passwords.SHORTEST,
        wrong=wrong,
    )
