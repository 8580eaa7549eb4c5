"""Commands over HTTP: a route for each of the catalogue, and one for several at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from functools import partial
from typing import Any, get_args

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.commands import Body, Command
from airshed.engine.edge import CURE, WellFormed, looked_at, said_twice
from airshed.engine.runner import LARGEST_GROUP, Runner
from airshed.model.near import near
from airshed.model.refusal import Malformed, in_a_sentence
from airshed.rulebook.schema import Rulebook
from airshed.service.book.acts import waiting_for
from airshed.service.book.clock import asked_of
from airshed.service.book.once import once
from airshed.service.http.problems import Stopped, answer, of_refusal
from airshed.service.http.receipts import Asked, Busy, Receipt
from airshed.service.http.service import Handler, Service, given, instant_asked, large_body_of
from airshed.service.http.shapes.commands import (
    AwaitedAct,
    BatchAnswer,
    BatchAnswers,
    BatchEntry,
    CommandReceipt,
    Preview,
    WaitingAct,
    WaitingActs,
)
from airshed.service.http.shapes.problem import Problem
from airshed.service.http.ways import Parameter, Way
from airshed.service.http.who import SIGNING
from airshed.service.marketdata.reading import Market

#: Every command by name.
BODIES: dict[str, type[msgspec.Struct]] = {kind.__name__: kind for kind in get_args(Body)}
#: Before a batch is read it is counted by its size, a command so many bytes; then this many of it are read at once.
BYTES_OF_ONE, AT_ONCE = 1_000, 500
KEY, ONCE = "idempotency-key", "airshed-once"


_batch = msgspec.json.Decoder(tuple[BatchEntry, ...])
_decoders = {name: msgspec.json.Decoder(kind) for name, kind in BODIES.items()}


def handler(name: str) -> Handler:
    """What answers the route of a command."""
    return partial(_one, name)


async def _one(name: str, service: Service, request: Request) -> Response:
    limits = service.limits
    raw = await large_body_of(service, request, limits.command_bytes)
    signed = await service.door.signed(request, raw)
    actor = service.door.actor(signed)
    body = read_body(name, raw)
    asked = _keyed(request, actor, body)
    at = instant_asked(service, request)
    service.door.sign(request, signed, name)
    (receipt,) = await service.writer.submit(asked, 1, at, who=signed.name)
    said = of_receipt(service, receipt)
    if isinstance(said, Problem):
        return answer(said)
    return Response(msgspec.json.encode(said), 200, media_type="application/json")


async def preview(service: Service, request: Request) -> Response:
    """What a command would come to as the book stands, or why not; nothing is written."""
    name = request.path_params["command"]
    if name not in BODIES:
        raise Malformed(f"preview {name[:60]}", "is no command", near(name, BODIES))
    limits = service.limits
    raw = await large_body_of(service, request, limits.command_bytes)
    actor = service.door.actor(await service.door.signed(request, raw))
    asked = _keyed(request, actor, read_body(name, raw))
    at = asked_of(service.provenance, instant_asked(service, request), service.clock())
    foreseen, records = await service.market.foresee(asked, at)
    return given(service, {"foreseen": foreseen, "records": records})


async def waiting(service: Service, request: Request) -> Response:
    """The acts of two that who asks could confirm now, as far as that depends on who it is."""
    actor = service.door.actor(await service.door.signed(request))
    at = asked_of(service.provenance, instant_asked(service, request), service.clock())

    def look(market: Market, rules: Rulebook) -> list[WaitingAct]:
        state = market.state
        acts = (state.acts[number] for number in waiting_for(state, rules, actor, max(at, state.at)))
        return [WaitingAct(act.id, act.actor, act.until, act.body) for act in acts]

    return given(service, {"acts": await service.market.look(look)})


async def several(service: Service, request: Request) -> Response:
    """A batch: decided in order, in one commit; each has its own answer."""
    limits = service.limits
    raw = await large_body_of(service, request, limits.batch_bytes)
    signed = await service.door.signed(request, raw)
    actor = service.door.actor(signed)
    by_size = len(raw) // BYTES_OF_ONE
    service.door.counted(signed, by_size)
    async with service.bodies.turn:
        wishes = await _wishes(actor, raw)
    at = instant_asked(service, request)
    for kind in dict.fromkeys(type(wish.command.body).__name__ for wish in wishes):
        service.door.sign(request, signed, kind)
    service.door.not_sent(signed, by_size)
    service.door.counted(signed, len(wishes))
    try:
        receipts = await service.writer.submit(lambda runner, when: wishes, len(wishes), at, who=signed.name)
    except Busy:
        service.door.not_sent(signed, len(wishes))
        raise
    told = (of_receipt(service, receipt) for receipt in receipts)
    answers = [BatchAnswer(problem=each) if isinstance(each, Problem) else BatchAnswer(each) for each in told]
    return given(service, {"answers": answers})


async def _wishes(actor: str, raw: bytes) -> list[WellFormed]:
    """The commands of a batch; others have their turn meanwhile."""
    wishes: list[WellFormed] = []
    for number, entry in enumerate(read_batch(raw)):
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
        wishes.append(_whole(Command(actor, entry.key, entry.body), f"commands {number}"))
    return wishes


def of_receipt(service: Service, receipt: Receipt) -> CommandReceipt | Problem:
    """What is answered: a receipt, or the problem of a refusal with the number of its record."""
    command, told = receipt.command, receipt.answer
    if told.refusal is not None:
        return of_refusal(
            told.refusal,
            seq=told.seq,
            hash=told.hash,
            actor=command.actor,
            key=command.key,
            answered=receipt.earlier,
            provenance=service.provenance,
        )
    assert told.seq is not None
    assert told.hash is not None
    waits = tuple(AwaitedAct(*wait) for wait in receipt.waits)
    return CommandReceipt(
        told.seq,
        told.hash,
        receipt.at,
        command.actor,
        command.key,
        receipt.earlier,
        told.events,
        waits,
        service.provenance,
    )


def read_body(name: str, raw: bytes) -> Body:
    """The fields of a command, or `Malformed` with the field."""
    found: Any = _read(_decoders[name], raw, name)
    body: Body = found
    return body


def read_batch(raw: bytes) -> Sequence[BatchEntry]:
    """Several commands, or `Malformed` with the place of the first that cannot be read."""
    found: Sequence[BatchEntry] = _read(_batch, raw, "commands")
    if not 0 < len(found) <= LARGEST_GROUP:
        raise Malformed("commands", f"there are {len(found)}", f"send 1 to {LARGEST_GROUP:,} at once")
    return found


def _read(decoder: Any, raw: bytes, place: str) -> Any:
    try:
        found = decoder.decode(raw)
        twice = said_twice(raw)
    except RecursionError:
        raise Malformed(place, "is nested too deeply to be a command", CURE) from None
    except msgspec.MsgspecError as error:
        what, _, where = str(error).partition(" - at `$")
        field = where.rstrip("`").removeprefix(".")
        if field.endswith("body.do"):
            word = what.removeprefix("Invalid value ").strip("'")
            raise Malformed(f"{place} {field}", f"there is no command {word[:60]!a}", near(word, BODIES)) from None
        raise Malformed(f"{place} {field}".strip(), in_a_sentence(what), CURE) from None
    except UnicodeDecodeError:
        raise Malformed(place, "is not UTF-8", "send JSON in UTF-8") from None
    if twice is not None:
        raise Malformed(
            place, f"{twice[:60]!a} is given twice in one object", "give it once, with the value that is meant"
        )
    return found


def _keyed(request: Request, actor: str, body: Body) -> Asked:
    """The command under the key of the request; or, where it says for the how manieth time it is meant, under the key
    that `airshed act` makes from its content."""
    key, times = request.headers.get(KEY), request.headers.get(ONCE)
    if key is not None and times is not None:
        raise Malformed(ONCE, f"goes without {KEY}", "leave one of them out")
    if key is not None:
        command = _whole(Command(actor, _text(key), body), type(body).__name__)
        return lambda runner, when: (command,)
    if times is None:
        raise Stopped("no_key", f"give one in {KEY}: the same key with the same body counts once")
    if not times.isascii() or not times.isdecimal() or len(times) > 5:
        raise Malformed(ONCE, f"{times[:20]!a} is not a number of times", "write 1, or 2 for the second time")
    _whole(Command(actor, "1", body), type(body).__name__)
    return partial(_once, actor, body, int(times))


def _once(actor: str, body: Body, times: int, runner: Runner, when: int) -> Sequence[WellFormed]:
    return (looked_at(once(runner, actor, body, when, times).command),)


def _whole(command: Command, place: str) -> WellFormed:
    """The command as the book will read it, so that none of a group is malformed when its turn comes."""
    try:
        return looked_at(command)
    except Malformed as error:
        rest = error.place.removeprefix("command ").removeprefix(f"{place} ")
        raise Malformed(f"{place} {rest}", error.what, error.cure) from None


def _text(key: str) -> str:
    """A header is bytes; what is no ASCII in it was sent as UTF-8."""
    try:
        return key.encode("latin-1").decode()
    except UnicodeError:
        raise Malformed(KEY, "is not UTF-8", "take letters, digits and hyphens") from None


#: What may stop a command before it is looked at.
_MORE = ("no_key", "no_actor", "csrf", "ended", "standby", "clock", "second_factor")


def in_words(name: str) -> str:
    """A name of a class as that of a function.

    >>> in_words("PlaceOrder"), in_words("SetCap")
    ('place_order', 'set_cap')
    """
    return re.sub("(?<!^)(?=[A-Z])", "_", name).lower()


WAYS: Sequence[Way] = (
    *(
        Way(
            f"/v1/commands/{name}",
            "POST",
            handler(name),
            in_words(name),
            "commands",
            body=body,
            answer=CommandReceipt,
            more=_MORE,
            command=name,
            signing=name in SIGNING,
        )
        for name, body in BODIES.items()
    ),
    Way(
        "/v1/commands",
        "POST",
        several,
        "send_several",
        "commands",
        body=tuple[BatchEntry, ...],
        answer=BatchAnswers,
        more=_MORE,
        signing=True,
    ),
    Way(
        "/v1/preview/{command}",
        "POST",
        preview,
        "preview",
        "commands",
        body=dict[str, Any],
        answer=Preview,
        more=("no_key", "no_actor", "csrf"),
    ),
    Way(
        "/v1/me/waiting",
        "GET",
        waiting,
        "waiting",
        "commands",
        answer=WaitingActs,
        asked=(Parameter("Airshed-At", "The instant, as 2027-03-01T10:00; in a simulation only.", where="header"),),
        more=("no_actor", "clock"),
    ),
)
