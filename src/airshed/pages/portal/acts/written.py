"""The page of a form: what the address says stands in it already, and what was written under its key."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.journal import decode
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.acts.form import KEY, SEEN, address_of, form_page, kind_of, new_key
from airshed.pages.portal.acts.preview import preview_written
from airshed.pages.portal.drafts import drafts_of
from airshed.pages.portal.frame import (
    Visitor,
    acting,
    on,
)
from airshed.pages.portal.refused import Told, told
from airshed.pages.portal.sealed_bids import sealed_link
from airshed.pages.portal.usual import usual
from airshed.service.http.service import Service

GONE = Phrase(
    "What was written here is not kept any more. Nothing was sent: fill it in again.",
    "此前填写的内容已不再保留，尚未提交，请重新填写。",
)


async def form(service: Service, request: Request) -> Response:
    """The form of a command; what the address says stands in it already, and what was written under its key.

    An address without a key leads on to one, so that going back finds what was written.
    """
    visitor = await acting(service, request)
    kind = kind_of(request)
    asked = request.query_params
    if (sealed := await sealed_link(visitor, kind, asked)) is not None:
        return on(sealed)
    key = asked.get("key", "")
    if not KEY.fullmatch(key):
        return on(address_of(kind, {**asked, "key": new_key()}))
    assert visitor.signed is not None
    draft = drafts_of(service).get(visitor.signed.user.name, kind.__name__, key)
    if draft is None:
        notice = GONE if SEEN in asked else None
        return await form_page(visitor, kind, {**await usual(visitor, kind, asked), **asked, "key": key}, notice=notice)
    if draft.refused is not None:
        refusal = await refused_before(visitor, kind, draft.refused)
        return await form_page(visitor, kind, draft.fields, refusal=refusal, status=422)
    if SEEN in asked:
        return await preview_written(visitor, kind, draft.fields)
    return await form_page(visitor, kind, draft.fields)


async def refused_before(visitor: Visitor, kind: type[msgspec.Struct], seq: int) -> Told | None:
    """Why a form was refused, as its record has it."""
    found = await visitor.service.readers.read(lambda book: decode(book.line(seq)))
    return None if found.refusal is None else told(found.refusal, kind, visitor.standing.terms, seq, found.body)
