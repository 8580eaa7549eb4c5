"""The keys by which machines of a user ask the service: what there is, one more, one that signs nothing any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.frame import Visitor, fields_of, on, page, signed_in
from airshed.pages.portal.second_factor import asks_code, code_wrong
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.sign_in.machine_keys import MOST_KEYS
from airshed.service.sign_in.nouns import Key
from airshed.service.sign_in.signatures import public_of

#: Most letters of a public key in PEM.
MOST_LETTERS = 2_000


class WrongField(NamedTuple):
    """What is wrong in a form, and the field that it is about; none where it is the form as a whole."""

    field: str
    said: Phrase


#: What may be wrong with a key that is to be kept, as it is found, in words for who reads a page.
FAULTS: Mapping[str, Phrase] = {
    "public key": Phrase(
        "This is no public key of Ed25519 in PEM. Paste the whole text of the file, from BEGIN PUBLIC KEY to END.",
        "不是PEM格式的Ed25519公钥。请完整粘贴文件内容，含BEGIN PUBLIC KEY与END两行。",
    ),
    "key": Phrase(
        "This key is kept already. Make another: a key is one machine's.",
        "该公钥已登记。请另行生成：一把密钥只用于一台机器。",
    ),
    "keys": Phrase(
        f"You have {MOST_KEYS} keys, the most there may be. End one first.",
        f"您已有{MOST_KEYS}把密钥，达到上限。请先停用一把。",
    ),
}


def _said(error: Malformed) -> Phrase:
    """A fault by the place where it was found: the text of a key, a key by its name, or all of somebody's."""
    return FAULTS.get(error.place) or FAULTS["key"]


async def keys(service: Service, request: Request) -> Response:
    """The keys of who is signed in."""
    return _shown(await signed_in(service, request))


def _mine(visitor: Visitor) -> list[Key]:
    assert visitor.signed is not None
    return [key for key in visitor.service.door.users.keys() if key.user.name == visitor.signed.user.name]  # noqa: SIM118


def _shown(visitor: Visitor, *, wrong: WrongField | None = None, text: str = "", ending: str = "") -> Response:
    """The page; what is wrong belongs to the form of a new key, or to that of the key that is ending."""
    assert visitor.signed is not None
    mine = _mine(visitor)
    facts: dict[str, Any] = {"keys": mine, "wrong": wrong, "text": text, "ending": ending}
    return page(visitor, "keys.html.j2", 422 if wrong else 200, asks_code=asks_code(visitor), **facts)


async def add(service: Service, request: Request) -> Response:
    """Keep the public key of a machine; a code of now goes before, for it acts as its user."""
    fields = await fields_of(service, request)
    visitor = await signed_in(service, request)
    text = fields.get("public", "")[:MOST_LETTERS]
    wrong = unproven(visitor, request, fields)
    if wrong is not None:
        return _shown(visitor, wrong=wrong, text=text)
    assert visitor.signed is not None
    try:
        name = service.door.users.add_key(visitor.signed.user.name, public_of(text.encode(), "public key"))
    except Malformed as error:
        return _shown(visitor, wrong=WrongField("public", _said(error)), text=text)
    service.note("key_added", user=visitor.signed.user.name, key=name)
    return on("/keys")


async def end(service: Service, request: Request) -> Response:
    """A key signs nothing any more."""
    fields = await fields_of(service, request)
    visitor = await signed_in(service, request)
    assert visitor.signed is not None
    wrong = unproven(visitor, request, fields)
    if wrong is not None:
        return _shown(visitor, wrong=wrong, ending=fields.get("key", ""))
    if fields.get("key", "") not in [key.id for key in _mine(visitor)]:
        raise Stopped("not_there", "this is no key of yours")
    service.door.users.end_key(fields["key"])
    service.note("key_ended", user=visitor.signed.user.name, key=fields["key"])
    return on("/keys")


CODE_WRONG = Phrase("The code is not that of now, or was used.", "动态码有误或已使用。")
CODE_NEEDED = Phrase("This takes a one-time code of now.", "此项操作须提供当前动态码。")


def unproven(visitor: Visitor, request: Request, fields: dict[str, str]) -> WrongField | None:
    """What is missing before a key or an address is touched: a form of this session, and a second factor of now."""
    service, signed = visitor.service, visitor.signed
    assert signed is not None
    if signed.session is None or not service.door.own_form(request, signed.session, fields.get("csrf", "")):
        return WrongField(
            "", Phrase("The form is older than your sign-in. Send it again.", "表单早于本次登录，请重新提交。")
        )
    wrong = code_wrong(visitor, fields.get("code", ""), CODE_WRONG, CODE_NEEDED)
    return None if wrong is None else WrongField("code", wrong)
