"""The design laboratory: change a design, let it run in the background, see how far it is, compare, open the brief."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.nouns import Actor
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.frame import Visitor, acting, fields_of, office, on, page
from airshed.pages.portal.office import study_law
from airshed.pages.portal.office.designs import (
    BOOK,
    BRIDGE,
    BRIEF,
    FILE,
    KNOBS,
    PAGES,
    SCENARIO,
    Own,
    Written,
    asked,
    base_of,
    blank,
    scenarios,
)
from airshed.pages.portal.office.law import may_adopt
from airshed.pages.portal.office.outcomes import (
    as_it_is,
    beside,
    changes_of,
    few,
    outcome_of,
    played_with,
    rests_of,
    same_draws,
    settings_of,
)
from airshed.pages.portal.office.reports import policy_of
from airshed.service.book.kept import KeptBook
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.run.studies import ANSWER, MOST_S, MOST_WAITING, Busy, Studies, Study, machine_ms

#: Files of a study that are given, with what they are.
FILES: Mapping[str, str] = {FILE: "application/toml", ANSWER: "application/json"}
KINDS: Mapping[str, Phrase] = {
    SCENARIO: Phrase("A design, played", "设计模拟"),
    BRIEF: Phrase("A brief of all designs", "全部设计的比较报告"),
    BRIDGE: Phrase("A bridge of prices", "价格对照与成因"),
    "": Phrase("A study that cannot be read", "无法读取的任务"),
}
STATES: Mapping[str, tuple[Phrase, str]] = {
    "waiting": (Phrase("in the queue", "排队中"), "due"),
    "running": (Phrase("at work", "运行中"), "due"),
    "done": (Phrase("whole", "已完成"), "good-state"),
    "failed": (Phrase("it failed", "运行失败"), "late"),
    "cancelled": (Phrase("stopped by hand", "已中止"), ""),
    "lost": (Phrase("its process is gone, without an answer", "进程已消失，未产生结果"), "late"),
}
BUSY = Phrase(
    f"{MOST_WAITING} studies wait already, or as many are kept as there is room for. Nothing was begun: wait until one "
    "has ended, or remove some.",
    f"已有{MOST_WAITING}项任务排队，或保存数量已达上限，尚未开始。请等待其中一项结束，或删除部分任务。",
)
AGAIN = Phrase(
    "You have signed in anew since this form was made. Nothing was begun: send it again.",
    "表单早于本次登录，尚未开始。请重新提交。",
)


def _studies(visitor: Visitor) -> Studies:
    """The studies of the service, for somebody of an office."""
    office(visitor)
    if visitor.service.studies is None:
        raise Stopped("not_there", "this service keeps no studies: airshed serve --lab DIR names a folder for them")
    return visitor.service.studies


async def _found(visitor: Visitor, name: str) -> Study:
    found = await asyncio.to_thread(_studies(visitor).get, name)
    if found is None:
        raise Stopped("not_there", "there is no such study; perhaps it was removed")
    return found


def _own(visitor: Visitor, request: Request, fields: Mapping[str, str]) -> bool:
    signed = visitor.signed
    assert signed is not None
    own = visitor.service.door.own_form
    return signed.session is not None and own(request, signed.session, fields.get("csrf", ""))


def may_change(actor: Actor, study: Study, actors: Mapping[str, Actor]) -> bool:
    """Who began a study stops and removes it, and whoever is of the same office.

    Where nobody of the book began it, as when it cannot be read, any office of the whole zone does.
    """
    began = actors.get(study.asked.by)
    if began is None:
        return not actor.jurisdiction
    return (actor.role, actor.jurisdiction) == (began.role, began.jurisdiction)


async def _may_change(visitor: Visitor, study: Study) -> bool:
    actor = visitor.actor
    assert actor is not None
    return await visitor.look(lambda market, rules: may_change(actor, study, market.state.actors))


def title_of(study: Study) -> Phrase:
    """What a study is called."""
    fields = study.asked.fields
    if not study.asked.kind:
        return KINDS[""]
    if study.asked.kind in PAGES:
        english, chinese = ("Brief", "比较报告") if study.asked.kind == BRIEF else ("Prices", "价格对照")
        named = f"{fields['law']} {fields['pollutant']}"
        return Phrase(f"{english}, {named}", f"{chinese}：{named}")
    base, changed = base_of(fields["base"]), changes_of(study.asked)
    return Phrase(
        ": ".join((base.name_en, *(["; ".join(each.en for each in changed)] if changed else []))),
        "：".join((base.name_zh, *(["；".join(each.zh for each in changed)] if changed else []))),
    )


async def lab(service: Service, request: Request) -> Response:
    """All studies, and the forms of a new one."""
    return await _lab(await acting(service, request))


async def _lab(
    visitor: Visitor, written: Written | None = None, wrong: Phrase | None = None, status: int = 200
) -> Response:
    office(visitor)
    if visitor.service.studies is None:
        return page(visitor, "lab.html.j2", rows=None, forms=(), wrong=None, wrong_kind="", states=STATES, kinds=KINDS)
    there = await asyncio.to_thread(_studies(visitor).all)
    programme = await visitor.look(lambda market, rules: rules.programme.id)

    def forms() -> list[tuple[str, Written]]:
        return [
            (kind, written if written is not None and written.kind == kind else blank(kind, programme))
            for kind in KNOBS
        ]

    shown = [(kind, form, form.fields()) for kind, form in await asyncio.to_thread(forms)]
    return page(
        visitor,
        "lab.html.j2",
        status,
        rows=[(study, title_of(study)) for study in there],
        forms=shown,
        wrong=wrong,
        wrong_kind="" if written is None else written.kind,
        states=STATES,
        kinds=KINDS,
        questions=[Phrase(each.question_en, each.question_zh) for each in scenarios().values()],
        names=[Phrase(each.name_en, each.name_zh) for each in scenarios().values()],
    )


async def begin(service: Service, request: Request) -> Response:
    """Take a new study in; what is wrong stands beside its field."""
    fields = await fields_of(service, request)
    visitor = await acting(service, request)
    studies = _studies(visitor)
    kind = fields.get("kind", "")
    if kind not in KNOBS:
        raise Stopped("not_there", f"there are {', '.join(KNOBS)}")
    assert visitor.actor is not None
    own = await _own_law(visitor) if fields.get("base") == BOOK else None
    written, wanted = await asyncio.to_thread(asked, kind, fields, visitor.actor.id, machine_ms(), own)
    if not _own(visitor, request, fields):
        return await _lab(visitor, written, AGAIN, 403)
    if wanted is None:
        return await _lab(visitor, written, status=422)
    try:
        name = await asyncio.to_thread(studies.ask, wanted)
    except Busy:
        return await _lab(visitor, written, BUSY, 503)
    service.note("study_asked", study=name, by=visitor.actor.id, kind=kind)
    return on(f"/lab/{name}")


async def _own_law(visitor: Visitor) -> Own | None:
    """The law in force of the book with its text; None where that is not kept in the book."""
    digest = await visitor.look(lambda market, rules: market.state.rulebook.digest if market.state.rulebook else "")

    def read(book: KeptBook) -> Own | None:
        if not book.keeps(digest):
            return None
        return Own(book.rules(digest), {name: raw.decode() for name, raw in book.law(digest).items()})

    return await visitor.service.readers.read(read)


async def study(service: Service, request: Request) -> Response:
    """A study as it stands."""
    visitor = await acting(service, request)
    found = await _found(visitor, request.path_params["study"])
    outcome = await asyncio.to_thread(outcome_of, found) if found.state == "done" else None
    others = [
        (each, title_of(each))
        for each in await asyncio.to_thread(_studies(visitor).all)
        if each.state == "done" and each.asked.kind == found.asked.kind and each.name != found.name
    ]
    assert visitor.actor is not None
    role = visitor.actor.role
    return page(
        visitor,
        "study.html.j2",
        study=found,
        title=title_of(found),
        states=STATES,
        kinds=KINDS,
        settings=[*rests_of(found), *settings_of(found.asked)],
        few=few(found.asked),
        outcome=outcome,
        others=others,
        may=await _may_change(visitor, found),
        adopts=await visitor.look(lambda market, rules: may_adopt(rules, role)),
        asking=visitor.request.query_params.get("ask", ""),
        opens=PAGES.get(found.asked.kind, "").removesuffix(".html"),
        command=f"airshed {shlex.join(found.asked.words)}",
        said_of=found.said().splitlines()[-6:] if found.state in ("failed", "lost") else [],
        minutes=int(MOST_S / 60),
        now=machine_ms(),
        as_it_is=as_it_is(found.asked),
        files=[name for name in FILES if (found.folder / name).is_file() and (name != ANSWER or outcome)],
    )


async def change(service: Service, request: Request) -> Response:
    """Stop a study, or remove one that is over."""
    fields = await fields_of(service, request)
    visitor = await acting(service, request)
    found = await _found(visitor, request.path_params["study"])
    assert visitor.actor is not None
    if not _own(visitor, request, fields):
        raise Stopped("csrf", "the form is older than the sign-in")
    if fields.get("step") == "law":
        return await study_law.propose(service, request, found)
    if not await _may_change(visitor, found):
        raise Stopped("not_yours_to_read", "who began a study stops and removes it, or another of the same office")
    studies = _studies(visitor)
    if fields.get("step") == "cancel":
        await asyncio.to_thread(studies.cancel, found.name, visitor.actor.id)
        service.note("study_stopped", study=found.name, by=visitor.actor.id)
        return on(f"/lab/{found.name}")
    if fields.get("step") == "remove":
        await asyncio.to_thread(studies.remove, found.name)
        service.note("study_removed", study=found.name, by=visitor.actor.id)
    return on("/lab")


async def compare(service: Service, request: Request) -> Response:
    """Two studies of one kind side by side."""
    visitor = await acting(service, request)
    there = [each for each in await asyncio.to_thread(_studies(visitor).all) if each.state == "done"]
    query = request.query_params
    by_name = {each.name: each for each in there}
    left, right = by_name.get(query.get("a", "")), by_name.get(query.get("b", ""))
    wrong, status = None, 200
    if (query.get("a") and left is None) or (query.get("b") and right is None):
        wrong, status = Phrase("Choose two that are whole.", "请选择两项已完成的任务。"), 422
    elif left is not None and left is right:
        wrong, status = Phrase("That is one study twice. Choose two.", "所选为同一任务，请选择两项。"), 422
    elif left is not None and right is not None and left.asked.kind != right.asked.kind:
        wrong = Phrase(
            "A study compares with one of its own kind: a brief with a brief. Choose two of one kind.",
            "同类任务方可比较，如比较报告与比较报告。请选择同类的两项。",
        )
        status = 422
    facts: dict[str, Any] = {"settings": (), "rows": (), "told": (), "paired": False}
    if left is not None and right is not None and wrong is None:
        a, b = await asyncio.to_thread(outcome_of, left), await asyncio.to_thread(outcome_of, right)
        facts = {
            "settings": beside(played_with(left.asked), played_with(right.asked)),
            "rows": beside(a.rows, b.rows),
            "told": _once((a.told, b.told)),
            "paired": left.asked.kind == SCENARIO and same_draws(left.asked, right.asked),
        }
    return page(
        visitor,
        "compare.html.j2",
        status,
        there=[(each, title_of(each)) for each in there],
        left=left,
        right=right,
        wrong=wrong,
        kinds=KINDS,
        title_of=title_of,
        **facts,
    )


def _once(phrases: Sequence[Phrase]) -> list[Phrase]:
    return list(dict.fromkeys(phrases))


async def made(service: Service, request: Request) -> Response:
    """The brief or the bridge that a study made, as a page by itself with its charts; with `?file` to keep."""
    visitor = await acting(service, request)
    found = await _found(visitor, request.path_params["study"])
    kind = found.asked.kind
    if kind != request.path_params["page"] or kind not in PAGES or found.state != "done":
        raise Stopped("not_there", "this study has no such page, or none yet")
    html = await asyncio.to_thread((found.folder / PAGES[kind]).read_text, "utf-8")
    chosen = html.replace("<html ", f'<html data-chosen="{visitor.language}" ', 1)
    headers = {"Content-Security-Policy": policy_of(html), "Cache-Control": "private, no-cache"}
    if "file" in request.query_params:
        headers["Content-Disposition"] = f'attachment; filename="{kind}-{found.name}.html"'
    return Response(chosen, 200, headers, "text/html; charset=utf-8")


async def file(service: Service, request: Request) -> Response:
    """What a study was asked, or its answer, to keep."""
    visitor = await acting(service, request)
    found = await _found(visitor, request.path_params["study"])
    name = request.path_params["file"]
    if name == study_law.FILE:
        return await study_law.as_zip(visitor, found)
    if name not in FILES or (name == ANSWER and found.state != "done") or not (found.folder / name).is_file():
        raise Stopped("not_there", "a study has the files that its page names")
    raw = await asyncio.to_thread((found.folder / name).read_bytes)
    headers = {"Content-Disposition": f'attachment; filename="{found.name}-{name}"'}
    return Response(raw, 200, headers, FILES[name])
