"""Single sign-on over HTTP: to the provider, back from it, and out again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from airshed.model.refusal import Malformed
from airshed.service.http.plain_page import page
from airshed.service.http.problems import Stopped, answer, of_code
from airshed.service.http.service import JSON, Service, body_of, given
from airshed.service.http.shapes.sign_in import LogoutToken, SignedOut
from airshed.service.http.shapes.users import NewIdentity, UserChanged
from airshed.service.http.sign_in import FORM, cookie_of, form_of, session_of
from airshed.service.http.users import administrator
from airshed.service.http.ways import ADMIN, HTML, Parameter, Way
from airshed.service.http.who import equal
from airshed.service.sign_in.kept import digest_of, new_word
from airshed.service.sign_in.nouns import Nonce
from airshed.service.sign_in.provider_settings import Away, Wrong
from airshed.service.sign_in.sessions import ASKED_MS

if TYPE_CHECKING:
    from airshed.service.sign_in.provider import Provider

#: What is asked of a browser, and the ways of it.
WHAT, BACK = "single sign-on", "/oidc/return"
#: A path of this service and nothing that a browser takes for another's.
_OWN_PATH = re.compile(r"/(?:[\w.~%-][\w/.~%:,+@-]*)?(?:\?[\w=&./~%:,+@-]*)?", re.ASCII)
_OAUTH_ERROR = re.compile(r"[a-z_]{1,40}", re.ASCII)


class Journey(msgspec.Struct, frozen=True):
    """What belongs to a browser that was sent to the provider."""

    nonce: str
    verifier: str
    #: Where the provider sends it back to, and where it goes on from there.
    back_to: str
    onward: str
    #: Digest of the cookie by which the browser is known again.
    browser: str
    #: Digest of the session that it had, which ends with the new one.
    session: str = ""


def _provider(service: Service) -> Provider:
    if service.provider is None:
        raise Stopped("not_there", "this service knows no provider of single sign-on (serve --oidc-issuer)")
    return service.provider


def _address(service: Service, request: Request, path: str) -> str:
    """An address of this service, by the name that it was just called."""
    scheme = "https" if service.door.secure else "http"
    return f"{scheme}://{request.headers['host']}{path}"


async def begin(service: Service, request: Request) -> Response:
    """Send a browser to the provider of single sign-on; it comes back to the path of `onward`."""
    signed = await service.door.look(request)
    provider = _provider(service)
    onward = own_path(request.query_params.get("onward", "/"))
    prove = request.query_params.get("prove", "false") == "true"
    users = service.door.users
    browser, nonce, verifier = new_word(), new_word(), new_word()
    back_to = _address(service, request, BACK)
    session = signed.session.digest if signed is not None and signed.session is not None else ""
    journey = Journey(nonce, verifier, back_to, onward, digest_of(browser), session)
    state = users.ask(WHAT, msgspec.json.encode(journey).decode())
    try:
        address = await provider.address(back_to, state, nonce, verifier, prove=prove)
    except Away as away:
        raise _away(service, away) from None
    return Response(None, 303, {"Location": address, "Set-Cookie": _journey_cookie(service, browser, ASKED_MS // 1000)})


def own_path(text: str) -> str:
    """A path of this service, or `Malformed`: nobody is sent elsewhere with our name on the address.

    >>> own_path("/portal?tab=orders")
    '/portal?tab=orders'
    >>> own_path("//evil.example")
    Traceback (most recent call last):
    airshed.model.refusal.Malformed: ?onward: '//evil.example' is no path of this service; write one, as /portal
    """
    found = quote(text, safe="/?=&%:,+@\\")
    if len(found) > 1_000 or _OWN_PATH.fullmatch(found) is None:
        raise Malformed("?onward", f"{text[:60]!a} is no path of this service", "write one, as /portal")
    return found


async def come_back(service: Service, request: Request) -> Response:
    """Where the provider sends a browser back to: its code becomes a session, and the page goes on."""
    await service.door.look(request)
    provider, users = _provider(service), service.door.users
    words = request.query_params.multi_items()
    said = dict(words)
    if len(said) < len(words):
        raise _wrong(service, "a word is given twice")
    kept = users.answered(WHAT, said.get("state", ""))
    journey = None if kept is None else msgspec.json.decode(kept, type=Journey)
    browser = request.cookies.get(_journey_name(service), "")
    if journey is None or not equal(digest_of(browser), journey.browser):
        raise _wrong(service, "this sign-in was not begun here, is over, or was used; begin it again")
    try:
        await provider.look_at_issuer(said.get("iss"))
        if "error" in said:
            why = said["error"] if _OAUTH_ERROR.fullmatch(said["error"]) else "an error"
            raise Wrong(f"the provider says {why}")
        person = await provider.person(said.get("code", ""), journey.verifier, journey.nonce, journey.back_to)
    except Away as away:
        raise _away(service, away) from None
    except Wrong as wrong:
        raise _wrong(service, str(wrong)) from None
    settings = provider.settings
    user = users.linked(settings.issuer, settings.claim, person.known_as)
    if user is None or user.state != "active":
        service.note("not_linked", claim=settings.claim, known_as=person.known_as, locked=user is not None)
        raise Stopped("not_linked", f"ask an administrator; you are known as {person.known_as} ({settings.claim})")
    if journey.session:
        users.end_by(journey.session, user)
    proven_at = 0 if person.proven_s is None else person.proven_s * 1000
    token, session = users.begin(user, proven_at, subject=person.subject, provider_session=person.session)
    provider.remember(session.digest, person.id_token)
    service.note("signed_in", user=user.name, actor=user.actor, by=settings.issuer)
    # The session is not sent on a way that began at another site: a page of ours begins the next one.
    onward = escape(journey.onward)
    told = page(
        f"{escape(user.name)} has signed in. 已登录。",
        f'<meta http-equiv="refresh" content="0;url={onward}"><p><a href="{onward}">Go on 继续</a></p>',
    )
    told.headers.append("Set-Cookie", cookie_of(service, token))
    told.headers.append("Set-Cookie", _journey_cookie(service, "", 0))
    return told


async def sign_out(service: Service, request: Request) -> Response:
    """End the session here, and say where a browser ends it at the provider."""
    provider = _provider(service)
    signed = await service.door.signed(request)
    session = session_of(signed)
    service.door.users.end(session)
    service.note("signed_out", user=signed.user.name)
    try:
        address = await provider.sign_out_address(_address(service, request, "/"), provider.hint(session.digest))
    except Away:  # it ends here in any case
        address = None
    raw = msgspec.json.encode(SignedOut(address))
    return Response(raw, 200, {"Set-Cookie": cookie_of(service, "") + "; Max-Age=0"}, JSON)


async def ended(service: Service, request: Request) -> Response:
    """The provider says that somebody has signed out there (back-channel logout): their sessions here end."""
    await service.door.look(request)
    provider = _provider(service)
    raw = await body_of(request, service.limits.form_bytes, service.limits.body_s, FORM)
    try:
        said = parse_qs(raw.decode("ascii"), max_num_fields=4)
        found = await provider.ended(said.get("logout_token", [""])[0])
    except (UnicodeError, ValueError):
        raise Malformed("body", "cannot be read", "send logout_token as a form") from None
    except Away as away:
        raise _away(service, away) from None
    except Wrong as wrong:
        service.note("wrong_provider", why=str(wrong))
        return answer(of_code("malformed", str(wrong)))
    users = service.door.users
    nonce = Nonce(provider.settings.issuer, digest_of(found.number), found.until_ms)
    if not await service.door.lookups.first_use(nonce):
        return answer(of_code("malformed", "the logout token was used before"))
    count = users.end_of_provider(found.subject, found.session)
    service.note("signed_out_by_provider", sessions=count)
    return Response(status_code=204)


async def link_user(service: Service, request: Request) -> Response:
    """Link a user to whom the provider of single sign-on knows."""
    form = await form_of(service, request, NewIdentity)
    signed = await service.door.signed(request)
    administrator(service, signed, sign=True)
    settings, name = _provider(service).settings, request.path_params["user"]
    if name == signed.user.name:
        raise Malformed(f"user {name}", "is who asks", "another administrator does it")
    service.door.users.link(name, settings.issuer, settings.claim, form.known_as)
    service.note("user_link", user=name, known_as=form.known_as, by=signed.user.name)
    return given(service, {"user": name})


def _journey_name(service: Service) -> str:
    return f"{service.door.cookie}-journey"


def _journey_cookie(service: Service, browser: str, seconds: int) -> str:
    """Sent on the way back, which begins at the provider's page: so it is lax where that of the session is strict."""
    secure = "; Secure" if service.door.secure else ""
    return f"{_journey_name(service)}={browser}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def _away(service: Service, away: Away) -> Stopped:
    service.note("provider_away", why=str(away))
    return Stopped("provider_away", str(away), {"Retry-After": "30"})


