"""A law is brought: its texts are checked, what they change is shown, and the act that adopts them is opened."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.commands import AdoptRulebook
from airshed.engine.procedures.people import adopt
from airshed.engine.state import State
from airshed.model.refusal import Malformed, Refusal
from airshed.pages.kit.words import Phrase
from airshed.pages.portal import cures
from airshed.pages.portal.fields import name_of
from airshed.pages.portal.frame import Visitor, acting, on, page
from airshed.pages.portal.office.law import digest_of, may_adopt, sections_of
from airshed.pages.portal.office.law_files import Brought, texts_of, zipped
from airshed.pages.portal.office.sheets import SEVERAL_PARTS, files_of
from airshed.pages.portal.refused import Told, told
from airshed.rulebook.check_people import of_one
from airshed.rulebook.digest import digest
from airshed.rulebook.load import read
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.forms.form import BODIES
from airshed.service.forms.refusals import fault_in_chinese
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service, large_body_of
from airshed.service.marketdata.reading import Market

ZIP = "application/zip"
#: Laws that were brought and not proposed yet, of all users: the oldest go.
MOST = 10
#: Faults that a page names.
MOST_FAULTS = 200
#: How what is wrong with what was brought begins, and the same with the cure in Chinese.
SAID: dict[str, str] = {
    "there are more than": "文件过多。请只上传一部规则的文件。",
    "holds more than": "压缩包内文件过多。请只压缩一部规则的文件夹。",
    "unpacks to more than": "解压后过大。请只压缩一部规则的文件夹。",
    "stands there": "文件重复。请每个文件只上传一次，且只上传一部规则。",
    "no file was chosen": "未选择文件。请上传规则文件夹的zip压缩包，或其中各文件。",
    "is not among what was brought": "所上传内容中没有rulebook.toml。请上传包含该文件的文件夹。",
    "leads out of its folder": "文件名指向文件夹之外。请直接压缩该文件夹，或上传其中各文件。",
    "is a link": "为链接。请放入文件本身。",
    "is locked with a password": "设有密码。请取消密码后重新压缩。",
    "is packed in a way that is not read here": "压缩方式无法读取。请使用普通zip格式。",
    "is no zip that can be read": "zip文件已损坏或无法读取。请重新压缩。",
}
AGAIN = Phrase(
    "You have signed in anew since this page was made. Nothing was sent.",
    "页面早于本次登录，尚未提交。请核对后重新提交。",
)
GONE = Phrase(
    "What was brought is not kept here any more. Nothing was sent: bring it once more.",
    "此前上传的内容已不再保留，尚未提交，请重新上传。",
)


class Candidate(NamedTuple):
    """A law that somebody brought and that is sound."""

    digest: str
    rules: Rulebook
    texts: dict[str, bytes]
    #: Acts that one person alone may do by it, of those that money and rights hang on.
    of_one: tuple[str, ...]


class FileFault(NamedTuple):
    """What is wrong in a file, and where."""

    place: Phrase
    what: Phrase


async def adopting(service: Service, request: Request) -> Response:
    """Where a law is brought; what was brought last, with what it changes."""
    return await _shown(await adopter(service, request))


async def bring(service: Service, request: Request) -> Response:
    """Texts were brought to be checked, or those that were are to be taken to the act."""
    visitor = await adopter(service, request)  # before a file is read for them
    raw = await large_body_of(service, request, service.limits.command_bytes, SEVERAL_PARTS)
    fields, files = await asyncio.to_thread(files_of, raw, request.headers.get("content-type", ""))
    signed = visitor.signed
    assert signed is not None
    if signed.session is None or not service.door.own_form(request, signed.session, fields.get("csrf", "")):
        return await _shown(visitor, notice=AGAIN, status=422)
    kept = _kept(service)
    if fields.get("step") == "keep":
        brought = kept.get(signed.user.name)
        if brought is None or brought.digest != fields.get("digest"):
            return await _shown(visitor, notice=GONE, status=422)
        await service.writer.keep_law(brought.digest, brought.texts, who=signed.name)
        programme = brought.rules.programme
        named = {"programme": programme.id, "version": programme.version, "digest": brought.digest}
        return on(f"/act/AdoptRulebook?{urlencode(named)}")
    return await offered(visitor, await asyncio.to_thread(checked, files))


async def offered(visitor: Visitor, found: Candidate | Sequence[FileFault]) -> Response:
    """Keep a law that was brought or drafted until it is taken to the act; one with faults is shown and not kept."""
    assert visitor.signed is not None
    kept, user = _kept(visitor.service), visitor.signed.user.name
    kept.pop(user, None)
    if not isinstance(found, Candidate):
        return await _shown(visitor, found, status=422)
    kept[user] = found
    while len(kept) > MOST:
        kept.popitem(last=False)
    return on("/law/new")


async def texts(service: Service, request: Request) -> Response:
    """The text of a law that was adopted, as a zip of its folder, for everybody."""
    name, _, ending = request.path_params["file"].rpartition(".")

    def look(book: KeptBook) -> tuple[str, dict[str, bytes]]:
        row = book.sql.execute("SELECT programme, version FROM rulebooks WHERE digest = ?", (name,)).fetchone()
        if ending != "zip" or row is None or not book.keeps(name):
            raise Stopped("not_there", "no law of that digest is adopted in this book")
        return f"{row[0]}-{row[1]}", book.law(name)

    await service.door.look(request)
    folder, found = await service.readers.read(look)
    raw = await asyncio.to_thread(zipped, found, folder)
    return Response(raw, 200, {"Content-Disposition": f'attachment; filename="law-{name[:12]}.zip"'}, ZIP)


def _kept(service: Service) -> OrderedDict[str, Candidate]:
    """What was brought, by user."""
    found: OrderedDict[str, Candidate] = service.beside.setdefault("laws brought", OrderedDict())
    return found


async def adopter(service: Service, request: Request) -> Visitor:
    """Somebody whom the law in force lets adopt the next."""
    visitor = await acting(service, request)
    actor = visitor.actor
    assert actor is not None
    if not await visitor.look(lambda market, rules: may_adopt(rules, actor.role)):
        raise Stopped("not_yours_to_send", f"the role {actor.role} does not send AdoptRulebook")
    return visitor


def checked(files: Brought) -> Candidate | Sequence[FileFault]:
    """The law that files say, or every fault in them, as `airshed rules check` finds them."""
    try:
        found = texts_of(files)
        rules, faults = read(found)
    except Malformed as error:
        return [fault_of(error)]
    if rules is None:
        return [fault_of(each) for each in faults]
    return Candidate(digest(rules), rules, found, tuple(of_one(rules)))


def fault_of(error: Malformed) -> FileFault:
    """What is wrong, in both languages."""
    both = cures.told(error)
    chinese = next((said for begins, said in SAID.items() if error.what.startswith(begins)), None)
    if chinese is None and both.zh.startswith(cures.UNKNOWN):
        chinese = f"{fault_in_chinese(error.what)}。{fault_in_chinese(error.cure)}。"
    return FileFault(_place(error.place), both if chinese is None else Phrase(both.en, chinese))


def _place(text: str) -> Phrase:
    """Where a fault stands, by line and column in both languages."""
    line = re.sub(r" line (\d+)", r" 第\1行", text)
    return Phrase(text, re.sub(r"(?<=行),? column (\d+)", r"第\1列", line))


def _refused(state: State, rules: Rulebook, visitor: Visitor, brought: Candidate) -> Told | None:
    """Why the act would be refused that adopts a sound law: it says so before anybody takes it there."""
    programme = brought.rules.programme
    body = AdoptRulebook(programme.id, programme.version, brought.digest)
    assert visitor.actor is not None
    decision = adopt(state, brought.rules, max(visitor.now, state.at), visitor.actor.id, body)
    return told(decision, AdoptRulebook, visitor.standing.terms) if isinstance(decision, Refusal) else None


async def _shown(
    visitor: Visitor, faults: Sequence[FileFault] = (), *, notice: Phrase | None = None, status: int = 200
) -> Response:
    assert visitor.signed is not None
    brought = _kept(visitor.service).get(visitor.signed.user.name)

    def look(market: Market, rules: Rulebook) -> tuple[Rulebook, str, Told | None]:
        refused = None if brought is None else _refused(market.state, rules, visitor, brought)
        return rules, digest_of(market.state), refused

    rules, in_force, refused = await visitor.look(look)
    changes = None if brought is None or faults else await asyncio.to_thread(sections_of, rules, brought.rules)
    return page(
        visitor,
        "law_new.html.j2",
        status,
        faults=faults[:MOST_FAULTS],
        more=max(0, len(faults) - MOST_FAULTS),
        notice=notice,
        brought=None if faults else brought,
        changes=changes,
        alone=[] if brought is None else [name_of(BODIES[name]) for name in brought.of_one],
        in_force=in_force,
        refused=refused,
        version=rules.programme.version,
    )
