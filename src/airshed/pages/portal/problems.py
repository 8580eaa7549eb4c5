"""What went wrong, said to a browser with a page, in its language."""

from __future__ import annotations

import re
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from airshed.pages.kit.words import Phrase
from airshed.pages.portal.absent import absent
from airshed.pages.portal.frame import NOBODY, Visitor, here, on, page
from airshed.service.forms.refusals import in_chinese
from airshed.service.http.app import ASK
from airshed.service.http.language import language_of
from airshed.service.http.service import Service
from airshed.service.http.shapes.problem import Problem
from airshed.service.http.who import Signed

#: What somebody does about each; of all others it is the first.
CURES = {
    "": Phrase("Go back and try it again.", "请返回后重试。"),
    "malformed": Phrase("Go back, and write it otherwise.", "请返回修改后重新提交。"),
    "not_there": Phrase("Perhaps the address has a slip, or it is not yours to see.", "网址可能有误，或您无权查看。"),
    "not_yours_to_read": Phrase("Somebody with another role may.", "须由具有相应权限的人员查看。"),
    "not_yours_to_send": Phrase(
        "Whoever has a role that sends it is named under People.", "可办理此项业务的角色见“人员”页。"
    ),
    "no_actor": Phrase(
        "Who administers users acts in no market. Ask for a user of your own.", "用户管理员不参与业务，请申请业务账号。"
    ),
    "csrf": Phrase(
        "The form is older than your sign-in. Go back, load the page anew, and send it again.",
        "表单早于本次登录。请返回并刷新页面后重新提交。",
    ),
    "too_many": Phrase("Wait a little, then try again.", "请稍候再试。"),
    "busy": Phrase("Nothing was done. Try again in a moment.", "尚未办理，请稍后重试。"),
    "ended": Phrase(
        "Whether it was done the book will say. Send the same form again: it is done once.",
        "是否已办理以账簿为准。请重新提交同一表单，不会重复办理。",
    ),
    "not_linked": Phrase(
        "Tell an administrator of this service as whom you are known there; they link you to your user.",
        "请将该身份标识告知本系统管理员，由其为您关联用户。",
    ),
    "wrong_provider": Phrase("Begin the sign-in again.", "请重新登录。"),
    "provider_away": Phrase("Try again later, or sign in by your password.", "请稍后重试，或使用口令登录。"),
    "standby": Phrase(
        "Open the service that writes the book, or try again in a moment: this one takes over when that is gone.",
        "请使用主服务办理，或稍后重试：主服务停止后由本服务接管。",
    ),
    "broken": Phrase("It was noted. Nothing was written unless a receipt says so.", "故障已记录；未出具回执即未入账。"),
}
#: Problems whose sentence says more than the heading.
TOLD = ("malformed", "too_large", "clock", "not_linked", "not_yours_to_read")


#: Parts of an address that somebody may have written, in Chinese.
PLACES = {
    "year": "年度",
    "record": "记录编号",
    "records": "记录编号",
    "case": "案号",
    "size": "编号",
    "address": "网址",
}
#: What is saved as a file: a page would be taken for it. A browser that somebody follows a link with says so.
FILE = re.compile(r"\.(csv|parquet|json|xlsx)$")
#: Two words of English, one after the other.
ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,}\b")


def in_words(problem: Problem) -> str:
    """What went wrong in Chinese; empty where that would be half in English."""
    said = problem.detail_zh or ""
    if problem.what:
        said = f"{in_chinese(problem.what)}；{in_chinese(problem.cure or '')}"
        place = PLACES.get(problem.place or "", "")
        said = f"{place}：{said}" if place else said
    return "" if ENGLISH.search(said) else said


def saying(service: Service, request: Request, problem: Problem) -> Response | None:
    """The page of a problem, where a browser asks for a page; None for a program."""
    if request.url.path.startswith("/v1/") or "text/html" not in request.headers.get("accept", ""):
        return None
    led = request.headers.get("sec-fetch-dest") == "document" or problem.code == "not_signed_in"
    if FILE.search(request.url.path) and not led:
        return None
    if problem.code == "not_signed_in":
        target = here(request) if request.method in ("GET", "HEAD") else "/"
        return on(f"/sign-in?next={quote(target, safe='')}")
    session = service.door.users.session(request.cookies.get(service.door.cookie, ""))
    signed = None if session is None else Signed(session.user, session)
    found = getattr(request.state, "standing", None)
    standing = found if found is not None else NOBODY._replace(at=service.feed.at, seq=service.feed.last)
    visitor = Visitor(service, request, language_of(request), signed, standing)
    heading, onward = Phrase(problem.title, problem.title_zh), None
    known = problem.detail != ASK
    telling = problem.code in TOLD
    if problem.code == "not_there":
        onward = absent(request.url.path, known=known)
        heading, telling = onward.heading, known and onward.detailed
    told = problem if telling else msgspec.structs.replace(problem, detail="")
    if visitor.language == "zh" and told.detail:
        said = in_words(told)
        told = msgspec.structs.replace(told, detail=told.detail if said else "", detail_zh=said or None)
    cure = CURES.get(problem.code, CURES[""])
    return page(visitor, "problem.html.j2", problem.status, problem=told, heading=heading, cure=cure, onward=onward)
