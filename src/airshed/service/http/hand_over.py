"""A sign-in of the shell by way of a browser: the shell shows a code, and who has signed in there enters it.

So whoever has single sign-on or a passkey, and no password, has a shell too. The code is of no use to who reads it: it
gives a session to whoever asked for it, and to nobody else. What is to be signed takes a second factor anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from secrets import choice
from urllib.parse import parse_qs

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from airshed.service.http.plain_page import page
from airshed.service.http.problems import Stopped
from airshed.service.http.service import JSON, Service, body_of
from airshed.service.http.shapes.sign_in import HandedOver, HandOver, HandOverForm, TakeHandOver
from airshed.service.http.sign_in import FORM, cookie_of, form_of, session_of, told_of
from airshed.service.http.ways import HTML, Way
from airshed.service.http.who import Signed
from airshed.service.sign_in.kept import new_word
from airshed.service.sign_in.sessions import ASKED_MS

#: Where a code is entered.
PAGE = "/hand-over"
#: Letters of a code: no vowel makes a word of it, and none looks like a digit.
LETTERS, LENGTH = "BCDFGHJKMNPQRSTVWXYZ", 8


async def ask(service: Service, request: Request) -> Response:
    """A code to show, and a word that only who asked knows."""
    await service.door.look(request)
    service.door.own_page(request)
    word, code = new_word(), "".join(choice(LETTERS) for _ in range(LENGTH))
    service.door.users.ask_hand_over(code, word, service.door.origin(request))
    scheme = "https" if service.door.secure else "http"
    told = HandOver(word, f"{code[:4]}-{code[4:]}", f"{scheme}://{request.headers['host']}{PAGE}", ASKED_MS // 1000)
    return Response(msgspec.json.encode(told), 200, media_type=JSON)


async def take(service: Service, request: Request) -> Response:
    """The session, once somebody has entered the code; nothing yet before."""
    await service.door.look(request)
    service.door.own_page(request)
    form = await form_of(service, request, TakeHandOver)
    taken = service.door.users.take_hand_over(form.word)
    if taken is None:
        return Response(msgspec.json.encode(HandedOver()), 200, media_type=JSON)
    token, session = taken
    service.note("signed_in", user=session.user.name, actor=session.user.actor, by="hand-over")
    told = HandedOver(await told_of(service, Signed(session.user, session)))
    return Response(msgspec.json.encode(told), 200, {"Set-Cookie": cookie_of(service, token)}, JSON)


async def enter(service: Service, request: Request) -> Response:
    """A page with a form for the code, for who has signed in."""
    signed = await service.door.signed(request)
    return _form(signed, session_of(signed).csrf)


async def entered(service: Service, request: Request) -> Response:
    """What that form sends: who asked for the code acts as its sender from here on."""
    session = await service.door.session(request)
    if session is None:
        raise Stopped("not_signed_in", "sign in first")
    raw = await body_of(request, service.limits.form_bytes, service.limits.body_s, FORM)
    try:
        said = parse_qs(raw.decode("utf-8", "replace"), max_num_fields=4)
    except ValueError:
        return page("The form cannot be read. 表单无法解读。", "", 400)
    if not service.door.own_form(request, session, said.get("csrf", [""])[0]):
        raise Stopped("csrf", f"open {PAGE} of this service")
    signed, origin, now_s = Signed(session.user, session), service.door.origin(request), service.door.ticks()
    service.door.listened_to(origin, session.user.name, now_s)
    code = "".join(letter for letter in said.get("code", [""])[0].upper() if letter in LETTERS)
    asker = service.door.users.hand_over(code, session)
    if asker is None:
        service.door.lockout.wrong(origin, session.user.name, now_s)
        return _form(signed, session.csrf, "This code is used, over, or none. 验证码有误、已使用或已过期。", 404)
    service.note("handed_over", user=session.user.name, to=asker)
    name = escape(session.user.name)
    return page(f"The shell at {escape(asker)} acts as {name} now. 该终端现以{name}的身份操作。", "")


def _form(signed: Signed, csrf: str, wrong: str = "", status: int = 200) -> Response:
    name = escape(signed.user.name)
    warned = (
        f"<p>Whoever asked for the code acts as {name}. Enter only one that your own shell shows you now. "
        f"索取该验证码的人将以{name}的身份操作。请只输入您自己的终端此刻显示的验证码。</p>"
    )
    form = (
        f'{warned}<form method="post" action="{PAGE}"><input type="hidden" name="csrf" value="{escape(csrf)}">'
        '<label>Code 验证码 <input name="code" autocomplete="off" required></label>'
        "<button>Hand over 授权</button></form>"
    )
    return page(wrong or "Sign in a shell. 授权终端登录。", form, status)


WAYS: Sequence[Way] = (
    Way("/v1/hand-over", "POST", ask, "hand_over", "sign-in", "open", answer=HandOver, more=("csrf",)),
    Way(
        "/v1/hand-over/take",
        "POST",
        take,
        "take_hand_over",
        "sign-in",
        "open",
        TakeHandOver,
        HandedOver,
        more=("csrf",),
        tells=("Set-Cookie",),
    ),
    Way(PAGE, "GET", enter, "hand_over_page", "sign-in", gives=(HTML,), more=("second_factor",)),
    Way(
        PAGE,
        "POST",
        entered,
        "hand_over_form",
        "sign-in",
        body=HandOverForm,
        takes=FORM,
        gives=(HTML,),
        more=("csrf", "not_there"),
    ),
)
