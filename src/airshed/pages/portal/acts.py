"""Acting: what a role may do, a form for each command, a preview of it, and its confirmation that counts once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from secrets import token_urlsafe
from types import SimpleNamespace
from typing import NamedTuple
from urllib.parse import quote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.commands import AskRepurchase, Body, Command, PlaceBid, PlaceOrder
from airshed.engine.edge import WellFormed, looked_at
from airshed.engine.journal import decode
from airshed.engine.nouns import Actor
from airshed.engine.procedures.guards import APPROVING
from airshed.engine.state import State
from airshed.model.near import near
from airshed.model.refusal import Malformed, Why
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.afterwards import left
from airshed.pages.portal.drafts import Draft, drafts_of
from airshed.pages.portal.fields import Field, Written, form_of, name_of, read, sentence_of
from airshed.pages.portal.frame import (
    Visitor,
    acting,
    chosen_language,
    fields_of,
    language_cookie,
    on,
    page,
    visitor_of,
)
from airshed.pages.portal.happening import Change, Happening, changes, happenings
from airshed.pages.portal.meant import meant
from airshed.pages.portal.names import called_in
from airshed.pages.portal.office.law import law_wanted
from airshed.pages.portal.opening import Trades, sensible, trading
from airshed.pages.portal.reckoning import Reckoning, reckoned
from airshed.pages.portal.refused import Told, told
from airshed.pages.portal.signing import WRITER, over
from airshed.pages.portal.understood import said_fields
from airshed.pages.portal.usual import usual
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.book.clock import asked_of
from airshed.service.book.preview import Foreseen
from airshed.service.forms.chinese import room_of
from airshed.service.forms.form import BODIES, options_of, slots
from airshed.service.forms.measures import Terms
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.http.who import SIGNING
from airshed.service.marketdata.reading import Market
from airshed.service.sign_in import codes

#: Rooms that several roles ask for first, before the others.
FIRST = ("listed", "transfer", "settling", "issue", "auction", "people")


class Offered(NamedTuple):
    """A command that a role may send."""

    command: str
    name: Phrase
    sentence: Phrase
    #: Whether there is anything now that it could be about.
    now: bool


class Group(NamedTuple):
    """The commands of a room, those first that there is something for now."""

    name: Phrase
    commands: Sequence[Offered]


def groups_of(rules: Rulebook, actor: Actor, state: State, at: int) -> list[Group]:
    """What a role may do, by room; what is for machines and for the page of what waits stands elsewhere."""
    mine = lookup.roles(rules).get(actor.role, frozenset())
    found: dict[str, list[Offered]] = {}
    for name, kind in BODIES.items():
        if name in mine and name not in ELSEWHERE:
            now = bool(sensible([name], state, rules, actor, at))
            found.setdefault(kind.__module__, []).append(Offered(name, name_of(kind), sentence_of(kind), now))
    rooms = sorted(found, key=lambda module: _rank(module.rpartition(".")[2]))
    return [Group(Phrase(*room_of(room)), sorted(found[room], key=lambda each: not each.now)) for room in rooms]


#: Confirmed and rejected on the page of what waits.
ELSEWHERE = APPROVING


def _rank(room: str) -> int:
    return FIRST.index(room) if room in FIRST else len(FIRST)


async def acts(service: Service, request: Request) -> Response:
    """What somebody may do."""
    visitor = await acting(service, request)
    actor = _actor(visitor)
    groups = await visitor.look(
        lambda market, rules: groups_of(rules, actor, market.state, max(visitor.now, market.state.at))
    )
    return page(visitor, "acts.html.j2", groups=groups)


def _actor(visitor: Visitor) -> Actor:
    assert visitor.actor is not None
    return visitor.actor


class Filled(NamedTuple):
    """A form as it stands on a page."""

    fields: Sequence[Field]
    terms: Terms
    money: Phrase
    #: Whether the role may send the command at all.
    allowed: bool
    #: What the numbers in it stand for.
    meant: Sequence[tuple[Phrase, Phrase]]


def _kind_of(request: Request) -> type[msgspec.Struct]:
    name = request.path_params["command"]
    if name not in BODIES:
        raise Stopped("not_there", near(name[:60], BODIES))
    return BODIES[name]


async def _filled(
    visitor: Visitor,
    kind: type[msgspec.Struct],
    written: Mapping[str, str],
    errors: Mapping[str, Phrase] | None = None,
) -> Filled:
    actor = _actor(visitor)

    def look(market: Market, rules: Rulebook) -> Filled:
        allowed = kind.__name__ in lookup.roles(rules).get(actor.role, frozenset())
        fields = form_of(kind, market.state, rules, actor, written, errors, visitor.today)
        money = Phrase(rules.currency.name_en, rules.currency.name_zh)
        named = SimpleNamespace(**{field.name: field.value for field in fields})
        return Filled(fields, Terms.of(rules), money, allowed, meant(named, market.state, rules, kind.__name__))

    return await visitor.look(look)


#: Keys of forms as pages make them.
KEY = re.compile(r"portal-[\w-]{10,60}", re.ASCII)


async def form(service: Service, request: Request) -> Response:
    """The form of a command; what the address says stands in it already, and what was written under its key.

    An address without a key leads on to one, so that going back finds what was written.
    """
    visitor = await acting(service, request)
    kind = _kind_of(request)
    asked = request.query_params
    if (sealed := await _sealed_link(visitor, kind, asked)) is not None:
        return on(sealed)
    key = asked.get("key", "")
    if not KEY.fullmatch(key):
        return on(_address(kind, {**asked, "key": _new_key()}))
    assert visitor.signed is not None
    draft = drafts_of(service).get(visitor.signed.user.name, kind.__name__, key)
    if draft is None:
        notice = GONE if SEEN in asked else None
        return await _form(visitor, kind, {**await usual(visitor, kind, asked), **asked, "key": key}, notice=notice)
    if draft.refused is not None:
        refusal = await _refused(visitor, kind, draft.refused)
        return await _form(visitor, kind, draft.fields, refusal=refusal, status=422)
    if SEEN in asked:
        return await _looked_at(visitor, kind, draft.fields)
    return await _form(visitor, kind, draft.fields)


#: Asks an address of a form for its preview.
SEEN = "see"
GONE = Phrase(
    "What was written here is not kept any more. Nothing was sent: fill it in again.",
    "此前填写的内容已不再保留，尚未提交，请重新填写。",
)


def _address(kind: type[msgspec.Struct], asked: Mapping[str, str]) -> str:
    return f"/act/{kind.__name__}?{urlencode(asked)}"


async def _refused(visitor: Visitor, kind: type[msgspec.Struct], seq: int) -> Told | None:
    """Why a form was refused, as its record has it."""
    found = await visitor.service.readers.read(lambda book: decode(book.line(seq)))
    return None if found.refusal is None else told(found.refusal, kind, visitor.standing.terms, seq, found.body)


async def _looked_at(visitor: Visitor, kind: type[msgspec.Struct], fields: Mapping[str, str]) -> Response:
    """What a form would come to, or what is wrong in it."""
    filled = await _filled(visitor, kind, fields)
    command = _wanted(_actor(visitor), kind, fields, filled)
    if isinstance(command, Written):
        return await _form(visitor, kind, fields, errors=command.errors, status=422)
    return await _preview(visitor, kind, fields, command)


def _wanted(
    actor: Actor, kind: type[msgspec.Struct], fields: Mapping[str, str], filled: Filled
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


async def _form(
    visitor: Visitor,
    kind: type[msgspec.Struct],
    written: Mapping[str, str],
    *,
    errors: Mapping[str, Phrase] | None = None,
    refusal: Told | None = None,
    notice: Phrase | None = None,
    status: int = 200,
) -> Response:
    if refusal is not None and refusal.field:
        errors = {**(errors or {}), refusal.field: refusal.whole}
    filled = await _filled(visitor, kind, written, errors)
    if not filled.allowed:
        raise Stopped("not_yours_to_send", f"the role {_actor(visitor).role} does not send {kind.__name__}")
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
        key=written.get("key") or _new_key(),
        refusal=refusal,
        notice=notice,
    )


def _new_key() -> str:
    """A key under which a form counts once, however often it is sent."""
    return f"portal-{token_urlsafe(16)}"


OF_ANOTHER = Phrase(
    "The form that was sent is of somebody who was signed in here before. Nothing of it was sent or is shown.",
    "所提交的表单属于此前在此登录的用户，未提交，其内容不予显示。",
)


class Seen(NamedTuple):
    """What a command would come to, on a page."""

    happenings: Sequence[Happening]
    #: What would come of it once another confirms it, of an act of two.
    then: Sequence[Happening]
    changes: Sequence[Change]
    #: What it comes to, of an order.
    reckoning: Reckoning | None
    #: What would trade, of a session.
    trades: Sequence[Trades]


async def send(service: Service, request: Request) -> Response:
    """A form was sent: to look at what it would do, to change it, or to do it."""
    fields = await fields_of(service, request)
    fields["key"] = fields.get("key") or _new_key()
    visitor = await visitor_of(service, request, chosen_language(fields))
    kind = _kind_of(request)
    if visitor.signed is None or visitor.signed.session is None:
        return await over(visitor, fields)
    if visitor.actor is None:
        service.door.actor(visitor.signed)
        raise Stopped("no_actor", "this user is not registered in the book")
    if not KEY.fullmatch(fields["key"]):
        fields["key"] = _new_key()
    if not service.door.own_form(request, visitor.signed.session, fields.get("csrf", "")):
        if fields.get(WRITER, "") != visitor.writer:
            return await _form(visitor, kind, {"key": _new_key()}, notice=OF_ANOTHER)
        again = Phrase(
            "You have signed in anew since this form was made. Nothing was sent: look at it, and send it again.",
            "表单早于本次登录，尚未提交。请核对后重新提交。",
        )
        return await _form(visitor, kind, fields, notice=again)
    step = fields.get("step", "preview")
    if step == "confirm" and "language" not in fields:
        command = _wanted(visitor.actor, kind, fields, await _filled(visitor, kind, fields))
        if isinstance(command, Written):
            return await _form(visitor, kind, fields, errors=command.errors, status=422)
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
    if not drafts_of(visitor.service).keep(visitor.signed.user.name, Draft(kind.__name__, written, refused)):
        return await (_looked_at(visitor, kind, fields) if see else _form(visitor, kind, fields))
    chosen = {"Set-Cookie": language_cookie(visitor.service, visitor.language)} if visitor.chosen else None
    return on(_address(kind, {"key": fields["key"], **({SEEN: "1"} if see else {})}), chosen)


async def _preview(
    visitor: Visitor,
    kind: type[msgspec.Struct],
    fields: Mapping[str, str],
    command: WellFormed,
    wrong: Phrase | None = None,
) -> Response:
    service, actor = visitor.service, _actor(visitor)
    at = asked_of(service.provenance, None, service.clock())
    foreseen, _ = await service.market.foresee(lambda runner, when: (command,), at)
    if foreseen.answered:
        return on(f"/records/{foreseen.record.seq}?again=1")
    refusal = foreseen.record.refusal
    if refusal is not None and refusal.why is Why.KEY_REUSED:
        return await _form(visitor, kind, {**fields, "key": ""}, notice=REUSED)
    if refusal is not None and refusal.why is Why.BIDS_SEALED and (sealed := _sealed_at(foreseen.record.body)):
        return on(sealed)
    if refusal is not None:
        why = told(refusal, kind, visitor.standing.terms, body=foreseen.record.body)
        return await _form(visitor, kind, fields, refusal=why, status=422)

    def look(market: Market, rules: Rulebook) -> tuple[Seen, list[tuple[Phrase, Phrase]], list[tuple[str, str]]]:
        body: Body = foreseen.record.body
        events = () if foreseen.sealed else foreseen.record.events
        all_of_it, mine = (*events, *foreseen.comes), actor.account
        called = called_in(market.state, rules)
        shown = Seen(
            happenings(events, rules, called),
            happenings(foreseen.comes, rules, called),
            [
                *changes(all_of_it, market.state, mine, rules),
                *left(all_of_it, market.state, mine, rules, foreseen.record.at),
            ],
            reckoned(body, events, market.state, rules) if isinstance(body, PlaceOrder) else None,
            trading(body, market.state, rules, foreseen.record.at),
        )
        return (
            shown,
            [*said_fields(body, rules, called), *meant(body, market.state, rules)],
            _kept(kind, fields, foreseen, rules),
        )

    seen, said, kept = await visitor.look(look)
    law = await law_wanted(visitor, foreseen.record.body)
    signing = kind.__name__ in SIGNING
    session = visitor.signed.session if visitor.signed is not None else None
    assert session is not None
    asks_code = signing and not service.door.users.fresh(session)
    return page(
        visitor,
        "preview.html.j2",
        422 if wrong is not None else 200,
        command=kind.__name__,
        name=name_of(kind),
        said_fields=said,
        kept=kept,
        seen=seen,
        foreseen=foreseen,
        then=told(foreseen.then, kind, visitor.standing.terms) if foreseen.then is not None else None,
        knowing=foreseen.knowing,
        law=law,
        asks_code=asks_code,
        shown_code=_code_of(visitor) if asks_code else "",
        wrong=wrong,
    )


async def _sealed_link(visitor: Visitor, kind: type[msgspec.Struct], asked: Mapping[str, str]) -> str | None:
    """Where a link to a form of bids leads instead, where they are sealed."""
    body: Body
    if kind is PlaceBid:
        venue, body = "auction", PlaceBid(asked.get("auction", ""), "", 0, 0)
    elif kind is AskRepurchase:
        venue, body = "repurchase", AskRepurchase(asked.get("repurchase", ""), "", 0, 0)
    else:
        return None

    def is_sealed(market: Market, rules: Rulebook) -> bool:
        return any(
            (each.venue, each.name) == (venue, asked.get(venue)) and not each.over
            for each in market.state.sealings.values()
        )

    return _sealed_at(body) if await visitor.look(is_sealed) else None


def _sealed_at(body: Body) -> str | None:
    """The page where a bid is sealed that is not taken in the open; None where no page does it."""
    match body:
        case PlaceBid(auction=name):
            return f"/sealed/auction/{quote(name, safe='')}?from=form"
        case AskRepurchase(repurchase=name):
            return f"/sealed/repurchase/{quote(name, safe='')}?from=form"
        case _:
            return None


REUSED = Phrase(
    "This form was sent already with other content. Look at it once more: it is a new one now.",
    "该表单已以不同内容提交过。请重新核对，现作为新的业务办理。",
)


def _code_of(visitor: Visitor) -> str:
    """The code of now, where the service is a rehearsal and nobody has an authenticator."""
    if not visitor.service.demo or visitor.signed is None or visitor.signed.user.secret is None:
        return ""
    step = max(visitor.service.door.clock() // 1000 // codes.STEP_S, visitor.signed.user.last_step + 1)
    return codes.code_at(visitor.signed.user.secret, step)


def _kept(
    kind: type[msgspec.Struct], fields: Mapping[str, str], foreseen: Foreseen, rules: Rulebook
) -> list[tuple[str, str]]:
    """What a form carries on to its confirmation: what was written, and what the preview warned of."""
    names = [slot.field for slot in slots(kind)]
    kept = {name: fields[name] for name in ("key", *names) if fields.get(name, "")}
    if foreseen.knowing is not None:
        lines = [text for option, text in options_of(foreseen.record.body, Terms.of(rules)) if option == "knowing"]
        kept["knowing"] = "\n".join(lines)
    return list(kept.items())


async def _confirm(
    visitor: Visitor, kind: type[msgspec.Struct], fields: Mapping[str, str], command: WellFormed
) -> Response:
    service, signed = visitor.service, visitor.signed
    assert signed is not None
    assert signed.session is not None
    if kind.__name__ in SIGNING:
        code = "".join(fields.get("code", "").split()).translate(WIDE)
        if code:
            try:
                service.door.use_code(visitor.request, signed.session, code)
            except Stopped as stop:
                wrong = Phrase(
                    "The code is not that of now, or was used. Nothing was done.", "动态码有误或已使用，尚未办理。"
                )
                return await _preview(visitor, kind, fields, command, GUESSED if stop.code == "too_many" else wrong)
        elif not service.door.users.fresh(signed.session):
            needed = Phrase("This act takes a one-time code of now.", "此项业务须提供当前动态码。")
            return await _preview(visitor, kind, fields, command, needed)
    (receipt,) = await service.writer.submit(lambda runner, when: (command,), 1, None, who=signed.name)
    refusal = receipt.answer.refusal
    if refusal is None:
        again = "?again=1" if receipt.earlier else ""
        return on(f"/records/{receipt.answer.seq}{again}")
    if refusal.why is Why.KEY_REUSED:
        return await _form(visitor, kind, {**fields, "key": ""}, notice=REUSED)
    return await _lead_on(visitor, kind, {**fields, "key": _new_key()}, see=False, refused=receipt.answer.seq)


#: Who has guessed too often is not listened to for a while.
GUESSED = Phrase("Too many codes were wrong. Wait a little.", "动态码错误次数过多，请稍候。")
#: Digits as a Chinese keyboard may write them.
WIDE = {ord(wide): str(digit) for digit, wide in enumerate("０１２３４５６７８９")}
