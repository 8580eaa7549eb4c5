"""The first sign-in over HTTP: a link is used once, a password chosen, the secret of the codes told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from html import escape
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from airshed.model.refusal import Malformed
from airshed.service.http.plain_page import page
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service, body_of, given
from airshed.service.http.shapes.sign_in import SetUp, SetUpDone
from airshed.service.http.sign_in import FORM, NAME, form_of
from airshed.service.http.ways import HTML, Way
from airshed.service.sign_in import codes, passwords
from airshed.service.sign_in.nouns import User


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


WAYS: Sequence[Way] = (
    Way(
        "/v1/set-up",
        "POST",
        set_up,
        "set_up",
        "sign-in",
        "open",
        SetUp,
        SetUpDone,
        more=("not_there",),
    ),
    Way("/set-up", "GET", set_up_page, "set_up_page", "sign-in", "open", gives=(HTML,), more=("not_there",)),
    Way(
        "/set-up",
        "POST",
        set_up_form,
        "set_up_form",
        "sign-in",
        "open",
        SetUp,
        takes=FORM,
        gives=(HTML,),
        more=("not_there", "csrf"),
    ),
)
