"""Answers that say no: `application/problem+json` (RFC 9457) with code, article and a sentence in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from starlette.responses import Response

from airshed.model.refusal import Malformed, Refusal, Why
from airshed.service.forms.refusals import in_chinese
from airshed.service.http.shapes.problem import Problem

#: What the service itself refuses, before the book is asked: status, English, Chinese.
PROBLEMS: Final[Mapping[str, tuple[int, str, str]]] = {
    "malformed": (400, "The request cannot be read.", "请求无法解读。"),
    "no_key": (400, "The command has no Idempotency-Key.", "指令缺少 Idempotency-Key。"),
    "not_signed_in": (401, "Sign in, or sign the request.", "请先登录或对请求签名。"),
    "wrong_sign_in": (401, "Name, password or code is wrong.", "用户名、口令或动态码有误。"),
    "wrong_passkey": (401, "The passkey does not open this.", "通行密钥无效。"),
    "bad_signature": (401, "The signature does not hold.", "请求签名无效。"),
    "wrong_provider": (401, "What comes from the provider of sign-in does not hold.", "统一身份认证的应答无效。"),
    "second_factor": (
        403,
        "A signing act needs a one-time code or a passkey of now.",
        "复核签字须提供当前动态码或通行密钥。",
    ),
    "csrf": (403, "The request does not carry the token of the session.", "请求未携带会话令牌。"),
    "not_linked": (403, "The provider knows you, but you are no user of this service.", "该身份尚未关联本服务用户。"),
    "no_actor": (403, "This user acts as nobody in the book.", "该用户在账簿中无对应行为人。"),
    "not_yours_to_read": (403, "This is not yours to read.", "无权查阅。"),
    "not_yours_to_send": (403, "Your role does not send this.", "您的角色不办理此项业务。"),
    "not_there": (404, "There is nothing here.", "所查内容不存在。"),
    "method_not_allowed": (405, "This is not asked for in this way.", "请求方式不正确。"),
    "not_acceptable": (406, "It is not given in this form.", "不提供所请求的格式。"),
    "too_slow": (408, "The body of the request did not come in time.", "请求内容未及时送达。"),
    "too_large": (413, "The request is too large.", "请求过大。"),
    "wrong_type": (415, "The body is of another type than is taken.", "请求内容类型不符。"),
    "wrong_host": (421, "This service is not called by that name.", "主机名不符。"),
    "too_many": (429, "So many requests are too many; come again later.", "请求过于频繁，请稍后再试。"),
    "broken": (500, "Something is broken here; it was noted.", "服务内部故障，已记录。"),
    "busy": (503, "So much waits that this is better sent again.", "业务繁忙，请稍后重发。"),
    "ended": (503, "The writer has stopped; send it again with the same key.", "写入服务已停止，请以同一键重发。"),
    "provider_away": (503, "The provider of sign-in does not answer.", "统一身份认证服务无应答。"),
    "standby": (
        503,
        "Another process writes this book; this one only reads it.",
        "本服务为备用，仅供查阅，写入由主服务办理。",
    ),
    "away": (503, "The database does not answer; come again shortly.", "数据库暂不可用，请稍后再试。"),
    "clock": (503, "The clock of the service cannot be right.", "服务时钟异常。"),
}
#: Statuses of refusals of the book; of all others it is 422.
_STATUS: Final[Mapping[Why, int]] = {
    Why.KEY_REUSED: 409,
    Why.ALREADY_EXISTS: 409,
    Why.UNKNOWN_ACTOR: 403,
    Why.ACTOR_SUSPENDED: 403,
    Why.ROLE_MAY_NOT: 403,
    Why.OUT_OF_SCOPE: 403,
    Why.NOT_YOUR_OWN: 403,
    Why.NOT_YOURS_TO_GIVE: 403,
    Why.OWN_ACT: 403,
}
TYPE = "application/problem+json"


class Stopped(Exception):
    """A request that is answered with a problem of the service's own."""

    def __init__(self, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail
        self.headers = dict(headers or {})


def of_code(code: str, detail: str) -> Problem:
    """A problem of the service's own."""
    status, english, chinese = PROBLEMS[code]
    said = in_chinese(detail)
    return Problem(
        f"urn:airshed:problem:{code}", english, chinese, status, code, detail, said if said != detail else None
    )


def of_malformed(error: Malformed) -> Problem:
    """Input that cannot be read, with its place and cure."""
    said = f"{error.place}：{in_chinese(error.what)}；{in_chinese(error.cure)}"
    return msgspec.structs.replace(
        of_code("malformed", str(error)), detail_zh=said, place=error.place, what=error.what, cure=error.cure
    )


def of_refusal(refusal: Refusal, **more: Any) -> Problem:
    """What the law does not allow; `more` are number, hash, actor, key, provenance."""
    why = refusal.why
    code, status = why.value, _STATUS.get(why, 422)
    kind = f"urn:airshed:refusal:{code}"
    said = in_chinese(refusal.detail)
    return Problem(kind, why.english, why.chinese, status, code, refusal.detail, said, refusal.cite, **more)


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The response."""
    return Response(msgspec.json.encode(problem), problem.status, dict(headers or {}), TYPE)
