"""A form that was sent: to look at what it would do, to change it, or to do it, once."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.edge import WellFormed
from airshed.model.refusal import Why
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.acts.form import KEY, REUSED, SEEN, address_of, fill, form_page, kind_of, new_key, wanted
from airshed.pages.portal.acts.preview import preview, preview_written
from airshed.pages.portal.drafts import FormDraft, drafts_of
from airshed.pages.portal.fields import Written
from airshed.pages.portal.frame import (
    Visitor,
    chosen_language,
    fields_of,
    language_cookie,
    on,
    visitor_of,
)
from airshed.pages.portal.second_factor import code_wrong
from airshed.pages.portal.signing import WRITER, over
from airshed.service.forms.form import slots
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.http.who import SIGNING

OF_ANOTHER = Phrase(
    "The form that was sent is of somebody who was signed in here before. Nothing of it was sent or is shown.",
    "所提交的表单属于此前在此登录的用户，未提交，其内容不予显示。",
)
CODE_WRONG = Phrase("The code is not that of now, or was used. Nothing was done.", "动态码有误或已使用，尚未办理。")
CODE_NEEDED = Phrase("This act takes a one-time code of now.", "此项业务须提供当前动态码。")


async def send(service: Service, request: Request) -> Response:
    """A form was sent: to look at what it would do, to change it, or to do it."""
    fields = await fields_of(service, request)
    fields["key"] = fields.get("key") or new_key()
    visitor = await visitor_of(service, request, chosen_language(fields))
    kind = kind_of(request)
    if visitor.signed is None or visitor.signed.session is None:
        return await over(visitor, fields)
    if visitor.actor is None:
        service.door.actor(visitor.signed)
        raise Stopped("no_actor", "this user is not registered in the book")
    if not KEY.fullmatch(fields["key"]):
        fields["key"] = new_key()
    if not service.door.own_form(request, visitor.signed.session, fields.get("csrf", "")):
        if fields.get(WRITER, "") != visitor.writer:
            return await form_page(visitor, kind, {"key": new_key()}, notice=OF_ANOTHER)
        again = Phrase(
            "You have signed in anew since this form was made. Nothing was sent: look at it, and send it again.",
            "表单早于本次登录，尚未提交。请核对后重新提交。",
        )
        return await form_page(visitor, kind, fields, notice=again)
    step = fields.get("step", "preview")
    if step == "confirm" and "language" not in fields:
        command = wanted(visitor.actor, kind, fields, await fill(visitor, kind, fields))
        if isinstance(command, Written):
            return await form_page(visitor, kind, fields, errors=command.errors, status=422)
        return await _confirm(visitor, kind, fields, command)
    # The switch of the language leads to the page on which it stands.
    see = SEEN in fields if "language" in fields else step != "change"
    return await _lead_on(visitor, kind, fields, see=see)


async def _lead_on(
    visitor: Visitor, kind: type[msgspec.Struct], fields: Mapping[str, str], *, see: bool, refused: int | None = None
) -> Response:
    """Keep what was written and lead on to a page that can be loaded anew; what is too large is answered at once."""
    assert visitor.signed is not None
    names = ("key", *(slot.field for slot in slots(kind)))
    written = {name: fields[name] for name in names if name in fields}
    if not drafts_of(visitor.service).keep(visitor.signed.user.name, FormDraft(kind.__name__, written, refused)):
        return await (preview_written(visitor, kind, fields) if see else form_page(visitor, kind, fields))
    chosen = {"Set-Cookie": language_cookie(visitor.service, visitor.language)} if visitor.chosen else None
    return on(address_of(kind, {"key": fields["key"], **({SEEN: "1"} if see else {})}), chosen)


async def _confirm(
    visitor: Visitor, kind: type[msgspec.Struct], fields: Mapping[str, str], command: WellFormed
) -> Response:
    """Do it; what is refused leads back to the form, under a new key."""
    service, signed = visitor.service, visitor.signed
    assert signed is not None
    if kind.__name__ in SIGNING:
        wrong = code_wrong(visitor, fields.get("code", ""), CODE_WRONG, CODE_NEEDED)
        if wrong is not None:
            return await preview(visitor, kind, fields, command, wrong)
    (receipt,) = await service.writer.submit(lambda runner, when: (command,), 1, None, who=signed.name)
    refusal = receipt.answer.refusal
    if refusal is None:
        again = "?again=1" if receipt.earlier else ""
        return on(f"/records/{receipt.answer.seq}{again}")
    if refusal.why is Why.KEY_REUSED:
        return await form_page(visitor, kind, {**fields, "key": ""}, notice=REUSED)
    return await _lead_on(visitor, kind, {**fields, "key": new_key()}, see=False, refused=receipt.answer.seq)