def _wrong(service: Service, why: str) -> Stopped:
    service.note("wrong_provider", why=why)
    return Stopped("wrong_provider", why)


WAYS: Sequence[Way] = (
    Way(
        "/oidc/begin",
        "GET",
        begin,
        "single_sign_on",
        "sign-in",
        "open",
        status=303,
        asked=(
            Parameter("onward", "The path of this service at which the browser goes on; / where it is not said."),
            Parameter("prove", "The provider is to ask anew, so that signing acts may follow.", "boolean"),
        ),
        gives=(),
        more=("not_there", "provider_away"),
        tells=("Location", "Set-Cookie"),
    ),
    Way(
        BACK,
        "GET",
        come_back,
        "single_sign_on_return",
        "sign-in",
        "open",
        asked=tuple(
            Parameter(name, about)
            for name, about in (
                ("state", "The word with which it was begun."),
                ("code", "The code of the provider."),
                ("iss", "The issuer."),
                ("error", "Why there is no code."),
            )
        ),
        gives=(HTML,),
        more=("not_there", "provider_away", "wrong_provider", "not_linked"),
        tells=("Set-Cookie",),
    ),
    Way(
        "/v1/oidc/sign-out",
        "POST",
        sign_out,
        "single_sign_out",
        "sign-in",
        answer=SignedOut,
        more=("csrf", "not_there", "second_factor"),
        tells=("Set-Cookie",),
    ),
    Way(
        "/oidc/ended",
        "POST",
        ended,
        "ended_by_provider",
        "sign-in",
        "open",
        LogoutToken,
        status=204,
        takes=FORM,
        gives=(),
        more=("not_there", "provider_away"),
    ),
    Way(
        "/v1/users/{user}/link",
        "POST",
        link_user,
        "link_user",
        "users",
        body=NewIdentity,
        answer=UserChanged,
        more=(*ADMIN, "not_there"),
    ),
)
