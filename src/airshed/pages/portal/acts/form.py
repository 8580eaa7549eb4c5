"""The form of a command: what stands in it, what it makes, and its page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from secrets import token_urlsafe
from types import SimpleNamespace
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.commands import Command
from airshed.engine.edge import WellFormed, looked_at
from airshed.engine.nouns import Actor
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.fields import Field, Written, form_of, name_of, read, sentence_of
from airshed.pages.portal.frame import (
    Visitor,
    page,
)
from airshed.pages.portal.meant import meant
from airshed.pages.portal.refused import Told
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.forms.form import BODIES
from airshed.service.forms.measures import Terms
from airshed.service.http.problems import Stopped
from airshed.service.marketdata.reading import Market

#: Keys of forms as pages make them.
KEY = re.compile(r"portal-[\w-]{10,60}", re.ASCII)
#: Asks an address of a form for its preview.
SEEN = "see"
REUSED = Phrase(
    "This form was sent already with other content. Look at it once more: it is a new one now.",
    "该表单已以不同内容提交过。请重新核对，现作为新的业务办理。",
)


def new_key() -> str:
    """A key under which a form counts once, however often it is sent."""
    return f"portal-{token_urlsafe(16)}"


def address_of(kind: type[msgspec.Struct], asked: Mapping[str, str]) -> str:
    """Where the form of a command stands with what was asked for."""
    return f"/act/{kind.__name__}?{urlencode(asked)}"


def kind_of(request: Request) -> type[msgspec.Struct]:
    """The command that an address names."""
    name = request.path_params["command"]
    if name not in BODIES:
        raise Stopped("not_there", near(name[:60], BODIES))
    return BODIES[name]


def actor_of(visitor: Visitor) -> Actor:
    """Who acts."""
    assert visitor.actor is not None
    return visitor.actor


class FilledForm(NamedTuple):
    """A form as it stands on a page."""

    fields: Sequence[Field]
    terms: Terms
    money: Phrase
    #: Whether the role may send the command at all.
    allowed: bool
    #: What the numbers in it stand for.
    meant: Sequence[tuple[Phrase, Phrase]]


async def fill(
    visitor: Visitor,
    kind: type[msgspec.Struct],
    written: Mapping[str, str],
    errors: Mapping[str, Phrase] | None = None,
) -> FilledForm:
    """A form with what was written in it."""
    actor = actor_of(visitor)

    def look(market: Market, rules: Rulebook) -> FilledForm:
        allowed = kind.__name__ in lookup.roles(rules).get(actor.role, frozenset())
        fields = form_of(kind, market.state, rules, actor, written, errors, visitor.today)
        money = Phrase(rules.currency.name_en, rules.currency.name_zh)
        named = SimpleNamespace(**{field.name: field.value for field in fields})
        return FilledForm(fields, Terms.of(rules), money, allowed, meant(named, market.state, rules, kind.__name__))

    return await visitor.look(look)


def wanted(
    actor: Actor, kind: type[msgspec.Struct], fields: Mapping[str, str], filled: FilledForm
) -> WellFormed | Written:
    """The command that a form makes, or what is wrong in it."""
    if not filled.allowed:
        raise Stopped("not_yours_to_send", f"the role {actor.role} does not send {kind.__name__}")
    found = read(kind, fields, filled.terms, filled.money)
    if found.errors:
        return found
    try:
        return looked_at(Command(actor.id, fields["key"][:100], found.body))
    except Malformed as error:
        return Written(None, {"": Phrase(f"{error.what}; {error.cure}", f"无法识别：{error.what}")})


async def form_page(
    visitor: Visitor,
    kind: type[msgspec.Struct],
    written: Mapping[str, str],
    *,
    errors: Mapping[str, Phrase] | None = None,
    refusal: Told | None = None,
    notice: Phrase | None = None,
    status: int = 200,
) -> Response:
    """The page of a form."""
    if refusal is not None and refusal.field:
        errors = {**(errors or {}), refusal.field: refusal.whole}
    filled = await fill(visitor, kind, written, errors)
    if not filled.allowed:
        raise Stopped("not_yours_to_send", f"the role {actor_of(visitor).role} does not send {kind.__name__}")
    return page(
        visitor,
        "form.html.j2",
        status,
        command=kind.__name__,
        name=name_of(kind),
        sentence=sentence_of(kind),
        fields=filled.fields,
        meant=filled.meant,
        errors=errors or {},
        key=written.get("key") or new_key(),
        refusal=refusal,
        notice=notice,
    )
