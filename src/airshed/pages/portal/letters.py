"""The page on which somebody says where their notices go by mail, and proves to read there."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase
from airshed.pages.portal import mailing
from airshed.pages.portal.frame import Visitor, acting, fields_of, page
from airshed.pages.portal.machines import WrongField, unproven
from airshed.pages.portal.second_factor import asks_code, code_in
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.mail.post import Became, Post
from airshed.service.mail.settings import LONGEST, address_in
from airshed.service.sign_in.addresses import Address


async def letters(service: Service, request: Request) -> Response:
    """Where notices of somebody go."""
    return _shown(await acting(service, request))


def _shown(
    visitor: Visitor,
    *,
    wrong: WrongField | None = None,
    done: Phrase | None = None,
    text: str = "",
    ending: bool = False,
) -> Response:
    assert visitor.signed is not None
    service = visitor.service
    return page(
        visitor,
        "mail.html.j2",
        422 if wrong else 200,
        sends=service.post is not None,
        known=service.door.users.addresses.of(visitor.signed.user.name),
        wrong=wrong,
        done=done,
        text=text,
        ending=ending,
        asks_code=asks_code(visitor),
    )


async def ask(service: Service, request: Request) -> Response:
    """Send a code to an address; a code of the authenticator goes before, for who reads it learns what happens."""
    fields = await fields_of(service, request)
    visitor = await acting(service, request)
    text = fields.get("address", "")[:LONGEST]
    wrong = unproven(visitor, request, fields)
    if wrong is not None:
        return _shown(visitor, wrong=wrong, text=text)
    assert visitor.signed is not None
    post, user = _post(service), visitor.signed.user.name
    try:
        address = address_in(text, "address")
    except Malformed:
        told = Phrase(
            "That is no address. Write it as name@works.example.", "邮箱地址有误，请写作 name@works.example。"
        )
        return _shown(visitor, wrong=WrongField("address", told), text=text)
    try:
        code = service.door.users.addresses.ask(user, address, visitor.language)
    except Malformed:
        told = Phrase("Five codes were sent within an hour. Wait an hour.", "一小时内已发送五次确认码，请稍后再试。")
        return _shown(visitor, wrong=WrongField("address", told), text=text)
    (answer,) = await post.send([mailing.code_letter(visitor, address, code)])
    service.note("mail_code", user=user, became=answer.became, **({"why": answer.why} if answer.why else {}))
    if answer.became is Became.TAKEN:
        return _shown(visitor, done=Phrase("A code is on its way.", "确认码已发送。"))
    told = (
        Phrase("The mail server takes nothing for this address.", "邮件服务器拒收该地址。")
        if answer.became is Became.REFUSED
        else Phrase("The mail server cannot be reached now. Try again later.", "邮件服务器暂不可用，请稍后再试。")
    )
    return _shown(visitor, wrong=WrongField("address", told), text=text)


async def confirm(service: Service, request: Request) -> Response:
    """The code came back: notices of what comes from here on go there."""
    fields = await fields_of(service, request)
    visitor = await _with_form(service, request, fields)
    assert visitor.signed is not None
    _post(service)
    user, addresses = visitor.signed.user.name, service.door.users.addresses
    before = addresses.of(user)
    code = code_in(fields.get("letter", ""))
    if not addresses.confirm(user, code, visitor.standing.seq):
        told = Phrase("That is not the code, or it is over. Have another sent.", "确认码有误或已失效，请重新发送。")
        return _shown(visitor, wrong=WrongField("letter", told))
    service.note("mail_confirmed", user=user)
    await _tell_before(visitor, before)
    return _shown(visitor, done=Phrase("Notices go there from now on.", "今后的通知将发送至该邮箱。"))


async def end(service: Service, request: Request) -> Response:
    """Nothing goes anywhere any more; that too is asked by somebody who holds the authenticator."""
    fields = await fields_of(service, request)
    visitor = await acting(service, request)
    wrong = unproven(visitor, request, fields)
    if wrong is not None:
        return _shown(visitor, wrong=wrong, ending=True)
    assert visitor.signed is not None
    user, addresses = visitor.signed.user.name, service.door.users.addresses
    before = addresses.of(user)
    addresses.end(user)
    service.note("mail_ended", user=user)
    await _tell_before(visitor, before)
    return _shown(visitor, done=Phrase("Nothing is sent any more.", "已停止发送。"))


async def _with_form(service: Service, request: Request, fields: dict[str, str]) -> Visitor:
    visitor = await acting(service, request)
    assert visitor.signed is not None
    session = visitor.signed.session
    if session is None or not service.door.own_form(request, session, fields.get("csrf", "")):
        raise Stopped("csrf", "go back, and send it from a page that is not older than the sign-in")
    return visitor


async def _tell_before(visitor: Visitor, before: Address | None) -> None:
    """Who had the notices hears that they go elsewhere: it may have been somebody else's doing."""
    assert visitor.signed is not None
    post = visitor.service.post
    if post is None or before is None or not before.address or before.refused:
        return
    (answer,) = await post.send([mailing.changed_letter(visitor, before.address)])
    said = {"why": answer.why} if answer.why else {}
    visitor.service.note("mail_told_before", user=visitor.signed.user.name, became=answer.became, **said)


def _post(service: Service) -> Post:
    if service.post is None:
        raise Stopped("not_there", "this service sends no mail")
    return service.post
