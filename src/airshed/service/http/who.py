"""Who a request is from: a session with its cookie and token, or a machine's signature; never what the body says."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from hmac import compare_digest
from math import ceil
from secrets import token_bytes
from typing import NamedTuple

from starlette.requests import Request

from airshed.service.gateway.lockout import Lockout, origin_of
from airshed.service.http.lookups import Lookups
from airshed.service.http.problems import Stopped
from airshed.service.http.rates import Rates
from airshed.service.http.readers import ADDRESS, ASKING
from airshed.service.sign_in import signatures
from airshed.service.sign_in.nouns import Key, Nonce, Session, User
from airshed.service.sign_in.users import Users

#: The name of the cookie; over TLS with a prefix that no other host of the domain can set.
COOKIE, SECURE_COOKIE = "airshed", "__Host-airshed"
CSRF = "x-csrf-token"
#: The header of a one-time code, for signing acts.
CODE = "airshed-code"
#: Methods that change nothing.
SAFE = ("GET", "HEAD")
#: Bytes of a body that are read of a stranger too.
SMALL = 16 << 10
#: Acts that are signed: with a session a code of now, and by no machine.
SIGNING = ("ConfirmAct",)


def masked(token: str) -> str:
    """A token as a page carries it: other letters each time, so that the length of a packed page says nothing of it.

    >>> masked("abc") == masked("abc"), unmasked(masked("abc")), unmasked("abc")
    (False, 'abc', 'abc')
    """
    own = token.encode()
    mask = token_bytes(len(own))
    return urlsafe_b64encode(mask + bytes(a ^ b for a, b in zip(own, mask, strict=True))).decode()


def unmasked(text: str) -> str:
    """The token that a page carried; a text that is no masked one is taken as it is."""
    try:
        raw = urlsafe_b64decode(text.encode())
        half = len(raw) // 2
        return bytes(a ^ b for a, b in zip(raw[:half], raw[half:], strict=True)).decode("ascii")
    except ValueError:
        return text


class Signed(NamedTuple):
    """Somebody who is signed in."""

    user: User
    #: None for a machine.
    session: Session | None
    #: The key of a machine; empty for a session.
    key: str = ""

    @property
    def name(self) -> str:
        """By which requests are counted: a user is one, with however many keys."""
        return name_of(self.user)


def name_of(user: User) -> str:
    """A user as requests are counted."""
    return f"user {user.name}"


class Door:
    """Looks at every request before anything else does."""

    def __init__(
        self,
        users: Users,
        lookups: Lookups,
        clock: Callable[[], int],
        ticks: Callable[[], float],
        *,
        secure: bool,
        proxied: bool,
        known: Rates,
        commands: Rates,
        strangers: Rates,
        lockout: Lockout,
    ) -> None:
        self.users, self.lookups = users, lookups
        self.clock, self.ticks = clock, ticks
        self.secure, self.proxied = secure, proxied
        self._known, self._commands, self._strangers = known, commands, strangers
        self.lockout = lockout
        #: With which names are blinded that are no user's.
        self.salt = users.salt("guesses")

    @property
    def cookie(self) -> str:
        """The name of the session's cookie."""
        return SECURE_COOKIE if self.secure else COOKIE

    def origin(self, request: Request) -> str:
        """The address a request comes from; behind a proxy the last that it names, which it saw itself.

        A proxy may add to the line that a client sent, or put one of its own below it.
        """
        address = request.client.host if request.client else ""
        if self.proxied:
            address = (request.headers.getlist("x-forwarded-for") or [address])[-1].rpartition(",")[2].strip()
        return origin_of(address)

    async def look(self, request: Request, body: bytes = b"") -> Signed | None:
        """Who it is; None for a stranger. A sign-in that does not hold is an answer, not a stranger."""
        machine = "signature-input" in request.headers
        signed = await (self._checked(request, body) if machine else self._person(request))
        self._counted(request, signed)
        return signed

    def _counted(self, request: Request, signed: Signed | None) -> None:
        who, rates = (signed.name, self._known) if signed else (f"{ADDRESS}{self.origin(request)}", self._strangers)
        ASKING.set(who)
        wait = rates.draw(who, self.ticks())
        if wait:
            raise Stopped("too_many", f"{who} may ask again in {wait} s", {"Retry-After": str(wait)})

    def counted(self, signed: Signed, commands: int) -> None:
        """Commands of a batch, which is one request: each of them is a record of the book, refused or not."""
        wait = self._commands.draw(signed.name, self.ticks(), commands)
        if wait:
            raise Stopped("too_many", f"{signed.name} may send so many in {wait} s", {"Retry-After": str(wait)})

    def not_sent(self, signed: Signed, commands: int) -> None:
        """Commands that were counted and are not in the queue."""
        self._commands.give(signed.name, commands)

    async def visitor(self, request: Request) -> Signed | None:
        """Who asks for a page, by the cookie alone; whether a form is theirs says `own_form`."""
        session = await self.session(request)
        signed = None if session is None else Signed(session.user, session)
        self._counted(request, signed)
        return signed

    def own_form(self, request: Request, session: Session, token: str) -> bool:
        """Whether the form that was sent stood on a page of ours, given to this session."""
        self.own_page(request)
        return equal(unmasked(token), session.csrf)

    async def before(self, request: Request) -> str:
        """Whose a large body is, and empty for a small one: a stranger with a large one is answered before it is read.

        Whose it is is looked at again with it.
        """
        length = request.headers.get("content-length", "")
        if length.isdecimal() and int(length) <= SMALL:
            return ""
        if "signature-input" in request.headers:
            claim = signatures.claim_of(dict(request.headers.items()))
            there: Key | Session | None = None if claim is None else await self.lookups.key(claim.key)
        else:
            there = await self.session(request)
        if there is None:
            self._strangers.draw(f"{ADDRESS}{self.origin(request)}", self.ticks())
            raise Stopped("not_signed_in", "sign in before a large body is sent", {"Connection": "close"})
        return name_of(there.user)

    async def signed(self, request: Request, body: bytes = b"") -> Signed:
        """Who it is; a stranger is answered here, before the book."""
        found = await self.look(request, body)
        if found is None:
            raise Stopped("not_signed_in", "airshed sign-in, or a signature by a key that is kept here")
        return found

    def actor(self, signed: Signed) -> str:
        """As whom they act."""
        if not signed.user.actor:
            raise Stopped("no_actor", f"{signed.user.name} administers users and acts in no market")
        return signed.user.actor

    def sign(self, request: Request, signed: Signed, command: str) -> None:
        """A signing act is by a person, with a code of now."""
        if command not in SIGNING:
            return
        if signed.session is None:
            raise Stopped("second_factor", f"{command} is for a person with a one-time code, not for a key")
        code = request.headers.get(CODE)
        if code is not None:
            self.use_code(request, signed.session, code)
        elif not self.users.fresh(signed.session):
            raise Stopped("second_factor", f"send the code of your authenticator in the header {CODE}")

    def use_code(self, request: Request, session: Session, code: str) -> None:
        """A one-time code in a session: it counts against guessing as a password does, for a session may be stolen."""
        user, origin, now_s = session.user, self.origin(request), self.ticks()
        self.listened_to(origin, user.name, now_s)
        if self.users.fresh(session) and self.users.used_last(user, code):
            return  # a request that was sent again, for its answer was lost
        if not self.users.use_code(user, code):
            self.lockout.wrong(origin, user.name, now_s)
            raise Stopped("second_factor", "the code is not that of now, or was used")
        self.users.proven(session)

    def listened_to(self, origin: str, name: str, now_s: float) -> None:
        """Who has guessed too often is not listened to for a while."""
        wait = ceil(self.lockout.waits(origin, name, now_s))
        if wait:
            told = f"a password or a code is compared again in {wait} s"
            raise Stopped("too_many", told, {"Retry-After": str(wait)})

    async def _checked(self, request: Request, body: bytes) -> Signed:
        """A machine; whose signature does not hold is counted as the stranger that it is."""
        try:
            return await self._machine(request, body)
        except Stopped:
            self._strangers.draw(f"{ADDRESS}{self.origin(request)}", self.ticks())
            raise

    async def session(self, request: Request) -> Session | None:
        """The session of whose browser it is, by the cookie alone."""
        token = request.cookies.get(self.cookie)
        return None if token is None else await self.lookups.session(token)

    async def lasts(self, request: Request, signed: Signed) -> bool:
        """Whether somebody is still signed in by what the request showed."""
        if signed.session is None:
            return await self.lookups.key(signed.key) is not None
        return await self.session(request) is not None

    async def _person(self, request: Request) -> Signed | None:
        session = await self.session(request)
        if session is None:
            return None
        if request.method not in SAFE:
            self._same_site(request, session)
        return Signed(session.user, session)

    def _same_site(self, request: Request, session: Session) -> None:
        """The page that sends it is ours: another site has no token, and its browser says where it comes from."""
        if not equal(request.headers.get(CSRF, ""), session.csrf):
            raise Stopped("csrf", f"send the token of the sign-in in the header {CSRF}")
        self.own_page(request)

    def own_page(self, request: Request) -> None:
        """Where a browser says from which page a request comes, it is one of this service."""
        origin = request.headers.get("origin")
        if origin is not None and origin.partition("://")[2] != request.headers.get("host", ""):
            raise Stopped("csrf", f"it comes from a page of {origin[:100]}")
        if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise Stopped("csrf", "it comes from a page of another site")

    async def _machine(self, request: Request, body: bytes) -> Signed:
        headers = dict(request.headers.items())
        claim = signatures.claim_of(headers)
        if claim is None:
            raise Stopped("bad_signature", "is not of the form of docs/reference/api.md")
        key = await self.lookups.key(claim.key)
        if key is None:
            raise Stopped("bad_signature", f"key {claim.key} is not kept here")
        path = request.scope.get("raw_path") or request.url.path.encode()
        seen = signatures.Request(
            request.method, headers.get("host", ""), path.decode("latin-1"), request.url.query, headers
        )
        now_s = self.clock() // 1000
        wrong = signatures.wrong_with(claim, seen, body, key.public, now_s)
        until = (claim.created + signatures.OLDEST_S) * 1000 + 999
        if not wrong and not await self.lookups.first_use(Nonce(key.id, claim.nonce, until)):
            wrong = "was used before"
        if wrong:
            raise Stopped("bad_signature", f"it {wrong}")
        return Signed(key.user, None, key.id)


def equal(one: str, other: str) -> bool:
    """Whether two tokens are the same, in the same time whatever they are."""
    return compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))
