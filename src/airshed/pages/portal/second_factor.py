"""The code of now that a page asks for before it does what takes a second factor."""

from __future__ import annotations

from airshed.pages.kit.words import Phrase
from airshed.pages.portal.frame import Visitor
from airshed.service.http.problems import Stopped
from airshed.service.sign_in import codes

#: Digits as a Chinese keyboard may write them.
_WIDE = {ord(wide): str(digit) for digit, wide in enumerate("０１２３４５６７８９")}
#: Who has guessed too often is not listened to for a while.
_GUESSED = Phrase("Too many codes were wrong. Wait a little.", "动态码错误次数过多，请稍候。")


def code_in(text: str) -> str:
    """A code as somebody typed it, without blanks and in plain digits.

    >>> code_in(" １23 456 ")
    '123456'
    """
    return "".join(text.split()).translate(_WIDE)


def asks_code(visitor: Visitor) -> bool:
    """Whether the second factor was not shown lately."""
    session = None if visitor.signed is None else visitor.signed.session
    return session is None or not visitor.service.door.users.fresh(session)


def code_wrong(visitor: Visitor, typed: str, wrong: Phrase, needed: Phrase) -> Phrase | None:
    """Why the code that was typed does not do, `wrong` or `needed` where there is none; None where it does.

    A code that is right is used up.
    """
    assert visitor.signed is not None
    assert visitor.signed.session is not None
    code = code_in(typed)
    if not code:
        return needed if asks_code(visitor) else None
    try:
        visitor.service.door.use_code(visitor.request, visitor.signed.session, code)
    except Stopped as stop:
        return _GUESSED if stop.code == "too_many" else wrong
    return None


def shown_code(visitor: Visitor) -> str:
    """The code of now, where the service is a rehearsal and nobody has an authenticator."""
    if not visitor.service.demo or visitor.signed is None or visitor.signed.user.secret is None:
        return ""
    step = max(visitor.service.door.clock() // 1000 // codes.STEP_S, visitor.signed.user.last_step + 1)
    return codes.code_at(visitor.signed.user.secret, step)
